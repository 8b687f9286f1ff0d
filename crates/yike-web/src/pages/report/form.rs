//! What was filled in so far, as it travels from screen to screen.

use yike_app::AppError;
use yike_app::cases::Draft;
use yike_model::cases::Shared;
use yike_model::id::PhotoId;
use yike_model::places::Point;

use super::Step;
use crate::front::form::Posted;

/// The form, all screens together.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// Which button was pressed.
    pub step: String,
    /// The report's secret.
    pub draft: String,
    /// The category; `unsure` where the words decide.
    pub kind: String,
    /// The place's code.
    pub place: String,
    /// The place chosen in it or by searching; empty for none.
    pub into: String,
    /// What was searched for.
    pub asked: String,
    /// Which floor.
    pub floor: String,
    /// Which shared part.
    pub shared: String,
    /// Degrees east and north.
    pub point: Option<(String, String)>,
    /// What was written.
    pub text: String,
    /// Whether it is urgent.
    pub urgent: bool,
    /// Whether words and photos may be shown.
    pub open: bool,
    /// Photos kept so far.
    pub photos: Vec<PhotoId>,
}

impl Filled {
    /// The form as it was posted.
    pub fn of(form: &Posted) -> Self {
        let one = |name: &str| form.one(name).to_owned();
        let (lon, lat) = (one("lon"), one("lat"));
        Self {
            step: one("step"),
            draft: one("draft"),
            kind: one("kind"),
            place: one("place"),
            into: one("into"),
            asked: one("q"),
            floor: one("floor"),
            shared: one("shared"),
            point: (!lon.is_empty() && !lat.is_empty()).then_some((lon, lat)),
            text: one("text"),
            urgent: form.one("urgent") == "yes",
            open: form.one("open") == "yes",
            photos: form.all("photo-kept").iter().filter_map(|id| id.parse().ok()).collect(),
        }
    }

    /// The fields that a screen does not show, and carries along.
    pub fn hidden(&self, step: Step) -> Vec<(&'static str, String)> {
        let mut hidden = vec![("draft", self.draft.clone())];
        let mut carry = |name, value: &str, shown_on: Step| {
            if shown_on != step && !value.is_empty() {
                hidden.push((name, value.to_owned()));
            }
        };
        carry("kind", &self.kind, Step::Kind);
        carry("floor", &self.floor, Step::Where);
        carry("shared", &self.shared, Step::Where);
        carry("text", &self.text, Step::What);
        carry("urgent", if self.urgent { "yes" } else { "" }, Step::What);
        carry("open", if self.open { "yes" } else { "" }, Step::What);
        // The place is shown in words; its code always goes along.
        if !self.place.is_empty() {
            hidden.push(("place", self.place.clone()));
        }
        if let Some((lon, lat)) = &self.point {
            hidden.extend([("lon", lon.clone()), ("lat", lat.clone())]);
        }
        hidden.extend(self.photos.iter().map(|id| ("photo-kept", id.to_string())));
        hidden
    }

    /// The secret.
    pub fn draft(&self) -> Result<Draft, AppError> {
        Ok(self.draft.parse()?)
    }

    /// Where it is, exactly.
    pub fn at(&self) -> Option<Point> {
        let (lon, lat) = self.point.as_ref()?;
        Point::from_degrees(lon.parse().ok()?, lat.parse().ok()?)
    }

    /// Which floor: a number, also as people write it.
    pub fn floor(&self) -> Option<i8> {
        let digits: String =
            self.floor.chars().filter(|c| c.is_ascii_digit() || *c == '-').collect();
        digits.parse().ok()
    }

    /// Which shared part.
    pub fn shared(&self) -> Option<Shared> {
        Shared::ALL.into_iter().find(|part| part.code() == self.shared)
    }
}
