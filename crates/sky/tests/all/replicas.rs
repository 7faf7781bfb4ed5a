//! Nodes that follow one log at their own pace, hear entries twice, crash, and come back from a
//! snapshot: at each position all have the same state, to the byte.

use keepclear_sky::{Answer, Area, Cause, Command, EntityId, Refusal, Sky, SnapshotView};

use crate::generate::Generator;
use crate::rng::Rng;
use crate::{At, STEPS, seeds};

const REPLICAS: usize = 3;

/// What the log carries and what must come of it.
struct Log {
    entries: Vec<(Cause, Command)>,
    answers: Vec<Result<Answer, Refusal>>,
    /// Before the first entry, and after each.
    hashes: Vec<[u8; 32]>,
    /// What a question finds after each entry.
    finds: Vec<(Area, Vec<EntityId>)>,
    founded: Sky,
}

impl Log {
    fn of_seed(seed: u64) -> Self {
        let mut generator = Generator::of_seed(seed);
        let founded = generator.found(seed);
        let mut sky = founded.clone();
        let mut log = Self {
            entries: Vec::new(),
            answers: Vec::new(),
            hashes: vec![sky.state_hash()],
            finds: Vec::new(),
            founded,
        };
        let mut crowd = if seed.is_multiple_of(4) { generator.crowd() } else { Vec::new() };
        for _ in 0..STEPS {
            let (cause, command) = crowd.pop().unwrap_or_else(|| generator.next(&sky));
            log.answers.push(sky.apply(&cause, command.clone()));
            log.hashes.push(sky.state_hash());
            log.entries.push((cause, command));
            let area = generator.area();
            let found = found(&sky, &area);
            log.finds.push((area, found));
        }
        log
    }
}

struct Replica {
    sky: Sky,
    applied: usize,
    /// Taken and not yet written: the sky goes on meanwhile.
    view: Option<(usize, SnapshotView)>,
    /// The last snapshot that was written, with its position.
    stored: Option<(usize, Vec<u8>)>,
}

impl Replica {
    fn new(log: &Log) -> Self {
        Self { sky: log.founded.clone(), applied: 0, view: None, stored: None }
    }

    /// Entries from a position on; those that it has had already count for nothing.
    fn hear(&mut self, log: &Log, from: usize, count: usize) {
        for position in from..(from + count).min(log.entries.len()) {
            if position != self.applied {
                continue;
            }
            let (cause, command) = log.entries[position].clone();
            let answer = self.sky.apply(&cause, command);
            assert_eq!(answer, log.answers[position], "the answer at position {position}");
            let (area, expected) = &log.finds[position];
            assert_eq!(found(&self.sky, area), *expected, "found at position {position}");
            self.applied = position + 1;
            let hash = self.sky.state_hash();
            assert_eq!(hash, log.hashes[self.applied], "the state after position {position}");
        }
    }

    /// The first call takes a view, the next one writes it.
    fn snapshot(&mut self, log: &Log) {
        let Some((position, view)) = self.view.take() else {
            self.view = Some((self.applied, self.sky.view()));
            return;
        };
        let bytes = written(&view);
        let loaded = Sky::load(&mut bytes.as_slice()).expect("what was written can be loaded");
        assert_eq!(loaded.state_hash(), log.hashes[position], "the view of position {position}");
        assert_eq!(written(&loaded.view()), bytes, "loaded and written again");
        self.stored = Some((position, bytes));
    }

    /// All that was not written is lost.
    fn crash(&mut self, log: &Log) {
        self.view = None;
        (self.applied, self.sky) = match &self.stored {
            None => (0, log.founded.clone()),
            Some((position, bytes)) => {
                (*position, Sky::load(&mut bytes.as_slice()).expect("a stored snapshot loads"))
            }
        };
        assert_eq!(self.sky.state_hash(), log.hashes[self.applied]);
    }
}

fn found(sky: &Sky, area: &Area) -> Vec<EntityId> {
    let intents = sky.intents_in(area).into_iter().map(|intent| intent.id);
    intents.chain(sky.constraints_in(area).into_iter().map(|held| held.id)).collect()
}

fn written(view: &SnapshotView) -> Vec<u8> {
    let mut bytes = Vec::new();
    view.write_to(&mut bytes).expect("memory takes all bytes");
    bytes
}

#[test]
fn replicas_that_lag_hear_twice_and_crash_have_the_same_state_at_each_position() {
    for seed in seeds() {
        let _at = At { seed, step: 0 };
        let log = Log::of_seed(seed);
        let mut rng = Rng::of_seed(!seed);
        let mut replicas: Vec<Replica> = (0..REPLICAS).map(|_| Replica::new(&log)).collect();
        while replicas.iter().any(|replica| replica.applied < STEPS) {
            let replica = &mut replicas[rng.below(REPLICAS as u64) as usize];
            match rng.below(100) {
                0..85 => {
                    let from = replica.applied.saturating_sub(rng.below(6) as usize);
                    replica.hear(&log, from, rng.below(12) as usize);
                }
                85..97 => replica.snapshot(&log),
                _ => replica.crash(&log),
            }
        }
    }
}

#[test]
fn replaying_the_whole_log_gives_the_same_answers_and_the_same_state() {
    for seed in seeds() {
        let log = Log::of_seed(seed);
        let mut replayed = Replica::new(&log);
        replayed.hear(&log, 0, STEPS);
        assert_eq!(replayed.applied, STEPS, "seed {seed}");
    }
}
