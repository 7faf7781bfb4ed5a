//! Text that comes in paths: ids, and percent-encoded names.

use std::borrow::Cow;

use uuid::{Uuid, Variant};

/// Reads an id of the standard: a version-4 UUID (RFC 9562) in either case, with hyphens or without.
/// `None` for everything else.
pub fn parse_id(text: &str) -> Option<Uuid> {
    // The other lengths that the parser knows are braced forms and URNs.
    if text.len() != 36 && text.len() != 32 {
        return None;
    }
    let id = Uuid::try_parse(text).ok()?;
    (id.get_version_num() == 4 && id.get_variant() == Variant::RFC4122).then_some(id)
}

/// Decodes `%XX`. `None` when what comes out is not UTF-8; a lone `%` stays as it is.
pub fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair =
            bytes.get(at + 1..at + 3).and_then(|pair| Some((digit(pair[0])?, digit(pair[1])?)));
        match (bytes[at], pair) {
            (b'%', Some((high, low))) => {
                decoded.push(high * 16 + low);
                at += 3;
            }
            (byte, _) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_version_4_ids_of_the_usual_variant_are_ids() {
        let good = "00000191-e36d-40be-8d38-beca6ca30000";
        let simple = "00000191E36D40BE8D38BECA6CA30000";
        assert_eq!(parse_id(simple), parse_id(good));
        assert_eq!(parse_id(good).map(|id| id.to_string()).as_deref(), Some(good));
        assert!(parse_id("00000000-0000-4000-8000-000000000000").is_some());
        for bad in [
            "",
            "a0",
            "not_uuid_format",
            "00000000-0000-0000-0000-000000000000",
            "00000191-e36d-70be-8d38-beca6ca30000",
            "00000191-e36d-40be-cd38-beca6ca30000",
            "{00000191-e36d-40be-8d38-beca6ca30000}",
            "urn:uuid:00000191-e36d-40be-8d38-beca6ca30000",
        ] {
            assert_eq!(parse_id(bad), None, "{bad}");
        }
    }

    #[test]
    fn percent_signs_are_decoded_and_wrong_ones_are_kept() {
        assert_eq!(decode("uss1").as_deref(), Some("uss1"));
        assert_eq!(decode("a%20b%C3%A4").as_deref(), Some("a bä"));
        assert_eq!(decode("100%").as_deref(), Some("100%"));
        assert_eq!(decode("%ff"), None);
    }
}
