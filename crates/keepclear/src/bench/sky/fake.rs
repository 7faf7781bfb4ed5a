//! A small DSS in memory, for the tests of the traffic: keys, OVNs and queries by level-13 cells.
//!
//! It knows no durability, subscriptions or rights, and takes a manager's name for its token.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::rc::Rc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use keepclear_geo::{Outline, Position, fixed_level};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::spawn_local;
use uuid::Uuid;

/// An intent that stands.
pub struct Intent {
    pub manager: String,
    pub version: u32,
    pub ovn: String,
    pub state: String,
    cells: Vec<u64>,
    /// As written: all times of the tests are of one length, so that text compares as time.
    times: (String, String),
}

#[derive(Default)]
pub struct Fake {
    pub intents: RefCell<BTreeMap<Uuid, Intent>>,
    /// Most intents that stood at once.
    pub most: Cell<usize>,
    /// Answers by method and code.
    pub answers: RefCell<BTreeMap<(String, u16), u32>>,
    /// While set, every write is answered 503.
    pub is_full: Cell<bool>,
    pub suffixes: Cell<u32>,
}

impl Fake {
    /// Serves on a free port; gives its address.
    pub async fn start(self: &Rc<Self>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let fake = Rc::clone(self);
        spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let fake = Rc::clone(&fake);
                let service = service_fn(move |request| {
                    let fake = Rc::clone(&fake);
                    async move { Ok::<_, Infallible>(fake.handle(request).await) }
                });
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                spawn_local(connection);
            }
        });
        format!("http://{address}")
    }

    async fn handle(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let (code, answer) = if parts.uri.path() == "/token" {
            let query = parts.uri.query().unwrap();
            let pairs: BTreeMap<String, String> =
                form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            assert_eq!(pairs["scope"], "utm.strategic_coordination");
            assert_eq!(pairs["intended_audience"], "127.0.0.1");
            (200, json!({"access_token": pairs["sub"]}))
        } else {
            let manager = parts.headers["authorization"].to_str().unwrap();
            let manager = manager.strip_prefix("Bearer ").unwrap().to_owned();
            let path = parts.uri.path().strip_prefix(super::client::INTENTS).unwrap();
            let path: Vec<&str> = path.split('/').skip(1).collect();
            let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
            let answered = self.answer(&parts.method, &path, &manager, &body);
            let key = (parts.method.to_string(), answered.0);
            *self.answers.borrow_mut().entry(key).or_default() += 1;
            answered
        };
        let mut response = Response::new(Full::new(Bytes::from(answer.to_string())));
        *response.status_mut() = code.try_into().unwrap();
        response
    }

    fn answer(&self, method: &Method, path: &[&str], who: &str, body: &Value) -> (u16, Value) {
        if self.is_full.get() && *method == Method::PUT {
            return (503, json!({"message": "no room"}));
        }
        if let ["query"] = path {
            return self.query(who, &body["area_of_interest"]);
        }
        let id: Uuid = path[0].parse().unwrap();
        let mut intents = self.intents.borrow_mut();
        let current = intents.get(&id).map(|intent| intent.ovn.clone());
        let given = path.get(1).and_then(|ovn| {
            form_urlencoded::parse(ovn.as_bytes()).next().map(|(ovn, _)| ovn.into_owned())
        });
        if path.len() > 1 && given != current {
            return (409, json!({"message": "not the current OVN"}));
        }
        match *method {
            Method::GET => intents.get(&id).map_or((404, Value::Null), |intent| {
                (200, json!({"operational_intent_reference": reference(id, intent, who)}))
            }),
            Method::DELETE => {
                let gone = intents.remove(&id).unwrap();
                (200, json!({"operational_intent_reference": reference(id, &gone, who)}))
            }
            _ => {
                drop(intents);
                self.put(id, who, body)
            }
        }
    }

    fn put(&self, id: Uuid, who: &str, body: &Value) -> (u16, Value) {
        let (cells, times) = extent(&body["extents"][0]);
        let key: Vec<&str> =
            body["key"].as_array().unwrap().iter().map(|ovn| ovn.as_str().unwrap()).collect();
        let mut intents = self.intents.borrow_mut();
        let missing: Vec<Value> = intents
            .iter()
            .filter(|(other, intent)| **other != id && intent.meets(&cells, &times))
            .filter(|(_, intent)| !key.contains(&intent.ovn.as_str()))
            .map(|(id, intent)| reference(*id, intent, who))
            .collect();
        if !missing.is_empty() {
            return (409, json!({"missing_operational_intents": missing}));
        }
        let version = intents.get(&id).map_or(0, |intent| intent.version) + 1;
        let ovn = match body["requested_ovn_suffix"].as_str() {
            Some(suffix) => {
                assert_eq!(suffix.parse::<Uuid>().unwrap().get_version_num(), 7);
                self.suffixes.set(self.suffixes.get() + 1);
                format!("{id}_{suffix}")
            }
            // As other DSSs: not made for paths.
            None => Uuid::new_v4().simple().to_string().replace('a', "+"),
        };
        let state = body["state"].as_str().unwrap().to_owned();
        let intent = Intent { manager: who.to_owned(), version, ovn, state, cells, times };
        let answer = json!({
            "subscribers": [{"uss_base_url": "x", "subscriptions": [{"subscription_id": "x"}]}],
            "operational_intent_reference": reference(id, &intent, who),
        });
        intents.insert(id, intent);
        self.most.set(self.most.get().max(intents.len()));
        (if version == 1 { 201 } else { 200 }, answer)
    }

    fn query(&self, who: &str, area: &Value) -> (u16, Value) {
        let (cells, times) = extent(area);
        let intents = self.intents.borrow();
        let found: Vec<Value> = intents
            .iter()
            .filter(|(_, intent)| intent.meets(&cells, &times))
            .map(|(id, intent)| reference(*id, intent, who))
            .collect();
        (200, json!({"operational_intent_references": found}))
    }
}

impl Intent {
    /// One that somebody else has left in a busy cell, in the JSON of its volume.
    pub fn left_behind(volume: &str) -> Self {
        let (cells, times) = extent(&serde_json::from_str(volume).unwrap());
        let (manager, state) = ("somebody".to_owned(), "Accepted".to_owned());
        Self { manager, version: 1, ovn: "unknown to us".to_owned(), state, cells, times }
    }

    fn meets(&self, cells: &[u64], times: &(String, String)) -> bool {
        self.times.0 <= times.1
            && times.0 <= self.times.1
            && self.cells.iter().any(|cell| cells.contains(cell))
    }
}

fn reference(id: Uuid, intent: &Intent, who: &str) -> Value {
    let ovn = if intent.manager == who { &intent.ovn } else { "Available from USS" };
    json!({
        "id": id.to_string(), "manager": intent.manager, "version": intent.version, "ovn": ovn,
        "state": intent.state, "subscription_id": "00000000-0000-4000-8000-000000000000",
    })
}

fn extent(volume: &Value) -> (Vec<u64>, (String, String)) {
    let vertices = volume["volume"]["outline_polygon"]["vertices"].as_array().unwrap();
    let corners: Vec<Position> = vertices
        .iter()
        .map(|at| Position::new(at["lat"].as_f64().unwrap(), at["lng"].as_f64().unwrap()).unwrap())
        .collect();
    let cells = fixed_level(&Outline::polygon(&corners).unwrap(), 13, 1_000).unwrap();
    let time = |name: &str| volume[name]["value"].as_str().unwrap().to_owned();
    (cells.cells().to_vec(), (time("time_start"), time("time_end")))
}
