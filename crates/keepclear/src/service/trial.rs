//! The issuer beside a service that runs for trials: its key is made on first start and kept with the
//! service's data.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use keepclear_auth::{Clients, IssuerOptions, LocalIssuer, issuer_routes};
use keepclear_serve::{ServeLimits, serve};
use tokio::sync::watch;

use super::{AccessArgs, ServiceError, bind, until};

/// Name of the private key's file in the data folder.
const KEY_FILE: &str = "trial-issuer-key.pem";

/// Name of the public key's file in the data folder.
const PUBLIC_KEY_FILE: &str = "trial-issuer-public-key.pem";

/// Audiences of a trial unless others are given.
const AUDIENCES: [&str; 2] = ["localhost", "127.0.0.1"];

/// `iss` of the trial's tokens.
pub const ISSUER: &str = "keepclear-trial";

/// A trial takes the tokens of the issuer beside it.
pub fn take_tokens(access: &mut AccessArgs, data: &Path) {
    access.public_key_files = vec![data.join(PUBLIC_KEY_FILE)];
    if access.audiences.is_empty() {
        access.audiences = AUDIENCES.map(str::to_owned).to_vec();
    }
}

/// Lets the issuer give anyone any token until the service stops; answers where it listens.
pub async fn serve_issuer(
    issuer: Arc<LocalIssuer>,
    listen: SocketAddr,
    stopped: watch::Receiver<bool>,
) -> Result<SocketAddr, ServiceError> {
    let listener = bind("trial-issuer-listen", listen).await?;
    let address =
        listener.local_addr().map_err(|error| ServiceError::Running(error.to_string()))?;
    let options = IssuerOptions { issuer: ISSUER.to_owned(), clients: Clients::Any };
    let routes = issuer_routes(issuer, options);
    tokio::spawn(serve(listener, None, routes, ServeLimits::default(), until(stopped)));
    Ok(address)
}

/// The issuer of a data folder; its key is made when there is none yet.
pub fn issuer(data: &Path) -> Result<Arc<LocalIssuer>, ServiceError> {
    let path = data.join(KEY_FILE);
    let wrong =
        |reason: String| ServiceError::Configuration(format!("{}: {reason}", path.display()));
    let issuer = match fs::read(&path) {
        Ok(pem) => LocalIssuer::from_pem(&pem).map_err(|error| wrong(error.to_string()))?,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let issuer = LocalIssuer::generate().map_err(|error| wrong(error.to_string()))?;
            let pem = issuer.private_key_pem().map_err(|error| wrong(error.to_string()))?;
            fs::create_dir_all(data).map_err(|error| wrong(error.to_string()))?;
            let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
            file.and_then(|mut file| file.write_all(pem.as_bytes()))
                .map_err(|error| wrong(error.to_string()))?;
            issuer
        }
        Err(error) => return Err(wrong(error.to_string())),
    };
    fs::write(data.join(PUBLIC_KEY_FILE), issuer.public_key_pem())
        .map_err(|error| wrong(error.to_string()))?;
    Ok(Arc::new(issuer))
}
