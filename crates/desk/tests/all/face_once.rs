//! A request happens once, and only on what its caller has seen.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::face_support::{Node, Pair, RATE, at, content, delay, notice};

#[tokio::test]
async fn a_repeated_request_is_answered_alike_also_after_a_restart() {
    let pair = Pair::start().await;
    let key = Uuid::new_v4().to_string();
    let headers = [("idempotency-key", key.as_str())];
    let path = pair.line("notices");
    let body = notice();
    let first = pair.north.post_as(&path, &body, &headers).await.is(201).json;
    assert_eq!(pair.north.post_as(&path, &body, &headers).await.is(201).json, first);
    let drawn = Uuid::new_v4().to_string();
    let drawn = [("idempotency-key", drawn.as_str())];
    let tests = pair.line("tests");
    let test = pair.north.post_as(&tests, &json!({}), &drawn).await.is(201).json;
    let over = Uuid::new_v4().to_string();
    let over = [("idempotency-key", over.as_str())];
    let watch = json!({ "role": "night watch" });
    let handover = pair.line("handover");
    let handed = pair.north.post_as(&handover, &watch, &over).await.is(201).json;

    let Pair { north, south, seats } = pair;
    north.kill().await;
    let north = Node::start(&seats[0], RATE).await;
    assert_eq!(north.post_as(&path, &body, &headers).await.is(201).json, first);
    assert_eq!(north.post_as(&tests, &json!({}), &drawn).await.is(201).json, test);
    assert_eq!(north.post_as(&handover, &watch, &over).await.is(201).json, handed);
    let mut other = body.clone();
    other["words"] = json!("something else");
    let refused = north.post_as(&path, &other, &headers).await;
    assert_eq!(refused.json["field"], "Idempotency-Key");
    assert_eq!(refused.code(409), "key_reused");
    let listed = north.get(&format!("/desk/v1/lines/{}/exchanges", south.id())).await.is(200).json;
    assert_eq!(listed["exchanges"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_repeated_answer_that_named_nothing_is_the_same_answer() {
    let pair = Pair::start().await;
    let asked = pair.opened("requests", &delay()).await;
    let key = Uuid::new_v4().to_string();
    let headers = [("idempotency-key", key.as_str())];
    let answer = json!({ "answer": { "agreed": {} }, "covers": ["South"] });
    let path = at(&asked, "answer");
    let first = pair.south.post_as(&path, &answer, &headers).await.is(201).json;
    assert_eq!(pair.south.post_as(&path, &answer, &headers).await.is(201).json, first);
    // Somebody else on the same watch: the first answer stands.
    let declined = json!({ "answer": { "declined": {} }, "covers": ["South"] });
    let second = pair.south.post(&path, &declined).await;
    let reason = second.json["reason"].as_str().unwrap().to_owned();
    assert_eq!(second.code(409), "already");
    let seen = pair.south.get(&at(&asked, "")).await.json;
    let answered = seen["exchange"]["messages"].as_array().unwrap().last().unwrap().clone();
    assert!(reason.contains("duty officer"), "{reason}");
    assert!(reason.contains(answered["sent_at"].as_str().unwrap()), "{reason} {answered:#}");
}

#[tokio::test]
async fn a_decision_on_an_exchange_that_has_moved_is_refused_with_its_present_tag() {
    let pair = Pair::start().await;
    let asked = pair.opened("requests", &delay()).await;
    let seen = pair.south.get(&at(&asked, "")).await;
    let stale = seen.etag();
    let last = seen.json["exchange"]["messages"][0]["id"].as_str().unwrap();
    assert_eq!(stale, format!("\"{last}\""));
    let amended = json!({ "content": content(Some(json!({ "delay": { "by_s": 300 } }))) });
    pair.north.post(&at(&asked, "amendment"), &amended).await.is(201);
    let two = |answer: &Value| answer["exchange"]["messages"].as_array().unwrap().len() == 2;
    pair.south.until(&at(&asked, ""), "amended", two).await;
    let answer = json!({ "answer": { "agreed": {} }, "covers": ["South"] });
    let path = at(&asked, "answer");
    let key = Uuid::new_v4().to_string();
    let headers = [("idempotency-key", key.as_str()), ("if-match", stale.as_str())];
    let refused = pair.south.post_as(&path, &answer, &headers).await;
    let current = refused.etag();
    assert_eq!(refused.code(412), "changed");
    assert_ne!(current, stale);
    assert_eq!(pair.south.get(&at(&asked, "")).await.etag(), current);
    let headers = [("idempotency-key", key.as_str()), ("if-match", current.as_str())];
    let first = pair.south.post_as(&path, &answer, &headers).await.is(201).json;
    // Repeated, it is answered although the exchange has moved by it.
    assert_eq!(pair.south.post_as(&path, &answer, &headers).await.is(201).json, first);
    let headers = [("idempotency-key", key.as_str()), ("if-match", "seven")];
    assert_eq!(pair.south.post_as(&path, &answer, &headers).await.code(400), "field");
}

#[tokio::test]
async fn what_is_meant_must_be_named_where_several_things_can_be() {
    let pair = Pair::start().await;
    let asked = pair.opened("requests", &delay()).await;
    for words in ["one", "two"] {
        pair.south.post(&at(&asked, "statement"), &json!({ "words": words })).await.is(201);
    }
    let three = |answer: &Value| answer["exchange"]["messages"].as_array().unwrap().len() == 3;
    let seen = pair.north.until(&at(&asked, ""), "talked about", three).await;
    let path = at(&asked, "acknowledgement");
    let refused = pair.north.post(&path, &json!({})).await;
    let reason = refused.json["reason"].as_str().unwrap().to_owned();
    assert_eq!(refused.code(409), "several_wait");
    for message in &seen["exchange"]["messages"].as_array().unwrap()[1..] {
        let of = message["id"].as_str().unwrap();
        assert!(reason.contains(of), "{reason}");
        pair.north.post(&path, &json!({ "of": of })).await.is(201);
    }
    assert_eq!(pair.north.post(&path, &json!({})).await.code(409), "already");
    let nothing = pair.north.post(&at(&asked, "signature"), &json!({})).await;
    assert_eq!(nothing.code(409), "nothing_waits");
}

#[tokio::test]
async fn of_two_answers_at_the_same_moment_one_stands_and_one_request_sent_twice_is_one() {
    let pair = Pair::start().await;
    let asked = pair.opened("requests", &delay()).await;
    let path = at(&asked, "answer");
    let agreed = json!({ "answer": { "agreed": {} }, "covers": ["South"] });
    let declined = json!({ "answer": { "declined": {} }, "covers": ["South"] });
    let both = tokio::join!(pair.south.post(&path, &agreed), pair.south.post(&path, &declined));
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let key = Uuid::new_v4().to_string();
    let headers = [("idempotency-key", key.as_str())];
    let path = at(&asked, "statement");
    let words = json!({ "words": "once" });
    let (first, second) = tokio::join!(
        pair.north.post_as(&path, &words, &headers),
        pair.north.post_as(&path, &words, &headers)
    );
    assert_eq!(first.is(201).json, second.is(201).json);
}
