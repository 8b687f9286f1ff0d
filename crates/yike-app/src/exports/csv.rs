//! CSV out: UTF-8 with the mark that spreadsheets need to see Chinese, and no cell that a
//! spreadsheet would run as a formula.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use csv::{Writer, WriterBuilder};
use yike_streets::circles::coverage::Split;
use yike_streets::circles::study::{Part, RowKind};

use super::about::stamp;
use super::facts::{Value, part_word};
use super::words::tenths;
use super::{Export, ExportError};

/// A text as a cell that no spreadsheet takes for a formula: one that starts like one gets a `'`
/// before it, as spreadsheets themselves mark text.
pub fn safe(text: &str) -> Cow<'_, str> {
    match text.as_bytes().first() {
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

struct Table<'p> {
    path: &'p Path,
    out: Writer<BufWriter<File>>,
    row: Vec<String>,
    stamp: [String; 3],
}

impl<'p> Table<'p> {
    fn create(export: &Export<'_>, path: &'p Path, header: &[String]) -> Result<Self, ExportError> {
        let mut file = BufWriter::new(File::create(path).map_err(ExportError::io(path))?);
        file.write_all("\u{feff}".as_bytes()).map_err(ExportError::io(path))?;
        let out = WriterBuilder::new().from_writer(file);
        let stamp = stamp(&export.study.meta);
        let mut table = Self { path, out, row: header.to_vec(), stamp };
        let tail = ["data_date", "standard", "yike_version"].map(String::from);
        table.row.extend(tail);
        table.flush()?;
        Ok(table)
    }

    fn text(&mut self, text: &str) {
        self.row.push(safe(text).into_owned());
    }

    fn int(&mut self, n: u64) {
        self.row.push(n.to_string());
    }

    fn split(&mut self, split: Split) {
        for n in [split.all(), split.covered, split.lacking, split.edge, split.unplaced] {
            self.int(n);
        }
    }

    /// Shares as decimal fractions; empty of nobody.
    fn shares(&mut self, split: Split) {
        for ppm in [split.share_ppm(), split.at_most_ppm()] {
            let share = ppm.map(|p| format!("{}.{:06}", p / 1_000_000, p % 1_000_000));
            self.row.push(share.unwrap_or_default());
        }
    }

    fn end(&mut self) -> Result<(), ExportError> {
        let stamp: Vec<String> = self.stamp.iter().map(|s| safe(s).into_owned()).collect();
        self.row.extend(stamp);
        self.flush()
    }

    fn flush(&mut self) -> Result<(), ExportError> {
        let written = self.out.write_record(&self.row);
        self.row.clear();
        written.map_err(|e| ExportError::format(self.path, e))
    }

    fn finish(self) -> Result<(), ExportError> {
        let fail = |e: &dyn std::fmt::Display| ExportError::format(self.path, e);
        let mut file = self.out.into_inner().map_err(|e| fail(&e))?;
        file.flush().map_err(|e| fail(&e))
    }
}

fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

fn split_names(of: &str) -> Vec<String> {
    ["all", "covered", "lacking", "edge", "unplaced"].map(|part| format!("{of}_{part}")).into()
}

/// Coverage: area x profile x category x band.
pub(super) fn coverage(export: &Export<'_>, path: &Path) -> Result<(), ExportError> {
    let meta = &export.study.meta;
    let mut names =
        header(&["area", "area_name", "level", "profile", "category", "category_name", "minutes"]);
    names.extend(split_names("homes"));
    names.extend(split_names("people"));
    names.extend(header(&["people_share", "people_share_at_most", "people_estimated"]));
    for age in &meta.ages {
        names.extend([format!("{}_all", age.code), format!("{}_covered", age.code)]);
    }
    let mut table = Table::create(export, path, &names)?;
    for row in 0..meta.rows.len() {
        for p in 0..meta.profiles.len() {
            for s in (0..meta.services.len()).filter(|s| meta.services[*s].category) {
                for b in 0..meta.minutes.len() {
                    let cell = export.study.cover(row, p, s, b);
                    area(export, &mut table, row);
                    table.text(&meta.profiles[p].code);
                    table.text(&meta.services[s].code);
                    table.text(export.service_name(s));
                    table.int(u64::from(meta.minutes[b]));
                    table.split(cell.homes());
                    table.split(cell.people());
                    table.shares(cell.people());
                    table.int(cell.estimated().all());
                    for age in 0..meta.ages.len() {
                        table.int(cell.age(age).all());
                        table.int(cell.age(age).covered);
                    }
                    table.end()?;
                }
            }
        }
    }
    table.finish()
}

fn area(export: &Export<'_>, table: &mut Table<'_>, row: usize) {
    let named = &export.study.meta.rows[row];
    let kind = match named.kind {
        RowKind::All => "*",
        RowKind::Area => &named.code,
        RowKind::Outside => "",
    };
    table.text(kind);
    table.text(&export.row_name(row));
    table.text(&named.level);
}

/// The standard: area x profile x item, with people lacking it; tiers and rules by number; what is
/// not checked and why.
pub(super) fn standard(export: &Export<'_>, path: &Path) -> Result<(), ExportError> {
    let meta = &export.study.meta;
    let mut names = header(&[
        "area",
        "area_name",
        "level",
        "profile",
        "kind",
        "item",
        "item_name",
        "tier",
        "limit",
    ]);
    names.extend(split_names("homes"));
    names.extend(split_names("people"));
    names.extend(header(&[
        "people_share",
        "people_share_at_most",
        "people_estimated",
        "note",
        "basis",
    ]));
    let mut table = Table::create(export, path, &names)?;
    for row in 0..meta.rows.len() {
        for p in 0..meta.profiles.len() {
            for i in 0..meta.standard.items.len() {
                item(export, &mut table, row, p, i)?;
            }
            for t in 0..meta.standard.tiers.len() {
                tier(export, &mut table, row, p, t)?;
            }
        }
    }
    for answer in &meta.ratios {
        let rule = export.study.rule(answer);
        area(export, &mut table, answer.row as usize);
        for text in ["", "number", &rule.code, export.lang.pick(&rule.zh, &rule.en), "", ""] {
            table.text(text);
        }
        (0..5).for_each(|_| table.row.push(String::new()));
        table.int(answer.people);
        (0..7).for_each(|_| table.row.push(String::new()));
        table.text(&format!("needed {}, found {}", answer.needed, answer.found));
        table.text(&rule.basis);
        table.end()?;
    }
    for rule in &meta.standard.unchecked {
        area(export, &mut table, 0);
        for text in ["", "unchecked", &rule.code, export.lang.pick(&rule.zh, &rule.en), "", ""] {
            table.text(text);
        }
        (0..13).for_each(|_| table.row.push(String::new()));
        table.text(export.lang.pick(&rule.why_zh, &rule.why_en));
        table.text(&rule.basis);
        table.end()?;
    }
    table.finish()
}

fn item(
    export: &Export<'_>,
    table: &mut Table<'_>,
    row: usize,
    p: usize,
    i: usize,
) -> Result<(), ExportError> {
    let meta = &export.study.meta;
    let item = &meta.standard.items[i];
    let cell = export.study.item(row, p, i);
    area(export, table, row);
    table.text(&meta.profiles[p].code);
    table.text(if item.optional { "optional" } else { "item" });
    table.text(&item.code);
    table.text(export.item_name(i));
    table.text(&item.tier);
    table.text(&export.limit_text(i));
    table.split(cell.homes());
    table.split(cell.people());
    table.shares(cell.people());
    table.int(cell.estimated().all());
    let missing = export.lang.pick("数据中没有此类设施", "the data has no such facility");
    table.text(if meta.items[i].in_data { "" } else { missing });
    table.text(&item.basis);
    table.end()
}

fn tier(
    export: &Export<'_>,
    table: &mut Table<'_>,
    row: usize,
    p: usize,
    t: usize,
) -> Result<(), ExportError> {
    let meta = &export.study.meta;
    let tier = &meta.standard.tiers[t];
    let cell = export.study.tier(row, p, t);
    area(export, table, row);
    table.text(&meta.profiles[p].code);
    table.text("tier");
    table.text(&tier.code);
    table.text(export.lang.pick(&tier.zh, &tier.en));
    table.text(&tier.code);
    table.text("");
    table.split(cell.homes());
    table.split(cell.people());
    table.shares(cell.people());
    table.int(cell.estimated().all());
    table.text(
        export
            .lang
            .pick("含各下级生活圈的全部必配项目", "all required items, those of smaller tiers too"),
    );
    table.text(&tier.basis);
    table.end()
}

/// The gap list: every item and home that some walker does not have it from, with each walker's state and
/// the nearest there is for the first.
pub(super) fn gaps(export: &Export<'_>, path: &Path) -> Result<(), ExportError> {
    let study = export.study;
    let meta = &study.meta;
    let mut names = header(&[
        "item",
        "item_name",
        "optional",
        "limit",
        "home",
        "home_name",
        "people",
        "people_estimated",
        "nearest_s",
        "nearest_m",
        "nearest_id",
    ]);
    names.extend(meta.profiles.iter().map(|p| p.code.clone()));
    let mut table = Table::create(export, path, &names)?;
    for (i, item) in meta.standard.items.iter().enumerate() {
        // Everyone lacks what the data does not have: the standard's table says so once.
        if !meta.items[i].in_data {
            continue;
        }
        let block = study.block(0, meta.items[i].service as usize)?;
        for home in 0..study.homes() {
            let parts: Vec<Part> =
                (0..meta.profiles.len()).map(|p| study.item_part(p, i, home)).collect();
            if parts.iter().all(|part| *part == Part::Covered) {
                continue;
            }
            table.text(&item.code);
            table.text(export.item_name(i));
            table.int(u64::from(item.optional));
            table.text(&export.limit_text(i));
            table.text(study.home_id.get(home));
            table.text(study.home_name.get(home));
            table.int(u64::from(study.people[home]));
            table.int(u64::from(study.estimated[home]));
            let near = block.nearest(home).next();
            table.row.push(near.map_or_else(String::new, |w| tenths(w.ds)));
            table.row.push(near.map_or_else(String::new, |w| w.m.to_string()));
            table.text(near.map_or("", |w| study.facility_id.get(w.facility as usize)));
            for part in parts {
                table.text(part_word(part));
            }
            table.end()?;
        }
    }
    table.finish()
}

/// Every home with its nearest facilities and numbers within each band, for one profile.
pub(super) fn homes(export: &Export<'_>, p: usize, path: &Path) -> Result<(), ExportError> {
    let study = export.study;
    let mut names = header(&["lon", "lat", "profile"]);
    names.extend(export.home_columns(true).into_iter().map(|(name, _)| name));
    let blocks = study.blocks(p)?;
    let mut table = Table::create(export, path, &names)?;
    for home in 0..study.homes() {
        let at = study.home_coord[home];
        table.row.push(format!("{:.7}", at.lon()));
        table.row.push(format!("{:.7}", at.lat()));
        table.text(&study.meta.profiles[p].code);
        for value in export.home_values(p, &blocks, home, true) {
            match value {
                Value::Text(text) => table.text(&text),
                Value::Int(n) => table.row.push(n.to_string()),
                Value::Tenths(n) => table.row.push(tenths(n)),
                Value::Nothing => table.row.push(String::new()),
            }
        }
        table.end()?;
    }
    table.finish()
}

impl Export<'_> {
    /// The walk an item allows, in words.
    pub(super) fn limit_text(&self, i: usize) -> String {
        let standard = &self.study.meta.standard;
        let limit = standard.limit(&standard.items[i]);
        let metres = limit.dm.map(|dm| format!("{} {}", dm / 10, self.lang.pick("米", "m")));
        let minutes = limit.ds.map(|ds| format!("{} {}", ds / 600, self.lang.pick("分钟", "min")));
        metres.into_iter().chain(minutes).collect::<Vec<_>>().join(" / ")
    }
}
