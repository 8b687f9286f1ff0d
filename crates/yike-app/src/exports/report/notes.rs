//! What the report stands on and leaves open, in as few lines as will do; the workbook says it at length.

use std::fmt::Write as _;

use super::findings::{Findings, RuleFinding};
use super::{Export, Lang, escape};

/// Names listed before the rest is only counted.
const NAMES: usize = 8;

/// The notes at the foot.
pub(super) fn notes(export: &Export<'_>, findings: &Findings) -> String {
    let lang = export.lang;
    let meta = &export.study.meta;
    let mut out = format!(
        "<section class=\"notes\"><h2>{}</h2><dl>",
        lang.pick("依据与保留", "What this stands on, and what it leaves open")
    );
    let mut note = |label: &str, text: &str| {
        let _ = write!(out, "<dt>{}</dt><dd>{}</dd>", escape(label), escape(text));
    };
    note(lang.pick("数据", "Data"), &data(export));
    note(lang.pick("步行者", "Walkers"), &speeds(export));
    let (_, estimated) = export.study.people_of(0);
    if estimated > 0 {
        note(lang.pick("估算", "Estimate"), &export.estimate_text(estimated));
    }
    note(lang.pick("边界与路网", "Edge and streets"), &export.doubt_text(0));
    note(lang.pick("方法", "Method"), lang.pick(
        "沿步行路网计算，不用直线半径；“缺”指标准距离内没有、且数据足够远，“界边未知”指数据在此距离内中断；比例向下取整。",
        "Walks follow the street network, never straight lines. “Lacking” means none within the walk although the data goes on; “unknown” means the data ends within the walk. Shares are rounded down.",
    ));
    for rule in &findings.rules {
        let kept = &meta.standard.ratios[rule.ratio];
        note(lang.pick(&kept.zh, &kept.en), &rule_text(lang, rule));
    }
    if !meta.standard.unchecked.is_empty() {
        let names = meta.standard.unchecked.iter().map(|rule| lang.pick(&rule.zh, &rule.en));
        let listed = listed(lang, &names.map(str::to_owned).collect::<Vec<_>>());
        let text = match lang {
            Lang::Zh => format!("{listed}（原因见 standard.csv）"),
            Lang::En => format!("{listed} (standard.csv says why)"),
        };
        note(lang.pick("未检查", "Not checked"), &text);
    }
    note(lang.pick("全部明细", "In full"), lang.pick(
        "circle.xlsx（可达、缺口、区域、说明）；coverage.csv、standard.csv、gaps.csv；逐户 homes-*.csv 与 .geojson、.fgb",
        "circle.xlsx (coverage, gaps, areas, about); coverage.csv, standard.csv, gaps.csv; home by home in homes-*.csv, .geojson and .fgb",
    ));
    out + "</dl></section>"
}

fn data(export: &Export<'_>) -> String {
    let (meta, lang) = (&export.study.meta, export.lang);
    let date = meta.city.data_date.as_deref().unwrap_or(lang.pick("日期不详", "date unknown"));
    let mut text = format!("{} · {date} · {}", meta.city.source, meta.city.attribution);
    for (label, source) in [
        (lang.pick("住处", "homes"), &meta.homes_source),
        (lang.pick("设施", "facilities"), &meta.facilities_source),
        (lang.pick("边界", "boundaries"), &meta.areas_source),
    ] {
        if let Some(source) = source {
            let _ = write!(text, " · {label} {}", source.file);
        }
    }
    text
}

fn speeds(export: &Export<'_>) -> String {
    let profiles = export.study.meta.profiles.iter().enumerate();
    let speed = profiles.map(|(p, profile)| {
        let speed = profile.speed_mm_s;
        format!("{} {}.{:02} m/s", export.profile_name(p), speed / 1000, speed % 1000 / 10)
    });
    speed.collect::<Vec<_>>().join(" · ")
}

/// A rule by number in one line: who keeps it and who does not. Where it is from, standard.csv tells.
fn rule_text(lang: Lang, rule: &RuleFinding) -> String {
    let (asked, met) = (rule.asked, rule.asked - rule.short.len());
    if !rule.in_data {
        return match lang {
            Lang::Zh => format!("数据中一处也没有登记，{asked} 个区域都无法判断"),
            Lang::En => {
                format!("the data has none at all, so none of {asked} areas can be judged")
            }
        };
    }
    let short = if rule.short.is_empty() {
        String::new()
    } else {
        let names = listed(lang, &rule.short);
        match lang {
            Lang::Zh => format!("；未达到：{names}"),
            Lang::En => format!("; short of it: {names}"),
        }
    };
    match lang {
        Lang::Zh => format!("{asked} 个区域中 {met} 个达到{short}"),
        Lang::En => format!("kept in {met} of {asked} areas{short}"),
    }
}

/// The first few names, and how many more.
fn listed(lang: Lang, names: &[String]) -> String {
    let first = names[..names.len().min(NAMES)].join(lang.pick("、", ", "));
    let more = names.len().saturating_sub(NAMES);
    match lang {
        _ if more == 0 => first,
        Lang::Zh => format!("{first}等 {} 项", names.len()),
        Lang::En => format!("{first} and {more} more"),
    }
}
