//! One client: a manager with a token and a connection of its own.
//!
//! Every request goes through [`Client::call`], which times it, tells the person about codes that do
//! not belong to the traffic, and slows down and gives up when there are too many of these.

use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::http::uri::PathAndQuery;
use hyper::{Method, Request, Uri};

use super::connection::{Answer, Connection};
use super::measure::Operation;
use super::session::Session;
use super::table::Foreign;
use super::tokens::{Bearer, TokenError};

/// Unexpected answers in a row after which a client gives up.
const UNEXPECTED_MAX: u32 = 10;
/// Wait after the n-th unexpected answer in a row, times n.
const BACK_OFF: Duration = Duration::from_millis(50);
/// Where intents are.
pub const INTENTS: &str = "/dss/v1/operational_intent_references";

/// Why a client has stopped.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    /// The DSS does not do what the traffic needs.
    #[error(
        "{manager} gave up after {UNEXPECTED_MAX} unexpected answers in a row, \
         the last to {operation}: {last}"
    )]
    Unexpected {
        /// Who.
        manager: String,
        /// To what.
        operation: &'static str,
        /// Code, or why there was none.
        last: String,
    },
    /// There are intents of others.
    #[error("{0}")]
    Foreign(#[from] Foreign),
    /// There is no token.
    #[error("{0}")]
    Token(#[from] TokenError),
}

/// A client.
pub struct Client {
    /// What all clients share.
    pub session: Rc<Session>,
    /// Its place in the tally.
    pub index: usize,
    /// Where peers would find it.
    pub base_url: String,
    bearer: Bearer,
    connection: Option<Connection>,
    unexpected: u32,
}

impl Client {
    /// The client of manager `uss<number>`, with a token and not yet connected.
    ///
    /// # Errors
    /// When it gets no token.
    pub async fn new(session: Rc<Session>, index: usize, number: usize) -> Result<Self, Halt> {
        let bearer = session.tokens.bearer(format!("uss{number}")).await?;
        let base_url = format!("https://uss{number}.example.com");
        Ok(Self { session, index, base_url, bearer, connection: None, unexpected: 0 })
    }

    /// Sends one request and reads its answer; code 0 stands for none. An unexpected answer is told
    /// to the person, and some time passes after it.
    ///
    /// # Errors
    /// [`Halt`] after too many unexpected answers.
    pub async fn call(
        &mut self,
        operation: Operation,
        method: Method,
        path: String,
        body: Bytes,
    ) -> Result<Answer, Halt> {
        let answer = self.send(operation, method, path, body).await?;
        if !operation.expects(answer.code) {
            self.object(operation, &answer).await?;
        } else if operation != Operation::Get && answer.code != 409 {
            self.advanced();
        }
        Ok(answer)
    }

    /// As [`Client::call`], whatever the answer.
    ///
    /// # Errors
    /// [`Halt::Token`].
    pub async fn send(
        &mut self,
        operation: Operation,
        method: Method,
        path: String,
        body: Bytes,
    ) -> Result<Answer, Halt> {
        if self.bearer.is_old() {
            self.bearer = self.session.tokens.bearer(self.bearer.subject.clone()).await?;
        }
        let request = self.request(method, path, body);
        let begun = Instant::now();
        let answer = self.answer(request).await;
        self.session.tally.borrow_mut().request(operation, answer.code, begun.elapsed());
        Ok(answer)
    }

    /// The traffic goes on: unexpected answers before this one were not in a row.
    pub fn advanced(&mut self) {
        self.unexpected = 0;
    }

    /// Counts an answer that does not belong to the traffic, and waits a while.
    ///
    /// # Errors
    /// [`Halt::Unexpected`] after too many of them.
    pub async fn object(&mut self, operation: Operation, answer: &Answer) -> Result<(), Halt> {
        self.session.tally.borrow_mut().unexpected(operation, answer.code, &answer.body);
        self.unexpected += 1;
        if self.unexpected >= UNEXPECTED_MAX {
            let last = match answer.code {
                0 => String::from_utf8_lossy(&answer.body).into_owned(),
                code => code.to_string(),
            };
            return Err(Halt::Unexpected {
                manager: self.bearer.subject.clone(),
                operation: operation.name(),
                last,
            });
        }
        tokio::time::sleep(BACK_OFF * self.unexpected).await;
        Ok(())
    }

    fn request(&self, method: Method, path: String, body: Bytes) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        // Paths are made of ids and escaped OVNs, which always parse.
        if let Ok(path) = PathAndQuery::from_maybe_shared(Bytes::from(path)) {
            *request.uri_mut() = Uri::from(path);
        }
        let headers = request.headers_mut();
        headers.insert(HOST, self.session.target.authority.clone());
        headers.insert(AUTHORIZATION, self.bearer.value.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request
    }

    async fn answer(&mut self, request: Request<Full<Bytes>>) -> Answer {
        let connected = match self.connection.take() {
            Some(connection) => Ok(connection),
            None => self.session.target.connect().await,
        };
        let sent = match connected {
            Ok(mut connection) => match connection.send(request).await {
                Ok(answer) => {
                    self.connection = Some(connection);
                    Ok(answer)
                }
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        };
        sent.unwrap_or_else(|error| Answer { code: 0, body: Bytes::from(error.to_string()) })
    }

    /// Asks what stands in an area, and counts the references.
    ///
    /// # Errors
    /// [`Halt`] after too many unexpected answers.
    pub async fn query(&mut self, body: Bytes) -> Result<(), Halt> {
        let path = format!("{}{INTENTS}/query", self.session.target.base_path);
        let answer = self.call(Operation::Query, Method::POST, path, body).await?;
        if answer.code == 200 {
            let references = super::answers::count(&answer.body);
            self.session.tally.borrow_mut().query(self.index, references);
        }
        Ok(())
    }
}
