//! What can be done to a case, and what can happen to it.

use serde::{Deserialize, Serialize};

use crate::calendar::Left;
use crate::cases::state::{Ask, Filing, How, Rating, Shared, Source, Why, Words};
use crate::cases::{CaseClass, Path, Tier, Unit};
use crate::id::{CaseId, PersonId, PhotoId, ProblemId};
use crate::people::Role;
use crate::places::Point;
use crate::time::Timestamp;

/// A deed to a case, and the unit it is done for: what the permission check gave. `None` for its
/// reporter and for the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseDeed {
    /// For which unit.
    pub unit: Option<Unit>,
    /// What.
    pub what: Do,
}

impl CaseDeed {
    /// A deed of the case's reporter, or of the clock.
    pub const fn plain(what: Do) -> Self {
        Self { unit: None, what }
    }
}

/// A report as it comes in, with the facts the app looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The id it is to have; its number follows from it.
    pub id: CaseId,
    /// Category.
    pub category: String,
    /// Whether its reporter says it is urgent.
    pub urgent: bool,
    /// Whether words and photos may be shown in public, without a name.
    pub open: bool,
    /// How it came in.
    pub source: Source,
    /// Where: the finest place named and those it stands in.
    pub path: Path,
    /// Which shared part.
    pub shared: Option<Shared>,
    /// Which floor.
    pub floor: Option<i8>,
    /// A point.
    pub point: Option<Point>,
    /// Who reported it.
    pub reporter: Option<PersonId>,
    /// What was said.
    pub words: Option<Words>,
    /// What was shown.
    pub photos: Vec<PhotoId>,
    /// Households that reported the same at the same place in the last days, with this one.
    pub households: u16,
    /// Tiers whose post nobody holds: they are passed over.
    pub unmanned: Vec<Tier>,
    /// Handled on the spot by who found it: what was done.
    pub done: Option<Words>,
}

/// What can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Do {
    /// Report it.
    Report(Box<Report>),
    /// Say that it was seen on the spot, before it is filed.
    Verify(Option<Words>),
    /// Take it as a case 立案.
    File,
    /// Take it not; why.
    Reject(Words),
    /// Hold it out to a unit 派遣; one named in a dispute cannot decline.
    Dispatch {
        /// To whom.
        to: Unit,
        /// Whether it is named.
        named: bool,
    },
    /// Take it up.
    Accept,
    /// Say that it is not one's duty, before taking it up.
    Decline(Words),
    /// Hand it to the next tier up.
    HandUp(Words),
    /// Ask a higher tier.
    Ask {
        /// For what.
        ask: Ask,
        /// Why.
        words: Words,
    },
    /// Answer what was asked.
    Answer {
        /// Whether it is granted.
        granted: bool,
        /// Why.
        words: Option<Words>,
    },
    /// Take it off the shelf before its day.
    Resume,
    /// Give a part of the work to another party.
    AddTask {
        /// To whom.
        to: Unit,
        /// What.
        words: Words,
    },
    /// Say how one's part ended.
    AnswerTask {
        /// Which.
        number: u8,
        /// Whether it was done, or dropped.
        done: bool,
        /// What was done, or why not.
        words: Words,
    },
    /// Say that it is done 反馈.
    FeedBack(Words),
    /// Say whether it is so 核查.
    Check {
        /// Whether it is.
        holds: bool,
        /// What was seen.
        words: Option<Words>,
    },
    /// Its reporter says that it is fixed.
    Confirm,
    /// Its reporter says that it is not.
    Deny(Option<Words>),
    /// Its reporter says how it was.
    Rate(Rating),
    /// Its reporter asks the next tier to look at a rejection.
    Appeal(Words),
    /// Add something.
    Remark {
        /// What; none where only photos are added.
        words: Option<Words>,
        /// Photos.
        photos: Vec<PhotoId>,
        /// Whether its reporter sees it.
        shown: bool,
    },
    /// Note that its reporter was spoken to.
    Contact,
    /// Somebody else reports the same.
    Join {
        /// Households that did so in the last days, with this one.
        households: u16,
    },
    /// Put it into its right category.
    Reclassify {
        /// Which.
        category: String,
        /// Whether it is urgent.
        urgent: bool,
    },
    /// A higher tier presses for it 督办.
    Press(Words),
    /// Another case stands for it.
    Merge {
        /// Which.
        into: CaseId,
    },
    /// It stands for another case.
    Absorb {
        /// Which.
        other: CaseId,
    },
    /// It becomes part of a problem.
    Group(ProblemId),
    /// The tier's time is over.
    TierOver,
    /// The deadline is over.
    DueOver,
    /// The offered unit has not answered.
    OfferOver,
    /// The check has not been made.
    CheckOver,
    /// The day has come to look at it again.
    ShelfOver,
    /// Little time is left.
    Remind,
}

impl Do {
    /// A word for it, in messages and in the audit.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Report(_) => "report",
            Self::Verify(_) => "verify",
            Self::File => "file",
            Self::Reject(_) => "reject",
            Self::Dispatch { .. } => "dispatch",
            Self::Accept => "accept",
            Self::Decline(_) => "decline",
            Self::HandUp(_) => "hand_up",
            Self::Ask { .. } => "ask",
            Self::Answer { .. } => "answer",
            Self::Resume => "resume",
            Self::AddTask { .. } => "add_task",
            Self::AnswerTask { .. } => "answer_task",
            Self::FeedBack(_) => "feed_back",
            Self::Check { .. } => "check",
            Self::Confirm => "confirm",
            Self::Deny(_) => "deny",
            Self::Rate(_) => "rate",
            Self::Appeal(_) => "appeal",
            Self::Remark { .. } => "remark",
            Self::Contact => "contact",
            Self::Join { .. } => "join",
            Self::Reclassify { .. } => "reclassify",
            Self::Press(_) => "press",
            Self::Merge { .. } => "merge",
            Self::Absorb { .. } => "absorb",
            Self::Group(_) => "group",
            Self::TierOver
            | Self::DueOver
            | Self::OfferOver
            | Self::CheckOver
            | Self::ShelfOver
            | Self::Remind => "clock",
        }
    }
}

/// What can happen to a case. Moments that follow from the calendar are worked out by the rules and
/// stand in the event, so that it folds the same for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are those of the deeds and of the state")]
pub enum CaseEvent {
    /// It was reported, and somebody has it.
    Reported {
        filing: Box<Filing>,
        owner: Unit,
        households: u16,
        until: Option<Timestamp>,
        remind: Option<Timestamp>,
    },
    /// Somebody saw it on the spot.
    Verified { words: Option<Words> },
    /// It was taken as a case.
    Filed,
    /// It was not.
    Rejected { words: Words, appeal: Timestamp },
    /// Its reporter asked the next tier.
    Appealed { words: Words, owner: Unit, until: Option<Timestamp>, remind: Option<Timestamp> },
    /// It was held out to a unit.
    Offered {
        to: Unit,
        named: bool,
        until: Timestamp,
        due: Option<Timestamp>,
        contact: Option<Timestamp>,
    },
    /// A unit took it up.
    Accepted {
        unit: Unit,
        due: Option<Timestamp>,
        contact: Option<Timestamp>,
        until: Option<Timestamp>,
        remind: Option<Timestamp>,
    },
    /// A unit said that it is not its duty.
    Declined { words: Words },
    /// A unit did not answer.
    OfferLapsed,
    /// It went up.
    Climbed {
        to: Unit,
        why: Why,
        words: Option<Words>,
        until: Option<Timestamp>,
        remind: Option<Timestamp>,
    },
    /// A higher tier was asked.
    Asked { ask: Ask, to: Unit, words: Words },
    /// It said no.
    Refused { words: Option<Words> },
    /// It gave more time.
    Extended { due: Timestamp, until: Option<Timestamp>, remind: Option<Timestamp> },
    /// It let the case be shelved.
    Shelved { review: Timestamp, words: Words, due: Left, tier: Option<Left> },
    /// It is off the shelf.
    Resumed { due: Timestamp, until: Option<Timestamp>, remind: Option<Timestamp> },
    /// It took the case back, as it had gone to the wrong unit.
    TakenBack { owner: Unit, until: Option<Timestamp>, remind: Option<Timestamp> },
    /// A part of the work was given to another party.
    TaskAdded { number: u8, to: Unit, words: Words },
    /// It said how its part ended.
    TaskAnswered { number: u8, done: bool, words: Words },
    /// It is said to be done.
    FedBack { words: Words, checker: Unit, until: Timestamp },
    /// The check went to a higher tier.
    CheckClimbed { to: Unit, until: Timestamp },
    /// It was checked: it is not done.
    Reworked {
        words: Option<Words>,
        by_reporter: bool,
        until: Timestamp,
        remind: Option<Timestamp>,
    },
    /// It is over.
    Closed { how: How, solver: Unit, on_time: bool, words: Option<Words> },
    /// Its reporter said how it was.
    Rated { rating: Rating },
    /// Something was added.
    Remarked { words: Option<Words>, photos: Vec<PhotoId>, shown: bool },
    /// Its reporter was spoken to.
    Contacted,
    /// Somebody else reports the same.
    Joined { households: u16 },
    /// It is in another category.
    Reclassified {
        category: String,
        group: String,
        class: CaseClass,
        private: bool,
        about: Vec<Role>,
        urgent: bool,
        due: Option<Timestamp>,
    },
    /// A higher tier presses for it.
    Pressed { words: Words },
    /// Another case stands for it.
    Merged { into: CaseId },
    /// It stands for another.
    Absorbed { other: CaseId },
    /// It is part of a problem.
    Grouped { problem: ProblemId },
    /// Its deadline is over.
    Overdue,
    /// Its owner was reminded; at the top again and again.
    Reminded { again: Option<Timestamp> },
}

impl CaseEvent {
    /// A word for it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Reported { .. } => "reported",
            Self::Verified { .. } => "verified",
            Self::Filed => "filed",
            Self::Rejected { .. } => "rejected",
            Self::Appealed { .. } => "appealed",
            Self::Offered { .. } => "offered",
            Self::Accepted { .. } => "accepted",
            Self::Declined { .. } => "declined",
            Self::OfferLapsed => "offer_lapsed",
            Self::Climbed { .. } => "climbed",
            Self::Asked { .. } => "asked",
            Self::Refused { .. } => "refused",
            Self::Extended { .. } => "extended",
            Self::Shelved { .. } => "shelved",
            Self::Resumed { .. } => "resumed",
            Self::TakenBack { .. } => "taken_back",
            Self::TaskAdded { .. } => "task_added",
            Self::TaskAnswered { .. } => "task_answered",
            Self::FedBack { .. } => "fed_back",
            Self::CheckClimbed { .. } => "check_climbed",
            Self::Reworked { .. } => "reworked",
            Self::Closed { .. } => "closed",
            Self::Rated { .. } => "rated",
            Self::Remarked { .. } => "remarked",
            Self::Contacted => "contacted",
            Self::Joined { .. } => "joined",
            Self::Reclassified { .. } => "reclassified",
            Self::Pressed { .. } => "pressed",
            Self::Merged { .. } => "merged",
            Self::Absorbed { .. } => "absorbed",
            Self::Grouped { .. } => "grouped",
            Self::Overdue => "overdue",
            Self::Reminded { .. } => "reminded",
        }
    }

    /// The text that goes with it.
    pub const fn words(&self) -> Option<Words> {
        match self {
            Self::Reported { filing, .. } => filing.words,
            Self::Rejected { words, .. }
            | Self::Appealed { words, .. }
            | Self::Declined { words }
            | Self::Asked { words, .. }
            | Self::Shelved { words, .. }
            | Self::TaskAdded { words, .. }
            | Self::TaskAnswered { words, .. }
            | Self::FedBack { words, .. }
            | Self::Pressed { words } => Some(*words),
            Self::Climbed { words, .. }
            | Self::Verified { words }
            | Self::Refused { words }
            | Self::Reworked { words, .. }
            | Self::Closed { words, .. }
            | Self::Remarked { words, .. } => *words,
            _ => None,
        }
    }
}
