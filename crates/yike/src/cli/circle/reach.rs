//! `yike circle reach`: what one point or home reaches, and how far.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::json;
use yike_streets::circles::costs::Costs;
use yike_streets::circles::isochrone::{Isochrone, IsochroneOptions, Isochroner};
use yike_streets::circles::profile::Profile;
use yike_streets::circles::reach::{FacilityIndex, Reacher};
use yike_streets::circles::search::WalkGraph;
use yike_streets::city::City;
use yike_streets::network::file;
use yike_streets::network::snap::{Doors, SnapIndex, SnapOptions, Snapped};
use yike_streets::units::Coord;

use super::WalkArgs;
use crate::fault::BadInput;
use crate::shell::Shell;

/// What one point or home reaches on foot
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  yike circle reach monaco.streets --at 7.4246,43.7384 --profile adult,wheelchair -o circle.geojson
  yike circle reach monaco.streets --home way/4097656 --minutes 10 --json

The GeoJSON holds the area around what is reached within each number of minutes, and the facilities.")]
pub(super) struct Reach {
    /// Streets file
    #[arg(value_name = "CITY.streets")]
    city: PathBuf,
    /// Where the walk starts: longitude,latitude in WGS 84
    #[arg(long, value_name = "LON,LAT", value_parser = position, allow_hyphen_values = true, conflicts_with = "home", required_unless_present = "home")]
    at: Option<Coord>,
    /// Home the walk starts from, by its id
    #[arg(long, value_name = "ID")]
    home: Option<String>,
    #[command(flatten)]
    walk: WalkArgs,
    /// GeoJSON file to write
    #[arg(long, short, value_name = "FILE.geojson")]
    output: Option<PathBuf>,
}

fn position(text: &str) -> Result<Coord, String> {
    let wrong = || "write longitude,latitude in degrees, such as 120.15,30.31".to_owned();
    let (lon, lat) = text.split_once(',').ok_or_else(wrong)?;
    let number = |t: &str| t.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    let (lon, lat) = (number(lon).ok_or_else(wrong)?, number(lat).ok_or_else(wrong)?);
    if lon.abs() > 180.0 || lat.abs() > 90.0 {
        return Err(format!("{lon},{lat} is not on Earth; longitude comes first"));
    }
    Ok(Coord::from_degrees(lon, lat))
}

#[derive(Serialize)]
struct Answer {
    from: Place,
    data_date: Option<String>,
    attribution: String,
    version: &'static str,
    profiles: Vec<ProfileAnswer>,
}

#[derive(Serialize)]
struct Place {
    lon: f64,
    lat: f64,
    home: Option<String>,
}

#[derive(Serialize)]
struct ProfileAnswer {
    profile: String,
    /// Metres from the door to the street; `None` where no usable street is near.
    off_street_m: Option<f64>,
    bands: Vec<Band>,
    facilities: Vec<Facility>,
    #[serde(skip)]
    areas: Vec<Isochrone>,
}

#[derive(Serialize)]
struct Band {
    minutes: u16,
    street_m: u64,
    facilities: usize,
}

#[derive(Serialize)]
struct Facility {
    id: String,
    name: String,
    categories: Vec<String>,
    seconds: f64,
    metres: f64,
    lon: f64,
    lat: f64,
}

impl Reach {
    pub(super) fn run(self, shell: &Shell) -> Result<()> {
        let city = file::open(&self.city).map_err(|e| BadInput(e.to_string()))?;
        let doors = self.doors(&city)?;
        check_minutes(&self.walk.minutes)?;
        let index = SnapIndex::new(&city.network, &SnapOptions::default());
        let facilities = Doors::of_facilities(&index, &city.facilities);
        let profiles: Vec<ProfileAnswer> = self
            .walk
            .chosen()?
            .iter()
            .map(|profile| self.one(&city, &index, &doors, &facilities, profile))
            .collect();
        let answer = Answer {
            from: Place { lon: doors[0].lon(), lat: doors[0].lat(), home: self.home.clone() },
            data_date: city.meta.data_date.clone(),
            attribution: city.meta.attribution.clone(),
            version: env!("CARGO_PKG_VERSION"),
            profiles,
        };
        if let Some(path) = &self.output {
            write_geojson(path, &answer)?;
        }
        shell.answer(&answer, |out| tell(out, &answer))
    }

    /// The doors the walk starts from.
    fn doors(&self, city: &City) -> Result<Vec<Coord>> {
        let Some(id) = &self.home else { return Ok(vec![self.at.expect("required by clap")]) };
        let homes = &city.homes;
        let Some(home) = (0..homes.len()).find(|h| homes.id.get(*h) == id) else {
            let example = homes.id.get(0);
            let hint = if example.is_empty() { "the file has no homes" } else { example };
            let text = format!("no home {id:?} in {}; ids look like {hint}", self.city.display());
            return Err(BadInput(text).into());
        };
        let doors = homes.first_entrance[home] as usize..homes.first_entrance[home + 1] as usize;
        let doors = homes.entrance[doors].to_vec();
        Ok(if doors.is_empty() { vec![homes.coord[home]] } else { doors })
    }

    fn one(
        &self,
        city: &City,
        index: &SnapIndex<'_>,
        doors: &[Coord],
        facilities: &Doors,
        profile: &Profile,
    ) -> ProfileAnswer {
        let network = &city.network;
        let costs = Costs::new(network, profile, self.walk.at_time);
        let usable = |e: u32| costs.walkable(e);
        let origin: Vec<Snapped> =
            doors.iter().filter_map(|d| index.snap_where(*d, &usable)).collect();
        let facilities = FacilityIndex::new(facilities.on_usable(index, &usable));
        let graph = WalkGraph::new(network, &costs);
        let bands_ds: Vec<u32> = self.walk.minutes.iter().map(|m| u32::from(*m) * 600).collect();
        let limit = bands_ds.iter().max().copied().unwrap_or(0);
        let reach = Reacher::new(network, &costs, &graph).reach(&origin, &facilities, limit);
        let options = IsochroneOptions::default();
        let areas = Isochroner::default().draw(network, &costs, &reach, &bands_ds, &options);
        let band = |(minutes, ds): (&u16, &u32)| Band {
            minutes: *minutes,
            street_m: reach.parts.iter().map(|p| within_dm(p, *ds)).sum::<u64>() / 10,
            facilities: reach.facilities.iter().filter(|f| f.ds <= *ds).count(),
        };
        ProfileAnswer {
            profile: profile.code.clone(),
            off_street_m: origin.iter().map(|s| s.off_dm).min().map(|dm| f64::from(dm) / 10.0),
            bands: self.walk.minutes.iter().zip(&bands_ds).map(band).collect(),
            facilities: reach.facilities.iter().map(|f| facility(city, f)).collect(),
            areas,
        }
    }
}

/// How much of a reached stretch is reached within `ds`: time changes evenly along it.
fn within_dm(part: &yike_streets::circles::reach::ReachedPart, ds: u32) -> u64 {
    let (near, far) = (part.from_ds.min(part.to_ds), part.from_ds.max(part.to_ds));
    let dm = u64::from(part.to_dm - part.from_dm);
    if far <= ds {
        dm
    } else if near > ds {
        0
    } else {
        dm * u64::from(ds - near) / u64::from(far - near).max(1)
    }
}

fn check_minutes(minutes: &[u16]) -> Result<()> {
    let good = minutes.is_sorted_by(|a, b| a < b) && minutes.iter().all(|m| (1..=60).contains(m));
    if good && !minutes.is_empty() {
        return Ok(());
    }
    Err(BadInput(format!("minutes {minutes:?}: give rising whole minutes from 1 to 60")).into())
}

fn facility(city: &City, near: &yike_streets::circles::nearest::Near) -> Facility {
    let (all, f) = (&city.facilities, near.facility as usize);
    let categories = all.categories.iter().enumerate();
    Facility {
        id: all.id.get(f).to_owned(),
        name: all.name.get(f).to_owned(),
        categories: categories
            .filter(|(c, _)| all.of[f] >> c & 1 == 1)
            .map(|(_, category)| category.code.clone())
            .collect(),
        seconds: f64::from(near.ds) / 10.0,
        metres: f64::from(near.dm) / 10.0,
        lon: all.coord[f].lon(),
        lat: all.coord[f].lat(),
    }
}

/// Writes the areas, largest first, and the facilities; beside the name first, then renamed.
fn write_geojson(path: &Path, answer: &Answer) -> Result<()> {
    let mut features = Vec::new();
    for profile in &answer.profiles {
        for (area, band) in profile.areas.iter().zip(&profile.bands).rev() {
            let ring = |r: &Vec<Coord>| r.iter().map(|c| [c.lon(), c.lat()]).collect::<Vec<_>>();
            let polygons: Vec<Vec<_>> =
                area.polygons.iter().map(|p| p.iter().map(ring).collect()).collect();
            features.push(json!({
                "type": "Feature",
                "properties": {
                    "kind": "area", "profile": profile.profile, "minutes": band.minutes,
                    "street_m": band.street_m, "facilities": band.facilities,
                },
                "geometry": {"type": "MultiPolygon", "coordinates": polygons},
            }));
        }
        for f in &profile.facilities {
            features.push(json!({
                "type": "Feature",
                "properties": {
                    "kind": "facility", "profile": profile.profile, "id": f.id, "name": f.name,
                    "categories": f.categories.join(" "), "seconds": f.seconds, "metres": f.metres,
                },
                "geometry": {"type": "Point", "coordinates": [f.lon, f.lat]},
            }));
        }
    }
    let collection = json!({
        "type": "FeatureCollection",
        "attribution": answer.attribution,
        "data_date": answer.data_date,
        "version": answer.version,
        "features": features,
    });
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let cannot = || format!("{} cannot be written", path.display());
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
    writeln!(file, "{collection}").with_context(cannot)?;
    file.persist(path).with_context(cannot)?;
    Ok(())
}

fn tell(out: &mut dyn Write, answer: &Answer) -> io::Result<()> {
    for profile in &answer.profiles {
        let Some(off) = profile.off_street_m else {
            writeln!(out, "{}: no usable street within reach of the start", profile.profile)?;
            continue;
        };
        writeln!(out, "{} ({off} m to the street)", profile.profile)?;
        for band in &profile.bands {
            writeln!(
                out,
                "  {:>2} min: {:.1} km of streets, {} facilities",
                band.minutes,
                band.street_m as f64 / 1000.0,
                band.facilities
            )?;
        }
        for f in profile.facilities.iter().take(20) {
            let name = if f.name.is_empty() { &f.id } else { &f.name };
            let minutes = f.seconds / 60.0;
            writeln!(
                out,
                "  {minutes:>5.1} min {:>6.0} m  {} ({name})",
                f.metres,
                f.categories.join(", ")
            )?;
        }
    }
    Ok(())
}
