//! Computing a study: the job's work, on threads of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use yike_model::digest::Hasher;
use yike_model::places::{Boundary, Place, PlaceKind};
use yike_model::studies::{Answer, Study as StudySubject};
use yike_model::text::FileName;
use yike_model::{Digest, StudyId};
use yike_streets::circles::areas::{Area, Areas};
use yike_streets::circles::hours::WeekTime;
use yike_streets::circles::nearest::NearestError;
use yike_streets::circles::profile;
use yike_streets::circles::standard::Standard;
use yike_streets::circles::study::{self, Ask, Source, Study, StudyError};
use yike_streets::city::City;
use yike_streets::network::file as streets_file;
use yike_streets::units::Coord;

use super::{Input, JobText, Spec, Summary};
use crate::app::{App, blocking};
use crate::datasets;
use crate::error::AppError;
use crate::facilities::merged;
use crate::folder::digest_file;
use crate::jobs::{Done, Live};
use crate::town::estimate_people;

/// Levels of places that studies are rolled up to, where they have boundaries.
const LEVELS: [PlaceKind; 4] =
    [PlaceKind::District, PlaceKind::Subdistrict, PlaceKind::Community, PlaceKind::Grid];

impl App {
    /// Computes the study a job names.
    pub(crate) async fn study_job(&self, text: &str, live: Arc<Live>) -> Result<Done, AppError> {
        let unreadable = |why: serde_json::Error| AppError::Fault(format!("a job's text: {why}"));
        let JobText { study: id } = serde_json::from_str(text).map_err(unreadable)?;
        let kept = self.read().await?.subject::<StudySubject>(self.district()?, id).await?;
        let question = kept.ok_or_else(|| AppError::missing("study", id))?.state.question;
        let spec: Spec = serde_json::from_str(&question.spec).map_err(unreadable)?;
        let (areas, areas_source) = self.areas().await?;
        let work = Work {
            id,
            streets: self.folder.file(&spec.streets.file),
            homes: spec.homes.as_ref().map(|input| self.folder.file(&input.file)),
            facilities: spec.facilities.as_ref().map(|input| self.folder.file(&input.file)),
            made: self.folder.temporary(&format!("{id}.study")),
            spec,
            areas,
            areas_source,
            threads: self.threads,
        };
        let made = blocking(move || work.run(&live)).await?;
        let path = self.folder.file(made.answer.file.as_str());
        self.folder.keep(&made.path, &path)?;
        let result = serde_json::json!({ "study": id, "file": made.answer.file }).to_string();
        Ok(Done { result, study: Some((id, made.answer)) })
    }

    /// The areas homes are counted by: all places in force that have a boundary.
    pub(super) async fn areas(&self) -> Result<(Areas, Option<Source>), AppError> {
        let (district, mut reader) = (self.district()?, self.read().await?);
        let mut list = Vec::new();
        for kind in LEVELS {
            for (id, boundary) in reader.boundaries(district, kind).await? {
                let path = reader.path(district, id).await?;
                if let Some((place, above)) = path.split_last() {
                    list.push(area(place, above.last(), &boundary));
                }
            }
        }
        if list.is_empty() {
            return Ok((Areas::default(), None));
        }
        let digest = digest(&list).to_string();
        let source = Source {
            file: "boundaries".into(),
            digest: digest[..16].into(),
            frame: "wgs84".into(),
        };
        let areas = Areas::new(list)
            .map_err(|why| AppError::input(format!("boundaries of the district: {why}")))?;
        Ok((areas, Some(source)))
    }
}

/// A digest over areas: what and where they are.
fn digest(areas: &[Area]) -> Digest {
    let mut hasher = Hasher::new("yike-areas-1");
    for area in areas {
        hasher.field(&area.code).field(&area.name).field(&area.level);
        hasher.maybe(area.parent.as_deref());
        for ring in area.polygons.iter().flatten() {
            hasher.number(ring.len() as i64);
            for at in ring {
                hasher.number(at.lon_e7.into()).number(at.lat_e7.into());
            }
        }
    }
    hasher.finish()
}

fn area(place: &Place, parent: Option<&Place>, boundary: &Boundary) -> Area {
    let coord = |p: &yike_model::places::Point| Coord { lon_e7: p.lon_e7, lat_e7: p.lat_e7 };
    let ring = |points: &Vec<yike_model::places::Point>| points.iter().map(coord).collect();
    Area {
        code: place.code.to_string(),
        name: place.name.to_string(),
        level: place.kind.code().into(),
        parent: parent.map(|parent| parent.code.to_string()),
        polygons: boundary.polygons().iter().map(|p| p.iter().map(ring).collect()).collect(),
    }
}

/// Everything a study follows from.
struct Work {
    id: StudyId,
    spec: Spec,
    streets: PathBuf,
    homes: Option<PathBuf>,
    facilities: Option<PathBuf>,
    made: PathBuf,
    areas: Areas,
    areas_source: Option<Source>,
    threads: usize,
}

/// A study's file, not yet in its place.
struct Made {
    path: PathBuf,
    answer: Answer,
}

impl Work {
    fn run(self, live: &Live) -> Result<Made, AppError> {
        let start = Instant::now();
        let (city, ask) = self.question()?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build();
        let pool = pool.map_err(|why| AppError::Fault(format!("no threads: {why}")))?;
        let areas = Some(&self.areas);
        let study = pool.install(|| study::make(&city, areas, &ask, live, &self.made));
        let study = study.map_err(|why| match why {
            StudyError::Nearest(NearestError::Cancelled) => AppError::Cancelled,
            other => other.into(),
        })?;
        let (digest, bytes) = digest_file(&self.made)?;
        let file = format!("study-{}.study", self.id);
        let summary = summary(&study, start.elapsed().as_millis() as u64);
        let answer = Answer {
            file: FileName::parse(&file).map_err(yike_model::Refusal::from)?,
            bytes,
            digest,
            summary: serde_json::to_string(&summary)
                .map_err(|why| AppError::Fault(format!("a summary: {why}")))?,
        };
        Ok(Made { path: self.made, answer })
    }

    /// The files, opened and checked, and the question asked of them.
    fn question(&self) -> Result<(City, Ask), AppError> {
        check(&self.streets, &self.spec.streets)?;
        let mut city = streets_file::open(&self.streets)?;
        let standard = Standard::builtin(&self.spec.standard)
            .ok_or_else(|| AppError::input(format!("no standard {}", self.spec.standard)))?;
        let known = profile::builtin();
        let profiles = self.spec.profiles.iter().map(|code| known.get(code).cloned());
        let mut ask = Ask::new(profiles.collect::<Result<_, _>>()?, standard);
        if let (Some(path), Some(input)) = (&self.homes, &self.spec.homes) {
            check(path, input)?;
            let (homes, origin) = datasets::open_homes(path)?;
            city.homes = homes;
            ask.homes_source = Some(origin.source);
        }
        if let (Some(path), Some(input)) = (&self.facilities, &self.spec.facilities) {
            check(path, input)?;
            let (own, origin) = datasets::open_facilities(path)?;
            city.facilities = merged(&city.facilities, &own)?;
            ask.facilities_source = Some(origin.source);
        }
        ask.factors = estimate_people(&mut city);
        ask.minutes.clone_from(&self.spec.minutes);
        ask.categories.clone_from(&self.spec.categories);
        let at = self.spec.at.as_deref().map(WeekTime::parse).transpose();
        ask.at = at.map_err(|why| AppError::input(why.to_string()))?;
        ask.areas_source.clone_from(&self.areas_source);
        ask.threads = self.threads;
        Ok((city, ask))
    }
}

/// Checks that a file is the one the question was asked of.
fn check(path: &std::path::Path, input: &Input) -> Result<(), AppError> {
    let (digest, _) = digest_file(path)?;
    if digest == input.digest {
        return Ok(());
    }
    Err(AppError::Fault(format!(
        "{} is not the file it was; restore it from a backup and ask again (yike verify lists all such files)",
        path.display()
    )))
}

fn summary(study: &Study, millis: u64) -> Summary {
    let (people, estimated) = study.people_of(0);
    Summary {
        homes: study.homes() as u64,
        people,
        estimated,
        profiles: study.meta.profiles.iter().map(|p| p.code.clone()).collect(),
        minutes: study.meta.minutes.clone(),
        standard: study.meta.standard.code.clone(),
        data_date: study.meta.city.data_date.clone(),
        made_by: study.meta.made_by.clone(),
        millis,
    }
}
