//! Towns named for what they show (`fixtures/towns/`): every walk, door to door, against the sums in
//! the town's WHY.md. Built by the real reader, walked by the real kernels, in both directions: from
//! the facilities outward (`nearest`) and from the home outward (`reach`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use yike_streets::circles::costs::Costs;
use yike_streets::circles::hours::WeekTime;
use yike_streets::circles::nearest::{Near, NearestOptions, homes_to_facilities};
use yike_streets::circles::profile;
use yike_streets::circles::reach::{FacilityIndex, Reacher};
use yike_streets::circles::search::WalkGraph;
use yike_streets::city::City;
use yike_streets::column::Texts;
use yike_streets::map::Atlas;
use yike_streets::map::picture::{Mark, Picture, Point, Tone, View};
use yike_streets::network::build::{BuildOptions, build};
use yike_streets::network::snap::{Doors, SnapIndex, SnapOptions};
use yike_streets::osm::Rules;
use yike_streets::progress::Quiet;

/// Every stretch and both doors are rounded to a decimetre and a decisecond each.
const TOLERANCE: f64 = 0.3;
/// Far enough for every walk of every town.
const LIMIT_DS: u32 = 20_000;

/// What a town's `expected.toml` holds.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    walk: Vec<Walk>,
}

/// Walks from one home to one facility by the same way.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Walk {
    from: String,
    to: String,
    /// Time of day; without it gates with hours count as open.
    at: Option<String>,
    metres: Option<f64>,
    #[serde(default)]
    seconds: BTreeMap<String, f64>,
    /// Profiles that cannot go at all.
    #[serde(default)]
    never: Vec<String>,
}

/// A town, read from its streets.
struct Town {
    name: &'static str,
    city: Arc<City>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/towns")
}

impl Town {
    fn read(name: &'static str) -> Self {
        let source = folder().join(name).join("town.osm");
        let city = build(&source, &Rules::builtin(), &BuildOptions::default(), &Quiet);
        Self { name, city: Arc::new(city.unwrap_or_else(|e| panic!("{name}: {e}"))) }
    }

    fn expected(&self) -> Expected {
        let path = folder().join(self.name).join("expected.toml");
        toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    /// The walk from a home to a facility, found from both ends.
    fn walk(&self, walk: &Walk, code: &str) -> Result<Option<Near>, String> {
        let City { network, homes, facilities, .. } = &*self.city;
        let home = number(&homes.name, &walk.from)?;
        let facility = number(&facilities.name, &walk.to)? as u32;
        let at = walk.at.as_deref().map(|t| WeekTime::parse(t).unwrap());
        let costs = Costs::new(network, profile::builtin().get(code).unwrap(), at);
        let index = SnapIndex::new(network, &SnapOptions::default());
        let usable = |e: u32| costs.walkable(e);
        let home_doors = Doors::of_homes(&index, homes).on_usable(&index, &usable);
        let doors = Doors::of_facilities(&index, facilities).on_usable(&index, &usable);

        let options = NearestOptions { k: 8, max_ds: LIMIT_DS, ..NearestOptions::default() };
        let all =
            homes_to_facilities(network, &costs, &home_doors, facilities, &doors, &options, &Quiet);
        let all = all.map_err(|e| e.to_string())?;
        let graph = WalkGraph::new(network, &costs);
        let reach = Reacher::new(network, &costs, &graph).reach(
            home_doors.place(home),
            &FacilityIndex::new(doors),
            LIMIT_DS,
        );
        let outward = reach.facilities.into_iter().find(|n| n.facility == facility);
        let is_of = |c: &usize| facilities.of[facility as usize] >> c & 1 == 1;
        for c in (0..facilities.categories.len()).filter(is_of) {
            let inward = all.nearest(c, home).find(|n| n.facility == facility);
            if inward != outward {
                return Err(format!("from the facility {inward:?}, from the home {outward:?}"));
            }
        }
        Ok(outward)
    }

    /// Compares every walk; each that differs is one line.
    fn check(&self) {
        let mut wrong = Vec::new();
        for walk in &self.expected().walk {
            for (code, seconds) in &walk.seconds {
                let metres = walk.metres.expect("a walk with seconds has metres");
                let problem = match self.walk(walk, code) {
                    Err(problem) => problem,
                    Ok(Some(n)) if close(n.ds, *seconds) && close(n.dm, metres) => continue,
                    Ok(found) => {
                        format!("expected {seconds} s, {metres} m, found {}", words(found))
                    }
                };
                wrong.push(format!("{code} from {} to {}: {problem}", walk.from, walk.to));
            }
            for code in &walk.never {
                match self.walk(walk, code) {
                    Ok(None) => {}
                    other => {
                        wrong.push(format!("{code} from {}: no way, but {other:?}", walk.from));
                    }
                }
            }
        }
        assert!(
            wrong.is_empty(),
            "{}: see {}\n{}",
            self.name,
            self.draw().display(),
            wrong.join("\n")
        );
    }

    /// Draws the town, for whoever looks into a failure.
    fn draw(&self) -> PathBuf {
        let City { homes, facilities, .. } = &*self.city;
        let mark =
            |at, mark, label: &str| Point { at, mark, tone: Tone::Plain, label: label.into() };
        let atlas = Atlas::new(Arc::clone(&self.city), Vec::new());
        let mut picture = Picture::new("town", View::Fit(atlas.bounds()));
        for (i, &at) in homes.coord.iter().enumerate() {
            picture.points.push(mark(at, Mark::Start, homes.name.get(i)));
        }
        for (i, &at) in facilities.coord.iter().enumerate() {
            picture.points.push(mark(at, Mark::Facility, facilities.name.get(i)));
        }
        let path = std::env::temp_dir().join(format!("yike-town-{}.svg", self.name));
        std::fs::write(&path, atlas.svg(&picture)).unwrap();
        path
    }
}

fn number(names: &Texts, name: &str) -> Result<usize, String> {
    names.iter().position(|n| n == name).ok_or_else(|| {
        format!(
            "nothing is called {name}; there are: {}",
            names.iter().collect::<Vec<_>>().join(", ")
        )
    })
}

/// Whether tenths are near a whole number of units.
fn close(tenths: u32, expected: f64) -> bool {
    (f64::from(tenths) / 10.0 - expected).abs() <= TOLERANCE
}

fn words(found: Option<Near>) -> String {
    found.map_or("no way".into(), |n| {
        format!("{:.1} s, {:.1} m", f64::from(n.ds) / 10.0, f64::from(n.dm) / 10.0)
    })
}

macro_rules! towns {
    ($($test:ident => $folder:literal),* $(,)?) => {
        const TOWNS: &[&str] = &[$($folder),*];
        $(
            #[test]
            fn $test() {
                Town::read($folder).check();
            }
        )*
    };
}

towns! {
    both_sides_of_the_border => "both-sides-of-the-border",
    canal_without_bridge => "canal-without-bridge",
    cul_de_sac => "cul-de-sac",
    facility_in_the_courtyard => "facility-in-the-courtyard",
    footbridge => "footbridge",
    gate_hours => "gate-hours",
    island => "island",
    kerbs => "kerbs",
    locked_gate => "locked-gate",
    pedestrian_square => "pedestrian-square",
    private_lanes => "private-lanes",
    signals => "signals",
    stairs_or_ramp => "stairs-or-ramp",
}

#[test]
fn no_town_is_forgotten() {
    let entries = std::fs::read_dir(folder()).unwrap();
    let mut there: Vec<String> =
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    there.sort();
    assert_eq!(there, TOWNS);
}

#[test]
fn islands_are_reported_and_moved_within_the_bound() {
    let city = Town::read("island").city;
    let index = SnapIndex::new(&city.network, &SnapOptions::default());
    let report = Doors::of_homes(&index, &city.homes).report();
    assert_eq!((report.places, report.moved_to_main, report.on_island), (3, 1, 1));
    let narrow = SnapOptions { island_max_m: 50, ..SnapOptions::default() };
    let index = SnapIndex::new(&city.network, &narrow);
    let report = Doors::of_homes(&index, &city.homes).report();
    assert_eq!((report.moved_to_main, report.on_island), (0, 2), "the bound is a setting");
}
