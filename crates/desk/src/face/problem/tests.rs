use keepclear_auth::TokenError;

use super::*;

/// One of each; a variant without a row does not compile, one that is not here has no test.
fn each() -> Vec<Problem> {
    let desk = DeskId([1; 16]);
    let exchange = ExchangeId([2; 16]);
    let message = MessageId([3; 32]);
    let text = || "x".to_owned();
    vec![
        Problem::Unrouted(Unrouted::NoPath),
        Problem::Unrouted(Unrouted::NoMethod { allow: "GET".to_owned() }),
        Problem::Token(TokenError::Missing),
        Problem::Token(TokenError::SubjectNotOfIssuer { issuer: text(), subject: text() }),
        Problem::Scope(Operation::ReadInbox),
        Problem::TooManyRequests,
        Problem::MediaType { found: text() },
        Problem::BodyTooLarge,
        Problem::BodyTooSlow,
        Problem::BodyBroken,
        Problem::Json { path: text(), reason: text() },
        Problem::field("x", "is wrong", "correct it"),
        Problem::NoIdempotencyKey,
        Problem::NoPeer(text()),
        Problem::SeveralDesks { name: text(), desks: vec![desk] },
        Problem::NoExchange(exchange),
        Problem::NoAlarm(text()),
        Problem::SeveralAlarms { key: text(), desks: vec![desk] },
        Problem::NothingWaits { exchange, what: "an answer" },
        Problem::SeveralWait { exchange, messages: vec![message] },
        Problem::Changed { last: message },
        Problem::KeyReused,
        Problem::Refused(Refusal::OtherKey),
        Problem::NotReady("x"),
        Problem::Desk(DeskError::NotConfirmed(desk)),
        Problem::Desk(DeskError::Field { field: "x", reason: text() }),
        Problem::Desk(DeskError::NoRoom),
        Problem::Desk(DeskError::Overloaded),
        Problem::Desk(DeskError::Stopping),
        Problem::Desk(DeskError::TooLarge),
    ]
}

#[test]
fn every_problem_has_a_code_that_the_guide_names_and_says_what_to_do() {
    let guide = include_str!("../../../../../docs/desk-api.md");
    for problem in each() {
        let Row { status, code, remedy, .. } = problem.row();
        assert!(status.is_client_error() || status.is_server_error(), "{problem:?}");
        assert!(guide.contains(&format!("`{code}`")), "docs/desk-api.md does not name {code}");
        assert!(!remedy.is_empty() && !problem.to_string().is_empty(), "{problem:?}");
    }
}

#[test]
fn a_refusal_of_the_line_keeps_its_own_code_field_and_remedy() {
    let row = Problem::from(DeskError::Refused(Refusal::OtherKey)).row();
    assert_eq!((row.status.as_u16(), row.code), (400, Refusal::OtherKey.code()));
    assert_eq!(row.field.as_deref(), Some(Refusal::OtherKey.field()));
    assert_eq!(row.remedy, Refusal::OtherKey.remedy());
}

#[test]
fn what_passes_says_when_to_come_again_and_what_has_moved_says_where_it_is() {
    let reply = Problem::Desk(DeskError::NoRoom).into_reply();
    assert_eq!((reply.status.as_u16(), reply.retry_after_s), (503, Some(1)));
    let last = MessageId([3; 32]);
    assert_eq!(Problem::Changed { last }.into_reply().tag, Some(last.to_string()));
}
