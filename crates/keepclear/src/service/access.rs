//! Flags that every service has: whose tokens it takes, and the certificate that it shows.
//!
//! The environment variable of such a flag carries the name of the command that it is given to, so it
//! is set there, by [`in_environment_of`].

use std::path::PathBuf;

use clap::{Arg, Args};

/// Whose tokens are taken, and what callers are shown.
#[derive(Debug, Clone, Args)]
pub struct AccessArgs {
    /// PEM files with the public keys that tokens are verified with; any issuer name.
    #[arg(long, value_name = "FILES", value_delimiter = ',')]
    pub public_key_files: Vec<PathBuf>,
    /// URL of the keys (JWKS) that tokens are verified with; any issuer name.
    #[arg(long, value_name = "URL", conflicts_with = "public_key_files")]
    pub jwks_url: Option<String>,
    /// One issuer among several, as an inline TOML table: {name="iss", public_key_files=["a.pem"], subjects=["uss1*"]}
    /// or with jwks_url. In the file of --config: [[issuer]] tables.
    #[arg(long, value_name = "TABLE")]
    pub issuer: Vec<String>,
    /// What `aud` of a token may be: the host names under which clients reach this node.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub audiences: Vec<String>,
    /// Take key sets over plain http from other machines too.
    #[arg(long)]
    pub allow_http_jwks: bool,
    /// PEM file with this node's certificate chain; without it the node speaks plain HTTP, for a proxy in front.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// PEM file with the key of the certificate.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

/// A flag that names no environment variable of its own is read from `KEEPCLEAR_<COMMAND>_<FLAG>`.
pub fn in_environment_of(command: &str, flag: Arg) -> Arg {
    match (flag.get_env(), flag.get_long()) {
        (None, Some(long)) => {
            let long = long.replace('-', "_").to_uppercase();
            flag.env(format!("KEEPCLEAR_{command}_{long}"))
        }
        _ => flag,
    }
}
