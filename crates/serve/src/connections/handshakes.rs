//! Connections that are not through their TLS handshake, counted by where they come from: until then
//! anybody can hold one, and afterwards whoever decides on certificates has let it in, and
//! `clients.rs` counts it.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts them.
pub struct Handshakes {
    most: usize,
    by_network: Mutex<HashMap<IpAddr, usize>>,
}

/// One that is under way, until it is dropped.
pub struct Handshake {
    of: Arc<Handshakes>,
    network: IpAddr,
}

impl Handshakes {
    /// At most so many from one address.
    pub fn new(most: usize) -> Self {
        Self { most, by_network: Mutex::default() }
    }

    /// One more; none when that would be one too many.
    pub fn begin(self: &Arc<Self>, from: IpAddr) -> Option<Handshake> {
        let network = network(from);
        let mut by_network = self.lock();
        let count = by_network.entry(network).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Handshake { of: Arc::clone(self), network })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.by_network.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Handshake {
    fn drop(&mut self) {
        let mut by_network = self.of.lock();
        if let Some(count) = by_network.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                by_network.remove(&self.network);
            }
        }
    }
}

/// One host has at least 2^64 addresses of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_at_once_and_a_network_of_ipv6_counts_as_one() {
        let handshakes = Arc::new(Handshakes::new(2));
        let begin = |address: &str| handshakes.begin(address.parse().unwrap());
        let first = begin("192.0.2.1");
        let (second, third) = (begin("::ffff:192.0.2.1"), begin("192.0.2.1"));
        assert!(first.is_some() && second.is_some() && third.is_none());
        assert!(begin("192.0.2.2").is_some());
        drop(first);
        assert!(begin("192.0.2.1").is_some());
        let (one, other) = (begin("2001:db8:0:1::1"), begin("2001:db8:0:1:ffff::2"));
        assert!(one.is_some() && other.is_some() && begin("2001:db8:0:1::3").is_none());
        drop((one, other, second));
        assert!(handshakes.lock().is_empty());
    }
}
