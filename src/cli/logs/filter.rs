use clap::ValueEnum;
use regex::Regex;

use crate::cli::Failure;
use crate::graph::Log;
use crate::model::{ClusterId, Component, Timestamp};
use crate::scan::line::Line;

/// How bad a line says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Level {
    /// All lines.
    Debug,
    /// Information; also lines that tell no level.
    Info,
    /// Warnings.
    Warning,
    /// Errors and worse.
    Error,
}

impl Level {
    /// The level of a line. One without a level counts as information, unless it begins like an error.
    pub(super) fn of(line: &Line<'_>) -> Self {
        if line.is_error() {
            return Self::Error;
        }
        match line.level.to_ascii_lowercase().as_str() {
            "debug" | "trace" => Self::Debug,
            "warn" | "warning" => Self::Warning,
            "error" | "fatal" | "panic" | "dpanic" | "critical" => Self::Error,
            _ => Self::Info,
        }
    }
}

/// Which of the fitting lines are wanted.
#[derive(Debug, Default)]
pub(in crate::cli) struct Filter {
    pub(in crate::cli) grep: Option<Regex>,
    pub(in crate::cli) level: Option<Level>,
    pub(in crate::cli) components: Vec<Component>,
    pub(in crate::cli) cluster: Option<ClusterId>,
    pub(in crate::cli) from: Option<Timestamp>,
    pub(in crate::cli) to: Option<Timestamp>,
    pub(in crate::cli) all: bool,
}

impl Filter {
    /// Whether any line of a log can be wanted.
    pub(super) fn takes_log(&self, log: &Log) -> bool {
        let early = log.last.zip(self.from).is_some_and(|(last, from)| last < from);
        let late = log.first.zip(self.to).is_some_and(|(first, to)| first > to);
        let component = self.components.is_empty() || self.components.contains(&log.component);
        component && self.cluster.is_none_or(|cluster| cluster == log.cluster) && !early && !late
    }

    /// Whether a line is wanted. A line whose time nobody knows is outside of every window.
    pub(super) fn takes(&self, text: &str, line: &Line<'_>, time: Option<Timestamp>) -> bool {
        self.level.is_none_or(|least| Level::of(line) >= least)
            && self.from.is_none_or(|from| time.is_some_and(|time| time >= from))
            && self.to.is_none_or(|to| time.is_some_and(|time| time <= to))
            && self.grep.as_ref().is_none_or(|grep| grep.is_match(text))
    }
}

/// Compiles what the user wrote.
pub(super) fn regex(text: &str) -> Result<Regex, Failure> {
    Regex::new(text).map_err(|why| Failure::Usage { what: format!("`{text}` is no regular expression"), help: Some(why.to_string()) })
}
