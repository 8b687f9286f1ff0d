//! Faults: which exit code an error means, and how a panic is told.
//!
//! Exit codes: 0 done; 1 it could not be done (disk, database, a fault of ours); 2 what was given is
//! wrong (arguments, files), as for clap; 130 stopped by the user, as shells expect.

use std::any::Any;

use anyhow::Error;
use yike_app::AppError;

/// Exit code of work that was stopped from outside.
const CANCELLED: u8 = 130;

/// What was given is wrong: an argument, or the content of a file.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadInput(pub String);

/// The user stopped the work.
#[derive(Debug, thiserror::Error)]
#[error("stopped; nothing was changed")]
pub struct Cancelled;

/// What kind of failure an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What was given is wrong.
    Input,
    /// The user stopped it.
    Cancelled,
    /// Anything else.
    Other,
}

impl Kind {
    /// The kind of an error: that of the first cause whose kind is known.
    pub fn of(error: &Error) -> Self {
        error.chain().find_map(known).unwrap_or(Self::Other)
    }

    /// The word for it in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Input => "bad_input",
            Self::Cancelled => "cancelled",
            Self::Other => "failed",
        }
    }
}

fn known(cause: &(dyn std::error::Error + 'static)) -> Option<Kind> {
    if cause.is::<BadInput>() {
        Some(Kind::Input)
    } else if cause.is::<Cancelled>() {
        Some(Kind::Cancelled)
    } else {
        cause.downcast_ref::<AppError>().map(|error| match error.kind() {
            yike_app::Kind::Input | yike_app::Kind::Refused => Kind::Input,
            yike_app::Kind::Cancelled => Kind::Cancelled,
            yike_app::Kind::Busy | yike_app::Kind::Fault => Kind::Other,
        })
    }
}

/// The exit code an error means.
pub fn exit_code(error: &Error) -> u8 {
    match Kind::of(error) {
        Kind::Input => 2,
        Kind::Cancelled => CANCELLED,
        Kind::Other => 1,
    }
}

/// Keeps panics from printing by themselves; where they happened goes to the log.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::debug!(%place, "a part of the program gave up: {panic}");
    }));
}

/// The error that stands for a panic.
pub fn from_panic(panic: &(dyn Any + Send)) -> Error {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no more is known");
    anyhow::anyhow!(
        "this is a fault of Yike, not of yours: {text}; please report it with the output of the same \
         command under YIKE_LOG=debug"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn the_code_is_that_of_the_cause() {
        let input = Err::<(), _>(BadInput("row 3".into())).context("homes.csv").unwrap_err();
        assert_eq!(exit_code(&input), 2);
        assert_eq!(exit_code(&Cancelled.into()), 130);
        assert_eq!(exit_code(&anyhow::anyhow!("disk full")), 1);
    }
}
