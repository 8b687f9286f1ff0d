//! Acceptance 5: an import killed at any moment leaves the old state or the new one, never a part.
//!
//! Imports are killed with SIGKILL at 50 moments spread over how long they take; after each, `yike
//! verify` folds the ledger, compares, and reads every file. Moments are drawn from a fixed seed; where
//! in its work the process then is depends on the machine, so every run tries other places.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use yike_store::testing::TestDb;

use crate::support::{boundaries, divisions, homes, json, run, stderr, text, town, yike};

const MOMENTS: u32 = 50;

/// Files of each kind, in two versions, so that every import changes something.
struct Files(Vec<(&'static str, [PathBuf; 2])>);

impl Files {
    fn new(folder: &Path) -> Self {
        Self(vec![
            ("places", [1, 2].map(|version| divisions(folder, version))),
            ("boundaries", [1, 2].map(|version| boundaries(folder, version))),
            ("streets", [town("canal-without-bridge"), town("footbridge")]),
            ("homes", [1, 2].map(|version| homes(folder, version))),
        ])
    }
}

/// SplitMix64.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A district's folder, and its database where that is a server's.
struct Place {
    folder: PathBuf,
    database: Option<String>,
}

impl Place {
    fn of(db: &TestDb) -> Self {
        let database = (db.engine == yike_store::Engine::Postgres).then(|| db.address());
        Self { folder: db.folder().join("data"), database }
    }

    /// A command's arguments with those that say where the data is.
    fn args<'a>(&'a self, command: &[&'a str]) -> Vec<&'a str> {
        let mut args = command.to_vec();
        args.extend(["--data", text(&self.folder)]);
        if let Some(url) = &self.database {
            args.extend(["--database-url", url]);
        }
        args
    }

    /// Imports a file whole and says how long it took.
    fn import(&self, kind: &str, file: &Path) -> Duration {
        let start = Instant::now();
        let output = run(&self.args(&["import", kind, text(file)]));
        assert!(output.status.success(), "{kind}: {}", stderr(&output));
        start.elapsed()
    }

    /// Starts an import and kills it after `moment`; says whether it was still at work.
    fn kill_at(&self, moment: Duration, kind: &str, file: &Path) -> bool {
        let mut child = yike()
            .args(self.args(&["import", kind, text(file)]))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        std::thread::sleep(moment);
        let at_work = child.try_wait().expect("it can be asked").is_none();
        let _ = child.kill();
        child.wait().expect("it ends");
        at_work
    }

    /// Verifies, and fails the test if anything is not whole.
    fn verify(&self, when: &str) {
        let output = run(&self.args(&["verify", "--json"]));
        assert!(output.status.success(), "{when}: {}", stderr(&output));
        assert_eq!(json(&output)["holds"], true, "{when}");
    }
}

yike_store::on_both! {
    /// Fifty imports killed, each followed by a verification.
    async fn an_import_killed_at_any_moment_leaves_everything_whole(db) {
        let place = Place::of(db);
        let files = Files::new(&db.folder());
        let whole: Vec<Duration> =
            files.0.iter().map(|(kind, versions)| place.import(kind, &versions[0])).collect();
        let (mut state, mut killed) = (20_261_124, 0);
        for moment in 0..MOMENTS {
            let which = moment as usize % files.0.len();
            let (kind, versions) = &files.0[which];
            let file = &versions[(moment as usize / files.0.len() + 1) % 2];
            let share = random(&mut state) % 1_000;
            let after = whole[which].mul_f64(share as f64 / 1_000.0);
            killed += u32::from(place.kill_at(after, kind, file));
            place.verify(&format!("after {kind} {after:?}"));
        }
        assert!(
            killed >= MOMENTS / 2,
            "only {killed} imports were still at work when they were killed"
        );
        // And the data goes on living: every file can still be imported.
        for (kind, versions) in &files.0 {
            place.import(kind, &versions[1]);
        }
        place.verify("in the end");
        let left = std::fs::read_dir(place.folder.join("tmp"))
            .expect("the folder of what is being made is there")
            .count();
        assert_eq!(left, 0, "what killed processes left is removed");
    }
}
