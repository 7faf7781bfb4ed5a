//! What leaves by itself as sky time passes. A bounded amount a command, so that none waits long.

use crate::sky::Sky;

impl Sky {
    /// Moves what has ended out of the way of writes and takes out what ended longer ago than the
    /// charter keeps it.
    pub(crate) fn sweep(&mut self) {
        let now_us = self.now_us;
        let forget_us = now_us.saturating_sub(self.charter.retention_us);
        for intent in self.intents.sweep(now_us, forget_us) {
            self.release(&intent.manager, &intent.base_url);
            if let Some(id) = intent.subscription {
                self.detach(id, intent.id);
            }
        }
        for constraint in self.constraints.sweep(now_us, forget_us) {
            self.release(&constraint.manager, &constraint.base_url);
        }
        for subscription in self.subscriptions.sweep(now_us, forget_us) {
            self.release(&subscription.manager, &subscription.base_url);
        }
        self.past_ovns.sweep(now_us);
        self.tombstones.sweep(now_us);
    }

    /// Whether a [`crate::Command::Tick`] at this time would find something to do.
    pub fn is_due(&self, now_us: i64) -> bool {
        self.intents.is_due(now_us)
            || self.constraints.is_due(now_us)
            || self.subscriptions.is_due(now_us)
            || self.forgets(now_us)
    }

    /// Whether a command at this time would first make the sky forget something: only that can
    /// change what the command is answered.
    pub(crate) fn forgets(&self, now_us: i64) -> bool {
        let forget_us = now_us.saturating_sub(self.charter.retention_us);
        self.intents.forgets(forget_us)
            || self.constraints.forgets(forget_us)
            || self.subscriptions.forgets(forget_us)
    }
}
