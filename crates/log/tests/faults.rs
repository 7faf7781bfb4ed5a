//! The log in files against crashes, torn writes, full disks, failed syncs and flipped bits.
//!
//! Each seed is one life of a log of some 150 random steps on segments of 4 to 20 KiB, so that it
//! rotates every few batches; in about half of the steps something goes wrong. Entries have 0 to 1,500
//! bytes, so most batches lie over several sectors and a crash tears most of those in flight. After
//! each opening all of the log is compared with what was acknowledged. `KEEPCLEAR_SEEDS` says how many
//! seeds (10); a failure names its seed, and `KEEPCLEAR_SEED` runs that one alone.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
#![expect(clippy::print_stderr, reason = "a failing test prints its seed")]

mod life;

use life::Life;

#[test]
fn nothing_acknowledged_is_lost_nothing_else_is_half_there_and_damage_is_named() {
    let from_environment = |name| std::env::var(name).ok().map(|value| value.parse().unwrap());
    let seeds: std::ops::Range<u64> = match from_environment("KEEPCLEAR_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..from_environment("KEEPCLEAR_SEEDS").unwrap_or(10),
    };
    let are_many = seeds.end - seeds.start >= 10;
    let mut met = life::Met::default();
    for seed in seeds {
        let lived = std::panic::catch_unwind(|| Life::live(seed));
        match lived {
            Ok(this) => met.add(&this),
            Err(panic) => {
                eprintln!("failed with KEEPCLEAR_SEED={seed}");
                std::panic::resume_unwind(panic);
            }
        }
    }
    eprintln!("{met:?}");
    assert!(!are_many || met.is_everything(), "some fault was never met: {met:?}");
}
