//! Several issuers in one configuration file, each bound to the subjects that it may speak for.

use e2e::sky::{Issuer, Options, Sky, claims};
use serde_json::Value;

const NORTH: &str = "https://issuer.north.example";
const SOUTH: &str = "https://issuer.south.example";
const PATH: &str = "/dss/v1/uss_availability/anyone";

/// The code that a token gets, and what is said of it.
fn code(sky: &Sky, issuer: &Issuer, name: Option<&str>, subject: &str) -> (u16, String) {
    let mut claims = claims(subject, &["utm.strategic_coordination"]);
    match name {
        Some(name) => claims["iss"] = name.into(),
        None => drop(claims.as_object_mut().and_then(|claims| claims.remove("iss"))),
    }
    let answer = sky.request("GET", PATH, Some(&issuer.sign(&claims)), None);
    let said = answer.json.get("message").and_then(Value::as_str).unwrap_or_default().to_owned();
    (answer.status, said)
}

#[test]
fn an_issuer_speaks_for_the_subjects_that_the_file_binds_it_to_and_for_no_other() {
    let (north, south) = (Issuer::generate(), Issuer::generate());
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let north_key = file("north.pem", north.public_pem());
    let south_key = file("south.pem", south.public_pem());
    let config = file(
        "keepclear.toml",
        format!(
            "[sky]\nallow_http_base_urls = true\n\n\
             [[issuer]]\nname = \"{NORTH}\"\npublic_key_files = [\"{north_key}\"]\nsubjects = [\"north\", \"north-*\"]\n\n\
             [[issuer]]\nname = \"{SOUTH}\"\npublic_key_files = [\"{south_key}\"]\nsubjects = [\"south\"]\n"
        ),
    );
    let options = Options { names_issuers: true, ..Options::with_flags(&["--config", &config]) };
    let sky = Sky::start(options);
    for (issuer, name, subject, expected) in [
        (&north, Some(NORTH), "north", 200),
        (&north, Some(NORTH), "north-7", 200),
        (&south, Some(SOUTH), "south", 200),
        // One's own key and name for the other's subject, or for nobody's.
        (&north, Some(NORTH), "south", 403),
        (&south, Some(SOUTH), "north", 403),
        (&south, Some(SOUTH), "south-7", 403),
        (&north, Some(NORTH), "northern", 403),
        (&north, Some(NORTH), "North", 403),
        // The other's name with one's own key.
        (&north, Some(SOUTH), "south", 401),
        (&south, Some(NORTH), "north", 401),
        (&north, Some("https://issuer.test/token"), "north", 401),
        (&north, None, "north", 401),
        (Issuer::trusted(), Some(NORTH), "north", 401),
    ] {
        let (code, said) = code(&sky, issuer, name, subject);
        assert_eq!(code, expected, "{name:?} for {subject}: {said}");
    }
}
