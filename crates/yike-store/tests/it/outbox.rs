//! Messages go out at least once.

use yike_model::spine::Notice;
use yike_store::Tx;

use crate::world::{LEASE, at, district, node};

fn notice(key: &str) -> Notice {
    Notice {
        channel: "webhook".into(),
        to: "office".into(),
        template: "study_ready".into(),
        values: "{}".into(),
        key: key.into(),
    }
}

yike_store::on_both! {
    /// The same key is the same message.
    async fn a_key_is_sent_once(db) {
        db.store.write(async |tx: &mut Tx| {
            tx.notify(&district(), &notice("a"), at(0)).await?;
            tx.notify(&district(), &notice("a"), at(1)).await?;
            tx.notify(&district(), &notice("b"), at(2)).await
        }).await.unwrap();
        assert_eq!(db.store.read().await.unwrap().notices_open().await.unwrap(), (2, 0));
    }

    /// A message is claimed by one sender; when its lease runs out, by another.
    async fn a_lost_sender_is_replaced(db) {
        db.store.write(async |tx: &mut Tx| tx.notify(&district(), &notice("a"), at(0)).await).await.unwrap();
        let claim = async |name: &'static str, now: i64| {
            db.store.write(async move |tx: &mut Tx| tx.claim_notices(&node(name), LEASE, 10, at(now)).await).await.unwrap()
        };
        let first = claim("a", 1).await;
        assert_eq!((first.len(), &first[0].notice), (1, &notice("a")));
        assert!(claim("b", 2).await.is_empty());
        let again = claim("b", 40).await;
        assert_eq!(again, first, "the same message with the same key");
        let id = again[0].id;
        db.store.write(async move |tx: &mut Tx| tx.notice_sent(&district(), id, at(41)).await).await.unwrap();
        assert!(claim("a", 1_000).await.is_empty());
        assert_eq!(db.store.read().await.unwrap().notices_open().await.unwrap(), (0, 0));
    }

    /// Failing messages wait longer each time and are given up at last.
    async fn failing_messages_are_given_up(db) {
        db.store.write(async |tx: &mut Tx| tx.notify(&district(), &notice("a"), at(0)).await).await.unwrap();
        let mut now = 0;
        let mut tries = 0;
        while now < 200_000 {
            let claimed = db.store.write(async move |tx: &mut Tx| {
                let claimed = tx.claim_notices(&node("a"), LEASE, 10, at(now)).await?;
                for one in &claimed {
                    tx.notice_failed(&one.district, one.id, "no answer", at(now)).await?;
                }
                Ok(claimed.len())
            }).await.unwrap();
            tries += claimed;
            now += 5;
            if now > 100 {
                now += 1_000;
            }
        }
        assert_eq!(tries, 12);
        assert_eq!(db.store.read().await.unwrap().notices_open().await.unwrap(), (0, 1));
        let forgotten = db.store.write(async |tx: &mut Tx| tx.forget_notices(at(1_000_000)).await).await;
        assert_eq!(forgotten.unwrap(), 1);
        assert_eq!(db.store.read().await.unwrap().notices_open().await.unwrap(), (0, 0));
    }

    /// Several senders share the work; nothing is claimed twice.
    async fn senders_share(db) {
        db.store.write(async |tx: &mut Tx| {
            for n in 0..30 {
                tx.notify(&district(), &notice(&n.to_string()), at(0)).await?;
            }
            Ok(())
        }).await.unwrap();
        let other = db.again().await;
        let mut senders = tokio::task::JoinSet::new();
        for n in 0..6_usize {
            let store = [&db.store, &other][n % 2].clone();
            senders.spawn(async move {
                store.write(async move |tx: &mut Tx| {
                    tx.claim_notices(&node(&format!("s{n}")), LEASE, 5, at(1)).await
                }).await.unwrap()
            });
        }
        let mut claimed: Vec<_> = senders.join_all().await.into_iter().flatten().map(|one| one.id).collect();
        assert_eq!(claimed.len(), 30);
        claimed.sort_unstable();
        claimed.dedup();
        assert_eq!(claimed.len(), 30);
        other.close().await;
    }
}
