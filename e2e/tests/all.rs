//! One binary for all end-to-end tests: linking it once keeps a cold build short.

mod check;
mod check_altitude;
mod check_refusals;
mod real_data;
mod support;
