//! Every address of Yike, who may ask there, and what answers.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::routing::{MethodRouter, get, post};
use yike_model::people::Deed;

use crate::front::upload;
use crate::pages::cases::{act, bulk, inbox, view};
use crate::pages::work::UPLOAD_MB;
use crate::pages::{
    about, boards, coverage, front, imports, nearby, phone, places, report, signing, studies,
    track, work,
};
use crate::state::Web;
use crate::{api, assets};

/// One address.
pub struct Route {
    /// How it is asked.
    pub method: Method,
    /// Where.
    pub path: &'static str,
    /// The deed it comes down to, decided by the app; `None` where nothing of the district is shown or
    /// done.
    pub deed: Option<Deed>,
    handler: MethodRouter<Web>,
}

fn read(path: &'static str, deed: Option<Deed>, handler: MethodRouter<Web>) -> Route {
    Route { method: Method::GET, path, deed, handler }
}

fn write(path: &'static str, deed: Option<Deed>, handler: MethodRouter<Web>) -> Route {
    Route { method: Method::POST, path, deed, handler }
}

/// All of them.
pub fn all() -> Vec<Route> {
    let mut all = pages();
    all.extend(cases());
    all
}

/// Cases as those who work on them see them.
fn cases() -> Vec<Route> {
    vec![
        read("/inbox", Some(Deed::SeeInbox), get(inbox::page)),
        write("/inbox/bulk", Some(Deed::WorkCase), post(bulk::hand_on)),
        read("/cases/{key}", Some(Deed::SeeCase), get(view::page)),
        write("/cases/{key}/do", Some(Deed::WorkCase), post(act::act).layer(upload::limit())),
        write("/cases/{key}/reporter", Some(Deed::SeeReporter), post(view::reporter)),
        read("/cases/{key}/photos/{photo}/{part}", Some(Deed::SeeCase), get(view::photo)),
    ]
}

fn pages() -> Vec<Route> {
    let upload =
        post(imports::hand_in).layer(DefaultBodyLimit::max((UPLOAD_MB as usize + 1) * 1024 * 1024));
    vec![
        read("/", None, get(front::page)),
        read("/nearby", Some(Deed::AskNearby), get(nearby::page)),
        write("/nearby", Some(Deed::AskNearby), post(nearby::here)),
        read("/report", Some(Deed::ReportCase), get(report::begin)),
        write("/report", Some(Deed::ReportCase), post(report::go_on).layer(upload::limit())),
        read("/q/{code}", None, get(report::door)),
        read("/t/{track}", Some(Deed::SeeCase), get(track::page)),
        write("/t/{track}", Some(Deed::SeeCase), post(track::act).layer(upload::limit())),
        read("/t/{track}/photos/{photo}/{part}", Some(Deed::SeeCase), get(track::photo)),
        read("/me", Some(Deed::SeeCase), get(track::mine)),
        read("/phone", Some(Deed::AskPhoneCode), get(phone::form)),
        write("/phone", Some(Deed::AskPhoneCode), post(phone::ask)),
        write("/phone/code", Some(Deed::AskPhoneCode), post(phone::prove)),
        read("/boards", Some(Deed::SeeBoard), get(boards::district)),
        read("/boards/{code}", Some(Deed::SeeBoard), get(boards::page)),
        read("/places/{code}", Some(Deed::SeePlaces), get(places::page)),
        read("/coverage", Some(Deed::SeeStudies), get(coverage::newest)),
        read("/coverage/{study}", Some(Deed::SeeStudies), get(coverage::matrix)),
        read("/coverage/{study}/{service}", Some(Deed::SeeStudies), get(coverage::cell)),
        read("/coverage/{study}/{service}/homes", Some(Deed::SeeStudyHomes), get(coverage::homes)),
        read(
            "/api/v1/studies/{study}/{service}/homes",
            Some(Deed::SeeStudyHomes),
            get(coverage::homes_json),
        ),
        read("/studies", Some(Deed::SeeStudies), get(studies::list)),
        write("/studies", Some(Deed::StartStudy), post(studies::start)),
        read("/studies/{study}/files/{file}", Some(Deed::SeeStudyHomes), get(coverage::file)),
        write("/jobs/{id}/cancel", Some(Deed::CancelJob), post(studies::cancel)),
        read("/work", Some(Deed::CheckImport), get(work::page)),
        write("/imports", Some(Deed::CheckImport), upload),
        read("/imports/{id}", Some(Deed::CheckImport), get(imports::page)),
        write("/imports/{id}/apply", Some(Deed::ApplyImport), post(imports::apply)),
        write("/demo/clock", Some(Deed::PassDemoTime), post(about::pass_time)),
        read("/about", Some(Deed::SeeDatasets), get(about::page)),
        read("/sign-in", None, get(signing::form)),
        write("/sign-in", None, post(signing::sign_in)),
        write("/sign-out", None, post(signing::sign_out)),
        read("/api/v1/search", Some(Deed::SeePlaces), get(api::find)),
        read("/api/v1/nearby", Some(Deed::AskNearby), get(api::nearby)),
        read("/api/v1/studies", Some(Deed::SeeStudies), get(api::studies)),
        read("/api/v1/studies/{study}/coverage", Some(Deed::SeeStudies), get(api::coverage)),
        read("/api/v1/jobs/{id}", Some(Deed::SeeJobs), get(api::job)),
        read("/api/v1/jobs/{id}/events", Some(Deed::SeeJobs), get(api::events)),
        read("/api/v1/style.json", Some(Deed::SeeMap), get(api::style)),
        read("/tiles/{version}/{z}/{x}/{y}", Some(Deed::SeeMap), get(api::tile)),
        read(assets::ROUTE, None, get(assets::serve)),
    ]
}

/// The routes put together.
pub fn router() -> Router<Web> {
    all().into_iter().fold(Router::new(), |router, route| router.route(route.path, route.handler))
}
