use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::prefix::{Candidate, choose};
use super::{Exit, Failure, screen};
use crate::finding::{Report, Severity};
use crate::output::{self, Format};

/// Analyzes the inputs as one case.
#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// Must-gathers of one case: .tar.gz or .tar as attached, or directories; several are joined
    #[arg(value_name = "INPUT", required = true)]
    pub inputs: Vec<PathBuf>,
    /// How the report is written
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    pub format: Format,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Exit with 1 on a finding of this severity or worse; runs repeated with success do not count
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
    /// Directory with rules of your own, beside the built-in ones
    #[arg(long, value_name = "DIR")]
    pub rules: Vec<PathBuf>,
    /// Leave out the findings of this rule
    #[arg(long, value_name = "ID")]
    pub ignore: Vec<String>,
    /// Leave out what this YAML file lists, each entry with rule, reason, and if need be on and expires
    #[arg(long, value_name = "FILE")]
    pub ignore_file: Option<PathBuf>,
    /// Day to compare with the last days of that file, as 2026-12-31; by default the day of the collection
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub today: Option<crate::model::Timestamp>,
    /// Show on standard error how long each rule took
    #[arg(long)]
    pub profile_rules: bool,
    /// Summarize this migration: the start of its name or UID
    #[arg(long, value_name = "PREFIX")]
    pub migration: Option<String>,
}

fn day(text: &str) -> Result<crate::model::Timestamp, String> {
    crate::model::Timestamp::parse(&format!("{text}T00:00:00Z")).ok_or_else(|| "write it as 2026-12-31".to_owned())
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.as_str()))
    }
}

impl ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.as_str()))
    }
}

impl AnalyzeArgs {
    /// Writes a finished report as the arguments say.
    pub fn publish(&self, report: &Report, verbose: bool) -> Result<Exit, Failure> {
        let migration = self.migration.as_deref().map(|prefix| migration(report, prefix)).transpose()?;
        let options = if self.output.is_some() { screen::paper() } else { screen::options() };
        let options = output::Options { verbose, migration, ..options };
        let write = |out: &mut dyn Write| output::render(report, self.format, &options, out);
        if let Some(path) = &self.output {
            beside(path, write).map_err(|why| Failure::Output { path: path.display().to_string(), why })?;
        } else {
            screen::print(write)?;
        }
        let met = self.fail_on.zip(report.worst()).is_some_and(|(limit, worst)| worst >= limit);
        Ok(if met { Exit::Met } else { Exit::Done })
    }
}

/// The migration whose name or UID starts so.
fn migration(report: &Report, prefix: &str) -> Result<String, Failure> {
    let all = report.migrations.iter().map(|run| Candidate { name: &run.name, uid: Some(&run.id), shown: run.name.clone(), it: run.id.clone() });
    choose("migration", prefix, all.collect())
}

/// Writes a file aside and renames it, so that nobody ever reads half a report.
fn beside(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let found = fs::metadata(path);
    if found.as_ref().is_ok_and(fs::Metadata::is_dir) {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if found.as_ref().is_ok_and(|metadata| !metadata.is_file()) {
        // A device or a pipe takes the report as it comes; a file in its place would be a nasty surprise.
        let mut out = BufWriter::new(OpenOptions::new().write(true).open(path)?);
        return write(&mut out).and_then(|()| out.flush());
    }
    // What a link leads to is replaced, and not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?.to_string_lossy();
    let aside = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = (|| {
        let mut out = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(&aside)?);
        write(&mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&aside, &path)
    })();
    if written.is_err() {
        // The error that matters is the first one; a file that was never made cannot be removed.
        let _ = fs::remove_file(&aside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::sample;

    fn args(fail_on: Option<Severity>, output: PathBuf) -> AnalyzeArgs {
        AnalyzeArgs {
            inputs: vec![],
            format: Format::Json,
            output: Some(output),
            fail_on,
            rules: vec![],
            ignore: vec![],
            ignore_file: None,
            today: None,
            profile_rules: false,
            migration: None,
        }
    }

    #[test]
    fn a_finding_at_the_limit_is_met_and_a_superseded_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let out = || folder.path().join("report.json");
        let mut report = sample();
        assert_eq!(args(None, out()).publish(&report, false).unwrap(), Exit::Done);
        assert_eq!(args(Some(Severity::Error), out()).publish(&report, false).unwrap(), Exit::Met);
        report.findings.retain(|finding| finding.id == "F9");
        assert_eq!(args(Some(Severity::Note), out()).publish(&report, false).unwrap(), Exit::Done);
    }

    #[test]
    fn a_report_is_written_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "old").unwrap();
        let broken = beside(&path, |out| out.write_all(b"half").and(Err(io::ErrorKind::Other.into())));
        assert!(broken.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        args(None, path.clone()).publish(&sample(), false).unwrap();
        assert!(fs::read_to_string(&path).unwrap().starts_with("{\n  \"schema\": 1"));
    }

    #[test]
    fn a_migration_is_found_by_the_start_of_its_name_or_uid() {
        let report = sample();
        assert_eq!(migration(&report, "crm").unwrap(), report.migrations[1].id);
        assert_eq!(migration(&report, "797ed6cf").unwrap(), report.migrations[0].id);
        assert!(migration(&report, "orders").unwrap_err().to_string().contains("several"));
        assert!(migration(&report, "nope").unwrap_err().to_string().contains("no migration"));
    }
}
