//! A sky as a real process: started, asked, stopped, killed.
//!
//! A [`Sky`] holds its log against the test that used it: a line with WARN or ERROR that was not announced in
//! [`Options::allowed_in_log`] fails the test when the sky stops or is dropped.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod client;
mod issuer;
mod tls;

use std::io::{BufRead as _, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

pub use client::{Client, Request, Response, head, read_response};
pub use issuer::{AUDIENCE, Issuer, claims, now_s};
pub use tls::Certificate;

/// Longest that a start or a stop may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a sky is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Flags besides the folder, the address, the key and the audience.
    pub flags: Vec<String>,
    /// Environment variables besides those of the test.
    pub environment: Vec<(&'static str, String)>,
    /// The flags say whose tokens are taken; else [`Issuer::trusted`] is.
    pub names_issuers: bool,
    /// It is waited for until it is ready; else until it answers at all.
    pub is_ready_at_start: bool,
    /// A folder that outlives the sky, in place of a fresh one.
    pub data: Option<PathBuf>,
    /// Listens with TLS and shows this certificate.
    pub certificate: Option<Arc<Certificate>>,
    /// Parts of lines with WARN or ERROR that this test asks for.
    pub allowed_in_log: Vec<&'static str>,
}

impl Default for Options {
    /// A sky that takes `http` base URLs, as most tests do.
    fn default() -> Self {
        Self::with_flags(&["--allow-http-base-urls"])
    }
}

impl Options {
    /// These flags alone.
    pub fn with_flags(flags: &[&str]) -> Self {
        let flags = flags.iter().map(|&flag| flag.to_owned()).collect();
        Self {
            flags,
            environment: Vec::new(),
            names_issuers: false,
            is_ready_at_start: true,
            data: None,
            certificate: None,
            allowed_in_log: Vec::new(),
        }
    }
}

/// A running sky with a folder of its own.
#[derive(Debug)]
pub struct Sky {
    options: Options,
    folder: tempfile::TempDir,
    address: SocketAddr,
    client: Client,
    process: Option<Process>,
    log: Lines,
}

/// What a process said on both outputs, line by line, over all its starts.
type Lines = Arc<Mutex<Vec<String>>>;

#[derive(Debug)]
struct Process {
    child: Child,
    readers: Vec<JoinHandle<()>>,
}

impl Sky {
    /// Starts a sky on a fresh folder and waits until it is ready.
    ///
    /// # Panics
    /// When it is not ready in time; the message holds its log.
    pub fn start(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key.pem"), Issuer::trusted().public_pem()).unwrap();
        let mut sky = Self {
            options,
            folder,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            client: Client::default(),
            process: None,
            log: Lines::default(),
        };
        if let Some(certificate) = &sky.options.certificate {
            std::fs::write(sky.in_folder("cert.pem"), certificate.pem()).unwrap();
            std::fs::write(sky.in_folder("cert-key.pem"), certificate.key_pem()).unwrap();
        }
        sky.launch();
        sky
    }

    /// The sky that tests share who only need one with default options. It lives as long as one of them holds it.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Sky>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let sky = Arc::new(Self::start(Options::default()));
            *shared = Arc::downgrade(&sky);
            sky
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.options.data.clone().unwrap_or_else(|| self.in_folder("data"))
    }

    fn in_folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A good token.
    pub fn token(&self, subject: &str, scopes: &[&str]) -> String {
        Issuer::trusted().sign(&claims(subject, scopes))
    }

    /// Sends a request with a token and a JSON body, where given.
    ///
    /// # Panics
    /// When there is no answer; the message holds the log.
    pub fn request(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Response {
        let authorization = token.map(|token| format!("Bearer {token}"));
        let body = body.map(Value::to_string);
        self.send(&Request {
            method,
            path,
            authorization: authorization.as_deref(),
            content_type: body.as_ref().map(|_| "application/json"),
            body: body.as_ref().map(String::as_bytes),
        })
    }

    /// Sends a request as it is.
    ///
    /// # Panics
    /// When there is no answer; the message holds the log.
    pub fn send(&self, request: &Request<'_>) -> Response {
        let (method, path) = (request.method, request.path);
        self.client.send(self.address, request).unwrap_or_else(|error| {
            panic!("{method} {path}: {error}\n{}", self.log_lines().join("\n"))
        })
    }

    /// What it has said so far.
    pub fn log_lines(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The lines with WARN or ERROR that nobody asked for.
    pub fn trouble(&self) -> Vec<String> {
        let is_trouble = |line: &String| {
            let mut words = line.split(|c: char| !c.is_ascii_alphanumeric());
            words.any(|word| word == "WARN" || word == "ERROR" || word == "panicked")
                && !self.options.allowed_in_log.iter().any(|part| line.contains(part))
        };
        self.log_lines().into_iter().filter(is_trouble).collect()
    }

    /// Ends it in order (SIGTERM).
    ///
    /// # Panics
    /// When it does not end in time, ends with an error, or its log holds trouble.
    pub fn stop(&mut self) {
        let Some(process) = self.process.take() else { return };
        let pid = Pid::from_child(&process.child);
        kill_process(pid, Signal::TERM).unwrap();
        let status = process.wait().unwrap_or_else(|| {
            panic!("still running {PATIENCE:?} after SIGTERM:\n{}", self.log_lines().join("\n"))
        });
        self.client = Client::default();
        assert!(status.success(), "{status}:\n{}", self.log_lines().join("\n"));
        let trouble = self.trouble();
        assert!(trouble.is_empty(), "the sky's log is not clean:\n{}", trouble.join("\n"));
    }

    /// Kills it with no chance to do anything (SIGKILL).
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill9(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        process.child.kill().unwrap();
        process.wait().unwrap();
        self.client = Client::default();
    }

    /// Starts it again on the same folder, after a stop in order when it still runs.
    ///
    /// # Panics
    /// As [`Sky::stop`] and [`Sky::start`].
    pub fn restart(&mut self) {
        self.stop();
        self.launch();
    }

    fn launch(&mut self) {
        let certificate = self.options.certificate.as_ref();
        self.client = certificate.map_or_else(Client::default, |it| Client::with_tls(it.client()));
        let before = self.log_lines().len();
        self.spawn();
        let address = poll_for(PATIENCE, || match self.address_said_after(before) {
            None if self.has_ended() => Some(None),
            said => said.map(Some),
        });
        if let Some(Some(address)) = address {
            self.address = address;
            if self.is_ready_in_time() {
                return;
            }
        }
        self.kill9();
        panic!("the sky did not become ready:\n{}", self.log_lines().split_off(before).join("\n"));
    }

    /// It listens on a port of its own choice and says which.
    fn address_said_after(&self, line: usize) -> Option<SocketAddr> {
        let lines = self.log_lines().split_off(line);
        let scheme = if self.options.certificate.is_some() { "https" } else { "http" };
        let words = format!("listening on {scheme}://");
        let said = lines.iter().find_map(|line| line.split_once(&words))?;
        said.1.split_whitespace().next()?.parse().ok()
    }

    fn has_ended(&mut self) -> bool {
        self.process.as_mut().is_none_or(|it| it.child.try_wait().unwrap().is_some())
    }

    fn spawn(&mut self) {
        let mut command = Command::new(crate::binary());
        command.arg("sky").arg("--data").arg(self.data());
        command.args(["--listen", "127.0.0.1:0", "--audiences", AUDIENCE]);
        if !self.options.names_issuers {
            command.arg("--public-key-files").arg(self.in_folder("key.pem"));
        }
        if self.options.certificate.is_some() {
            command.arg("--tls-cert").arg(self.in_folder("cert.pem"));
            command.arg("--tls-key").arg(self.in_folder("cert-key.pem"));
        }
        command.args(&self.options.flags);
        command.envs(self.options.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let readers = [
            child.stdout.take().map(|output| collect(output, &self.log)),
            child.stderr.take().map(|output| collect(output, &self.log)),
        ];
        self.process = Some(Process { child, readers: readers.into_iter().flatten().collect() });
    }

    /// False when the process ended or has not become ready in time.
    fn is_ready_in_time(&mut self) -> bool {
        let ready = Request {
            method: "GET",
            path: "/ready",
            authorization: None,
            content_type: None,
            body: None,
        };
        poll_for(PATIENCE, || match self.client.send(self.address, &ready) {
            Ok(response) if response.status == 200 || !self.options.is_ready_at_start => Some(true),
            _ if self.has_ended() => Some(false),
            _ => None,
        })
        .unwrap_or(false)
    }
}

impl Drop for Sky {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.kill9();
        } else {
            self.stop();
        }
    }
}

impl Process {
    /// Waits for the end and for the last line; `None` when it does not come in time.
    fn wait(mut self) -> Option<ExitStatus> {
        let status = poll_for(PATIENCE, || self.child.try_wait().unwrap());
        if status.is_none() {
            self.child.kill().unwrap();
            self.child.wait().unwrap();
        }
        for reader in self.readers {
            reader.join().unwrap();
        }
        status
    }
}

fn collect(output: impl Read + Send + 'static, log: &Lines) -> JoinHandle<()> {
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    })
}

/// Asks again and again until there is an answer; `None` when there is none in time.
pub fn poll_for<T>(patience: Duration, mut condition: impl FnMut() -> Option<T>) -> Option<T> {
    const PAUSE: Duration = Duration::from_millis(5);
    let deadline = Instant::now() + patience;
    loop {
        let found = condition();
        if found.is_some() || Instant::now() > deadline {
            return found;
        }
        std::thread::park_timeout(PAUSE);
    }
}
