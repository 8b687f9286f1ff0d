//! What the tags of one object mean by the tables.

use super::findings::Collector;
use super::rules::{Access, Rules, Shape, Walk};
use super::tags::{Key, Tags, key};
use crate::city::SceneKind;
use crate::network::{EdgeTrait, NodeTrait};

/// Which ways count as walkable beyond the usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Optional {
    pub(crate) platforms: bool,
    pub(crate) ferries: bool,
}

/// A way that is a street.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StreetMeaning {
    /// Class and [`EdgeTrait`] bits.
    pub(crate) traits: u32,
    pub(crate) walkable: bool,
    /// Open at these hours only.
    pub(crate) hours: Option<String>,
}

/// A node that stands on a street, or may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NodeMeaning {
    pub(crate) traits: u16,
    pub(crate) hours: Option<String>,
    /// Only those who live behind it may pass.
    pub(crate) private: bool,
}

/// Whether a building is a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HomeMeaning {
    Yes,
    /// If it lies in a residential area.
    Unsure,
    No,
}

/// An access tag read as: the base value, and hours.
struct Permission {
    access: Access,
    hours: Option<String>,
}

impl Rules {
    /// What kind of street a way is; `None` if it is none, or one that is not there.
    pub(crate) fn street(
        &self,
        tags: &Tags<'_>,
        optional: Optional,
        found: &mut Collector,
        object: &dyn std::fmt::Display,
    ) -> Option<StreetMeaning> {
        let rule = self.streets.iter().find(|r| r.osm.fits(tags)).filter(|r| !r.silent)?;
        if let Some(kind) = &rule.finding {
            let value = tags.text(key::HIGHWAY).unwrap_or("").to_owned();
            found.note(kind, || format!("{object} ({value})"));
        }
        let default = match rule.walk {
            Walk::Platforms if optional.platforms => Walk::Yes,
            Walk::Ferries if optional.ferries => Walk::Yes,
            Walk::Platforms | Walk::Ferries => return None,
            other => other,
        };
        let mut traits = rule.class as u32;
        for (bit, filters) in &self.way_traits {
            if filters.fits(tags) {
                traits |= bit;
            }
        }
        if tags.get(key::ONEWAY_FOOT).is_some_and(|v| v != b"no") {
            found.note("one-way-for-walkers", || object);
        }
        let Permission { access, hours } = self.permission(tags, default, found, object);
        match access {
            Access::Destination => traits |= EdgeTrait::DESTINATION,
            Access::Private => traits |= EdgeTrait::PRIVATE,
            Access::Yes | Access::No => {}
        }
        if hours.is_some() {
            traits |= EdgeTrait::HOURS;
        }
        Some(StreetMeaning { traits, walkable: access != Access::No, hours })
    }

    /// Who may walk here, and when.
    fn permission(
        &self,
        tags: &Tags<'_>,
        default: Walk,
        found: &mut Collector,
        object: &dyn std::fmt::Display,
    ) -> Permission {
        let mut value = |k: Key| tags.get(k).map(|v| self.access(v, found, object));
        let (foot, access) = (value(key::FOOT), value(key::ACCESS));
        let base = match default {
            Walk::Yes => foot.or(access).unwrap_or(Access::Yes),
            // Where walking is not usual, only `foot` itself opens the way.
            Walk::Foot => foot.filter(|f| *f != Access::Private).unwrap_or(Access::No),
            _ => Access::No,
        };
        if default == Walk::No {
            return Permission { access: Access::No, hours: None };
        }
        let conditional = match (tags.text(key::FOOT_CONDITIONAL), foot) {
            (Some(text), _) => Some(text),
            // `foot` is about walkers, `access:conditional` about everybody: the first is stronger.
            (None, None) if default == Walk::Yes => tags.text(key::ACCESS_CONDITIONAL),
            (None, _) => None,
        };
        if let Some(text) = conditional {
            match self.conditional(text, base) {
                Some(permission) => return permission,
                None => found.note("conditional-not-understood", || format!("{object} ({text})")),
            }
        }
        let hours = opening_hours(tags).filter(|_| base != Access::No);
        Permission { access: base, hours }
    }

    fn access(
        &self,
        value: &[u8],
        found: &mut Collector,
        object: &dyn std::fmt::Display,
    ) -> Access {
        // Of a list the friendliest counts: `customers;private` lets customers in.
        let meaning = |v: &[u8]| self.access.get(v.trim_ascii()).copied();
        let whole = meaning(value).or_else(|| {
            value.split(|b| *b == b';').filter_map(meaning).min_by_key(|access| *access as u8)
        });
        whole.unwrap_or_else(|| {
            found.note("access-value-unknown", || {
                format!("{object} ({})", String::from_utf8_lossy(value))
            });
            Access::Yes
        })
    }

    /// Reads `VALUE @ (HOURS)`; `None` where it says anything else.
    fn conditional(&self, text: &str, base: Access) -> Option<Permission> {
        let (value, condition) = text.split_once('@')?;
        let condition = condition.trim();
        let hours = condition.strip_prefix('(').and_then(|c| c.strip_suffix(')'));
        let hours = hours.unwrap_or(condition).trim();
        if hours.contains('@') || !looks_like_hours(hours) {
            return None;
        }
        let value = *self.access.get(value.trim().as_bytes())?;
        let closes = matches!(value, Access::No | Access::Private);
        match (base == Access::No, closes) {
            // Usually closed, open at hours.
            (true, false) => Some(Permission { access: value, hours: Some(hours.to_owned()) }),
            // Usually open, closed at hours.
            (false, true) => {
                let hours = hours.split(';').map(|part| format!("; {} off", part.trim()));
                let text = std::iter::once("24/7".to_owned()).chain(hours).collect();
                Some(Permission { access: base, hours: Some(text) })
            }
            // Changes nothing.
            (true, true) | (false, false) => Some(Permission { access: base, hours: None }),
        }
    }

    /// What a node does to walkers who pass it; `None` if nothing.
    pub(crate) fn node(
        &self,
        tags: &Tags<'_>,
        found: &mut Collector,
        object: &dyn std::fmt::Display,
    ) -> Option<NodeMeaning> {
        let mut meaning = NodeMeaning { traits: 0, hours: None, private: false };
        for (bit, filters) in &self.node_traits {
            if filters.fits(tags) {
                meaning.traits |= bit;
            }
        }
        if self.access_applies.fits(tags) {
            let vehicles_only = tags.get(key::FOOT).is_none()
                && tags.get(key::FOOT_CONDITIONAL).is_none()
                && self.access_is_for_vehicles.fits(tags);
            if !vehicles_only {
                let permission = self.permission(tags, Walk::Yes, found, object);
                match permission.access {
                    Access::No => meaning.traits |= NodeTrait::LOCKED,
                    Access::Private => meaning.private = true,
                    // `foot=yes` on a gate said to be locked: it is locked for vehicles.
                    Access::Yes | Access::Destination if tags.get(key::FOOT).is_some() => {
                        meaning.traits &= !NodeTrait::LOCKED;
                    }
                    Access::Yes | Access::Destination => {}
                }
                meaning.hours = permission.hours;
            }
        }
        if meaning.hours.is_some() {
            meaning.traits |= NodeTrait::HOURS;
        }
        (meaning.traits != 0 || meaning.private).then_some(meaning)
    }

    /// The categories whose filters fit, whatever the size.
    pub(crate) fn categories_of(&self, tags: &Tags<'_>) -> u128 {
        let named = tags.get(key::NAME).is_some() && !self.not_by_name.fits(tags);
        let mut bits = 0;
        for (i, rule) in self.membership.iter().enumerate() {
            if rule.osm.fits(tags) || (named && rule.by_name.fits(tags)) {
                bits |= 1 << i;
            }
        }
        bits
    }

    /// Drops the categories whose bounds on area do not hold. A point has no known area.
    pub(crate) fn of_size(&self, mut bits: u128, area_m2: Option<f64>) -> u128 {
        for (i, rule) in self.membership.iter().enumerate() {
            let large_enough = rule.min_m2.is_none_or(|min| area_m2.is_some_and(|a| a >= min));
            let small_enough = rule.max_m2.is_none_or(|max| area_m2.is_none_or(|a| a < max));
            if !large_enough || !small_enough {
                bits &= !(1 << i);
            }
        }
        bits
    }

    /// Notes facilities whose kind the map does not tell.
    pub(crate) fn doubt(
        &self,
        tags: &Tags<'_>,
        bits: u128,
        found: &mut Collector,
        object: &dyn std::fmt::Display,
    ) {
        for doubt in &self.doubts {
            if bits & doubt.unless == 0 && doubt.osm.fits(tags) {
                let name = tags.name().unwrap_or("unnamed");
                found.note(&doubt.kind, || format!("{object} ({name})"));
            }
        }
    }

    /// Whether a building (or what is tagged like one) is a home.
    pub(crate) fn home(&self, tags: &Tags<'_>) -> HomeMeaning {
        let homes = &self.homes;
        if homes.never.fits(tags) {
            HomeMeaning::No
        } else if homes.osm.fits(tags) {
            HomeMeaning::Yes
        } else if !homes.unsure.fits(tags) {
            HomeMeaning::No
        } else if homes.sure.fits(tags) {
            HomeMeaning::Yes
        } else {
            HomeMeaning::Unsure
        }
    }

    /// Dwellings in a home; 0 where the map does not say.
    pub(crate) fn dwellings(&self, tags: &Tags<'_>) -> u32 {
        let whole = |k: &Key| tags.text(*k)?.parse::<u32>().ok().filter(|n| *n <= 10_000);
        match self.homes.dwellings.iter().find_map(whole) {
            Some(count) => count,
            None => u32::from(self.homes.one_dwelling.fits(tags)),
        }
    }

    /// What the base map draws a shape as.
    pub(crate) fn scene(&self, tags: &Tags<'_>, shape: Shape) -> Option<SceneKind> {
        self.scene.iter().find(|r| r.shape == shape && r.osm.fits(tags)).map(|r| r.kind)
    }
}

/// Storeys above ground; 0 where the map does not say or says nonsense.
pub(crate) fn levels(tags: &Tags<'_>) -> u16 {
    let number = tags.text(key::LEVELS).and_then(|t| t.parse::<f64>().ok());
    number.filter(|n| (1.0..=200.0).contains(n)).map_or(0, |n| n.round() as u16)
}

/// The hours in `opening_hours`, unless always or not written as hours.
fn opening_hours(tags: &Tags<'_>) -> Option<String> {
    let text = tags.text(key::OPENING_HOURS)?;
    (text != "24/7" && looks_like_hours(text)).then(|| text.to_owned())
}

/// Whether a text could be opening hours: it names a time, a day or sunrise and sunset. Conditions
/// such as `wet`, `winter` or `length>5` do not.
fn looks_like_hours(text: &str) -> bool {
    const DAYS: [&str; 10] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH", "sunrise", "sunset"];
    let bytes = text.as_bytes();
    let time = bytes
        .windows(5)
        .any(|w| w[2] == b':' && [0, 1, 3, 4].iter().all(|i| w[*i].is_ascii_digit()));
    let plain = !text.contains(['<', '>', '=']) && text.len() < 255;
    plain && (time || text == "24/7" || DAYS.iter().any(|d| text.contains(d)))
}
