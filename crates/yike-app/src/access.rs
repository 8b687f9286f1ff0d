//! Signing in: one-time links made on the machine or by an administrator, and the sessions they open.

use std::time::Duration;

use yike_model::id::SessionId;
use yike_model::people::{Actor, Deed, Posting, Role, Token};
use yike_model::spine::Doer;
use yike_model::{PersonId, Refusal, Timestamp};
use yike_store::{AuditRow, Grant, Page, SessionRow, Tx};

use crate::app::App;
use crate::error::AppError;

/// How long a sign-in link works.
pub const LINK_LASTS: Duration = Duration::from_mins(10);

/// How long a session lasts.
pub const SESSION_LASTS: Duration = Duration::from_hours(12);

/// Links and sessions are forgotten this long after they ended.
const REMEMBERED: Duration = Duration::from_hours(30 * 24);

/// A link just made. Its secret is shown once and stored nowhere.
#[derive(Clone, Debug)]
pub struct SignInLink {
    /// The secret of the link.
    pub token: Token,
    /// In which role it signs in.
    pub role: Role,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// A session just opened. Its secret goes into a cookie and is stored nowhere.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The secret of the session.
    pub token: Token,
    /// Who signed in.
    pub actor: Actor,
    /// Until when it lasts.
    pub expires_at: Timestamp,
}

/// A session as a page meets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id, to end it by.
    pub id: SessionId,
    /// Who is signed in.
    pub actor: Actor,
    /// Until when.
    pub expires_at: Timestamp,
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Self { id: row.id, actor: row.grant.into(), expires_at: row.expires_at }
    }
}

impl App {
    /// Makes a link that signs a new person in once, in `role` for the whole district.
    pub async fn make_sign_in_link(
        &self,
        actor: &Actor,
        role: Role,
    ) -> Result<SignInLink, AppError> {
        let by = self.permit(actor, Deed::ManageAccess).await?;
        let now = self.now();
        let token = self.random.token();
        let expires_at = now.plus(LINK_LASTS);
        let posting = Posting { role, district: self.district()?.clone(), place: None };
        let to = Grant { person: PersonId::new(now, self.random.ten()), postings: vec![posting] };
        let (digest, doer) = (token.digest(), actor.doer());
        self.deed(by, Deed::ManageAccess, to.person.to_string(), async move |tx, district, now| {
            tx.make_link(district, &digest, &to, doer, (now, expires_at)).await
        })
        .await?;
        Ok(SignInLink { token, role, expires_at })
    }

    /// Uses a link up and opens a session. Anybody may try: the secret is the permission.
    pub async fn sign_in(&self, secret: &str) -> Result<Opened, AppError> {
        let unknown = || Refusal::Missing {
            what: "sign-in link",
            id: "like this: it was used, has expired, or was never made; ask for a new one".into(),
        };
        let link: Token = secret.parse().map_err(|_| unknown())?;
        let (district, now) = (self.district()?.clone(), self.now());
        let (token, id) = (self.random.token(), SessionId::new(now, self.random.ten()));
        let expires_at = now.plus(SESSION_LASTS);
        let (used, opened) = (link.digest(), token.digest());
        let grant = self
            .store
            .write(async move |tx: &mut Tx| {
                let grant = tx.use_link(&district, &used, now).await?;
                if let Some(grant) = &grant {
                    let times = (now, expires_at);
                    tx.open_session(&district, (id, &opened), grant, times).await?;
                }
                Ok(grant)
            })
            .await?;
        let grant = grant.ok_or_else(unknown)?;
        Ok(Opened { token, actor: grant.into(), expires_at })
    }

    /// The session a cookie's secret stands for, if it lasts.
    pub async fn session(&self, secret: &str) -> Result<Option<Session>, AppError> {
        let Ok(token) = secret.parse::<Token>() else { return Ok(None) };
        let Ok(district) = self.district() else { return Ok(None) };
        let row = self.read().await?.session(district, &token.digest(), self.now()).await?;
        Ok(row.map(Session::from))
    }

    /// Ends the session of whoever asks.
    pub async fn sign_out(&self, session: &Session) -> Result<(), AppError> {
        let by = self.permit(&session.actor, Deed::OwnSession).await?;
        let id = session.id;
        self.deed(by, Deed::OwnSession, id.to_string(), async move |tx, district, now| {
            tx.end_session(district, id, now).await
        })
        .await?;
        Ok(())
    }

    /// The sessions of whoever asks, newest first.
    pub async fn own_sessions(&self, session: &Session) -> Result<Vec<Session>, AppError> {
        self.permit(&session.actor, Deed::OwnSession).await?;
        let Doer::Person(person) = session.actor.doer() else { return Ok(Vec::new()) };
        let rows = self.read().await?.sessions_of(self.district()?, person, self.now()).await?;
        Ok(rows.into_iter().map(Session::from).collect())
    }

    /// Lines of the audit, newest first.
    pub async fn audit(&self, actor: &Actor, page: &Page) -> Result<Vec<AuditRow>, AppError> {
        self.permit(actor, Deed::SeeAudit).await?;
        Ok(self.read().await?.audit_lines(self.district()?, page).await?)
    }

    /// Forgets links and sessions that ended long ago.
    pub(crate) async fn forget_old_access(&self) -> Result<u64, AppError> {
        let before = self.now().minus(REMEMBERED);
        Ok(self.store.write(async move |tx: &mut Tx| tx.forget_access(before).await).await?)
    }
}
