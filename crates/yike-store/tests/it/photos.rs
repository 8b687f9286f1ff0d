//! Photos are kept byte for byte, belong to a subject, and are gone when they are deleted.

use yike_model::PhotoId;
use yike_model::id::SubjectId;
use yike_model::photos::{Derivative, PhotoPart};
use yike_store::{NewPhoto, Tx};

use crate::world::{at, district, nth, queue};

/// A photo of every byte, as no text could hold them.
fn photo(n: u16, of: SubjectId) -> NewPhoto {
    let jpeg = |length: usize| (0..length).map(|i| (i * 7 + usize::from(n)) as u8).collect();
    let full = Derivative { width: 1600, height: 1200, jpeg: jpeg(70_000) };
    let small = Derivative { width: 320, height: 240, jpeg: jpeg(300) };
    NewPhoto { id: PhotoId::new(at(i64::from(n)), [n as u8; 10]), subject: of, full, small }
}

yike_store::on_both! {
    /// What comes out is what went in.
    async fn bytes_come_back_as_they_were(db) {
        let kept = photo(1, nth(1));
        let expected = kept.clone();
        db.store.write(async move |tx: &mut Tx| {
            tx.keep_photo(&district(), &kept, at(5)).await?;
            tx.keep_photo(&district(), &kept, at(6)).await
        }).await.unwrap();
        let mut reader = db.store.read().await.unwrap();
        let parts = [(PhotoPart::Full, &expected.full), (PhotoPart::Small, &expected.small)];
        for (part, derivative) in parts {
            let found = reader.photo(&district(), expected.id, part).await.unwrap();
            assert_eq!(found, Some((nth(1), derivative.clone())));
        }
        let elsewhere = "330106".parse().unwrap();
        assert_eq!(reader.photo(&elsewhere, expected.id, PhotoPart::Full).await.unwrap(), None);
        let rows = reader.photos_of(&district(), nth::<SubjectId>(1)).await.unwrap();
        assert_eq!(rows.len(), 1);
        let seen = (rows[0].id, rows[0].full, rows[0].small, rows[0].made_at);
        assert_eq!(seen, (expected.id, (1600, 1200), (320, 240), at(5)));
    }

    /// Deleting takes both derivatives of all photos of a subject, and of no other.
    async fn deleted_photos_are_gone(db) {
        let (mine, other): (SubjectId, SubjectId) = (nth(1), nth(2));
        let photos = [photo(3, mine), photo(2, mine), photo(4, other)];
        let ids: Vec<_> = photos.iter().map(|photo| photo.id).collect();
        db.store.write(async move |tx: &mut Tx| {
            for photo in &photos {
                tx.keep_photo(&district(), photo, at(9)).await?;
            }
            Ok(())
        }).await.unwrap();
        let mut reader = db.store.read().await.unwrap();
        let rows = reader.photos_of(&district(), mine).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[1], ids[0]], "oldest first");
        let forget = async || db.store.write(async move |tx: &mut Tx| tx.forget_photos(&district(), mine).await).await.unwrap();
        assert_eq!(forget().await, 2);
        assert_eq!(forget().await, 0);
        assert!(reader.photos_of(&district(), mine).await.unwrap().is_empty());
        for part in PhotoPart::ALL {
            assert_eq!(reader.photo(&district(), ids[0], part).await.unwrap(), None);
        }
        assert_eq!(reader.photos_of(&district(), other).await.unwrap().len(), 1);
    }
    /// Photos of what never came to be are forgotten after a while; those of a subject stay.
    async fn photos_of_nothing_are_forgotten(db) {
        let (lost, young) = (photo(5, nth(5)), photo(6, nth(6)));
        let ids = (lost.id, young.id);
        db.store.write(async move |tx: &mut Tx| {
            let job = queue(tx, 1, 1).await?;
            tx.keep_photo(&district(), &photo(7, job.into()), at(0)).await?;
            tx.keep_photo(&district(), &lost, at(0)).await?;
            tx.keep_photo(&district(), &young, at(20)).await
        }).await.unwrap();
        let forgotten = db.store.write(async |tx: &mut Tx| {
            tx.forget_lost_photos(&district(), at(10)).await
        }).await.unwrap();
        assert_eq!(forgotten, 2, "both sizes of one photo");
        let mut reader = db.store.read().await.unwrap();
        let mut there = async |id| reader.photo(&district(), id, PhotoPart::Small).await.unwrap().is_some();
        let jobs = PhotoId::new(at(7), [7; 10]);
        assert_eq!((there(ids.0).await, there(ids.1).await, there(jobs).await), (false, true, true));
    }
}
