use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Below this nobody wonders what the program is doing, so nothing moves on the screen.
const PATIENCE: Duration = Duration::from_secs(1);

/// A line on standard error that says how far the work is, when that is a terminal and the work takes long.
#[derive(Debug)]
pub(super) struct Line {
    bar: ProgressBar,
    since: std::time::Instant,
}

impl Line {
    /// A line that stays hidden until it is needed. On anything but a terminal it stays hidden for good.
    pub(super) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_style(ProgressStyle::with_template("{spinner} {msg}, {pos} files").unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self { bar, since: std::time::Instant::now() }
    }

    /// A new stage of the work.
    pub(super) fn stage(&self, what: &str) {
        self.bar.set_message(crate::finding::redact::escape_control(what));
        self.show_when_late();
    }

    /// One more file.
    pub(super) fn file(&self) {
        self.bar.inc(1);
        self.show_when_late();
    }

    fn show_when_late(&self) {
        if self.bar.is_hidden() && self.since.elapsed() > PATIENCE && std::io::IsTerminal::is_terminal(&std::io::stderr()) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
