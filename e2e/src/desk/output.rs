//! What a desk's process prints, kept line by line.

use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Lines so far, shared with the threads that read.
#[derive(Default, Clone)]
pub(super) struct Output(Arc<Mutex<Vec<String>>>);

impl Output {
    pub(super) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads on in a thread until the process closes it.
    pub(super) fn collect(&self, output: impl Read + Send + 'static) -> JoinHandle<()> {
        let lines = Arc::clone(&self.0);
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        })
    }
}

/// The address behind some words.
pub(super) fn address_after(lines: &[String], words: &str) -> Option<SocketAddr> {
    let rest = lines.iter().find_map(|line| line.split_once(words))?.1;
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ':'));
    rest[..end.unwrap_or(rest.len())].parse().ok()
}
