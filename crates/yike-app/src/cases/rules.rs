//! The rules cases go by: seen by all, changed by administrators, a new version each time.

use std::sync::Arc;

use yike_model::calendar::WorkCalendar;
use yike_model::cases::{Catalogue, Category, Duty, Ladder, Rulebook, Template};
use yike_model::people::{Actor, Deed};
use yike_model::text::Reason;
use yike_store::RulesVersion;

use crate::app::App;
use crate::error::AppError;

/// A change to one part of the rules: the whole of the part as it is to be.
#[derive(Clone, Debug, PartialEq)]
pub enum RulesChange {
    /// What can be reported.
    Catalogue(Vec<Category>),
    /// How cases climb.
    Ladder(Box<Ladder>),
    /// When people work.
    Calendar(Box<WorkCalendar>),
    /// Texts to answer with.
    Templates(Vec<Template>),
    /// Who is on duty.
    Roster(Vec<Duty>),
}

impl App {
    /// The rules in force.
    pub async fn rules(&self, actor: &Actor) -> Result<Arc<Rulebook>, AppError> {
        self.permit(actor, Deed::SeeRules).await?;
        Ok(self.read().await?.newest_rules(self.district()?).await?)
    }

    /// A version of the rules.
    pub async fn rules_version(
        &self,
        actor: &Actor,
        version: u32,
    ) -> Result<Arc<Rulebook>, AppError> {
        self.permit(actor, Deed::SeeRules).await?;
        let mut reader = self.read().await?;
        let known = reader.rules_versions(self.district()?).await?;
        if !known.iter().any(|known| known.version == version) {
            return Err(AppError::missing("version of the rules", version));
        }
        Ok(reader.rulebook(self.district()?, version).await?)
    }

    /// All versions, the newest first.
    pub async fn rules_versions(&self, actor: &Actor) -> Result<Vec<RulesVersion>, AppError> {
        self.permit(actor, Deed::SeeRules).await?;
        Ok(self.read().await?.rules_versions(self.district()?).await?)
    }

    /// What the rules would be after a change; refuses what could not be gone by. `on` is the version the
    /// change was made on.
    pub async fn try_rules(
        &self,
        actor: &Actor,
        change: RulesChange,
        on: u32,
    ) -> Result<Rulebook, AppError> {
        self.permit(actor, Deed::KeepRules).await?;
        let now = self.read().await?.newest_rules(self.district()?).await?;
        if now.version != on {
            let (seen, now) = (i64::from(on), i64::from(now.version));
            return Err(yike_model::Refusal::Stale { what: "rulebook", seen, now }.into());
        }
        let mut rules = Rulebook::clone(&now);
        rules.version += 1;
        match change {
            RulesChange::Catalogue(list) => rules.catalogue = Catalogue::new(list)?,
            RulesChange::Ladder(ladder) => rules.ladder = *ladder,
            RulesChange::Calendar(calendar) => rules.calendar = *calendar,
            RulesChange::Templates(templates) => rules.templates = templates,
            RulesChange::Roster(roster) => rules.roster = roster,
        }
        rules.check()?;
        Ok(rules)
    }

    /// Makes a change the new version of the rules; cases that are there keep theirs.
    pub async fn change_rules(
        &self,
        actor: &Actor,
        change: RulesChange,
        on: u32,
        note: &str,
    ) -> Result<u32, AppError> {
        let by = self.permit(actor, Deed::KeepRules).await?;
        let note = Reason::parse(note).map_err(yike_model::Refusal::from)?;
        let rules = self.try_rules(actor, change, on).await?;
        let version = rules.version;
        let doer = actor.doer();
        self.deed(
            by,
            Deed::KeepRules,
            format!("version {version}"),
            async move |tx, district, now| {
                tx.make_rules(district, &rules, (note.as_str(), doer), now).await
            },
        )
        .await?;
        Ok(version)
    }
}
