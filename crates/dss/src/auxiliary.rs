//! What surrounds the directory: versions, the pool, and health.

use http::StatusCode;
use keepclear_sky::command::RecordHeartbeat;
use keepclear_sky::{Command, Member, Sky};
use keepclear_wire::time::{Rounding, parse};
use serde::Serialize;

use crate::call::Call;
use crate::face::Face;
use crate::instant_text::InstantText;
use crate::operations::Operation;
use crate::problem::Problem;
use crate::render::{self, IdText};
use crate::reply::Reply;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Longest name of what triggered a heartbeat, characters: our own limit.
const SOURCE_MAX: usize = 256;

/// What needs no token.
pub(crate) fn open(face: &Face, operation: Operation) -> Result<Reply, Problem> {
    #[derive(Serialize)]
    struct Version {
        version: &'static str,
    }
    #[derive(Serialize)]
    struct Certificates {
        #[serde(rename = "CAs")]
        cas: [&'static str; 0],
    }
    match operation {
        Operation::Healthy => Ok(Reply::text("text/plain; charset=utf-8", "ok".to_owned())),
        Operation::Ready => {
            face.engine.readiness().map_err(Problem::NotReady)?;
            if !face.verifier.ready() {
                return Err(Problem::NotReady("the keys of an issuer are not loaded yet"));
            }
            Ok(Reply::text("text/plain; charset=utf-8", "ready".to_owned()))
        }
        Operation::Metrics => {
            Ok(Reply::text("text/plain; version=0.0.4; charset=utf-8", (face.metrics)()))
        }
        Operation::GetAcceptedCas | Operation::GetInstanceCas => {
            Ok(Reply::json(StatusCode::OK, render::json(&Certificates { cas: [] }, 0)))
        }
        _ => Ok(Reply::json(StatusCode::OK, render::json(&Version { version: VERSION }, 0))),
    }
}

pub(crate) fn validate_oauth(call: Call<'_>) -> Result<Reply, Problem> {
    match parameter(call.query, "owner") {
        Some(owner) if owner != call.principal.subject => {
            Err(Problem::Forbidden("owner is not the subject of the access token".to_owned()))
        }
        _ => Ok(Reply::json(StatusCode::OK, b"{}".to_vec())),
    }
}

pub(crate) fn pool(call: Call<'_>) -> Result<Reply, Problem> {
    #[derive(Serialize)]
    struct Pool {
        dar_id: IdText,
    }
    let dar_id = IdText(call.engine.read(|sky, _| sky.charter().sky.0));
    Ok(Reply::json(StatusCode::OK, render::json(&Pool { dar_id }, 0)))
}

/// Options in which instances of the field's other implementation can differ; here none exists.
pub(crate) fn global_options() -> Result<Reply, Problem> {
    #[derive(Serialize)]
    struct Options {
        scd_global_lock: bool,
        scd_hash_lock: bool,
        time_based_notification_index: bool,
    }
    let options = Options {
        scd_global_lock: false,
        scd_hash_lock: false,
        time_based_notification_index: false,
    };
    Ok(Reply::json(StatusCode::OK, render::json(&options, 0)))
}

pub(crate) fn instances(call: Call<'_>) -> Result<Reply, Problem> {
    call.engine.read(|sky, _| Ok(Reply::json(StatusCode::OK, instances_json(sky))))
}

pub(crate) async fn heartbeat(call: Call<'_>) -> Result<Reply, Problem> {
    let source = parameter(call.query, "source").unwrap_or_default();
    if source.is_empty() || source.chars().count() > SOURCE_MAX {
        return Err(Problem::field("source", "is missing, empty or longer than 256 characters"));
    }
    let command = RecordHeartbeat {
        member: call.options.member_name.clone(),
        public_endpoint: call.options.public_endpoint.clone(),
        reporter: Some(call.subject()),
        source,
        timestamp_us: instant(call.query, "timestamp")?,
        next_expected_us: instant(call.query, "next_heartbeat_expected_before")?,
    };
    call.write(Command::RecordHeartbeat(command)).await?;
    call.engine.read(|sky, _| Ok(Reply::json(StatusCode::CREATED, instances_json(sky))))
}

pub(crate) fn system_version(call: Call<'_>) -> Result<Reply, Problem> {
    #[derive(Serialize)]
    struct View<'a> {
        system_identity: &'a str,
        system_version: &'static str,
    }
    let name = call.name()?;
    let view = View { system_identity: &name, system_version: VERSION };
    Ok(Reply::json(StatusCode::OK, render::json(&view, 0)))
}

fn instances_json(sky: &Sky) -> Vec<u8> {
    #[derive(Serialize)]
    struct Beat<'a> {
        timestamp: InstantText,
        #[serde(skip_serializing_if = "Option::is_none")]
        reporter: Option<&'a str>,
        source: &'a str,
        index: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        next_heartbeat_expected_before: Option<InstantText>,
    }
    #[derive(Serialize)]
    struct Instance<'a> {
        id: &'a str,
        public_endpoint: &'a str,
        most_recent_heartbeat: Beat<'a>,
    }
    #[derive(Serialize)]
    struct View<'a> {
        dss_instances: Vec<Instance<'a>>,
    }
    let instances = sky.members().map(|(id, Member { public_endpoint, heartbeat })| Instance {
        id,
        public_endpoint,
        most_recent_heartbeat: Beat {
            timestamp: InstantText(heartbeat.timestamp_us),
            reporter: heartbeat.reporter.as_ref().map(|reporter| reporter.as_str()),
            source: &heartbeat.source,
            index: heartbeat.index,
            next_heartbeat_expected_before: heartbeat.next_expected_us.map(InstantText),
        },
    });
    let view = View { dss_instances: instances.collect() };
    render::json(&view, view.dss_instances.len())
}

/// A parameter of the query; the first if it is given several times.
fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn instant(query: &str, name: &'static str) -> Result<Option<i64>, Problem> {
    let Some(text) = parameter(query, name) else { return Ok(None) };
    let instant = parse(&text, Rounding::Down);
    instant.map(Some).map_err(|error| Problem::field(name, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_times_are_read() {
        let query = "source=a%20b+c&timestamp=1970-01-01T00:00:01Z&owner=";
        assert_eq!(parameter(query, "source").as_deref(), Some("a b c"));
        assert_eq!(parameter(query, "owner").as_deref(), Some(""));
        assert_eq!(parameter(query, "none"), None);
        assert!(matches!(instant(query, "timestamp"), Ok(Some(1_000_000))));
        assert!(instant("timestamp=soon", "timestamp").is_err());
    }
}
