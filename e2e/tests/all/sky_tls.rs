//! TLS at both ends of a sky: what it listens with, and what it fetches keys over.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use e2e::sky::{Certificate, Client, Issuer, Options, Request, Sky};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const PATH: &str = "/dss/v1/uss_availability/anyone";
const SCOPES: &[&str] = &["utm.strategic_coordination"];

fn get<'a>(authorization: &'a str) -> Request<'a> {
    Request {
        method: "GET",
        path: PATH,
        authorization: Some(authorization),
        content_type: None,
        body: None,
    }
}

#[test]
fn a_sky_with_a_certificate_speaks_tls_and_nothing_else() {
    let certificate = Arc::new(Certificate::generate());
    let options = Options { certificate: Some(Arc::clone(&certificate)), ..Options::default() };
    let mut sky = Sky::start(options);
    let token = sky.token("encrypted", SCOPES);
    assert_eq!(sky.request("GET", PATH, Some(&token), None).status, 200);
    let authorization = format!("Bearer {token}");
    let with = |client: Client| client.send(sky.address(), &get(&authorization));
    assert_eq!(with(Client::with_tls(certificate.client())).unwrap().status, 200);
    let stranger = with(Client::with_tls(Certificate::generate().client())).unwrap_err();
    assert!(stranger.to_string().contains("certificate"), "{stranger}");
    assert!(with(Client::default()).is_err(), "plain HTTP was answered");
    // Neither a stranger nor plain text has done any harm.
    assert_eq!(sky.request("GET", PATH, Some(&token), None).status, 200);
    sky.restart();
    assert_eq!(sky.request("GET", PATH, Some(&token), None).status, 200);
}

/// Answers one request on a TLS connection with a key set.
fn answer_keys(stream: TcpStream, config: Arc<ServerConfig>, keys: &str) -> std::io::Result<()> {
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut reader = BufReader::new(StreamOwned::new(connection, stream));
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
    let answer = format!("{head}\r\nContent-Length: {}\r\n\r\n{keys}", keys.len());
    let stream = reader.get_mut();
    stream.write_all(answer.as_bytes())?;
    stream.conn.send_close_notify();
    stream.flush()
}

/// A server of a key set over https; its URL. It ends with the test's process.
fn serve_keys(certificate: &Certificate, keys: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}/keys.json", listener.local_addr().unwrap().port());
    let config = certificate.server();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that does not trust the certificate breaks off.
            let _ = answer_keys(stream, Arc::clone(&config), &keys);
        }
    });
    url
}

#[test]
fn keys_are_fetched_over_https_from_a_server_that_the_system_trusts() {
    let certificate = Certificate::generate();
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("roots.pem");
    std::fs::write(&trusted, certificate.pem()).unwrap();
    let url = serve_keys(&certificate, Issuer::trusted().key_set());
    let options = Options {
        names_issuers: true,
        environment: vec![("SSL_CERT_FILE", trusted.display().to_string())],
        ..Options::with_flags(&["--jwks-url", &url])
    };
    // It is ready only once it has the keys.
    let sky = Sky::start(options);
    assert_eq!(sky.request("GET", PATH, Some(&sky.token("one", SCOPES)), None).status, 200);
    let forged = Issuer::generate().sign(&e2e::sky::claims("one", SCOPES));
    assert_eq!(sky.request("GET", PATH, Some(&forged), None).status, 401);
}

#[test]
fn keys_from_a_server_that_the_system_does_not_trust_are_not_taken() {
    let url = serve_keys(&Certificate::generate(), Issuer::trusted().key_set());
    let options = Options {
        names_issuers: true,
        is_ready_at_start: false,
        allowed_in_log: vec!["keys"],
        ..Options::with_flags(&["--jwks-url", &url])
    };
    let sky = Sky::start(options);
    let refused = || {
        let lines = sky.log_lines();
        lines.into_iter().find(|line| line.contains("certificate"))
    };
    let said = e2e::sky::poll_for(std::time::Duration::from_secs(30), refused);
    assert!(said.is_some(), "{:?}", sky.log_lines());
    assert_eq!(sky.request("GET", "/ready", None, None).status, 503);
    let token = sky.token("one", SCOPES);
    assert_eq!(sky.request("GET", PATH, Some(&token), None).status, 401);
}
