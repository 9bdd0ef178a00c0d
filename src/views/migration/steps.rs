//! The itinerary: steps of the pipeline with their phases, as far as log, conditions and pipeline tell, and what follows from them.

use crate::finding::redact::clean;
use crate::finding::view::{PhaseView, StepView};
use crate::model::{Span, Timestamp};
use crate::mtc::{Run, Step, StepState, phases};

/// What a line of the controller's log says of a phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhaseMark {
    /// The phase.
    pub phase: String,
    /// When the line was written.
    pub at: Timestamp,
    /// What it says.
    pub mark: Mark,
}

/// Beginning or end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The controller works on the phase; it says so at every look.
    Runs,
    /// The phase is over.
    Ended(Option<Span>),
}

/// Who tells a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    Log,
    Inferred,
}

/// A phase with its times.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Timed {
    phase: String,
    began: Option<Timestamp>,
    ended: Option<Timestamp>,
    from: From,
}

/// Puts the lines together; a phase whose end no line tells ended when the next began.
fn timed(marks: &[PhaseMark]) -> Vec<Timed> {
    let mut found: Vec<Timed> = Vec::new();
    for mark in marks {
        let phase = phases::canonical(&mark.phase);
        let open = found.last_mut().filter(|last| last.ended.is_none());
        match (mark.mark, open) {
            (Mark::Runs, Some(open)) if open.phase == phase => {}
            (Mark::Ended(elapsed), Some(open)) if open.phase == phase => {
                open.ended = Some(mark.at);
                open.began = elapsed.map(|elapsed| back(mark.at, elapsed)).or(open.began);
            }
            (what, open) => {
                if let Some(open) = open {
                    open.ended = Some(mark.at);
                    open.from = From::Inferred;
                }
                let timed = match what {
                    Mark::Runs => Timed { phase: phase.to_owned(), began: Some(mark.at), ended: None, from: From::Log },
                    Mark::Ended(elapsed) => {
                        Timed { phase: phase.to_owned(), began: elapsed.map(|elapsed| back(mark.at, elapsed)), ended: Some(mark.at), from: From::Log }
                    }
                };
                found.push(timed);
            }
        }
    }
    found
}

fn back(time: Timestamp, by: Span) -> Timestamp {
    time.plus(Span::from_nanos(-by.nanos()))
}

/// The steps, and what no log tells of them.
pub(super) fn steps(run: &Run, marks: &[PhaseMark], until: Option<Timestamp>) -> (Vec<StepView>, Vec<String>) {
    let all = timed(marks);
    if run.pipeline.is_empty() {
        return (inferred(run, all, until), Vec::new());
    }
    let mut of_step: Vec<Vec<Timed>> = run.pipeline.iter().map(|_| Vec::new()).collect();
    for timed in all {
        // Steps overlap, so the one that the phase belongs to by its meaning counts where its time allows.
        let fitting: Vec<usize> = (0..run.pipeline.len()).filter(|&at| inside(&timed, &run.pipeline[at])).collect();
        let meant = phases::info(&timed.phase).map_or("", |row| row.step);
        if let Some(at) = fitting.iter().copied().find(|&at| run.pipeline[at].name == meant).or(fitting.first().copied()) {
            of_step[at].push(timed);
        }
    }
    let mut views: Vec<StepView> = Vec::new();
    let mut silent = Vec::new();
    for (step, own) in run.pipeline.iter().zip(&of_step) {
        let open = matches!(step.state, StepState::Failed | StepState::Running);
        let current = run.phase.as_deref().filter(|_| open && run.step.as_deref() == Some(step.name.as_str())).map(phases::canonical);
        let over = step.ended.or(until);
        let mut phases: Vec<PhaseView> = own.iter().map(|timed| view(timed, current, step, over)).collect();
        // The controller clears the phase of a step when the run moves on to clean up.
        if let Some(phase) = current.filter(|phase| !own.iter().any(|known| known.phase == *phase)) {
            phases.push(waiting(run, phase, own.last(), step, over));
        }
        if own.is_empty() && !matches!(step.state, StepState::Pending | StepState::Skipped) {
            silent.push(clean(&step.name));
        }
        views.push(StepView {
            step: clean(&step.name),
            started: step.started.map(|time| time.to_string()),
            duration: length(step.started, step.ended.or(until.filter(|_| step.state == StepState::Running))),
            state: step.state.as_str().to_owned(),
            from: "pipeline".to_owned(),
            phases,
        });
    }
    let notes = if silent.is_empty() {
        Vec::new()
    } else {
        vec![format!("no gathered line of the controller's log tells the phases of {}", silent.join(", "))]
    };
    (views, notes)
}

/// Whether a phase fell into a step; the clock of the log has fractions that the status has not.
fn inside(timed: &Timed, step: &Step) -> bool {
    let Some(at) = timed.ended.or(timed.began) else { return false };
    step.started.is_some_and(|from| at >= from) && step.ended.is_none_or(|to| at.secs() <= to.secs() + 1)
}

fn view(timed: &Timed, current: Option<&str>, step: &Step, over: Option<Timestamp>) -> PhaseView {
    let is_current = current == Some(timed.phase.as_str());
    let ended = timed.ended.filter(|_| !is_current).or(over);
    let state = if is_current { step.state.as_str() } else { "completed" };
    let open = timed.ended.is_none() && !is_current;
    PhaseView {
        phase: clean(&timed.phase),
        started: timed.began.map(|time| time.to_string()),
        duration: length(timed.began, ended),
        state: state.to_owned(),
        from: if open || timed.from == From::Inferred { "inferred" } else { "log" }.to_owned(),
    }
}

/// The phase that failed or waits, when no line of the log begins it.
fn waiting(run: &Run, phase: &str, before: Option<&Timed>, step: &Step, over: Option<Timestamp>) -> PhaseView {
    let (began, from) = match (before.and_then(|before| before.ended), run.phase_since) {
        (Some(ended), _) => (Some(ended), "inferred"),
        // Of a failed run it is known only when its step began.
        (None, Some(since)) if step.state == StepState::Running => (Some(since), "condition"),
        _ => (step.started, "inferred"),
    };
    PhaseView {
        phase: clean(phase),
        started: began.map(|time| time.to_string()),
        duration: length(began, over),
        state: step.state.as_str().to_owned(),
        from: from.to_owned(),
    }
}

/// Steps of a run without a pipeline, as old controllers write it: from the phases of the log.
fn inferred(run: &Run, left: Vec<Timed>, until: Option<Timestamp>) -> Vec<StepView> {
    let current = run.phase.as_deref().map(phases::canonical);
    let mut views: Vec<StepView> = Vec::new();
    for timed in left {
        let step = phases::info(&timed.phase).map_or("", |row| row.step);
        let is_current = current == Some(timed.phase.as_str());
        let state = match (timed.ended, is_current, run.verdict.is_green()) {
            (_, true, false) if run.ended.is_some() => "failed",
            (None, _, false) if run.ended.is_none() => "running",
            _ => "completed",
        };
        let phase = PhaseView {
            phase: clean(&timed.phase),
            started: timed.began.map(|time| time.to_string()),
            duration: length(timed.began, timed.ended.or(until)),
            state: state.to_owned(),
            from: if timed.from == From::Log { "log" } else { "inferred" }.to_owned(),
        };
        if let Some(last) = views.last_mut().filter(|last| last.step == step) {
            let began = last.started.as_deref().and_then(Timestamp::parse);
            last.duration = length(began, timed.ended.or(until));
            state.clone_into(&mut last.state);
            last.phases.push(phase);
            continue;
        }
        let (started, duration) = (phase.started.clone(), phase.duration.clone());
        views.push(StepView { step: step.to_owned(), started, duration, state: state.to_owned(), from: "inferred".to_owned(), phases: vec![phase] });
    }
    views
}

pub(super) fn length(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<String> {
    Some(to?.since(from?).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(phase: &str, at: &str, mark: Mark) -> PhaseMark {
        PhaseMark { phase: phase.into(), at: Timestamp::parse(&format!("2021-05-12T08:{at}Z")).unwrap(), mark }
    }

    #[test]
    fn a_phase_that_says_ten_times_that_it_runs_is_one_phase() {
        let marks = [mark("Started", "00:00", Mark::Runs), mark("Started", "00:03", Mark::Runs), mark("Started", "00:06", Mark::Ended(None))];
        let found = timed(&marks);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].began, found[0].ended, found[0].from), (Some(marks[0].at), Some(marks[2].at), From::Log));
    }

    #[test]
    fn an_end_that_no_line_tells_is_that_of_the_next_beginning_and_marked() {
        let marks = [mark("", "00:00", Mark::Runs), mark("Started", "00:05", Mark::Runs)];
        let found = timed(&marks);
        assert_eq!((found[0].phase.as_str(), found[0].ended, found[0].from), ("Created", Some(marks[1].at), From::Inferred));
        assert_eq!((found[1].ended, found[1].from), (None, From::Log));
    }

    #[test]
    fn the_elapsed_time_tells_a_beginning_before_the_log() {
        let found = timed(&[mark("StageBackupCreated", "10:00", Mark::Ended(Some(Span::from_secs(300))))]);
        assert_eq!(found[0].began, Timestamp::parse("2021-05-12T08:05:00Z"));
    }
}
