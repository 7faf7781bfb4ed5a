//! What the OpenAPI files say about every answer of the sky, and whether an answer keeps to it.
//!
//! The facts in `contract/*.json` are extracted by `scripts/openapi-facts` and never edited by hand: where
//! the sky departs from the files on purpose, `contract/overlay.json` says so and why.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Value, json};

const FACTS: [&str; 3] = [
    include_str!("../contract/f3548-21.json"),
    include_str!("../contract/interuss-aux.json"),
    include_str!("../contract/versioning.json"),
];
const OVERLAY: &str = include_str!("../contract/overlay.json");

/// Everything that may be asked of the sky, and all that it may answer.
pub struct Contract {
    operations: Vec<Operation>,
    validators: Vec<Validator>,
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    /// The file's `operationId`.
    pub id: String,
    /// HTTP method, upper case.
    pub method: String,
    /// Path with `{parameters}`.
    pub path: String,
    /// Alternatives, each a list of scopes needed together; empty for an operation without a token.
    pub scopes: Vec<Vec<String>>,
    /// Whether it takes a body.
    pub has_body: bool,
    /// By code, the validator of the body; `None` where no body is declared.
    responses: BTreeMap<u16, Option<usize>>,
}

impl Operation {
    /// The codes that it may answer.
    pub fn codes(&self) -> impl Iterator<Item = u16> + '_ {
        self.responses.keys().copied()
    }
}

/// How an answer departs from the contract.
#[derive(Debug, thiserror::Error)]
pub enum Deviation {
    /// A code that neither the facts nor the overlay know for this operation.
    #[error("{operation} answered {code}, documented are {documented:?}")]
    UndocumentedCode {
        /// The operation.
        operation: String,
        /// What it answered.
        code: u16,
        /// What it may answer.
        documented: Vec<u16>,
    },
    /// Not `application/json`.
    #[error("{operation} answered {code} as {content_type:?}, not application/json")]
    ContentType {
        /// The operation.
        operation: String,
        /// The code.
        code: u16,
        /// The header, if any.
        content_type: Option<String>,
    },
    /// A body that is not JSON.
    #[error("{operation} answered {code} with a body that is not JSON: {source}")]
    NotJson {
        /// The operation.
        operation: String,
        /// The code.
        code: u16,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A body that its schema refuses.
    #[error("{operation} answered {code} with a body that is not as documented: {errors:?}")]
    Body {
        /// The operation.
        operation: String,
        /// The code.
        code: u16,
        /// Path and reason of each error.
        errors: Vec<String>,
    },
    /// A body where none is documented.
    #[error("{operation} answered {code} with a body, none is documented")]
    UnexpectedBody {
        /// The operation.
        operation: String,
        /// The code.
        code: u16,
    },
}

impl Contract {
    /// The contract of this tree.
    pub fn of_this_tree() -> &'static Self {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        CONTRACT.get_or_init(|| Builder::default().build())
    }

    /// All operations.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation with this `operationId`.
    ///
    /// # Panics
    /// When there is none.
    pub fn operation(&self, id: &str) -> &Operation {
        let found = self.operations.iter().find(|operation| operation.id == id);
        found.unwrap_or_else(|| panic!("no operation {id} in the facts"))
    }

    /// Holds one answer against the documents.
    ///
    /// # Errors
    /// The first way in which it departs from them.
    pub fn check(
        &self,
        operation: &Operation,
        code: u16,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<(), Deviation> {
        let id = || operation.id.clone();
        let Some(response) = operation.responses.get(&code) else {
            let documented = operation.codes().collect();
            return Err(Deviation::UndocumentedCode { operation: id(), code, documented });
        };
        let Some(validator) = response else {
            return match body {
                [] => Ok(()),
                _ => Err(Deviation::UnexpectedBody { operation: id(), code }),
            };
        };
        let media_type = content_type.and_then(|value| value.split(';').next()).map(str::trim);
        if media_type != Some("application/json") {
            let content_type = content_type.map(str::to_owned);
            return Err(Deviation::ContentType { operation: id(), code, content_type });
        }
        let body: Value = serde_json::from_slice(body).map_err(|source| Deviation::NotJson {
            operation: id(),
            code,
            source,
        })?;
        let errors: Vec<String> = self.validators[*validator]
            .iter_errors(&body)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        if errors.is_empty() {
            return Ok(());
        }
        Err(Deviation::Body { operation: id(), code, errors })
    }
}

/// Puts the files together; each distinct schema gets one validator.
#[derive(Default)]
struct Builder {
    operations: Vec<Operation>,
    validators: Vec<Validator>,
    known: HashMap<String, usize>,
}

impl Builder {
    fn build(mut self) -> Contract {
        let overlay = parse(OVERLAY);
        for facts in FACTS {
            let mut facts = parse(facts);
            relax(&mut facts, &overlay);
            self.add(&facts);
        }
        self.lay_over(&overlay);
        Contract { operations: self.operations, validators: self.validators }
    }

    fn add(&mut self, facts: &Value) {
        let sha256 = text(&facts["source"]["sha256"]);
        for operation in list(&facts["operations"]) {
            let mut responses = BTreeMap::new();
            for (code, content) in operation["responses"].as_object().into_iter().flatten() {
                let code = code.parse().unwrap_or_else(|_| panic!("{code} is not a code"));
                let validator = (!content.is_null())
                    .then(|| self.validator(&sha256, &content["schema"], &facts["$defs"]));
                responses.insert(code, validator);
            }
            self.operations.push(Operation {
                id: text(&operation["id"]),
                method: text(&operation["method"]),
                path: text(&operation["path"]),
                scopes: list(&operation["scopes"]).iter().map(texts).collect(),
                has_body: !operation["request"].is_null(),
                responses,
            });
        }
    }

    fn lay_over(&mut self, overlay: &Value) {
        for open in list(&overlay["open"]) {
            for operation in selected(&mut self.operations, open) {
                operation.scopes.clear();
            }
        }
        for added in list(&overlay["codes"]) {
            let code = code(&added["code"]);
            let validator = self.overlay_validator(overlay, added);
            for operation in selected(&mut self.operations, added) {
                operation.responses.entry(code).or_insert(Some(validator));
            }
        }
        for replaced in list(&overlay["bodies"]) {
            let validator = self.overlay_validator(overlay, replaced);
            for operation in selected(&mut self.operations, replaced) {
                for code in list(&replaced["codes"]).iter().map(code) {
                    operation.responses.insert(code, Some(validator));
                }
            }
        }
    }

    fn overlay_validator(&mut self, overlay: &Value, entry: &Value) -> usize {
        let name = text(&entry["schema"]);
        self.validator("overlay", &overlay["schemas"][&name], &json!({}))
    }

    /// `file` keeps apart schemas of one name in two files.
    fn validator(&mut self, file: &str, schema: &Value, definitions: &Value) -> usize {
        let key = format!("{file} {schema}");
        if let Some(&index) = self.known.get(&key) {
            return index;
        }
        let mut whole = schema.clone();
        whole["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        whole["$defs"] = definitions.clone();
        let validator = jsonschema::options()
            .should_validate_formats(true)
            // OpenAPI's formats of numbers (int32, double) are not JSON Schema's.
            .should_ignore_unknown_formats(true)
            .build(&whole)
            .unwrap_or_else(|error| panic!("{schema}: {error}"));
        self.validators.push(validator);
        self.known.insert(key, self.validators.len() - 1);
        self.validators.len() - 1
    }
}

/// Takes fields out of `required` where the overlay says so.
fn relax(facts: &mut Value, overlay: &Value) {
    for entry in list(&overlay["not_required"]) {
        assert!(!text(&entry["why"]).is_empty(), "no reason given: {entry}");
        if let Some(schema) = facts["$defs"].get_mut(text(&entry["schema"]))
            && let Some(required) = schema["required"].as_array_mut()
        {
            required.retain(|field| *field != entry["field"]);
        }
    }
}

/// The operations that an entry of the overlay speaks of. An entry without a reason, or about an
/// operation that there is not, is a mistake of the overlay.
fn selected<'a>(
    operations: &'a mut [Operation],
    entry: &Value,
) -> impl Iterator<Item = &'a mut Operation> {
    assert!(!text(&entry["why"]).is_empty(), "no reason given: {entry}");
    let selector = entry["operations"].clone();
    for id in selector.as_array().into_iter().flatten().map(text) {
        assert!(operations.iter().any(|operation| operation.id == id), "no operation {id}");
    }
    operations.iter_mut().filter(move |operation| match selector.as_str() {
        Some("every") => true,
        Some("with a body") => operation.has_body,
        Some("with a token") => !operation.scopes.is_empty(),
        Some(other) => panic!("{other:?} selects nothing"),
        None => list(&selector).iter().any(|id| id == operation.id.as_str()),
    })
}

fn parse(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error} in {json}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or_else(|| panic!("not a list: {value}"), Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a string: {value}")).to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    list(value).iter().map(text).collect()
}

fn code(value: &Value) -> u16 {
    let code = value.as_u64().and_then(|code| u16::try_from(code).ok());
    code.unwrap_or_else(|| panic!("not a code: {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(id: &str, code: u16, content_type: &str, body: &str) -> Result<(), Deviation> {
        let contract = Contract::of_this_tree();
        contract.check(contract.operation(id), code, Some(content_type), body.as_bytes())
    }

    #[test]
    fn an_answer_that_keeps_to_the_documents_passes() {
        check("getVersion", 200, "application/json", r#"{ "version": "1" }"#).unwrap();
        check("GetVersion", 404, "application/json; charset=utf-8", r#"{ "message": "no" }"#)
            .unwrap();
        let availability = r#"{ "version": "", "status": { "uss": "a", "availability": "Down" } }"#;
        check("getUssAvailability", 200, "application/json", availability).unwrap();
    }

    #[test]
    fn each_way_of_departing_from_the_documents_is_seen() {
        let json = "application/json";
        let version = r#"{ "version": "1" }"#;
        let answered = check("getVersion", 500, json, r#"{ "message": "oh" }"#);
        assert!(matches!(answered, Err(Deviation::UndocumentedCode { code: 500, .. })));
        let answered = check("getVersion", 200, "text/plain", version);
        assert!(matches!(answered, Err(Deviation::ContentType { .. })));
        let answered = check("getVersion", 200, json, "1.0.0");
        assert!(matches!(answered, Err(Deviation::NotJson { .. })), "{answered:?}");
        for (id, code, body) in [
            ("getVersion", 200, r#"{ "version": 1 }"#),
            ("getUssAvailability", 200, r#"{ "version": "", "status": { "uss": "a" } }"#),
            ("setUssAvailability", 409, r#"{ "code": 3 }"#),
            ("getSubscription", 200, r#"{ "subscription": { "id": "x" } }"#),
        ] {
            let answered = check(id, code, json, body);
            assert!(matches!(answered, Err(Deviation::Body { .. })), "{id}: {answered:?}");
        }
    }
}
