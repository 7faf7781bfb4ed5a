//! `keepclear issuer`: a token issuer for trials.
//!
//! It gives anyone any token, so it is never for real flights, and says so at every start.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use keepclear_auth::{Clients, IssuerOptions, LocalIssuer, issuer_routes};
use keepclear_serve::ServeLimits;

use crate::complain;
use crate::service::{ServiceError, asked_to_stop, bind, exit_code, trial_issuer};

/// Run a token issuer for trials: GET /token, OAuth client credentials, and its keys (JWKS). Never for real flights.
#[derive(Debug, Args)]
pub struct IssuerArgs {
    /// Address and port to listen on.
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "KEEPCLEAR_ISSUER_LISTEN",
        default_value = "127.0.0.1:8085"
    )]
    listen: SocketAddr,
    /// Folder of the private key; made on first start.
    #[arg(
        long,
        value_name = "FOLDER",
        env = "KEEPCLEAR_ISSUER_DATA",
        default_value = "keepclear-issuer"
    )]
    data: PathBuf,
    /// `iss` of tokens whose request names none.
    #[arg(
        long,
        value_name = "NAME",
        env = "KEEPCLEAR_ISSUER_NAME",
        default_value = "keepclear-trial"
    )]
    name: String,
    /// Clients as ID:SECRET; only these get tokens then, by client credentials and in their own name.
    #[arg(long, value_name = "ID:SECRET", env = "KEEPCLEAR_ISSUER_CLIENTS", value_delimiter = ',')]
    clients: Vec<String>,
}

/// Runs until it is told to stop.
pub fn run(args: &IssuerArgs) -> ExitCode {
    exit_code(serve(args))
}

fn serve(args: &IssuerArgs) -> Result<(), ServiceError> {
    let issuer = trial_issuer(&args.data)?;
    let clients = clients(&args.clients)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| ServiceError::Running(error.to_string()))?;
    runtime.block_on(listen(args, issuer, clients))
}

async fn listen(
    args: &IssuerArgs,
    issuer: Arc<LocalIssuer>,
    clients: Clients,
) -> Result<(), ServiceError> {
    let listener = bind("listen", args.listen).await?;
    let address =
        listener.local_addr().map_err(|error| ServiceError::Running(error.to_string()))?;
    complain(&format!(
        "FOR TRIALS ONLY: this issuer gives {} any token. Never trust its keys where real aircraft fly.",
        if matches!(clients, Clients::Any) { "anyone" } else { "its clients" }
    ));
    complain(&format!("issuer listening on http://{address}"));
    let options = IssuerOptions { issuer: args.name.clone(), clients };
    let stopped = async {
        // A process that cannot listen for signals is ended by them all the same.
        if asked_to_stop().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    keepclear_serve::serve(
        listener,
        None,
        issuer_routes(issuer, options),
        ServeLimits::default(),
        stopped,
    )
    .await;
    Ok(())
}

fn clients(given: &[String]) -> Result<Clients, ServiceError> {
    if given.is_empty() {
        return Ok(Clients::Any);
    }
    let pairs = given.iter().map(|pair| {
        let parts =
            pair.split_once(':').filter(|(id, secret)| !id.is_empty() && !secret.is_empty());
        parts.map(|(id, secret)| (id.to_owned(), secret.to_owned())).ok_or_else(|| {
            ServiceError::Configuration(
                "clients: one has no ID or no SECRET; write ID:SECRET".to_owned(),
            )
        })
    });
    pairs.collect::<Result<_, _>>().map(Clients::Listed)
}
