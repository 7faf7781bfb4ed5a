//! Every operation of the face: where it is, and which scopes let a caller in.
//!
//! Paths are taken apart by hand: an OVN or version in a path may be empty (`.../{id}/`), which
//! routers pass over, and which must still be answered as the operation it is meant for.

use http::Method;
use keepclear_auth::{Scope, Scopes};

use Scope::{
    AvailabilityArbitration as AA, ConformanceMonitoringSa as CMSA, ConstraintManagement as CM,
    ConstraintProcessing as CP, PoolHeartbeatWrite, PoolStatusRead, RidV1Read, RidV1Write,
    StrategicCoordination as SC, VersioningRead,
};

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, without a token.
    Open,
    /// Whoever has a token with all scopes of one of the sets.
    AnyOf(&'static [&'static [Scope]]),
}

impl Access {
    /// Whether a token with these scopes is enough.
    pub fn allows(self, scopes: &Scopes) -> bool {
        match self {
            Self::Open => true,
            Self::AnyOf(sets) => sets.iter().any(|set| set.iter().all(|scope| scopes.has(*scope))),
        }
    }
}

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident $id:literal $body:literal $access:expr,)*) => {
        /// An operation, named as in the OpenAPI documents.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Operation {
            $($(#[$doc])* $name,)*
        }

        impl Operation {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// `operationId` of the OpenAPI documents.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// Whether its body is read; another operation's body is ignored.
            pub const fn has_body(self) -> bool {
                match self { $(Self::$name => $body,)* }
            }

            /// Who may call it.
            pub const fn access(self) -> Access {
                match self { $(Self::$name => $access,)* }
            }
        }
    };
}

const OPEN: Access = Access::Open;
const INTENT_READ: Access = Access::AnyOf(&[&[SC], &[CMSA]]);
const INTENT_WRITE: Access = Access::AnyOf(&[&[SC], &[SC, CP], &[CMSA]]);
const CONSTRAINT_READ: Access = Access::AnyOf(&[&[CM], &[CP]]);
const CONSTRAINT_WRITE: Access = Access::AnyOf(&[&[CM]]);
const SUBSCRIPTION: Access = Access::AnyOf(&[&[CP], &[SC]]);
const AVAILABILITY_READ: Access = Access::AnyOf(&[&[AA], &[SC], &[CMSA]]);
const AVAILABILITY_WRITE: Access = Access::AnyOf(&[&[AA]]);
const REPORT: Access = Access::AnyOf(&[&[CM], &[CP], &[SC], &[CMSA], &[AA]]);
const OAUTH: Access = Access::AnyOf(&[&[RidV1Read], &[RidV1Write]]);
const POOL_READ: Access = Access::AnyOf(&[&[PoolStatusRead]]);
const POOL_WRITE: Access = Access::AnyOf(&[&[PoolHeartbeatWrite]]);
const VERSIONS: Access = Access::AnyOf(&[&[VersioningRead]]);

operations! {
    /// F3548-21.
    QueryIntents "queryOperationalIntentReferences" true INTENT_READ,
    /// F3548-21.
    GetIntent "getOperationalIntentReference" false INTENT_READ,
    /// F3548-21.
    CreateIntent "createOperationalIntentReference" true INTENT_WRITE,
    /// F3548-21.
    UpdateIntent "updateOperationalIntentReference" true INTENT_WRITE,
    /// F3548-21.
    DeleteIntent "deleteOperationalIntentReference" false INTENT_READ,
    /// F3548-21.
    QueryConstraints "queryConstraintReferences" true CONSTRAINT_READ,
    /// F3548-21.
    GetConstraint "getConstraintReference" false CONSTRAINT_READ,
    /// F3548-21.
    CreateConstraint "createConstraintReference" true CONSTRAINT_WRITE,
    /// F3548-21.
    UpdateConstraint "updateConstraintReference" true CONSTRAINT_WRITE,
    /// F3548-21.
    DeleteConstraint "deleteConstraintReference" false CONSTRAINT_WRITE,
    /// F3548-21.
    QuerySubscriptions "querySubscriptions" true SUBSCRIPTION,
    /// F3548-21.
    GetSubscription "getSubscription" false SUBSCRIPTION,
    /// F3548-21.
    CreateSubscription "createSubscription" true SUBSCRIPTION,
    /// F3548-21.
    UpdateSubscription "updateSubscription" true SUBSCRIPTION,
    /// F3548-21.
    DeleteSubscription "deleteSubscription" false SUBSCRIPTION,
    /// F3548-21.
    MakeReport "makeDssReport" true REPORT,
    /// F3548-21.
    SetAvailability "setUssAvailability" true AVAILABILITY_WRITE,
    /// F3548-21.
    GetAvailability "getUssAvailability" false AVAILABILITY_READ,
    /// Auxiliary interface.
    GetVersion "getVersion" false OPEN,
    /// Auxiliary interface.
    ValidateOauth "validateOauth" false OAUTH,
    /// Auxiliary interface.
    GetPool "getPool" false POOL_READ,
    /// Auxiliary interface.
    GetInstances "getDSSInstances" false POOL_READ,
    /// Auxiliary interface.
    PutHeartbeat "putDSSInstancesHeartbeat" false POOL_WRITE,
    /// Auxiliary interface.
    GetAcceptedCas "getAcceptedCAs" false OPEN,
    /// Auxiliary interface.
    GetInstanceCas "getInstanceCAs" false OPEN,
    /// Auxiliary interface.
    GetGlobalOptions "getGlobalOptions" false POOL_READ,
    /// Versioning interface.
    GetSystemVersion "GetVersion" false VERSIONS,
    /// For whoever watches the process.
    Healthy "healthy" false OPEN,
    /// For whoever sends requests here.
    Ready "ready" false OPEN,
    /// For Prometheus.
    Metrics "metrics" false OPEN,
}

/// An operation with the variable parts of its path, as they came; `""` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Routed<'p> {
    /// Which.
    pub operation: Operation,
    /// Id, name of a party or of a system.
    pub id: &'p str,
    /// OVN or version.
    pub version: &'p str,
}

/// Why a path and method lead nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unrouted {
    /// There is no such path.
    NoPath,
    /// There is, but not with this method.
    NoMethod {
        /// Which it has, for the `Allow` header.
        allow: &'static str,
    },
}

/// Finds the operation of a request.
///
/// # Errors
/// [`Unrouted`] when there is none.
pub fn route<'p>(method: &Method, path: &'p str) -> Result<Routed<'p>, Unrouted> {
    use Operation as O;
    let Some(path) = path.strip_prefix('/') else { return Err(Unrouted::NoPath) };
    let Some(rest) = path.strip_prefix("dss/v1/") else { return auxiliary(method, path) };
    let (family, rest) = rest.split_once('/').unwrap_or((rest, ""));
    if family == "reports" && rest.is_empty() {
        return only(method, &Method::POST, "POST", O::MakeReport, "");
    }
    if family == "uss_availability" && !rest.is_empty() && !rest.contains('/') {
        return match *method {
            Method::GET => Ok(Routed { operation: O::GetAvailability, id: rest, version: "" }),
            Method::PUT => Ok(Routed { operation: O::SetAvailability, id: rest, version: "" }),
            _ => Err(Unrouted::NoMethod { allow: "GET, PUT" }),
        };
    }
    let [query, get, create, update, delete] = match family {
        "operational_intent_references" => {
            [O::QueryIntents, O::GetIntent, O::CreateIntent, O::UpdateIntent, O::DeleteIntent]
        }
        "constraint_references" => [
            O::QueryConstraints,
            O::GetConstraint,
            O::CreateConstraint,
            O::UpdateConstraint,
            O::DeleteConstraint,
        ],
        "subscriptions" => [
            O::QuerySubscriptions,
            O::GetSubscription,
            O::CreateSubscription,
            O::UpdateSubscription,
            O::DeleteSubscription,
        ],
        _ => return Err(Unrouted::NoPath),
    };
    match rest.split_once('/') {
        None if rest == "query" => only(method, &Method::POST, "POST", query, ""),
        None if rest.is_empty() => Err(Unrouted::NoPath),
        None => match *method {
            Method::GET => Ok(Routed { operation: get, id: rest, version: "" }),
            Method::PUT => Ok(Routed { operation: create, id: rest, version: "" }),
            _ => Err(Unrouted::NoMethod { allow: "GET, PUT" }),
        },
        Some((id, version)) if !id.is_empty() && !version.contains('/') => match *method {
            Method::PUT => Ok(Routed { operation: update, id, version }),
            Method::DELETE => Ok(Routed { operation: delete, id, version }),
            _ => Err(Unrouted::NoMethod { allow: "PUT, DELETE" }),
        },
        Some(_) => Err(Unrouted::NoPath),
    }
}

fn auxiliary<'p>(method: &Method, path: &'p str) -> Result<Routed<'p>, Unrouted> {
    use Operation as O;
    let (operation, id) = match path {
        "healthy" => (O::Healthy, ""),
        "ready" => (O::Ready, ""),
        "metrics" => (O::Metrics, ""),
        "aux/v1/version" => (O::GetVersion, ""),
        "aux/v1/validate_oauth" => (O::ValidateOauth, ""),
        "aux/v1/pool" => (O::GetPool, ""),
        "aux/v1/pool/dss_instances" => (O::GetInstances, ""),
        "aux/v1/pool/dss_instances/heartbeat" => {
            return only(method, &Method::PUT, "PUT", O::PutHeartbeat, "");
        }
        "aux/v1/configuration/accepted_ca_certs" => (O::GetAcceptedCas, ""),
        "aux/v1/configuration/ca_certs" => (O::GetInstanceCas, ""),
        "aux/v1/configuration/global_options" => (O::GetGlobalOptions, ""),
        _ => match path.strip_prefix("versions/") {
            Some(identity) if !identity.is_empty() && !identity.contains('/') => {
                (O::GetSystemVersion, identity)
            }
            _ => return Err(Unrouted::NoPath),
        },
    };
    only(method, &Method::GET, "GET", operation, id)
}

fn only<'p>(
    method: &Method,
    wanted: &Method,
    allow: &'static str,
    operation: Operation,
    id: &'p str,
) -> Result<Routed<'p>, Unrouted> {
    if method == wanted {
        return Ok(Routed { operation, id, version: "" });
    }
    Err(Unrouted::NoMethod { allow })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_leads_to_its_operation_and_an_empty_version_is_one() {
        let intents = "/dss/v1/operational_intent_references";
        let table = [
            (Method::PUT, format!("{intents}/a"), Operation::CreateIntent, "a", ""),
            (Method::PUT, format!("{intents}/a/"), Operation::UpdateIntent, "a", ""),
            (Method::PUT, format!("{intents}/a/o"), Operation::UpdateIntent, "a", "o"),
            (Method::DELETE, format!("{intents}/a/o"), Operation::DeleteIntent, "a", "o"),
            (Method::GET, format!("{intents}/a"), Operation::GetIntent, "a", ""),
            (Method::POST, format!("{intents}/query"), Operation::QueryIntents, "", ""),
            (
                Method::DELETE,
                "/dss/v1/subscriptions/b/".into(),
                Operation::DeleteSubscription,
                "b",
                "",
            ),
            (
                Method::GET,
                "/dss/v1/uss_availability/u%201".into(),
                Operation::GetAvailability,
                "u%201",
                "",
            ),
            (Method::POST, "/dss/v1/reports".into(), Operation::MakeReport, "", ""),
            (Method::GET, "/versions/dss".into(), Operation::GetSystemVersion, "dss", ""),
            (
                Method::PUT,
                "/aux/v1/pool/dss_instances/heartbeat".into(),
                Operation::PutHeartbeat,
                "",
                "",
            ),
        ];
        for (method, path, operation, id, version) in table {
            assert_eq!(route(&method, &path), Ok(Routed { operation, id, version }), "{path}");
        }
    }

    #[test]
    fn other_methods_name_the_right_ones_and_other_paths_are_none() {
        let allow = |method, path| match route(&method, path) {
            Err(Unrouted::NoMethod { allow }) => allow,
            other => panic!("{other:?}"),
        };
        assert_eq!(allow(Method::PATCH, "/dss/v1/subscriptions/a"), "GET, PUT");
        assert_eq!(allow(Method::GET, "/dss/v1/subscriptions/a/v"), "PUT, DELETE");
        assert_eq!(allow(Method::GET, "/dss/v1/subscriptions/query"), "POST");
        for path in ["/", "", "/dss/v1/subscriptions", "/dss/v1/subscriptions//v", "/dss/v2/x"] {
            assert_eq!(route(&Method::GET, path), Err(Unrouted::NoPath), "{path}");
        }
    }

    #[test]
    fn a_scope_of_another_role_opens_no_operation() {
        let rid = Scopes::parse("dss.read.identification_service_areas");
        let open = Operation::ALL.iter().filter(|operation| operation.access().allows(&rid));
        for operation in open {
            let expected =
                operation.access() == Access::Open || *operation == Operation::ValidateOauth;
            assert!(expected, "{operation:?}");
        }
    }
}
