//! Canonical bytes against vectors that another program wrote (`tests/golden/make.py`).

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use keepclear_entry::{
    Aside, Entry, EntryHash, Inline, Issuer, Kind, LogId, NodeId, Party, Payload, Principal,
    ProposedAt, RequestId, Retention, Salt, Sequence, Signature, Subject, TokenHash,
};
use serde_json::Value;

#[test]
fn every_vector_decodes_to_what_it_describes() {
    for (name, vector) in vectors() {
        let entry = Entry::decode(&bytes(&vector["hex"])).expect(&name);
        assert_eq!(Described::of(&entry), Described::from_json(&vector["entry"]), "{name}");
    }
}

#[test]
fn every_description_encodes_to_the_bytes_of_its_vector() {
    for (name, vector) in vectors() {
        // An aside payload cannot be made up from its hash; the test of asides below makes them.
        if let Some(entry) = Described::from_json(&vector["entry"]).to_entry() {
            assert_eq!(entry.encode(), bytes(&vector["hex"]), "{name}");
        }
    }
}

#[test]
fn every_vector_is_written_again_as_it_was_and_has_the_hash_that_was_computed_elsewhere() {
    for (name, vector) in vectors() {
        let canonical = bytes(&vector["hex"]);
        let entry = Entry::decode(&canonical).expect(&name);
        assert_eq!(entry.encode(), canonical, "{name}");
        assert_eq!(entry.hash().to_string(), vector["hash"], "{name}");
        let signed = EntryHash::of(&entry.signed_bytes());
        assert_eq!(signed.to_string(), vector["signed_sha256"], "{name}");
    }
}

#[test]
fn a_payload_beside_the_log_is_named_by_the_hash_of_its_salt_and_itself() {
    for aside in golden("vectors.json")["asides"].as_array().unwrap() {
        let salt = || Salt(octets(&aside["salt"]));
        let payload = bytes(&aside["payload"]);
        let named = Aside::of(salt(), &payload, Retention::PeerPlan).unwrap();
        assert_eq!(named.hash(), octets::<32>(&aside["hash"]));
        assert!(named.is_of(salt(), &payload));
        assert!(!named.is_of(Salt([0; 16]), &payload));
        assert!(!named.is_of(salt(), b"another plan"));
    }
}

#[test]
fn bytes_that_are_not_canonical_are_refused() {
    for case in golden("refused.json").as_array().unwrap() {
        let mut bytes = bytes(&case["hex"]);
        bytes.resize(bytes.len() + case["zeros"].as_u64().unwrap() as usize, 0);
        let answer = Entry::decode(&bytes);
        assert!(answer.is_err(), "{}: {answer:?}", case["name"]);
    }
}

/// An entry in the words of the vectors.
#[derive(Debug, PartialEq)]
struct Described {
    log: [u8; 17],
    exercise: bool,
    node: [u8; 16],
    sequence: u64,
    previous: [u8; 32],
    party: String,
    principal: Option<(String, String, [u8; 32])>,
    request: [u8; 16],
    proposed_at_us: i64,
    kind: u16,
    payload: DescribedPayload,
    signature: Option<[u8; 64]>,
}

#[derive(Debug, PartialEq)]
enum DescribedPayload {
    Inline(Vec<u8>),
    Aside([u8; 32], u8, u32),
}

impl Described {
    fn of(entry: &Entry) -> Self {
        Self {
            log: entry.log.to_bytes(),
            exercise: entry.exercise,
            node: entry.node.0,
            sequence: entry.sequence.get(),
            previous: entry.previous.0,
            party: entry.party.to_string(),
            principal: entry.principal.as_ref().map(|principal| {
                let Principal { issuer, subject, token_hash } = principal;
                (issuer.to_string(), subject.to_string(), token_hash.0)
            }),
            request: entry.request.0,
            proposed_at_us: entry.proposed_at.0,
            kind: entry.kind.0,
            payload: match &entry.payload {
                Payload::Inline(inline) => DescribedPayload::Inline(inline.as_bytes().to_vec()),
                Payload::Aside(aside) => {
                    DescribedPayload::Aside(aside.hash(), aside.retention().code(), aside.length())
                }
            },
            signature: entry.signature.map(|signature| signature.0),
        }
    }

    fn from_json(json: &Value) -> Self {
        let mut log = [json["log_kind"].as_u64().unwrap() as u8; 17];
        log[1..].copy_from_slice(&bytes(&json["log_id"]));
        let payload = &json["payload"];
        Self {
            log,
            exercise: json["exercise"].as_bool().unwrap(),
            node: octets(&json["node"]),
            sequence: json["sequence"].as_u64().unwrap(),
            previous: octets(&json["previous"]),
            party: text(&json["party"]),
            principal: json["principal"].as_object().map(|principal| {
                (text(&principal["0"]), text(&principal["1"]), octets(&principal["2"]))
            }),
            request: octets(&json["request"]),
            proposed_at_us: json["proposed_at_us"].as_i64().unwrap(),
            kind: json["kind"].as_u64().unwrap() as u16,
            payload: match payload.is_string() {
                true => DescribedPayload::Inline(bytes(payload)),
                false => DescribedPayload::Aside(
                    octets(&payload["0"]),
                    payload["1"].as_u64().unwrap() as u8,
                    payload["2"].as_u64().unwrap() as u32,
                ),
            },
            signature: json["signature"].is_string().then(|| octets(&json["signature"])),
        }
    }

    fn to_entry(&self) -> Option<Entry> {
        let DescribedPayload::Inline(payload) = &self.payload else { return None };
        Some(Entry {
            log: LogId::from_bytes(self.log).unwrap(),
            exercise: self.exercise,
            node: NodeId(self.node),
            sequence: Sequence::new(self.sequence).unwrap(),
            previous: EntryHash(self.previous),
            party: Party::new(&self.party).unwrap(),
            principal: self.principal.as_ref().map(|(issuer, subject, token_hash)| Principal {
                issuer: Issuer::new(issuer).unwrap(),
                subject: Subject::new(subject).unwrap(),
                token_hash: TokenHash(*token_hash),
            }),
            request: RequestId(self.request),
            proposed_at: ProposedAt(self.proposed_at_us),
            kind: Kind(self.kind),
            payload: Payload::Inline(Inline::new(payload.clone()).unwrap()),
            signature: self.signature.map(Signature),
        })
    }
}

fn vectors() -> Vec<(String, Value)> {
    let vectors = golden("vectors.json")["entries"].as_array().unwrap().clone();
    assert!(vectors.len() > 20);
    vectors.into_iter().map(|vector| (text(&vector["name"]), vector)).collect()
}

#[expect(clippy::disallowed_methods, reason = "a test may read its vectors")]
fn golden(name: &str) -> Value {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn text(json: &Value) -> String {
    json.as_str().unwrap().to_owned()
}

fn octets<const N: usize>(json: &Value) -> [u8; N] {
    bytes(json).try_into().unwrap()
}

fn bytes(json: &Value) -> Vec<u8> {
    let hex = json.as_str().unwrap();
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
