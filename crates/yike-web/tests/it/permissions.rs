//! Every route by every visitor: whoever may do the deed is answered, everybody else refused.

use axum::http::{Method, StatusCode};
use yike_model::people::{Deed, Who, rule};

use crate::town::{Town, Visitor};

/// The address of a route with the ids of the town, and the form it takes.
fn address(town: &Town, path: &str) -> (String, &'static str) {
    let service = "convenience";
    let path = path
        .replace("{study}", &town.study)
        .replace("{service}", service)
        .replace("{file}", "coverage.csv")
        .replace("{version}", "1")
        .replace("{z}/{x}/{y}", "14/13653/6768")
        .replace("{digest}/{name}", "none/nothing.css");
    let form = match path.as_str() {
        "/nearby" => "lon=120.0001&lat=30.0",
        "/studies" => "title=x&profile=adult&standard=gb50180",
        "/sign-in" => "token=00",
        _ => "",
    };
    let id = if path.contains("/jobs/") { &town.job } else { &town.import };
    (path.replace("{id}", id), form)
}

fn may(visitor: Visitor, deed: Option<Deed>) -> bool {
    match deed.map(rule) {
        None | Some(Who::Anybody) => true,
        Some(Who::SignedIn) => visitor.role().is_some(),
        Some(Who::Roles(roles)) => visitor.role().is_some_and(|role| roles.contains(&role)),
    }
}

#[tokio::test]
async fn every_route_answers_those_who_may_and_refuses_all_others() {
    let town = Town::open().await;
    let mut wrong = Vec::new();
    for visitor in Visitor::ALL {
        for route in yike_web::routes::all() {
            // Signing out would end the session the next rows need; a journey of its own covers it.
            if route.path == "/sign-out" {
                continue;
            }
            let cookie = town.cookie(visitor).await;
            let (path, form) = address(&town, route.path);
            let answer = if route.method == Method::GET {
                town.get(&path, &cookie).await
            } else {
                town.post(&path, &cookie, form).await
            };
            let refused = answer.status == StatusCode::FORBIDDEN && route.path != "/sign-in";
            if refused == may(visitor, route.deed) || answer.status.is_server_error() {
                wrong.push(format!("{visitor:?} {} {path}: {}", route.method, answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn no_post_is_taken_without_the_secret_of_its_form() {
    let town = Town::open().await;
    let cookie = town.cookie(Visitor::Administrator).await;
    for route in yike_web::routes::all().into_iter().filter(|r| r.method == Method::POST) {
        let (path, _) = address(&town, route.path);
        let request = axum::http::Request::post(&path)
            .header("cookie", &cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(axum::body::Body::from("csrf=00"))
            .expect("a request");
        let answer = town.send(request).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        assert_ne!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_refused_page_says_so_kindly_and_leaks_nothing() {
    let town = Town::open().await;
    let answer = town.get("/work", &town.cookie(Visitor::Stranger).await).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("只给工作人员看"));
    let answer = town.get("/api/v1/jobs/x", &town.cookie(Visitor::Planner).await).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.body.contains("\"code\":\"missing\""));
}
