//! Key files: what is read, and what a refusal tells.

use keepclear_auth::load_pem_keys;

fn data(name: &str) -> String {
    format!("{}/tests/auth/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_file_may_hold_several_keys() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.pem");
    let text: String = ["rsa.pem", "p256.pem", "ed25519.pem"]
        .map(|name| std::fs::read_to_string(data(name)).unwrap())
        .concat();
    std::fs::write(&file, text).unwrap();
    assert_eq!(load_pem_keys(&[file]).unwrap().len(), 3);
}

#[test]
fn a_refused_file_is_named_with_its_reason_and_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let private = pem::encode(&pem::Pem::new("PRIVATE KEY", [1, 2, 3]));
    let request = pem::encode(&pem::Pem::new("CERTIFICATE REQUEST", [1, 2, 3]));
    let certificate = pem::encode(&pem::Pem::new("CERTIFICATE", [1, 2, 3]));
    let key = pem::encode(&pem::Pem::new("PUBLIC KEY", [1, 2, 3]));
    let rsa1024 = std::fs::read_to_string(data("rsa1024.pem")).unwrap();
    let p384 = std::fs::read_to_string(data("p384.pem")).unwrap();
    for (name, text, expected) in [
        ("private.pem", private.as_str(), "holds a private key (PRIVATE KEY); give the public one"),
        ("request.pem", &request, "PUBLIC KEY, RSA PUBLIC KEY and CERTIFICATE are read"),
        ("certificate.pem", &certificate, "give its public key instead"),
        ("broken.pem", &key, "export one of these"),
        ("rsa1024.pem", &rsa1024, "an RSA key of 1024 bits, and 2048 to 8192 are accepted"),
        ("p384.pem", &p384, "no public key of RSA, elliptic curve P-256 or Ed25519"),
        ("empty.pem", "", "holds no key"),
        ("text.pem", "no key here", "-----BEGIN PUBLIC KEY-----"),
        ("cut.pem", "-----BEGIN PUBLIC KEY-----\nAAAA", "is no PEM file"),
    ] {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let message = load_pem_keys(&[&file]).unwrap_err().to_string();
        assert!(message.contains(&file.display().to_string()), "{name}: {message}");
        assert!(message.contains(expected), "{name}: {message}");
    }
    let cut = folder.path().join("second_cut.pem");
    let good = std::fs::read_to_string(data("p256.pem")).unwrap();
    std::fs::write(&cut, format!("{good}{}", &good[..60])).unwrap();
    let message = load_pem_keys(&[&cut]).unwrap_err().to_string();
    assert!(message.contains("2 keys begin and 1 end"), "{message}");
    let missing = folder.path().join("missing.pem");
    let message = load_pem_keys(&[&missing]).unwrap_err().to_string();
    assert!(message.contains("cannot be read"), "{message}");
}
