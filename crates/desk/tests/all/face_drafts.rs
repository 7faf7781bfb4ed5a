//! A message that one person writes and another releases.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::face_support::{ALL_SCOPES, Answer, Ask, Node, Pair, RATE, Tokens, at, delay, notice};

async fn send(node: &Node, method: &str, path: &str, body: &Value, tag: Option<&str>) -> Answer {
    let token = Tokens::shared().token("watch", ALL_SCOPES, 600);
    let key = Uuid::new_v4().to_string();
    let mut headers = vec![("idempotency-key", key.as_str())];
    headers.extend(tag.map(|tag| ("if-match", tag)));
    let body = body.to_string();
    let (token, body) = (Some(token.as_str()), body.as_bytes());
    node.send(Ask { method, path, token, headers: &headers, body }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_shown_in_both_languages_and_leaves_the_desk_only_when_it_is_released() {
    let pair = Pair::start().await;
    let (north, drafts) = (&pair.north, pair.line("drafts"));
    let kept = north.post(&drafts, &json!({ "request": delay() })).await.is(201).json;
    let path = format!("{drafts}/{}", kept["draft"].as_str().unwrap());
    let read = north.get(&path).await.is(200);
    let draft = &read.json;
    assert_eq!((&draft["state"], &draft["role"]), (&json!("drafted"), &json!("duty officer")));
    assert_eq!(draft["refused"], Value::Null);
    assert!(draft["texts"][0]["text"].as_str().unwrap().contains("N-101"));
    let listed = north.get(&drafts).await.is(200).json;
    assert_eq!(listed["drafts"][0], *draft);
    let lines = north.get("/desk/v1/lines").await.is(200).json;
    assert_eq!(lines["lines"][0]["drafts"], 1);

    // Whoever changes it says what they saw.
    let etag = read.etag();
    let change = json!({ "notice": notice() });
    assert_eq!(send(north, "PUT", &path, &change, None).await.code(400), "field");
    assert_eq!(send(north, "PUT", &path, &change, Some("\"1\"")).await.code(412), "changed");
    let changed = send(north, "PUT", &path, &change, Some(&etag)).await.is(200).json;
    let release = format!("{path}/release");
    assert_eq!(send(north, "POST", &release, &json!({}), Some(&etag)).await.code(412), "changed");

    // Nothing was heard of it there.
    assert_eq!(pair.south.get("/desk/v1/inbox").await.json["total"], 0);
    let version = format!("\"{}\"", changed["position"]);
    let said = send(north, "POST", &release, &json!({}), Some(&version)).await.is(201);
    let exchange = said.exchange();
    let there = pair.south.until(&at(&exchange, ""), "there", |_| true).await;
    assert_eq!(there["exchange"]["matter"], "notice");
    assert_eq!(north.get(&path).await.code(404), "no_draft");
    assert_eq!(send(north, "POST", &release, &json!({}), None).await.code(404), "no_draft");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_and_its_release_are_each_done_once_also_after_a_restart() {
    let pair = Pair::start().await;
    let drafts = pair.line("drafts");
    let keys = [(); 3].map(|()| Uuid::new_v4().to_string());
    fn once(key: &str) -> [(&str, &str); 1] {
        [("idempotency-key", key)]
    }
    let write = json!({ "test": { "phrase": 3 } });
    let first = pair.north.post_as(&drafts, &write, &once(&keys[0])).await.is(201).json;
    let again = pair.north.post_as(&drafts, &write, &once(&keys[0])).await.is(201).json;
    assert_eq!(first, again);
    let other = json!({ "test": { "phrase": 4 } });
    let reused = pair.north.post_as(&drafts, &other, &once(&keys[0])).await;
    assert_eq!(reused.code(409), "key_reused");
    let thrown = pair.north.post_as(&drafts, &write, &once(&keys[1])).await.is(201).json;
    let path = format!("{drafts}/{}", thrown["draft"].as_str().unwrap());
    send(&pair.north, "DELETE", &path, &json!({}), None).await.is(200);

    let Pair { north, south, seats } = pair;
    north.kill().await;
    let north = Node::start(&seats[0], RATE).await;
    let listed = north.get(&drafts).await.is(200).json;
    assert_eq!(listed["drafts"].as_array().unwrap().len(), 1);
    assert_eq!(listed["drafts"][0]["draft"], first["draft"]);
    let release = format!("{drafts}/{}/release", first["draft"].as_str().unwrap());
    let said = north.post_as(&release, &json!({}), &once(&keys[2])).await.is(201).json;
    let again = north.post_as(&release, &json!({}), &once(&keys[2])).await.is(201).json;
    assert_eq!(said, again);
    north.kill().await;
    let north = Node::start(&seats[0], RATE).await;
    assert_eq!(north.post_as(&release, &json!({}), &once(&keys[2])).await.is(201).json, said);
    assert_eq!(north.get(&drafts).await.json["drafts"], json!([]));
    drop(south);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_line_would_refuse_is_said_of_the_draft_and_refused_at_its_release() {
    let pair = Pair::start().await;
    let exchange = pair.opened("requests", &delay()).await;
    let south = &pair.south;
    let drafts = format!("/desk/v1/lines/{}/drafts", pair.north.id());
    let agrees = json!({ "of": null, "answer": { "agreed": {} }, "covers": ["all"] });
    let draft = json!({ "within": { "exchange": exchange, "say": { "answer": agrees } } });
    let kept = south.post(&drafts, &draft).await.is(201).json;
    let path = format!("{drafts}/{}", kept["draft"].as_str().unwrap());
    assert_eq!(south.get(&path).await.json["refused"], Value::Null);
    let declines = json!({ "answer": { "declined": {} }, "covers": ["all"] });
    south.post(&at(&exchange, "answer"), &declines).await.is(201);
    assert_eq!(south.get(&path).await.json["refused"]["code"], "already");
    let refused = send(south, "POST", &format!("{path}/release"), &json!({}), None).await;
    assert_eq!(refused.code(409), "already");
    assert_eq!(south.get(&path).await.json["state"], "drafted", "it stays a draft");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_come_in_pages_and_a_page_says_where_the_next_one_begins() {
    let pair = Pair::start().await;
    let mut opened = Vec::new();
    for _ in 0..5 {
        opened.push(pair.opened("notices", &notice()).await);
    }
    opened.reverse();
    let mut listed = Vec::new();
    let mut path = pair.line("exchanges?limit=2");
    loop {
        let page = pair.north.get(&path).await.is(200).json;
        let rows = page["exchanges"].as_array().unwrap();
        assert!(rows[0]["titles"][0]["text"].as_str().unwrap().starts_with("Notice: "));
        assert_eq!(rows[0]["last"]["kind"], "open");
        listed.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = pair.line(&format!("exchanges?limit=2&cursor={next}"));
    }
    assert_eq!(listed, opened);
    let begins = format!("exchanges?begins={}", &opened[0][..8]);
    let found = pair.north.get(&pair.line(&begins)).await.is(200).json;
    assert_eq!(found["exchanges"][0]["id"], opened[0].as_str());

    for what in ["inbox", "alarms"] {
        let key = if what == "inbox" { "items" } else { "alarms" };
        let south = &pair.south;
        let all = south.get(&format!("/desk/v1/{what}")).await.is(200).json;
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = south.get(&format!("/desk/v1/{what}?limit=2{cursor}")).await.is(200).json;
            assert_eq!(page["total"], all["total"]);
            seen.extend(page[key].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={}", next.replace(':', "%3A"));
        }
        let id = |list: &[Value]| -> Vec<Value> {
            let of = |item: &Value| match what {
                "inbox" => item["exchange"]["id"].clone(),
                _ => item["alarm"]["key"].clone(),
            };
            list.iter().map(of).collect()
        };
        assert_eq!(id(&seen), id(all[key].as_array().unwrap()), "{what}");
        assert!(seen.len() >= 5, "{what}");
        let wrong = south.get(&format!("/desk/v1/{what}?cursor=here")).await;
        assert_eq!(wrong.code(400), "field");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_exchange_shows_its_newest_messages_and_says_how_many_came_before() {
    let pair = Pair::start().await;
    let exchange = pair.opened("requests", &delay()).await;
    for number in 0..60 {
        let said = json!({ "words": format!("word {number}") });
        pair.north.post(&at(&exchange, "statement"), &said).await.is(201);
    }
    let shown = pair.north.get(&at(&exchange, "")).await.is(200);
    let messages = shown.json["exchange"]["messages"].as_array().unwrap();
    assert_eq!((messages.len(), &shown.json["exchange"]["earlier"]), (50, &json!(11)));
    assert_eq!(shown.etag(), format!("\"{}\"", messages[49]["id"].as_str().unwrap()));
    let before = pair.north.get(&format!("{}?before=11", at(&exchange, ""))).await.is(200).json;
    let first = &before["exchange"]["messages"];
    assert_eq!((first.as_array().unwrap().len(), &before["exchange"]["earlier"]), (11, &json!(0)));
    assert_eq!(first[0]["kind"], "open");
    // What waits is still known, however much is said about it.
    let agrees = json!({ "answer": { "agreed": {} }, "covers": ["all"] });
    pair.south.until(&at(&exchange, ""), "there", |it| it["exchange"]["earlier"] == 11).await;
    pair.south.post(&at(&exchange, "answer"), &agrees).await.is(201);
}
