//! How often the generated commands hit what is interesting: a model that agrees about nothing but
//! refusals of nonsense proves little.

use std::collections::BTreeMap;

use keepclear_sky::command::Attachment;
use keepclear_sky::{Answer, Availability, Command, EntityId, IntentState, Refusal, Sky};

use crate::generate::{Generator, intent_ids};
use crate::{STEPS, seeds};

/// What must happen at least once in each seed on average, and what once in five; of the rest, at
/// least once a run.
const OFTEN: [&str; 22] = [
    "intent created",
    "intent updated",
    "intent deleted",
    "constraint put",
    "constraint deleted",
    "subscription put",
    "subscription deleted",
    "availability set",
    "somebody told",
    "several told",
    "implicit subscription made",
    "rests on an existing one",
    "implicit subscription grown",
    "implicit subscription gone",
    "own suffix taken",
    "key of several taken",
    "forgotten by time",
    "time proposed backwards",
    "Exists",
    "KeyIncomplete",
    "NotCurrent",
    "NotManager",
];

const SOMETIMES: [&str; 19] = [
    "shared subscription",
    "implicit made explicit",
    "Accepted of a Down manager passed over",
    "KeyIncomplete with constraints",
    "EndsInPast",
    "CreatedNotAccepted",
    "SubscriptionNeeded",
    "SuffixUnusable",
    "SuffixUsed",
    "TooManyTuples",
    "UpdateOfMissing",
    "NotFound",
    "SubscriptionMissing",
    "SubscriptionTooSmall",
    "DependentUncovered",
    "HasDependents",
    "SubscriptionTime",
    "ManagerDown",
    "AvailabilityChanged",
];

const SELDOM: [&str; 3] = ["UpdateOfMissingConstraint", "NotArbiter", "gone is explained"];

#[test]
fn generated_commands_hit_every_refusal_and_every_success_often() {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for seed in seeds() {
        let mut generator = Generator::of_seed(seed);
        let mut sky = generator.found(seed);
        for _ in 0..STEPS {
            let (cause, command) = generator.next(&sky);
            let before = sky.clone();
            let answer = sky.apply(&cause, command.clone());
            let mut happened = happenings(&before, &sky, &command, &answer);
            if cause.at_us < before.now_us() {
                happened.push("time proposed backwards".to_owned());
            }
            let gone = |id: &EntityId| before.intent(*id).is_ok() && sky.intent(*id).is_err();
            if intent_ids().any(|id| gone(&id)) && !matches!(command, Command::DeleteIntent(_)) {
                happened.push("forgotten by time".to_owned());
            }
            for name in happened {
                *counts.entry(name).or_default() += 1;
            }
        }
    }
    let runs = seeds().end;
    let floors = OFTEN.map(|name| (name, runs)).into_iter();
    let floors = floors.chain(SOMETIMES.map(|name| (name, runs.div_ceil(5))));
    for (name, floor) in floors.chain(SELDOM.map(|name| (name, 1))) {
        let count = counts.get(name).copied().unwrap_or_default();
        assert!(
            count >= floor,
            "{name}: {count} times in {runs} seeds, wanted {floor}; {counts:#?}"
        );
    }
}

fn happenings(
    before: &Sky,
    after: &Sky,
    command: &Command,
    answer: &Result<Answer, Refusal>,
) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    let fewer = |kind: usize| after.counts()[kind] < before.counts()[kind];
    match answer {
        Err(refusal) => return refused(refusal),
        Ok(Answer::Intent(written)) => {
            let told: usize = written.subscribers.iter().map(|group| group.notices.len()).sum();
            names.extend((told > 0).then_some("somebody told"));
            names.extend((told > 1).then_some("several told"));
            let intent = &written.intent;
            let Command::PutIntent(put) = command else {
                names.push("intent deleted");
                names.extend(fewer(2).then_some("implicit subscription gone"));
                return owned(&names);
            };
            names.push(if put.expected.is_some() { "intent updated" } else { "intent created" });
            names.extend(put.ovn_suffix.is_some().then_some("own suffix taken"));
            names.extend((put.key.len() > 2).then_some("key of several taken"));
            names.extend(passed_over(before, command).then_some(SOMETIMES[2]));
            match put.attachment {
                Attachment::New(_) => names.push("implicit subscription made"),
                Attachment::Nothing => {}
                Attachment::Existing(id) => {
                    names.push("rests on an existing one");
                    let old = before.subscription(id, &intent.manager);
                    let new = after.subscription(id, &intent.manager);
                    let (Ok(old), Ok(new)) = (old, new) else { return owned(&names) };
                    names.extend(
                        (old.version != new.version).then_some("implicit subscription grown"),
                    );
                    names.extend((new.dependents.len() > 1).then_some("shared subscription"));
                }
            }
        }
        Ok(Answer::Constraint(_)) => names.push(match command {
            Command::PutConstraint(_) => "constraint put",
            _ => "constraint deleted",
        }),
        Ok(Answer::Subscription(written)) => {
            names.push(match command {
                Command::PutSubscription(_) => "subscription put",
                _ => "subscription deleted",
            });
            let written = &written.subscription;
            let old = before.subscription(written.id, &written.manager);
            let explicit = !written.implicit && old.is_ok_and(|old| old.implicit);
            names.extend(explicit.then_some("implicit made explicit"));
        }
        Ok(Answer::Availability(_)) => names.push("availability set"),
        Ok(Answer::Done) => {}
    }
    owned(&names)
}

/// Whether the key would have lacked something, had all managers been up.
fn passed_over(before: &Sky, command: &Command) -> bool {
    let Command::PutIntent(put) = command else { return false };
    let down = |manager| {
        before.availability(manager).is_some_and(|record| record.availability == Availability::Down)
    };
    before.intents_in(&area_of(put)).into_iter().any(|other| {
        other.id != put.id
            && other.time.end_us >= before.now_us()
            && other.state == IntentState::Accepted
            && down(&other.manager)
            && !put.key.contains(&other.ovn)
    })
}

fn area_of(put: &keepclear_sky::command::PutIntent) -> keepclear_sky::Area {
    let block = &put.extent.blocks[0];
    let (cells, lower_mm, upper_mm) = (block.cells.clone(), block.lower_mm, block.upper_mm);
    keepclear_sky::Area { cells, lower_mm, upper_mm, time: block.time }
}

/// The name of its variant, as `Debug` writes it.
fn refused(refusal: &Refusal) -> Vec<String> {
    let text = format!("{refusal:?}");
    let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
    let mut names = vec![text[..end].to_owned()];
    match refusal {
        Refusal::KeyIncomplete { constraints, .. } if !constraints.is_empty() => {
            names.push("KeyIncomplete with constraints".to_owned());
        }
        Refusal::NotFound { gone: Some(_), .. } => names.push("gone is explained".to_owned()),
        _ => {}
    }
    names
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}
