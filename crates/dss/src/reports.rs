//! Reports of problems between parties (F3548-21 DSS0100,2): kept in the log, for a person to read.

use http::StatusCode;
use keepclear_sky::Command;
use keepclear_sky::command::Report;
use keepclear_wire::ErrorReport;

use crate::call::Call;
use crate::problem::Problem;
use crate::render;
use crate::reply::Reply;

/// Longest report, bytes: our own limit, since each stays in the log.
const REPORT_BYTES_MAX: usize = 256 << 10;

pub(crate) async fn make(call: Call<'_>) -> Result<Reply, Problem> {
    if call.body.len() > REPORT_BYTES_MAX {
        let found = call.body.len();
        let reason = format!("has {found} bytes, at most {REPORT_BYTES_MAX} are allowed");
        return Err(Problem::field("the report", reason));
    }
    let mut report: ErrorReport = call.read_body()?;
    let id = call.engine.fresh_uuid();
    let body = String::from_utf8_lossy(call.body).into_owned();
    call.write(Command::Report(Report { id, body })).await?;
    report.report_id = Some(id.to_string());
    Ok(Reply::json(StatusCode::CREATED, render::json(&report, 2)))
}
