//! Links, sessions, audit, data sets.

use yike_model::id::{AuditId, SessionId};
use yike_model::people::{Deed, Posting, Role, Token};
use yike_model::spine::{By, Doer};
use yike_model::text::FileName;
use yike_model::{Digest, ImportId, PersonId};
use yike_store::{AuditLine, DatasetKind, Grant, NewDataset, Page, Tx};

use crate::world::{at, district, nth};

fn grant() -> Grant {
    let posting = Posting { role: Role::Planner, district: district(), place: None };
    Grant { person: PersonId::new(at(0), [7; 10]), postings: vec![posting] }
}

yike_store::on_both! {
    /// A link signs in once, before it expires.
    async fn a_link_is_used_once(db) {
        let secret = Token::new([1; 32]).digest();
        let late = Token::new([2; 32]).digest();
        db.store.write(async move |tx: &mut Tx| {
            tx.make_link(&district(), &secret, &grant(), Doer::System, (at(0), at(60))).await?;
            tx.make_link(&district(), &late, &grant(), Doer::System, (at(0), at(5))).await
        }).await.unwrap();
        let mut using = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let store = db.store.clone();
            using.spawn(async move {
                store.write(async move |tx: &mut Tx| tx.use_link(&district(), &secret, at(10)).await).await.unwrap()
            });
        }
        let used: Vec<_> = using.join_all().await.into_iter().flatten().collect();
        assert_eq!(used, [grant()]);
        let expired = db.store.write(async move |tx: &mut Tx| tx.use_link(&district(), &late, at(10)).await).await.unwrap();
        assert_eq!(expired, None);
    }

    /// A session lasts until it is ended or expires.
    async fn sessions_end(db) {
        let (id, secret) = (SessionId::new(at(0), [1; 10]), Token::new([3; 32]).digest());
        db.store.write(async move |tx: &mut Tx| {
            tx.open_session(&district(), (id, &secret), &grant(), (at(0), at(100))).await
        }).await.unwrap();
        let mut reader = db.store.read().await.unwrap();
        let session = reader.session(&district(), &secret, at(50)).await.unwrap().unwrap();
        assert_eq!((session.id, session.grant), (id, grant()));
        assert_eq!(reader.session(&district(), &secret, at(100)).await.unwrap(), None, "expired");
        assert_eq!(reader.session(&district(), &Digest::of(b""), at(50)).await.unwrap(), None);
        assert_eq!(reader.sessions_of(&district(), grant().person, at(50)).await.unwrap().len(), 1);
        let end = async || db.store.write(async move |tx: &mut Tx| tx.end_session(&district(), id, at(60)).await).await.unwrap();
        assert!(end().await);
        assert!(!end().await);
        assert_eq!(reader.session(&district(), &secret, at(61)).await.unwrap(), None);
        let forgotten = db.store.write(async |tx: &mut Tx| tx.forget_access(at(1_000)).await).await.unwrap();
        assert_eq!(forgotten, 1);
    }

    /// The audit is read newest first.
    async fn audit_lines(db) {
        db.store.write(async |tx: &mut Tx| {
            for n in 0..3 {
                let refused = (n == 1).then(|| "not here".to_owned());
                let id = AuditId::new(at(n), [0; 10]);
                let line = AuditLine { id, by: By::SYSTEM, deed: Deed::StartStudy, object: Some("x".into()), refused };
                tx.audit(&district(), &line, at(n)).await?;
            }
            Ok(())
        }).await.unwrap();
        let mut reader = db.store.read().await.unwrap();
        let lines = reader.audit_lines(&district(), &Page::first(2)).await.unwrap();
        assert_eq!(lines.iter().map(|line| line.at).collect::<Vec<_>>(), [at(2), at(1)]);
        assert_eq!((lines[1].outcome.as_str(), lines[1].detail.as_deref()), ("refused", Some("not here")));
        let page = Page { after: Some(lines[1].id.clone()), limit: 2 };
        assert_eq!(reader.audit_lines(&district(), &page).await.unwrap().len(), 1);
    }

    /// One file of each kind is in use; the ones before are kept on record.
    async fn data_files_follow_each_other(db) {
        let new = |name: &str| NewDataset {
            kind: DatasetKind::Streets,
            file: FileName::parse(name).unwrap(),
            bytes: 5,
            digest: Digest::of(name.as_bytes()),
            vintage: Some("2026-11-01".into()),
            attribution: "© OpenStreetMap contributors".into(),
            details: "{}".into(),
            import: nth::<ImportId>(1),
        };
        let (old, young) = (new("a.streets"), new("b.streets"));
        let expected = young.clone();
        db.store.write(async move |tx: &mut Tx| {
            assert_eq!(tx.set_dataset(&district(), &old, at(0)).await?, 1);
            tx.set_dataset(&district(), &young, at(9)).await
        }).await.unwrap();
        let mut reader = db.store.read().await.unwrap();
        let current = reader.dataset(&district(), DatasetKind::Streets).await.unwrap().unwrap();
        assert_eq!((current.version, current.file, current.to), (2, expected, None));
        let all = reader.datasets(&district()).await.unwrap();
        assert_eq!(all.iter().map(|set| set.to).collect::<Vec<_>>(), [None, Some(at(9))]);
        assert_eq!(reader.dataset(&district(), DatasetKind::Homes).await.unwrap(), None);
    }
}
