//! Runs every test that a rule of the pack carries, each under its own name: `cargo test --test rules storage/multi-attach`.

#![allow(clippy::expect_used, reason = "a file that cannot be read must stop the tests")]

#[path = "rules/confusables.rs"]
mod confusables;

use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use mig_analyze::engine::{CaseRunner, Verdict};
use mig_analyze::rules::{Case, Expect, Pack};

fn main() {
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, trials()).exit();
}

fn trials() -> Vec<Trial> {
    let pack = match Pack::built_in() {
        Ok(pack) => Arc::new(pack),
        Err(errors) => return broken(errors),
    };
    let mut trials = confusables::trials(&pack);
    for (rule, file) in pack.rules.iter().enumerate() {
        trials.push(Trial::test(format!("{}: has a test that fires and one that does not", file.id), {
            let tests = file.tests().into_owned();
            move || {
                let fires = |case: &&Case| matches!(case.expect, Expect::Findings(_));
                let firing = tests.iter().filter(fires).count();
                if firing == 0 || firing == tests.len() { Err(format!("{firing} of {} fire", tests.len()).into()) } else { Ok(()) }
            }
        }));
        for (index, case) in file.tests().iter().enumerate() {
            let pack = Arc::clone(&pack);
            let name = format!("{}: {}", file.id, case.name);
            trials.push(Trial::test(name, move || {
                let runner = CaseRunner::new(&pack).map_err(|error| Failed::from(error.to_string()))?;
                match runner.run(rule, &pack.rules[rule].tests()[index]) {
                    Verdict::Passed => Ok(()),
                    Verdict::Failed(difference) => Err(difference.into()),
                }
            }));
        }
    }
    trials
}

/// A pack that cannot be loaded fails as one test for each mistake.
fn broken(errors: mig_analyze::rules::PackErrors) -> Vec<Trial> {
    errors
        .rules
        .into_iter()
        .enumerate()
        .map(|(number, error)| {
            let name = format!("{}: can be loaded ({})", error.rule, number + 1);
            Trial::test(name, move || Err(format!("{:?}", miette::Report::new(error)).into()))
        })
        .collect()
}
