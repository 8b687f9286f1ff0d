//! A small district for tests: a town of the fixtures, imported as a city would be, with one study.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use tempfile::TempDir;
use tower::ServiceExt as _;
use yike_app::imports::ImportOptions;
use yike_app::streets::progress::Quiet;
use yike_app::studies::StudyAsk;
use yike_app::{App, Settings};
use yike_model::imports::ImportKind;
use yike_model::people::{Actor, Role};
use yike_web::WebConfig;

/// The district, its router, and the ids tests ask for.
pub struct Town {
    pub app: Arc<App>,
    pub router: Router,
    pub study: String,
    pub job: String,
    pub import: String,
    _folder: TempDir,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: String,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitor {
    Stranger,
    Planner,
    Administrator,
    Auditor,
}

impl Visitor {
    pub const ALL: [Self; 4] = [Self::Stranger, Self::Planner, Self::Administrator, Self::Auditor];

    pub fn role(self) -> Option<Role> {
        match self {
            Self::Stranger => None,
            Self::Planner => Some(Role::Planner),
            Self::Administrator => Some(Role::Administrator),
            Self::Auditor => Some(Role::Auditor),
        }
    }
}

pub const SECRET: &str = "abababababababababababababababababababababababababababababababab";

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/towns").join(path)
}

impl Town {
    /// Imports the town and computes a study of it.
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let app =
            Arc::new(App::open(Settings::new(folder.path().join("data"))).await.expect("opens"));
        let places = folder.path().join("places.csv");
        std::fs::write(
            &places,
            "code,name,level,parent\n990001,柳岸区,district,\n990001001,柳岸街道,subdistrict,990001\n\
             990001001001,柳岸社区,community,990001001\n",
        )
        .expect("the file is written");
        let town = fixture("locked-gate/town.osm");
        let mut import = String::new();
        for (kind, path) in [(ImportKind::Places, &places), (ImportKind::Streets, &town)] {
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            let id = app
                .propose_import(&Actor::System, kind, (path, &name), ImportOptions::default())
                .await
                .expect("it is proposed");
            let check =
                app.check_import(&Actor::System, id, Arc::new(Quiet)).await.expect("checked");
            assert_eq!(check.errors, 0, "{:?}", check.first_errors);
            app.apply_import(&Actor::System, id).await.expect("it is applied");
            import = id.to_string();
        }
        let (study, job) = app
            .start_study(&Actor::System, StudyAsk::new("第一次测算"))
            .await
            .expect("it is queued");
        while app.work_once().await.expect("the job is done") {}
        let router = yike_web::router(app.clone(), WebConfig::default());
        Self {
            app,
            router,
            study: study.to_string(),
            job: job.to_string(),
            import,
            _folder: folder,
        }
    }

    /// The cookie of a visitor, signed in by a one-time link where they have a role.
    pub async fn cookie(&self, visitor: Visitor) -> String {
        let Some(role) = visitor.role() else { return format!("yike_csrf={SECRET}") };
        let link = self.app.make_sign_in_link(&Actor::System, role).await.expect("a link is made");
        let opened = self.app.sign_in(&link.token.reveal()).await.expect("the link signs in");
        format!("yike_csrf={SECRET}; yike_session={}", opened.token.reveal())
    }

    /// Asks with a cookie.
    pub async fn get(&self, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, cookie);
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// Posts a form of ours.
    pub async fn post(&self, path: &str, cookie: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = format!("csrf={SECRET}&{form}");
        self.send(request.body(Body::from(body)).expect("a request")).await
    }

    /// Sends any request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 8 << 20).await.expect("the body is read");
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}
