//! One run: all clients work through the warm-up and the measured seconds, then end what they do.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use tokio::task::spawn_local;

use super::client::{Client, Halt};
use super::measure::{Tally, processor_ns};
use super::report::Figures;
use super::scene::{Lengths, Scene};
use super::session::Session;
use crate::progress::Progress;

/// What a run gave.
pub struct Run {
    /// Its figures.
    pub figures: Figures,
    /// Clients that gave up.
    pub halts: Vec<Halt>,
}

/// Runs a scene with so many clients.
///
/// # Errors
/// When a client gets no token at the start.
pub async fn run(
    session: &Rc<Session>,
    scene: &Rc<Scene>,
    client_count: usize,
    lengths: Lengths,
) -> Result<Run, Halt> {
    let mut clients = Vec::with_capacity(client_count);
    for index in 0..client_count {
        clients.push(Client::new(Rc::clone(session), index, index + 1).await?);
    }
    session.tally.replace(Tally::new(client_count));
    session.set_stopping(false);
    let working = Rc::new(Cell::new(client_count));
    let mut workers = Vec::with_capacity(client_count);
    for mut client in clients {
        let (scene, working) = (Rc::clone(scene), Rc::clone(&working));
        workers.push(spawn_local(async move {
            let ended = scene.work(&mut client).await;
            working.set(working.get() - 1);
            ended
        }));
    }
    let idle = || working.get() == 0;
    let Lengths { warm_up, measured } = lengths;
    let progress = Progress::of_steps(warm_up.as_secs() + measured.as_secs());
    session.pause(warm_up, idle, |second| progress.step(format!("warm-up, {second} s"))).await;
    session.tally.borrow_mut().counting = true;
    let (begun, processor_before_ns) = (Instant::now(), processor_ns());
    session.pause(measured, idle, |second| progress.step(format!("measuring, {second} s"))).await;
    let elapsed = begun.elapsed();
    let processor_after_ns = processor_ns();
    session.tally.borrow_mut().counting = false;
    session.set_stopping(true);
    progress.finish();
    let mut halts = Vec::new();
    for worker in workers {
        if let Ok(Err(halt)) = worker.await {
            halts.push(halt);
        }
    }
    let processor_ns = processor_after_ns.zip(processor_before_ns);
    let processor_ns = processor_ns.map(|(after, before)| after.saturating_sub(before));
    let figures = Figures::of(&session.tally.borrow(), elapsed, processor_ns);
    Ok(Run { figures, halts })
}
