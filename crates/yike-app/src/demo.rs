//! A demo district's own time: it can be moved ahead, to see what becomes of a case that nobody touches.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use yike_model::people::{Actor, Deed};
use yike_model::{Refusal, Timestamp};
use yike_store::Fired;

use crate::app::App;
use crate::clock::{Clock, SystemClock};
use crate::error::AppError;

/// The file in the data folder that says how far ahead the time is, in milliseconds.
const FILE: &str = "demo.clock";

/// Most hours moved at once: a month.
pub const HOURS_LIMIT: u32 = 31 * 24;

/// How far ahead a demo can be at most: ten years.
const AHEAD_LIMIT: Duration = Duration::from_hours(10 * 366 * 24);

/// The machine's clock, and how far ahead of it the demo is. It never goes back.
#[derive(Debug)]
pub struct DemoClock {
    ahead: AtomicI64,
    file: PathBuf,
}

impl DemoClock {
    /// The clock of the demo district in a folder.
    pub fn of(folder: &Path) -> Self {
        let file = folder.join(FILE);
        let kept = fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok());
        Self { ahead: AtomicI64::new(kept.unwrap_or(0).max(0)), file }
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        let ahead = u64::try_from(self.ahead.load(Ordering::SeqCst)).unwrap_or(0);
        SystemClock.now().plus(Duration::from_millis(ahead))
    }

    fn pass(&self, span: Duration) -> bool {
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        let ahead = self.ahead.load(Ordering::SeqCst).saturating_add(span);
        if Duration::from_millis(u64::try_from(ahead).unwrap_or(u64::MAX)) > AHEAD_LIMIT {
            return false;
        }
        self.ahead.store(ahead, Ordering::SeqCst);
        // Lost with the machine, the demo is only a little less far ahead.
        if let Err(why) = fs::write(&self.file, ahead.to_string()) {
            tracing::warn!("{} cannot be written: {why}", self.file.display());
        }
        true
    }
}

impl App {
    /// Lets hours pass in a demo district, one after the other, so that what falls due on the way happens
    /// in its order. Says what the clock did. Anywhere else there is no such thing.
    pub async fn pass_demo_hours(&self, actor: &Actor, hours: u32) -> Result<Fired, AppError> {
        self.permit(actor, Deed::PassDemoTime).await?;
        if !self.folder.is_demo() {
            return Err(AppError::missing("demo clock", "here"));
        }
        if hours == 0 || hours > HOURS_LIMIT {
            return Err(Refusal::invalid("hours", format!("give 1 to {HOURS_LIMIT}")).into());
        }
        let mut all = Fired::default();
        for _ in 0..hours {
            if !self.clock.pass(Duration::from_hours(1)) {
                return Err(Refusal::invalid("hours", "the demo is ten years ahead already").into());
            }
            loop {
                let fired = self.fire_due().await?;
                all.done += fired.done;
                all.moot += fired.moot;
                all.failed += fired.failed;
                if fired.done + fired.moot == 0 {
                    break;
                }
            }
        }
        Ok(all)
    }
}
