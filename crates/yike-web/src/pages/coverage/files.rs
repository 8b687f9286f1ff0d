//! A study's files to take away.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use tokio::sync::mpsc::Sender;
use yike_app::exports::{Lang, Part};
use yike_app::studies::Download;

use super::filter::study_id;
use crate::error::{Fault, OnPage, PageResult};
use crate::front::language::Language;
use crate::front::stream::{Piece, piped};
use crate::front::visit::Visit;
use crate::state::Web;

/// A file: its name in addresses, the key of its name on pages, what it is, its media type.
pub struct File {
    /// The last part of its address, and of its name on disk.
    pub name: &'static str,
    /// The key of its name.
    pub key: &'static str,
    part: Part,
    media: &'static str,
}

const fn kind(name: &'static str, key: &'static str, part: Part, media: &'static str) -> File {
    File { name, key, part, media }
}

/// All files there are.
pub const FILES: [File; 8] = [
    kind("report.html", "file-report", Part::Report, "text/html; charset=utf-8"),
    kind(
        "study.xlsx",
        "file-workbook",
        Part::Workbook,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    kind("coverage.csv", "file-coverage", Part::Coverage, "text/csv; charset=utf-8"),
    kind("standard.csv", "file-standard", Part::Standard, "text/csv; charset=utf-8"),
    kind("gaps.csv", "file-gaps", Part::Gaps, "text/csv; charset=utf-8"),
    kind("areas.geojson", "file-areas", Part::AreasGeoJson, "application/geo+json"),
    kind("homes.geojson", "file-homes", Part::HomesGeoJson, "application/geo+json"),
    kind("homes.fgb", "file-homes-fgb", Part::HomesFlatGeobuf, "application/octet-stream"),
];

/// `GET /studies/{study}/files/{file}`.
pub async fn file(
    State(web): State<Web>,
    visit: Visit,
    Path((id, name)): Path<(String, String)>,
) -> PageResult {
    let id = study_id(&id).on(&visit)?;
    let file = FILES.iter().find(|f| f.name == name).ok_or_else(Fault::missing).on(&visit)?;
    let lang = match visit.language {
        Language::Chinese => Lang::Zh,
        Language::English => Lang::En,
    };
    let got = web.app.download_study(&visit.actor, id, file.part, lang).await.on(&visit)?;
    let data_date = got.data_date.clone();
    let (pieces, body) = piped();
    tokio::spawn(send(got, pieces));
    let head = [
        (header::CONTENT_TYPE, file.media.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"yike-{data_date}-{name}\"")),
    ];
    Ok((head, body).into_response())
}

/// Sends a file while it is being written; stops when the reader has gone.
async fn send(mut got: Download, pieces: Sender<Piece>) {
    loop {
        let piece = tokio::select! {
            piece = got.piece() => piece,
            () = pieces.closed() => return,
        };
        let piece = match piece {
            Ok(Some(piece)) => Ok(piece.into()),
            Ok(None) => return,
            Err(error) => {
                tracing::error!(%error, "a file to take away could not be written");
                Err(std::io::Error::other("the file could not be written"))
            }
        };
        let over = piece.is_err();
        if pieces.send(piece).await.is_err() || over {
            return;
        }
    }
}
