//! What the line promises, one module a subject, in one binary.

mod bodies;
mod desk;
mod golden;
mod phrases;
mod read_back;
mod rules;
mod simulation;
mod speed;
