//! The shell around a command: its output, the signals that stop it, and the runtime for async work.

use std::future::Future;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};
use serde::Serialize;
use tokio::runtime::Runtime;

use crate::output::{Console, Output};
use crate::stop::Stop;

/// What every command gets.
#[derive(Debug)]
pub struct Shell {
    output: Output,
    stop: Stop,
    runtime: Runtime,
    unwell: AtomicBool,
}

impl Shell {
    /// Starts the runtime and listens for signals.
    pub fn start(output: Output) -> Result<Self> {
        let runtime = Runtime::new().context("the program's threads could not be started")?;
        let listening = runtime.enter();
        let stop = Stop::on_signals().context("signals cannot be heard")?;
        drop(listening);
        Ok(Self { output, stop, runtime, unwell: AtomicBool::new(false) })
    }

    /// Runs async work to its end.
    pub fn block_on<F: Future>(&self, work: F) -> F::Output {
        self.runtime.block_on(work)
    }

    /// Whether and when to stop.
    pub const fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Notes that what was looked at is not well: the exit code says so, though the answer was given.
    pub fn unwell(&self, unwell: bool) {
        self.unwell.store(unwell, Ordering::Relaxed);
    }

    /// Whether what was looked at is not well.
    pub fn is_unwell(&self) -> bool {
        self.unwell.load(Ordering::Relaxed)
    }

    /// Progress for long work; cancelled by Ctrl-C.
    pub fn progress(&self) -> Console {
        Console::new(self.stop.clone())
    }

    /// Gives the answer: `value` as the one JSON object, or what `human` writes.
    pub fn answer<T: Serialize>(
        &self,
        value: &T,
        human: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<()> {
        self.output.answer(value, human)
    }
}
