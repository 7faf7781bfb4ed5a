//! Requests that were carried out, so that one that comes again is not carried out twice.

use std::collections::{BTreeMap, VecDeque};

use keepclear_entry::RequestId;

/// Requests that are remembered.
const REQUESTS_MAX: usize = 100_000;

/// The newest requests, and what each was answered.
#[derive(Debug)]
pub struct Requests<A> {
    done: BTreeMap<RequestId, ([u8; 32], A)>,
    order: VecDeque<RequestId>,
}

impl<A> Default for Requests<A> {
    fn default() -> Self {
        Self { done: BTreeMap::new(), order: VecDeque::new() }
    }
}

impl<A> Requests<A> {
    /// What was done by it: a hash of what it asked for, and the answer.
    pub fn get(&self, request: RequestId) -> Option<&([u8; 32], A)> {
        self.done.get(&request)
    }

    pub fn insert(&mut self, request: RequestId, asked: [u8; 32], answer: A) {
        if self.done.insert(request, (asked, answer)).is_none() {
            self.order.push_back(request);
        }
        if self.order.len() > REQUESTS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.done.remove(&oldest);
        }
    }
}
