//! From a method and a path to an operation.
//!
//! Every operation is looked at: there are fewer than fifty, and a table that is searched in order
//! cannot disagree with itself.

use std::borrow::Cow;

use http::Method;

use super::operations::Operation;

/// An operation with the variable parts of its path, decoded, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routed<'p> {
    /// Which.
    pub operation: Operation,
    /// Its parameters.
    pub parameters: Vec<Cow<'p, str>>,
}

/// Why a path and method lead nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unrouted {
    /// There is no such path.
    NoPath,
    /// There is, but not with this method.
    NoMethod {
        /// Which it has, for the `Allow` header.
        allow: String,
    },
}

/// Finds the operation of a request.
///
/// # Errors
/// [`Unrouted`] when there is none.
pub fn route<'p>(method: &Method, path: &'p str) -> Result<Routed<'p>, Unrouted> {
    let mut allow = Vec::new();
    for &operation in Operation::ALL {
        let Some(parameters) = parameters(operation.path(), path) else { continue };
        if operation.method() == method {
            return Ok(Routed { operation, parameters });
        }
        allow.push(operation.method().as_str().to_owned());
    }
    if allow.is_empty() {
        return Err(Unrouted::NoPath);
    }
    Err(Unrouted::NoMethod { allow: allow.join(", ") })
}

/// `None` when the path is another one.
fn parameters<'p>(template: &str, path: &'p str) -> Option<Vec<Cow<'p, str>>> {
    let mut parameters = Vec::new();
    let mut parts = path.split('/');
    for expected in template.split('/') {
        let part = parts.next()?;
        if expected.starts_with('{') {
            parameters.push(decode(part).filter(|decoded| !decoded.is_empty())?);
        } else if expected != part {
            return None;
        }
    }
    parts.next().is_none().then_some(parameters)
}

/// Decodes `%XX`. `None` when what comes out is not UTF-8; a lone `%` stays as it is.
fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let bytes = text.as_bytes();
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match digit(at + 1).zip(digit(at + 2)) {
            Some((high, low)) if byte == b'%' => {
                decoded.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_at_its_path_and_at_no_other() {
        for &operation in Operation::ALL {
            let path = operation.path().replace(['{', '}'], "");
            let routed = route(&operation.method(), &path).unwrap();
            assert_eq!(routed.operation, operation, "{path}");
            assert_eq!(routed.parameters.len(), operation.path().matches('{').count());
            for other in [format!("{path}/"), format!("{path}/more/of/it"), format!("/{path}")] {
                assert_eq!(route(&operation.method(), &other), Err(Unrouted::NoPath), "{other}");
            }
        }
    }

    #[test]
    fn other_methods_name_the_right_ones() {
        let allow = |method, path| match route(&method, path) {
            Err(Unrouted::NoMethod { allow }) => allow,
            other => panic!("{other:?}"),
        };
        assert_eq!(allow(Method::PUT, "/desk/v1/lines/south/suspension"), "POST, DELETE");
        assert_eq!(allow(Method::POST, "/desk/v1/inbox"), "GET");
    }

    #[test]
    fn parameters_are_decoded_and_what_is_not_text_is_no_path() {
        let routed = route(&Method::GET, "/desk/v1/lines/North%20Desk%C3%A4").unwrap();
        assert_eq!(routed.parameters, ["North Deskä"]);
        let routed = route(&Method::GET, "/desk/v1/lines/100%").unwrap();
        assert_eq!(routed.parameters, ["100%"]);
        for path in ["/desk/v1/lines/%ff", "/desk/v1/lines/", "", "/", "desk"] {
            assert_eq!(route(&Method::GET, path), Err(Unrouted::NoPath), "{path}");
        }
    }
}
