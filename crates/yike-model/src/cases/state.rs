//! A case as it stands.

use serde::{Deserialize, Serialize};

use crate::calendar::{Left, Span};
use crate::cases::{CaseClass, CaseNumber, Path, Tier, Unit};
use crate::digest::Digest;
use crate::id::{CaseId, PersonId, PhotoId, ProblemId, WordsId};
use crate::people::Role;
use crate::places::Point;
use crate::spine::Doer;
use crate::time::Timestamp;

/// A text about a case. The text itself is kept apart, so that it can be deleted; the ledger holds its
/// id and salted digest, enough to prove what was said while the text is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Where the text is kept.
    pub id: WordsId,
    /// Digest of salt and text.
    pub digest: Digest,
}

/// How a case came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A resident's page.
    Resident,
    /// Staff for somebody at the counter or on the phone.
    Counter,
    /// Staff on duty found it.
    Patrol,
    /// The city's hotline 12345.
    Hotline,
    /// Another program, by Open311.
    Open311,
    /// A file of former cases.
    Import,
}

impl Source {
    /// All sources.
    pub const ALL: [Self; 6] =
        [Self::Resident, Self::Counter, Self::Patrol, Self::Hotline, Self::Open311, Self::Import];

    /// The word for it in tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Counter => "counter",
            Self::Patrol => "patrol",
            Self::Hotline => "hotline",
            Self::Open311 => "open311",
            Self::Import => "import",
        }
    }

    /// Whether it was brought by someone on duty, who files at once what he has seen.
    pub const fn on_duty(self) -> bool {
        matches!(self, Self::Patrol)
    }
}

/// A part of a building or estate that all share; finer than an address, without naming a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Shared {
    Stairs,
    Lift,
    Landing,
    Roof,
    Basement,
    Garage,
    Facade,
    Yard,
    Gate,
    Path,
    Bins,
    Playground,
    Inside,
}

impl Shared {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Stairs,
        Self::Lift,
        Self::Landing,
        Self::Roof,
        Self::Basement,
        Self::Garage,
        Self::Facade,
        Self::Yard,
        Self::Gate,
        Self::Path,
        Self::Bins,
        Self::Playground,
        Self::Inside,
    ];

    /// The word for it in forms and tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Stairs => "stairs",
            Self::Lift => "lift",
            Self::Landing => "landing",
            Self::Roof => "roof",
            Self::Basement => "basement",
            Self::Garage => "garage",
            Self::Facade => "facade",
            Self::Yard => "yard",
            Self::Gate => "gate",
            Self::Path => "path",
            Self::Bins => "bins",
            Self::Playground => "playground",
            Self::Inside => "inside",
        }
    }
}

/// Where a case is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// The finest place named and those it stands in.
    pub path: Path,
    /// Which shared part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<Shared>,
    /// Which floor; 0 is the ground floor, below it negative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<i8>,
    /// A point, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<Point>,
}

/// What was reported: what never changes, but for the category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filing {
    /// What people call it by.
    pub number: CaseNumber,
    /// Which version of the rules it goes by.
    pub rules: u32,
    /// Category.
    pub category: String,
    /// Its group.
    pub group: String,
    /// Component, event or service.
    pub class: CaseClass,
    /// Whether it is urgent.
    pub urgent: bool,
    /// Whether it stands on no public board or list.
    pub private: bool,
    /// Whether the reporter's words and photos may be shown in public, without a name.
    pub open: bool,
    /// Parties complained of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<Role>,
    /// How it came in.
    pub source: Source,
    /// Where.
    pub spot: Spot,
    /// Who reported it; none where nobody is to be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reporter: Option<PersonId>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Words>,
    /// What was shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoId>,
}

/// What a unit asks a higher one for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum Ask {
    /// More time.
    Extension {
        /// How much.
        span: Span,
    },
    /// To shelve the case until a day.
    Shelving {
        /// When it is looked at again.
        review: Timestamp,
    },
    /// To be rid of what is not its duty.
    Return,
}

impl Ask {
    /// The word for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Extension { .. } => "extension",
            Self::Shelving { .. } => "shelving",
            Self::Return => "return",
        }
    }
}

/// An open question to a higher tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// For what.
    pub ask: Ask,
    /// The unit that answers.
    pub to: Unit,
    /// Who asked.
    #[serde(with = "doer")]
    pub by: Doer,
    /// Why; for shelving this is public.
    pub words: Words,
}

/// A case held out to a unit, which takes it or says that it is not its duty. Until then who holds it
/// stays responsible 首接负责.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// To whom.
    pub to: Unit,
    /// Whether it was named in a dispute, and cannot decline.
    pub named: bool,
    /// Until when it has to answer.
    pub until: Timestamp,
}

/// A part of the work for another party; who owns the case leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// 1, 2, ...
    pub number: u8,
    /// Whose.
    pub unit: Unit,
    /// What is to be done.
    pub words: Words,
    /// How it ended; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<bool>,
}

/// Why a case went up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The tier's time was over.
    Time,
    /// The deadline of the case was over.
    Late,
    /// The tier handed it up.
    HandedUp,
    /// It failed its check too often.
    Reworks,
    /// Several households reported the same.
    Households,
}

impl Why {
    /// The word for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Late => "late",
            Self::HandedUp => "handed_up",
            Self::Reworks => "reworks",
            Self::Households => "households",
        }
    }
}

/// How a case was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Its reporter said that it is fixed.
    Confirmed,
    /// A checker saw that it is fixed.
    Checked,
    /// Handled on the spot by who found it; counted apart.
    OnTheSpot,
    /// Turned to an emergency service; only that is recorded.
    HandedOver,
}

impl How {
    /// The word for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Checked => "checked",
            Self::OnTheSpot => "on_the_spot",
            Self::HandedOver => "handed_over",
        }
    }
}

/// What its reporter says in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Whether it is solved.
    pub solved: bool,
    /// Whether he is satisfied.
    pub satisfied: bool,
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Stage {
    /// Waits to be filed or rejected.
    Reported,
    /// Filed; waits to be taken up or dispatched 立案.
    Filed,
    /// Somebody works on it 处置.
    Handling,
    /// Said to be done; waits for the check 核查.
    Checking {
        /// Who says so: the unit.
        handler: Unit,
        /// And the person, who must not check it.
        #[serde(with = "doer")]
        by: Doer,
        /// Since when.
        since: Timestamp,
    },
    /// Put off with approval until a day 挂账.
    Shelved {
        /// When it is looked at again.
        review: Timestamp,
        /// Why, in public.
        words: Words,
        /// What was left of the deadline.
        due: Left,
        /// What was left of the tier's time.
        tier: Option<Left>,
    },
    /// 结案
    Closed {
        /// When.
        at: Timestamp,
        /// How.
        how: How,
        /// Who solved it.
        solver: Unit,
        /// Who said that it was done.
        #[serde(with = "doer")]
        by: Doer,
        /// Whether it was done by the deadline.
        on_time: bool,
    },
    /// Not taken as a case 不予立案.
    Rejected {
        /// When.
        at: Timestamp,
        /// Until when its reporter can appeal.
        appeal: Timestamp,
    },
    /// Another case stands for it.
    Merged {
        /// Which.
        into: CaseId,
    },
}

/// What is counted about a case for the indicators of the handbook, 2.6 and 2.8.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tallies {
    /// Whether somebody saw it on the spot before it was filed.
    pub verified: bool,
    /// When it was filed.
    pub filed: Option<Timestamp>,
    /// When it was first dispatched: the deadline counts from here.
    pub dispatched: Option<Timestamp>,
    /// When its reporter was first spoken to after that.
    pub contacted: Option<Timestamp>,
    /// By when he was to be.
    pub contact_by: Option<Timestamp>,
    /// Checks made.
    pub checks: u16,
    /// Checks that failed.
    pub failed: u16,
    /// Extensions granted.
    pub extensions: u8,
    /// Dispatches.
    pub dispatches: u16,
    /// Dispatches that turned out to be to the wrong unit.
    pub returned: u16,
    /// Times it climbed.
    pub climbs: u16,
    /// Whether it was ever shelved.
    pub shelved: bool,
    /// Whether it ran past its deadline.
    pub late: bool,
    /// The highest tier that ever owned it.
    pub top: Option<Tier>,
}

/// A case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// What was reported.
    pub filing: Filing,
    /// When.
    pub reported: Timestamp,
    /// Where it stands.
    pub stage: Stage,
    /// Who answers for it now. In `Checking` this is who checks; when it is over, who had it last.
    pub owner: Unit,
    /// Since when.
    pub since: Timestamp,
    /// The unit that took it up, if any did: who a failed check goes back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<Unit>,
    /// Every unit that had to do with it.
    pub units: Vec<Unit>,
    /// Held out to a unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// Asked of a higher tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// Whether the owner was named in a dispute, and cannot return it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub named: bool,
    /// Parts of the work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    /// The deadline, with extensions; none before dispatch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// When it climbs, or at the top is pressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier_until: Option<Timestamp>,
    /// When its owner is reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind: Option<Timestamp>,
    /// By when it is to be checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_until: Option<Timestamp>,
    /// Households that reported the same in the last days, by what the app counted.
    pub households: u16,
    /// Appeals made.
    pub appeals: u8,
    /// What its reporter said in the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// The problem it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<ProblemId>,
    /// Cases it stands for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stands_for: Vec<CaseId>,
    /// Photos that came later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoId>,
    /// What is counted.
    pub tallies: Tallies,
}

impl Case {
    /// Whether somebody still has to do something about it.
    pub const fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Closed { .. } | Stage::Rejected { .. } | Stage::Merged { .. })
    }

    /// The tier that has it.
    pub fn tier(&self) -> Tier {
        self.owner.tier().expect("only units that answer for cases own one")
    }

    /// The tier of who handles it: below who checks.
    pub fn handling_tier(&self) -> Tier {
        self.handler.and_then(Unit::tier).unwrap_or_else(|| self.tier())
    }

    /// The next moment at which something happens by itself.
    pub fn next(&self) -> Option<Timestamp> {
        let offer = self.offer.map(|offer| offer.until);
        let shelf = match self.stage {
            Stage::Shelved { review, .. } => Some(review),
            _ => None,
        };
        let due = if self.clock_runs() { self.due } else { None };
        [self.tier_until, due, offer, self.check_until, shelf].into_iter().flatten().min()
    }

    /// Whether the deadline runs: it stops while the case waits for a check or is shelved.
    pub const fn clock_runs(&self) -> bool {
        matches!(self.stage, Stage::Reported | Stage::Filed | Stage::Handling)
    }

    /// Whether all tasks of other parties are done.
    pub fn tasks_done(&self) -> bool {
        self.tasks.iter().all(|task| task.done.is_some())
    }

    /// The word for where it stands.
    pub const fn stage_code(&self) -> &'static str {
        match self.stage {
            Stage::Reported => "reported",
            Stage::Filed => "filed",
            Stage::Handling => "handling",
            Stage::Checking { .. } => "checking",
            Stage::Shelved { .. } => "shelved",
            Stage::Closed { .. } => "closed",
            Stage::Rejected { .. } => "rejected",
            Stage::Merged { .. } => "merged",
        }
    }
}

/// A doer as text.
mod doer {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::spine::Doer;

    pub fn serialize<S: Serializer>(doer: &Doer, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(doer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Doer, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
