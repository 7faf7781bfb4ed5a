//! One request whose caller is known and may do what it asks; what the endpoint families work on.

use keepclear_auth::{Principal, Scope};
use keepclear_sky::{Answer, Command, Matching, Subject};
use keepclear_wire::{QueryParameters, Volume4D};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::base_url;
use crate::engine::{Caller, Engine};
use crate::face::FaceOptions;
use crate::path_text;
use crate::problem::Problem;
use crate::{body, operations::Routed};

/// Longest name of a party, bytes; that of token subjects.
const NAME_BYTES_MAX: usize = 256;

/// A request that was let in.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The sky.
    pub engine: &'a Engine,
    /// How this face is set up.
    pub options: &'a FaceOptions,
    /// Who asks.
    pub principal: &'a Principal,
    /// What is asked.
    pub routed: Routed<'a>,
    /// After the question mark.
    pub query: &'a str,
    /// Empty where none is read.
    pub body: &'a [u8],
}

impl<'a> Call<'a> {
    /// Who asks, as the sky knows it.
    pub fn subject(&self) -> Subject {
        Subject::from(self.principal.subject.as_str())
    }

    /// Whether the token grants a scope.
    pub fn has(&self, scope: Scope) -> bool {
        self.principal.scopes.has(scope)
    }

    /// How this sky matches.
    pub fn matching(&self) -> Matching {
        self.engine.read(|sky, _| sky.charter().matching)
    }

    /// The id in the path.
    ///
    /// # Errors
    /// When it is not a version-4 UUID.
    pub fn id(&self) -> Result<Uuid, Problem> {
        parse_id("the id in the path", self.routed.id)
    }

    /// The OVN or version in the path.
    ///
    /// # Errors
    /// When it is empty.
    pub fn version(&self) -> Result<String, Problem> {
        let field = "the OVN or version in the path";
        if self.routed.version.is_empty() {
            return Err(Problem::field(field, "is empty; send the current one"));
        }
        let decoded = path_text::decode(self.routed.version);
        let decoded = decoded.ok_or_else(|| Problem::field(field, "is not UTF-8"))?;
        Ok(decoded.into_owned())
    }

    /// The name of a party or system in the path.
    ///
    /// # Errors
    /// When it is not UTF-8, or too long.
    pub fn name(&self) -> Result<String, Problem> {
        let field = "the name in the path";
        let decoded = path_text::decode(self.routed.id);
        let decoded = decoded.ok_or_else(|| Problem::field(field, "is not UTF-8"))?;
        if decoded.len() > NAME_BYTES_MAX {
            return Err(Problem::field(field, "is longer than 256 bytes"));
        }
        Ok(decoded.into_owned())
    }

    /// The body.
    ///
    /// # Errors
    /// When it is not what the operation reads.
    pub fn read_body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        body::parse(self.body)
    }

    /// The volume in the body of a query.
    ///
    /// # Errors
    /// When the body is not a query's, or names no volume.
    pub fn asked_volume(&self) -> Result<Volume4D, Problem> {
        let QueryParameters { area_of_interest } = self.read_body()?;
        let missing = "is missing; give a volume with an outline";
        area_of_interest.ok_or_else(|| Problem::field("area_of_interest", missing))
    }

    /// Checks a base URL by this face's rules.
    ///
    /// # Errors
    /// When it breaks one.
    pub fn check_base_url(&self, field: &'static str, url: &str) -> Result<(), Problem> {
        base_url::check(field, url, self.options.allow_http_base_urls)
    }

    /// With `strict_subscription_scopes`: F3548-21 lets only those be told of intents and
    /// constraints whose role it is.
    ///
    /// # Errors
    /// [`Problem::Forbidden`] when the token lacks the scope for what is asked for.
    pub fn check_watching(&self, intents: bool, constraints: bool) -> Result<(), Problem> {
        if !self.options.strict_subscription_scopes {
            return Ok(());
        }
        for (asked, field, scope) in [
            (intents, "notify_for_operational_intents", Scope::StrategicCoordination),
            (constraints, "notify_for_constraints", Scope::ConstraintProcessing),
        ] {
            if asked && !self.has(scope) {
                let words = format!("{field} needs an access token with scope {scope}");
                return Err(Problem::Forbidden(words));
            }
        }
        Ok(())
    }

    /// Has a command carried out.
    ///
    /// # Errors
    /// When it is refused or cannot be logged.
    pub async fn write(&self, command: Command) -> Result<Answer, Problem> {
        let caller = Caller {
            issuer: self.principal.issuer.as_str().into(),
            subject: self.subject(),
            token_hash: self.principal.token_hash,
        };
        Ok(self.engine.write(&caller, command).await?)
    }
}

/// Reads an id that came in `field`.
///
/// # Errors
/// When it is not a version-4 UUID.
pub fn parse_id(field: &'static str, text: &str) -> Result<Uuid, Problem> {
    path_text::parse_id(text).ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        Problem::field(field, format!("is {shown:?}; it must be a version-4 UUID"))
    })
}
