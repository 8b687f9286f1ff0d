//! The app: what all deeds share, and the two gates every deed passes: permission, and the transaction
//! with its line in the audit.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::sync::{Notify, Semaphore};
use yike_model::id::AuditId;
use yike_model::people::{Actor, Deed, Where, permitted};
use yike_model::spine::By;
use yike_model::text::NodeName;
use yike_model::{DistrictId, Key, Refusal, Timestamp};
use yike_store::{AuditLine, Reader, Store, StoreError, Tx};

use crate::cases::Boards;
use crate::clock::{Clock, Random, SystemClock, SystemRandom};
use crate::error::AppError;
use crate::folder::DataFolder;
use crate::jobs::LiveJobs;
use crate::phones::rules::PhoneRules;
use crate::photos;
use crate::studies::{StudyCache, WRITTEN_AT_ONCE};
use crate::town::TownCache;

/// What an app is opened with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The data folder.
    pub data: PathBuf,
    /// A PostgreSQL database to use in place of the folder's SQLite file.
    pub database_url: Option<String>,
    /// The district served; the one in the data where not given.
    pub district: Option<DistrictId>,
    /// Name of this process among others on the same database.
    pub node: NodeName,
    /// Threads for long work; 0 is one for each processor.
    pub threads: usize,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of random bytes.
    pub random: Arc<dyn Random>,
}

impl Settings {
    /// The usual settings for a data folder, with the machine's clock and randomness.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        let node = format!("yike-{}", std::process::id());
        Self {
            data: data.into(),
            database_url: None,
            district: None,
            node: NodeName::parse(&node).expect("a word and a number are a name"),
            threads: 0,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        }
    }

    /// Whether the folder holds a finished demo district.
    pub fn is_demo(&self) -> bool {
        self.data.join(crate::folder::DEMO_MARKER).is_file()
    }
}

/// A district's data with everything that can be done to it. Share it as `Arc<App>`.
pub struct App {
    pub(crate) store: Store,
    pub(crate) folder: DataFolder,
    district: OnceLock<DistrictId>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) node: NodeName,
    pub(crate) threads: usize,
    pub(crate) towns: TownCache,
    pub(crate) studies: StudyCache,
    pub(crate) live: LiveJobs,
    /// Boards that were counted lately.
    pub(crate) boards: Boards,
    /// Told when a job is queued.
    pub(crate) queued: Notify,
    /// Places for work that uses a processor within a request.
    room: Semaphore,
    /// Places for files being written to be taken away.
    pub(crate) written: Arc<Semaphore>,
    /// What the district decides about phones of residents.
    pub(crate) phones: PhoneRules,
    /// The secret of the installation, once it was asked for.
    pub(crate) key: OnceLock<Key>,
    /// Memory for photos that are opened at the same time.
    pub(crate) photo_memory: Semaphore,
    /// Whether the process has been asked to stop.
    pub(crate) stopping: AtomicBool,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("district", &self.district).finish_non_exhaustive()
    }
}

impl App {
    /// Opens the data folder and its database; both are made where they are missing.
    pub async fn open(settings: Settings) -> Result<Self, AppError> {
        let folder = DataFolder::open(&settings.data)?;
        let now = settings.clock.now();
        let store = match &settings.database_url {
            Some(url) => Store::open_postgres(url, now).await?,
            None => Store::open_sqlite(folder.database(), now).await?,
        };
        Self::with_store(settings, folder, store).await
    }

    /// The same with a database that is open already.
    pub async fn with_store(
        settings: Settings,
        folder: DataFolder,
        store: Store,
    ) -> Result<Self, AppError> {
        let threads = match settings.threads {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            threads => threads,
        };
        let phones = PhoneRules::of(&folder)?;
        let district = OnceLock::new();
        if let Some(known) = find_district(&settings, &folder, &store).await? {
            district.set(known).expect("nobody else has it yet");
        }
        Ok(Self {
            store,
            folder,
            district,
            clock: settings.clock,
            random: settings.random,
            node: settings.node,
            threads,
            towns: TownCache::default(),
            studies: StudyCache::default(),
            live: LiveJobs::default(),
            boards: Boards::default(),
            queued: Notify::new(),
            room: Semaphore::new(threads),
            written: Arc::new(Semaphore::new(WRITTEN_AT_ONCE)),
            phones,
            key: OnceLock::new(),
            photo_memory: Semaphore::new(photos::PIECES),
            stopping: AtomicBool::new(false),
        })
    }

    /// The district served.
    pub fn district(&self) -> Result<&DistrictId, AppError> {
        self.district.get().ok_or_else(|| {
            AppError::Empty(
                "there is no district here yet: import its places first (yike import places), or make \
                 the demo district (yike demo)",
            )
        })
    }

    /// Sets the district served, once; the same again is fine.
    pub(crate) fn settle_district(&self, key: &DistrictId) -> Result<(), AppError> {
        if self.district.get().is_none() {
            self.folder.set_district(key.as_str())?;
        }
        let set = self.district.get_or_init(|| key.clone());
        if set == key {
            return Ok(());
        }
        Err(AppError::input(format!(
            "this is the data of district {set}, the file is of {key}: use another data folder"
        )))
    }

    /// The database, for reads.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The data folder.
    pub const fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// The present moment, by the app's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether the process has been asked to stop: what goes on without end ends now.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// A connection for reading.
    pub(crate) async fn read(&self) -> Result<Reader, AppError> {
        Ok(self.store.read().await?)
    }

    /// Asks the one table of permissions. What a signed-in person or a
    /// program with a key was refused is written in the audit.
    pub(crate) async fn permit(&self, actor: &Actor, deed: Deed) -> Result<By, AppError> {
        let district = self.district()?;
        match permitted(actor, deed, &Where::district(district.clone())) {
            Ok(by) => Ok(by),
            Err(refusal) => {
                if let Actor::Person { .. } | Actor::Program { .. } = actor {
                    self.note_refusal(actor, deed, &refusal).await?;
                }
                Err(refusal.into())
            }
        }
    }

    pub(crate) async fn note_refusal(
        &self,
        actor: &Actor,
        deed: Deed,
        refusal: &Refusal,
    ) -> Result<(), AppError> {
        let by = By { doer: actor.doer(), role: None };
        let mut line = self.line(by, deed, None);
        line.refused = Some(refusal.to_string());
        let (district, now) = (self.district()?.clone(), self.now());
        self.store.write(async move |tx: &mut Tx| tx.audit(&district, &line, now).await).await?;
        Ok(())
    }

    /// Notes that something not public was looked at.
    pub(crate) async fn note_seen(
        &self,
        by: By,
        deed: Deed,
        object: String,
    ) -> Result<(), AppError> {
        let line = self.line(by, deed, Some(object));
        let (district, now) = (self.district()?.clone(), self.now());
        self.store.write(async move |tx: &mut Tx| tx.audit(&district, &line, now).await).await?;
        Ok(())
    }

    pub(crate) fn line(&self, by: By, deed: Deed, object: Option<String>) -> AuditLine {
        let id = AuditId::new(self.now(), self.random.ten());
        AuditLine { id, by, deed, object, refused: None }
    }

    /// Does a permitted deed in one transaction with its line in the audit. `work` may run more than
    /// once (see [`Store::write`]).
    pub(crate) async fn deed<T, F>(
        &self,
        by: By,
        deed: Deed,
        object: String,
        work: F,
    ) -> Result<T, AppError>
    where
        T: Send + 'static,
        F: AsyncFn(&mut Tx, &DistrictId, Timestamp) -> Result<T, StoreError> + Send + 'static,
    {
        let line = self.line(by, deed, Some(object));
        let (district, now) = (self.district()?.clone(), self.now());
        let done = self
            .store
            .write(async move |tx: &mut Tx| {
                let done = work(tx, &district, now).await?;
                tx.audit(&district, &line, now).await?;
                Ok(done)
            })
            .await?;
        Ok(done)
    }

    /// Runs work that needs a processor beside the async threads, when there is room.
    pub(crate) async fn compute<T, F>(&self, work: F) -> Result<T, AppError>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, AppError> + Send + 'static,
    {
        let _place = self.room.acquire().await.map_err(|_| AppError::Cancelled)?;
        blocking(work).await
    }

    /// Ends all writing and closes the database.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

/// Runs blocking work on a thread of its own.
pub(crate) async fn blocking<T, F>(work: F) -> Result<T, AppError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, AppError> + Send + 'static,
{
    let span = tracing::Span::current();
    let done = tokio::task::spawn_blocking(move || span.in_scope(work)).await;
    done.unwrap_or_else(|why| Err(AppError::Fault(why.to_string())))
}

/// The district given, else the one noted in the folder, else the only one in the database.
async fn find_district(
    settings: &Settings,
    folder: &DataFolder,
    store: &Store,
) -> Result<Option<DistrictId>, AppError> {
    if let Some(given) = &settings.district {
        return Ok(Some(given.clone()));
    }
    let parse = |key: &str| {
        key.parse()
            .map_err(|why| AppError::input(format!("the file `district` of the data: {why}")))
    };
    if let Some(noted) = folder.district()? {
        return parse(&noted).map(Some);
    }
    let known = store.read().await?.districts().await?;
    match known.as_slice() {
        [] => Ok(None),
        [only] => parse(only.code.as_str()).map(Some),
        several => {
            let codes: Vec<_> = several.iter().map(|place| place.code.as_str()).collect();
            Err(AppError::input(format!(
                "the database holds several districts ({}): say which with --district",
                codes.join(", ")
            )))
        }
    }
}
