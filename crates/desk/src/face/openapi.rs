//! The OpenAPI 3.1 document, made from the table of operations and the types that they read and answer.
//!
//! `openapi.json` beside the crate is this document as it was last reviewed; a test holds both together,
//! so that no change of a type changes the API unseen.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::answers::{Form, ProblemView};
use super::operations::{Access, Operation};

/// Version of the API; the number in its paths.
pub const API_VERSION: &str = "1";

/// The whole document.
pub fn document() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let problem = generator.subschema_for::<ProblemView>().to_value();
    let problem = json!({ "application/json": { "schema": problem } });
    let mut paths = Map::new();
    for &operation in Operation::ALL {
        let item = paths.entry(operation.path()).or_insert_with(|| json!({}));
        let method = operation.method().as_str().to_ascii_lowercase();
        item[method] = describe(operation, &mut generator);
    }
    let problems = PROBLEMS.map(|(code, words)| {
        (problem_name(code), json!({ "description": words, "content": problem }))
    });
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Keepclear desk",
            "version": API_VERSION,
            "description": "One party's desk, for its people and programs. See docs/desk-api.md.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": problems.into_iter().collect::<Map<_, _>>(),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
            },
        },
    })
}

/// What each status of a problem says, whatever the operation.
const PROBLEMS: [(u16, &str); 11] = [
    (400, "`field` is wrong."),
    (401, "There is no token, or not a good one."),
    (403, "The token lacks the scope, or its issuer may not speak for its subject."),
    (404, "There is no such thing at this desk."),
    (408, "The body came too slowly."),
    (409, "What is there does not allow it."),
    (412, "Something was said since; the ETag is the current one."),
    (413, "The body is too long."),
    (415, "The body is not application/json."),
    (429, "More requests than a client may send; wait for Retry-After."),
    (503, "Not possible at the moment; wait for Retry-After."),
];

fn problem_name(code: u16) -> String {
    format!("Problem{code}")
}

fn describe(operation: Operation, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    let answer = match operation.form(generator) {
        Form::Json(schema) => json!({ "application/json": { "schema": schema } }),
        Form::Other(media) => {
            let media = media.split(';').next().unwrap_or(media);
            json!({ media: { "schema": { "type": "string" } } })
        }
    };
    let code = operation.code().as_str().to_owned();
    responses.insert(code, json!({ "description": "As asked.", "content": answer }));
    for code in problem_codes(operation) {
        let reference = format!("#/components/responses/{}", problem_name(code));
        responses.insert(code.to_string(), json!({ "$ref": reference }));
    }
    let mut described = json!({
        "operationId": operation.id(),
        "summary": operation.summary().trim(),
        "responses": responses,
        "parameters": parameters(operation),
        "security": operation.access().scope().map(|scope| json!({ "token": [scope] }))
            .into_iter().collect::<Vec<_>>(),
    });
    if let Some(schema) = operation.ask(generator) {
        described["requestBody"] = json!({
            "required": operation.needs_body(),
            "content": { "application/json": { "schema": schema } },
        });
    }
    described
}

fn problem_codes(operation: Operation) -> Vec<u16> {
    if operation.access() == Access::Open {
        return if operation == Operation::Ready { vec![503] } else { Vec::new() };
    }
    let mut codes = vec![401, 403, 429];
    if operation.path().contains('{') || !operation.query().is_empty() || operation.says() {
        codes.push(400);
    }
    if operation.path().contains('{') {
        // A party with several desks is one by name only.
        codes.extend([404, 409]);
    }
    if operation.says() {
        codes.extend([408, 409, 413, 415, 503]);
    }
    if operation.heeds_if_match() {
        codes.push(412);
    }
    codes
}

fn parameters(operation: Operation) -> Vec<Value> {
    let mut parameters = Vec::new();
    for part in operation.path().split('/') {
        let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
            continue;
        };
        let words = match name {
            "peer" => "Id of the desk at the other end, or its party's name.",
            "exchange" => "Id of the exchange.",
            "draft" => "Id of the draft.",
            "number" => "Number of the milestone, from 1.",
            "desk" => "Id of the witness's desk.",
            "line" => "Id of the line between others.",
            _ => "Key of the alarm.",
        };
        let schema = match name {
            "exchange" | "draft" | "desk" | "line" => json!({ "type": "string", "format": "uuid" }),
            "number" => json!({ "type": "integer", "minimum": 1, "maximum": 255 }),
            _ => json!({ "type": "string" }),
        };
        parameters.push(parameter(name, "path", words, true, &schema));
    }
    for query in operation.query() {
        parameters.push(parameter(
            query.name,
            "query",
            query.words,
            false,
            &json!({ "type": "string" }),
        ));
    }
    if operation == Operation::FollowEvents {
        let words = "Position of the last event that is known.";
        parameters.push(parameter(
            "Last-Event-ID",
            "header",
            words,
            false,
            &json!({ "type": "string" }),
        ));
    }
    if operation.says() {
        let words = "A fresh UUID for each thing that is to happen once; the same one repeats the first answer.";
        let schema = json!({ "type": "string", "format": "uuid" });
        parameters.push(parameter("Idempotency-Key", "header", words, true, &schema));
    }
    if operation.heeds_if_match() {
        let words = "ETag of the exchange or draft as the caller last saw it.";
        parameters.push(parameter(
            "If-Match",
            "header",
            words,
            false,
            &json!({ "type": "string" }),
        ));
    }
    parameters
}

fn parameter(name: &str, place: &str, words: &str, required: bool, schema: &Value) -> Value {
    json!({
        "name": name, "in": place, "description": words, "required": required, "schema": schema,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_in_the_tree_is_the_one_of_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        let current = format!("{:#}\n", document());
        if std::env::var_os("KEEPCLEAR_RENEW").is_some() {
            std::fs::write(path, &current).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            kept == current,
            "crates/desk/openapi.json is not what the code says; look at the difference after \
             `KEEPCLEAR_RENEW=1 cargo test -p keepclear-desk the_document_in_the_tree`"
        );
    }

    #[test]
    fn a_body_may_be_left_out_exactly_where_it_has_no_field_that_must_be_there() {
        let document = document();
        let operations = document["paths"].as_object().unwrap().values();
        let operations = operations.flat_map(|path| path.as_object().unwrap().values());
        let bodies = operations.filter(|operation| operation.get("requestBody").is_some());
        let (mut needed, mut spared) = (0, 0);
        for operation in bodies {
            let body = &operation["requestBody"];
            let reference = &body["content"]["application/json"]["schema"]["$ref"];
            let schema = document.pointer(&reference.as_str().unwrap()[1..]).unwrap();
            let is_free = schema["type"] == "object" && schema.get("required").is_none();
            assert_eq!(body["required"], !is_free, "{}", operation["operationId"]);
            *(if is_free { &mut spared } else { &mut needed }) += 1;
        }
        assert!(needed > 0 && spared > 0, "{needed} {spared}");
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_and_every_reference_leads_somewhere() {
        let mut ids: Vec<_> = Operation::ALL.iter().map(|operation| operation.id()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Operation::ALL.len());
        let document = document();
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }
}
