use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// All values in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in rules and reports.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// How bad a finding is. The words are those of SARIF; the order is from harmless to bad.
    Severity {
        /// Worth knowing.
        Note = "note",
        /// Likely to fail, or failed in part.
        Warning = "warning",
        /// The migration failed or is stuck because of it, or data are at risk.
        Error = "error",
    }
}

words! {
    /// How sure the explanation is; the order is from low to high.
    Confidence {
        /// Possible.
        Low = "low",
        /// Likely.
        Medium = "medium",
        /// Proven by the evidence.
        High = "high",
    }
}

words! {
    /// What a rule's finding is in the story of a failure.
    RuleRole {
        /// How a run ended.
        Outcome = "outcome",
        /// Explained by something else.
        Symptom = "symptom",
        /// May be the root.
        Cause = "cause",
        /// Found before a run.
        Config = "config",
        /// Left behind by a run.
        State = "state",
        /// Evidence is missing.
        Gap = "gap",
        /// Looks bad and is harmless.
        Noise = "noise",
    }
}

words! {
    /// What became of a rule.
    RuleState {
        /// It has findings.
        Fired = "fired",
        /// It was evaluated with coverage and does not hold.
        Clear = "clear",
        /// It needed something that was not gathered.
        Skipped = "skipped",
        /// Its own expression failed.
        Errored = "errored",
    }
}

words! {
    /// How a migration stands.
    Outcome {
        /// Completed without warnings.
        Succeeded = "succeeded",
        /// Completed with warnings.
        SucceededWithWarnings = "succeeded-with-warnings",
        /// Failed.
        Failed = "failed",
        /// Canceled, or being canceled.
        Canceled = "canceled",
        /// On its way.
        Running = "running",
        /// On its way, but not moving.
        Stuck = "stuck",
        /// Never started because a condition forbids it.
        Blocked = "blocked",
        /// The archive does not tell.
        Unknown = "unknown",
    }
}

impl Confidence {
    /// One step less sure, never below low.
    #[must_use]
    pub fn lower(self) -> Self {
        match self {
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }
}

impl Outcome {
    /// Whether a reader must act on it.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Failed | Self::Stuck | Self::Blocked | Self::SucceededWithWarnings)
    }
}
