//! Rule files: whatever stands in one, there is a rule or a list of errors that can be drawn, and its own tests can be run.

#![no_main]

use libfuzzer_sys::fuzz_target;
use miette::{GraphicalReportHandler, GraphicalTheme};
use mig_analyze::engine::CaseRunner;
use mig_analyze::rules::{Pack, RuleText};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let rule = RuleText { id: "fuzz/rule".into(), file: "fuzz/rule.yaml".into(), text: text.to_owned() };
    let pack = match Pack::from_layers(vec![vec![rule]]) {
        Ok(pack) => pack,
        Err(errors) => {
            let mut drawn = String::new();
            let handler = GraphicalReportHandler::new_themed(GraphicalTheme::none()).with_links(false);
            handler.render_report(&mut drawn, &errors).expect("drawing into memory");
            assert!(!drawn.is_empty());
            return;
        }
    };
    let Ok(runner) = CaseRunner::new(&pack) else { return };
    for case in pack.rules[0].tests().iter().take(4) {
        let _ = runner.run(0, case);
    }
});
