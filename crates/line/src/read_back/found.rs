//! The list of differences while it is written.
//!
//! Lists of different length are matched from both ends, so that one element left out in the middle is
//! named as that one, and not as a difference of everything behind it.

use super::{places, shown};
use crate::message::Difference;
use crate::quantity::{Millimetres, Name};
use crate::volume::Place;

/// Differences so far.
pub(super) struct Found {
    differences: Vec<Difference>,
    most: usize,
}

impl Found {
    /// Room for so many; those that come after are dropped.
    pub(super) const fn with_room(most: usize) -> Self {
        Self { differences: Vec::new(), most }
    }

    pub(super) fn is_full(&self) -> bool {
        self.differences.len() >= self.most
    }

    pub(super) fn into_differences(self) -> Vec<Difference> {
        self.differences
    }

    pub(super) fn add(
        &mut self,
        path: &str,
        sent: impl Into<String>,
        read_back: impl Into<String>,
    ) {
        self.add_apart(path, sent.into(), read_back.into(), None);
    }

    fn add_apart(
        &mut self,
        path: &str,
        sent: String,
        read_back: String,
        apart_m: Option<Millimetres>,
    ) {
        if !self.is_full() {
            let field = path.to_owned();
            self.differences.push(Difference { field, sent, read_back, apart_m });
        }
    }

    /// A value that must be the same to the last digit.
    pub(super) fn exact<T: PartialEq>(
        &mut self,
        path: &str,
        sent: &T,
        read_back: &T,
        show: impl Fn(&T) -> String,
    ) {
        if sent != read_back {
            self.add(path, show(sent), show(read_back));
        }
    }

    /// A text that must be the same to the last character, with no regard to how it looks.
    pub(super) fn text(&mut self, path: &str, sent: Option<&str>, read_back: Option<&str>) {
        if sent != read_back {
            let (sent, read_back) = shown::texts(sent, read_back);
            self.add(path, sent, read_back);
        }
    }

    /// A place, which may be up to [`places::PLACES_APART_MAX_M`] beside itself.
    pub(super) fn place(&mut self, path: &str, sent: Place, read_back: Place) {
        if places::same(sent, read_back) {
            return;
        }
        // Rounded up, so that no difference is shown as one that would not count.
        let apart_m = places::apart_m(sent, read_back)
            .map(|apart_m| Millimetres((apart_m * 1e3).ceil() as i64));
        self.add_apart(path, shown::place(sent), shown::place(read_back), apart_m);
    }

    pub(super) fn names(&mut self, path: &str, sent: &[Name], read_back: &[Name]) {
        let inside = |found: &mut Self, path: &str, ours: &Name, theirs: &Name| {
            found.text(path, Some(ours.as_str()), Some(theirs.as_str()));
        };
        self.list(path, sent, read_back, ToString::to_string, inside);
    }

    /// A list in its order; `inside` names the differences of two elements.
    pub(super) fn list<T>(
        &mut self,
        path: &str,
        sent: &[T],
        read_back: &[T],
        show: impl Fn(&T) -> String,
        inside: impl Fn(&mut Self, &str, &T, &T),
    ) {
        let same = |(ours, theirs): &(&T, &T)| {
            let mut found = Self::with_room(1);
            inside(&mut found, "", ours, theirs);
            !found.is_full()
        };
        let (mut ahead, mut behind) = (0, 0);
        if sent.len() != read_back.len() {
            ahead = sent.iter().zip(read_back).take_while(same).count();
            let left = sent.len().min(read_back.len()) - ahead;
            let from_behind = sent.iter().rev().zip(read_back.iter().rev());
            behind = from_behind.take(left).take_while(same).count();
        }
        let sent = &sent[ahead..sent.len() - behind];
        let read_back = &read_back[ahead..read_back.len() - behind];
        for index in 0..sent.len().max(read_back.len()) {
            let path = format!("{path}[{}]", ahead + index);
            match (sent.get(index), read_back.get(index)) {
                (Some(ours), Some(theirs)) => inside(self, &path, ours, theirs),
                (ours, theirs) => {
                    let shown = |one: Option<&T>| one.map_or(shown::ABSENT.into(), &show);
                    self.add(&path, shown(ours), shown(theirs));
                }
            }
        }
    }
}
