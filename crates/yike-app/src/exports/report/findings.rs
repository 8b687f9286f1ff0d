//! What a study shows, worked out once for the report.

use yike_streets::circles::coverage::{Cell, Split};
use yike_streets::circles::study::RowKind;

use super::super::words::Lang;
use super::Export;

/// Nine in ten, in parts per million.
const GOOD_PPM: u32 = 900_000;
/// Areas with fewer are left out of the ranking: a handful says nothing of a neighbourhood.
const LEAST_PEOPLE: u64 = 100;
const LEAST_HOMES: u64 = 5;

/// One item of the standard.
pub(super) struct ItemFinding {
    pub item: usize,
    pub tier: usize,
    pub in_data: bool,
    /// So few in the data that the data may be what lacks them.
    pub thin: bool,
    /// For the first walker.
    pub split: Split,
}

impl ItemFinding {
    pub fn lacking_ppm(&self) -> Option<u32> {
        yike_streets::circles::coverage::ppm(self.split.lacking, self.split.all())
    }
}

/// One area of the ranking.
pub(super) struct AreaFinding {
    pub row: usize,
    pub all: u64,
    /// Required items missing for the average person, tenths.
    pub lacking_each_tenths: u64,
    /// The item most people lack, and how many.
    pub most: Option<(usize, u64)>,
}

/// All required services together, for one walker.
pub(super) struct WalkerFinding {
    /// Required items missing for the average person, tenths.
    pub lacking_each_tenths: u64,
    /// Share of all pairs of person and item that are in reach.
    pub share_ppm: Option<u32>,
    /// The same, were there facilities just beyond the edge of the data.
    pub at_most_ppm: Option<u32>,
}

/// A rule by number over all areas it is asked of.
pub(super) struct RuleFinding {
    /// Its position in the standard.
    pub ratio: usize,
    /// How many areas it is asked of.
    pub asked: usize,
    /// Names of those that are short of it.
    pub short: Vec<String>,
    /// Whether the data has any such facility.
    pub in_data: bool,
}

/// All findings of a report.
pub(super) struct Findings {
    /// Counted by people, or by homes where there are no people.
    pub by_people: bool,
    /// Most lacking first.
    pub items: Vec<ItemFinding>,
    /// Worst off first.
    pub areas: Vec<AreaFinding>,
    pub lacking_each_tenths: u64,
    pub near_edge: u64,
    /// One for each walker.
    pub walkers: Vec<WalkerFinding>,
    /// One for each rule by number that is asked of any area.
    pub rules: Vec<RuleFinding>,
    /// Items without room on the page.
    pub cut: Vec<usize>,
    required: usize,
}

impl Findings {
    pub fn of(export: &Export<'_>) -> Self {
        let study = export.study;
        let meta = &study.meta;
        let by_people = study.people_of(0).0 > 0;
        let required: Vec<usize> = (0..meta.standard.items.len())
            .filter(|i| !meta.standard.items[*i].optional && meta.items[*i].in_data)
            .collect();
        let measure = |cell: Cell<'_>| if by_people { cell.people() } else { cell.homes() };
        let mut items: Vec<ItemFinding> =
            (0..meta.standard.items.len()).map(|i| item(export, i, &measure)).collect();
        items.sort_by_key(|f| (std::cmp::Reverse(f.split.lacking), f.item));
        let lacking_each = |row: usize| {
            let lacking: u64 =
                required.iter().map(|i| measure(study.item(row, 0, *i)).lacking).sum();
            let all = required.first().map_or(0, |i| measure(study.item(row, 0, *i)).all());
            (all, (lacking * 10 + all / 2).checked_div(all).unwrap_or(0))
        };
        let finest = meta.levels.last();
        let least = if by_people { LEAST_PEOPLE } else { LEAST_HOMES };
        let of_level = (0..meta.rows.len()).filter(|r| {
            meta.rows[*r].kind == RowKind::Area && Some(&meta.rows[*r].level) == finest
        });
        let mut areas: Vec<AreaFinding> = of_level
            .map(|row| {
                let (all, lacking_each_tenths) = lacking_each(row);
                let lacking =
                    required.iter().map(|i| (*i, measure(study.item(row, 0, *i)).lacking));
                let most = lacking.max_by_key(|(i, n)| (*n, std::cmp::Reverse(*i)));
                AreaFinding { row, all, lacking_each_tenths, most: most.filter(|(_, n)| *n > 0) }
            })
            .filter(|a| a.all >= least)
            .collect();
        areas.sort_by_key(|a| (std::cmp::Reverse(a.lacking_each_tenths), a.row));
        let [homes, people] = meta.near_edge[meta.minutes.len() - 1];
        Self {
            by_people,
            walkers: (0..meta.profiles.len())
                .map(|p| walker(required.iter().map(|i| measure(study.item(0, p, *i)))))
                .collect(),
            rules: (0..meta.standard.ratios.len()).filter_map(|r| rule(export, r)).collect(),
            cut: super::tables::cut(&items),
            items,
            areas,
            lacking_each_tenths: lacking_each(0).1,
            near_edge: if by_people { people } else { homes },
            required: required.len(),
        }
    }

    /// Items the data can answer.
    pub fn checked(&self) -> usize {
        self.items.iter().filter(|f| f.in_data).count()
    }

    /// Required items the data can answer.
    pub fn required(&self) -> usize {
        self.required
    }

    /// Items that nine in ten reach.
    pub fn well_covered(&self) -> usize {
        let good = |f: &&ItemFinding| f.in_data && f.split.share_ppm() >= Some(GOOD_PPM);
        self.items.iter().filter(good).count()
    }

    /// The item most people lack, of those the data has enough of to say so.
    pub fn largest_gap(&self) -> Option<&ItemFinding> {
        self.items.iter().find(|f| f.in_data && !f.thin && f.split.lacking > 0)
    }

    pub fn who(&self, lang: Lang) -> &'static str {
        if self.by_people { lang.pick("人", "people") } else { lang.pick("处住处", "homes") }
    }
}

fn item(export: &Export<'_>, i: usize, measure: &dyn Fn(Cell<'_>) -> Split) -> ItemFinding {
    let study = export.study;
    let meta = &study.meta;
    let facilities = u64::from(meta.services[meta.items[i].service as usize].facilities);
    ItemFinding {
        item: i,
        tier: meta.standard.tier_of(&meta.standard.items[i]),
        in_data: meta.items[i].in_data,
        thin: meta.standard.thin(&meta.standard.items[i], facilities, study.people_of(0).0),
        split: measure(study.item(0, 0, i)),
    }
}

fn walker(items: impl Iterator<Item = Split>) -> WalkerFinding {
    let (mut sum, mut all) = (Split::default(), 0);
    for split in items {
        sum.covered += split.covered;
        sum.lacking += split.lacking;
        sum.edge += split.edge;
        sum.unplaced += split.unplaced;
        all = split.all();
    }
    WalkerFinding {
        lacking_each_tenths: (sum.lacking * 10 + all / 2).checked_div(all).unwrap_or(0),
        share_ppm: sum.share_ppm(),
        at_most_ppm: sum.at_most_ppm(),
    }
}

/// A rule asked of areas of a level; the row of the whole counts where it is asked of no area.
fn rule(export: &Export<'_>, ratio: usize) -> Option<RuleFinding> {
    let meta = &export.study.meta;
    let answers: Vec<_> = meta.ratios.iter().filter(|a| a.ratio as usize == ratio).collect();
    let short = answers.iter().filter(|a| a.found < a.needed);
    (!answers.is_empty()).then(|| RuleFinding {
        ratio,
        asked: answers.len(),
        short: short.map(|a| export.row_name(a.row as usize)).collect(),
        in_data: answers.iter().any(|a| a.found > 0),
    })
}
