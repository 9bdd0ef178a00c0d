use std::process::ExitCode;

/// What the shell is told. One number for each thing that a script would do differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// The work is done, and nothing that was asked to fail has been found.
    Done,
    /// The work is done, and `--fail-on` or a failing rule test says so.
    Met,
    /// Nothing could be analyzed, or the command line was wrong; clap uses the same number.
    Unusable,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Met => 1,
            Self::Unusable => 2,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_numbers_stay() {
        assert_eq!([Exit::Done, Exit::Met, Exit::Unusable].map(Exit::code), [0, 1, 2]);
    }
}
