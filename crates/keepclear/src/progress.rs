//! A bar on a terminal for work that takes over a second; silence elsewhere.

use std::io::IsTerminal as _;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Shows which step of how many is under way, from the first second on.
pub struct Progress {
    steps: Sender<String>,
    shown: Option<std::thread::JoinHandle<()>>,
}

impl Progress {
    /// Begins with nothing shown.
    pub fn of_steps(count: u64) -> Self {
        let (steps, coming) = channel::<String>();
        let shown = std::io::stderr().is_terminal().then(|| {
            std::thread::spawn(move || {
                let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg} {elapsed}");
                let bar = ProgressBar::hidden();
                bar.set_length(count);
                bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                let begun = std::time::Instant::now();
                let mut visible = false;
                let mut first = true;
                loop {
                    match coming.recv_timeout(Duration::from_millis(100)) {
                        Ok(step) => {
                            if !first {
                                bar.inc(1);
                            }
                            first = false;
                            bar.set_message(step);
                        }
                        Err(RecvTimeoutError::Timeout) => {}
                        Err(RecvTimeoutError::Disconnected) => break,
                    }
                    if !visible && begun.elapsed() >= Duration::from_secs(1) {
                        visible = true;
                        bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
                    }
                    bar.tick();
                }
                bar.finish_and_clear();
            })
        });
        Self { steps, shown }
    }

    /// Names the step that begins.
    pub fn step(&self, name: impl Into<String>) {
        // Nobody listens when there is no terminal.
        let _ = self.steps.send(name.into());
    }

    /// Clears the bar, so that what is printed next stands alone.
    pub fn finish(self) {
        let Self { steps, shown } = self;
        drop(steps);
        if let Some(shown) = shown {
            // A bar that panicked must not take the result with it.
            let _ = shown.join();
        }
    }
}
