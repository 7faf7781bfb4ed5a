//! A desk as a real process: started for trials, spoken with by `keepclear line`, stopped, killed, paused.
//!
//! A [`Desk`] holds its log against the test that used it, as [`crate::sky::Sky`] does. It keeps its two ports over
//! all its starts, since its peers know its address from its card.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod output;
mod pairing;
mod place;

pub use pairing::pair;
pub use place::Place;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::proxy::Proxy;
use crate::sky::poll_for;
use crate::{Run, finished, keepclear};
use output::{Output, address_after};

/// Longest that anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running desk with a folder of its own.
pub struct Desk {
    party: &'static str,
    flags: Vec<String>,
    place: Place,
    allowed_in_log: Vec<&'static str>,
    folder: tempfile::TempDir,
    people: SocketAddr,
    line: SocketAddr,
    child: Option<Child>,
    readers: Vec<JoinHandle<()>>,
    output: Output,
    paused: bool,
}

impl Desk {
    /// Starts an exercise's desk on a fresh folder, and waits until it listens.
    ///
    /// # Panics
    /// When it does not in time; the message holds its log.
    pub fn start(party: &'static str, flags: &[&str]) -> Self {
        Self::start_in(Place::default(), party, flags)
    }

    /// The same in a place of its own.
    ///
    /// # Panics
    /// As [`Desk::start`].
    pub fn start_in(place: Place, party: &'static str, flags: &[&str]) -> Self {
        let own = IpAddr::from(Ipv4Addr::LOCALHOST);
        let line = SocketAddr::new(place.address.unwrap_or(own), 0);
        let mut desk = Self {
            party,
            flags: flags.iter().map(|&flag| flag.to_owned()).collect(),
            place,
            // Whoever takes a card first asks a desk that has not taken theirs yet.
            allowed_in_log: Vec::new(),
            folder: tempfile::tempdir().unwrap(),
            people: SocketAddr::new(own, 0),
            line,
            child: None,
            readers: Vec::new(),
            output: Output::default(),
            paused: false,
        };
        desk.launch();
        desk
    }

    /// The same behind a proxy that its peers go through.
    ///
    /// # Panics
    /// As [`Desk::start`].
    pub fn start_behind(proxy: &Proxy, party: &'static str, flags: &[&str]) -> Self {
        let url = format!("https://{}", proxy.address());
        let desk = Self::start(party, &[flags, &["--line-url", &url]].concat());
        proxy.retarget(desk.line);
        desk
    }

    /// Parts of lines with WARN or ERROR that this test asks for.
    pub fn allow_in_log(&mut self, parts: &[&'static str]) {
        self.allowed_in_log.extend(parts);
    }

    /// Its party.
    pub fn party(&self) -> &'static str {
        self.party
    }

    /// URL for its people.
    pub fn url(&self) -> String {
        format!("http://{}", self.people)
    }

    /// Where its people reach it.
    pub fn people(&self) -> SocketAddr {
        self.people
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        let own = || self.folder.path().join("data");
        self.place.data.clone().unwrap_or_else(own)
    }

    /// A file beside it.
    pub fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// A token file of the trial: read, speak or supervise.
    pub fn token_file(&self, role: &str) -> String {
        self.data().join(format!("{role}.token")).display().to_string()
    }

    /// `keepclear line` at this desk, as a person with a role's token.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn line_as(&self, role: &str, arguments: &[&str]) -> Run {
        let (url, token) = (self.url(), self.token_file(role));
        let access = ["--desk", &url, "--token-file", &token];
        finished(self.place.keepclear().arg("line").args(arguments).args(access))
    }

    /// The same as a supervisor, and it must be done.
    ///
    /// # Panics
    /// When it is not; the message holds what it said.
    pub fn line(&self, arguments: &[&str]) -> String {
        let run = self.line_as("supervise", arguments);
        assert_eq!(
            run.code,
            0,
            "{}: line {arguments:?}\n{}\n{}\n{}",
            self.party,
            run.stdout,
            run.stderr,
            self.log_lines().join("\n")
        );
        run.stdout
    }

    /// The same, as JSON.
    ///
    /// # Panics
    /// As [`Desk::line`].
    pub fn json(&self, arguments: &[&str]) -> Value {
        let printed = self.line(&[arguments, &["--json"]].concat());
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
    }

    /// One picture of `keepclear watch`.
    ///
    /// # Panics
    /// When there is none.
    pub fn watch(&self) -> String {
        let (url, token) = (self.url(), self.token_file("read"));
        let arguments = ["watch", "--once", "--desk", &url, "--token-file", &token];
        let run = finished(self.place.keepclear().args(arguments));
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.stdout
    }

    /// The line to the only peer.
    ///
    /// # Panics
    /// When there is none.
    pub fn line_view(&self, peer: &Self) -> Value {
        self.json(&["status", peer.party])
    }

    /// The newest exchanges with the peer, in short, the newest first.
    ///
    /// # Panics
    /// As [`Desk::line_view`].
    pub fn exchanges(&self, peer: &Self) -> Vec<Value> {
        self.json(&["list", peer.party])["exchanges"].as_array().unwrap().clone()
    }

    /// How the line to the peer is.
    ///
    /// # Panics
    /// As [`Desk::line_view`].
    pub fn line_state(&self, peer: &Self) -> String {
        self.line_view(peer)["health"]["state"].as_str().unwrap().to_owned()
    }

    /// Waits until something is so.
    ///
    /// # Panics
    /// When it is not in time.
    pub fn until<T>(&self, what: &str, condition: impl FnMut() -> Option<T>) -> T {
        poll_for(PATIENCE, condition).unwrap_or_else(|| {
            panic!("{}: not in time: {what}\n{}", self.party, self.log_lines().join("\n"))
        })
    }

    /// One exchange as it stands here.
    ///
    /// # Panics
    /// When there is none.
    pub fn exchange(&self, id: &str) -> Value {
        self.json(&["show", id])["exchange"].clone()
    }

    /// Waits until an exchange stands so here.
    ///
    /// # Panics
    /// When it does not in time.
    pub fn until_exchange(&self, id: &str, state: &str) -> Value {
        self.until_seen(id, state, |seen| seen["state"] == state)
    }

    /// Waits until an exchange is known here.
    ///
    /// # Panics
    /// When it is not in time.
    pub fn until_known(&self, id: &str) -> Value {
        self.until_seen(id, "is known", Value::is_object)
    }

    fn until_seen(&self, id: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.until(&format!("exchange {id} {what}"), || {
            let run = self.line_as("read", &["show", id, "--json"]);
            let found: Value = serde_json::from_str(&run.stdout).unwrap_or_default();
            Some(&found["exchange"]).filter(|seen| fits(seen)).cloned()
        })
    }

    /// Writes this side's record of the line.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn export(&self, peer: &Self) -> String {
        let (data, out) = (self.data().display().to_string(), self.file("record.export"));
        // An export never replaces one.
        let _ = std::fs::remove_file(&out);
        let run =
            keepclear(&["record", "export", "--data", &data, "--peer", peer.party, "--out", &out]);
        assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
        out
    }

    /// What it has said so far.
    pub fn log_lines(&self) -> Vec<String> {
        self.output.lines()
    }

    /// Stops the process as if the machine hung, or lets it go on.
    ///
    /// # Panics
    /// When it does not run.
    pub fn pause(&mut self, paused: bool) {
        let pid = Pid::from_child(self.child.as_ref().unwrap());
        kill_process(pid, if paused { Signal::STOP } else { Signal::CONT }).unwrap();
        self.paused = paused;
    }

    /// The process, for [`Desk::kill_process`].
    ///
    /// # Panics
    /// When it does not run.
    pub fn process_id(&self) -> Pid {
        Pid::from_child(self.child.as_ref().unwrap())
    }

    /// Kills a desk's process while somebody speaks through it; [`Desk::kill9`] must follow.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill_process(pid: Pid) {
        kill_process(pid, Signal::KILL).unwrap();
    }

    /// Kills it with no chance to do anything (SIGKILL).
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill9(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
            self.join_readers();
        }
    }

    /// Starts it again on the same folder and the same ports.
    ///
    /// # Panics
    /// As [`Desk::start`].
    pub fn launch(&mut self) {
        let before = self.log_lines().len();
        let mut command = self.place.keepclear();
        command.envs(self.place.environment.iter().map(|(name, value)| (name, value)));
        command.args(["desk", "--trial", "--exercise", "--party", self.party]);
        command.arg("--data").arg(self.data());
        command.args(["--listen", &self.people.to_string()]);
        command.args(["--line-listen", &self.line.to_string()]);
        command.args(["--trial-issuer-listen", "127.0.0.1:0"]);
        // A test asks as fast as it can.
        command.args(["--requests-per-second-per-client", "10000"]).args(&self.flags);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let outputs = [
            child.stdout.take().map(|output| self.output.collect(output)),
            child.stderr.take().map(|output| self.output.collect(output)),
        ];
        self.readers.extend(outputs.into_iter().flatten());
        self.child = Some(child);
        let said = poll_for(PATIENCE, || {
            let lines = self.log_lines().split_off(before);
            let people = address_after(&lines, "listening on http://");
            let line = address_after(&lines, "other desks on https://");
            let ended = self.child.as_mut().is_none_or(|it| it.try_wait().unwrap().is_some());
            match people.zip(line) {
                None if ended => Some(None),
                found => found.map(Some),
            }
        });
        let Some(Some((people, line))) = said else {
            self.kill9();
            panic!("the desk did not start:\n{}", self.log_lines().split_off(before).join("\n"));
        };
        (self.people, self.line) = (people, line);
    }

    /// The lines with WARN or ERROR that nobody asked for.
    pub fn trouble(&self) -> Vec<String> {
        let is_trouble = |line: &String| {
            let mut words = line.split(|c: char| !c.is_ascii_alphanumeric());
            words.any(|word| word == "WARN" || word == "ERROR" || word == "panicked")
                && !self.allowed_in_log.iter().any(|part| line.contains(part))
        };
        self.log_lines().into_iter().filter(is_trouble).collect()
    }

    /// Ends it in order (SIGTERM).
    ///
    /// # Panics
    /// When it does not end in time, ends with an error, or its log holds trouble.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let pid = Pid::from_child(&child);
        if self.paused {
            kill_process(pid, Signal::CONT).unwrap();
        }
        kill_process(pid, Signal::TERM).unwrap();
        let status: Option<ExitStatus> = poll_for(PATIENCE, || child.try_wait().unwrap());
        if status.is_none() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        self.join_readers();
        let log = self.log_lines().join("\n");
        let status = status.unwrap_or_else(|| panic!("still running after SIGTERM:\n{log}"));
        assert!(status.success(), "{status}:\n{log}");
        let trouble = self.trouble();
        assert!(trouble.is_empty(), "the desk's log is not clean:\n{}", trouble.join("\n"));
    }

    fn join_readers(&mut self) {
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.kill9();
        } else {
            self.stop();
        }
    }
}
