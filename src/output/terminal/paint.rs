use owo_colors::{OwoColorize, Style};

use crate::finding::Severity;

/// The few colours of the report; without colour every method returns its text as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    pub(super) colour: bool,
}

impl Paint {
    /// A heading.
    pub(super) fn heading(self, text: &str) -> String {
        self.with(text, Style::new().bold().underline())
    }

    /// The words a reader looks for first.
    pub(super) fn strong(self, text: &str) -> String {
        self.with(text, Style::new().bold())
    }

    /// What may be skipped.
    pub(super) fn faint(self, text: &str) -> String {
        self.with(text, Style::new().dimmed())
    }

    /// What is well.
    pub(super) fn good(self, text: &str) -> String {
        self.with(text, Style::new().green())
    }

    /// What went wrong.
    pub(super) fn bad(self, text: &str) -> String {
        self.with(text, Style::new().red().bold())
    }

    /// What wants attention.
    pub(super) fn warn(self, text: &str) -> String {
        self.with(text, Style::new().yellow().bold())
    }

    /// A command to paste.
    pub(super) fn command(self, text: &str) -> String {
        self.with(text, Style::new().cyan())
    }

    /// Text in the colour of a severity.
    pub(super) fn severity(self, severity: Severity, text: &str) -> String {
        match severity {
            Severity::Error => self.bad(text),
            Severity::Warning => self.warn(text),
            Severity::Note => self.with(text, Style::new().cyan().bold()),
        }
    }

    fn with(self, text: &str, style: Style) -> String {
        if self.colour && !text.is_empty() { text.style(style).to_string() } else { text.to_owned() }
    }
}
