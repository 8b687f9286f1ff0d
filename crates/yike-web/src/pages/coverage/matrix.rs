//! The matrix of a study: services down, bands across.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use yike_app::streets::circles::study::StudyMeta;
use yike_app::studies::{Coverage, ServiceCoverage, Shown, StudyView};
use yike_model::StudyId;
use yike_store::Page as Rows;

use super::counts::{SMALLEST_SHOWN, lack, may_see, people as people_told, share};
use super::filter::{Filter, study_id};
use super::{Cell, CoveragePage, Delta, Head, Row, StudyHead};
use crate::error::{Fault, OnPage, PageResult, render};
use crate::front::language::{Language, Value};
use crate::front::page::{Page, Section};
use crate::front::visit::Visit;
use crate::front::when;
use crate::pages::about::told_in;
use crate::pages::ask::{escape, profile_name};
use crate::pages::plain::{Drawing, PlainPage};
use crate::pages::{Choice, Link, pick, title_of};
use crate::state::Web;

/// `GET /coverage`: the newest study, or a page that says there is none.
pub async fn newest(State(web): State<Web>, visit: Visit) -> PageResult {
    if let Some(study) = web.app.newest_study(&visit.actor).await.on(&visit)? {
        return Ok(Redirect::to(&format!("/coverage/{}", study.id)).into_response());
    }
    let p = visit.page(Section::Coverage, visit.language.text("coverage-title"));
    let next = if visit.is_staff() {
        Link::new("/studies", p.t("coverage-none-go"))
    } else {
        Link::new("/sign-in", p.t("to-sign-in"))
    };
    let page = PlainPage {
        drawing: Drawing::LostWay,
        sentence: p.t("coverage-none-title").into_owned(),
        told: p.t("coverage-none-told").into_owned(),
        detail: None,
        form: None,
        next,
        p,
    };
    Ok((visit.cookies(), render(&page)).into_response())
}

/// `GET /coverage/{study}`: the matrix.
pub async fn matrix(
    State(web): State<Web>,
    visit: Visit,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
) -> PageResult {
    let id = study_id(&id).on(&visit)?;
    let study = web.app.study(&visit.actor, id).await.on(&visit)?;
    let coverage = web.app.coverage(&visit.actor, id, &filter.to_app()).await.on(&visit)?;
    let others = web.app.studies(&visit.actor, &Rows::first(50)).await.on(&visit)?;
    let with = others.iter().find(|s| s.id.to_string() == filter.with && s.summary.is_some());
    let deltas = match with {
        Some(other) => deltas(&web, &visit, (other.id, id), &coverage, &filter).await.on(&visit)?,
        None => BTreeMap::new(),
    };
    let matrix = Matrix {
        web: &web,
        visit: &visit,
        study: &study,
        filter: &filter,
        coverage: &coverage,
        deltas,
    };
    let page = matrix.page(&others, with);
    Ok((visit.cookies(), render(&page)).into_response())
}

/// People covered more or fewer than in another study, by service and minutes.
type Deltas = BTreeMap<(String, u16), i64>;

async fn deltas(
    web: &Web,
    visit: &Visit,
    (before, after): (StudyId, StudyId),
    coverage: &Coverage,
    filter: &Filter,
) -> Result<Deltas, Fault> {
    let profile = &coverage.meta.profiles[coverage.profile].code;
    let changes = web.app.compare_studies(&visit.actor, before, after).await?;
    Ok(changes
        .into_iter()
        .filter(|c| c.area == filter.area && c.profile == *profile)
        .map(|c| ((c.service, c.minutes), c.change.after as i64 - c.change.before as i64))
        .collect())
}

struct Matrix<'a> {
    web: &'a Web,
    visit: &'a Visit,
    study: &'a StudyView,
    filter: &'a Filter,
    coverage: &'a Coverage,
    deltas: Deltas,
}

impl Matrix<'_> {
    fn language(&self) -> Language {
        self.visit.language
    }

    fn fill(&self, key: &str, values: &[(&'static str, Value)]) -> String {
        self.language().fill(key, values).into_owned()
    }

    fn meta(&self) -> &StudyMeta {
        &self.coverage.meta
    }

    fn who(&self) -> String {
        profile_name(self.language(), &self.meta().profiles[self.coverage.profile].code)
    }

    fn page(&self, others: &[StudyView], with: Option<&StudyView>) -> CoveragePage {
        let language = self.language();
        let sentence = self.sentence();
        let p = self.visit.page(Section::Coverage, sentence.clone());
        let compared = with.map(|other| {
            let date = other.summary.as_ref().and_then(|s| s.data_date.clone()).unwrap_or_default();
            let title = title_of(language, &other.study.state.question);
            self.fill("compare-told", &[("title", title.into()), ("date", date.into())])
        });
        CoveragePage {
            sentence,
            study: StudyHead { told: self.told() },
            compared,
            compare_off: self.here(&[("with", "")]),
            action: format!("/coverage/{}", self.study.id),
            profiles: self.profiles(),
            areas: self.areas(),
            ages: self.ages(),
            lists: ["standard", "all"]
                .map(|list| {
                    let on = (self.filter.list == "all") == (list == "all");
                    Choice::new(list, language.text(&format!("filter-list-{list}")), on)
                })
                .to_vec(),
            others: self.others(others),
            sort: self.filter.sort.clone(),
            people: people_told(language, self.coverage.people),
            heads: self.heads(&p),
            rows: self.rows(),
            downloads: self.downloads(),
            notes: self.notes(&p),
            p,
        }
    }

    fn here(&self, changed: &[(&str, &str)]) -> String {
        format!("/coverage/{}{}", self.study.id, self.filter.query(changed))
    }

    /// The service most people lack in the band the standard asks for it.
    fn sentence(&self) -> String {
        let lacking = |s: &&ServiceCoverage| self.asked_band(s).and_then(|b| s.bands[b].lacking);
        let asked = self.coverage.services.iter().filter(|s| s.service.facilities > 0);
        let worst = asked.filter(|s| lacking(s).is_some()).max_by_key(lacking);
        let who = self.who();
        match worst.and_then(|s| Some((s, lacking(&s)?))) {
            Some((s, people)) if people > 0 => {
                let what = pick(self.language(), &s.service.zh, &s.service.en);
                let mut values: Vec<(&'static str, Value)> = vec![
                    ("who", who.into()),
                    ("what", what.into()),
                    ("people", people.into()),
                    ("minutes", self.asked_band(s).map_or(0, |b| self.meta().minutes[b]).into()),
                ];
                if self.filter.area.is_empty() {
                    self.fill("coverage-sentence", &values)
                } else {
                    let area = self.visit.name(&self.coverage.row.name);
                    values.push(("area", area.into()));
                    self.fill("coverage-sentence-area", &values)
                }
            }
            _ => {
                let standard = &self.meta().standard;
                let standard = pick(self.language(), &standard.zh, &standard.en);
                let values = [("who", who.into()), ("standard", standard.into())];
                self.fill("coverage-sentence-full", &values)
            }
        }
    }

    fn told(&self) -> String {
        let meta = self.meta();
        let unknown = || self.language().text("about-date-unknown").into_owned();
        let kept = &self.study.study;
        let when = when::said(self.language(), kept.changed_at, self.web.app.now()).said;
        self.fill(
            "coverage-told",
            &[
                ("title", title_of(self.language(), &kept.state.question).into()),
                ("standard", pick(self.language(), &meta.standard.zh, &meta.standard.en).into()),
                ("date", meta.city.data_date.clone().unwrap_or_else(unknown).into()),
                ("when", when.into()),
            ],
        )
    }

    fn profiles(&self) -> Vec<Choice> {
        let chosen = &self.meta().profiles[self.coverage.profile].code;
        let choice =
            |code: &String| Choice::new(code, profile_name(self.language(), code), code == chosen);
        self.meta().profiles.iter().map(|p| choice(&p.code)).collect()
    }

    fn areas(&self) -> Vec<Choice> {
        let all = self.language().text("filter-area-all");
        let mut areas = vec![Choice::new("", all, self.filter.area.is_empty())];
        let named = self.meta().rows.iter().filter(|row| !row.code.is_empty());
        areas.extend(named.map(|r| {
            let name = self.visit.name(&r.name);
            Choice::new(&r.code, name, r.code == self.filter.area)
        }));
        areas
    }

    fn ages(&self) -> Vec<Choice> {
        let all = self.language().text("filter-age-all");
        let mut ages = vec![Choice::new("", all, self.filter.age.is_empty())];
        ages.extend(self.meta().ages.iter().map(|band| {
            let name = match band.to {
                Some(to) => self.fill(
                    "age-between",
                    &[("from", u32::from(band.from).into()), ("to", u32::from(to).into())],
                ),
                None => self.fill("age-from", &[("from", u32::from(band.from).into())]),
            };
            Choice::new(&band.code, name, band.code == self.filter.age)
        }));
        ages
    }

    fn others(&self, others: &[StudyView]) -> Vec<Choice> {
        let none = self.language().text("filter-compare-none");
        let mut choices = vec![Choice::new("", none, self.filter.with.is_empty())];
        let usable = others.iter().filter(|s| s.summary.is_some() && s.id != self.study.id);
        choices.extend(usable.map(|s| {
            let id = s.id.to_string();
            let on = id == self.filter.with;
            Choice::new(id, title_of(self.language(), &s.study.state.question), on)
        }));
        choices
    }

    fn heads(&self, p: &Page) -> Vec<Head> {
        let mut heads = vec![self.head("name", p.t("matrix-category").into_owned())];
        for minutes in &self.meta().minutes {
            let name = p.t1("matrix-within", "n", minutes).into_owned();
            heads.push(self.head(&format!("m{minutes}"), name));
        }
        heads
    }

    fn head(&self, key: &str, name: String) -> Head {
        let (turned, sorted) = match self.filter.sort.strip_prefix('-') {
            Some(key) => (true, key),
            None => (false, self.filter.sort.as_str()),
        };
        let on = sorted == key;
        let next = if on && !turned { format!("-{key}") } else { key.to_owned() };
        // Names rise from A; bands start with those most people lack.
        let order = if (key == "name") == turned { "descending" } else { "ascending" };
        let order = if key == "name" {
            order
        } else if turned {
            "ascending"
        } else {
            "descending"
        };
        Head { name, href: self.here(&[("sort", &next)]), on, order }
    }

    /// The band in which the standard asks for a service, else the longest.
    fn asked_band(&self, s: &ServiceCoverage) -> Option<usize> {
        let asked = s.asked_minutes?;
        let minutes = &self.meta().minutes;
        minutes.iter().position(|m| *m >= asked).or(minutes.len().checked_sub(1))
    }

    fn rows(&self) -> Vec<Row> {
        let all = self.filter.list == "all";
        let mut services: Vec<&ServiceCoverage> = self
            .coverage
            .services
            .iter()
            .filter(|s| if all { s.service.facilities > 0 } else { s.asked_minutes.is_some() })
            .collect();
        self.sort(&mut services);
        services.into_iter().map(|s| self.row(s)).collect()
    }

    fn sort(&self, services: &mut [&ServiceCoverage]) {
        let (turned, key) = match self.filter.sort.strip_prefix('-') {
            Some(key) => (true, key),
            None => (false, self.filter.sort.as_str()),
        };
        let band = key
            .strip_prefix('m')
            .and_then(|m| m.parse().ok())
            .and_then(|m: u16| self.meta().minutes.iter().position(|own| *own == m));
        let name = |s: &ServiceCoverage| pick(self.language(), &s.service.zh, &s.service.en);
        if key == "name" {
            services.sort_by_key(|s| name(s));
        } else {
            // Hidden counts are small: they come after all others.
            let lacking = |s: &ServiceCoverage| {
                let band = band.or_else(|| self.asked_band(s)).unwrap_or(s.bands.len() - 1);
                s.bands[band].lacking
            };
            services.sort_by_key(|s| {
                // What the data has nowhere may be the data's gap: it comes last.
                (s.service.facilities == 0, std::cmp::Reverse(lacking(s)), name(s))
            });
        }
        if turned {
            services.reverse();
        }
    }

    fn row(&self, s: &ServiceCoverage) -> Row {
        let name = pick(self.language(), &s.service.zh, &s.service.en);
        let asked = s
            .asked_minutes
            .map(|minutes| self.fill("matrix-asked", &[("n", minutes.into())]))
            .unwrap_or_default();
        let nowhere = if s.service.facilities == 0 {
            self.language().text("matrix-nowhere").into_owned()
        } else {
            String::new()
        };
        let asked_band = self.asked_band(s);
        let cells = s.bands.iter().enumerate().map(|(b, shown)| {
            self.cell(s, &name, b, *shown, asked_band.is_some_and(|asked| b >= asked))
        });
        Row { cells: cells.collect(), asked, nowhere, name }
    }

    fn cell(&self, s: &ServiceCoverage, name: &str, b: usize, shown: Shown, many: bool) -> Cell {
        let minutes = self.meta().minutes[b];
        let share = share(self.language(), shown.share_ppm);
        let lack = lack(self.language(), &shown);
        let edge = shown
            .edge
            .filter(|people| *people > 0)
            .map_or_else(String::new, |people| self.fill("matrix-edge", &[("n", people.into())]));
        let said = self.fill("matrix-cell", &[("what", name.into()), ("minutes", minutes.into())]);
        let query = self.filter.query(&[
            ("minutes", &minutes.to_string()),
            ("sort", ""),
            ("with", ""),
            ("list", ""),
        ]);
        Cell {
            href: format!("/coverage/{}/{}{query}", self.study.id, escape(&s.service.code)),
            said,
            share,
            percent: shown.share_ppm.unwrap_or_default() / 10_000,
            band: ["near", "middle", "far"][b.min(2)],
            lack,
            edge,
            many: many && shown.lacking.is_some_and(|people| people > 0),
            delta: self.delta(&s.service.code, minutes),
        }
    }

    fn delta(&self, service: &str, minutes: u16) -> Option<Delta> {
        if self.filter.with.is_empty() {
            return None;
        }
        let change = self.deltas.get(&(service.to_owned(), minutes)).copied().unwrap_or(0);
        let n = change.unsigned_abs();
        Some(match change {
            0 => Delta { tone: "same", words: self.language().text("delta-same").into_owned() },
            1.. => Delta { tone: "better", words: self.fill("delta-more", &[("n", n.into())]) },
            _ => Delta { tone: "worse", words: self.fill("delta-fewer", &[("n", n.into())]) },
        })
    }

    /// Files hold every home: they are offered to those who may see homes.
    fn downloads(&self) -> Vec<Link> {
        if !self.visit.is_staff() {
            return Vec::new();
        }
        let areas = !self.meta().levels.is_empty();
        let link = |file: &super::files::File| {
            let href = format!("/studies/{}/files/{}", self.study.id, file.name);
            Link::new(href, self.language().text(file.key))
        };
        super::files::FILES
            .iter()
            .filter(|f| areas || f.name != "areas.geojson")
            .map(link)
            .collect()
    }

    /// People in words, small numbers only to staff.
    fn told_of(&self, people: u64) -> String {
        people_told(self.language(), may_see(self.visit, people))
    }

    fn notes(&self, p: &Page) -> Vec<String> {
        let meta = self.meta();
        let mut notes = Vec::new();
        let summary = self.study.summary.clone().unwrap_or_default();
        if summary.estimated > 0 {
            notes.push(
                p.t1("note-estimate", "people", self.told_of(summary.estimated)).into_owned(),
            );
        }
        // Profile by profile, band by band: what the longest band says holds for all of the table.
        let bands = meta.minutes.len();
        let longest = (self.coverage.profile * bands + bands).saturating_sub(1);
        let edge = meta.near_edge.get(longest).map_or(0, |near| near[1]);
        if edge > 0 {
            notes.push(p.t1("note-edge", "people", self.told_of(edge)).into_owned());
        }
        if !self.visit.is_staff() {
            notes.push(p.t1("note-small", "n", SMALLEST_SHOWN).into_owned());
        }
        let standard = pick(self.language(), &meta.standard.zh, &meta.standard.en);
        let source = told_in(self.language(), &meta.standard.source_zh, &meta.standard.source);
        let source = match self.language() {
            Language::Chinese => format!("{standard}（{source}）"),
            Language::English => format!("{standard} ({source})"),
        };
        notes.push(p.t1("note-standard", "standard", source).into_owned());
        notes
    }
}
