//! Whether an answer keeps to `openapi.json`, as it lies in the tree.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

use serde_json::{Value, json};

/// The document in the tree.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    DOCUMENT.get_or_init(|| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

/// One operation of the document.
#[derive(Debug, Clone)]
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    /// The scope that a token needs; none for an open one.
    pub scope: Option<String>,
}

pub fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                scope: operation["security"][0]["token"][0].as_str().map(str::to_owned),
            });
        }
    }
    operations
}

/// # Panics
/// When the answer is not as the document says of the operation at this path.
pub fn check(method: &str, path: &str, status: u16, media: &str, body: &[u8]) {
    let method = method.to_lowercase();
    let path = path.split('?').next().unwrap();
    let paths = document()["paths"].as_object().unwrap();
    let found =
        paths.iter().find(|(template, item)| fits(template, path) && item.get(&method).is_some());
    let Some((template, item)) = found else {
        assert!(matches!(status, 404 | 405), "{method} {path} is in no document: {status}");
        check_schema("problem", &json!({ "$ref": "#/components/schemas/ProblemView" }), body);
        return;
    };
    let response = &item[&method]["responses"][status.to_string()];
    let response = match response["$ref"].as_str() {
        Some(reference) => document().pointer(reference.trim_start_matches('#')).unwrap(),
        None => response,
    };
    let text = String::from_utf8_lossy(body);
    assert!(!response.is_null(), "{method} {template} answered {status}, not documented: {text}");
    let media = media.split(';').next().unwrap().trim();
    let content = &response["content"][media];
    assert!(!content.is_null(), "{method} {template} answered {status} as {media}");
    if media == "application/json" {
        check_schema(&format!("{method} {template} {status}"), &content["schema"], body);
    }
}

/// # Panics
/// When the text is not JSON of a named schema.
pub fn check_named(name: &str, text: &str) {
    let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
    check_schema(name, &schema, text.as_bytes());
}

fn check_schema(what: &str, schema: &Value, body: &[u8]) {
    static VALIDATORS: OnceLock<Mutex<HashMap<String, jsonschema::Validator>>> = OnceLock::new();
    let body: Value =
        serde_json::from_slice(body).unwrap_or_else(|error| panic!("{what}: {error}"));
    let mut validators = VALIDATORS.get_or_init(Mutex::default).lock().unwrap();
    let validator = validators.entry(schema.to_string()).or_insert_with(|| {
        let mut whole = schema.clone();
        whole["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        whole["components"] = document()["components"].clone();
        let options = jsonschema::options().should_validate_formats(true);
        options.should_ignore_unknown_formats(true).build(&whole).unwrap()
    });
    let errors: Vec<String> = validator
        .iter_errors(&body)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{what}: {errors:#?}\n{body:#}");
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(path).all(|(part, found)| part.starts_with('{') || *part == found)
}
