//! Photos beside the async threads, and kept on both databases.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use yike_app::photos::PhotoFault;
use yike_app::{AppError, Kind};
use yike_model::id::SubjectId;
use yike_model::photos::PhotoPart;
use yike_model::{PhotoId, Timestamp};
use yike_store::{NewPhoto, Tx};

use crate::support::World;

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    RgbImage::from_pixel(width, height, Rgb([9, 99, 199]))
        .write_to(&mut file, ImageFormat::Png)
        .unwrap();
    file.into_inner()
}

yike_store::on_both! {
    /// Many at the same time, and one that is none.
    async fn an_upload_is_prepared_and_kept(db) {
        let world = World::new(db).await;
        let mut preparing = tokio::task::JoinSet::new();
        for width in 400..412 {
            let app = world.app.clone();
            preparing.spawn(async move { app.prepare_photo(png(width, 100)).await.unwrap() });
        }
        let mut photos = preparing.join_all().await;
        photos.sort_by_key(|photo| photo.full.width);
        assert_eq!(photos.iter().map(|photo| photo.full.width).collect::<Vec<_>>(), (400..412).collect::<Vec<_>>());
        let refused = world.app.prepare_photo(b"GIF89a".to_vec()).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Input);
        assert!(matches!(refused, AppError::Photo(PhotoFault::Gif)), "{refused}");

        let (id, subject) = (PhotoId::new(Timestamp::FIRST, [1; 10]), SubjectId::new(Timestamp::FIRST, [2; 10]));
        let district: yike_model::DistrictId = "999999".parse().unwrap();
        let (photo, here) = (photos.remove(0), district.clone());
        let kept = NewPhoto { id, subject, full: photo.full.clone(), small: photo.small.clone() };
        world.app.store().write(async move |tx: &mut Tx| tx.keep_photo(&here, &kept, Timestamp::FIRST).await).await.unwrap();
        let mut reader = world.app.store().read().await.unwrap();
        let (of, small) = reader.photo(&district, id, PhotoPart::Small).await.unwrap().unwrap();
        assert_eq!((of, small), (subject, photo.small));
    }
}
