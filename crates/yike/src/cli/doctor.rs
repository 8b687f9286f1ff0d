//! `yike doctor`: what an operator should know before anything goes wrong, each with a remedy.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;
use yike_app::clock::{Clock as _, SystemClock};
use yike_store::Engine;

use super::data::Data;
use crate::output::grouped;
use crate::shell::Shell;

/// Below this much room imports may fail, bytes.
const ROOM_NEEDED: u64 = 2 << 30;

/// A clock before this is not set: 2026-01-01, ms.
const CLOCK_AFTER: i64 = 1_767_225_600_000;

/// Say what is right and wrong with this installation, and what to do
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  yike doctor --data data
  yike doctor --database-url postgres://yike@db/yike --data data --json

Changes nothing but what opening the data does. Exit code 1 where something is wrong.")]
pub struct Doctor {
    #[command(flatten)]
    data: Data,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Look {
    what: &'static str,
    well: bool,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Look {
    fn well(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, well: true, found: found.into(), remedy: None }
    }

    fn ill(what: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what, well: false, found: found.into(), remedy: Some(remedy.into()) }
    }
}

impl Doctor {
    /// Looks.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let mut looks = vec![version(), clock(), processors(), room(&self.data.data)];
        match self.data.open_existing(shell) {
            Err(error) => looks.push(Look::ill(
                "data",
                format!("{error:#}"),
                "mend what it says, or restore a backup (yike backup makes them)",
            )),
            Ok(app) => {
                looks.push(database(&app));
                looks.push(district(&app));
                let verified = shell.block_on(app.verify())?;
                looks.push(if verified.holds() {
                    Look::well("contents", format!("{} events, all hold", grouped(verified.events)))
                } else {
                    Look::ill(
                        "contents",
                        format!("{} things are wrong", verified.wrong),
                        "run yike verify for all of them, and restore a backup",
                    )
                });
                shell.block_on(app.close());
            }
        }
        let ill = looks.iter().filter(|look| !look.well).count();
        shell.answer(&serde_json::json!({ "well": ill == 0, "looks": looks }), |out| {
            for look in &looks {
                let mark = if look.well { "ok " } else { "!! " };
                writeln!(out, "{mark} {}: {}", look.what, look.found)?;
                if let Some(remedy) = &look.remedy {
                    writeln!(out, "     {remedy}")?;
                }
            }
            Ok(())
        })?;
        shell.unwell(ill > 0);
        Ok(())
    }
}

fn version() -> Look {
    let build = if cfg!(debug_assertions) { "debug build" } else { "release build" };
    let found = format!("yike {}, {build}", env!("CARGO_PKG_VERSION"));
    if cfg!(debug_assertions) {
        return Look::ill("version", found, "serve with a release build: cargo build --release");
    }
    Look::well("version", found)
}

fn clock() -> Look {
    let now = SystemClock.now();
    if now.millis() < CLOCK_AFTER {
        return Look::ill(
            "clock",
            now.to_string(),
            "set the machine's clock (timedatectl set-ntp true)",
        );
    }
    Look::well("clock", now.to_string())
}

fn processors() -> Look {
    let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Look::well("processors", count.to_string())
}

/// Free room where the data lies, as `df` tells it.
fn room(data: &Path) -> Look {
    let there = data.ancestors().find(|path| path.exists() && !path.as_os_str().is_empty());
    let there = there.unwrap_or(Path::new("."));
    let told = std::process::Command::new("df").arg("-Pk").arg(there).output();
    let free = told.ok().and_then(|told| {
        let text = String::from_utf8(told.stdout).ok()?;
        text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok()
    });
    match free.map(|kilobytes| kilobytes * 1024) {
        None => Look::well("room", "not known here"),
        Some(free) if free < ROOM_NEEDED => Look::ill(
            "room",
            format!("{} MB free at {}", grouped(free >> 20), there.display()),
            "make room, or move the data to a larger disk: imports need some of it",
        ),
        Some(free) => Look::well("room", format!("{} MB free", grouped(free >> 20))),
    }
}

fn database(app: &yike_app::App) -> Look {
    match app.store().engine() {
        Engine::Sqlite => Look::well("database", "SQLite, write-ahead log, full sync"),
        Engine::Postgres => Look::well("database", "PostgreSQL, sorted by code point"),
    }
}

fn district(app: &yike_app::App) -> Look {
    match app.district() {
        Ok(district) => Look::well("district", district.to_string()),
        Err(error) => Look::ill("district", "none yet", error.to_string()),
    }
}
