//! What somebody wants to do to a case, before the words he wrote are put away.

use yike_model::calendar::Span;
use yike_model::cases::{Ask, CaseNumber, Do, Rating, Unit, Words};
use yike_model::id::PhotoId;
use yike_model::{Refusal, Timestamp};

/// A deed as it is asked for; its words come beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Say that it was seen on the spot.
    Verify,
    /// Take it as a case.
    File,
    /// Take it not; why.
    Reject,
    /// Hold it out to a unit.
    Dispatch {
        /// To whom.
        to: Unit,
        /// Whether it is named in a dispute.
        named: bool,
    },
    /// Take it up.
    Accept,
    /// Say that it is not one's duty; why.
    Decline,
    /// Hand it to the next tier up; why.
    HandUp,
    /// Ask for more time; why.
    Extend(Span),
    /// Ask to shelve it until a day; why.
    Shelve(Timestamp),
    /// Ask to be rid of it; why.
    Return,
    /// Answer what was asked.
    Answer(bool),
    /// Take it off the shelf.
    Resume,
    /// Give a part of the work to another party; what.
    AddTask(Unit),
    /// Say how one's part ended.
    AnswerTask {
        /// Which.
        number: u8,
        /// Whether it was done.
        done: bool,
    },
    /// Say that it is done; what was done.
    FeedBack,
    /// Say whether it is so.
    Check(bool),
    /// Its reporter says that it is fixed.
    Confirm,
    /// Its reporter says that it is not.
    Deny,
    /// Its reporter says how it was.
    Rate(Rating),
    /// Its reporter asks the next tier.
    Appeal,
    /// Add something.
    Remark {
        /// Whether its reporter sees it.
        shown: bool,
    },
    /// Note that its reporter was spoken to.
    Contact,
    /// Put it into its right category.
    Reclassify {
        /// Which.
        category: String,
        /// Whether it is urgent.
        urgent: bool,
    },
    /// Press for it.
    Press,
    /// Let another case stand for it.
    Merge(CaseNumber),
}

/// A kind of wish: what a page offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "they are those of the wishes")]
pub enum WishKind {
    Accept,
    FeedBack,
    Check,
    File,
    Reject,
    Dispatch,
    Decline,
    HandUp,
    Extend,
    Shelve,
    Return,
    Answer,
    Resume,
    AddTask,
    AnswerTask,
    Verify,
    Contact,
    Reclassify,
    Press,
    Merge,
    Remark,
    Confirm,
    Deny,
    Rate,
    Appeal,
}

impl WishKind {
    /// All kinds, in the order in which a page offers them: what is most likely first.
    pub const ALL: [Self; 25] = [
        Self::Accept,
        Self::FeedBack,
        Self::Check,
        Self::File,
        Self::Reject,
        Self::Dispatch,
        Self::Decline,
        Self::HandUp,
        Self::Extend,
        Self::Shelve,
        Self::Return,
        Self::Answer,
        Self::Resume,
        Self::AddTask,
        Self::AnswerTask,
        Self::Verify,
        Self::Contact,
        Self::Reclassify,
        Self::Press,
        Self::Merge,
        Self::Remark,
        Self::Confirm,
        Self::Deny,
        Self::Rate,
        Self::Appeal,
    ];

    /// The word for it in forms and addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::FeedBack => "feed_back",
            Self::Check => "check",
            Self::File => "file",
            Self::Reject => "reject",
            Self::Dispatch => "dispatch",
            Self::Decline => "decline",
            Self::HandUp => "hand_up",
            Self::Extend => "extend",
            Self::Shelve => "shelve",
            Self::Return => "return",
            Self::Answer => "answer",
            Self::Resume => "resume",
            Self::AddTask => "add_task",
            Self::AnswerTask => "answer_task",
            Self::Verify => "verify",
            Self::Contact => "contact",
            Self::Reclassify => "reclassify",
            Self::Press => "press",
            Self::Merge => "merge",
            Self::Remark => "remark",
            Self::Confirm => "confirm",
            Self::Deny => "deny",
            Self::Rate => "rate",
            Self::Appeal => "appeal",
        }
    }

    /// The kind of a word.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether words go with it, and must.
    pub const fn words(self) -> Option<bool> {
        match self {
            Self::Reject
            | Self::Decline
            | Self::HandUp
            | Self::Extend
            | Self::Shelve
            | Self::Return
            | Self::AddTask
            | Self::AnswerTask
            | Self::FeedBack
            | Self::Appeal
            | Self::Press => Some(true),
            Self::Verify | Self::Answer | Self::Check | Self::Deny | Self::Remark => Some(false),
            _ => None,
        }
    }
}

impl Wish {
    /// What kind it is.
    pub const fn kind(&self) -> WishKind {
        match self {
            Self::Verify => WishKind::Verify,
            Self::File => WishKind::File,
            Self::Reject => WishKind::Reject,
            Self::Dispatch { .. } => WishKind::Dispatch,
            Self::Accept => WishKind::Accept,
            Self::Decline => WishKind::Decline,
            Self::HandUp => WishKind::HandUp,
            Self::Extend(_) => WishKind::Extend,
            Self::Shelve(_) => WishKind::Shelve,
            Self::Return => WishKind::Return,
            Self::Answer(_) => WishKind::Answer,
            Self::Resume => WishKind::Resume,
            Self::AddTask(_) => WishKind::AddTask,
            Self::AnswerTask { .. } => WishKind::AnswerTask,
            Self::FeedBack => WishKind::FeedBack,
            Self::Check(_) => WishKind::Check,
            Self::Confirm => WishKind::Confirm,
            Self::Deny => WishKind::Deny,
            Self::Rate(_) => WishKind::Rate,
            Self::Appeal => WishKind::Appeal,
            Self::Remark { .. } => WishKind::Remark,
            Self::Contact => WishKind::Contact,
            Self::Reclassify { .. } => WishKind::Reclassify,
            Self::Press => WishKind::Press,
            Self::Merge(_) => WishKind::Merge,
        }
    }

    /// The deed, with the words and photos that go with it. `into` is the case another is merged into.
    pub(super) fn deed(
        &self,
        words: Option<Words>,
        photos: Vec<PhotoId>,
        into: Option<yike_model::CaseId>,
    ) -> Result<Do, Refusal> {
        let said = || words.ok_or_else(|| Refusal::invalid("text", "say why, in a few words"));
        Ok(match self {
            Self::Verify => Do::Verify(words),
            Self::File => Do::File,
            Self::Reject => Do::Reject(said()?),
            Self::Dispatch { to, named } => Do::Dispatch { to: *to, named: *named },
            Self::Accept => Do::Accept,
            Self::Decline => Do::Decline(said()?),
            Self::HandUp => Do::HandUp(said()?),
            Self::Extend(span) => Do::Ask { ask: Ask::Extension { span: *span }, words: said()? },
            Self::Shelve(review) => {
                Do::Ask { ask: Ask::Shelving { review: *review }, words: said()? }
            }
            Self::Return => Do::Ask { ask: Ask::Return, words: said()? },
            Self::Answer(granted) => Do::Answer { granted: *granted, words },
            Self::Resume => Do::Resume,
            Self::AddTask(to) => Do::AddTask { to: *to, words: said()? },
            Self::AnswerTask { number, done } => {
                Do::AnswerTask { number: *number, done: *done, words: said()? }
            }
            Self::FeedBack => Do::FeedBack(said()?),
            Self::Check(holds) => Do::Check { holds: *holds, words },
            Self::Confirm => Do::Confirm,
            Self::Deny => Do::Deny(words),
            Self::Rate(rating) => Do::Rate(*rating),
            Self::Appeal => Do::Appeal(said()?),
            Self::Remark { shown } => Do::Remark { words, photos, shown: *shown },
            Self::Contact => Do::Contact,
            Self::Reclassify { category, urgent } => {
                Do::Reclassify { category: category.clone(), urgent: *urgent }
            }
            Self::Press => Do::Press(said()?),
            Self::Merge(_) => {
                let into = into.ok_or_else(|| Refusal::missing("case", "to merge into"))?;
                Do::Merge { into }
            }
        })
    }
}
