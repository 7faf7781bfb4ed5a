//! Operational intent references (F3548-21 DSS0005,1 and DSS0005,2).

use http::StatusCode;
use keepclear_auth::Scope;
use keepclear_sky::command::{Attachment, DeleteIntent, NewSubscription, PutIntent};
use keepclear_sky::{Answer, Command, EntityId, IntentAnswer, IntentState, Ovn, SubscriptionId};
use keepclear_wire::{OperationalIntentState, PutOperationalIntentReferenceParameters};
use serde::Serialize;

use crate::call::{Call, parse_id};
use crate::extents;
use crate::problem::Problem;
use crate::render::{self, IntentView, SubscribersView, Viewer};
use crate::reply::Reply;

/// Most OVNs in one key: our own limit.
const KEY_MAX: usize = 20_000;
/// Longest OVN, bytes. F3548-21, `EntityOVN`.
const OVN_BYTES_MAX: usize = 128;

pub(crate) fn get(call: Call<'_>) -> Result<Reply, Problem> {
    #[derive(Serialize)]
    struct View<'a> {
        operational_intent_reference: IntentView<'a>,
    }
    let id = EntityId(call.id()?);
    call.engine.read(|sky, _| {
        let viewer = Viewer { sky, subject: &call.principal.subject };
        let view = View { operational_intent_reference: viewer.intent(sky.intent(id)?) };
        Ok(Reply::json(StatusCode::OK, render::json(&view, 1)))
    })
}

pub(crate) fn query(call: Call<'_>) -> Result<Reply, Problem> {
    #[derive(Serialize)]
    struct View<'a> {
        operational_intent_references: Vec<IntentView<'a>>,
    }
    let area = extents::query(&call.asked_volume()?, call.matching())?;
    call.engine.read(|sky, _| {
        let found = sky.intents_in(&area);
        let viewer = Viewer { sky, subject: &call.principal.subject };
        let view = View { operational_intent_references: viewer.intents(&found) };
        Ok(Reply::json(StatusCode::OK, render::json(&view, found.len())))
    })
}

pub(crate) async fn create(call: Call<'_>) -> Result<Reply, Problem> {
    put(call, None, StatusCode::CREATED).await
}

pub(crate) async fn update(call: Call<'_>) -> Result<Reply, Problem> {
    let expected = Ovn::from(call.version()?.as_str());
    put(call, Some(expected), StatusCode::OK).await
}

pub(crate) async fn delete(call: Call<'_>) -> Result<Reply, Problem> {
    let (id, expected) = (EntityId(call.id()?), Ovn::from(call.version()?.as_str()));
    let lenient_down = call.options.lenient_down_managers;
    let command = Command::DeleteIntent(DeleteIntent { id, expected, lenient_down });
    answer(call, command, StatusCode::OK).await
}

async fn put(call: Call<'_>, expected: Option<Ovn>, status: StatusCode) -> Result<Reply, Problem> {
    let command = Command::PutIntent(put_command(call, expected)?);
    answer(call, command, status).await
}

/// Reads and checks everything that does not depend on the state.
fn put_command(call: Call<'_>, expected: Option<Ovn>) -> Result<PutIntent, Problem> {
    let id = EntityId(call.id()?);
    let parameters: PutOperationalIntentReferenceParameters = call.read_body()?;
    let state = state_for(call, parameters.state)?;
    call.check_base_url("uss_base_url", &parameters.uss_base_url)?;
    let attachment = match (parameters.subscription_id, parameters.new_subscription) {
        (Some(_), Some(_)) => {
            let reason = "is given beside new_subscription; give one of them";
            return Err(Problem::field("subscription_id", reason));
        }
        (None, None) => Attachment::Nothing,
        (Some(text), None) => {
            Attachment::Existing(SubscriptionId(parse_id("subscription_id", &text)?))
        }
        (None, Some(new)) => {
            call.check_base_url("new_subscription.uss_base_url", &new.uss_base_url)?;
            call.check_watching(true, new.notify_for_constraints)?;
            Attachment::New(NewSubscription {
                id: SubscriptionId(call.engine.fresh_uuid()),
                base_url: new.uss_base_url,
                for_constraints: new.notify_for_constraints,
            })
        }
    };
    let key = read_key(&parameters.key)?;
    let shape = extents::intent(&parameters.extents, call.matching(), call.engine.now_us())?;
    Ok(PutIntent {
        id,
        expected,
        state,
        base_url: parameters.uss_base_url,
        time: shape.time,
        extent: shape.extent,
        key,
        attachment,
        ovn_suffix: parameters.requested_ovn_suffix,
        lenient_down: call.options.lenient_down_managers,
    })
}

/// F3548-21 SCD0100: states off the plan are for whoever monitors conformance. The others need
/// nothing beyond what lets a caller into the operation.
fn state_for(call: Call<'_>, state: OperationalIntentState) -> Result<IntentState, Problem> {
    let (state, word) = match state {
        OperationalIntentState::Accepted => return Ok(IntentState::Accepted),
        OperationalIntentState::Activated => return Ok(IntentState::Activated),
        OperationalIntentState::Nonconforming => (IntentState::Nonconforming, "Nonconforming"),
        OperationalIntentState::Contingent => (IntentState::Contingent, "Contingent"),
    };
    let scope = Scope::ConformanceMonitoringSa;
    if call.has(scope) {
        return Ok(state);
    }
    Err(Problem::Forbidden(format!("state {word} needs an access token with scope {scope}")))
}

/// OVNs that are longer than any were not made by a sky and vouch for nothing.
fn read_key(key: &[String]) -> Result<Vec<Ovn>, Problem> {
    if key.len() > KEY_MAX {
        let reason = format!("has {} OVNs, at most {KEY_MAX} are allowed", key.len());
        return Err(Problem::field("key", reason));
    }
    let known = key.iter().filter(|ovn| ovn.len() <= OVN_BYTES_MAX);
    Ok(known.map(|ovn| Ovn::from(ovn.as_str())).collect())
}

async fn answer(call: Call<'_>, command: Command, status: StatusCode) -> Result<Reply, Problem> {
    #[derive(Serialize)]
    struct View<'a> {
        subscribers: SubscribersView<'a>,
        operational_intent_reference: IntentView<'a>,
    }
    match call.write(command).await? {
        Answer::Intent(IntentAnswer { intent, subscribers }) => call.engine.read(|sky, _| {
            let viewer = Viewer { sky, subject: &call.principal.subject };
            let view = View {
                subscribers: SubscribersView(&subscribers),
                operational_intent_reference: viewer.intent(&intent),
            };
            Ok(Reply::json(status, render::json(&view, 1 + subscribers.len())))
        }),
        _ => Err(Problem::WrongAnswer),
    }
}
