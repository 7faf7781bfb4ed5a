//! A small blocking HTTP/1.1 client that keeps its connections.
//!
//! It sends what it is told, also what no library would send, and reads the answer even when the other side
//! stops reading the request: a body that is too long is refused before it has been sent.

use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ClientConfig;
use serde_json::Value;

use super::tls::Stream;

/// Longest that an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// One answer.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub body: Vec<u8>,
    /// The body as JSON; null when it is not.
    pub json: Value,
}

impl Response {
    /// The first header of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Connections to one server.
#[derive(Debug, Default)]
pub struct Client {
    idle: Mutex<Vec<Stream>>,
    tls: Option<Arc<ClientConfig>>,
}

/// One request; what is `None` is not sent.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method, also one that is unknown.
    pub method: &'a str,
    /// Path and query, already escaped.
    pub path: &'a str,
    /// The whole value of the header.
    pub authorization: Option<&'a str>,
    /// Content type of the body.
    pub content_type: Option<&'a str>,
    /// The body.
    pub body: Option<&'a [u8]>,
}

impl Client {
    /// One that speaks TLS.
    pub fn with_tls(config: Arc<ClientConfig>) -> Self {
        Self { tls: Some(config), ..Self::default() }
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// When no connection can be made or the answer breaks off.
    pub fn send(&self, address: SocketAddr, request: &Request<'_>) -> io::Result<Response> {
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        if let Some(stream) = idle {
            // The server may have closed a connection that lay idle; then nothing was answered.
            match self.exchange(stream, request) {
                Err(error) if is_stale(&error) => {}
                done => return done,
            }
        }
        let stream = TcpStream::connect_timeout(&address, ANSWER_TIMEOUT)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        let stream = match &self.tls {
            Some(config) => Stream::encrypted(Arc::clone(config), stream)?,
            None => Stream::Plain(stream),
        };
        self.exchange(stream, request)
    }

    fn exchange(&self, mut stream: Stream, request: &Request<'_>) -> io::Result<Response> {
        let sent = stream.write_all(&head(request)).and_then(|()| match request.body {
            Some(body) => stream.write_all(body).and_then(|()| stream.flush()),
            None => stream.flush(),
        });
        let mut reader = BufReader::new(stream);
        let response = read_response(&mut reader)?;
        let closes = response.header("connection").is_some_and(|it| it.contains("close"));
        if sent.is_ok()
            && !closes
            && reader.buffer().is_empty()
            && let Ok(mut idle) = self.idle.lock()
        {
            idle.push(reader.into_inner());
        }
        Ok(response)
    }
}

fn is_stale(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

/// A request up to the end of its header.
pub fn head(request: &Request<'_>) -> Vec<u8> {
    let mut head = format!("{} {} HTTP/1.1\r\nHost: localhost\r\n", request.method, request.path);
    if let Some(authorization) = request.authorization {
        head += &format!("Authorization: {authorization}\r\n");
    }
    if let Some(content_type) = request.content_type {
        head += &format!("Content-Type: {content_type}\r\n");
    }
    if let Some(body) = request.body {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    head += "\r\n";
    head.into_bytes()
}

/// Reads one answer, and nothing after it.
///
/// # Errors
/// When it breaks off or is not HTTP.
pub fn read_response(reader: &mut BufReader<impl Read>) -> io::Result<Response> {
    let status_line = read_line(reader)?;
    let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.ok_or_else(|| broken(&status_line))?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(reader)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| broken(&line))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut response = Response { status, headers, body: Vec::new(), json: Value::Null };
    if response.header("transfer-encoding").is_some() {
        read_chunks(reader, &mut response.body)?;
    } else if let Some(length) = response.header("content-length") {
        let length: u64 = length.parse().map_err(|_| broken(length))?;
        reader.take(length).read_to_end(&mut response.body)?;
    }
    response.json = serde_json::from_slice(&response.body).unwrap_or_default();
    Ok(response)
}

fn read_chunks(reader: &mut BufReader<impl Read>, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let line = read_line(reader)?;
        let length = u64::from_str_radix(&line, 16).map_err(|_| broken(&line))?;
        reader.take(length).read_to_end(body)?;
        // The line end after each chunk, the last one included: no trailers are expected.
        read_line(reader)?;
        if length == 0 {
            return Ok(());
        }
    }
}

fn read_line(reader: &mut BufReader<impl Read>) -> io::Result<String> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "closed without an answer"));
    }
    Ok(line.trim_end().to_owned())
}

fn broken(part: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not HTTP: {part:?}"))
}
