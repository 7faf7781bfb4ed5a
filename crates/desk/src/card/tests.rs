use super::*;

fn card(url: &str) -> Result<Card, CardError> {
    let fields = CardFields {
        party: Name::new("North").unwrap(),
        desk: DeskId([1; 16]),
        exercise: true,
        url: url.to_owned(),
        certificate: vec![1, 2, 3],
        languages: vec!["en".to_owned()],
        made_at: Instant(0),
    };
    Card::sign(fields, &SigningKey::from_seed(&[1; 32]))
}

#[test]
fn another_address_is_the_same_desk_and_another_certificate_is_not() {
    let here = card("https://a.example:1").unwrap();
    assert_eq!(here.hash(), card("https://b.example:2").unwrap().hash());
    let mut other = here.clone();
    other.content.certificate[0] = 9;
    assert_ne!(here.hash(), other.hash());
    assert_eq!(line_id(&here, &other), line_id(&other, &here));
}

#[test]
fn a_card_without_a_way_to_the_desk_is_not_made() {
    for url in ["http://a.example", "a.example", "https://a b"] {
        let refused = card(url);
        assert!(matches!(refused, Err(CardError::Field { field: "url", .. })), "{url}");
    }
}
