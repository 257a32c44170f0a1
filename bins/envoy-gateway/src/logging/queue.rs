//! Lines of the log on their way to standard output.
//!
//! Whoever logs never waits for whoever reads: lines go through a bounded queue to a thread of their own, and those for
//! which there is no place are lost and counted. At the end, what is in the queue is waited for, but not for long.

use std::{
    io::{self, Write},
    sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    thread,
    time::{Duration, Instant},
};

use eg_telemetry::Metrics;
use tracing_subscriber::fmt::MakeWriter;

/// Lines that wait at most.
const LINES: usize = 8192;
/// How long the end of the program waits for a reader.
const PATIENCE: Duration = Duration::from_secs(1);
/// Pause between two attempts to find a place at the end.
const PAUSE: Duration = Duration::from_millis(10);

enum Item {
    Line(Vec<u8>),
    /// Everything before it was written.
    Mark(SyncSender<()>),
}

/// A queue whose clones lead to the same place.
#[derive(Clone)]
pub(super) struct Queue {
    items: SyncSender<Item>,
    metrics: Metrics,
}

impl Queue {
    /// A queue that leads to `out`, with the usual size.
    pub(super) fn start(out: impl Write + Send + 'static, metrics: Metrics) -> io::Result<Self> {
        Self::with_places(LINES, out, metrics)
    }

    fn with_places(places: usize, out: impl Write + Send + 'static, metrics: Metrics) -> io::Result<Self> {
        let (items, inbox) = sync_channel(places);
        thread::Builder::new().name("log".to_owned()).spawn(move || write(&inbox, out))?;
        Ok(Self { items, metrics })
    }

    /// Waits until everything that was logged is written, but not for long.
    pub(super) fn finish(&self) {
        let deadline = Instant::now() + PATIENCE;
        let (done, marked) = sync_channel(1);
        let mut mark = Item::Mark(done);
        while let Err(TrySendError::Full(back)) = self.items.try_send(mark) {
            if Instant::now() > deadline {
                return;
            }
            mark = back;
            thread::sleep(PAUSE);
        }
        let _late = marked.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    }
}

fn write(inbox: &Receiver<Item>, mut out: impl Write) {
    for item in inbox {
        // Where nobody reads any more, there is nobody to tell.
        let _unread = match item {
            Item::Line(line) => out.write_all(&line),
            Item::Mark(done) => {
                let flushed = out.flush();
                let _ended = done.try_send(());
                flushed
            }
        };
    }
}

impl Write for Queue {
    /// Takes a whole line, which is how the subscriber writes.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.items.try_send(Item::Line(line.to_vec())).is_err() {
            self.metrics.log_lines_lost.count([]);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Queue {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader, pipe},
        time::Instant,
    };

    use super::*;

    #[test]
    fn nobody_waits_for_a_reader_and_what_is_lost_is_counted() {
        let (reader, writer) = pipe().unwrap();
        let metrics = Metrics::new();
        let mut queue = Queue::with_places(4, writer, metrics.clone()).unwrap();
        // More than any pipe and the queue hold.
        let line = [&vec![b'x'; 99_999][..], b"\n"].concat();
        for _ in 0..40 {
            queue.write_all(&line).unwrap();
        }
        let lost = metrics.log_lines_lost.value([]);
        assert!(lost >= 30, "{lost}");
        let began = Instant::now();
        queue.finish();
        assert!(began.elapsed() < PATIENCE * 5);

        // What was not lost comes, each line whole, and then new ones.
        let mut lines = BufReader::new(reader).lines();
        for _ in lost..40 {
            assert_eq!(lines.next().unwrap().unwrap().len(), 99_999);
        }
        queue.write_all(b"after\n").unwrap();
        assert_eq!(lines.next().unwrap().unwrap(), "after");
        queue.finish();
        assert_eq!(metrics.log_lines_lost.value([]), lost);
    }
}
