//! Whose tokens are taken: from flags and `[[issuer]]` tables to a verifier.

use std::path::PathBuf;
use std::sync::Arc;

use keepclear_auth::{IssuerConfig, IssuerKeys, JwksOptions, JwksSource, Verifier, load_pem_keys};
use serde::Deserialize;

use super::{AccessArgs, ServiceError};

/// One `[[issuer]]` table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct IssuerTable {
    name: String,
    #[serde(default)]
    public_key_files: Vec<PathBuf>,
    #[serde(default)]
    jwks_url: Option<String>,
    #[serde(default)]
    subjects: Vec<String>,
}

/// A verifier, with the key sets that it loads.
pub fn verifier(args: &AccessArgs) -> Result<Arc<Verifier>, ServiceError> {
    let mut configs = Vec::new();
    if !args.public_key_files.is_empty() {
        configs.push(IssuerConfig {
            name: None,
            keys: fixed(&args.public_key_files)?,
            subjects: Vec::new(),
        });
    }
    if let Some(url) = &args.jwks_url {
        let keys = jwks(url, args.allow_http_jwks)?;
        configs.push(IssuerConfig { name: None, keys, subjects: Vec::new() });
    }
    for text in &args.issuer {
        configs.push(table(text, args.allow_http_jwks)?);
    }
    Verifier::new(configs, args.audiences.clone()).map(Arc::new).map_err(configuration)
}

fn table(text: &str, allow_http: bool) -> Result<IssuerConfig, ServiceError> {
    let wrapped = format!("issuer = {text}");
    let wrong = |reason: String| ServiceError::Configuration(format!("issuer {text}: {reason}"));
    #[derive(Deserialize)]
    struct Wrapped {
        issuer: IssuerTable,
    }
    let Wrapped { issuer } = toml::from_str(&wrapped)
        .map_err(|error| wrong(format!("{}; expected {{name=\"...\", public_key_files=[...] or jwks_url=\"...\", subjects=[...]}}", error.message())))?;
    let IssuerTable { name, public_key_files, jwks_url, subjects } = issuer;
    let keys = match (public_key_files.is_empty(), jwks_url) {
        (false, None) => fixed(&public_key_files)?,
        (true, Some(url)) => jwks(&url, allow_http)?,
        _ => return Err(wrong("give either public_key_files or jwks_url".to_owned())),
    };
    Ok(IssuerConfig { name: Some(name), keys, subjects })
}

fn fixed(files: &[PathBuf]) -> Result<IssuerKeys, ServiceError> {
    load_pem_keys(files).map(IssuerKeys::Fixed).map_err(configuration)
}

fn jwks(url: &str, allow_http: bool) -> Result<IssuerKeys, ServiceError> {
    let options = JwksOptions { allow_http, ..JwksOptions::default() };
    JwksSource::new(url, options).map(IssuerKeys::Jwks).map_err(configuration)
}

fn configuration(error: impl std::error::Error) -> ServiceError {
    ServiceError::Configuration(error.to_string())
}
