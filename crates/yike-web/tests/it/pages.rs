//! What pages show and hold back: places, small counts, events, downloads, errors of imports.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use yike_app::imports::ImportOptions;
use yike_model::imports::ImportKind;
use yike_model::people::Actor;
use yike_web::WebConfig;

use crate::town::{Town, Visitor};

/// All numbers in a JSON value, with the names they go by.
fn numbers(value: &serde_json::Value, name: &str, found: &mut Vec<(String, u64)>) {
    match value {
        serde_json::Value::Number(n) => {
            found.extend(n.as_u64().map(|n| (name.to_owned(), n)));
        }
        serde_json::Value::Array(all) => all.iter().for_each(|v| numbers(v, name, found)),
        serde_json::Value::Object(all) => all.iter().for_each(|(k, v)| numbers(v, k, found)),
        _ => {}
    }
}

#[tokio::test]
async fn no_count_of_fewer_than_ten_people_is_told_to_the_public() {
    let town = Town::open().await;
    let counts = ["people", "covered", "lacking", "edge", "unplaced", "all"];
    let small = async |visitor: Visitor| {
        let path = format!("/api/v1/studies/{}/coverage", town.study);
        let answer = town.get(&path, &town.cookie(visitor).await).await;
        assert_eq!(answer.status, StatusCode::OK);
        let mut found = Vec::new();
        let mut value: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        // The area itself is no count.
        value["area"] = serde_json::Value::Null;
        numbers(&value, "", &mut found);
        found.retain(|(name, n)| counts.contains(&name.as_str()) && (1..10).contains(n));
        found
    };
    assert_eq!(small(Visitor::Stranger).await, []);
    assert!(!small(Visitor::Planner).await.is_empty(), "the town has a small count to hide");
    let study = &town.study;
    let listed = town.get("/api/v1/studies", "").await;
    assert!(listed.body.contains("\"estimated\":null"), "{}", listed.body);
    for path in [
        "/".to_owned(),
        "/places/990001".to_owned(),
        "/places/990001001001".to_owned(),
        format!("/coverage/{study}"),
        format!("/coverage/{study}?list=all"),
        format!("/coverage/{study}/convenience?minutes=5"),
    ] {
        let answer = town.get(&path, "yike_lang=zh-Hans").await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        for n in 1..10 {
            for told in [format!(">{n} 人"), format!("有 {n} 人"), format!("着 {n} 人")] {
                assert!(!answer.body.contains(&told), "{path} tells of {n} people");
            }
        }
    }
}

#[tokio::test]
async fn a_place_says_where_it_lies_and_what_is_in_it() {
    let town = Town::open().await;
    let answer = town.get("/places/990001001001", "yike_lang=en").await;
    assert_eq!(answer.status, StatusCode::OK);
    for told in ["Liu'an Community", "Liu&#39;an Community", "Liu&#x27;an Community"] {
        if answer.body.contains(told) {
            assert!(answer.body.contains("/places/990001001\""), "the subdistrict above it");
            assert!(answer.body.contains("<svg"), "a picture");
            let missing = town.get("/places/990001001099", "").await;
            assert_eq!(missing.status, StatusCode::NOT_FOUND);
            return;
        }
    }
    panic!("{}", answer.body);
}

#[tokio::test]
async fn events_tell_how_a_job_ended_and_then_end() {
    let town = Town::open().await;
    let path = format!("/api/v1/jobs/{}/events", town.job);
    let answer = town.get(&path, &town.cookie(Visitor::Planner).await).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "text/event-stream");
    assert!(answer.body.starts_with("retry: "), "{}", answer.body);
    assert!(answer.body.contains("\"ended\":true"), "{}", answer.body);
    assert_eq!(town.get(&path, "").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn downloads_are_whole_and_leave_nothing_behind() {
    let town = Town::open().await;
    let cookie = town.cookie(Visitor::Planner).await;
    for (file, starts) in [
        ("coverage.csv", "\u{feff}"),
        ("homes.geojson", "{"),
        ("study.xlsx", "PK"),
        ("report.html", "<!"),
        ("homes.fgb", "fgb"),
    ] {
        let answer = town.get(&format!("/studies/{}/files/{file}", town.study), &cookie).await;
        assert_eq!(answer.status, StatusCode::OK, "{file}");
        assert!(answer.body.starts_with(starts), "{file}: {:.20}", answer.body);
        if file.ends_with("geojson") {
            let layer: serde_json::Value = serde_json::from_str(&answer.body).expect("it is whole");
            assert!(!layer["features"].as_array().unwrap().is_empty());
        }
    }
    let folder = town.app.folder().temporary("download-x");
    let left = std::fs::read_dir(folder.parent().unwrap()).unwrap();
    let names = left.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    assert_eq!(names.filter(|name| name.contains("download-")).count(), 0);
}

#[tokio::test]
async fn what_is_wrong_with_a_table_is_told_in_the_readers_language() {
    let town = Town::open().await;
    let folder = tempfile::tempdir().unwrap();
    let cookie = town.cookie(Visitor::Planner).await;
    for (text, zh, en) in [
        ("id,name\nx1,食堂\n", "找不到这些列", "No column for"),
        (
            "id,name,category,lon,lat\nx1,食堂,canteen,abc,30\n",
            "“abc”不是数字",
            "“abc” is not a number",
        ),
    ] {
        let path = folder.path().join("table.csv");
        std::fs::write(&path, text).unwrap();
        let (kind, options) = (ImportKind::Facilities, ImportOptions::default());
        let file = (path.as_path(), "table.csv");
        let id = town.app.propose_import(&Actor::System, kind, file, options).await.unwrap();
        town.app.queue_import(&Actor::System, id, false).await.unwrap();
        let page = format!("/imports/{id}");
        let waiting = town.get(&page, &cookie).await;
        assert!(waiting.body.contains("data-island=\"progress\""), "it is shown to be checked");
        while town.app.work_once().await.expect("the job is done") {}
        for (language, told) in [("zh-Hans", zh), ("en", en)] {
            let answer = town.get(&page, &format!("{cookie}; yike_lang={language}")).await;
            assert!(answer.body.contains(told), "{language}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn before_anything_is_imported_every_page_says_so_kindly() {
    let folder = tempfile::tempdir().unwrap();
    let settings = yike_app::Settings::new(folder.path().join("data"));
    let app = Arc::new(yike_app::App::open(settings).await.unwrap());
    let router = yike_web::router(app, WebConfig::default());
    for path in ["/", "/nearby", "/nearby?q=x", "/coverage", "/studies", "/about", "/places/1"] {
        use tower::ServiceExt as _;
        let request = axum::http::Request::get(path).header("cookie", "yike_lang=zh-Hans");
        let request = request.body(axum::body::Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        let body = String::from_utf8_lossy(&body);
        assert!(!status.is_server_error(), "{path}: {status}");
        assert!(body.contains("<h1>"), "{path}: {body}");
        assert!(!body.contains("yike import"), "{path} speaks of the command line");
    }
}
