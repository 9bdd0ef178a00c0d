use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::archive::{ArchiveError, Limits, Source, each_line, join_parts};
use crate::cli::{Exit, Failure};
use crate::engine::CaseRunner;
use crate::layout;
use crate::model::Component;
use crate::rules::{Pack, RuleText, Seed, skeleton};

/// Writes the draft of a rule.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mig-analyze rules new storage/disk-on-fire --dir my-rules
  mig-analyze rules new storage/disk-on-fire --dir my-rules -i must-gather.tar.gz --from namespaces/openshift-migration/logs/velero-1/current.log:4711")]
pub struct NewArgs {
    /// Id of the rule, AREA/NAME
    pub id: String,
    /// Line to make the rule and its test from, as evidence names it; a file of its own when there is no input
    #[arg(long, value_name = "PATH:LINE")]
    pub from: Option<String>,
    /// Must-gathers to look for that line in
    #[arg(short, long = "input", value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Program that wrote the line, where the path does not tell
    #[arg(long, value_name = "COMPONENT", value_parser = component)]
    pub component: Option<Component>,
    /// Directory of your rules
    #[arg(long, value_name = "DIR", default_value = "rules")]
    pub dir: PathBuf,
}

/// A draft whose first test says whom the rule finds something about: it is run once to see.
fn draft(id: &str, seed: Option<&Seed>) -> String {
    let text = skeleton(id, seed, None);
    let rule = RuleText { id: id.to_owned(), file: format!("{id}.yaml"), text: text.clone() };
    let Ok(pack) = Pack::from_layers(vec![vec![rule]]) else { return text };
    let on = CaseRunner::new(&pack).ok().and_then(|runner| runner.found_on(0, pack.rules.first()?.tests().first()?));
    skeleton(id, seed, on.as_deref())
}

fn component(word: &str) -> Result<Component, String> {
    let known: Vec<&str> = Component::ALL.iter().map(|component| component.as_str()).collect();
    Component::parse(word).ok_or_else(|| format!("one of {}", known.join(", ")))
}

impl NewArgs {
    /// Writes the file and says what to do with it. An existing file is never touched.
    pub(super) fn run(&self, pack: &Pack, out: &mut dyn Write) -> Result<Exit, Failure> {
        let part = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if self.id.split('/').count() != 2 || !self.id.split('/').all(part) {
            return Err(usage(format!("`{}` is no id of a rule", self.id), "write AREA/NAME in small letters, such as storage/disk-on-fire"));
        }
        if pack.find(&self.id).is_some() {
            return Err(usage(
                format!("there is a rule {} already", self.id),
                "choose another name; to replace it, copy it and write `override: true`",
            ));
        }
        let seed = self.from.as_deref().map(|from| self.seed(from)).transpose()?;
        let path = self.dir.join(format!("{}.yaml", self.id));
        create(&path, &draft(&self.id, seed.as_ref())).map_err(|why| Failure::Output { path: path.display().to_string(), why })?;
        let dir = self.dir.display();
        let hint = format!(
            "wrote {}\nnext:  mig-analyze rules test {dir}\n       mig-analyze rules run {} --rules {dir} -i must-gather.tar.gz --explain\n",
            path.display(),
            self.id
        );
        out.write_all(hint.as_bytes()).and_then(|()| out.flush()).map_err(Failure::stdout)?;
        Ok(Exit::Done)
    }

    fn seed(&self, from: &str) -> Result<Seed, Failure> {
        let place = from.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse::<u64>().ok().filter(|line| *line > 0)?)));
        let Some((path, wanted)) = place else {
            return Err(usage(format!("`{from}` names no line"), "write PATH:LINE, as evidence does"));
        };
        let component = self.component.or_else(|| layout::log_path(path).map(|log| log.component)).ok_or_else(|| {
            usage(format!("it is not clear which program wrote {path}"), "give the whole path of a log, or say it with --component")
        })?;
        let line = if self.inputs.is_empty() { of_file(Path::new(path), wanted)? } else { self.of_input(path, wanted)? };
        Ok(Seed { component, line })
    }

    fn of_input(&self, path: &str, wanted: u64) -> Result<String, Failure> {
        let mut missing = None;
        for (_, source) in join_parts(&self.inputs) {
            if matches!(source, Source::Stdin) {
                return Err(usage("a line cannot be looked up in standard input".into(), "save it to a file and give that with -i"));
            }
            let mut found = None;
            let read = each_line(&source, &Limits::default(), path, &mut |number, text| {
                if number < wanted {
                    return ControlFlow::Continue(());
                }
                found = Some(String::from_utf8_lossy(text).into_owned());
                ControlFlow::Break(())
            });
            match read {
                Err(error @ ArchiveError::NoEntry { .. }) => missing = Some(error),
                Err(error) => return Err(error.into()),
                Ok(()) => return found.ok_or_else(|| no_line(path, wanted)),
            }
        }
        Err(missing.map_or_else(|| usage("no input to look in".into(), "give one with -i"), Failure::Archive))
    }
}

/// Longest line of a plain file that is read.
const LONGEST: u64 = 1 << 20;

fn of_file(path: &Path, wanted: u64) -> Result<String, Failure> {
    use std::io::{BufRead, BufReader, Read};
    let shown = path.display().to_string();
    let unreadable = |error: std::io::Error| usage(format!("{shown} cannot be read: {error}"), "give the must-gather that holds it with -i");
    let mut lines = BufReader::new(std::fs::File::open(path).map_err(unreadable)?);
    let mut text = Vec::new();
    for _ in 0..wanted {
        text.clear();
        let read = lines.by_ref().take(LONGEST).read_until(b'\n', &mut text).map_err(unreadable)?;
        if read == 0 {
            return Err(no_line(&shown, wanted));
        }
    }
    Ok(String::from_utf8_lossy(&text).trim_end().to_owned())
}

fn no_line(path: &str, wanted: u64) -> Failure {
    usage(format!("`{path}` has no line {wanted}"), "lines are counted from 1")
}

fn usage(what: String, help: &str) -> Failure {
    Failure::Usage { what, help: Some(help.to_owned()) }
}

fn create(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(id: &str, from: Option<String>, dir: &Path) -> NewArgs {
        NewArgs { id: id.into(), from, inputs: vec![], component: None, dir: dir.to_owned() }
    }

    fn scratch(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("mig-analyze-new-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        dir
    }

    #[test]
    fn a_draft_from_a_line_passes_its_own_tests() {
        let dir = scratch("passes");
        let log = dir.join("namespaces/openshift-migration/logs/velero-1/current.log");
        create(&log, "first\ntime=\"2026-01-01T10:00:00Z\" level=error msg=\"the disk of pv-1 is on fire\"\n").unwrap();
        let rules = dir.join("rules");
        let pack = Pack::built_in().unwrap();
        args("storage/disk-on-fire", Some(format!("{}:2", log.display())), &rules).run(&pack, &mut Vec::new()).unwrap();
        let pack = Pack::load(&[&rules]).unwrap();
        let rule = pack.find("storage/disk-on-fire").unwrap();
        let runner = crate::engine::CaseRunner::new(&pack).unwrap();
        for case in pack.rules[rule].tests().iter() {
            assert_eq!(runner.run(rule, case), crate::engine::Verdict::Passed, "{}", case.name);
        }
        assert_eq!(pack.rules[rule].tests().len(), 3);
        let again = args("storage/disk-on-fire", None, &rules).run(&Pack::built_in().unwrap(), &mut Vec::new());
        assert!(matches!(again, Err(Failure::Output { .. })), "an existing file is never touched");
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn the_tests_of_a_draft_pass_whatever_its_line_names() {
        let lines = [
            (
                Component::MigController,
                r#"{"level":"error","ts":1615383678.137,"logger":"directimagestream","msg":"","dism":"m-lg46k-24dl8","migMigration":"m","error":"BearerToken not found, can't authenticate with registry"}"#,
            ),
            (Component::Velero, r#"time="2026-02-03T10:00:00Z" level=error msg="disk is on fire in the cellar" backup=openshift-migration/b"#),
            (Component::NodeAgent, r#"time="2026-02-03T10:00:00Z" level=error msg="disk is on fire in the cellar""#),
            (Component::RsyncClient, "rsync error: some files were eaten by a grue (code 99)"),
            (Component::Gather, "error: the gather ran into a wall"),
        ];
        for (component, line) in lines {
            let text = draft("my/draft", Some(&Seed { component, line: line.to_owned() }));
            let pack = Pack::from_layers(vec![vec![RuleText { id: "my/draft".into(), file: "my/draft.yaml".into(), text: text.clone() }]])
                .map_err(|errors| errors.rules.iter().map(ToString::to_string).collect::<Vec<_>>())
                .unwrap();
            let runner = CaseRunner::new(&pack).unwrap();
            for case in pack.rules[0].tests().iter() {
                assert_eq!(runner.run(0, case), crate::engine::Verdict::Passed, "{}: {text}", case.name);
            }
        }
    }

    #[test]
    fn wrong_ids_and_lines_are_refused() {
        let dir = scratch("refused");
        let pack = Pack::built_in().unwrap();
        let run = |id: &str, from: Option<&str>| args(id, from.map(str::to_owned), &dir).run(&pack, &mut Vec::new()).unwrap_err().to_string();
        assert_eq!(run("Disk", None), "`Disk` is no id of a rule");
        assert_eq!(run("../x", None), "`../x` is no id of a rule");
        assert_eq!(run("storage/multi-attach", None), "there is a rule storage/multi-attach already");
        assert_eq!(run("a/b", Some("x.log")), "`x.log` names no line");
        assert_eq!(run("a/b", Some("x.yaml:3")), "it is not clear which program wrote x.yaml");
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
