//! Open connections, counted by the certificate that their client showed: who has been let in could
//! otherwise take every place, and keep out all others.
//!
//! One too many closes the oldest, not itself: after a cut the connections that a client has lost still
//! count here until they are overdue, and the client must get back in at once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::pki_types::CertificateDer;
use tokio::sync::Notify;

/// Counts them.
pub struct Clients {
    most: usize,
    /// Of each certificate, the oldest first.
    open: Mutex<HashMap<CertificateDer<'static>, VecDeque<Arc<Notify>>>>,
}

/// The place of one that is open, until it is dropped.
pub struct Place {
    of: Arc<Clients>,
    certificate: CertificateDer<'static>,
    crowded_out: Arc<Notify>,
}

impl Clients {
    /// At most so many with one certificate, and at least one.
    pub fn new(most: usize) -> Self {
        Self { most, open: Mutex::default() }
    }

    /// One more; when that is one too many, the oldest is told to close.
    pub fn enter(self: &Arc<Self>, certificate: CertificateDer<'static>) -> Place {
        let crowded_out = Arc::new(Notify::new());
        let mut open = self.lock();
        let places = open.entry(certificate.clone()).or_default();
        if places.len() >= self.most
            && let Some(oldest) = places.pop_front()
        {
            oldest.notify_one();
        }
        places.push_back(Arc::clone(&crowded_out));
        Place { of: Arc::clone(self), certificate, crowded_out }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CertificateDer<'static>, VecDeque<Arc<Notify>>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Comes when a newer connection has taken this place.
    pub async fn crowded_out(&self) {
        self.crowded_out.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.of.lock();
        if let Some(places) = open.get_mut(&self.certificate) {
            places.retain(|place| !Arc::ptr_eq(place, &self.crowded_out));
            if places.is_empty() {
                open.remove(&self.certificate);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    fn has_to_close(place: &Place) -> bool {
        pin!(place.crowded_out()).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn one_too_many_of_a_certificate_takes_the_place_of_its_oldest() {
        let clients = Arc::new(Clients::new(2));
        let enter = |certificate: u8| clients.enter(vec![certificate].into());
        let (other, first, second) = (enter(1), enter(2), enter(2));
        assert!(!has_to_close(&first));
        let third = enter(2);
        assert!(has_to_close(&first));
        drop((first, second));
        let fourth = enter(2);
        assert!(![&other, &third, &fourth].into_iter().any(has_to_close));
        drop((other, third, fourth));
        assert!(clients.lock().is_empty());
    }
}
