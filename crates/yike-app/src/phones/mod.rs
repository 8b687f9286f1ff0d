//! People without accounts: someone who reports may prove a phone by a code, or go on without one.
//!
//! A phone stands in one table only, for a purpose and until a moment. Everything else knows it by a
//! digest that takes the installation's secret to make. Asking is answered in the same way, and takes
//! the same statements, whether the phone is known or not; how often it may be done is counted in the
//! database, so that it holds for several nodes together. A code opens a session as a resident, and
//! nothing else: it neither finds nor changes an account of staff.
//!
//! - [`rules`]: what a district decides, as data.
//! - [`mine`]: what is stored about somebody, forgetting it, and forgetting what is over.

pub mod mine;
pub mod rules;

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use yike_model::id::SessionId;
use yike_model::people::{
    Actor, CODE_LASTS, Deed, PhoneCode, PhoneNumber, Posting, Rate, Role, Token,
};
use yike_model::spine::{By, Doer, Notice};
use yike_model::{Digest, DistrictId, Key, PersonId, Refusal, Timestamp};
use yike_store::{AuditLine, Grant, StoreError, Tx};

use crate::access::Opened;
use crate::app::App;
use crate::error::AppError;

/// The message that carries a code; its values are `code`, `minutes` and `until` (ms since 1970).
pub const CODE_TEMPLATE: &str = "phone_code";

/// The secret with which phones, addresses and codes are digested.
const SECRET: &str = "people";

/// The answer to whoever asked for a code: the same for every phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Until when the code works.
    pub expires_at: Timestamp,
}

/// Something that may be done so often, counted under a key.
struct Count {
    key: String,
    what: &'static str,
    rate: Rate,
}

impl App {
    /// Sends a code to a phone, through the outbox. Refuses what is no phone, and what is asked too often
    /// for this phone, from this address, or by all together.
    pub async fn ask_code(
        &self,
        actor: &Actor,
        phone: &str,
        from: IpAddr,
    ) -> Result<Asked, AppError> {
        let by = self.permit(actor, Deed::AskPhoneCode).await?;
        let phone = self.phone(phone)?;
        let key = self.key().await?;
        let digest = phone_digest(&key, &phone);
        let code = PhoneCode::new(self.random.bytes());
        let (of_code, counts) =
            (code_digest(&key, &digest, &code), self.asked(&key, &digest, from));
        let now = self.now();
        let (new, expires_at) = (PersonId::new(now, self.random.ten()), now.plus(CODE_LASTS));
        let (district, line) = (self.district()?.clone(), self.line(by, Deed::AskPhoneCode, None));
        self.store
            .write(async move |tx: &mut Tx| {
                count(tx, &district, &counts, now).await?;
                let times = (now, expires_at);
                let person = tx.meet_phone(&district, new, (&phone, &digest), times).await?;
                tx.keep_phone_code(&district, &digest, &of_code, times).await?;
                tx.withdraw_notices(&district, person, CODE_TEMPLATE).await?;
                tx.notify(&district, &message(person, &code, times), now).await?;
                let mut line = line.clone();
                line.object = Some(person.to_string());
                tx.audit(&district, &line, now).await
            })
            .await?;
        Ok(Asked { expires_at })
    }

    /// Opens a session as a resident for the person whose phone is proved by a code. The same refusal
    /// whether the code is wrong, used, too old, guessed too often, or was never sent.
    pub async fn prove_code(
        &self,
        actor: &Actor,
        phone: &str,
        code: &str,
        from: IpAddr,
    ) -> Result<Opened, AppError> {
        self.permit(actor, Deed::AskPhoneCode).await?;
        let phone = self.phone(phone)?;
        let key = self.key().await?;
        let digest = phone_digest(&key, &phone);
        // What is no code is tried like one that is wrong.
        let tried = PhoneCode::parse(code).map(|code| code_digest(&key, &digest, &code));
        let tried = tried.unwrap_or(Digest::ZERO);
        let rate = self.phones.tries_hour;
        let counts = [Count { key: address(&key, "tries", from), what: "codes tried", rate }];
        let opening = self.opening(self.phones.kept)?;
        let opened = opening.clone();
        let district = self.district()?.clone();
        let proved = self
            .store
            .write(async move |tx: &mut Tx| {
                let now = opening.now;
                count(tx, &district, &counts, now).await?;
                let sent = tx.phone_code(&district, &digest).await?;
                let person = tx.resident_by_phone(&district, &digest).await?;
                let proves = sent.is_some_and(|sent| sent.proves(&tried, now));
                let proved = person.filter(|_| proves).map(|person| person.id);
                // Not a refusal yet: that would undo the count of what was tried.
                tx.phone_code_tried(&district, &digest, proved.is_some(), now).await?;
                let Some(person) = proved else { return Ok(None) };
                tx.keep_contact(&district, person, opening.expires_at).await?;
                tx.withdraw_notices(&district, person, CODE_TEMPLATE).await?;
                opening.open(tx, &district, person).await.map(Some)
            })
            .await?;
        let wrong =
            || Refusal::invalid("code", "it is wrong or too old: look again, or ask for another");
        Ok(opened.opened(proved.ok_or_else(wrong)?))
    }

    /// Opens a session as a resident for a device whose owner gives no phone.
    pub async fn guest_session(&self, actor: &Actor, from: IpAddr) -> Result<Opened, AppError> {
        self.permit(actor, Deed::AskPhoneCode).await?;
        let key = self.key().await?;
        let rate = self.phones.guests_hour;
        let counts = [Count { key: address(&key, "guests", from), what: "new devices", rate }];
        let opening = self.opening(self.phones.kept)?;
        let opened = opening.clone();
        let person = PersonId::new(opening.now, self.random.ten());
        let district = self.district()?.clone();
        let grant = self
            .store
            .write(async move |tx: &mut Tx| {
                let (now, until) = (opening.now, opening.expires_at);
                count(tx, &district, &counts, now).await?;
                tx.meet_device(&district, person, (now, until)).await?;
                opening.open(tx, &district, person).await
            })
            .await?;
        Ok(opened.opened(grant))
    }

    /// The code that waits to be sent to a phone, to be shown on screen: in a demo district only, where
    /// nobody sends messages.
    pub async fn shown_code(&self, phone: &str) -> Result<Option<String>, AppError> {
        if !self.folder.is_demo() {
            return Ok(None);
        }
        let phone = self.phone(phone)?;
        let digest = phone_digest(&self.key().await?, &phone);
        let (district, mut reader) = (self.district()?, self.read().await?);
        let sent = reader.phone_code(district, &digest).await?;
        if sent.is_none_or(|sent| sent.used || sent.expires_at <= self.now()) {
            return Ok(None);
        }
        let Some(person) = reader.resident_by_phone(district, &digest).await? else {
            return Ok(None);
        };
        let values = reader.waiting_notice(district, person.id, CODE_TEMPLATE).await?;
        let values =
            values.and_then(|values| serde_json::from_str::<serde_json::Value>(&values).ok());
        Ok(values.and_then(|values| Some(values.get("code")?.as_str()?.to_owned())))
    }

    fn phone(&self, text: &str) -> Result<PhoneNumber, AppError> {
        let phone = self.phones.numbers.parse(text);
        Ok(phone.map_err(|why| Refusal::invalid("phone", why.to_string()))?)
    }

    /// The secret of the installation, made at first use, and then the same for all nodes.
    pub(crate) async fn key(&self) -> Result<Key, AppError> {
        if let Some(key) = self.key.get() {
            return Ok(key.clone());
        }
        let (district, now) = (self.district()?.clone(), self.now());
        let fresh = Key::new(Digest::from_bytes(self.random.bytes()));
        let key = self
            .store
            .write(async move |tx: &mut Tx| tx.secret(&district, SECRET, &fresh, now).await)
            .await?;
        Ok(self.key.get_or_init(|| key).clone())
    }

    /// Counts something that is done from an address, or refuses it when it is done too often.
    pub(crate) async fn count_from(
        &self,
        from: IpAddr,
        what: &'static str,
        rate: Rate,
    ) -> Result<(), AppError> {
        let counts = [Count { key: address(&self.key().await?, what, from), what, rate }];
        let (district, now) = (self.district()?.clone(), self.now());
        self.store.write(async move |tx: &mut Tx| count(tx, &district, &counts, now).await).await?;
        Ok(())
    }

    /// What asking for a code counts under.
    fn asked(&self, key: &Key, phone: &Digest, from: IpAddr) -> [Count; 4] {
        let rules = &self.phones;
        let count = |key: String, what, rate| Count { key, what, rate };
        [
            count(format!("code-minute {phone}"), "codes for this phone", rules.phone_minute),
            count(format!("code-day {phone}"), "codes for this phone", rules.phone_day),
            count(address(key, "codes", from), "codes asked for from here", rules.address_hour),
            count("code-all".into(), "codes", rules.all_day),
        ]
    }

    fn opening(&self, lasts: Duration) -> Result<Opening, AppError> {
        let now = self.now();
        let posting =
            Posting { role: Role::Resident, district: self.district()?.clone(), place: None };
        Ok(Opening {
            token: self.random.token(),
            session: SessionId::new(now, self.random.ten()),
            posting,
            line: self.line(By::SYSTEM, Deed::AskPhoneCode, None),
            now,
            expires_at: now.plus(lasts),
        })
    }
}

/// A session about to be opened for a resident.
#[derive(Clone)]
struct Opening {
    token: Token,
    session: SessionId,
    posting: Posting,
    /// For the audit, but for whose it is.
    line: AuditLine,
    now: Timestamp,
    expires_at: Timestamp,
}

impl Opening {
    async fn open(
        &self,
        tx: &mut Tx,
        district: &DistrictId,
        person: PersonId,
    ) -> Result<Grant, StoreError> {
        let grant = Grant { person, postings: vec![self.posting.clone()] };
        let secret = (self.session, &self.token.digest());
        tx.open_session(district, secret, &grant, (self.now, self.expires_at)).await?;
        let mut line = self.line.clone();
        line.by = By { doer: Doer::Person(person), role: None };
        line.object = Some(self.session.to_string());
        tx.audit(district, &line, self.now).await?;
        Ok(grant)
    }

    fn opened(self, grant: Grant) -> Opened {
        Opened { token: self.token, actor: grant.into(), expires_at: self.expires_at }
    }
}

/// Counts once more under each key, or refuses: then nothing was counted.
async fn count(
    tx: &mut Tx,
    district: &DistrictId,
    counts: &[Count],
    now: Timestamp,
) -> Result<(), StoreError> {
    for Count { key, what, rate } in counts {
        let before = tx.rate(district, key).await?;
        let counted = rate.one_more(before, now).map_err(|again_at| Refusal::TooOften {
            what,
            limit: u64::from(rate.most),
            again_at,
        })?;
        tx.set_rate(district, key, counted).await?;
    }
    Ok(())
}

fn phone_digest(key: &Key, phone: &PhoneNumber) -> Digest {
    key.digest("phone", &[phone.reveal().as_bytes()])
}

fn code_digest(key: &Key, phone: &Digest, code: &PhoneCode) -> Digest {
    key.digest("phone-code", &[phone.as_bytes(), code.reveal().as_bytes()])
}

/// The key for counting by address. Of the addresses of version 6, somebody has at least all with the
/// same first half.
fn address(key: &Key, what: &'static str, from: IpAddr) -> String {
    let network = match from.to_canonical() {
        IpAddr::V4(four) => four.to_ipv6_mapped(),
        IpAddr::V6(six) => Ipv6Addr::from_bits(six.to_bits() >> 64 << 64),
    };
    format!("{what} {}", key.digest("address", &[&network.octets()]))
}

fn message(to: PersonId, code: &PhoneCode, (now, until): (Timestamp, Timestamp)) -> Notice {
    let values = serde_json::json!({
        "code": code.reveal(), "minutes": CODE_LASTS.as_secs() / 60, "until": until.millis(),
    });
    Notice {
        channel: "sms".into(),
        to: to.to_string(),
        template: CODE_TEMPLATE.into(),
        values: values.to_string(),
        key: format!("{CODE_TEMPLATE}-{to}-{}", now.millis()),
    }
}
