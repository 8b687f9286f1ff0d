//! Long work tells how far it is, and asks whether to stop.

/// Receives the progress of long work. Called from worker threads.
pub trait Progress: Sync {
    /// `done` of `of` units of a stage are finished. Stages come one after the other; `of` may be 0
    /// where the amount is not known.
    fn stage(&self, name: &'static str, done: u64, of: u64);

    /// Whether the work should stop at the next good moment.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Progress that nobody watches and nobody cancels.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn stage(&self, _: &'static str, _: u64, _: u64) {}
}
