//! The page as Prometheus asks for it.

#![expect(clippy::unwrap_used, reason = "a test cannot go on without what it prepares")]

use std::{fmt::Write, net::SocketAddr};

use eg_telemetry::{Metrics, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

async fn ask(address: SocketAddr, line: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{line} HTTP/1.1\r\nhost: metrics\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_shows_what_was_counted_until_it_is_stopped() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let metrics = Metrics::new();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve(listener, metrics.clone(), async { drop(stopped.await) }));
    metrics.units.add(["route"], 3);

    let answer = ask(address, "GET /metrics").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains(&format!("content-type: {}\r\n", Metrics::MEDIA_TYPE)), "{answer}");
    assert!(answer.contains("\neg_units_run_total{unit=\"route\"} 3\n"), "{answer}");
    assert!(answer.ends_with("# EOF\n"), "{answer}");
    let answer = ask(address, "GET /").await;
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    let answer = ask(address, "POST /metrics").await;
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");

    // A client that says nothing keeps no other one waiting.
    let _silent = TcpStream::connect(address).await.unwrap();
    assert!(ask(address, "GET /metrics").await.starts_with("HTTP/1.1 200 "));
    stop.send(()).unwrap();
    serving.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[test]
fn the_documentation_lists_every_metric_and_no_other() {
    let page = include_str!("../../../docs/metrics.md");
    let table = page.lines().skip_while(|line| !line.starts_with("| metric |")).skip(2);
    let listed: Vec<&str> = table.take_while(|line| line.starts_with('|')).collect();
    let mut expected = String::new();
    for one in Metrics::new().descriptions() {
        let labels: Vec<String> = one.labels.iter().map(|label| format!("`{label}`")).collect();
        writeln!(
            expected,
            "| `{}` | {} | {} | {} |",
            one.name,
            one.r#type.as_str(),
            labels.join(", "),
            one.help.trim_end_matches('.')
        )
        .unwrap();
    }
    assert_eq!(listed, expected.lines().collect::<Vec<_>>(), "the table should be:\n{expected}");
}
