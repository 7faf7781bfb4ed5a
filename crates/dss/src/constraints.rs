//! Constraint references (F3548-21 DSS0005,3 and DSS0005,4).

use http::StatusCode;
use keepclear_sky::command::{DeleteConstraint, PutConstraint};
use keepclear_sky::{Answer, Command, ConstraintAnswer, EntityId, Ovn};
use keepclear_wire::PutConstraintReferenceParameters;
use serde::Serialize;

use crate::call::Call;
use crate::extents;
use crate::problem::Problem;
use crate::render::{self, ConstraintView, SubscribersView, Viewer};
use crate::reply::Reply;

pub(crate) fn get(call: Call<'_>) -> Result<Reply, Problem> {
    #[derive(Serialize)]
    struct View<'a> {
        constraint_reference: ConstraintView<'a>,
    }
    let id = EntityId(call.id()?);
    call.engine.read(|sky, _| {
        let viewer = Viewer { sky, subject: &call.principal.subject };
        let view = View { constraint_reference: viewer.constraint(sky.constraint(id)?) };
        Ok(Reply::json(StatusCode::OK, render::json(&view, 1)))
    })
}

pub(crate) fn query(call: Call<'_>) -> Result<Reply, Problem> {
    #[derive(Serialize)]
    struct View<'a> {
        constraint_references: Vec<ConstraintView<'a>>,
    }
    let area = extents::query(&call.asked_volume()?, call.matching())?;
    call.engine.read(|sky, _| {
        let found = sky.constraints_in(&area);
        let viewer = Viewer { sky, subject: &call.principal.subject };
        let view = View { constraint_references: viewer.constraints(&found) };
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
    let command = Command::DeleteConstraint(DeleteConstraint { id, expected });
    answer(call, command, StatusCode::OK).await
}

async fn put(call: Call<'_>, expected: Option<Ovn>, status: StatusCode) -> Result<Reply, Problem> {
    let id = EntityId(call.id()?);
    let parameters: PutConstraintReferenceParameters = call.read_body()?;
    call.check_base_url("uss_base_url", &parameters.uss_base_url)?;
    let shape = extents::constraint(&parameters.extents, call.matching(), call.engine.now_us())?;
    let command = Command::PutConstraint(PutConstraint {
        id,
        expected,
        base_url: parameters.uss_base_url,
        time: shape.time,
        extent: shape.extent,
    });
    answer(call, command, status).await
}

async fn answer(call: Call<'_>, command: Command, status: StatusCode) -> Result<Reply, Problem> {
    #[derive(Serialize)]
    struct View<'a> {
        subscribers: SubscribersView<'a>,
        constraint_reference: ConstraintView<'a>,
    }
    match call.write(command).await? {
        Answer::Constraint(ConstraintAnswer { constraint, subscribers }) => {
            call.engine.read(|sky, _| {
                let viewer = Viewer { sky, subject: &call.principal.subject };
                let view = View {
                    subscribers: SubscribersView(&subscribers),
                    constraint_reference: viewer.constraint(&constraint),
                };
                Ok(Reply::json(status, render::json(&view, 1 + subscribers.len())))
            })
        }
        _ => Err(Problem::WrongAnswer),
    }
}
