//! Residents: one for a phone, kept until a moment, deleted whole; their codes, and what is counted.

use yike_model::id::SessionId;
use yike_model::people::{Counted, PhoneNumber, PhonePattern, Purpose, Token};
use yike_model::spine::Notice;
use yike_model::{Digest, Key, PersonId};
use yike_store::{Grant, Tx};

use crate::world::{at, district};

fn phone(digits: &str) -> (PhoneNumber, Digest) {
    let phone = PhonePattern::mainland_china().parse(digits).unwrap();
    let digest = Digest::of(phone.reveal().as_bytes());
    (phone, digest)
}

fn person(n: u8) -> PersonId {
    PersonId::new(at(0), [n; 10])
}

fn notice(to: PersonId, n: i64) -> Notice {
    Notice {
        channel: "sms".into(),
        to: to.to_string(),
        template: "phone_code".into(),
        values: format!("{{\"n\":{n}}}"),
        key: format!("{to}-{n}"),
    }
}

/// Meets a phone; gives whoever has it.
async fn meet(
    tx: &mut Tx,
    new: PersonId,
    digits: &str,
    from: i64,
    until: i64,
) -> Result<PersonId, yike_store::StoreError> {
    let (phone, digest) = phone(digits);
    tx.meet_phone(&district(), new, (&phone, &digest), (at(from), at(until))).await
}

yike_store::on_both! {
    /// A phone is one person, who is kept the longest time asked for.
    async fn a_phone_is_one_person(db) {
        db.store.write(async |tx: &mut Tx| {
            assert_eq!(meet(tx, person(1), "13812345678", 0, 60).await?, person(1));
            assert_eq!(meet(tx, person(2), "13812345679", 0, 60).await?, person(2));
            assert_eq!(meet(tx, person(3), "+86 138 1234 5678", 10, 70).await?, person(1));
            assert_eq!(meet(tx, person(4), "13812345678", 20, 30).await?, person(1));
            tx.keep_contact(&district(), person(2), at(500)).await?;
            tx.keep_person(&district(), person(2), at(400)).await?;
            tx.meet_device(&district(), person(5), (at(0), at(90))).await?;
            tx.meet_device(&district(), person(6), (at(0), at(90))).await
        }).await.unwrap();
        let mut reader = db.store.read().await.unwrap();
        let one = reader.resident(&district(), person(1)).await.unwrap().unwrap();
        assert_eq!((one.purpose, one.made_at, one.keep_until), (Purpose::Code, at(0), at(70)));
        let two = reader.resident_by_phone(&district(), &phone("13812345679").1).await.unwrap().unwrap();
        assert_eq!((two.id, two.purpose, two.keep_until), (person(2), Purpose::Contact, at(500)));
        assert_eq!(two.phone.unwrap().reveal(), "+8613812345679");
        let device = reader.resident(&district(), person(5)).await.unwrap().unwrap();
        assert_eq!((device.phone, device.purpose), (None, Purpose::Device));
        let elsewhere = "330106".parse().unwrap();
        assert_eq!(reader.resident(&elsewhere, person(1)).await.unwrap(), None);
    }

    /// Whoever is deleted leaves nothing that names them, others stay.
    async fn deleted_people_are_gone(db) {
        db.store.write(async |tx: &mut Tx| {
            for (n, digits) in [(1, "13812345678"), (2, "13900000000")] {
                meet(tx, person(n), digits, 0, 60).await?;
                let of = Grant { person: person(n), postings: Vec::new() };
                let secret = Token::new([n; 32]).digest();
                tx.open_session(&district(), (SessionId::new(at(0), [n + 100; 10]), &secret), &of, (at(0), at(90))).await?;
                tx.notify(&district(), &notice(person(n), 1), at(0)).await?;
                tx.keep_phone_code(&district(), &phone(digits).1, &Digest::ZERO, (at(0), at(90))).await?;
            }
            Ok(())
        }).await.unwrap();
        assert_eq!(db.holding("13812345678").await, ["people.phone"]);
        let forget = async || db.store.write(async |tx: &mut Tx| tx.forget_person(&district(), person(1)).await).await.unwrap();
        assert!(forget().await);
        assert!(!forget().await);
        assert!(db.holding("13812345678").await.is_empty());
        for gone in [person(1).to_string(), phone("13812345678").1.to_string()] {
            assert!(db.holding(&gone).await.is_empty(), "{gone} still stands in {:?}", db.holding(&gone).await);
        }
        let others = db.holding(&person(2).to_string()).await;
        assert_eq!(others, ["notices.dedup", "notices.recipient", "sessions.person", "people.id"]);
    }

    /// Those whose time is over are deleted, and no others.
    async fn time_over(db) {
        db.store.write(async |tx: &mut Tx| {
            meet(tx, person(1), "13812345678", 0, 60).await?;
            meet(tx, person(2), "13812345679", 0, 61).await?;
            tx.meet_device(&district(), person(3), (at(0), at(59))).await
        }).await.unwrap();
        let forgotten = db.store.write(async |tx: &mut Tx| tx.forget_people(at(60)).await).await.unwrap();
        assert_eq!(forgotten, 2);
        let mut reader = db.store.read().await.unwrap();
        assert!(reader.resident(&district(), person(2)).await.unwrap().is_some());
        assert!(reader.resident(&district(), person(1)).await.unwrap().is_none());
    }

    /// A newer code takes the place of the one before; what was tried is counted.
    async fn one_code_a_phone(db) {
        let of = phone("13812345678").1;
        let (old, young) = (Digest::of(b"old"), Digest::of(b"young"));
        db.store.write(async move |tx: &mut Tx| {
            tx.keep_phone_code(&district(), &of, &old, (at(0), at(600))).await?;
            for _ in 0..3 {
                tx.phone_code_tried(&district(), &of, false, at(1)).await?;
            }
            Ok(())
        }).await.unwrap();
        let read = async || db.store.read().await.unwrap().phone_code(&district(), &of).await.unwrap().unwrap();
        let sent = read().await;
        assert_eq!((sent.digest, sent.tries, sent.used, sent.expires_at), (old, 3, false, at(600)));
        db.store.write(async move |tx: &mut Tx| {
            tx.keep_phone_code(&district(), &of, &young, (at(60), at(660))).await?;
            tx.phone_code_tried(&district(), &of, true, at(61)).await?;
            tx.phone_code_tried(&district(), &Digest::ZERO, false, at(61)).await
        }).await.unwrap();
        let sent = read().await;
        assert_eq!((sent.digest, sent.tries, sent.used, sent.made_at), (young, 0, true, at(60)));
        let mut reader = db.store.read().await.unwrap();
        assert_eq!(reader.phone_code(&district(), &Digest::ZERO).await.unwrap(), None);
    }

    /// A message can be looked at and taken back while it waits; old ones go, sent or not.
    async fn messages_with_codes(db) {
        db.store.write(async |tx: &mut Tx| {
            tx.notify(&district(), &notice(person(1), 1), at(0)).await?;
            tx.notify(&district(), &notice(person(1), 2), at(1)).await?;
            tx.notify(&district(), &notice(person(2), 3), at(2)).await
        }).await.unwrap();
        let mut reader = db.store.read().await.unwrap();
        let waits = reader.waiting_notice(&district(), person(1), "phone_code").await.unwrap();
        assert_eq!(waits.as_deref(), Some("{\"n\":2}"));
        let taken = db.store.write(async |tx: &mut Tx| tx.withdraw_notices(&district(), person(1), "phone_code").await);
        assert_eq!(taken.await.unwrap(), 2);
        assert_eq!(reader.waiting_notice(&district(), person(1), "phone_code").await.unwrap(), None);
        db.store.write(async |tx: &mut Tx| {
            tx.keep_phone_code(&district(), &Digest::ZERO, &Digest::ZERO, (at(0), at(600))).await?;
            tx.set_rate(&district(), "k", Counted { from: at(0), count: 1 }).await
        }).await.unwrap();
        let forget = async |now: i64, sent: i64, counted: i64| {
            db.store.write(async move |tx: &mut Tx| {
                tx.forget_phone_codes("phone_code", (at(now), at(sent), at(counted))).await
            }).await.unwrap()
        };
        assert_eq!(forget(599, 1, 0).await, 0);
        assert_eq!(forget(600, 2, 1).await, 3);
    }

    /// Counts are as they were set.
    async fn counts(db) {
        let counted = Counted { from: at(5), count: 3 };
        db.store.write(async move |tx: &mut Tx| {
            assert_eq!(tx.rate(&district(), "k").await?, None);
            tx.set_rate(&district(), "k", Counted { from: at(1), count: 1 }).await?;
            tx.set_rate(&district(), "k", counted).await
        }).await.unwrap();
        let mut reader = db.store.read().await.unwrap();
        assert_eq!(reader.rate(&district(), "k").await.unwrap(), Some(counted));
    }

    /// The first of several nodes makes the secret, all have the same.
    async fn one_secret(db) {
        let other = db.again().await;
        let mut asking = tokio::task::JoinSet::new();
        for n in 0..8_u8 {
            let store = [&db.store, &other][usize::from(n % 2)].clone();
            asking.spawn(async move {
                let fresh = Key::new(Digest::of(&[n]));
                store.write(async move |tx: &mut Tx| tx.secret(&district(), "people", &fresh, at(0)).await).await.unwrap()
            });
        }
        let keys = asking.join_all().await;
        assert!(keys.iter().all(|key| *key == keys[0]));
        other.close().await;
    }
}
