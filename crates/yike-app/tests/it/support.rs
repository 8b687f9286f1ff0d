//! What the tests share: an app on a fresh database with a clock and chance they hold, and files.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use yike_app::clock::{Clock, HeldClock, SeededRandom};
use yike_app::folder::DataFolder;
use yike_app::imports::ImportOptions;
use yike_app::{App, AppError, Settings};
use yike_model::imports::{Check, ImportKind};
use yike_model::people::{Actor, Posting, Role};
use yike_model::text::NodeName;
use yike_model::{ImportId, PersonId, Timestamp};
use yike_store::testing::TestDb;
use yike_streets::progress::Quiet;

/// The system: what the command line acts as.
pub const SYSTEM: &Actor = &Actor::System;

/// An app, and the clock it goes by.
pub struct World {
    pub app: Arc<App>,
    pub clock: Arc<HeldClock>,
}

impl World {
    /// A fresh app on a test's database.
    pub async fn new(db: &TestDb) -> Self {
        let clock = HeldClock::at(Timestamp::from_millis(1_790_000_000_000).unwrap());
        Self::with(db, Arc::new(clock), "one", 1).await
    }

    /// Another process on the same database and folder, by the same clock.
    pub async fn another(&self, db: &TestDb, node: &str) -> Self {
        Self::with(db, self.clock.clone(), node, 2).await
    }

    async fn with(db: &TestDb, clock: Arc<HeldClock>, node: &str, seed: u64) -> Self {
        let root = db.folder().join("data");
        let mut settings = Settings::new(&root);
        settings.clock = clock.clone() as Arc<dyn Clock>;
        settings.random = Arc::new(SeededRandom::new(seed));
        settings.node = NodeName::parse(node).unwrap();
        settings.threads = 2;
        let folder = DataFolder::open(&root).unwrap();
        let app = App::with_store(settings, folder, db.again().await).await.unwrap();
        Self { app: Arc::new(app), clock }
    }

    /// Proposes and checks a file.
    pub async fn check(
        &self,
        kind: ImportKind,
        path: &Path,
    ) -> Result<(ImportId, Check), AppError> {
        let name = path.file_name().unwrap().to_str().unwrap();
        let options = ImportOptions::default();
        let id = self.app.propose_import(SYSTEM, kind, (path, name), options).await?;
        let check = self.app.check_import(SYSTEM, id, Arc::new(Quiet)).await?;
        Ok((id, check))
    }

    /// Imports a file whole.
    pub async fn import(&self, kind: ImportKind, path: &Path) -> Check {
        let (id, check) = self.check(kind, path).await.unwrap();
        assert_eq!(check.errors, 0, "{:?}", check.first_errors);
        self.app.apply_import(SYSTEM, id).await.unwrap();
        self.clock.advance(Duration::from_secs(1));
        check
    }

    /// The district of a small town: its place, and its streets.
    pub async fn town(&self, name: &str) {
        let divisions = self.file("divisions.csv", DIVISIONS);
        self.import(ImportKind::Places, &divisions).await;
        self.import(ImportKind::Streets, &town_file(name)).await;
    }

    /// Writes a file beside the data.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.app.folder().root().parent().unwrap().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

/// A district of one community.
pub const DIVISIONS: &str = "code,name,level,parent_code
999999,测试区,district,9999
999999001,河东街道,subdistrict,999999
999999001001,夹城巷社区,community,999999001
";

/// A file of the shared data.
pub fn shared(path: &str) -> PathBuf {
    let shared =
        std::env::var_os("YIKE_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let file = shared.join("data").join(path);
    assert!(
        file.is_file(),
        "{} is missing: set YIKE_SHARED to the folder of shared data",
        file.display()
    );
    file
}

/// The streets of a town of the fixtures.
pub fn town_file(name: &str) -> PathBuf {
    root().join("fixtures/towns").join(name).join("town.osm")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A person with one role in the whole district.
pub fn person(role: Role) -> Actor {
    let posting = Posting { role, district: "999999".parse().unwrap(), place: None };
    Actor::Person { id: PersonId::new(Timestamp::FIRST, [role as u8; 10]), postings: vec![posting] }
}
