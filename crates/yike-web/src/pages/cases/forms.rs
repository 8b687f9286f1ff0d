//! The forms of what can be done to a case: one for each action the app offers, with what it takes.

use yike_app::cases::{Action, CaseView, WishKind};
use yike_model::cases::{Ask, Tier};

use super::super::{Choice, pick};
use crate::front::form::Posted;
use crate::front::language::Language;
use crate::front::visit::Visit;
use crate::front::when;
use crate::state::Web;

/// A button of a form.
#[derive(Clone, Debug)]
pub struct Button {
    /// What it answers with.
    pub value: &'static str,
    /// What it says.
    pub words: String,
    /// CSS words.
    pub tone: &'static str,
}

/// A text to write.
#[derive(Clone, Debug)]
pub struct Text {
    /// What is to be written.
    pub name: String,
    /// Who reads it.
    pub hint: String,
    /// What was typed.
    pub value: String,
    /// Whether it must be there.
    pub required: bool,
}

/// A text to begin with.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Its code.
    pub code: String,
    /// Its beginning.
    pub name: String,
    /// All of it, filled in.
    pub text: String,
    /// Whether it is the one chosen.
    pub on: bool,
}

/// How long.
#[derive(Clone, Debug)]
pub struct Length {
    /// How many.
    pub amount: String,
    /// Of what.
    pub units: Vec<Choice>,
    /// The most there may be, in words.
    pub most: String,
}

/// A day to choose.
#[derive(Clone, Debug)]
pub struct Day {
    /// The one chosen.
    pub value: String,
    /// The first.
    pub from: String,
    /// The last.
    pub to: String,
}

/// Categories of a group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its categories.
    pub categories: Vec<Choice>,
}

/// A form.
#[derive(Clone, Debug, Default)]
pub struct ActionForm {
    /// The word for it.
    pub code: &'static str,
    /// What it does.
    pub name: String,
    /// What comes of it, in a sentence.
    pub told: String,
    /// Whether it is shown open.
    pub open: bool,
    /// What was wrong with it; else empty.
    pub wrong: String,
    /// A text.
    pub text: Option<Text>,
    /// Texts to begin with.
    pub offered: Vec<Offered>,
    /// Units to choose from.
    pub units: Vec<Choice>,
    /// Whether a unit can be named so that it cannot decline, and is.
    pub named: Option<bool>,
    /// How long.
    pub length: Option<Length>,
    /// Until which day.
    pub day: Option<Day>,
    /// Categories to choose from.
    pub groups: Vec<Group>,
    /// Whether it can be said to be urgent, and is.
    pub urgent: Option<bool>,
    /// Tasks to choose from.
    pub tasks: Vec<Choice>,
    /// The number of another case.
    pub number: Option<String>,
    /// Whether it can be said to be solved and satisfying: two questions.
    pub rating: Option<[bool; 2]>,
    /// Whether photos can be added.
    pub photos: bool,
    /// Whether its reporter sees it, where that can be chosen.
    pub shown: Option<bool>,
    /// What makes it be done once, where it could be sent twice.
    pub once: String,
    /// Its buttons.
    pub buttons: Vec<Button>,
}

/// What was typed into a form that was not taken, and why.
#[derive(Clone, Copy)]
pub struct Typed<'a> {
    /// Which form.
    pub kind: WishKind,
    /// Its fields.
    pub form: &'a Posted,
    /// What was wrong, in a sentence; empty where it was only filled in.
    pub wrong: &'a str,
}

/// What the forms of a page are made from.
pub struct Forms<'a> {
    /// The app.
    pub web: &'a Web,
    /// Who looks.
    pub visit: &'a Visit,
    /// The case.
    pub view: &'a CaseView,
    /// What was typed before.
    pub typed: Option<Typed<'a>>,
}

impl Forms<'_> {
    /// All forms, the likeliest first and open.
    pub fn all(&self) -> Vec<ActionForm> {
        let mut forms: Vec<_> = self.view.actions.iter().map(|action| self.form(action)).collect();
        if self.typed.is_none()
            && let Some(first) = forms.first_mut()
        {
            first.open = true;
        }
        forms
    }

    fn text_of(&self, key: &str) -> String {
        self.visit.language.text(key).into_owned()
    }

    /// What was typed into a field of a form.
    fn was(&self, kind: WishKind, field: &str) -> Option<&str> {
        let typed = self.typed.filter(|typed| typed.kind == kind)?;
        Some(typed.form.one(field))
    }

    fn form(&self, action: &Action) -> ActionForm {
        let kind = action.kind;
        let key = kind.code().replace('_', "-");
        let typed = self.typed.filter(|typed| typed.kind == kind);
        let mut form = ActionForm {
            code: kind.code(),
            name: self.text_of(&format!("do-{key}")),
            told: self.text_of(&format!("do-told-{key}")),
            open: typed.is_some(),
            wrong: typed.map_or_else(String::new, |typed| typed.wrong.to_owned()),
            text: kind.words().map(|required| Text {
                name: self.text_of(&format!("do-text-{}", text_key(kind))),
                hint: self.text_of(text_hint(kind)),
                value: self.was(kind, "text").unwrap_or_default().to_owned(),
                required,
            }),
            offered: self.offered(kind),
            buttons: self.buttons(kind),
            ..ActionForm::default()
        };
        self.particular(action, &mut form);
        form
    }

    /// What only some forms have.
    fn particular(&self, action: &Action, form: &mut ActionForm) {
        let (kind, case) = (action.kind, &self.view.case);
        match kind {
            WishKind::Dispatch => {
                form.units = self.units(action);
                let may_name = case.tier() >= Tier::Subdistrict && case.tallies.returned > 0;
                form.named = may_name.then(|| self.was(kind, "named") == Some("1"));
            }
            WishKind::AddTask => form.units = self.units(action),
            WishKind::AnswerTask => form.tasks = self.tasks(),
            WishKind::Extend => form.length = Some(self.length()),
            WishKind::Shelve => form.day = Some(self.day()),
            WishKind::Reclassify => {
                form.groups = self.groups();
                let was = self.was(kind, "category").map(|_| self.was(kind, "urgent") == Some("1"));
                form.urgent = Some(was.unwrap_or(case.filing.urgent));
            }
            WishKind::Merge => {
                form.number = Some(self.was(kind, "number").unwrap_or_default().to_owned());
            }
            WishKind::Rate => {
                let said = |field| self.was(kind, field) != Some("no");
                form.rating = Some([said("solved"), said("satisfied")]);
            }
            WishKind::Remark => {
                form.photos = true;
                let staff = self.view.sight == yike_model::cases::access::Sight::Full;
                let was = self.was(kind, "text").map(|_| self.was(kind, "shown") == Some("1"));
                form.shown = staff.then(|| was.unwrap_or(true));
                form.once = self.once(kind);
            }
            WishKind::FeedBack => {
                form.photos = true;
                form.once = self.once(kind);
            }
            WishKind::Answer => form.told = self.asked(),
            _ => {}
        }
    }

    fn once(&self, kind: WishKind) -> String {
        let was = self.was(kind, "draft").filter(|draft| !draft.is_empty());
        was.map_or_else(|| self.web.app.new_draft().to_string(), str::to_owned)
    }

    fn units(&self, action: &Action) -> Vec<Choice> {
        let was = self.was(action.kind, "to");
        // Its own handler is the likeliest.
        let usual = self.view.category.handler;
        let unit = |who: &yike_app::cases::Who| {
            let value = super::unit_value(who.unit);
            let on = was.map_or(who.unit.role == usual, |was| was == value);
            Choice::new(value, super::unit(self.visit, who.unit.role, Some(&who.place)), on)
        };
        action.to.iter().map(unit).collect()
    }

    fn tasks(&self) -> Vec<Choice> {
        let was = self.was(WishKind::AnswerTask, "task");
        let open = self.view.case.tasks.iter().filter(|task| task.done.is_none());
        open.map(|task| {
            let number = task.number.to_string();
            let place = self.view.path.iter().find(|place| place.id == task.unit.place);
            let who = super::unit(self.visit, task.unit.role, place);
            let values = [("n", number.as_str().into()), ("who", who.into())];
            let name = self.visit.language.fill("do-task", &values);
            Choice::new(number.clone(), name, was == Some(number.as_str()))
        })
        .collect()
    }

    fn length(&self) -> Length {
        let most = self.view.rules.ladder.extension;
        let was = |field| self.was(WishKind::Extend, field).filter(|was| !was.is_empty());
        let chosen = was("unit").unwrap_or(most.unit().code());
        let unit = |unit: yike_model::calendar::SpanUnit| {
            let name = self.text_of(&format!("span-unit-{}", unit.code()));
            Choice::new(unit.code(), name, unit.code() == chosen)
        };
        Length {
            amount: was("amount").map_or_else(|| most.amount().to_string(), str::to_owned),
            units: yike_model::calendar::SpanUnit::ALL.map(unit).into(),
            most: span(self.visit.language, most),
        }
    }

    fn day(&self) -> Day {
        let now = self.web.app.now();
        let shelf = self.view.rules.ladder.shelf;
        let last = self.view.rules.calendar.due(now, shelf).at;
        let day = std::time::Duration::from_hours(24);
        let usual = now.plus(30 * day).min(last);
        let was = self.was(WishKind::Shelve, "review").filter(|was| !was.is_empty());
        Day {
            value: was.map_or_else(|| when::date(usual), str::to_owned),
            from: when::date(now.plus(day)),
            to: when::date(last.minus(day).max(now.plus(day))),
        }
    }

    fn groups(&self) -> Vec<Group> {
        let was = self.was(WishKind::Reclassify, "category");
        let chosen = was.unwrap_or(&self.view.case.filing.category);
        let mut groups: Vec<(String, Group)> = Vec::new();
        for category in self.view.rules.catalogue.all() {
            let name = pick(self.visit.language, &category.zh, &category.en);
            let choice = Choice::new(category.code.clone(), name, category.code == chosen);
            let known = groups.iter_mut().find(|(code, _)| *code == category.group);
            if let Some((_, group)) = known {
                group.categories.push(choice);
            } else {
                let name = group_name(self.visit.language, &category.group);
                groups.push((category.group.clone(), Group { name, categories: vec![choice] }));
            }
        }
        groups.into_iter().map(|(_, group)| group).collect()
    }

    /// What is asked of whoever looks, in a sentence.
    fn asked(&self) -> String {
        let Some(asked) = self.view.case.asked else { return String::new() };
        let language = self.visit.language;
        match asked.ask {
            Ask::Extension { span: long } => {
                let values = [("span", span(language, long).into())];
                language.fill("do-told-answer-extension", &values).into_owned()
            }
            Ask::Shelving { review } => {
                let day = when::said(language, review, self.web.app.now()).said;
                language.fill("do-told-answer-shelving", &[("day", day.into())]).into_owned()
            }
            Ask::Return => language.text("do-told-answer-return").into_owned(),
        }
    }

    fn buttons(&self, kind: WishKind) -> Vec<Button> {
        let button = |value, key: &str, tone| Button { value, words: self.text_of(key), tone };
        match kind {
            WishKind::Check => {
                vec![button("yes", "button-check-yes", ""), button("no", "button-check-no", "warn")]
            }
            WishKind::Answer => vec![
                button("yes", "button-answer-yes", ""),
                button("no", "button-answer-no", "second"),
            ],
            WishKind::AnswerTask => {
                vec![button("yes", "button-task-yes", ""), button("no", "button-task-no", "second")]
            }
            kind => {
                let key = format!("do-{}", kind.code().replace('_', "-"));
                vec![button("yes", &key, "")]
            }
        }
    }

    /// Texts of the rules that go with what is done.
    fn offered(&self, kind: WishKind) -> Vec<Offered> {
        let states: &[&str] = match kind {
            WishKind::Reject => &["rejected"],
            WishKind::FeedBack => &["feedback"],
            WishKind::Extend => &["extended"],
            WishKind::Shelve => &["shelved"],
            WishKind::Check => &["closed"],
            WishKind::Remark => &["handling", "filed"],
            _ => return Vec::new(),
        };
        if self.view.sight < yike_model::cases::access::Sight::Full {
            return Vec::new();
        }
        let chosen = self.was(kind, "template").unwrap_or_default();
        let templates = self.view.rules.templates.iter();
        templates
            .filter(|template| states.contains(&template.state.as_str()))
            .map(|template| {
                let text = pick(self.visit.language, &template.zh, &template.en);
                let text = self.fill(&text, kind);
                Offered {
                    code: template.code.clone(),
                    name: super::inbox::snippet(&text),
                    on: template.code == chosen,
                    text,
                }
            })
            .collect()
    }

    /// A text of the rules with place, time and unit filled in.
    fn fill(&self, text: &str, kind: WishKind) -> String {
        let case = &self.view.case;
        let now = self.web.app.now();
        let rules = &self.view.rules;
        let due = match kind {
            WishKind::Extend => {
                case.due.map(|due| rules.calendar.due(due, rules.ladder.extension).at)
            }
            WishKind::Shelve => when::day(&self.day().value),
            _ => super::next(case).map(|(at, _)| at),
        };
        let due = due.map_or_else(
            || self.text_of("template-no-time"),
            |at| when::said(self.visit.language, at, now).said,
        );
        let place =
            super::spot(self.visit, &super::near(&self.view.path, false), &case.filing.spot);
        let unit = super::unit(self.visit, self.view.owner.unit.role, Some(&self.view.owner.place));
        text.replace("{place}", &place).replace("{due}", &due).replace("{unit}", &unit)
    }
}

/// What a span is in words.
pub fn span(language: Language, span: yike_model::calendar::Span) -> String {
    let key = format!("span-{}", span.unit().code());
    language.fill(&key, &[("n", span.amount().into())]).into_owned()
}

/// What a group of categories is called; its own word where a district made one.
pub fn group_name(language: Language, group: &str) -> String {
    let key = format!("group-{group}");
    if language.has(&key) { language.text(&key).into_owned() } else { group.to_owned() }
}

/// What a text is asked for: kinds that ask alike share the words.
const fn text_key(kind: WishKind) -> &'static str {
    match kind {
        WishKind::FeedBack => "done",
        WishKind::Check | WishKind::Verify => "seen",
        WishKind::AddTask => "task",
        WishKind::AnswerTask => "ended",
        WishKind::Remark => "remark",
        WishKind::Deny => "denied",
        _ => "why",
    }
}

/// Who reads what is written: the reporter, the public, or only those who work on it.
const fn text_hint(kind: WishKind) -> &'static str {
    match kind {
        WishKind::Reject | WishKind::FeedBack | WishKind::Check | WishKind::Deny => "do-hint-own",
        WishKind::Shelve => "do-hint-public",
        WishKind::Remark => "do-hint-choose",
        _ => "do-hint-staff",
    }
}
