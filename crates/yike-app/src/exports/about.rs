//! What every reader of a study must be told, in words.

use yike_streets::circles::study::{Source, StudyMeta};

use super::Export;
use super::words::{grouped, tenths};

impl Export<'_> {
    /// The study on one line: data date, walkers, standard, version.
    pub(super) fn one_line(&self) -> String {
        let meta = &self.study.meta;
        let lang = self.lang;
        let date = meta.city.data_date.as_deref().unwrap_or(lang.pick("日期不详", "date unknown"));
        let profiles: Vec<&str> = meta.profiles.iter().map(|p| lang.pick(&p.zh, &p.en)).collect();
        let standard = lang.pick(&meta.standard.zh, &meta.standard.en);
        match lang {
            super::Lang::Zh => format!(
                "数据 {} {date}；步行者 {}；标准 {standard}；一刻 {}",
                meta.city.source,
                profiles.join("、"),
                meta.made_by
            ),
            super::Lang::En => format!(
                "Data {} of {date}; walkers {}; standard {standard}; Yike {}",
                meta.city.source,
                profiles.join(", "),
                meta.made_by
            ),
        }
    }

    /// Label and text of everything the study stands on.
    pub(super) fn about(&self) -> Vec<(String, String)> {
        let mut lines = self.about_data();
        lines.extend(self.about_walkers());
        lines.extend(self.about_doubts());
        lines
    }

    fn about_data(&self) -> Vec<(String, String)> {
        let (meta, lang) = (&self.study.meta, self.lang);
        let unknown = lang.pick("不详", "unknown");
        let mut lines = vec![
            line(
                lang.pick("街道数据", "Streets"),
                &format!(
                    "{} ({} {})",
                    meta.city.source,
                    lang.pick("摘要", "digest"),
                    meta.city.source_digest
                ),
            ),
            line(
                lang.pick("数据日期", "Data date"),
                meta.city.data_date.as_deref().unwrap_or(unknown),
            ),
            line(lang.pick("数据署名", "Attribution"), &meta.city.attribution),
            line(
                lang.pick("标准", "Standard"),
                &format!(
                    "{} · {} {}",
                    lang.pick(&meta.standard.zh, &meta.standard.en),
                    lang.pick("版本", "version"),
                    meta.standard.version
                ),
            ),
            line(
                lang.pick("程序", "Made by"),
                &format!(
                    "Yike {} · {} {}",
                    meta.made_by,
                    lang.pick("路网摘要", "network digest"),
                    meta.network_digest
                ),
            ),
        ];
        let sources = [
            (lang.pick("住处表", "Homes"), &meta.homes_source),
            (lang.pick("设施表", "Facilities"), &meta.facilities_source),
            (lang.pick("边界", "Boundaries"), &meta.areas_source),
        ];
        for (label, source) in sources {
            if let Some(source) = source {
                lines.push(line(label, &source_text(source)));
            }
        }
        lines
    }

    fn about_walkers(&self) -> Vec<(String, String)> {
        let (meta, lang) = (&self.study.meta, self.lang);
        let mut lines = Vec::new();
        for profile in &meta.profiles {
            let speed =
                format!("{}.{:02}", profile.speed_mm_s / 1000, profile.speed_mm_s % 1000 / 10);
            let text = format!("{speed} m/s · {}", profile.source);
            lines.push(line(lang.pick(&profile.zh, &profile.en), &text));
        }
        let when =
            meta.at.as_deref().unwrap_or(lang.pick("门均按开放计", "all gates taken as open"));
        lines.push(line(lang.pick("时刻", "Time"), when));
        lines
    }

    /// Estimates, the edge of the data, places off the streets, islands.
    fn about_doubts(&self) -> Vec<(String, String)> {
        let (meta, lang) = (&self.study.meta, self.lang);
        let mut lines = Vec::new();
        let (people, estimated) = self.study.people_of(0);
        let all = match lang {
            super::Lang::Zh => {
                format!("{} 人，{} 处住处", grouped(people), grouped(self.study.homes() as u64))
            }
            super::Lang::En => format!(
                "{} people in {} homes",
                grouped(people),
                grouped(self.study.homes() as u64)
            ),
        };
        lines.push(line(lang.pick("人口", "People"), &all));
        if estimated > 0 {
            lines.push(line(lang.pick("估算", "Estimate"), &self.estimate_text(estimated)));
        }
        for (p, profile) in meta.profiles.iter().enumerate() {
            let label = format!(
                "{} · {}",
                lang.pick("边界与孤岛", "Edge and islands"),
                lang.pick(&profile.zh, &profile.en)
            );
            lines.push((label, self.doubt_text(p)));
        }
        if meta.unread_hours > 0 {
            let text = match lang {
                super::Lang::Zh => {
                    format!("{} 种门的开放时间无法读懂，按开放计", meta.unread_hours)
                }
                super::Lang::En => format!(
                    "{} kinds of gate hours could not be read; taken as open",
                    meta.unread_hours
                ),
            };
            lines.push(line(lang.pick("开放时间", "Hours"), &text));
        }
        if !meta.items_left_out.is_empty() {
            let text = meta.items_left_out.join(", ");
            lines.push(line(lang.pick("未纳入的项目", "Items left out"), &text));
        }
        lines
    }

    /// How many people are estimates, and by which factors.
    pub(super) fn estimate_text(&self, estimated: u64) -> String {
        let factors = self.study.meta.factors.unwrap_or_default();
        let floor = tenths(factors.floor_dm2_per_person / 10);
        let people = grouped(estimated);
        let (flats, storeys) = (factors.people_per_100_dwellings, factors.storeys_if_unknown);
        let text = match self.lang {
            super::Lang::Zh => format!(
                "其中 {people} 人为估算值：已知套数按每 100 套 {flats} 人，否则按基底面积 × 层数、每人 {floor} m² 计（层数不详按 {storeys} 层）"
            ),
            super::Lang::En => format!(
                "{people} of them are an estimate: {flats} people per 100 dwellings where known, else ground area x storeys at {floor} m² a person ({storeys} storeys where unknown)"
            ),
        };
        let Some(population) = factors.population else { return text };
        let all = grouped(u64::from(population));
        match self.lang {
            super::Lang::Zh => format!("{text}；再按给定总人口 {all} 人等比例分摊"),
            super::Lang::En => format!("{text}; then scaled to the population given, {all}"),
        }
    }

    /// The edge of the data, places off the streets and islands, for one walker.
    pub(super) fn doubt_text(&self, p: usize) -> String {
        let meta = &self.study.meta;
        let bands = meta.minutes.len();
        let [homes, people] = meta.near_edge[p * bands + bands - 1];
        let (at, facilities) = (meta.homes_placed[p], meta.facilities_placed[p]);
        let minutes = meta.minutes[bands - 1];
        let n = |n: u64| grouped(n);
        match self.lang {
            super::Lang::Zh => format!(
                "{} 处住处（{} 人）距数据边界不足步行 {minutes} 分钟，边界外可能另有设施；{} 处住处、{} 处设施附近无可走的路；{} 处住处、{} 处设施在孤立路段上；{} 处住处已从孤岛移至主路网",
                n(homes),
                n(people),
                n(at.off_the_streets),
                n(facilities.off_the_streets),
                n(at.on_island),
                n(facilities.on_island),
                n(at.moved_to_main)
            ),
            super::Lang::En => format!(
                "{} homes ({} people) are within {minutes} minutes of the edge of the data, beyond which there may be more; {} homes and {} facilities have no usable street near; {} homes and {} facilities are on islands of the network; {} homes were moved from an island to the main streets",
                n(homes),
                n(people),
                n(at.off_the_streets),
                n(facilities.off_the_streets),
                n(at.on_island),
                n(facilities.on_island),
                n(at.moved_to_main)
            ),
        }
    }
}

fn line(label: &str, text: &str) -> (String, String) {
    (label.to_owned(), text.to_owned())
}

fn source_text(source: &Source) -> String {
    format!("{} ({}, {})", source.file, source.frame, source.digest)
}

/// Data date, standard and version, as the last columns of every table.
pub(super) fn stamp(meta: &StudyMeta) -> [String; 3] {
    [
        meta.city.data_date.clone().unwrap_or_default(),
        format!("{} {}", meta.standard.code, meta.standard.version),
        meta.made_by.clone(),
    ]
}
