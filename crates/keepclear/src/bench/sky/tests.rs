//! The whole measurement against the small DSS in memory.

use clap::Parser as _;
use jiff::Timestamp;
use serde_json::Value;

use super::fake::{Fake, Intent};
use super::*;
use crate::bench::Bench;
use crate::bench::random::Random;
use crate::{Cli, Command};

fn args(url: &str, more: &str) -> SkyArgs {
    let seconds = if more.contains("--seconds") { "" } else { "--seconds 1" };
    let line = format!(
        "keepclear bench sky --url {url} --token-url {url}/token --warm-up 0 {seconds} {more}"
    );
    match Cli::try_parse_from(line.split_whitespace()).unwrap().command {
        Command::Bench(Bench::Sky(args)) => args,
        _ => panic!("not bench sky"),
    }
}

/// Measures a DSS that `prepare` has had its hands on.
fn measured(more: &str, prepare: impl FnOnce(&Fake)) -> (Result<Measured, SkyError>, Rc<Fake>) {
    keepclear_auth::install_crypto_provider();
    let fake = Rc::new(Fake::default());
    prepare(&fake);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let measured = LocalSet::new().block_on(&runtime, async {
        let url = fake.start().await;
        measure(&args(&url, more)).await
    });
    (measured, fake)
}

fn figures(more: &str) -> (Value, Rc<Fake>) {
    let (measured, fake) = measured(more, |_| {});
    let measured = measured.unwrap();
    assert_eq!(measured.complaints, Vec::<String>::new());
    for ((_, code), count) in fake.answers.borrow().iter() {
        assert!(matches!(code, 200 | 201 | 404 | 409), "{count} answers {code}");
    }
    (measured.report.json(), fake)
}

fn number(figures: &Value, name: &str) -> f64 {
    figures[name].as_f64().unwrap_or_else(|| panic!("{name} in {figures}"))
}

#[test]
fn a_busy_cell_is_shared_fairly_and_left_empty() {
    for knowledge in ["acknowledged", "announced"] {
        let (figures, fake) =
            figures(&format!("--scenario busy-cell --clients 4 --knowledge {knowledge}"));
        assert!(number(&figures, "flights") > 10.0, "{figures}");
        assert!(number(&figures, "refusals") > 10.0, "{figures}");
        assert!(number(&figures, "slowest_over_mean") >= 0.5, "{figures}");
        assert!(fake.intents.borrow().is_empty());
        assert_eq!(fake.suffixes.get() > 0, knowledge == "announced");
        assert_eq!(figures["knowledge"], knowledge);
    }
}

#[test]
fn one_client_alone_is_never_refused() {
    let (figures, fake) = figures("--scenario busy-cell --clients 1");
    assert_eq!(figures["refusals"], 0);
    assert_eq!(figures["operations"].as_array().unwrap().len(), 3, "{figures}");
    assert!(fake.intents.borrow().is_empty());
}

#[test]
fn a_crowd_stands_in_the_cell_meanwhile_and_is_cleared() {
    let (figures, fake) = figures("--scenario crowded-cell --clients 1 --standing 20");
    assert_eq!(figures["standing"], 20);
    assert_eq!(fake.most.get(), 21);
    // Each flight is refused once, and then knows all of them.
    let per_flight = number(&figures, "refusals_per_flight");
    assert!((0.9..=1.2).contains(&per_flight), "{figures}");
    assert!(fake.intents.borrow().is_empty());
}

#[test]
fn queries_answer_65_of_the_standing_intents_which_need_no_keys() {
    let (figures, fake) = figures("--scenario queries --clients 2 --standing 1000 --keep");
    let mean = number(&figures, "answers_mean");
    assert!((mean / 65.0 - 1.0).abs() < 0.1, "{mean}");
    assert_eq!(fake.answers.borrow().get(&("PUT".to_owned(), 409)), None);
    assert_eq!(fake.intents.borrow().len(), 1_000, "--keep");
}

#[test]
fn standing_intents_that_were_kept_are_used_again() {
    keepclear_auth::install_crypto_provider();
    let fake = Rc::new(Fake::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let measured = LocalSet::new().block_on(&runtime, async {
        let url = fake.start().await;
        let line = "--scenario queries --clients 1 --standing 300";
        measure(&args(&url, &format!("{line} --keep"))).await.unwrap();
        measure(&args(&url, &format!("{line} --reuse"))).await.unwrap()
    });
    let mean = number(&measured.report.json(), "answers_mean");
    assert!((mean / 65.0 - 1.0).abs() < 0.1, "{mean}");
    assert_eq!(fake.answers.borrow()[&("PUT".to_owned(), 201)], 300);
    assert_eq!(fake.intents.borrow().len(), 300);
}

#[test]
fn four_of_five_requests_of_the_mixture_are_queries() {
    let (figures, fake) = figures("--scenario mixed --clients 4 --standing 200");
    let count = |operation: &str| -> f64 {
        let rows = figures["operations"].as_array().unwrap().iter();
        rows.filter(|row| row["operation"] == operation).map(|row| number(row, "count")).sum()
    };
    let queries = count("query");
    let share = queries / (queries + count("create") + count("activate") + count("delete"));
    assert!((0.7..=0.9).contains(&share), "{share}: {figures}");
    assert!(fake.intents.borrow().is_empty());
}

#[test]
fn runs_are_repeated_over_the_same_standing_intents() {
    let (figures, _) = figures("--scenario spread --clients 3 --runs 2");
    assert_eq!(figures["runs"], 2);
    let [least, most] = [0, 1].map(|n| figures["range"]["flights_per_s"][n].as_f64().unwrap());
    assert!(0.0 < least && least <= most, "{figures}");
}

#[test]
fn a_dss_that_only_fails_is_given_up_and_its_codes_are_counted() {
    let (measured, _) = measured("--scenario spread --clients 2 --seconds 30", |fake| {
        fake.is_full.set(true);
    });
    let measured = measured.unwrap();
    assert_eq!(measured.complaints.len(), 2, "{:?}", measured.complaints);
    assert!(measured.complaints[0].contains("503"), "{:?}", measured.complaints);
    let figures = measured.report.json();
    assert_eq!(figures["flights"], 0);
    assert_eq!(figures["operations"][0]["code"], 503);
    assert_eq!(figures["operations"][0]["count"], 20);
}

#[test]
fn an_intent_of_somebody_else_in_the_cell_is_named() {
    let centre = args("http://localhost", "--scenario busy-cell").centre;
    let place = places::in_one_cell(centre, &mut Random::new(1)).unwrap().remove(0);
    let now_us = Timestamp::now().as_microsecond();
    let left = Intent::left_behind(&bodies::volume(&place, 50, 100, now_us, now_us + 60_000_000));
    let id = uuid::Uuid::new_v4();
    let (measured, _) = measured("--scenario busy-cell --clients 1", |fake| {
        fake.intents.borrow_mut().insert(id, left);
    });
    let complaints = measured.unwrap().complaints;
    assert!(complaints[0].contains(&id.to_string()), "{complaints:?}");
}

#[test]
fn a_dss_that_is_not_there_is_said_in_one_message() {
    keepclear_auth::install_crypto_provider();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // Nobody listens on port 1.
    let args = args("http://127.0.0.1:1", "--scenario spread");
    let error = LocalSet::new().block_on(&runtime, measure(&args)).err().unwrap();
    assert!(error.to_string().starts_with("cannot reach the DSS at 127.0.0.1:1"), "{error}");
}
