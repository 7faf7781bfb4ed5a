//! What the sky answers when a client is slow or there are too many: 408 and 503.

use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use e2e::contract::{Contract, Operation};
use e2e::sky::{Options, Request, Response, Sky, head, poll_for, read_response};

/// What a body has to come in, and how much later the answer may be.
const BODY_TIME: Duration = Duration::from_secs(30);
const LATE: Duration = Duration::from_secs(20);

fn connect(sky: &Sky) -> TcpStream {
    let stream = TcpStream::connect(sky.address()).unwrap();
    stream.set_read_timeout(Some(BODY_TIME + LATE)).unwrap();
    stream
}

/// A path of an operation; what it names does not exist.
fn path(operation: &Operation) -> String {
    let id = "cccccccc-0000-4000-8000-000000000001";
    let part = |part: &str| match part {
        "{ovn}" | "{version}" => "0123456789abcdef".to_owned(),
        "{uss_id}" => "slow".to_owned(),
        part if part.starts_with('{') => id.to_owned(),
        part => part.to_owned(),
    };
    operation.path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn keeps_to_contract(operation: &Operation, response: &Response) {
    let content_type = response.header("content-type");
    let checked =
        Contract::of_this_tree().check(operation, response.status, content_type, &response.body);
    assert!(checked.is_ok(), "{checked:?}: {}", response.json);
    assert!(response.json["message"].is_string(), "{}: {}", operation.id, response.json);
}

#[test]
fn a_body_that_does_not_come_is_answered_408_by_every_operation_that_takes_one() {
    let sky = Sky::start(Options::default());
    let with_body =
        || Contract::of_this_tree().operations().iter().filter(|operation| operation.has_body);
    assert!(with_body().count() >= 10);
    let slow = |operation: &'static Operation| {
        let scopes: Vec<&str> = operation.scopes[0].iter().map(String::as_str).collect();
        let authorization = format!("Bearer {}", sky.token("slow", &scopes));
        let request = Request {
            method: &operation.method,
            path: &path(operation),
            authorization: Some(&authorization),
            content_type: Some("application/json"),
            // Only its length is sent, and its first byte.
            body: Some(b"{  }"),
        };
        let mut stream = connect(&sky);
        stream.write_all(&[&head(&request)[..], b"{"].concat()).unwrap();
        thread::spawn(move || {
            let begun = Instant::now();
            let response = read_response(&mut BufReader::new(stream)).unwrap();
            (operation, response, begun.elapsed())
        })
    };
    let waiting: Vec<_> = with_body().map(slow).collect();
    assert_eq!(sky.request("GET", "/healthy", None, None).status, 200);
    for client in waiting {
        let (operation, response, took) = client.join().unwrap();
        assert_eq!(response.status, 408, "{}: {}", operation.id, response.json);
        assert!(took >= BODY_TIME - Duration::from_secs(1), "{}: {took:?}", operation.id);
        keeps_to_contract(operation, &response);
    }
}

#[test]
fn a_connection_too_many_is_answered_503_and_welcome_once_another_has_gone() {
    let sky = Sky::start(Options::with_flags(&["--max-connections", "2"]));
    // One is the sky's own, which asked whether it is ready.
    let token = sky.token("first", &["utm.strategic_coordination"]);
    let path = "/dss/v1/uss_availability/first";
    assert_eq!(sky.request("GET", path, Some(&token), None).status, 200);
    let second = connect(&sky);
    // Whoever is turned away need not even ask.
    let turned_away = || read_response(&mut BufReader::new(connect(&sky))).unwrap();
    let refused = turned_away();
    assert_eq!(refused.status, 503, "{}", refused.json);
    assert_eq!(refused.header("retry-after"), Some("1"));
    for operation in Contract::of_this_tree().operations() {
        keeps_to_contract(operation, &refused);
    }
    assert_eq!(sky.request("GET", path, Some(&token), None).status, 200);
    drop(second);
    let request = Request {
        method: "GET",
        path: "/healthy",
        authorization: None,
        content_type: None,
        body: None,
    };
    let served = poll_for(LATE, || {
        let mut stream = connect(&sky);
        stream.write_all(&head(&request)).ok()?;
        let response = read_response(&mut BufReader::new(stream)).ok()?;
        (response.status == 200).then_some(())
    });
    assert!(served.is_some());
}
