//! The report a district office prints: what is within reach, what is missing and for whom, on one A4.
//!
//! One self-contained page without script: map and bars are SVG, each with a title that states the
//! finding and a table beside it. What is long stands in the files beside it, which it names. Every value
//! is escaped.

mod findings;
mod maps;
mod notes;
mod tables;

use std::fmt::Write as _;

use self::findings::Findings;
use super::words::{grouped, percent, tenths};
use super::{Export, Lang};

/// The whole page.
pub(super) fn html(export: &Export<'_>) -> String {
    let findings = Findings::of(export);
    let title = export.title(&findings);
    let mut page = String::with_capacity(1 << 20);
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{}</title><style>{}</style></head><body><main>",
        export.lang.code(),
        escape(&title),
        include_str!("report.css")
    );
    page += &head(export, &findings, &title);
    let map = maps::map(export, &findings);
    let (class, [left, right]) = if findings.checked() == 0 {
        ("sheet empty", [map, tables::not_in_data(export, &findings)])
    } else {
        let right = map + &tables::walkers(export, &findings) + &tables::areas(export, &findings);
        ("sheet", [tables::items(export, &findings), right])
    };
    let _ = write!(page, "<div class=\"{class}\"><div>{left}</div><div>{right}</div></div>");
    page += &notes::notes(export, &findings);
    page += "</main></body></html>\n";
    page
}

/// Text made safe to stand in HTML, in elements and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c if c.is_control() && c != '\n' => {}
            c => out.push(c),
        }
    }
    out
}

impl Export<'_> {
    /// What the place is called: the one area at the top, else the file's name.
    fn place(&self) -> String {
        let meta = &self.study.meta;
        let top: Vec<_> = match meta.levels.first() {
            Some(level) => {
                meta.rows.iter().filter(|r| r.level == *level && !r.code.is_empty()).collect()
            }
            None => Vec::new(),
        };
        if let [one] = top.as_slice() {
            return one.name.clone();
        }
        let name = meta.city.source.split(['.', '_', '-']).next().unwrap_or_default();
        let mut letters = name.chars();
        letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
    }

    fn title(&self, findings: &Findings) -> String {
        let (place, walker) = (self.place(), self.profile_name(0));
        let (all, good) = (findings.checked(), findings.well_covered());
        if all == 0 {
            return match self.lang {
                Lang::Zh => format!("{place}一刻钟：数据里没有标准要求的设施，还不能评判"),
                Lang::En => format!(
                    "{place}, a quarter-hour on foot: not judged yet, since the data has no facility the standard asks for"
                ),
            };
        }
        match self.lang {
            Lang::Zh => format!(
                "{place}一刻钟：{walker}步行，{all} 项设施中 {good} 项九成以上{}走得到",
                findings.who(self.lang)
            ),
            Lang::En => format!(
                "{place}, a quarter-hour on foot: {good} of {all} services are in reach of nine in ten {} ({})",
                findings.who(self.lang),
                walker.to_lowercase()
            ),
        }
    }
}

fn head(export: &Export<'_>, findings: &Findings, title: &str) -> String {
    let lang = export.lang;
    let meta = &export.study.meta;
    let mut out = format!("<header><h1>{}</h1>", escape(title));
    if findings.checked() == 0 {
        let _ = write!(out, "<p class=\"lede\">{}</p>", escape(&to_supply(export)));
    }
    if let Some(gap) = findings.largest_gap() {
        let (name, limit) = (export.item_name(gap.item), export.limit_text(gap.item));
        let (n, share) = (grouped(gap.split.lacking), percent(gap.lacking_ppm()));
        let who = findings.who(lang);
        let sentence = match lang {
            Lang::Zh => format!("缺口最大的是{name}：{n} {who}（{share}）走 {limit} 到不了。"),
            Lang::En => format!(
                "The largest gap is {}: {n} {who} ({share}) have none within {limit}.",
                name.to_lowercase()
            ),
        };
        let _ = write!(out, "<p class=\"lede\">{}</p>", escape(&sentence));
    }
    let date = meta.city.data_date.as_deref().unwrap_or(lang.pick("日期不详", "date unknown"));
    let facts = [
        (lang.pick("数据", "Data"), format!("{} · {date}", meta.city.source)),
        (lang.pick("步行者", "Walker"), export.profile_name(0).to_owned()),
        (lang.pick("标准", "Standard"), lang.pick(&meta.standard.zh, &meta.standard.en).to_owned()),
        (
            lang.pick("时刻", "Time"),
            meta.at.clone().unwrap_or_else(|| lang.pick("门均按开放计", "all gates open").into()),
        ),
        (lang.pick("版本", "Version"), format!("Yike {}", meta.made_by)),
    ];
    out += "<dl class=\"facts\">";
    for (label, text) in facts {
        let _ = write!(out, "<div><dt>{}</dt><dd>{}</dd></div>", escape(label), escape(&text));
    }
    out += "</dl>";
    out += &figures(export, findings);
    out + "</header>"
}

/// Why nothing could be judged, and what to supply.
fn to_supply(export: &Export<'_>) -> String {
    let meta = &export.study.meta;
    let (asked, source) = (meta.standard.items.len(), &meta.city.source);
    let source = meta.facilities_source.as_ref().map_or(source, |own| &own.file);
    match export.lang {
        Lang::Zh => format!(
            "标准列出 {asked} 项设施，{source} 里一项也没有登记：这不等于当地没有。请用 --facilities 给出设施表（名称、类别、经纬度），或换用带设施的地图数据，再算一次。"
        ),
        Lang::En => format!(
            "The standard asks for {asked} services and {source} lists none of them, which does not mean that there are none. Give a table of facilities (name, category, position) with --facilities, or streets with facilities, and compute again."
        ),
    }
}

/// Three figures: who was counted, what they miss on average, the edge.
fn figures(export: &Export<'_>, findings: &Findings) -> String {
    let lang = export.lang;
    let who = findings.who(lang);
    let (all, note) = counted(export, findings);
    let minutes = export.study.meta.minutes.last().copied().unwrap_or_default();
    let edge_note = match lang {
        Lang::Zh => format!("距数据边界不足 {minutes} 分钟，界外或另有设施"),
        Lang::En => format!("live within {minutes} minutes of the edge of the data"),
    };
    let figure = |n: String, unit: &str, note: &str| {
        format!(
            "<div><b>{}</b> <span>{}</span><small>{}</small></div>",
            escape(&n),
            escape(unit),
            escape(note)
        )
    };
    let (missing, of) = missing(export, findings);
    format!(
        "<div class=\"figures\">{}{}{}</div>",
        figure(grouped(all), who, &note),
        figure(missing, lang.pick("项", ""), &of),
        figure(grouped(findings.near_edge), who, &edge_note)
    )
}

/// Who was counted, and how far that is an estimate.
fn counted(export: &Export<'_>, findings: &Findings) -> (u64, String) {
    let lang = export.lang;
    let (people, estimated) = export.study.people_of(0);
    if !findings.by_people {
        let note = lang.pick("没有人口数据，按住处计", "no people given: counted by home");
        return (export.study.homes() as u64, note.to_owned());
    }
    let note = if estimated == 0 {
        String::new()
    } else if estimated == people {
        lang.pick("全部为估算", "all of them an estimate").to_owned()
    } else {
        format!("{} {}", lang.pick("其中估算", "of them estimated:"), grouped(estimated))
    };
    (people, note)
}

/// Services missing on average; where none can be judged, how many the standard asks for.
fn missing(export: &Export<'_>, findings: &Findings) -> (String, String) {
    let required = findings.required();
    if required == 0 {
        let asked = export.study.meta.standard.items.len().to_string();
        let note = export.lang.pick(
            "标准要求，数据中都没有，未评判",
            "services asked for, none of them in the data: not judged",
        );
        return (asked, note.to_owned());
    }
    let note = match export.lang {
        Lang::Zh => format!(
            "平均每{}缺的必配项目（共 {required} 项）",
            if findings.by_people { "人" } else { "处" }
        ),
        Lang::En => format!(
            "of {required} required services are surely missing for the average {}",
            if findings.by_people { "person" } else { "home" }
        ),
    };
    (tenths(findings.lacking_each_tenths as u32), note)
}
