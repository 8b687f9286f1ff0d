//! Buildings: drafted while blocks are filled, drawn when it is known how many people they hold.

use crate::people::{self, Mix};
use crate::plane::{Pt, area, middle};
use crate::sheet::{Home, Ref, tags};
use crate::yard::Yard;

/// A building before its storeys are final.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) ring: Vec<Ref>,
    pub(crate) middle: Pt,
    pub(crate) footprint: f64,
    /// Storeys wished for, fewest, most.
    pub(crate) levels: (u16, u16, u16),
    /// Tag value of `building`.
    pub(crate) kind: &'static str,
    /// `None` where nobody lives.
    pub(crate) living: Option<Living>,
    pub(crate) name: Option<crate::names::Name>,
}

/// How people live in a building.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Living {
    pub(crate) estate: u16,
    pub(crate) number: u16,
    pub(crate) entrances: u16,
    /// Gross floor area of a dwelling, stairs included.
    pub(crate) flat_m2: f64,
    pub(crate) mix: Mix,
}

/// People in one dwelling, on average, that storeys are chosen for.
const PEOPLE_A_DWELLING: f64 = 2.55;

impl Draft {
    fn dwellings(&self, levels: u16) -> u32 {
        let flat = self.living.map_or(f64::INFINITY, |l| l.flat_m2);
        ((self.footprint * f64::from(levels) / flat).round() as u32).max(1)
    }
}

impl Yard<'_> {
    /// Drafts a building on a counterclockwise ring, with doors at the points given on edge `door.0`
    /// (shares along it), numbered in that order.
    pub(crate) fn raise(&mut self, ring: &[Pt], doors: (usize, &[f64]), mut draft: Draft) {
        for (k, &corner) in ring.iter().enumerate() {
            draft.ring.push(self.sheet.node(corner, Vec::new()));
            if k != doors.0 {
                continue;
            }
            for (n, &t) in doors.1.iter().enumerate() {
                let at = corner.lerp(ring[(k + 1) % ring.len()], t);
                let tags = if draft.living.is_some() {
                    let unit = format!("{}单元", n + 1);
                    tags! {"entrance": "staircase", "ref": (n + 1).to_string(), "addr:unit": unit}
                } else {
                    tags! {"entrance": "main"}
                };
                let door = self.sheet.node(at, tags);
                draft.ring.push(door);
            }
        }
        self.footprints.push(ring.to_vec());
        draft.footprint = area(ring);
        draft.middle = middle(ring);
        self.drafts.push(draft);
    }

    /// Settles storeys so that the cell's people fit, shares them out, and draws all buildings.
    pub(crate) fn draw_buildings(&mut self) {
        let drafts = std::mem::take(&mut self.drafts);
        let nominal: u32 =
            drafts.iter().filter(|d| d.living.is_some()).map(|d| d.dwellings(d.levels.0)).sum();
        let wanted = f64::from(self.cell.people) / PEOPLE_A_DWELLING;
        let grow = wanted / f64::from(nominal.max(1));
        let levels: Vec<u16> = drafts
            .iter()
            .map(|d| match d.living {
                Some(_) => {
                    let wish = (f64::from(d.levels.0) * grow).round() as u16;
                    wish.clamp(d.levels.1, d.levels.2)
                }
                None => d.levels.0,
            })
            .collect();
        let weights: Vec<u64> = drafts
            .iter()
            .zip(&levels)
            .map(|(d, &l)| match d.living {
                Some(_) => (f64::from(d.dwellings(l)) * self.rng.range(880.0, 1_120.0)) as u64,
                None => 0,
            })
            .collect();
        let people = crate::landuse::split(u64::from(self.cell.people), &weights);
        for ((draft, levels), people) in drafts.into_iter().zip(levels).zip(people) {
            self.draw_building(draft, levels, people as u32);
        }
    }

    fn draw_building(&mut self, mut draft: Draft, levels: u16, people: u32) {
        let mut tags = tags! {"building": draft.kind, "building:levels": levels.to_string()};
        if let Some((zh, en)) = draft.name.take() {
            tags.extend(tags! {"name": zh, "name:en": en});
        }
        let dwellings = draft.dwellings(levels);
        if let Some(living) = draft.living {
            let (zh, _) = &self.sheet.estates[living.estate as usize];
            tags.extend(tags! {
                "building:flats": dwellings.to_string(),
                "addr:housenumber": format!("{}幢", living.number),
                "addr:place": zh.clone(),
            });
        }
        let mut refs = std::mem::take(&mut draft.ring);
        refs.push(refs[0]);
        let way = self.sheet.way(refs, tags);
        let Some(living) = draft.living else { return };
        let ages = people::ages(people, living.mix, &mut self.rng);
        self.sheet.homes.push(Home {
            at: crate::plane::to_coord(draft.middle),
            way,
            estate: living.estate,
            building: living.number,
            entrances: living.entrances,
            levels,
            dwellings,
            people,
            ages,
        });
    }
}
