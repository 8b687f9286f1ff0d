//! Walking profiles: who walks, how fast, and what stops them. Data, not code: see
//! `data/profiles.toml`, which states a source for every speed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The profiles that come with the program.
const BUILTIN: &str = include_str!("../../data/profiles.toml");

/// Slowest and fastest speed a profile may have, millimetres a second.
const SPEED_MM_S: std::ops::RangeInclusive<u32> = 50..=5000;
/// At most this many profiles in one file.
const MAX_PROFILES: usize = 64;
/// Longest wait at one node, in seconds.
const MAX_WAIT_S: u32 = 3600;
/// Largest factor of an edge, in percent.
const MAX_PERCENT: u32 = 10_000;

/// What a walker brings along: decides which ramps help and which barriers stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wheels {
    /// On foot alone.
    #[default]
    None,
    /// Uses ramps made for prams or wheelchairs.
    Pram,
    /// Uses ramps made for wheelchairs.
    Wheelchair,
}

/// What something on the way costs: an amount (percent of an edge's time, or seconds at a node), or
/// `None` where this walker cannot pass. Written as a number or `"no"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Toll(pub Option<u32>);

impl Serialize for Toll {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(amount) => to.serialize_u32(amount),
            None => to.serialize_str("no"),
        }
    }
}

impl<'de> Deserialize<'de> for Toll {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Toll;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number from 0, or \"no\"")
            }

            fn visit_i64<E: serde::de::Error>(self, v: i64) -> Result<Toll, E> {
                let amount = u32::try_from(v).map_err(|_| E::custom("must be from 0"))?;
                Ok(Toll(Some(amount)))
            }

            fn visit_u64<E: serde::de::Error>(self, v: u64) -> Result<Toll, E> {
                let amount = u32::try_from(v).map_err(|_| E::custom("too large"))?;
                Ok(Toll(Some(amount)))
            }

            fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<Toll, E> {
                if v == "no" { Ok(Toll(None)) } else { Err(E::custom("write a number or \"no\"")) }
            }
        }
        from.deserialize_any(Visitor)
    }
}

/// Rest on the way: `seconds` after every `every_m` metres, spread evenly over the walk, so that
/// adding up stretches in any order gives the same sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rest {
    /// Metres between rests, at least 1.
    pub every_m: u32,
    /// Seconds of each rest.
    pub seconds: u32,
}

/// Percent of the plain time that a kind of stretch takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EdgeTolls {
    /// Steps without a ramp this walker can use.
    pub steps: Toll,
    /// Steps with a ramp this walker can use (only asked for walkers with wheels).
    pub ramp: Toll,
    /// Sand, gravel, cobbles.
    pub rough: Toll,
    /// Steeper than 1:20.
    pub sloped: Toll,
    /// Steeper than 1:12.
    pub steep: Toll,
    /// Narrower than 1.2 m.
    pub narrow: Toll,
    /// Narrower than 0.8 m.
    pub tight: Toll,
    /// Mapped `wheelchair=no`.
    pub wheelchair_no: Toll,
}

impl Default for EdgeTolls {
    fn default() -> Self {
        let plain = Toll(Some(100));
        Self {
            steps: plain,
            ramp: plain,
            rough: plain,
            sloped: plain,
            steep: plain,
            narrow: plain,
            tight: plain,
            wheelchair_no: plain,
        }
    }
}

/// Seconds one waits to get past a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NodeTolls {
    /// Traffic signals.
    pub signals: Toll,
    /// A crossing without signals.
    pub crossing: Toll,
    /// A kerb with no drop.
    pub kerb_raised: Toll,
    /// A gate that lets walkers through.
    pub gate: Toll,
    /// A lift.
    pub lift: Toll,
}

impl Default for NodeTolls {
    fn default() -> Self {
        let free = Toll(Some(0));
        Self { signals: free, crossing: free, kerb_raised: free, gate: free, lift: free }
    }
}

/// One kind of walker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Stable lower-case code, used in files and on the command line.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Walking speed on plain ground, millimetres a second.
    pub speed_mm_s: u32,
    /// What the walker brings along.
    #[serde(default)]
    pub wheels: Wheels,
    /// Rest on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<Rest>,
    /// What stretches cost.
    #[serde(default)]
    pub edges: EdgeTolls,
    /// What waiting costs.
    #[serde(default)]
    pub nodes: NodeTolls,
    /// Where the numbers come from.
    pub source: String,
    /// The same in Chinese; empty where it is only written in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source_zh: String,
}

impl Profile {
    /// Microseconds this walker needs for a metre of plain ground, rest included.
    pub fn us_per_m(&self) -> u64 {
        let walk = (1_000_000_000 + u64::from(self.speed_mm_s) / 2) / u64::from(self.speed_mm_s);
        let rest = self
            .rest
            .map_or(0, |r| (u64::from(r.seconds) * 1_000_000) / u64::from(r.every_m.max(1)));
        walk + rest
    }

    fn check(&self) -> Result<(), String> {
        let named = !self.code.is_empty()
            && self.code.len() <= 32
            && self.code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !named {
            return Err("code must be 1 to 32 lower-case letters, digits or _".into());
        }
        if !SPEED_MM_S.contains(&self.speed_mm_s) {
            return Err(format!(
                "speed_mm_s is {}; it must be {} to {} (1.2 m/s is 1200)",
                self.speed_mm_s,
                SPEED_MM_S.start(),
                SPEED_MM_S.end()
            ));
        }
        if self.rest.is_some_and(|r| r.every_m == 0 || r.seconds > MAX_WAIT_S) {
            return Err(format!("rest needs every_m from 1 and seconds up to {MAX_WAIT_S}"));
        }
        let e = &self.edges;
        let percents =
            [e.steps, e.ramp, e.rough, e.sloped, e.steep, e.narrow, e.tight, e.wheelchair_no];
        if percents.iter().any(|t| t.0.is_some_and(|p| !(100..=MAX_PERCENT).contains(&p))) {
            return Err(format!("[edges] must be 100 to {MAX_PERCENT} percent or \"no\""));
        }
        let n = &self.nodes;
        let waits = [n.signals, n.crossing, n.kerb_raised, n.gate, n.lift];
        if waits.iter().any(|t| t.0.is_some_and(|s| s > MAX_WAIT_S)) {
            return Err(format!("[nodes] must be up to {MAX_WAIT_S} seconds or \"no\""));
        }
        Ok(())
    }
}

/// Why a profile file was refused.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Not TOML, or not of this form; the text names line and column.
    #[error("the profile file cannot be read: {0}")]
    Syntax(String),
    /// A value out of its range, or a code used twice.
    #[error("profile `{code}`: {reason}")]
    Value {
        /// Code of the profile.
        code: String,
        /// What is wrong and what is allowed.
        reason: String,
    },
    /// More profiles than are allowed.
    #[error("{0} profiles in one file; at most {MAX_PROFILES} are allowed")]
    TooMany(usize),
    /// Asked for a code that is not there.
    #[error("there is no profile `{asked}`; there are: {known}")]
    Unknown {
        /// What was asked for.
        asked: String,
        /// The codes there are.
        known: String,
    },
}

/// A list of profiles with different codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profiles(Vec<Profile>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    profile: Vec<Profile>,
}

impl Profiles {
    /// Reads a profile file in the form of `data/profiles.toml`.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        let file: ProfileFile =
            toml::from_str(text).map_err(|e| ProfileError::Syntax(e.to_string()))?;
        if file.profile.len() > MAX_PROFILES {
            return Err(ProfileError::TooMany(file.profile.len()));
        }
        for (i, profile) in file.profile.iter().enumerate() {
            let refuse = |reason| ProfileError::Value { code: profile.code.clone(), reason };
            profile.check().map_err(refuse)?;
            if file.profile[..i].iter().any(|p| p.code == profile.code) {
                return Err(refuse("the code is used twice".into()));
            }
        }
        Ok(Self(file.profile))
    }

    /// These profiles and `more`; one of `more` replaces one of the same code.
    #[must_use]
    pub fn with(mut self, more: Self) -> Self {
        for profile in more.0 {
            match self.0.iter_mut().find(|p| p.code == profile.code) {
                Some(old) => *old = profile,
                None => self.0.push(profile),
            }
        }
        self
    }

    /// The profile of a code.
    pub fn get(&self, code: &str) -> Result<&Profile, ProfileError> {
        self.0.iter().find(|p| p.code == code).ok_or_else(|| ProfileError::Unknown {
            asked: code.into(),
            known: self.0.iter().map(|p| p.code.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// All profiles, in the order of their file.
    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.0.iter()
    }
}

/// The profiles that come with the program: `norm`, `adult`, `elder`, `frail`, `child`, `pram`,
/// `wheelchair`.
///
/// ```
/// let profiles = yike_streets::circles::profile::builtin();
/// assert_eq!(profiles.get("pram").expect("built in").speed_mm_s, 900);
/// ```
pub fn builtin() -> Profiles {
    Profiles::from_toml(BUILTIN).expect("data/profiles.toml is checked by a test")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_profiles_name_their_sources_in_both_languages() {
        let han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for profile in builtin().iter() {
            assert!(han(&profile.source_zh) && !han(&profile.source), "{}", profile.code);
        }
    }

    #[test]
    fn builtin_profiles_have_the_speeds_of_the_handbook() {
        let speeds: Vec<_> =
            builtin().iter().map(|p| (p.code.clone(), p.speed_mm_s, p.source.len() > 40)).collect();
        let expected = [
            ("norm", 1000),
            ("adult", 1200),
            ("elder", 900),
            ("frail", 750),
            ("child", 850),
            ("pram", 900),
            ("wheelchair", 670),
        ];
        assert_eq!(speeds, expected.map(|(code, speed)| (code.to_owned(), speed, true)));
    }

    #[test]
    fn fifteen_minutes_reach_as_far_as_the_handbook_says() {
        // domain.md 5.4: 1.2 m/s -> 1,080 m and 0.67 -> 603 m in 15 minutes.
        let metres = |code: &str| 900_000_000 / builtin().get(code).unwrap().us_per_m();
        assert_eq!(metres("adult"), 1080);
        assert_eq!(metres("wheelchair"), 603);
        // 200 m at 0.75 m/s and a minute of rest: 326.7 s.
        assert_eq!(metres("frail"), 551);
    }

    #[test]
    fn own_profiles_replace_and_add() {
        let own = r#"
            [[profile]]
            code = "adult"
            zh = "快"
            en = "Fast"
            speed_mm_s = 1500
            source = "own"
            [[profile]]
            code = "walker"
            zh = "助行器"
            en = "With walking frame"
            speed_mm_s = 500
            edges = { steps = "no" }
            source = "own"
        "#;
        let all = builtin().with(Profiles::from_toml(own).unwrap());
        assert_eq!(all.get("adult").unwrap().speed_mm_s, 1500);
        assert_eq!(all.get("walker").unwrap().edges.steps, Toll(None));
        assert_eq!(all.iter().count(), 8);
        let back = toml_of(all.get("walker").unwrap());
        assert_eq!(back, *all.get("walker").unwrap());
    }

    fn toml_of(profile: &Profile) -> Profile {
        serde_json::from_str(&serde_json::to_string(profile).unwrap()).unwrap()
    }

    #[test]
    fn bad_profiles_say_what_is_wrong() {
        let with = |line: &str| {
            let text = format!(
                "[[profile]]\ncode = \"a\"\nzh = \"a\"\nen = \"a\"\nsource = \"own\"\n{line}\n"
            );
            Profiles::from_toml(&text).unwrap_err().to_string()
        };
        assert!(with("speed_mm_s = 0").contains("50 to 5000"));
        assert!(with("speed_mm_s = 1000\nedges = { steps = 0 }").contains("100 to 10000 percent"));
        assert!(with("speed_mm_s = 1000\nedges = { steps = \"never\" }").contains("\"no\""));
        assert!(with("speed_mm_s = 1000\nnodes = { signals = -1 }").contains("must be from 0"));
        assert!(with("speed_mm_s = 1000\nstairs = 3").contains("stairs"));
        assert!(with("speed_mm_s = 1000\nrest = { every_m = 0, seconds = 9 }").contains("every_m"));
        let unknown = builtin().get("dog").unwrap_err().to_string();
        assert!(unknown.contains("`dog`") && unknown.contains("wheelchair"));
    }
}
