//! Where a party wants to be reached. What is stored is what came, to the last character.

use crate::problem::Problem;

/// Longest base URL, characters: our own limit.
const LENGTH_MAX: usize = 2_048;

/// Checks a base URL.
///
/// # Errors
/// [`Problem::Field`] when it is not https (or http where that is allowed), names no host, or is
/// too long.
pub fn check(field: &'static str, url: &str, allow_http: bool) -> Result<(), Problem> {
    let wrong = |reason: &str| Err(Problem::field(field, reason));
    if url.chars().count() > LENGTH_MAX {
        return wrong("is longer than 2,048 characters");
    }
    if url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return wrong("has spaces or control characters");
    }
    let rest = match (after(url, "https://"), after(url, "http://")) {
        (Some(rest), _) => rest,
        (None, Some(rest)) if allow_http => rest,
        (None, Some(_)) => return wrong("is http; use https"),
        (None, None) if allow_http => return wrong("does not begin with https:// or http://"),
        (None, None) => return wrong("does not begin with https://"),
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') {
        return wrong("names no host");
    }
    Ok(())
}

fn after<'u>(url: &'u str, scheme: &str) -> Option<&'u str> {
    let (start, rest) = url.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_with_a_host_is_a_base_url_unless_http_is_allowed() {
        for (url, https_only, with_http) in [
            ("https://a.example/x?correct-ovn-mutation=true", true, true),
            ("HTTPS://a.example", true, true),
            ("http://a.example", false, true),
            ("", false, false),
            ("a.example", false, false),
            ("ftp://a.example", false, false),
            ("https://", false, false),
            ("https:///path", false, false),
            ("https://:443", false, false),
            ("https://a.example/ b", false, false),
        ] {
            assert_eq!(check("uss_base_url", url, false).is_ok(), https_only, "{url}");
            assert_eq!(check("uss_base_url", url, true).is_ok(), with_http, "{url}");
        }
        let long = format!("https://a.example/{}", "x".repeat(2_048));
        assert!(check("uss_base_url", &long, true).is_err());
    }
}
