//! What the program says: answers on standard output, everything else on standard error.
//!
//! With `--json` exactly one JSON object goes to standard output, of a failure too. Progress is one
//! line that is written over on a terminal, and a sparse log elsewhere.

use std::io::{self, IsTerminal as _, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Error, Result};
use serde::Serialize;
use tracing_subscriber::EnvFilter;
use yike_streets::progress::Progress;

use crate::fault::Kind;
use crate::stop::Stop;

/// How often the progress line on a terminal is drawn anew.
const TERMINAL_EVERY: Duration = Duration::from_millis(100);

/// How often progress is logged where there is no terminal.
const LOG_EVERY: Duration = Duration::from_secs(10);

/// Where and how this run speaks.
#[derive(Clone, Debug)]
pub struct Output {
    json: bool,
}

impl Output {
    /// Starts the log at `level` (a filter of the `tracing` kind) on standard error.
    pub fn new(json: bool, level: &str) -> Self {
        let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(io::stderr)
            .with_ansi(io::stderr().is_terminal())
            .with_target(false);
        // Only tests start a second log; the first one stands.
        let _ = log.try_init();
        Self { json }
    }

    /// Gives the answer: `value` as JSON, or what `human` writes.
    pub fn answer<T: Serialize>(
        &self,
        value: &T,
        human: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<()> {
        let mut out = io::stdout().lock();
        let written = if self.json {
            let text = serde_json::to_string(value)?;
            writeln!(out, "{text}")
        } else {
            human(&mut out)
        };
        match written.and_then(|()| out.flush()) {
            // The reader has seen enough (`yike ... | head`).
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        }
    }

    /// Tells a failure: what, then its causes; as JSON too where asked.
    pub fn fail(&self, error: &Error) {
        let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
        let mut text = format!("error: {error}\n");
        // A cause that its effect already quotes is not said twice.
        for cause in causes.iter().filter(|cause| !error.to_string().contains(*cause)) {
            text = text + "  because: " + cause + "\n";
        }
        // Nothing is left to tell it to when standard error is gone.
        let _ = io::stderr().lock().write_all(text.as_bytes());
        if self.json {
            let value = serde_json::json!({ "error": {
                "code": Kind::of(error).code(),
                "message": error.to_string(),
                "because": causes,
            }});
            let _ = writeln!(io::stdout().lock(), "{value}");
        }
    }
}

/// Tells `text` to whoever sits at the terminal, and to no log: it may hold a secret. Says whether there
/// is a terminal.
pub fn tell_terminal(text: &str) -> bool {
    let mut terminal = io::stderr();
    // A terminal that has gone away meanwhile hears nothing, which is what is wanted.
    terminal.is_terminal() && terminal.write_all(text.as_bytes()).is_ok()
}

/// Progress on standard error.
#[derive(Debug)]
pub struct Console {
    terminal: bool,
    stop: Stop,
    line: Mutex<Line>,
}

#[derive(Debug)]
struct Line {
    stage: &'static str,
    shown: Option<Instant>,
}

impl Console {
    /// Progress that shows nothing yet and is cancelled by `stop`.
    pub fn new(stop: Stop) -> Self {
        let line = Mutex::new(Line { stage: "", shown: None });
        Self { terminal: io::stderr().is_terminal(), stop, line }
    }

    /// Ends the progress line, so that what follows starts on a line of its own.
    pub fn finish(&self) {
        let mut line = self.line.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.terminal && line.shown.take().is_some() {
            let _ = io::stderr().lock().write_all(b"\r\x1b[K");
        }
    }
}

impl Progress for Console {
    fn stage(&self, name: &'static str, done: u64, of: u64) {
        let Ok(mut line) = self.line.try_lock() else { return };
        let every = if self.terminal { TERMINAL_EVERY } else { LOG_EVERY };
        let same = line.stage == name;
        if same && line.shown.is_some_and(|shown| shown.elapsed() < every) {
            return;
        }
        *line = Line { stage: name, shown: Some(Instant::now()) };
        let text = describe(name, done, of);
        if self.terminal {
            let _ = write!(io::stderr().lock(), "\r\x1b[K{text}");
        } else {
            tracing::info!("{text}");
        }
    }

    fn cancelled(&self) -> bool {
        self.stop.asked()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.finish();
    }
}

fn describe(name: &str, done: u64, of: u64) -> String {
    match (done, of) {
        (0, 0) => name.to_owned(),
        (done, 0) => format!("{name}: {}", grouped(done)),
        (done, of) => {
            let percent = done.saturating_mul(100) / of;
            format!("{name}: {percent} % ({} of {})", grouped(done), grouped(of))
        }
    }
}

/// Writes a number with commas between groups of three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_120_985), "1,120,985");
    }

    #[test]
    fn progress_says_how_much_of_what() {
        assert_eq!(describe("read", 0, 0), "read");
        assert_eq!(describe("read", 1_200, 0), "read: 1,200");
        assert_eq!(describe("read", 1_200, 4_800), "read: 25 % (1,200 of 4,800)");
    }
}
