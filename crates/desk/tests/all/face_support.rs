//! Desks as processes have them, but for the process: two of them, paired, and their APIs.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use keepclear_auth::{
    IssuerConfig, IssuerKeys, LocalIssuer, TokenClaims, Verifier, install_crypto_provider,
    load_pem_keys,
};
use keepclear_desk::Desk;
use keepclear_desk::face::{Face, router};
use keepclear_line::quantity::Name;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tower::Service as _;
use uuid::Uuid;

use crate::desks::{DEADLINE, Running, Seat, Setup};
use crate::face_contract::check;

/// Requests a second that no test reaches unless it wants to.
pub const RATE: u32 = 100_000;
pub const ALL_SCOPES: &str = "keepclear.read keepclear.speak keepclear.supervise";
const AUDIENCE: &str = "desk.test";

/// Signs tokens.
pub struct Tokens {
    issuer: LocalIssuer,
    _folder: TempDir,
    key: PathBuf,
}

impl Tokens {
    pub fn shared() -> &'static Self {
        static TOKENS: OnceLock<Tokens> = OnceLock::new();
        TOKENS.get_or_init(|| {
            install_crypto_provider();
            let issuer = LocalIssuer::generate().unwrap();
            let folder = TempDir::new().unwrap();
            let key = folder.path().join("issuer.pem");
            fs::write(&key, issuer.public_key_pem()).unwrap();
            Self { issuer, _folder: folder, key }
        })
    }

    pub fn token(&self, subject: &str, scope: &str, expire_in_s: i64) -> String {
        self.token_for(subject, scope, expire_in_s, AUDIENCE)
    }

    pub fn token_for(&self, subject: &str, scope: &str, expire_in_s: i64, to: &str) -> String {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let claims = TokenClaims {
            issuer: "issuer.test".to_owned(),
            subject: subject.to_owned(),
            audience: to.to_owned(),
            scope: scope.to_owned(),
            expire_s: now.as_secs() as i64 + expire_in_s,
        };
        self.issuer.issue(&claims).unwrap()
    }

    fn verifier(&self) -> Verifier {
        let keys = IssuerKeys::Fixed(load_pem_keys(&[&self.key]).unwrap());
        let issuer = IssuerConfig { name: None, keys, subjects: vec!["watch*".to_owned()] };
        Verifier::new(vec![issuer], vec![AUDIENCE.to_owned()]).unwrap()
    }
}

/// A desk that runs in this process, and its API.
pub struct Node {
    pub desk: Desk,
    pub api: Router,
    running: Running,
    stopping: watch::Sender<bool>,
}

impl Node {
    /// Founds a desk, or goes on with the one that is there.
    pub async fn start(seat: &Seat, rate: u32) -> Self {
        let running = seat.start().await;
        let desk = running.desk.clone();
        let (stopping, stopped) = watch::channel(false);
        let face = Face {
            desk: desk.clone(),
            verifier: Arc::new(Tokens::shared().verifier()),
            role: Name::new("duty officer").unwrap(),
            metrics: Arc::new(|| "# nothing\n".to_owned()),
            requests_per_second_per_client: rate,
            stopping: stopped,
        };
        Self { desk, api: router(face), running, stopping }
    }

    /// Ends it as a killed process ends.
    pub async fn kill(self) {
        let Self { desk, api, running, stopping } = self;
        stopping.send_replace(true);
        drop((desk, api));
        running.kill().await;
    }

    /// Sends a request, and holds its answer against the document.
    pub async fn send(&self, ask: Ask<'_>) -> Answer {
        let Ask { method, path, token, headers, body } = ask;
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_vec())).unwrap();
        let answer = self.api.clone().call(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        let media = parts.headers["content-type"].to_str().unwrap().to_owned();
        let status = parts.status.as_u16();
        check(method, path, status, &media, &body);
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Answer { status, headers: parts.headers, json, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        let token = Tokens::shared().token("watch", ALL_SCOPES, 600);
        let ask = Ask { method: "GET", path, token: Some(&token), headers: &[], body: b"" };
        self.send(ask).await
    }

    /// Says something, under a fresh key.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_as(path, body, &[("idempotency-key", &Uuid::new_v4().to_string())]).await
    }

    pub async fn post_as(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let token = Tokens::shared().token("watch", ALL_SCOPES, 600);
        let body = body.to_string();
        let (token, body) = (Some(token.as_str()), body.as_bytes());
        self.send(Ask { method: "POST", path, token, headers, body }).await
    }

    /// The id of a desk.
    pub fn id(&self) -> String {
        self.desk.card().desk().to_string()
    }

    /// Reads until the answer is as it should be.
    pub async fn until(&self, path: &str, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        let mut moved = self.desk.moved();
        loop {
            let answer = self.get(path).await;
            if answer.status == 200 && is(&answer.json) {
                return answer.json;
            }
            assert!(began.elapsed() < DEADLINE, "{path}: not {what}: {:#}", answer.json);
            let _ = tokio::time::timeout(Duration::from_secs(1), moved.changed()).await;
        }
    }
}

/// A request.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub token: Option<&'a str>,
    pub headers: &'a [(&'a str, &'a str)],
    pub body: &'a [u8],
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub json: Value,
    pub body: Vec<u8>,
}

impl Answer {
    /// # Panics
    /// When the status is another one.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// The code of a refusal with this status.
    #[track_caller]
    pub fn code(self, status: u16) -> String {
        self.is(status).json["code"].as_str().unwrap().to_owned()
    }

    pub fn etag(&self) -> String {
        self.headers["etag"].to_str().unwrap().to_owned()
    }

    pub fn exchange(&self) -> String {
        self.json["exchange"].as_str().unwrap().to_owned()
    }
}

/// Two paired desks.
pub struct Pair {
    pub north: Node,
    pub south: Node,
    pub seats: [Seat; 2],
}

impl Pair {
    pub async fn start() -> Self {
        let pair = Self::unconfirmed().await;
        let card = pair.south.get("/desk/v1/card").await.json;
        // Pairing again changes nothing, and answers the phrase again.
        let phrase = pair.north.post("/desk/v1/cards", &card).await.is(201).json["phrase"].clone();
        for (node, peer) in [(&pair.north, &pair.south), (&pair.south, &pair.north)] {
            let path = format!("/desk/v1/lines/{}/confirmation", peer.id());
            let confirmed = node.post(&path, &json!({ "phrase": phrase })).await.is(201);
            assert_eq!(confirmed.json["confirmed"], true);
        }
        pair
    }

    /// Their cards are exchanged, and nobody has compared the phrase.
    pub async fn unconfirmed() -> Self {
        let seats =
            [Seat::new(Setup::of("North Desk")).await, Seat::new(Setup::of("South Desk")).await];
        let north = Node::start(&seats[0], RATE).await;
        let south = Node::start(&seats[1], RATE).await;
        let cards = (north.get("/desk/v1/card").await.json, south.get("/desk/v1/card").await.json);
        let ours = north.post("/desk/v1/cards", &cards.1).await.is(201).json;
        let theirs = south.post("/desk/v1/cards", &cards.0).await.is(201).json;
        assert_eq!(ours["phrase"], theirs["phrase"]);
        assert_eq!(ours["phrase"].as_array().unwrap().len(), 20);
        assert_eq!(ours["confirmed"], false);
        Self { north, south, seats }
    }

    /// A path on the north desk's line to the south.
    pub fn line(&self, rest: &str) -> String {
        format!("/desk/v1/lines/{}/{rest}", self.south.id())
    }

    /// North says something that opens an exchange, and south has it.
    pub async fn opened(&self, what: &str, body: &Value) -> String {
        let said = self.north.post(&self.line(what), body).await.is(201);
        let exchange = said.exchange();
        self.south.until(&at(&exchange, ""), "there", |_| true).await;
        exchange
    }
}

/// A path within an exchange.
pub fn at(exchange: &str, rest: &str) -> String {
    let slash = if rest.is_empty() { "" } else { "/" };
    format!("/desk/v1/exchanges/{exchange}{slash}{rest}")
}

/// An hour that begins in `in_s` seconds.
pub fn window(in_s: i64) -> Value {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let at = |s: i64| keepclear_wire::time::format_us((now.as_secs() as i64 + s) * 1_000_000);
    json!({ "from": at(in_s), "to": at(in_s + 3_600) })
}

/// Shared fields with one circle.
pub fn content(action: Option<Value>) -> Value {
    let window = window(1_200);
    let altitude = |m: f64| json!({ "value_m": m, "reference": "AMSL" });
    let mut content = json!({
        "topic": "flights",
        "window": window,
        "volumes": [{
            "shape": { "circle": { "center": { "lat": 48.4, "lng": 9.97 }, "radius_m": 500.5 } },
            "lower": altitude(300.0), "upper": altitude(420.125),
            "from": window["from"], "to": window["to"],
        }],
        "our_flights": ["N-101"],
        "your_flights": ["S-7"],
    });
    if let Some(action) = action {
        content["action"] = action;
    }
    content
}

/// An opening of a request to fly four minutes later.
pub fn delay() -> Value {
    json!({ "content": content(Some(json!({ "delay": { "by_s": 240 } }))), "words": "please" })
}

pub fn notice() -> Value {
    json!({ "content": content(None) })
}
