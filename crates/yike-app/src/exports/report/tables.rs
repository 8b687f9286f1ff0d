//! The tables of the report: services, walkers, areas.

use std::fmt::Write as _;

use super::super::words::{grouped, percent};
use super::findings::{Findings, ItemFinding};
use super::{Export, Lang, escape};

/// Services shown; all of them stand in the files beside the report.
const ITEMS: usize = 26;
/// Areas shown in the list of the worst off.
const WORST_AREAS: usize = 6;

/// The pattern of the uncertain part of bars, once for the page.
const HATCH: &str = "<svg width=\"0\" height=\"0\" aria-hidden=\"true\" class=\"hidden\"><defs>\
    <pattern id=\"edge\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
    <path d=\"M0 0V5\" stroke=\"#4DA08F\" stroke-width=\"2\"/></pattern></defs></svg>";

/// The head of a table; numbers stand to the right.
fn table_head(heads: &[(&str, bool)]) -> String {
    let mut out = String::from("<table><thead><tr>");
    for (head, number) in heads {
        let class = if *number { " class=\"n\"" } else { "" };
        let _ = write!(out, "<th scope=\"col\"{class}>{}</th>", escape(head));
    }
    out + "</tr></thead>"
}

/// The standard item by item, the most lacking first: chart and table in one.
pub(super) fn items(export: &Export<'_>, findings: &Findings) -> String {
    let lang = export.lang;
    let meta = &export.study.meta;
    let title = match lang {
        Lang::Zh => format!(
            "{} 项中 {} 项达到九成；每级内缺的{}多的在前",
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
        (lang.pick("项目", "Service"), false),
        (lang.pick("步行", "Walk"), false),
        (lang.pick("设施数", "In data"), true),
        (lang.pick("可达（虚线为九成）", "In reach (dashes: 90%)"), false),
        ("", true),
        (lang.pick("缺", "Lacking"), true),
        (lang.pick("界边未知", "Unknown"), true),
    ];
    let mut out = format!("<section class=\"bars\">{HATCH}<h2>{}</h2>", escape(&title));
    out += &table_head(&heads);
    let shown = |f: &&ItemFinding| f.in_data && !findings.cut.contains(&f.item);
    for (t, tier) in meta.standard.tiers.iter().enumerate() {
        let rows: Vec<_> = findings.items.iter().filter(|f| f.tier == t).filter(shown).collect();
        if rows.is_empty() {
            continue;
        }
        let name = escape(lang.pick(&tier.zh, &tier.en));
        let _ = write!(
            out,
            "<tbody><tr class=\"tier\"><th scope=\"rowgroup\" colspan=\"7\">{name}</th></tr>"
        );
        for finding in rows {
            out += &item_row(export, finding);
        }
        out += "</tbody>";
    }
    out += "</table>";
    out += &remarks(export, findings);
    out + "</section>"
}

/// Items that find no room on the page: those most people have.
pub(super) fn cut(items: &[ItemFinding]) -> Vec<usize> {
    items.iter().filter(|f| f.in_data).skip(ITEMS).map(|f| f.item).collect()
}

fn remarks(export: &Export<'_>, findings: &Findings) -> String {
    let lang = export.lang;
    let mut out = String::new();
    if findings.items.iter().any(|f| f.in_data && f.thin) {
        let text = lang.pick(
            "* 数据中的数量不到标准人口规模应有的一半，多半是没有登记；标题不以它为据。",
            "* fewer in the data than half of what the standard's numbers of people call for: most likely not mapped, so no headline rests on it.",
        );
        let _ = write!(out, "<p class=\"doubt\">{}</p>", escape(text));
    }
    if !findings.cut.is_empty() {
        let n = findings.cut.len();
        let text = match lang {
            Lang::Zh => format!("另有 {n} 项缺口较小，见 standard.csv。"),
            Lang::En => format!("Another {n} with smaller gaps stand in standard.csv."),
        };
        let _ = write!(out, "<p class=\"doubt\">{}</p>", escape(&text));
    }
    out + &not_in_data(export, findings)
}

fn item_row(export: &Export<'_>, finding: &ItemFinding) -> String {
    let lang = export.lang;
    let meta = &export.study.meta;
    let i = finding.item;
    let service = meta.items[i].service as usize;
    let optional =
        if meta.standard.items[i].optional { lang.pick("（选配）", " (optional)") } else { "" };
    let few = if finding.thin { "<span class=\"few\">*</span>" } else { "" };
    format!(
        "<tr><th scope=\"row\">{}{optional}</th><td>{}</td><td class=\"n\">{}{few}</td><td>{}</td>\
         <td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
        escape(export.item_name(i)),
        escape(&export.limit_text(i)),
        grouped(u64::from(meta.services[service].facilities)),
        bar(finding.split.share_ppm(), finding.split.at_most_ppm()),
        percent(finding.split.share_ppm()),
        grouped(finding.split.lacking),
        grouped(finding.split.edge),
    )
}

/// A bar from zero: covered solid, unknown at the edge hatched, nine in ten as a dashed line.
fn bar(share: Option<u32>, at_most: Option<u32>) -> String {
    const WIDTH: u64 = 120;
    let x = |ppm: Option<u32>| u64::from(ppm.unwrap_or(0)) * WIDTH / 1_000_000;
    let (covered, most) = (x(share), x(at_most));
    let mark = WIDTH * 9 / 10;
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 {WIDTH} 12\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect width=\"{WIDTH}\" height=\"12\" fill=\"#EFECE3\"/>\
         <rect x=\"{covered}\" width=\"{}\" height=\"12\" fill=\"url(#edge)\"/>\
         <rect width=\"{covered}\" height=\"12\" fill=\"#0B6E5F\"/>\
         <path d=\"M{mark} 0V12\" stroke=\"#1D2733\" stroke-dasharray=\"2 2\"/></svg>",
        most.saturating_sub(covered)
    )
}

/// What nobody can be said to lack or have, since the data has none of it.
pub(super) fn not_in_data(export: &Export<'_>, findings: &Findings) -> String {
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

/// What it costs to walk otherwise: all required services together, by walker.
pub(super) fn walkers(export: &Export<'_>, findings: &Findings) -> String {
    let lang = export.lang;
    let all = &findings.walkers;
    let worst = (0..all.len()).max_by_key(|p| (all[*p].lacking_each_tenths, std::cmp::Reverse(*p)));
    let (Some(worst), true) = (worst, findings.required() > 0) else { return String::new() };
    let each = |p: usize| super::tenths(all[p].lacking_each_tenths as u32);
    let name = export.profile_name(worst);
    let title = if all.len() == 1 || worst == 0 {
        match lang {
            Lang::Zh => format!("{}个步行者平均缺 {} 项", export.profile_name(0), each(0)),
            Lang::En => {
                format!("{}: {} services missing on average", export.profile_name(0), each(0))
            }
        }
    } else {
        match lang {
            Lang::Zh => format!(
                "{name}平均缺 {} 项，{}缺 {} 项",
                each(worst),
                export.profile_name(0),
                each(0)
            ),
            Lang::En => format!(
                "{name}: {} missing on average, {} for {}",
                each(worst),
                each(0),
                export.profile_name(0).to_lowercase()
            ),
        }
    };
    let in_reach = match lang {
        Lang::Zh => format!("{} 项必配合计可达", findings.required()),
        Lang::En => format!("{} required in reach", findings.required()),
    };
    let heads = [
        (lang.pick("步行者", "Walker"), false),
        (lang.pick("平均缺项", "Missing"), true),
        (in_reach.as_str(), false),
        ("", true),
    ];
    let mut out = format!("<section><h2>{}</h2>{}<tbody>", escape(&title), table_head(&heads));
    for (p, walker) in all.iter().enumerate() {
        let _ = write!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td>{}</td><td class=\"n\">{}</td></tr>",
            escape(export.profile_name(p)),
            each(p),
            bar(walker.share_ppm, walker.at_most_ppm),
            percent(walker.share_ppm)
        );
    }
    out + "</tbody></table></section>"
}

/// The areas worst off.
pub(super) fn areas(export: &Export<'_>, findings: &Findings) -> String {
    let Some(worst) = findings.areas.first().filter(|_| findings.required() > 0) else {
        return String::new();
    };
    let lang = export.lang;
    let name = export.row_name(worst.row);
    let each = |tenths: u64| super::tenths(tenths as u32);
    let title = match lang {
        Lang::Zh => format!("{name}缺得最多：平均 {} 项", each(worst.lacking_each_tenths)),
        Lang::En => {
            format!("{name} is worst off: {} missing on average", each(worst.lacking_each_tenths))
        }
    };
    let heads = [
        (lang.pick("区域", "Area"), false),
        (
            if findings.by_people {
                lang.pick("人数", "People")
            } else {
                lang.pick("住处", "Homes")
            },
            true,
        ),
        (lang.pick("平均缺项", "Missing"), true),
        (lang.pick("缺得最多的项目", "Lacked by most"), false),
    ];
    let mut out = format!("<section><h2>{}</h2>{}<tbody>", escape(&title), table_head(&heads));
    for area in findings.areas.iter().take(WORST_AREAS) {
        let most = area.most.map_or_else(
            || "–".to_owned(),
            |(i, n)| format!("{} {}", export.item_name(i), grouped(n)),
        );
        let _ = write!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>",
            escape(&export.row_name(area.row)),
            grouped(area.all),
            each(area.lacking_each_tenths),
            escape(&most)
        );
    }
    out + "</tbody></table></section>"
}
