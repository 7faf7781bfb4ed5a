//! A desk to try things with: an issuer beside it, and tokens for its three kinds of people.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use keepclear_auth::{LocalIssuer, TokenClaims};

use super::DeskArgs;
use crate::service::{ServiceError, TRIAL_ISSUER, take_trial_tokens};

/// How long a token is good for, seconds; desks take none of more than an hour.
const TOKEN_LIFE_S: i64 = 55 * 60;
/// How often the files are written anew.
const RENEWAL: Duration = Duration::from_secs(25 * 60);

/// Each file, and what its holder may do: whoever may do more may also read.
const TOKENS: [(&str, &str); 3] = [
    ("read", "keepclear.read"),
    ("speak", "keepclear.read keepclear.speak"),
    ("supervise", "keepclear.read keepclear.speak keepclear.supervise"),
];

/// What `--trial` stands for.
pub fn arguments(args: &DeskArgs) -> DeskArgs {
    let mut args = args.clone();
    take_trial_tokens(&mut args.access, &args.data);
    args
}

/// Writes the three token files, readable for their owner alone.
///
/// # Errors
/// When they cannot be written.
pub fn write_tokens(args: &DeskArgs, issuer: &LocalIssuer) -> Result<(), ServiceError> {
    let now_s = jiff::Timestamp::now().as_second();
    for (name, scope) in TOKENS {
        let path = args.data.join(format!("{name}.token"));
        let claims = TokenClaims {
            issuer: TRIAL_ISSUER.to_owned(),
            subject: format!("trial-{name}"),
            audience: args.access.audiences.first().cloned().unwrap_or_default(),
            scope: scope.to_owned(),
            expire_s: now_s + TOKEN_LIFE_S,
        };
        let written = issuer
            .issue(&claims)
            .map_err(|error| error.to_string())
            .and_then(|token| private(&path, token.as_bytes()).map_err(|error| error.to_string()));
        written.map_err(|reason| {
            ServiceError::Configuration(format!("data {}: {reason}", path.display()))
        })?;
    }
    Ok(())
}

/// Writes the files anew as long as the desk runs.
pub async fn renew_tokens(args: DeskArgs, issuer: Arc<LocalIssuer>) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        if let Err(error) = write_tokens(&args, &issuer) {
            tracing::warn!(%error, "the trial's tokens were not renewed");
        }
    }
}

/// Whoever reads the file meanwhile sees the old one or the new one, and nobody else sees either.
fn private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let unfinished = path.with_extension("token.new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(&unfinished)?.write_all(bytes)?;
    fs::rename(&unfinished, path)
}
