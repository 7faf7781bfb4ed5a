//! Subscriptions (F3548-21 DSS0005,5). A party sees its own only.

use http::StatusCode;
use keepclear_sky::command::{DeleteSubscription, PutSubscription};
use keepclear_sky::{Answer, Command, SubscriptionAnswer, SubscriptionId, Version};
use keepclear_wire::PutSubscriptionParameters;
use serde::Serialize;

use crate::call::Call;
use crate::extents::{self, ExtentError};
use crate::problem::Problem;
use crate::render::{self, ConstraintView, IntentView, SubscriptionView, Viewer};
use crate::reply::Reply;

#[derive(Serialize)]
struct One<'a> {
    subscription: SubscriptionView<'a>,
}

pub(crate) fn get(call: Call<'_>) -> Result<Reply, Problem> {
    let (id, subject) = (SubscriptionId(call.id()?), call.subject());
    call.engine.read(|sky, _| {
        let view = One { subscription: SubscriptionView::new(sky.subscription(id, &subject)?) };
        Ok(Reply::json(StatusCode::OK, render::json(&view, 1)))
    })
}

pub(crate) fn query(call: Call<'_>) -> Result<Reply, Problem> {
    #[derive(Serialize)]
    struct View<'a> {
        subscriptions: Vec<SubscriptionView<'a>>,
    }
    let area =
        extents::query(&call.asked_volume()?, call.matching()).map_err(|error| match error {
            large @ ExtentError::AreaTooLarge { .. } => Problem::QueryTooLarge(large),
            invalid @ ExtentError::Invalid(_) => invalid.into(),
        })?;
    let subject = call.subject();
    call.engine.read(|sky, now_us| {
        let found = sky.subscriptions_in(&area, &subject, now_us);
        let subscriptions = found.iter().map(|found| SubscriptionView::new(found)).collect();
        let view = View { subscriptions };
        Ok(Reply::json(StatusCode::OK, render::json(&view, found.len())))
    })
}

pub(crate) async fn create(call: Call<'_>) -> Result<Reply, Problem> {
    put(call, None).await
}

pub(crate) async fn update(call: Call<'_>) -> Result<Reply, Problem> {
    let expected = Version::from(call.version()?.as_str());
    put(call, Some(expected)).await
}

async fn put(call: Call<'_>, expected: Option<Version>) -> Result<Reply, Problem> {
    #[derive(Serialize)]
    struct View<'a> {
        subscription: SubscriptionView<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        operational_intent_references: Option<Vec<IntentView<'a>>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        constraint_references: Option<Vec<ConstraintView<'a>>>,
    }
    let command = put_command(call, expected)?;
    let (for_intents, for_constraints) = (command.for_intents, command.for_constraints);
    let answer = call.write(Command::PutSubscription(command)).await?;
    let Answer::Subscription(SubscriptionAnswer { subscription, intents, constraints }) = answer
    else {
        return Err(Problem::WrongAnswer);
    };
    call.engine.read(|sky, _| {
        let viewer = Viewer { sky, subject: &call.principal.subject };
        let view = View {
            subscription: SubscriptionView::new(&subscription),
            operational_intent_references: for_intents.then(|| viewer.intents(&intents)),
            constraint_references: for_constraints.then(|| viewer.constraints(&constraints)),
        };
        let body = render::json(&view, 1 + intents.len() + constraints.len());
        Ok(Reply::json(StatusCode::OK, body))
    })
}

/// Reads and checks everything that does not depend on the state.
fn put_command(call: Call<'_>, expected: Option<Version>) -> Result<PutSubscription, Problem> {
    let id = SubscriptionId(call.id()?);
    let parameters: PutSubscriptionParameters = call.read_body()?;
    let for_intents = parameters.notify_for_operational_intents;
    let for_constraints = parameters.notify_for_constraints;
    call.check_watching(for_intents, for_constraints)?;
    call.check_base_url("uss_base_url", &parameters.uss_base_url)?;
    if !for_intents && !for_constraints {
        let reason = "and notify_for_constraints are both false; ask for one of them";
        return Err(Problem::field("notify_for_operational_intents", reason));
    }
    let watched = extents::subscription(&parameters.extents)?;
    Ok(PutSubscription {
        id,
        expected,
        base_url: parameters.uss_base_url,
        start_us: watched.start_us,
        end_us: watched.end_us,
        extent: watched.extent,
        for_intents,
        for_constraints,
    })
}

pub(crate) async fn delete(call: Call<'_>) -> Result<Reply, Problem> {
    let (id, expected) = (SubscriptionId(call.id()?), Version::from(call.version()?.as_str()));
    let command = Command::DeleteSubscription(DeleteSubscription { id, expected });
    let Answer::Subscription(answer) = call.write(command).await? else {
        return Err(Problem::WrongAnswer);
    };
    let view = One { subscription: SubscriptionView::new(&answer.subscription) };
    Ok(Reply::json(StatusCode::OK, render::json(&view, 1)))
}
