//! Every operation, as two parties use them.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::face_support::{
    ALL_SCOPES, Answer, Ask, Node, Pair, Tokens, at, content, delay, notice, window,
};

fn state(expected: &'static str) -> impl Fn(&Value) -> bool {
    move |answer| answer["exchange"]["state"] == expected
}

#[tokio::test]
async fn until_two_people_have_compared_the_phrase_only_tests_are_taken() {
    let pair = Pair::unconfirmed().await;
    let north = &pair.north;
    let refused = north.post(&pair.line("notices"), &notice()).await;
    assert_eq!(refused.code(409), "not_confirmed");
    north.post(&pair.line("tests"), &json!({})).await.is(201);
    let other = json!({ "phrase": vec!["alfa"; 20] });
    let answer = north.post(&pair.line("confirmation"), &other).await.is(400);
    assert_eq!(answer.json["field"], "phrase");
    let line = north.get(&pair.line("")[..pair.line("").len() - 1]).await.is(200);
    assert_eq!(line.json["confirmed"], Value::Null);
    let mut altered = pair.south.get("/desk/v1/card").await.json;
    altered["url"] = json!("https://elsewhere.example");
    assert_eq!(north.post("/desk/v1/cards", &altered).await.is(400).json["field"], "signature");
}

#[tokio::test]
async fn a_line_is_tested_and_told() {
    let pair = Pair::start().await;
    let (north, south) = (&pair.north, &pair.south);
    let test = pair.opened("tests", &json!({ "phrase": 3 })).await;
    let inbox = south.get("/desk/v1/inbox").await.json;
    assert_eq!(inbox["items"][0]["exchange"]["id"], test.as_str());
    south.post(&at(&test, "test-answer"), &json!({ "phrase": 3 })).await.is(201);
    north.until(&at(&test, ""), "answered", state("answered")).await;
    let lines = north.get("/desk/v1/lines").await.json;
    assert!(lines["lines"][0]["tests"]["ours_answered_at"].is_string(), "{lines:#}");

    let told = pair.opened("notices", &notice()).await;
    north.until(&at(&told, ""), "read back", state("read_back")).await;
    south.post(&at(&told, "acknowledgement"), &json!({})).await.is(201);
    north.until(&at(&told, ""), "acknowledged", state("acknowledged")).await;
    let amended = json!({ "content": content(None), "words": "a correction" });
    north.post(&at(&told, "amendment"), &amended).await.is(201);
    south.until(&at(&told, ""), "amended", state("amended")).await;
    south.post(&at(&told, "acknowledgement"), &json!({})).await.is(201);
    north.post(&at(&told, "withdrawal"), &json!({ "words": "not needed" })).await.is(201);
    south.until(&at(&told, ""), "withdrawn", state("withdrawn")).await;

    for (what, action) in [("questions", "inform"), ("distress", "assist")] {
        let mut action_of = json!({});
        action_of[action] = json!({});
        let body = json!({ "content": content(Some(action_of)) });
        let asked = pair.opened(what, &body).await;
        let answer = json!({ "answer": { "cannot_say": {} }, "covers": ["South"] });
        south.post(&at(&asked, "answer"), &answer).await.is(201);
        north.until(&at(&asked, ""), "answered", state("answered")).await;
        north.post(&at(&asked, "end"), &json!({})).await.is(201);
    }
    let report = pair.opened("reports", &notice()).await;
    south.post(&at(&report, "statement"), &json!({ "words": "we saw it too" })).await.is(201);
    south.post(&at(&report, "acknowledgement"), &json!({})).await.is(201);
    let again = south.post(&at(&report, "acknowledgement"), &json!({})).await;
    assert_eq!(again.code(409), "already");
    let listed = north.get(&pair.line("exchanges")).await.is(200).json;
    assert_eq!(listed["exchanges"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn a_request_becomes_a_commitment_that_both_have_signed() {
    let pair = Pair::start().await;
    let (north, south) = (&pair.north, &pair.south);
    let asked = pair.opened("requests", &delay()).await;
    let held = json!({ "answer": { "stand_by": { "until": null } }, "covers": ["South"] });
    south.post(&at(&asked, "answer"), &held).await.is(201);
    north.until(&at(&asked, ""), "discussed", state("discussed")).await;
    let other = content(Some(json!({ "delay": { "by_s": 180 } })));
    let counter = json!({ "answer": { "counter": { "content": other } }, "covers": ["South"] });
    south.post(&at(&asked, "answer"), &counter).await.is(201);
    let ours = |answer: &Value| answer["exchange"]["turn"] == "us";
    north.until(&at(&asked, ""), "ours to answer", ours).await;
    let agreed = json!({ "answer": { "agreed": {} }, "covers": ["North"] });
    north.post(&at(&asked, "answer"), &agreed).await.is(201);
    south.until(&at(&asked, ""), "agreed", state("agreed")).await;

    let window = window(-60);
    let offer = json!({ "commitment": {
        "action": { "delay": { "by_s": 180 } }, "window": window, "flights": ["S-7"],
        "milestones": [{ "what": "S-7 is off", "deadline": window["to"], "evidence": "report" }],
    } });
    south.post(&at(&asked, "commitment"), &offer).await.is(201);
    let offered = |answer: &Value| answer["exchange"]["commitment"]["state"] == "offered";
    north.until(&at(&asked, ""), "offered", offered).await;
    north.post(&at(&asked, "signature"), &json!({})).await.is(201);
    let signed = |answer: &Value| answer["exchange"]["commitment"]["signed"] == true;
    south.until(&at(&asked, ""), "signed", signed).await;
    let reached = json!({ "outcome": "reached", "evidence": "off at the agreed time" });
    south.post(&at(&asked, "milestones/1"), &reached).await.is(201);
    assert_eq!(south.post(&at(&asked, "milestones/0"), &reached).await.code(400), "field");

    let text = north.get(&at(&asked, "text?languages=en,ru")).await.is(200).json;
    let texts = text["texts"].as_array().unwrap();
    assert_eq!(
        (texts[0]["language"].as_str(), texts[1]["language"].as_str()),
        (Some("en"), Some("ru"))
    );
    let lines = |at: usize| texts[at]["lines"].as_array().unwrap().len();
    assert_eq!(lines(0), lines(1));
    assert!(lines(0) > 10);
    assert_eq!(
        north.get(&at(&asked, "text?languages=xx")).await.is(400).json["field"],
        "languages"
    );

    let alone = json!({ "commitment": { "action": { "stay_clear": {} }, "window": window, "flights": [] } });
    let alone = pair.opened("commitments", &alone).await;
    south.until(&at(&alone, ""), "offered", offered).await;
}

#[tokio::test]
async fn a_supervisor_suspends_resumes_hands_over_and_agrees_on_times() {
    let pair = Pair::start().await;
    let (north, south) = (&pair.north, &pair.south);
    let line = pair.line("");
    let line = line.trim_end_matches('/');
    north.post(&pair.line("suspension"), &json!({ "words": "storm" })).await.is(201);
    assert_eq!(north.post(&pair.line("notices"), &notice()).await.code(409), "suspended");
    let key = Uuid::new_v4().to_string();
    let token = Tokens::shared().token("watch", ALL_SCOPES, 600);
    let resume = Ask {
        method: "DELETE",
        path: &pair.line("suspension"),
        token: Some(&token),
        headers: &[("idempotency-key", &key)],
        body: b"",
    };
    let first = north.send(resume).await.is(201);
    assert_eq!(north.send(resume).await.is(201).json, first.json);

    north.post(&pair.line("handover"), &json!({ "role": "night watch" })).await.is(201);
    let told = pair.opened("notices", &notice()).await;
    let seen = south.get(&at(&told, "")).await.json;
    assert_eq!(seen["exchange"]["messages"][0]["role"], "night watch");

    let mut terms = north.get(line).await.json["terms"].clone();
    terms["notice_given_s"] = json!(900);
    let theirs = format!("/desk/v1/lines/{}", north.id());
    north.post(&pair.line("terms"), &terms).await.is(201);
    south.post(&format!("{theirs}/terms"), &terms).await.is(201);
    let agreed = |answer: &Value| answer["terms_agreed"] == true;
    assert_eq!(north.until(line, "agreed", agreed).await["terms"]["notice_given_s"], 900);

    north.post(&pair.line("key"), &json!({ "propose": {} })).await.is(201);
    let proposed = |answer: &Value| answer["their_key"]["key"].is_string();
    let key = south.until(&theirs, "proposed", proposed).await["their_key"]["key"].clone();
    let accept = json!({ "accept": { "key": key } });
    south.post(&format!("{theirs}/key"), &accept).await.is(201);
    let accepted = |answer: &Value| answer["our_key"]["accepted_at"].is_string();
    north.until(line, "accepted", accepted).await;

    let early = json!({ "accept": { "fingerprint": "00".repeat(32) } });
    let refused = south.post(&format!("{theirs}/certificate"), &early).await.is(400);
    assert_eq!(refused.json["field"], "accept.of");
    north.post(&pair.line("certificate"), &json!({ "propose": {} })).await.is(201);
    let proposed = |answer: &Value| answer["their_certificate"]["fingerprint"].is_string();
    south.until(&theirs, "proposed", proposed).await;
    let refused = south.post(&format!("{theirs}/certificate"), &early).await.is(400);
    assert_eq!(refused.json["code"], "other_certificate");
    let shown = north.get(line).await.json["our_certificate"]["fingerprint"].clone();
    let accept = json!({ "accept": { "fingerprint": shown } });
    south.post(&format!("{theirs}/certificate"), &accept).await.is(201);
    let accepted = |answer: &Value| answer["our_certificate"]["accepted_at"].is_string();
    north.until(line, "accepted", accepted).await;
}

#[tokio::test]
async fn an_alarm_is_shelved_for_a_reason_and_until_a_time() {
    let pair = Pair::start().await;
    let north = &pair.north;
    let raised = |answer: &Value| !answer["alarms"].as_array().unwrap().is_empty();
    let alarms = north.until("/desk/v1/alarms", "raised", raised).await;
    let alarm = &alarms["alarms"][0]["alarm"];
    let key =
        alarm["key"].as_str().unwrap().replace('%', "%25").replace('/', "%2F").replace(' ', "%20");
    let path = format!("/desk/v1/alarms/{key}/shelving");
    let until = window(600)["from"].clone();
    assert_eq!(north.post(&path, &json!({ "until": until })).await.is(400).json["field"], "reason");
    let shelved = north.post(&path, &json!({ "reason": "known", "until": until })).await.is(201);
    assert_eq!(shelved.json["desk"], pair.south.id());
    let alarms = north.get("/desk/v1/alarms").await.json;
    let found = alarms["alarms"].as_array().unwrap().iter();
    let found =
        found.map(|line| &line["alarm"]).find(|found| found["key"] == alarm["key"]).unwrap();
    assert_eq!(found["shelved"]["reason"], "known");
    assert_eq!(found["shelved"]["role"], "duty officer");
}

#[tokio::test]
async fn a_process_is_alive_ready_measured_and_described() {
    let pair = Pair::start().await;
    for path in ["/healthy", "/ready", "/metrics", "/desk/v1/openapi.json"] {
        open(&pair.north, path).await.is(200);
    }
    let desk = pair.north.get("/desk/v1/desk").await.is(200).json;
    assert_eq!(desk["party"], "North Desk");
    assert_eq!(desk["peers"][0]["party"], "South Desk");
    assert_eq!(
        pair.north.get("/desk/v1/lines/South%20Desk").await.is(200).json["desk"],
        pair.south.id()
    );
    pair.north.desk.stop();
    assert_eq!(open(&pair.north, "/ready").await.code(503), "not_ready");
    assert_eq!(pair.north.post(&pair.line("tests"), &json!({})).await.code(503), "stopping");
}

/// Asks without a token.
async fn open(node: &Node, path: &str) -> Answer {
    node.send(Ask { method: "GET", path, token: None, headers: &[], body: b"" }).await
}
