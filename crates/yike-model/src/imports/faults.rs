//! What can be wrong with a row of a file: a word for each, so that pages say it in the reader's language.

use serde::{Deserialize, Serialize};

/// What is wrong with a row. `value` and `other` are those of the [`RowError`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowFault {
    /// Something for which there is only the message.
    #[default]
    Other,
    /// Nothing where something is needed.
    Missing,
    /// Not a number.
    NotANumber,
    /// Not a whole number.
    NotWhole,
    /// Below zero.
    Negative,
    /// Larger than `other`.
    TooLarge,
    /// Longitude or latitude out of range.
    OutOfRange,
    /// A latitude that can only be a longitude.
    Swapped,
    /// Longitude and latitude both 0.
    Nowhere,
    /// An id that was there before, in row `other`.
    Twice,
    /// A category nobody knows.
    UnknownCategory,
    /// Ages that exceed the `other` people.
    MoreAgesThanPeople,
    /// A formula without a saved result.
    Formula,
    /// A cell that shows an error.
    CellError,
    /// A date where a number is wanted.
    Date,
    /// A shape that is neither a point nor an area.
    Shape,
    /// A level nobody knows.
    Level,
    /// A name that cannot be taken.
    BadName,
    /// A code that is not one, or does not fit its level.
    BadCode,
    /// A range of several with one code.
    RangeWithCode,
    /// A code that is in an earlier row.
    CodeTwice,
    /// A code of a place that has ceased.
    CodeCeased,
    /// A level that needs its official code.
    CodeMissing,
    /// A code too long to build on.
    CodeTooLong,
    /// A place without what it stands below.
    ParentMissing,
    /// A code no place has.
    NoSuchPlace,
    /// A place below one of a level that cannot hold it.
    WrongParent,
    /// A place below one that is missing from a whole file.
    ParentCeases,
    /// A district that is not `other`.
    OtherDistrict,
    /// A known code of the level `other`.
    OtherKind,
    /// Older than what is known.
    OlderThanKnown,
    /// A name without letters and digits.
    EmptyName,
    /// The name of `other` beside it.
    SameName,
    /// The district is missing from the file.
    DistrictMissing,
    /// A kind of file that is not read.
    FileKind,
    /// Not what its name says, or damaged: `value` says how.
    FileDamaged,
    /// More than `value`.
    FileTooLarge,
    /// There is no sheet `value`; there are `other`.
    NoSheet,
    /// No column for `value` among `other`.
    NoColumn,
    /// Columns that cannot be told apart: `value` says how.
    ColumnsUnclear,
}

impl RowFault {
    /// All of them.
    pub const ALL: [Self; 40] = [
        Self::Other,
        Self::Missing,
        Self::NotANumber,
        Self::NotWhole,
        Self::Negative,
        Self::TooLarge,
        Self::OutOfRange,
        Self::Swapped,
        Self::Nowhere,
        Self::Twice,
        Self::UnknownCategory,
        Self::MoreAgesThanPeople,
        Self::Formula,
        Self::CellError,
        Self::Date,
        Self::Shape,
        Self::Level,
        Self::BadName,
        Self::BadCode,
        Self::RangeWithCode,
        Self::CodeTwice,
        Self::CodeCeased,
        Self::CodeMissing,
        Self::CodeTooLong,
        Self::ParentMissing,
        Self::NoSuchPlace,
        Self::WrongParent,
        Self::ParentCeases,
        Self::OtherDistrict,
        Self::OtherKind,
        Self::OlderThanKnown,
        Self::EmptyName,
        Self::SameName,
        Self::DistrictMissing,
        Self::FileKind,
        Self::FileDamaged,
        Self::FileTooLarge,
        Self::NoSheet,
        Self::NoColumn,
        Self::ColumnsUnclear,
    ];

    /// The stable word for it, as it is kept and as texts are called by.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Missing => "missing",
            Self::NotANumber => "not_a_number",
            Self::NotWhole => "not_whole",
            Self::Negative => "negative",
            Self::TooLarge => "too_large",
            Self::OutOfRange => "out_of_range",
            Self::Swapped => "swapped",
            Self::Nowhere => "nowhere",
            Self::Twice => "twice",
            Self::UnknownCategory => "unknown_category",
            Self::MoreAgesThanPeople => "more_ages_than_people",
            Self::Formula => "formula",
            Self::CellError => "cell_error",
            Self::Date => "date",
            Self::Shape => "shape",
            Self::Level => "level",
            Self::BadName => "bad_name",
            Self::BadCode => "bad_code",
            Self::RangeWithCode => "range_with_code",
            Self::CodeTwice => "code_twice",
            Self::CodeCeased => "code_ceased",
            Self::CodeMissing => "code_missing",
            Self::CodeTooLong => "code_too_long",
            Self::ParentMissing => "parent_missing",
            Self::NoSuchPlace => "no_such_place",
            Self::WrongParent => "wrong_parent",
            Self::ParentCeases => "parent_ceases",
            Self::OtherDistrict => "other_district",
            Self::OtherKind => "other_kind",
            Self::OlderThanKnown => "older_than_known",
            Self::EmptyName => "empty_name",
            Self::SameName => "same_name",
            Self::DistrictMissing => "district_missing",
            Self::FileKind => "file_kind",
            Self::FileDamaged => "file_damaged",
            Self::FileTooLarge => "file_too_large",
            Self::NoSheet => "no_sheet",
            Self::NoColumn => "no_column",
            Self::ColumnsUnclear => "columns_unclear",
        }
    }
}

/// What is wrong with one row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowError {
    /// Row of the file, counted from 1 with its heading; 0 is the file as a whole.
    pub row: u64,
    /// Column, if it is about one.
    pub column: Option<String>,
    /// What is wrong. Checks from before there were words for it have [`RowFault::Other`].
    #[serde(default)]
    pub fault: RowFault,
    /// The value it is about; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// What it conflicts with: a bound, a row, a code; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub other: String,
    /// The same in an English sentence: what is wrong, and what to do.
    pub message: String,
}

impl RowError {
    /// An error of `column` in `row` (0 for the file as a whole), in an English sentence.
    pub fn new(row: u64, column: &str, fault: RowFault, message: impl Into<String>) -> Self {
        let column = Some(column.to_owned()).filter(|column| !column.is_empty());
        Self { row, column, fault, message: message.into(), ..Self::default() }
    }

    /// The same about a value.
    #[must_use]
    pub fn about(mut self, value: impl std::fmt::Display) -> Self {
        self.value = value.to_string();
        self
    }

    /// The same in conflict with something else.
    #[must_use]
    pub fn against(mut self, other: impl std::fmt::Display) -> Self {
        self.other = other.to_string();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_kept_by_its_word() {
        for fault in RowFault::ALL {
            let kept = serde_json::to_string(&fault).unwrap();
            assert_eq!(kept, format!("\"{}\"", fault.code()));
        }
    }

    #[test]
    fn an_error_from_before_there_were_words_is_still_read() {
        let old = r#"{"row":3,"column":"people","message":"\"x\" is not a number"}"#;
        let error: RowError = serde_json::from_str(old).unwrap();
        assert_eq!((error.row, error.fault), (3, RowFault::Other));
    }
}
