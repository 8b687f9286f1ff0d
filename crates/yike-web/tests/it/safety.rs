//! Headers, hostile parameters, languages and cookies.

use axum::http::{StatusCode, header};

use crate::town::{Town, Visitor};

#[tokio::test]
async fn every_answer_carries_the_policy() {
    let town = Town::open().await;
    for path in ["/", "/nearby", "/api/v1/search?q=x", "/nothing", "/assets/x/y"] {
        let answer = town.get(path, "").await;
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        assert_eq!(answer.headers[header::REFERRER_POLICY], "same-origin", "{path}");
    }
}

#[tokio::test]
async fn payloads_in_any_parameter_are_shown_as_text_or_refused() {
    let town = Town::open().await;
    let payload = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    let cookie = town.cookie(Visitor::Administrator).await;
    let study = &town.study;
    for path in [
        format!("/nearby?q={payload}"),
        format!("/nearby?place={payload}"),
        format!("/nearby?home={payload}"),
        format!("/nearby?point={payload}"),
        format!("/nearby?point=120.0001,30.0&profile={payload}"),
        format!("/nearby?point=120.0001,30.0&minutes={payload}"),
        format!("/nearby?point=120.0001,30.0&at={payload}"),
        format!("/coverage/{payload}"),
        format!("/coverage/{study}?profile={payload}"),
        format!("/coverage/{study}?area={payload}"),
        format!("/coverage/{study}?sort={payload}"),
        format!("/coverage/{study}?with={payload}"),
        format!("/coverage/{study}/{payload}"),
        format!("/coverage/{study}/convenience?minutes={payload}"),
        format!("/imports/{payload}"),
        format!("/sign-in?token={payload}"),
        format!("/?lang={payload}&view={payload}"),
        format!("/{payload}"),
    ] {
        let answer = town.get(&path, &cookie).await;
        assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
        assert!(!answer.body.contains("<script>alert"), "{path}");
        assert!(!answer.body.contains("\"><script"), "{path}");
    }
}

#[tokio::test]
async fn the_language_follows_the_browser_until_one_is_chosen() {
    let town = Town::open().await;
    let ask = |path: &str, cookie: &str| {
        axum::http::Request::get(path.to_owned())
            .header("accept-language", "en-GB,en;q=0.9")
            .header("cookie", cookie.to_owned())
            .body(axum::body::Body::empty())
            .unwrap()
    };
    let answer = town.send(ask("/", "")).await;
    assert!(answer.body.contains("<html lang=\"en\""));
    let answer = town.send(ask("/?lang=zh-Hans", "")).await;
    assert!(answer.body.contains("<html lang=\"zh-Hans\""));
    let cookies: Vec<_> = answer.headers.get_all(header::SET_COOKIE).iter().collect();
    assert!(cookies.iter().any(|c| c.to_str().unwrap().starts_with("yike_lang=zh-Hans;")));
    let answer = town.send(ask("/", "yike_lang=zh-Hans; yike_view=elder")).await;
    assert!(answer.body.contains("<html lang=\"zh-Hans\" class=\"elder\""));
}

#[tokio::test]
async fn the_shop_behind_the_locked_gate_takes_the_way_round() {
    let town = Town::open().await;
    let answer = town.get("/api/v1/nearby?point=120.0,30.0008", "").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let near: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let shop = near["categories"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["category"]["code"] == "convenience")
        .unwrap();
    // Straight through the gate it would be some 90 m; round by the open one it is more than 700.
    let metres = shop["found"][0]["dm"].as_u64().unwrap() / 10;
    assert!(metres > 700, "{metres} m: {shop}");
}

#[tokio::test]
async fn a_place_outside_is_told_of_in_words() {
    let town = Town::open().await;
    let answer = town.get("/nearby?point=0,0", "").await;
    assert!(answer.status.is_client_error());
    assert!(answer.body.contains("<h1>"));
}
