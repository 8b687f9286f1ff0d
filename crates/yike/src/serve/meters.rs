//! Meters: what `/metrics` tells of requests. Routes are counted by their template, never by the
//! address asked for, so that neither places nor people show.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

/// Upper ends of the histogram's buckets, in seconds.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Counts and times of requests.
#[derive(Debug, Default)]
pub struct Meters {
    series: Mutex<BTreeMap<Key, Series>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, Default)]
struct Series {
    count: u64,
    seconds: f64,
    buckets: [u64; BUCKETS.len()],
}

impl Meters {
    fn record(&self, key: Key, took: Duration) {
        let mut all = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let series = all.entry(key).or_default();
        let seconds = took.as_secs_f64();
        series.count += 1;
        series.seconds += seconds;
        for (count, _) in series.buckets.iter_mut().zip(BUCKETS).filter(|(_, end)| seconds <= *end)
        {
            *count += 1;
        }
    }

    /// Writes all series in the Prometheus text format.
    pub fn write(&self, text: &mut String) {
        let all = self.series.lock().unwrap_or_else(PoisonError::into_inner).clone();
        text.push_str(
            "# HELP yike_http_request_seconds Time from request to the head of its answer.\n",
        );
        text.push_str("# TYPE yike_http_request_seconds histogram\n");
        for (key, series) in &all {
            write_series(text, key, series).expect("writing to a string does not fail");
        }
    }
}

fn write_series(text: &mut String, key: &Key, series: &Series) -> std::fmt::Result {
    let name = "yike_http_request_seconds";
    let labels =
        format!("route=\"{}\",method=\"{}\",status=\"{}\"", key.route, key.method, key.status);
    for (end, count) in BUCKETS.iter().zip(series.buckets) {
        writeln!(text, "{name}_bucket{{{labels},le=\"{end}\"}} {count}")?;
    }
    writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", series.count)?;
    writeln!(text, "{name}_sum{{{labels}}} {}", series.seconds)?;
    writeln!(text, "{name}_count{{{labels}}} {}", series.count)
}

/// Measures all routes of `router`.
pub fn measured(router: Router, meters: Arc<Meters>) -> Router {
    router.layer(from_fn_with_state(meters, measure))
}

async fn measure(State(meters): State<Arc<Meters>>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str);
    let (route, method) = (route.to_owned(), known(request.method()));
    let response = next.run(request).await;
    meters.record(Key { route, method, status: response.status().as_u16() }, start.elapsed());
    response
}

/// The methods we serve by name: a stranger's invented method must not make a series.
fn known(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative() {
        let meters = Meters::default();
        let key = Key { route: "/".into(), method: "GET", status: 200 };
        meters.record(key.clone(), Duration::from_millis(2));
        meters.record(key, Duration::from_millis(200));
        let mut text = String::new();
        meters.write(&mut text);
        let labels = "route=\"/\",method=\"GET\",status=\"200\"";
        for (end, count) in [("0.001", 0), ("0.0025", 1), ("0.1", 1), ("0.25", 2), ("+Inf", 2)] {
            let line =
                format!("yike_http_request_seconds_bucket{{{labels},le=\"{end}\"}} {count}\n");
            assert!(text.contains(&line), "{line} in\n{text}");
        }
        assert!(text.contains(&format!("yike_http_request_seconds_count{{{labels}}} 2\n")));
    }
}
