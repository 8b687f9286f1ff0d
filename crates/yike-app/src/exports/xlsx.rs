//! The study as a workbook: coverage, gaps, areas, and what it all stands on. Numbers are numbers.

use std::path::Path;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};
use yike_streets::circles::coverage::Split;

use super::{Export, ExportError};

/// Rows of a sheet beyond which it is cut, with a note (the format ends at 1,048,576).
const MAX_ROWS: u32 = 200_000;

/// Writes the workbook.
pub(super) fn write(export: &Export<'_>, path: &Path) -> Result<(), ExportError> {
    let bytes = bytes(export).map_err(|e| ExportError::format(path, e))?;
    std::fs::write(path, bytes).map_err(ExportError::io(path))
}

/// The workbook's bytes; the same study gives the same.
pub(super) fn bytes(export: &Export<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // A fixed date: the file must not change with the hour it was made at.
    let properties = DocProperties::new()
        .set_title(export.lang.pick("一刻钟生活圈", "Quarter-hour circle"))
        .set_comment(export.one_line())
        .set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?);
    book.set_properties(&properties);
    let style = Style::new();
    coverage(export, &style, book.add_worksheet())?;
    gaps(export, &style, book.add_worksheet())?;
    areas(export, &style, book.add_worksheet())?;
    about(export, &style, book.add_worksheet())?;
    book.save_to_buffer()
}

struct Style {
    head: Format,
    count: Format,
    share: Format,
    wrap: Format,
}

impl Style {
    fn new() -> Self {
        Self {
            head: Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top),
            count: Format::new().set_num_format("#,##0"),
            share: Format::new().set_num_format("0.0%"),
            wrap: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        }
    }
}

/// Writes one row after the other.
struct Sheet<'a> {
    to: &'a mut Worksheet,
    style: &'a Style,
    row: u32,
    column: u16,
}

impl<'a> Sheet<'a> {
    fn new(
        sheet: &'a mut Worksheet,
        style: &'a Style,
        name: &str,
        header: &[(&str, f64)],
    ) -> Result<Self, XlsxError> {
        sheet.set_name(name)?;
        for (c, (title, width)) in header.iter().enumerate() {
            sheet.write_with_format(0, c as u16, *title, &style.head)?;
            sheet.set_column_width(c as u16, *width)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        sheet.set_repeat_rows(0, 0)?;
        Ok(Self { to: sheet, style, row: 1, column: 0 })
    }

    fn text(&mut self, text: &str) -> Result<(), XlsxError> {
        // Written as a string cell: a spreadsheet never takes it for a formula.
        self.to.write_string(self.row, self.column, text)?;
        self.column += 1;
        Ok(())
    }

    fn count(&mut self, n: u64) -> Result<(), XlsxError> {
        self.to.write_number_with_format(self.row, self.column, n as f64, &self.style.count)?;
        self.column += 1;
        Ok(())
    }

    fn share(&mut self, ppm: Option<u32>) -> Result<(), XlsxError> {
        if let Some(ppm) = ppm {
            let share = f64::from(ppm) / 1e6;
            self.to.write_number_with_format(self.row, self.column, share, &self.style.share)?;
        }
        self.column += 1;
        Ok(())
    }

    fn split(&mut self, split: Split) -> Result<(), XlsxError> {
        for n in [split.all(), split.covered, split.lacking, split.edge, split.unplaced] {
            self.count(n)?;
        }
        self.share(split.share_ppm())?;
        self.share(split.at_most_ppm())
    }

    fn next(&mut self) -> bool {
        self.row += 1;
        self.column = 0;
        self.row < MAX_ROWS
    }

    fn end(self) -> Result<(), XlsxError> {
        if self.row > 1 {
            self.to.autofilter(0, 0, self.row - 1, self.column)?;
        }
        Ok(())
    }
}

fn split_header<'a>(export: &Export<'_>, header: &mut Vec<(&'a str, f64)>) {
    let lang = export.lang;
    let names: [(&'a str, &'a str); 7] = [
        ("人数", "People"),
        ("可达", "Covered"),
        ("缺", "Lacking"),
        ("边界外未知", "Edge: unknown"),
        ("未落到路网", "Off the streets"),
        ("可达比例", "Share"),
        ("最多比例", "Share at most"),
    ];
    header.extend(names.map(|(zh, en)| (lang.pick(zh, en), 11.0)));
}

fn coverage(export: &Export<'_>, style: &Style, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let (study, lang) = (export.study, export.lang);
    let meta = &study.meta;
    let mut header = vec![
        (lang.pick("步行者", "Walker"), 16.0),
        (lang.pick("设施", "Category"), 26.0),
        (lang.pick("数据中设施数", "Facilities in the data"), 10.0),
        (lang.pick("分钟", "Minutes"), 8.0),
    ];
    split_header(export, &mut header);
    let ages: Vec<String> = meta.ages.iter().map(|a| format!("{} %", a.code)).collect();
    header.extend(ages.iter().map(|a| (a.as_str(), 11.0)));
    let mut out = Sheet::new(sheet, style, lang.pick("可达", "Coverage"), &header)?;
    let width = header.len() as u16 - 1;
    for p in 0..meta.profiles.len() {
        for s in (0..meta.services.len()).filter(|s| meta.services[*s].category) {
            for b in 0..meta.minutes.len() {
                let cell = study.cover(0, p, s, b);
                out.text(export.profile_name(p))?;
                out.text(export.service_name(s))?;
                out.count(u64::from(meta.services[s].facilities))?;
                out.count(u64::from(meta.minutes[b]))?;
                out.split(cell.people())?;
                for age in 0..meta.ages.len() {
                    out.share(cell.age(age).share_ppm())?;
                }
                out.next();
            }
        }
    }
    out.column = width;
    out.end()
}

fn gaps(export: &Export<'_>, style: &Style, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let (study, lang) = (export.study, export.lang);
    let meta = &study.meta;
    let mut header = vec![
        (lang.pick("步行者", "Walker"), 16.0),
        (lang.pick("生活圈", "Tier"), 18.0),
        (lang.pick("项目", "Item"), 30.0),
        (lang.pick("标准", "Limit"), 12.0),
        (lang.pick("说明", "Note"), 22.0),
    ];
    split_header(export, &mut header);
    header.push((lang.pick("依据", "Basis"), 40.0));
    let mut out = Sheet::new(sheet, style, lang.pick("缺口", "Gaps"), &header)?;
    let width = header.len() as u16 - 1;
    for p in 0..meta.profiles.len() {
        for (i, item) in meta.standard.items.iter().enumerate() {
            let tier = &meta.standard.tiers[meta.standard.tier_of(item)];
            out.text(export.profile_name(p))?;
            out.text(lang.pick(&tier.zh, &tier.en))?;
            out.text(export.item_name(i))?;
            out.text(&export.limit_text(i))?;
            let note = match (meta.items[i].in_data, item.optional) {
                (false, _) => lang.pick("数据中没有此类设施", "not in the data"),
                (true, true) => lang.pick("选配", "optional"),
                (true, false) => "",
            };
            out.text(note)?;
            out.split(study.item(0, p, i).people())?;
            out.text(&item.basis)?;
            out.next();
        }
    }
    out.column = width;
    out.end()
}

fn areas(export: &Export<'_>, style: &Style, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let (study, lang) = (export.study, export.lang);
    let meta = &study.meta;
    let mut header = vec![
        (lang.pick("区域", "Area"), 20.0),
        (lang.pick("代码", "Code"), 14.0),
        (lang.pick("级别", "Level"), 12.0),
        (lang.pick("步行者", "Walker"), 16.0),
        (lang.pick("人数", "People"), 11.0),
        (lang.pick("其中估算", "of them estimated"), 11.0),
    ];
    let lacking = lang.pick("缺", "Lacking");
    let tiers = meta.standard.tiers.iter().map(|t| format!("{} %", lang.pick(&t.zh, &t.en)));
    let items =
        (0..meta.standard.items.len()).map(|i| format!("{lacking}: {}", export.item_name(i)));
    let wide: Vec<String> = tiers.chain(items).collect();
    header.extend(wide.iter().map(|name| (name.as_str(), 12.0)));
    let mut out = Sheet::new(sheet, style, lang.pick("区域", "Areas"), &header)?;
    'rows: for row in 0..meta.rows.len() {
        let named = &meta.rows[row];
        for p in 0..meta.profiles.len() {
            let (people, estimated) = study.people_of(row);
            out.text(&export.row_name(row))?;
            out.text(&named.code)?;
            out.text(&named.level)?;
            out.text(export.profile_name(p))?;
            out.count(people)?;
            out.count(estimated)?;
            for t in 0..meta.standard.tiers.len() {
                out.share(study.tier(row, p, t).people().share_ppm())?;
            }
            for i in 0..meta.standard.items.len() {
                out.count(study.item(row, p, i).people().lacking)?;
            }
            if !out.next() {
                out.text(lang.pick("其余见 standard.csv", "the rest is in standard.csv"))?;
                break 'rows;
            }
        }
    }
    out.column = header.len() as u16 - 1;
    out.end()
}

fn about(export: &Export<'_>, style: &Style, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let lang = export.lang;
    let header = [(lang.pick("项目", "What"), 28.0), (lang.pick("内容", "Text"), 110.0)];
    let mut out = Sheet::new(sheet, style, lang.pick("说明", "About"), &header)?;
    let mut lines = export.about();
    let standard = &export.study.meta.standard;
    for rule in &standard.unchecked {
        let label = lang.pick("未检查", "Not checked");
        let text = format!(
            "{}: {} ({})",
            lang.pick(&rule.zh, &rule.en),
            lang.pick(&rule.why_zh, &rule.why_en),
            rule.basis
        );
        lines.push((label.to_owned(), text));
    }
    for (label, text) in lines {
        out.to.write_with_format(out.row, 0, &label, &style.wrap)?;
        out.to.write_with_format(out.row, 1, &text, &style.wrap)?;
        out.next();
    }
    Ok(())
}
