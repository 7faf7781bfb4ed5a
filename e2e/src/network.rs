//! Two network namespaces with one wire between them that is slow, narrow and loses packets.
//!
//! The kernel drops them where they arrive, so that a connection's own repetitions are at work. Needs root,
//! `ip`, `iptables` and devices of TUN.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::AsFd as _;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::proxy::Link;
use crate::wire::{Wire, device};

/// Names of the wire's two ends, each in its namespace.
const WIRE: &str = "line";

/// Packets at one end.
#[derive(Debug, Clone, Copy)]
pub struct Packets {
    /// Taken in.
    pub taken: u64,
    /// Dropped on purpose.
    pub dropped: u64,
}

/// The two namespaces and their wire; they go when it is dropped.
pub struct Network {
    namespaces: Namespaces,
    wire: Wire,
}

/// What has to be taken away again, also when a network could not be made.
struct Namespaces([String; 2]);

impl Network {
    /// One over such a link, whose both ends drop so many percent of the packets that arrive, at random.
    ///
    /// # Errors
    /// Why this machine does not let us have one.
    pub fn losing(link: Link, percent: u8) -> Result<Self, String> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = |end| format!("keepclear-{}-{number}-{end}", std::process::id());
        let namespaces = Namespaces([name(0), name(1)]);
        for name in &namespaces.0 {
            run(&["ip", "netns", "add", name])?;
        }
        let end =
            |end| namespaces.at(end, || device(WIRE)).map_err(|error| format!("TUN: {error}"));
        let ends = [end(0)?, end(1)?];
        let probability = format!("{:.2}", f64::from(percent) / 100.0);
        for (end, name) in namespaces.0.iter().enumerate() {
            let [own, peer] = [end, 1 - end].map(|end| Self::address(end).to_string());
            run(&["ip", "-n", name, "addr", "add", &own, "peer", &peer, "dev", WIRE])?;
            run(&["ip", "-n", name, "link", "set", WIRE, "up"])?;
            run(&["ip", "-n", name, "link", "set", "lo", "up"])?;
            let inside = ["ip", "netns", "exec", name, "iptables", "-A", "INPUT", "-i", WIRE];
            let random = ["-m", "statistic", "--mode", "random", "--probability", &probability];
            run(&[&inside[..], &random, &["-j", "DROP"]].concat())?;
            // Counts the others.
            run(&[&inside[..], &["-j", "ACCEPT"]].concat())?;
        }
        Ok(Self { namespaces, wire: Wire::between(ends, link) })
    }

    /// The name of one end's namespace.
    pub fn namespace(&self, end: usize) -> &str {
        &self.namespaces.0[end]
    }

    /// The address of an end.
    pub fn address(end: usize) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(10, 77, 0, if end == 0 { 1 } else { 2 }))
    }

    /// The wire.
    pub fn wire(&self) -> &Wire {
        &self.wire
    }

    /// What came to one end so far.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn packets(&self, end: usize) -> Packets {
        let list = ["iptables", "-nvxL", "INPUT"];
        let inside = ["ip", "netns", "exec", &self.namespaces.0[end]];
        let printed = run(&[&inside[..], &list].concat()).unwrap();
        // A rule's line begins with its packets and bytes, and then says what becomes of them.
        let count = |target: &str| {
            let of = |line: &str| {
                let mut words = line.split_whitespace();
                let packets = words.next()?.parse().ok()?;
                (words.nth(1)? == target).then_some(packets)
            };
            printed.lines().find_map(of).unwrap()
        };
        Packets { taken: count("ACCEPT"), dropped: count("DROP") }
    }
}

impl Namespaces {
    /// Does something at one end: what it listens on and connects to is there, also in threads that it starts.
    ///
    /// # Panics
    /// When the namespace cannot be entered, or the work panics.
    fn at<T: Send>(&self, end: usize, work: impl FnOnce() -> T + Send) -> T {
        let file = File::open(format!("/run/netns/{}", self.0[end])).unwrap();
        std::thread::scope(|scope| {
            let inside = scope.spawn(move || {
                move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
                work()
            });
            inside.join().unwrap()
        })
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        for name in &self.0 {
            // One that was never made cannot be taken away. The device goes by itself: while the wire holds
            // it, the namespace would stay.
            let _ = run(&["ip", "-n", name, "link", "del", WIRE]);
            let _ = run(&["ip", "netns", "del", name]);
        }
    }
}

/// What a command prints.
fn run(words: &[&str]) -> Result<String, String> {
    let done = Command::new(words[0]).args(&words[1..]).output();
    let done = done.map_err(|error| format!("{}: {error}", words[0]))?;
    if done.status.success() {
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&done.stderr);
        Err(format!("{}: {}", words.join(" "), said.trim()))
    }
}
