use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{Listed, Passed, RulesArgs, RulesCommand, RunArgs, Shown, TestArgs, Tested};
use crate::cli::progress::Line;
use crate::cli::{Common, Exit, Failure};
use crate::engine::{CaseRunner, Verdict, explain};
use crate::rules::{Case, ClauseTrace, Pack, Rule, schema};
use crate::{Options, load_pack, named, read_case};

impl RulesArgs {
    /// Carries out one of the commands about rules.
    pub(in crate::cli) fn run(&self, common: &Common) -> Result<Exit, Failure> {
        let workers = common.threads.map(std::num::NonZeroUsize::get);
        let options = Options { workers, rules: self.rules.clone(), ..Options::default() };
        let pack = match &self.command {
            RulesCommand::Test(TestArgs { id: Some(path) }) if Path::new(path).exists() => {
                let mut out = BufWriter::new(anstream::stdout().lock());
                return outside(Path::new(path), &self.rules, common.verbose, &mut out);
            }
            _ => load_pack(&options)?,
        };
        let mut out = BufWriter::new(anstream::stdout().lock());
        let exit = match &self.command {
            RulesCommand::List(args) => {
                if let Some(id) = args.explains.as_deref().filter(|id| pack.find(id).is_none()) {
                    let help = pack.nearest(id).map(|near| format!("did you mean {near}?"));
                    return Err(Failure::Usage { what: format!("there is no rule `{id}`"), help: help.or_else(|| Some(see_list())) });
                }
                let rules: Vec<Listed> = pack.rules.iter().map(listed).collect();
                args.write(&rules, &mut out).map(|()| Exit::Done)
            }
            RulesCommand::Show(args) => {
                let rule = find(&pack, &args.id)?;
                let written = if args.source { write!(out, "{}", rule.source) } else { shown(&pack, rule).write(&mut out) };
                written.map(|()| Exit::Done)
            }
            RulesCommand::Test(args) => {
                let (cases, doubts) = tested(&pack, args.id.as_deref())?;
                Tested::write(&cases, &doubts, common.verbose, &mut out)
            }
            RulesCommand::New(args) => return args.run(&pack, &mut out),
            RulesCommand::Schema => {
                serde_json::to_writer_pretty(&mut out, &schema()).map_err(std::io::Error::from).and_then(|()| writeln!(out)).map(|()| Exit::Done)
            }
            RulesCommand::Run(args) => return tried(args, &pack, &options, &mut out),
        };
        exit.and_then(|exit| out.flush().map(|()| exit)).map_err(Failure::stdout)
    }
}

fn listed(rule: &Rule) -> Listed {
    Listed {
        id: rule.id.clone(),
        severity: rule.severity,
        role: rule.role,
        confidence: rule.confidence,
        title: rule.title.clone(),
        explains: rule.explains.clone(),
    }
}

fn shown(pack: &Pack, rule: &Rule) -> Shown {
    let explained_by = pack.rules.iter().filter(|other| other.explains.contains(&rule.id)).map(|other| other.id.clone()).collect();
    Shown { listed: listed(rule), explained_by, docs: rule.docs.clone(), remediation: rule.remedy.clone(), links: rule.links.clone() }
}

fn see_list() -> String {
    "`mig-analyze rules list` shows all".to_owned()
}

/// A rule by its id, or by an end of it that only one rule has.
fn find<'p>(pack: &'p Pack, id: &str) -> Result<&'p Rule, Failure> {
    let id = id.trim_start_matches("rules/").trim_end_matches(".yaml");
    if let Some(index) = pack.find(id) {
        return Ok(&pack.rules[index]);
    }
    let fitting: Vec<&Rule> = pack.rules.iter().filter(|rule| rule.id.ends_with(id)).collect();
    match fitting.as_slice() {
        [rule] => Ok(rule),
        [] => {
            let help = pack.nearest(id).map(|near| format!("did you mean {near}? `mig-analyze rules list` shows all")).or_else(|| Some(see_list()));
            Err(Failure::Usage { what: format!("there is no rule `{id}`"), help })
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|rule| rule.id.as_str()).collect();
            Err(Failure::Usage { what: format!("several rules end with `{id}`"), help: Some(format!("one of {}?", ids.join(", "))) })
        }
    }
}

/// Runs the tests of a directory of rules, or of one file in it, beside the built-in rules; a rule of the tree that this program was built
/// from stands in for its built-in twin.
fn outside(path: &Path, layers: &[PathBuf], verbose: bool, out: &mut dyn Write) -> Result<Exit, Failure> {
    let root = if path.is_dir() { path } else { path.parent().and_then(Path::parent).unwrap_or(path) };
    let layers: Vec<&Path> = layers.iter().map(PathBuf::as_path).collect();
    let (pack, ids) = Pack::load_for_test(&layers, root).map_err(crate::Error::from)?;
    let only = (!path.is_dir()).then(|| path.strip_prefix(root).unwrap_or(path).with_extension("").to_string_lossy().replace('\\', "/"));
    let runner = CaseRunner::new(&pack).map_err(crate::Error::from)?;
    let (mut cases, mut doubts) = (Vec::new(), Vec::new());
    for id in ids.iter().filter(|id| only.as_ref().is_none_or(|only| only == *id)) {
        if let Some(index) = pack.find(id) {
            cases.extend(pack.rules[index].tests().iter().map(|case| one_case(&runner, &pack, index, case)));
            doubts.extend(doubts_of(&pack.rules[index]));
        }
    }
    if cases.is_empty() {
        let help = Some("a rule is a file AREA/NAME.yaml below the directory".to_owned());
        return Err(Failure::Usage { what: format!("no rules in {}", path.display()), help });
    }
    Tested::write(&cases, &doubts, verbose, out).and_then(|exit| out.flush().map(|()| exit)).map_err(Failure::stdout)
}

fn one_case(runner: &CaseRunner<'_>, pack: &Pack, index: usize, case: &Case) -> Tested {
    let problem = match runner.run(index, case) {
        Verdict::Passed => None,
        Verdict::Failed(text) => Some(text),
    };
    Tested { rule: pack.rules[index].id.clone(), case: case.name.clone(), problem }
}

/// Runs the tests of all rules, or of those whose id holds a word.
fn tested(pack: &Pack, word: Option<&str>) -> Result<(Vec<Tested>, Vec<String>), Failure> {
    let word = word.unwrap_or_default().trim_start_matches("rules/").trim_end_matches(".yaml");
    let runner = CaseRunner::new(pack).map_err(crate::Error::from)?;
    let (mut cases, mut doubts) = (Vec::new(), Vec::new());
    for (index, rule) in pack.rules.iter().enumerate().filter(|(_, rule)| rule.id.contains(word)) {
        cases.extend(rule.tests().iter().map(|case| one_case(&runner, pack, index, case)));
        doubts.extend(doubts_of(rule));
    }
    if cases.is_empty() {
        let what = format!("no rule has `{word}` in its id, and there is no file or directory of that name");
        return Err(Failure::Usage { what, help: Some(see_list()) });
    }
    Ok((cases, doubts))
}

/// What the author of a rule should look at again, though it is allowed.
fn doubts_of(rule: &Rule) -> impl Iterator<Item = String> + '_ {
    rule.doubts().into_iter().map(|doubt| format!("{}: {doubt}", rule.id))
}

/// Runs one rule on inputs and says what it found, and with `--explain` where it ran dry.
fn tried(args: &RunArgs, pack: &Pack, options: &Options, out: &mut dyn Write) -> Result<Exit, Failure> {
    let rule = find(pack, &args.id)?;
    let index = pack.find(&rule.id).unwrap_or_default();
    let line = Line::new();
    let (graph, _) = read_case(&named(&[args.given.as_slice(), &args.inputs].concat()), pack, options, &line)?;
    drop(line);
    let (result, trace) = explain(&graph, pack, index);
    let write = |out: &mut dyn Write| -> std::io::Result<()> {
        writeln!(out, "{}: {}", rule.id, result.state)?;
        for one in &result.matches {
            writeln!(out, "  {} ({} confidence): {}", one.severity, one.confidence, one.message)?;
            for evidence in one.evidence.iter().take(3) {
                writeln!(out, "    {}: {}", evidence.place(), evidence.text.trim())?;
            }
        }
        let reasons: std::collections::BTreeSet<&str> = result.pending.iter().map(|row| row.lack.reason.as_str()).collect();
        for reason in reasons {
            writeln!(out, "  not judged: {reason}")?;
        }
        for error in &result.errors {
            writeln!(out, "  error: {error}")?;
        }
        if args.explain {
            writeln!(out)?;
            let clauses: Vec<Passed> = trace.clauses.iter().zip(rule.must_pass()).map(|(clause, must)| passed(clause, must)).collect();
            Passed::write(&clauses, out)?;
        }
        out.flush()
    };
    write(out).map_err(Failure::stdout)?;
    Ok(Exit::Done)
}

fn passed(clause: &ClauseTrace, must_pass: bool) -> Passed {
    let reasons = clause.reasons.keys().map(|reason| format!("unknown: {reason}"));
    let errors = clause.errors.keys().map(|error| format!("error: {error}"));
    let near = clause.nearest.iter().map(|near| format!("nearest: {near}"));
    Passed {
        clause: clause.clause.clone(),
        candidates: clause.tried,
        rows: clause.passed,
        must_pass,
        notes: reasons.chain(errors).chain(near).collect(),
    }
}
