//! Availability of parties (F3548-21 DSS0100,1). Any name is a party; of most nothing is stated.

use http::StatusCode;
use keepclear_sky::command::SetAvailability;
use keepclear_sky::{Answer, Availability, AvailabilityRecord, Command, Subject, Version};
use keepclear_wire::SetUssAvailabilityStatusParameters;
use serde::Serialize;

use crate::call::Call;
use crate::problem::Problem;
use crate::render::{self, availability_text};
use crate::reply::Reply;

pub(crate) fn get(call: Call<'_>) -> Result<Reply, Problem> {
    let uss = Subject::from(call.name()?.as_str());
    call.engine.read(|sky, _| Ok(reply(&uss, sky.availability(&uss))))
}

pub(crate) async fn set(call: Call<'_>) -> Result<Reply, Problem> {
    let uss = Subject::from(call.name()?.as_str());
    let parameters: SetUssAvailabilityStatusParameters = call.read_body()?;
    let availability = read_availability(&parameters.availability)?;
    let old = parameters.old_version;
    let expected = (!old.is_empty()).then(|| Version::from(old.as_str()));
    let command = SetAvailability { uss: uss.clone(), availability, expected };
    match call.write(Command::SetAvailability(command)).await? {
        Answer::Availability(record) => Ok(reply(&uss, Some(&record))),
        _ => Err(Problem::WrongAnswer),
    }
}

/// In any case: the field's clients write lower case.
fn read_availability(text: &str) -> Result<Availability, Problem> {
    let all = [Availability::Unknown, Availability::Normal, Availability::Down];
    let found = all.into_iter().find(|one| availability_text(*one).eq_ignore_ascii_case(text));
    found.ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        Problem::field("availability", format!("is {shown:?}; use Unknown, Normal or Down"))
    })
}

fn reply(uss: &Subject, record: Option<&AvailabilityRecord>) -> Reply {
    #[derive(Serialize)]
    struct Status<'a> {
        uss: &'a str,
        availability: &'static str,
    }
    #[derive(Serialize)]
    struct View<'a> {
        version: &'a str,
        status: Status<'a>,
    }
    let view = View {
        version: record.map_or("", |record| record.version.as_str()),
        status: Status {
            uss: uss.as_str(),
            availability: record.map_or("Unknown", |record| availability_text(record.availability)),
        },
    };
    Reply::json(StatusCode::OK, render::json(&view, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_in_any_case_and_others_are_refused() {
        assert!(matches!(read_availability("normal"), Ok(Availability::Normal)));
        assert!(matches!(read_availability("DOWN"), Ok(Availability::Down)));
        assert!(matches!(read_availability("Unknown"), Ok(Availability::Unknown)));
        assert!(read_availability("pUrPlE").is_err());
        assert!(read_availability("").is_err());
    }
}
