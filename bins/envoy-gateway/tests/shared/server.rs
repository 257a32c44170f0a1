//! The program as a process whose log can be waited for.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
};

use rustix::process::Pid;

/// A server whose log can be waited for; killed if a test leaves it.
pub(crate) struct Server {
    child: Child,
    lines: Receiver<String>,
    log: Vec<String>,
}

impl Server {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let reader = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        // Somebody always reads, so that a full pipe never stops the program.
        thread::spawn(move || reader.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines, log: Vec::new() }
    }

    /// Reads the log up to a line with this text, which the program says before it waits or ends.
    pub(crate) fn says(&mut self, text: &str) -> String {
        while let Ok(line) = self.lines.recv() {
            self.log.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
        panic!("it ended without saying {text:?}: {:#?}", self.log)
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// What it said so far, as far as it was read.
    pub(crate) fn log(&self) -> &[String] {
        &self.log
    }

    /// Reads the log to its end, and says with which code the program ended.
    pub(crate) fn ends(&mut self) -> i32 {
        self.log.extend(self.lines.iter());
        let status = self.child.wait().unwrap();
        status.code().unwrap_or(-1)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}
