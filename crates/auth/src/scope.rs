//! The scopes of a token: the known ones as bits, all others as text.
//!
//! A scope is compared whole and in its own case; there are no prefixes and no wildcards.

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A scope that some operation of the sky or the desk asks for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Scope {
            $($(#[$doc])* $name,)*
        }

        impl Scope {
            /// Every known scope.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The scope as tokens and the OpenAPI files spell it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// The known scope that is spelt `text`.
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

scopes! {
    /// F3548-21: operational intents in nominal states, and subscriptions to them.
    StrategicCoordination = "utm.strategic_coordination",
    /// F3548-21: operational intents in the states Nonconforming and Contingent.
    ConformanceMonitoringSa = "utm.conformance_monitoring_sa",
    /// F3548-21: writing constraints.
    ConstraintManagement = "utm.constraint_management",
    /// F3548-21: reading constraints, and subscriptions to them.
    ConstraintProcessing = "utm.constraint_processing",
    /// F3548-21: setting a party's availability.
    AvailabilityArbitration = "utm.availability_arbitration",
    /// F3411-19: reading identification service areas.
    RidV1Read = "dss.read.identification_service_areas",
    /// F3411-19: writing identification service areas.
    RidV1Write = "dss.write.identification_service_areas",
    /// F3411-22a: a service provider.
    RidServiceProvider = "rid.service_provider",
    /// F3411-22a: a display provider.
    RidDisplayProvider = "rid.display_provider",
    /// Reading the state of a pool.
    PoolStatusRead = "interuss.pool_status.read",
    /// Writing a pool member's heartbeat.
    PoolHeartbeatWrite = "interuss.pool_status.heartbeat.write",
    /// Reading the versions of a party's systems.
    VersioningRead = "interuss.versioning.read_system_versions",
}

impl std::fmt::Display for Scope {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The scopes that one token grants.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes {
    known: u16,
    others: Box<[Box<str>]>,
}

impl Scopes {
    /// Reads a `scope` claim: scopes parted by spaces. Empty text grants nothing.
    pub fn parse(text: &str) -> Self {
        let mut known = 0;
        let mut others: Vec<Box<str>> = Vec::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match Scope::parse(word) {
                Some(scope) => known |= bit(scope),
                None => others.push(word.into()),
            }
        }
        Self { known, others: others.into() }
    }

    /// Whether the known scope is granted.
    pub fn has(&self, scope: Scope) -> bool {
        self.known & bit(scope) != 0
    }

    /// Whether the scope spelt `text` is granted, known or not.
    pub fn contains(&self, text: &str) -> bool {
        match Scope::parse(text) {
            Some(scope) => self.has(scope),
            None => self.others.iter().any(|other| **other == *text),
        }
    }

    /// All granted scopes: the known ones in the order of [`Scope`], then the others as they came.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let known = Scope::ALL.iter().filter(|scope| self.has(**scope)).map(|scope| scope.as_str());
        known.chain(self.others.iter().map(|other| &**other))
    }
}

const fn bit(scope: Scope) -> u16 {
    1 << scope as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_scope_has_a_bit_of_its_own() {
        let all = Scope::ALL.iter().fold(0, |bits, scope| bits | bit(*scope));
        assert_eq!(all.count_ones() as usize, Scope::ALL.len());
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(*scope));
        }
    }

    #[test]
    fn scopes_are_compared_whole_and_in_their_own_case() {
        let scopes = Scopes::parse("  utm.strategic_coordination x.y  rid.service_provider ");
        for (text, granted) in [
            ("utm.strategic_coordination", true),
            ("rid.service_provider", true),
            ("x.y", true),
            ("x", false),
            ("", false),
            ("UTM.STRATEGIC_COORDINATION", false),
            ("utm.strategic_coordination.more", false),
            ("utm.constraint_processing", false),
        ] {
            assert_eq!(scopes.contains(text), granted, "{text:?}");
        }
        assert_eq!(
            scopes.iter().collect::<Vec<_>>(),
            ["utm.strategic_coordination", "rid.service_provider", "x.y"]
        );
    }
}
