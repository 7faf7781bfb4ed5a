//! The sky and an obvious model of its rules, side by side.

use std::fmt::Debug;

use keepclear_sky::{Answer, Command, Refusal, Sky, SubscriptionId, Tombstone};

use crate::generate::{Generator, MINUTE_US, SUBJECTS, constraint_ids, explicit_ids, intent_ids};
use crate::model::{Model, Names};
use crate::{At, STEPS, seeds};

#[test]
fn the_sky_and_an_obvious_model_agree() {
    for seed in seeds() {
        let mut generator = Generator::of_seed(seed);
        let mut sky = generator.found(seed);
        let mut model = Model::found(sky.charter().clone(), sky.now_us());
        for step in 0..STEPS {
            let _at = At { seed, step };
            let (cause, command) = generator.next(&sky);
            let answer = sky.apply(&cause, command.clone());
            let names = Names { answer: &answer, sky: &sky };
            let expected = model.apply(&cause, command.clone(), &names);
            same_answer(&answer, &expected, model.now_us, &command);
            same_state(&sky, &model);
            same_finds(&mut generator, &sky, &model);
        }
    }
}

#[test]
fn a_check_refuses_only_what_the_next_command_would_be_refused() {
    for seed in seeds() {
        let mut generator = Generator::of_seed(seed);
        let mut sky = generator.found(seed);
        for step in 0..STEPS {
            let _at = At { seed, step };
            let (cause, command) = generator.next(&sky);
            let now_us = sky.now_us().max(cause.at_us);
            let due = sky.is_due(now_us);
            let checked = sky.check(&cause, &command);
            let told = sky.apply(&cause, command.clone()).map(|_| ());
            // What leaves by itself at that time may be left for the log to decide.
            if checked.is_err() || !due {
                same_refusal(checked, told, now_us, &command);
            }
        }
    }
}

#[test]
fn a_check_after_a_tick_says_what_the_command_will_be_told() {
    for seed in seeds() {
        let mut generator = Generator::of_seed(seed);
        let mut sky = generator.found(seed);
        for step in 0..STEPS {
            let _at = At { seed, step };
            let (cause, command) = generator.next(&sky);
            // As often as the sweep can be behind.
            while sky.is_due(sky.now_us().max(cause.at_us)) {
                assert!(sky.apply(&cause, Command::Tick).is_ok());
            }
            let before = sky.state_hash();
            let checked = sky.check(&cause, &command);
            assert_eq!(sky.state_hash(), before, "a check changed the state");
            let told = sky.apply(&cause, command.clone()).map(|_| ());
            same_refusal(checked, told, sky.now_us(), &command);
        }
    }
}

#[test]
fn a_refused_command_leaves_the_state_as_a_tick_at_its_time_would() {
    for seed in seeds() {
        let mut generator = Generator::of_seed(seed);
        let mut sky = generator.found(seed);
        for step in 0..STEPS {
            let _at = At { seed, step };
            let (cause, command) = generator.next(&sky);
            let mut ticked = sky.clone();
            if sky.apply(&cause, command).is_err() {
                assert!(ticked.apply(&cause, Command::Tick).is_ok());
                assert_eq!(sky.state_hash(), ticked.state_hash());
            }
        }
    }
}

#[test]
fn every_command_survives_being_written_to_the_log_and_read_back() {
    for seed in seeds() {
        let mut generator = Generator::of_seed(seed);
        let mut sky = generator.found(seed);
        for step in 0..STEPS {
            let _at = At { seed, step };
            let (cause, command) = generator.next(&sky);
            let bytes = minicbor::to_vec(&command).expect("a command encodes");
            let read: Command = minicbor::decode(&bytes).expect("what was written can be read");
            assert_eq!(read, command);
            assert_eq!(minicbor::to_vec(&read).expect("a command encodes"), bytes);
            let _ = sky.apply(&cause, command);
        }
    }
}

#[test]
fn asking_what_is_due_is_safe_at_any_time_and_ticks_leave_nothing_due() {
    for seed in seeds() {
        let mut generator = Generator::of_seed(seed);
        let mut sky = generator.found(seed);
        for step in 0..STEPS {
            let _at = At { seed, step };
            let (mut cause, command) = generator.next(&sky);
            // The node's own clock may stand before sky time, which the others' entries move.
            sky.is_due(cause.at_us);
            sky.is_due(sky.now_us() - 60 * MINUTE_US);
            let _ = sky.apply(&cause, command);
            cause.at_us = sky.now_us();
            for _ in 0..3 {
                assert!(sky.apply(&cause, Command::Tick).is_ok());
            }
            assert!(!sky.is_due(sky.now_us()));
        }
    }
}

fn same_answer(
    answer: &Result<Answer, Refusal>,
    expected: &Result<Answer, Refusal>,
    now_us: i64,
    command: &Command,
) {
    match (answer, expected) {
        (Err(answer), Err(expected)) => {
            let (answer, gone) = apart(answer);
            let (expected, expected_gone) = apart(expected);
            assert_eq!(answer, expected, "{command:?}");
            same_gone(gone.as_ref(), expected_gone.as_ref(), now_us);
        }
        _ => assert_eq!(answer, expected, "{command:?}"),
    }
}

fn same_refusal(
    checked: Result<(), Refusal>,
    told: Result<(), Refusal>,
    now_us: i64,
    command: &Command,
) {
    let (checked, told) = (checked.map(|()| Answer::Done), told.map(|()| Answer::Done));
    same_answer(&checked, &told, now_us, command);
}

/// A refusal without its words, and what it knows of a deletion.
fn apart(refusal: &Refusal) -> (Refusal, Option<Tombstone>) {
    let mut refusal = refusal.clone();
    let gone = match &mut refusal {
        Refusal::NotFound { gone, .. }
        | Refusal::UpdateOfMissing { gone, .. }
        | Refusal::UpdateOfMissingConstraint { gone, .. } => gone.take(),
        Refusal::SubscriptionTime { reason, .. } => {
            *reason = "";
            None
        }
        _ => None,
    };
    (refusal, gone)
}

/// A deletion is remembered for 10 minutes and may be a little longer, until the sweep comes to it.
fn same_gone(gone: Option<&Tombstone>, expected: Option<&Tombstone>, now_us: i64) {
    let fresh = |gone: &&Tombstone| gone.deleted_us >= now_us - 10 * MINUTE_US;
    assert_eq!(gone.filter(fresh), expected.filter(fresh));
}

fn same_record<T: PartialEq + Debug + Clone>(
    found: Result<&std::sync::Arc<T>, Refusal>,
    expected: Result<&T, Refusal>,
    now_us: i64,
) {
    match (found, expected) {
        (Ok(found), Ok(expected)) => assert_eq!(**found, *expected),
        (Err(found), Err(expected)) => {
            let (found, gone) = apart(&found);
            let (expected, expected_gone) = apart(&expected);
            assert_eq!(found, expected);
            same_gone(gone.as_ref(), expected_gone.as_ref(), now_us);
        }
        (found, expected) => panic!("the sky has {found:?}, the model {expected:?}"),
    }
}

fn same_state(sky: &Sky, model: &Model) {
    let now_us = model.now_us;
    assert_eq!(sky.now_us(), now_us);
    for id in intent_ids() {
        same_record(sky.intent(id), model.intent(id), now_us);
    }
    for id in constraint_ids() {
        same_record(sky.constraint(id), model.constraint(id), now_us);
    }
    let implicit = model.subscriptions.iter().map(|held| held.id);
    let ids: Vec<SubscriptionId> = explicit_ids().chain(implicit).collect();
    for subject in SUBJECTS.map(Into::into) {
        for &id in &ids {
            same_record(sky.subscription(id, &subject), model.subscription(id, &subject), now_us);
        }
        let held = model.availability.iter().find(|(uss, _)| *uss == subject);
        assert_eq!(sky.availability(&subject), held.map(|(_, record)| record));
    }
    let members = sky.members().map(|(name, member)| (name.to_owned(), member.clone()));
    assert_eq!(members.collect::<Vec<_>>(), model.members);
    let counts = [model.intents.len(), model.constraints.len(), model.subscriptions.len()];
    assert_eq!(sky.counts(), counts);
}

fn same_finds(generator: &mut Generator, sky: &Sky, model: &Model) {
    let area = generator.area();
    let intents: Vec<_> = sky.intents_in(&area).into_iter().map(|i| (**i).clone()).collect();
    assert_eq!(intents, model.intents_in(&area), "{area:?}");
    let constraints: Vec<_> =
        sky.constraints_in(&area).into_iter().map(|c| (**c).clone()).collect();
    assert_eq!(constraints, model.constraints_in(&area), "{area:?}");
    let who = generator.subject();
    let now_us = model.now_us + MINUTE_US;
    let own = sky.subscriptions_in(&area, &who, now_us);
    let own: Vec<_> = own.into_iter().map(|s| (**s).clone()).collect();
    assert_eq!(own, model.subscriptions_in(&area, &who, now_us), "{area:?}");
}
