//! Envoy's log lines as events of this process.

use std::sync::{Arc, Mutex, PoisonError};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    task::JoinHandle,
};
use tracing::{debug, error, info, trace, warn};

/// The last line in which an Envoy complained, to explain why it ended.
#[derive(Clone, Debug, Default)]
pub(super) struct LastComplaint(Arc<Mutex<Option<String>>>);

impl LastComplaint {
    pub(super) fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, line: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(line.to_owned());
    }
}

/// Forwards lines until the pipe ends.
///
/// Bytes that are no text are replaced rather than refused: a pipe that nobody empties would stop the proxy.
pub(super) fn forward(
    stderr: impl AsyncRead + Unpin + Send + 'static,
    fleet: String,
    complaint: LastComplaint,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut lines = BufReader::new(stderr);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).await.is_ok_and(|length| length > 0) {
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end();
            if !text.is_empty() {
                emit(&fleet, text, &complaint);
            }
            line.clear();
        }
    })
}

fn emit(fleet: &str, line: &str, complaint: &LastComplaint) {
    let Line { level, component, message } = parse(line);
    match level {
        "trace" => trace!(target: "envoy", fleet, component, "{message}"),
        "debug" => debug!(target: "envoy", fleet, component, "{message}"),
        "info" => info!(target: "envoy", fleet, component, "{message}"),
        "error" | "critical" => {
            complaint.set(message);
            error!(target: "envoy", fleet, component, "{message}");
        }
        "" => {
            // Problems with the command line come without a level.
            complaint.set(message);
            warn!(target: "envoy", fleet, component, "{message}");
        }
        _ => warn!(target: "envoy", fleet, component, "{message}"),
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Line<'a> {
    level: &'a str,
    component: &'a str,
    message: &'a str,
}

/// Takes apart `[time][thread][level][component] [file:line] message`; other lines are all message.
fn parse(line: &str) -> Line<'_> {
    let bare = Line { level: "", component: "", message: line };
    let Some((head, rest)) = line.strip_prefix('[').and_then(|rest| rest.split_once("] ")) else {
        return bare;
    };
    let mut fields = head.split("][").skip(2);
    let (Some(level), Some(component), None) = (fields.next(), fields.next(), fields.next()) else {
        return bare;
    };
    // The place in Envoy's source means nothing to its users.
    let message = match rest.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
        Some((_, message)) => message,
        None => rest,
    };
    Line { level, component, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_apart() {
        let line =
            "[2026-11-21 12:00:00.123][42][critical][main] [source/server/server.cc:7] error [x] happened";
        let parsed = Line { level: "critical", component: "main", message: "error [x] happened" };
        assert_eq!(parse(line), parsed);
        let line = "[2026-11-21 12:00:00.123][42][info][config] no source";
        assert_eq!(parse(line), Line { level: "info", component: "config", message: "no source" });
        for bare in ["PARSE ERROR: Argument: --x", "[not] a log line", "[a][b][c] [d] e", ""] {
            assert_eq!(parse(bare), Line { level: "", component: "", message: bare });
        }
    }

    #[tokio::test]
    async fn the_last_complaint_is_kept_whatever_bytes_come() {
        let complaint = LastComplaint::default();
        let input: &[u8] = b"[t][1][critical][main] [f:1] \xff broken\n[t][1][info][main] [f:2] fine";
        forward(input, "fleet".into(), complaint.clone()).await.unwrap();
        assert_eq!(complaint.get().unwrap(), "\u{fffd} broken");
    }
}
