//! What `yike circle` says of a finished study.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Result;
use serde::Serialize;
use yike_streets::circles::study::{self, Study};

use super::Hint;
use crate::shell::Shell;

/// What a study found, in short.
#[derive(Serialize)]
struct Answer<'a> {
    output: String,
    files: &'a [String],
    data_date: Option<&'a str>,
    standard: String,
    version: &'a str,
    homes: usize,
    people: u64,
    people_estimated: u64,
    facilities: usize,
    areas: usize,
    profiles: Vec<ProfileAnswer<'a>>,
    frame_hints: Vec<Hint>,
}

#[derive(Serialize)]
struct ProfileAnswer<'a> {
    profile: &'a str,
    homes_placed: study::Placed,
    facilities_placed: study::Placed,
    near_edge: Vec<NearEdge>,
    tiers: Vec<TierAnswer<'a>>,
    items: Vec<ItemAnswer<'a>>,
}

#[derive(Serialize)]
struct NearEdge {
    minutes: u16,
    homes: u64,
    people: u64,
}

#[derive(Serialize)]
struct TierAnswer<'a> {
    tier: &'a str,
    people: yike_streets::circles::coverage::Split,
    homes: yike_streets::circles::coverage::Split,
}

#[derive(Serialize)]
struct ItemAnswer<'a> {
    item: &'a str,
    in_data: bool,
    people: yike_streets::circles::coverage::Split,
    homes: yike_streets::circles::coverage::Split,
}

/// Answers what was made and where.
pub(super) fn answer(
    shell: &Shell,
    study: &Study,
    output: &Path,
    files: &[String],
    hints: Vec<Hint>,
) -> Result<()> {
    let meta = &study.meta;
    let (people, people_estimated) = study.people_of(0);
    let answer = Answer {
        output: output.display().to_string(),
        files,
        data_date: meta.city.data_date.as_deref(),
        standard: format!("{} {}", meta.standard.code, meta.standard.version),
        version: &meta.made_by,
        homes: study.homes(),
        people,
        people_estimated,
        facilities: study.facility_coord.len(),
        areas: meta.rows.iter().filter(|r| !r.code.is_empty()).count(),
        profiles: (0..meta.profiles.len()).map(|p| profile_answer(study, p)).collect(),
        frame_hints: hints,
    };
    shell.answer(&answer, |out| tell(out, study, &answer))
}

fn profile_answer(study: &Study, p: usize) -> ProfileAnswer<'_> {
    let meta = &study.meta;
    let bands = meta.minutes.len();
    let near = |b: usize| {
        let [homes, people] = meta.near_edge[p * bands + b];
        NearEdge { minutes: meta.minutes[b], homes, people }
    };
    let tier = |t: usize| {
        let cell = study.tier(0, p, t);
        let tier = &meta.standard.tiers[t].code;
        TierAnswer { tier, people: cell.people(), homes: cell.homes() }
    };
    let item = |i: usize| {
        let cell = study.item(0, p, i);
        ItemAnswer {
            item: &meta.standard.items[i].code,
            in_data: meta.items[i].in_data,
            people: cell.people(),
            homes: cell.homes(),
        }
    };
    ProfileAnswer {
        profile: &meta.profiles[p].code,
        homes_placed: meta.homes_placed[p],
        facilities_placed: meta.facilities_placed[p],
        near_edge: (0..bands).map(near).collect(),
        tiers: (0..meta.standard.tiers.len()).map(tier).collect(),
        items: (0..meta.standard.items.len()).map(item).collect(),
    }
}

fn tell(out: &mut dyn Write, study: &Study, answer: &Answer<'_>) -> io::Result<()> {
    let meta = &study.meta;
    writeln!(
        out,
        "{} homes, {} people ({} of them estimated), {} facilities, data of {}",
        answer.homes,
        answer.people,
        answer.people_estimated,
        answer.facilities,
        answer.data_date.unwrap_or("unknown date")
    )?;
    let by_people = answer.people > 0;
    for (p, profile) in meta.profiles.iter().enumerate() {
        writeln!(
            out,
            "\n{} ({}): share of {} in reach",
            profile.en,
            profile.code,
            if by_people { "people" } else { "homes" }
        )?;
        for (i, item) in meta.standard.items.iter().enumerate() {
            let cell = study.item(0, p, i);
            let split = if by_people { cell.people() } else { cell.homes() };
            let ppm = split.share_ppm().unwrap_or(0);
            let note = if meta.items[i].in_data { "" } else { "  (none in the data)" };
            writeln!(out, "  {:>3}.{} %  {}{note}", ppm / 10_000, ppm / 1000 % 10, item.en)?;
        }
    }
    writeln!(out, "\n{} files in {}", answer.files.len(), answer.output)
}
