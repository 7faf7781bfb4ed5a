//! One binary for all end-to-end tests: linking it once keeps a cold build short.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod check;
mod check_altitude;
mod check_refusals;
mod contract;
mod desk_commands;
mod line_clock;
mod line_cut;
mod line_disk;
mod line_faults;
mod line_loss;
mod line_verbs;
mod line_witness;
mod real_data;
mod record_commands;
mod sky_commands;
mod sky_full_disk;
mod sky_issuers;
mod sky_kills;
mod sky_limits;
mod sky_tls;
mod support;
