//! `yike serve`: answers, counts, and stops when told.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{divisions, run, text, town, yike};

/// A server that is killed at the end, whatever happens.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(data: &str) -> Self {
        let mut child = yike()
            .args(["serve", "--data", data, "--listen", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut log = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert!(log.read_line(&mut line).expect("a log") > 0, "it ended before it served");
            if let Some((_, address)) = line.split_once("serving at http://") {
                break address.trim().to_owned();
            }
        };
        // The log must go on being read, or the server would wait for it.
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut log, &mut std::io::sink());
        });
        Self { child, address }
    }

    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("not zero");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: yike\r\nConnection: close\r\n\r\n")
            .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        (status, answer)
    }

    fn terminate(mut self) -> Option<i32> {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(killed.expect("kill runs").success());
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(20) {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it did not stop");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_answers_counts_and_stops() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = divisions(folder.path(), 1);
    assert!(run(&["import", "places", text(&file), "--data", text(&data)]).status.success());
    let streets = town("cul-de-sac");
    assert!(run(&["import", "streets", text(&streets), "--data", text(&data)]).status.success());
    let served = Served::start(text(&data));
    assert_eq!(served.get("/healthz").0, 200);
    assert_eq!(served.get("/readyz").0, 200);
    assert_eq!(served.get("/no/such/page").0, 404);
    let (status, metrics) = served.get("/metrics");
    assert_eq!(status, 200);
    assert!(
        metrics.contains(
            "yike_http_request_seconds_count{route=\"/healthz\",method=\"GET\",status=\"200\"} 1"
        ),
        "{metrics}"
    );
    assert!(!metrics.contains("/no/such/page"), "addresses asked for are not told");
    assert!(metrics.contains("yike_jobs_running 0"));
    assert_eq!(served.terminate(), Some(0));
}

#[test]
fn two_cannot_listen_at_one_address() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = divisions(folder.path(), 1);
    assert!(run(&["import", "places", text(&file), "--data", text(&data)]).status.success());
    let served = Served::start(text(&data));
    let second = run(&["serve", "--data", text(&data), "--listen", &served.address]);
    assert_eq!(second.status.code(), Some(2));
}
