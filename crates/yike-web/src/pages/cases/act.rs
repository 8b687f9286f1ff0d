//! What is sent by the forms of a case: read, done, or shown again with everything that was typed.

use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use yike_app::AppError;
use yike_app::cases::{CaseView, Draft, Wish, WishKind, With as Along};
use yike_app::photos::Photo;
use yike_model::calendar::Span;
use yike_model::cases::Rating;
use yike_model::text::CaseText;

use super::forms::Typed;
use super::view::{With, answer, list_address};
use super::{refusals, unit_of};
use crate::error::{Fault, OnPage, PageFault, PageResult};
use crate::front::form::Posted;
use crate::front::upload::Uploaded;
use crate::front::visit::Visit;
use crate::front::when;
use crate::state::Web;

/// Why a form was not taken.
enum Trouble {
    /// What is wrong with it, in words.
    Words(String),
    /// The app says no.
    App(AppError),
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

/// What a form asks for.
struct Asked<'a> {
    web: &'a Web,
    visit: &'a Visit,
    view: &'a CaseView,
    kind: WishKind,
    form: &'a Posted,
}

/// `POST /cases/{key}/do`.
pub async fn act(
    Shared(web): Shared<Web>,
    visit: Visit,
    Path(key): Path<String>,
    uploaded: Result<Uploaded, Fault>,
) -> PageResult {
    web.app.may_work(&visit.actor).await.on(&visit)?;
    let Uploaded { form, photos } = uploaded.on(&visit)?;
    let view = web.app.case(&visit.actor, &key).await.on(&visit)?;
    let kind = WishKind::of_code(form.one("deed"))
        .ok_or_else(|| Fault::invalid("deed: there is no such thing to do"))
        .on(&visit)?;
    let asked = Asked { web: &web, visit: &visit, view: &view, kind, form: &form };
    if !form.one("fill").is_empty() {
        return Ok(asked.filled_in());
    }
    match asked.done(photos).await {
        Ok(()) => Ok(asked.back()),
        Err(trouble) => asked.again(&key, trouble).await,
    }
}

impl Asked<'_> {
    /// Where the reader goes on once it is done: the list he came from, or the case.
    fn back(&self) -> Response {
        let number = &self.view.case.filing.number;
        let list = list_address(self.form.one("back"));
        let code = self.kind.code();
        let to = match list {
            "" => format!("/cases/{number}?did={code}"),
            list => {
                let gap = if list.contains('?') { '&' } else { '?' };
                format!("{list}{gap}did={number}.{code}")
            }
        };
        Redirect::to(&to).into_response()
    }

    /// The page with a text of the rules filled into the form; nothing is done.
    fn filled_in(&self) -> Response {
        let typed = Typed { kind: self.kind, form: self.form, wrong: "" };
        let forms = super::forms::Forms {
            web: self.web,
            visit: self.visit,
            view: self.view,
            typed: Some(typed),
        };
        let all = forms.all();
        let offered = all.iter().find(|form| form.code == self.kind.code());
        let chosen = offered.and_then(|form| form.offered.iter().find(|text| text.on));
        let text = chosen.map(|text| text.text.clone()).unwrap_or_default();
        let filled = self.form.with("text", &text);
        let typed = Typed { form: &filled, ..typed };
        let with = With {
            typed: Some(typed),
            back: list_address(self.form.one("back")),
            ..With::default()
        };
        answer(self.web, self.visit, self.view, with, StatusCode::OK)
    }

    /// The page as it is now, with what was wrong and everything that was typed.
    async fn again(&self, key: &str, trouble: Trouble) -> Result<Response, PageFault> {
        let (status, wrong) = match trouble {
            Trouble::Words(words) => (StatusCode::BAD_REQUEST, words),
            Trouble::App(error) => match refusals::told(self.visit, &error) {
                Some(words) => (Fault::from(error).status, words),
                None => return Err(error).on(self.visit),
            },
        };
        let view = self.web.app.case(&self.visit.actor, key).await.on(self.visit)?;
        let typed = Typed { kind: self.kind, form: self.form, wrong: &wrong };
        let with = With {
            typed: Some(typed),
            seen: self.form.one("seen").parse().ok(),
            back: list_address(self.form.one("back")),
            ..With::default()
        };
        Ok(answer(self.web, self.visit, &view, with, status))
    }

    async fn done(&self, photos: Vec<Vec<u8>>) -> Result<(), Trouble> {
        let wish = self.wish()?;
        let text = self.text()?;
        let mut prepared = Vec::new();
        for photo in photos {
            prepared.push(self.web.app.prepare_photo(photo).await?);
        }
        let once = Some(self.form.one("draft")).filter(|draft| !draft.is_empty());
        let once = once.map(str::parse::<Draft>).transpose().map_err(AppError::from)?;
        let mut seen = self.form.one("seen").parse().ok();
        let number = self.view.case.filing.number.as_str();
        match self.kind {
            // What is added is added, whatever else happened: it is never lost.
            WishKind::Remark => seen = None,
            WishKind::FeedBack if !prepared.is_empty() => {
                seen = self.shown_first(number, &mut prepared, once.clone(), seen).await?;
            }
            _ => {}
        }
        let along = Along { text, photos: prepared, seen, once };
        self.web.app.work_case(&self.visit.actor, number, wish, along).await?;
        Ok(())
    }

    /// Adds photos that go with a feedback before it, so that they are there for whoever checks; says
    /// what has been seen then.
    async fn shown_first(
        &self,
        number: &str,
        photos: &mut Vec<Photo>,
        once: Option<Draft>,
        seen: Option<i64>,
    ) -> Result<Option<i64>, Trouble> {
        let along = Along { photos: std::mem::take(photos), once, ..Along::default() };
        let remark = Wish::Remark { shown: true };
        let actor = &self.visit.actor;
        let worked = self.web.app.work_case(actor, number, remark, along).await?;
        Ok(seen.map(|seen| if worked.seq == seen + 1 { worked.seq } else { seen }))
    }

    /// What was written, if anything was.
    fn text(&self) -> Result<Option<CaseText>, Trouble> {
        let text = self.form.one("text").trim();
        if text.is_empty() || self.kind.words().is_none() {
            return Ok(None);
        }
        let wrong = |bad| Trouble::Words(refusals::text(self.visit.language, &bad));
        CaseText::parse(text).map(Some).map_err(wrong)
    }

    fn wrong(&self, key: &str) -> Trouble {
        Trouble::Words(self.visit.language.text(key).into_owned())
    }

    fn yes(&self) -> Result<bool, Trouble> {
        match self.form.one("verdict") {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(self.wrong("no-verdict")),
        }
    }

    fn wish(&self) -> Result<Wish, Trouble> {
        let form = self.form;
        Ok(match self.kind {
            WishKind::Verify => Wish::Verify,
            WishKind::File => Wish::File,
            WishKind::Reject => Wish::Reject,
            WishKind::Dispatch => {
                let to = unit_of(form.one("to")).ok_or_else(|| self.wrong("no-to"))?;
                Wish::Dispatch { to, named: form.one("named") == "1" }
            }
            WishKind::Accept => Wish::Accept,
            WishKind::Decline => Wish::Decline,
            WishKind::HandUp => Wish::HandUp,
            WishKind::Extend => Wish::Extend(self.span()?),
            WishKind::Shelve => {
                let day = when::day(form.one("review"));
                Wish::Shelve(day.ok_or_else(|| self.wrong("no-review"))?)
            }
            WishKind::Return => Wish::Return,
            WishKind::Answer => Wish::Answer(self.yes()?),
            WishKind::Resume => Wish::Resume,
            WishKind::AddTask => {
                Wish::AddTask(unit_of(form.one("to")).ok_or_else(|| self.wrong("no-to"))?)
            }
            WishKind::AnswerTask => Wish::AnswerTask {
                number: form.one("task").parse().map_err(|_| self.wrong("no-task"))?,
                done: self.yes()?,
            },
            WishKind::FeedBack => Wish::FeedBack,
            WishKind::Check => Wish::Check(self.yes()?),
            WishKind::Confirm => Wish::Confirm,
            WishKind::Deny => Wish::Deny,
            WishKind::Rate => {
                let said = |field| form.one(field) != "no";
                Wish::Rate(Rating { solved: said("solved"), satisfied: said("satisfied") })
            }
            WishKind::Appeal => Wish::Appeal,
            WishKind::Remark => Wish::Remark { shown: !self.is_internal() },
            WishKind::Contact => Wish::Contact,
            WishKind::Reclassify => Wish::Reclassify {
                category: form.one("category").to_owned(),
                urgent: form.one("urgent") == "1",
            },
            WishKind::Press => Wish::Press,
            WishKind::Merge => {
                let number = form.one("number").parse();
                Wish::Merge(number.map_err(|_| self.wrong("no-number"))?)
            }
        })
    }

    /// Whether a remark is for those who work on the case only: staff choose, its reporter does not.
    fn is_internal(&self) -> bool {
        let staff = self.view.sight == yike_model::cases::access::Sight::Full;
        staff && self.form.one("shown") != "1"
    }

    fn span(&self) -> Result<Span, Trouble> {
        let text = format!("{}{}", self.form.one("amount").trim(), self.form.one("unit"));
        text.parse().map_err(|_| self.wrong("no-span"))
    }
}
