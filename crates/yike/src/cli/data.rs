//! The flags that say which data a command is about, and the app opened for them.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use yike_app::demo::DemoClock;
use yike_app::{App, Settings};
use yike_model::DistrictId;

use crate::fault::BadInput;
use crate::shell::Shell;

/// Which data.
#[derive(Clone, Debug, clap::Args)]
#[expect(clippy::struct_field_names, reason = "fields are named like their flags")]
pub struct Data {
    /// Folder with the district's data; made if missing
    #[arg(long, default_value = "data", value_name = "DIR")]
    pub data: PathBuf,
    /// PostgreSQL database to use in place of the folder's own: postgres://user:secret@host/name
    #[arg(long, value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// The district's code; needed only before its places are imported, or where a database holds
    /// several
    #[arg(long, value_name = "CODE")]
    pub district: Option<String>,
    /// Threads for long work; 0 is one for each processor
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub threads: usize,
}

impl Data {
    /// Opens the data, made where it is missing.
    pub fn open(&self, shell: &Shell) -> Result<Arc<App>> {
        let mut settings = Settings::new(&self.data);
        settings.database_url.clone_from(&self.database_url);
        settings.district = self.district()?;
        settings.threads = self.threads;
        if settings.is_demo() {
            settings.clock = Arc::new(DemoClock::of(&self.data));
        }
        Ok(Arc::new(shell.block_on(App::open(settings))?))
    }

    /// Opens data that must be there already.
    pub fn open_existing(&self, shell: &Shell) -> Result<Arc<App>> {
        if self.database_url.is_none() && !self.data.join("yike.db").is_file() {
            return Err(BadInput(format!(
                "there is no district in {}: make one with `yike demo --data {0}`, or import places",
                self.data.display()
            ))
            .into());
        }
        self.open(shell)
    }

    fn district(&self) -> Result<Option<DistrictId>> {
        let parse = |code: &String| code.parse().map_err(|why| BadInput(format!("{why}")));
        Ok(self.district.as_ref().map(parse).transpose()?)
    }
}
