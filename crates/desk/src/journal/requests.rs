//! Requests that were carried out, so that one that comes again is not carried out twice.

use std::collections::{BTreeMap, VecDeque};

use keepclear_entry::RequestId;

use crate::speaking::Said;

/// Requests that are remembered.
const REQUESTS_MAX: usize = 100_000;

/// The newest requests.
#[derive(Debug, Default)]
pub struct Requests {
    done: BTreeMap<RequestId, ([u8; 32], Said)>,
    order: VecDeque<RequestId>,
}

impl Requests {
    /// What was said by it: a hash of the body, and the answer.
    pub fn get(&self, request: RequestId) -> Option<&([u8; 32], Said)> {
        self.done.get(&request)
    }

    pub fn insert(&mut self, request: RequestId, body: [u8; 32], said: Said) {
        if self.done.insert(request, (body, said)).is_none() {
            self.order.push_back(request);
        }
        if self.order.len() > REQUESTS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.done.remove(&oldest);
        }
    }
}
