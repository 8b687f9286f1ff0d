//! The report a district office prints: what is within reach, what is missing and for whom, on A4.
//!
//! One self-contained page without script: maps and bars are SVG, each with a title that states the
//! finding and a table beside it. Every value is escaped.

mod findings;
mod maps;

use std::fmt::Write as _;

use self::findings::{Findings, ItemFinding};
use super::words::{grouped, percent};
use super::{Export, Lang};

/// Areas shown in the list of the worst off.
const WORST_AREAS: usize = 12;
/// Items shown in the list of differences between walkers.
const DIFFERENCES: usize = 8;

/// The pattern of the uncertain part of bars, once for the page.
const HATCH: &str = "<svg width=\"0\" height=\"0\" aria-hidden=\"true\" class=\"hidden\"><defs>\
    <pattern id=\"edge\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
    <path d=\"M0 0V5\" stroke=\"#4DA08F\" stroke-width=\"2\"/></pattern></defs></svg>";

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
    page += &maps::section(export, &findings);
    page += &items(export, &findings);
    page += &walkers(export, &findings);
    page += &areas(export, &findings);
    page += &notes(export, &findings);
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

/// Three figures: who was counted, the largest tier, the edge.
fn figures(export: &Export<'_>, findings: &Findings) -> String {
    let lang = export.lang;
    let who = findings.who(lang);
    let (people, estimated) = export.study.people_of(0);
    let (all, note) = if findings.by_people {
        let mark = if estimated == 0 {
            String::new()
        } else if estimated == people {
            lang.pick("全部为估算", "all of them an estimate").to_owned()
        } else {
            format!("{} {}", lang.pick("其中估算", "of them estimated:"), grouped(estimated))
        };
        (people, mark)
    } else {
        (
            export.study.homes() as u64,
            lang.pick("没有人口数据，按住处计", "no people given: counted by home").to_owned(),
        )
    };
    let lacking = findings.lacking_each_tenths;
    let near = findings.near_edge;
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
    let each = format!("{}.{}", lacking / 10, lacking % 10);
    let of = match lang {
        Lang::Zh => format!(
            "平均每{}缺的必配项目（共 {} 项）",
            if findings.by_people { "人" } else { "处" },
            findings.required()
        ),
        Lang::En => format!(
            "of {} required services are surely missing for the average {}",
            findings.required(),
            if findings.by_people { "person" } else { "home" }
        ),
    };
    format!(
        "<div class=\"figures\">{}{}{}</div>",
        figure(grouped(all), who, &note),
        figure(each, lang.pick("项", ""), &of),
        figure(grouped(near), who, &edge_note)
    )
}

/// The standard item by item: the chart and its table in one.
fn items(export: &Export<'_>, findings: &Findings) -> String {
    let lang = export.lang;
    let meta = &export.study.meta;
    let title = match lang {
        Lang::Zh => format!(
            "{} 项中 {} 项达到九成；按缺的{}从多到少",
            findings.checked(),
            findings.well_covered(),
            findings.who(lang)
        ),
        Lang::En => format!(
            "{} of {} services pass nine in ten; most {} lacking first",
            findings.well_covered(),
            findings.checked(),
            findings.who(lang)
        ),
    };
    let heads = [
        lang.pick("项目", "Service"),
        lang.pick("步行标准", "Walk"),
        lang.pick("设施数", "In data"),
        lang.pick("可达（虚线为九成）", "In reach (dashes: nine in ten)"),
        "",
        lang.pick("缺", "Lacking"),
        lang.pick("界边未知", "Unknown at edge"),
        lang.pick("最弱步行者", "Weakest walker"),
    ];
    let mut out = format!("<section>{HATCH}<h2>{}</h2>", escape(&title));
    out += "<table class=\"bars\"><thead><tr>";
    for head in heads {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escape(head));
    }
    out += "</tr></thead>";
    for (t, tier) in meta.standard.tiers.iter().enumerate() {
        let rows: Vec<&ItemFinding> =
            findings.items.iter().filter(|f| f.tier == t && f.in_data).collect();
        if rows.is_empty() {
            continue;
        }
        let name = escape(lang.pick(&tier.zh, &tier.en));
        let _ = write!(
            out,
            "<tbody><tr class=\"tier\"><th scope=\"rowgroup\" colspan=\"8\">{name}</th></tr>"
        );
        for finding in rows {
            out += &item_row(export, finding);
        }
        out += "</tbody>";
    }
    out += "</table>";
    if findings.items.iter().any(|f| f.in_data && f.thin) {
        let text = lang.pick(
            "* 数据中的数量不到标准人口规模应有的一半，多半是没有登记；标题不以它为据。",
            "* fewer in the data than half of what the standard's numbers of people call for: most likely not mapped, so no headline rests on it.",
        );
        let _ = write!(out, "<p class=\"doubt\">{}</p>", escape(text));
    }
    out += &not_in_data(export, findings);
    out + "</section>"
}

fn item_row(export: &Export<'_>, finding: &ItemFinding) -> String {
    let lang = export.lang;
    let meta = &export.study.meta;
    let i = finding.item;
    let service = meta.items[i].service as usize;
    let optional =
        if meta.standard.items[i].optional { lang.pick("（选配）", " (optional)") } else { "" };
    let few = if finding.thin { "<span class=\"few\">*</span>" } else { "" };
    let weakest = finding.weakest.map_or_else(String::new, |(p, ppm)| {
        format!("{} {}", export.profile_name(p), percent(Some(ppm)))
    });
    format!(
        "<tr><th scope=\"row\">{}{optional}</th><td>{}</td><td class=\"n\">{}{few}</td><td>{}</td><td class=\"n\">{}</td>\
         <td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>",
        escape(export.item_name(i)),
        escape(&export.limit_text(i)),
        grouped(u64::from(meta.services[service].facilities)),
        bar(finding),
        percent(finding.split.share_ppm()),
        grouped(finding.split.lacking),
        grouped(finding.split.edge),
        escape(&weakest)
    )
}

/// A bar from zero: covered solid, unknown at the edge hatched, nine in ten as a dashed line.
fn bar(finding: &ItemFinding) -> String {
    const WIDTH: u64 = 150;
    let x = |ppm: Option<u32>| u64::from(ppm.unwrap_or(0)) * WIDTH / 1_000_000;
    let (covered, most) = (x(finding.split.share_ppm()), x(finding.split.at_most_ppm()));
    let mark = WIDTH * 9 / 10;
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 {WIDTH} 12\" width=\"{WIDTH}\" height=\"12\" aria-hidden=\"true\">\
         <rect width=\"{WIDTH}\" height=\"12\" fill=\"#EFECE3\"/>\
         <rect x=\"{covered}\" width=\"{}\" height=\"12\" fill=\"url(#edge)\"/>\
         <rect width=\"{covered}\" height=\"12\" fill=\"#0B6E5F\"/>\
         <path d=\"M{mark} 0V12\" stroke=\"#1D2733\" stroke-dasharray=\"2 2\"/></svg>",
        most - covered
    )
}

/// What nobody can be said to lack or have, since the data has none of it.
fn not_in_data(export: &Export<'_>, findings: &Findings) -> String {
    let names: Vec<&str> =
        findings.items.iter().filter(|f| !f.in_data).map(|f| export.item_name(f.item)).collect();
    if names.is_empty() {
        return String::new();
    }
    let lang = export.lang;
    let text = match lang {
        Lang::Zh => format!(
            "数据中完全没有这 {} 项，可能是没有，也可能是没有登记，未计入以上结论：{}。",
            names.len(),
            names.join("、")
        ),
        Lang::En => format!(
            "The data has none of these {}; they may be missing on the ground or only from the data, and count in no finding above: {}.",
            names.len(),
            names.join(", ").to_lowercase()
        ),
    };
    format!("<p class=\"doubt\">{}</p>", escape(&text))
}

/// What it costs to walk otherwise: the largest differences between walkers.
fn walkers(export: &Export<'_>, findings: &Findings) -> String {
    let meta = &export.study.meta;
    if meta.profiles.len() < 2 {
        return String::new();
    }
    let lang = export.lang;
    let mut items: Vec<&ItemFinding> =
        findings.items.iter().filter(|f| f.in_data && f.spread() > 0).collect();
    items.sort_by_key(|f| (std::cmp::Reverse(f.spread()), f.item));
    items.truncate(DIFFERENCES);
    let title = match items.first().and_then(|f| Some((f, f.weakest?))) {
        Some((first, (p, ppm))) => {
            let (name, walker) = (export.item_name(first.item), export.profile_name(p));
            let (best, weak) =
                (percent(first.shares.iter().flatten().max().copied()), percent(Some(ppm)));
            match lang {
                Lang::Zh => {
                    format!("步行者之间差别最大的是{name}：最好 {best}，{walker}只有 {weak}")
                }
                Lang::En => format!(
                    "Walkers differ most on {}: {best} at best, {weak} for {}",
                    name.to_lowercase(),
                    walker.to_lowercase()
                ),
            }
        }
        None => lang.pick("各类步行者之间没有差别", "All walkers reach the same").to_owned(),
    };
    let mut out = format!("<section><h2>{}</h2>", escape(&title));
    if !items.is_empty() {
        out += "<table><thead><tr>";
        let _ = write!(out, "<th scope=\"col\">{}</th>", lang.pick("项目", "Service"));
        for p in 0..meta.profiles.len() {
            let _ = write!(
                out,
                "<th scope=\"col\" class=\"n\">{}</th>",
                escape(export.profile_name(p))
            );
        }
        out += "</tr></thead><tbody>";
        for finding in items {
            let _ = write!(
                out,
                "<tr><th scope=\"row\">{}</th>",
                escape(export.item_name(finding.item))
            );
            for ppm in &finding.shares {
                let _ = write!(out, "<td class=\"n\">{}</td>", percent(*ppm));
            }
            out += "</tr>";
        }
        out += "</tbody></table>";
    }
    out + "</section>"
}

fn areas(export: &Export<'_>, findings: &Findings) -> String {
    let Some(worst) = findings.areas.first() else { return String::new() };
    let lang = export.lang;
    let name = export.row_name(worst.row);
    let each = |tenths: u64| format!("{}.{}", tenths / 10, tenths % 10);
    let title = match lang {
        Lang::Zh => format!(
            "缺得最多的是{name}：平均每{}缺 {} 项",
            if findings.by_people { "人" } else { "处" },
            each(worst.lacking_each_tenths)
        ),
        Lang::En => format!(
            "{name} is worst off: {} services missing for the average {}",
            each(worst.lacking_each_tenths),
            if findings.by_people { "person" } else { "home" }
        ),
    };
    let heads = [
        lang.pick("区域", "Area"),
        lang.pick("代码", "Code"),
        if findings.by_people {
            lang.pick("人数", "People")
        } else {
            lang.pick("住处", "Homes")
        },
        lang.pick("平均缺项", "Missing on average"),
        lang.pick("缺得最多的项目", "Lacked by most"),
        lang.pick("缺", "Lacking"),
    ];
    let mut out = format!("<section><h2>{}</h2><table><thead><tr>", escape(&title));
    for head in heads {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escape(head));
    }
    out += "</tr></thead><tbody>";
    for area in findings.areas.iter().take(WORST_AREAS) {
        let (item, lacking) = area.most.map_or(("–", 0), |(i, n)| (export.item_name(i), n));
        let _ = write!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td><td class=\"n\">{}</td></tr>",
            escape(&export.row_name(area.row)),
            escape(&export.study.meta.rows[area.row].code),
            grouped(area.all),
            each(area.lacking_each_tenths),
            escape(item),
            grouped(lacking)
        );
    }
    out + "</tbody></table></section>"
}

/// What the study stands on, what it leaves open, what the standard asks that was not checked.
fn notes(export: &Export<'_>, findings: &Findings) -> String {
    let lang = export.lang;
    let standard = &export.study.meta.standard;
    let mut out = format!(
        "<section class=\"notes\"><h2>{}</h2><dl>",
        lang.pick("依据与保留", "What this stands on, and what it leaves open")
    );
    for (label, text) in export.about() {
        let _ = write!(out, "<dt>{}</dt><dd>{}</dd>", escape(&label), escape(&text));
    }
    let method = lang.pick(
        "沿步行路网计算，不用直线半径；“缺”指在标准距离内没有且数据足够远，“界边未知”指数据在此距离内中断；比例向下取整。",
        "Walks follow the street network, never straight lines. “Lacking” means none within the walk although the data goes on; “unknown at edge” means the data ends within the walk. Shares are rounded down.",
    );
    let _ = write!(out, "<dt>{}</dt><dd>{}</dd>", lang.pick("方法", "Method"), method);
    for (answer, name) in &findings.short_ratios {
        let rule = export.study.rule(answer);
        let text = match lang {
            Lang::Zh => format!(
                "{name}：应有 {}，数据中有 {}（{}）",
                answer.needed, answer.found, rule.basis
            ),
            Lang::En => format!(
                "{name}: {} called for, {} in the data ({})",
                answer.needed, answer.found, rule.basis
            ),
        };
        let _ = write!(
            out,
            "<dt>{}</dt><dd>{}</dd>",
            escape(lang.pick(&rule.zh, &rule.en)),
            escape(&text)
        );
    }
    for rule in &standard.unchecked {
        let text = format!(
            "{} – {}",
            lang.pick(&rule.zh, &rule.en),
            lang.pick(&rule.why_zh, &rule.why_en)
        );
        let _ = write!(
            out,
            "<dt>{}</dt><dd>{}</dd>",
            lang.pick("未检查", "Not checked"),
            escape(&text)
        );
    }
    out + "</dl></section>"
}
