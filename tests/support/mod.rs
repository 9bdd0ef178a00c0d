//! Stories: folders under `fixtures/` with what a person would conclude from them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mig_analyze::archive::Source;
use mig_analyze::archive::pack::Tar;
use mig_analyze::finding::Report;
use mig_analyze::{Options, Quiet, analyze_sources};
use serde::Deserialize;

/// What `expect.yaml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    #[expect(dead_code, reason = "for people who read the file")]
    pub(crate) story: String,
    /// Letter and number of the failure of the field that the story tells again.
    #[serde(default)]
    pub(crate) case: Option<String>,
    pub(crate) inputs: Vec<String>,
    pub(crate) pack: Pack,
    #[serde(default)]
    pub(crate) clusters: Option<usize>,
    #[serde(default)]
    pub(crate) migrations: Vec<ExpectRun>,
    #[serde(default)]
    pub(crate) present: Vec<String>,
    #[serde(default)]
    pub(crate) absent: Vec<String>,
    #[serde(default)]
    pub(crate) max_severity: Option<String>,
    #[serde(default)]
    pub(crate) gaps: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Pack {
    Word(String),
    Cut {
        #[serde(rename = "as")]
        form: String,
        truncate_percent: usize,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectRun {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) outcome: Option<String>,
    #[serde(default)]
    pub(crate) phase: Option<String>,
    #[serde(default)]
    pub(crate) superseded: Option<bool>,
    #[serde(default)]
    pub(crate) root: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) says: Vec<String>,
    #[serde(default)]
    pub(crate) not: Vec<String>,
    #[serde(default)]
    pub(crate) symptoms: Vec<String>,
    #[serde(default)]
    pub(crate) answer: Vec<String>,
    #[serde(default)]
    pub(crate) look_at: Option<ExpectTarget>,
    #[serde(default)]
    pub(crate) collect: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectTarget {
    pub(crate) cluster: String,
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) namespace: Option<String>,
    pub(crate) name: String,
}

/// One file of an input.
pub(crate) type File = (String, Arc<[u8]>);

/// A story with its files in memory.
pub(crate) struct Story {
    pub(crate) name: String,
    pub(crate) expect: Expect,
    /// Files of each input, by path, with the root member's name in front.
    pub(crate) inputs: Vec<Vec<File>>,
}

pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// All stories, by name.
pub(crate) fn stories() -> Vec<Story> {
    let mut names: Vec<String> = std::fs::read_dir(fixtures())
        .expect("fixtures exist")
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.path().join("expect.yaml").exists())
        .map(|entry| entry.file_name().into_string().expect("plain name"))
        .collect();
    names.sort();
    names.into_iter().map(|name| Story::load(&name)).collect()
}

impl Story {
    pub(crate) fn load(name: &str) -> Self {
        let dir = fixtures().join(name);
        let text = std::fs::read_to_string(dir.join("expect.yaml")).expect("expect.yaml");
        let expect: Expect = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{name}/expect.yaml: {error}"));
        let inputs = expect.inputs.iter().map(|input| files(&dir.join(input))).collect();
        Self { name: name.to_owned(), expect, inputs }
    }

    /// The inputs packed as the story says.
    pub(crate) fn sources(&self) -> Vec<(String, Source)> {
        self.inputs.iter().zip(&self.expect.inputs).map(|(files, input)| (archive_name(input), self.pack(files))).collect()
    }

    fn pack(&self, files: &[File]) -> Source {
        let bytes = match &self.expect.pack {
            Pack::Word(word) if word == "nested" => nested(files),
            Pack::Word(_) => tar_gz(files),
            Pack::Cut { form, truncate_percent } => {
                let mut bytes = if form == "nested" { nested(files) } else { tar_gz(files) };
                bytes.truncate(bytes.len() * truncate_percent / 100);
                bytes
            }
        };
        Source::bytes("must-gather.tar.gz", bytes)
    }
}

/// `source/must-gather` is attached as `source-must-gather.tar.gz`.
pub(crate) fn archive_name(input: &str) -> String {
    format!("{}.tar.gz", input.replace('/', "-"))
}

pub(crate) fn tar_gz(files: &[File]) -> Vec<u8> {
    files.iter().fold(Tar::new(), |tar, (path, content)| tar.file(path, content)).gzip()
}

/// Not compressed: laws that pack an archive a hundred times are about what is in it.
pub(crate) fn tar(files: &[File]) -> Vec<u8> {
    files.iter().fold(Tar::new(), |tar, (path, content)| tar.file(path, content)).finish()
}

/// The wrapper that `oc adm must-gather` makes: an archive of the same name in an archive.
pub(crate) fn nested(files: &[File]) -> Vec<u8> {
    let inner = tar_gz(files);
    let dir = "must-gather.local.4832041553094271561/quay-io-konveyor-must-gather-sha256-0f1e2d";
    Tar::new().file(&format!("{dir}/must-gather.tar.gz"), inner).gzip()
}

fn files(root: &Path) -> Vec<File> {
    let base = root.file_name().expect("input folder").to_string_lossy().into_owned();
    let mut list = Vec::new();
    collect(root, &base, &mut list);
    list.sort();
    list
}

fn collect(dir: &Path, prefix: &str, list: &mut Vec<File>) {
    for entry in std::fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
        let entry = entry.expect("readable");
        let path = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().expect("type").is_dir() {
            collect(&entry.path(), &path, list);
        } else {
            list.push((path, std::fs::read(entry.path()).expect("readable").into()));
        }
    }
}

pub(crate) fn analyze(sources: &[(String, Source)]) -> Report {
    analyze_with(sources, 1)
}

/// The report, or nothing where so little is left that there is no gather in it.
pub(crate) fn try_analyze(sources: &[(String, Source)]) -> Option<Report> {
    let options = Options { workers: Some(1), ..Options::default() };
    analyze_sources(sources, &options, &Quiet).ok().map(|analysis| analysis.report)
}

pub(crate) fn analyze_with(sources: &[(String, Source)], workers: usize) -> Report {
    let options = Options { workers: Some(workers), ..Options::default() };
    analyze_sources(sources, &options, &Quiet).expect("the story opens").report
}
