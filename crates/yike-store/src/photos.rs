//! Photos of subjects: two derivatives each. They stand beside the ledger and can be deleted without it.

use yike_model::id::SubjectId;
use yike_model::photos::{Derivative, PhotoPart};
use yike_model::{DistrictId, PhotoId, Timestamp};

use crate::db::{Reader, Tx, execute, fetch_all, fetch_optional};
use crate::error::StoreError;
use crate::ledger::time;

/// A photo to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPhoto {
    /// Its id.
    pub id: PhotoId,
    /// What it belongs to.
    pub subject: SubjectId,
    /// To be looked at.
    pub full: Derivative,
    /// For lists.
    pub small: Derivative,
}

/// A photo without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoRow {
    /// Its id.
    pub id: PhotoId,
    /// Width and height of the large derivative, in pixels.
    pub full: (u32, u32),
    /// Width and height of the small one.
    pub small: (u32, u32),
    /// When it was kept.
    pub made_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    full_width: i32,
    full_height: i32,
    small_width: i32,
    small_height: i32,
    made_at: i64,
}

impl Row {
    fn photo(&self) -> Result<PhotoRow, StoreError> {
        Ok(PhotoRow {
            id: self.id.parse().map_err(|why| StoreError::unreadable("a photo", why))?,
            full: (length(self.full_width)?, length(self.full_height)?),
            small: (length(self.small_width)?, length(self.small_height)?),
            made_at: time(self.made_at)?,
        })
    }
}

fn length(pixels: i32) -> Result<u32, StoreError> {
    u32::try_from(pixels).map_err(|why| StoreError::unreadable("a photo", why))
}

impl Reader {
    /// A derivative of a photo, and what the photo belongs to; `None` if it was deleted or never was.
    pub async fn photo(
        &mut self,
        district: &DistrictId,
        id: PhotoId,
        part: PhotoPart,
    ) -> Result<Option<(SubjectId, Derivative)>, StoreError> {
        let row = fetch_optional!(
            self,
            (String, i32, i32, Vec<u8>),
            "select subject, width, height, bytes from photos
             where district = $1 and id = $2 and part = $3",
            district.as_str(),
            id.to_string(),
            part.code(),
        )?;
        let Some((subject, width, height, jpeg)) = row else { return Ok(None) };
        let subject = subject.parse().map_err(|why| StoreError::unreadable("a photo", why))?;
        let derivative = Derivative { width: length(width)?, height: length(height)?, jpeg };
        Ok(Some((subject, derivative)))
    }

    /// The photos of a subject without their bytes, oldest first, at most 100.
    pub async fn photos_of(
        &mut self,
        district: &DistrictId,
        subject: impl Into<SubjectId>,
    ) -> Result<Vec<PhotoRow>, StoreError> {
        let rows = fetch_all!(
            self,
            Row,
            "select f.id, f.width as full_width, f.height as full_height,
               s.width as small_width, s.height as small_height, f.made_at
             from photos f
             join photos s on s.district = f.district and s.id = f.id and s.part = 'small'
             where f.district = $1 and f.subject = $2 and f.part = 'full'
             order by f.id limit 100",
            district.as_str(),
            subject.into().to_string(),
        )?;
        rows.iter().map(Row::photo).collect()
    }
}

impl Tx {
    /// Keeps a photo. The same again is the same photo.
    pub async fn keep_photo(
        &mut self,
        district: &DistrictId,
        photo: &NewPhoto,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for (part, derivative) in [(PhotoPart::Full, &photo.full), (PhotoPart::Small, &photo.small)]
        {
            execute!(
                self,
                "insert into photos (district, id, subject, part, width, height, bytes, made_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8)
                 on conflict (district, id, part) do nothing",
                district.as_str(),
                photo.id.to_string(),
                photo.subject.to_string(),
                part.code(),
                derivative.width as i32,
                derivative.height as i32,
                derivative.jpeg.as_slice(),
                now.millis(),
            )?;
        }
        Ok(())
    }

    /// Deletes photos from before a moment whose subject never came to be; says how many rows.
    pub async fn forget_lost_photos(
        &mut self,
        district: &DistrictId,
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        execute!(
            self,
            "delete from photos where district = $1 and made_at < $2
               and not exists (select 1 from subjects s
                 where s.district = photos.district and s.id = photos.subject)",
            district.as_str(),
            before.millis(),
        )
    }

    /// Deletes the photos of a subject; says how many there were.
    pub async fn forget_photos(
        &mut self,
        district: &DistrictId,
        subject: impl Into<SubjectId>,
    ) -> Result<u64, StoreError> {
        let rows = execute!(
            self,
            "delete from photos where district = $1 and subject = $2",
            district.as_str(),
            subject.into().to_string(),
        )?;
        Ok(rows / PhotoPart::ALL.len() as u64)
    }
}
