//! The rows and columns that several kinds of file show.

use yike_streets::circles::study::{Block, Part, RowKind, Standing, Study};

use super::Export;

/// One value of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Int(i64),
    /// A decimal number with one digit behind the point.
    Tenths(u32),
    Nothing,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Int,
    Tenths,
}

impl Export<'_> {
    /// Name of a service in the export's language.
    pub(super) fn service_name(&self, s: usize) -> &str {
        let service = &self.study.meta.services[s];
        self.lang.pick(&service.zh, &service.en)
    }

    /// Name of an item in the export's language.
    pub(super) fn item_name(&self, i: usize) -> &str {
        let item = &self.study.meta.standard.items[i];
        self.lang.pick(&item.zh, &item.en)
    }

    /// Name of a profile in the export's language.
    pub(super) fn profile_name(&self, p: usize) -> &str {
        let profile = &self.study.meta.profiles[p];
        self.lang.pick(&profile.zh, &profile.en)
    }

    /// Name of a row.
    pub(super) fn row_name(&self, row: usize) -> String {
        let named = &self.study.meta.rows[row];
        match named.kind {
            RowKind::All => self.lang.pick("全部", "All").to_owned(),
            RowKind::Area => named.name.clone(),
            RowKind::Outside => {
                format!("{} ({})", self.lang.pick("界外", "Outside"), named.level)
            }
        }
    }

    /// Columns of a home besides its position, for one profile: plain facts, gaps, then per category
    /// the nearest (all `k` with `long`) and the numbers within each band.
    pub(super) fn home_columns(&self, long: bool) -> Vec<(String, Kind)> {
        let meta = &self.study.meta;
        let mut columns: Vec<(String, Kind)> = [
            ("id", Kind::Text),
            ("name", Kind::Text),
            ("people", Kind::Int),
            ("people_estimated", Kind::Int),
            ("edge_m", Kind::Tenths),
            ("standing", Kind::Text),
            ("lacks_count", Kind::Int),
            ("doubts_count", Kind::Int),
            ("lacks", Kind::Text),
            ("doubts", Kind::Text),
        ]
        .map(|(name, kind)| (name.to_owned(), kind))
        .into();
        columns.extend(meta.levels.iter().map(|l| (format!("area_{l}"), Kind::Text)));
        if long {
            columns.extend(meta.ages.iter().map(|a| (a.code.clone(), Kind::Int)));
        }
        for service in &meta.services {
            let code = &service.code;
            let ranks = if long { usize::from(meta.k) } else { 1 };
            for rank in 1..=ranks {
                columns.push((format!("{code}_{rank}_s"), Kind::Tenths));
                if long {
                    columns.push((format!("{code}_{rank}_m"), Kind::Int));
                    columns.push((format!("{code}_{rank}_id"), Kind::Text));
                }
            }
            columns.extend(
                meta.minutes.iter().filter(|_| long).map(|m| (format!("{code}_in_{m}"), Kind::Int)),
            );
        }
        columns
    }

    /// The values of [`Self::home_columns`] for one home; `blocks` are those of all services.
    pub(super) fn home_values(
        &self,
        p: usize,
        blocks: &[&Block],
        home: usize,
        long: bool,
    ) -> Vec<Value> {
        let study = self.study;
        let meta = &study.meta;
        let (lacks, doubts) = (study.lacks(p, home), study.doubts(p, home));
        let mut values = vec![
            Value::Text(study.home_id.get(home).to_owned()),
            Value::Text(study.home_name.get(home).to_owned()),
            Value::Int(i64::from(study.people[home])),
            Value::Int(i64::from(study.estimated[home])),
            Value::Tenths(study.edge_dm[home]),
            Value::Text(standing_word(study.standing(p, home)).to_owned()),
            Value::Int(i64::from(lacks.count_ones())),
            Value::Int(i64::from(doubts.count_ones())),
            Value::Text(item_codes(study, lacks)),
            Value::Text(item_codes(study, doubts)),
        ];
        for level in 0..meta.levels.len() {
            let row = study.home_row[level * study.homes() + home] as usize;
            values.push(Value::Text(meta.rows[row].code.clone()));
        }
        if long {
            let ages = meta.ages.len();
            let own = &study.by_age[home * ages..(home + 1) * ages];
            values.extend(own.iter().map(|n| Value::Int(i64::from(*n))));
        }
        for block in blocks {
            let ranks = if long { usize::from(meta.k) } else { 1 };
            let mut near = block.nearest(home);
            for _ in 0..ranks {
                let walk = near.next();
                values.push(walk.map_or(Value::Nothing, |w| Value::Tenths(w.ds)));
                if long {
                    values.push(walk.map_or(Value::Nothing, |w| Value::Int(i64::from(w.m))));
                    let id = walk.map(|w| study.facility_id.get(w.facility as usize).to_owned());
                    values.push(id.map_or(Value::Nothing, Value::Text));
                }
            }
            if long {
                let within = (0..meta.minutes.len()).map(|b| block.within(b, home));
                values.extend(within.map(|n| Value::Int(i64::from(n))));
            }
        }
        values
    }
}

/// Codes of the items whose bits are set.
pub(super) fn item_codes(study: &Study, bits: u128) -> String {
    let items = study.meta.standard.items.iter().enumerate();
    let codes = items.filter(|(i, _)| bits >> i & 1 == 1).map(|(_, item)| item.code.as_str());
    codes.collect::<Vec<_>>().join(" ")
}

pub(super) fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Placed => "placed",
        Standing::OffTheStreets => "off_the_streets",
        Standing::OnIsland => "on_island",
        Standing::Moved => "moved_to_main",
    }
}

pub(super) fn part_word(part: Part) -> &'static str {
    match part {
        Part::Covered => "covered",
        Part::Lacking => "lacking",
        Part::Edge => "edge",
        Part::Unplaced => "unplaced",
    }
}
