//! Whom to tell of a change (F3548-21 DSS0005,5).

use std::sync::Arc;

use crate::extent::Extent;
use crate::ids::SubscriptionId;
use crate::sky::Sky;

/// A subscription that wants to hear of a change, and its number for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// Its notification index after the change.
    pub index: u32,
}

/// Subscriptions that are told at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriberGroup {
    /// Where.
    pub base_url: Arc<str>,
    /// Ascending by id.
    pub notices: Vec<Notice>,
}

/// What has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// An operational intent.
    Intent,
    /// A constraint.
    Constraint,
}

impl Sky {
    /// Counts the change for every subscription in force that overlaps one of the extents and asks
    /// for such changes, and names them by place, ascending.
    pub(crate) fn notify(&mut self, changed: Changed, extents: &[&Extent]) -> Vec<SubscriberGroup> {
        let mut told: Vec<(Arc<str>, SubscriptionId)> = extents
            .iter()
            .flat_map(|extent| self.subscriptions.live_overlapping(extent, self.now_us, i64::MIN))
            .filter(|subscription| match changed {
                Changed::Intent => subscription.for_intents,
                Changed::Constraint => subscription.for_constraints,
            })
            .map(|subscription| (Arc::clone(&subscription.base_url), subscription.id))
            .collect();
        told.sort_unstable();
        told.dedup();
        let mut groups: Vec<SubscriberGroup> = Vec::new();
        for (base_url, id) in told {
            let Some(subscription) = self.subscriptions.get_mut(id.0) else { continue };
            subscription.notification_index += 1;
            let notice = Notice { subscription: id, index: subscription.notification_index };
            match groups.last_mut() {
                Some(group) if group.base_url == base_url => group.notices.push(notice),
                _ => groups.push(SubscriberGroup { base_url, notices: vec![notice] }),
            }
        }
        groups
    }
}
