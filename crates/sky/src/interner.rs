//! One copy of each text that many records share, such as managers and base URLs.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Counted texts; a text leaves with its last holder.
#[derive(Debug, Clone, Default)]
pub struct Interner {
    held: BTreeMap<Arc<str>, usize>,
}

impl Interner {
    /// The shared copy, held once more.
    pub fn hold(&mut self, text: &str) -> Arc<str> {
        if let Some((shared, _)) = self.held.get_key_value(text) {
            let shared = Arc::clone(shared);
            if let Some(count) = self.held.get_mut(text) {
                *count += 1;
            }
            return shared;
        }
        let shared: Arc<str> = text.into();
        self.held.insert(Arc::clone(&shared), 1);
        shared
    }

    /// Held once less.
    pub fn release(&mut self, text: &str) {
        let Some(count) = self.held.get_mut(text) else { return };
        *count -= 1;
        if *count == 0 {
            self.held.remove(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shared_while_held_and_gone_afterwards() {
        let mut interner = Interner::default();
        let (a, b) = (interner.hold("uss1"), interner.hold("uss1"));
        assert!(Arc::ptr_eq(&a, &b));
        interner.release("uss1");
        assert_eq!(interner.held.len(), 1);
        interner.release("uss1");
        assert!(interner.held.is_empty());
    }
}
