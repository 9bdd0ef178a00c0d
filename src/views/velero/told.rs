//! What logs and fetched texts tell of one backup or restore.

use std::collections::BTreeMap;

use crate::finding::redact::clean;
use crate::finding::view::{LogLine, VeleroSection};

/// A line of Velero's log about one run of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunLine {
    /// How bad it is.
    pub what: RunWord,
    /// Namespace of the item.
    pub namespace: Option<String>,
    /// Resource of the item, such as `pods`; empty where only that there is one is told.
    pub resource: Option<String>,
    /// Name of the item.
    pub name: Option<String>,
    /// What it says, with its error.
    pub message: String,
}

/// What a line of a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunWord {
    /// An item is worked on.
    Item,
    /// A warning, as Velero counts them.
    Warning,
    /// An error, as Velero counts them.
    Error,
}

/// A text that the gather fetched with the velero client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Which input.
    pub input: u32,
    /// File in it.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The errors and warnings that it tells.
    pub results: Vec<RunLine>,
}

/// All that logs and texts tell.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Lines in the order of time.
    pub lines: Vec<RunLine>,
    /// Texts by path.
    pub texts: Vec<Fetched>,
    /// Lines of all programs that name the object, in the order of time.
    pub named: Vec<LogLine>,
}

/// Entries of one section that are kept.
const MOST: usize = 500;

impl Told {
    /// Errors or warnings as Velero groups them: its own, those of cluster-scoped items, and those of each namespace.
    pub(super) fn results(&self, what: RunWord) -> Vec<VeleroSection> {
        grouped(&self.lines, what)
    }

    /// The same as a fetched description tells them.
    pub(super) fn fetched(&self, what: RunWord) -> Vec<VeleroSection> {
        self.texts.iter().map(|fetched| grouped(&fetched.results, what)).find(|groups| !groups.is_empty()).unwrap_or_default()
    }

    /// Items that the log says were worked on, by resource.
    pub(super) fn items(&self) -> Vec<VeleroSection> {
        let mut resources: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in self.lines.iter().filter(|line| line.what == RunWord::Item) {
            let (Some(resource), Some(name)) = (&line.resource, &line.name) else { continue };
            let name = line.namespace.as_ref().map_or_else(|| name.clone(), |namespace| format!("{namespace}/{name}"));
            let list = resources.entry(clean(resource)).or_default();
            if list.len() < MOST && !list.contains(&name) {
                list.push(clean(&name));
            }
        }
        resources
            .into_iter()
            .map(|(resource, names)| VeleroSection::with(&resource, names.into_iter().map(|name| VeleroSection::of("", name)).collect()))
            .collect()
    }

    /// A top-level section of a fetched description.
    pub(super) fn section(&self, name: &str) -> Option<VeleroSection> {
        self.texts.iter().filter(|fetched| is_description(&fetched.text)).find_map(|fetched| section(&fetched.text, name))
    }
}

fn grouped(lines: &[RunLine], what: RunWord) -> Vec<VeleroSection> {
    let mut velero = Vec::new();
    let mut cluster = Vec::new();
    let mut namespaces: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.what == what) {
        let item = line.resource.iter().filter(|word| !word.is_empty()).chain(&line.name).map(|word| clean(word)).collect::<Vec<_>>().join("/");
        let text = if item.is_empty() { clean(&line.message) } else { clean(&format!("{item}: {}", line.message)) };
        let list = match &line.namespace {
            Some(namespace) => namespaces.entry(clean(namespace)).or_default(),
            None if line.resource.is_some() => &mut cluster,
            None => &mut velero,
        };
        if list.len() < MOST && !list.contains(&text) {
            list.push(text);
        }
    }
    if velero.is_empty() && cluster.is_empty() && namespaces.is_empty() {
        return Vec::new();
    }
    let each = |texts: Vec<String>| texts.into_iter().map(|text| VeleroSection::of("", text)).collect::<Vec<_>>();
    let list = |name: &str, texts: Vec<String>| {
        if texts.is_empty() { VeleroSection::of(name, "<none>") } else { VeleroSection::with(name, each(texts)) }
    };
    let namespaces: Vec<VeleroSection> = namespaces.into_iter().map(|(namespace, texts)| VeleroSection::with(&namespace, each(texts))).collect();
    let of_namespaces = if namespaces.is_empty() { VeleroSection::of("Namespaces", "<none>") } else { VeleroSection::with("Namespaces", namespaces) };
    vec![list("Velero", velero), list("Cluster", cluster), of_namespaces]
}

/// Whether a text is a description, not the failure to fetch one.
pub(super) fn is_description(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("Name:")) && text.lines().any(|line| line.starts_with("Phase:"))
}

/// What the client says instead of a description: its first line that is not about the container it ran in.
pub(super) fn failure(text: &str) -> Option<String> {
    let first = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with("Defaulted container") && !line.starts_with("Use 'oc describe"));
    Some(clean(first?))
}

fn section(text: &str, name: &str) -> Option<VeleroSection> {
    let mut lines = text.lines().skip_while(|line| line.strip_prefix(name).is_none_or(|rest| !rest.starts_with(':')));
    let head = lines.next()?;
    let value = head[name.len() + 1..].trim();
    let below: Vec<(usize, &str)> = lines
        .take_while(|line| line.is_empty() || line.starts_with([' ', '\t']))
        .filter(|line| !line.trim().is_empty())
        .map(|line| (line.len() - line.trim_start().len(), line.trim()))
        .take(MOST)
        .collect();
    let entries = entries(&below);
    if value.is_empty() && entries.is_empty() {
        return None;
    }
    Some(VeleroSection { name: name.to_owned(), value: Some(clean(value)).filter(|value| !value.is_empty()), from: Some("text".into()), entries })
}

/// Lines as a tree by their indent.
fn entries(lines: &[(usize, &str)]) -> Vec<VeleroSection> {
    let mut found: Vec<VeleroSection> = Vec::new();
    let mut at = 0;
    while let Some((indent, line)) = lines.get(at) {
        let below = lines[at + 1..].iter().take_while(|(deeper, _)| deeper > indent).count();
        let children = entries(&lines[at + 1..=at + below]);
        let plain = line.trim_start_matches("- ");
        let key =
            plain.split_once(':').filter(|(key, rest)| !line.starts_with("- ") && !key.contains('/') && (rest.is_empty() || rest.starts_with(' ')));
        let value = key.map_or(plain, |(_, rest)| rest.trim());
        found.push(VeleroSection {
            name: key.map(|(key, _)| clean(key)).unwrap_or_default(),
            value: Some(clean(value)).filter(|value| !value.is_empty()),
            from: None,
            entries: children,
        });
        at += 1 + below;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(what: RunWord, namespace: Option<&str>, resource: Option<&str>, name: Option<&str>, message: &str) -> RunLine {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        RunLine { what, namespace: owned(namespace), resource: owned(resource), name: owned(name), message: message.into() }
    }

    #[test]
    fn lines_are_grouped_as_velero_groups_results_and_none_is_told_twice() {
        let lines = vec![
            line(RunWord::Error, Some("shop"), Some("pods"), Some("web"), "boom"),
            line(RunWord::Error, Some("shop"), Some("pods"), Some("web"), "boom"),
            line(RunWord::Error, None, None, None, "timed out"),
            line(RunWord::Warning, None, Some("nodes"), Some("n"), "old"),
            line(RunWord::Item, Some("shop"), Some("pods"), Some("web"), "Backing up item"),
        ];
        let told = Told { lines, ..Told::default() };
        let errors = told.results(RunWord::Error);
        assert_eq!(errors[0], VeleroSection::with("Velero", vec![VeleroSection::of("", "timed out")]));
        assert_eq!(errors[1], VeleroSection::of("Cluster", "<none>"));
        assert_eq!(errors[2].entries, [VeleroSection::with("shop", vec![VeleroSection::of("", "pods/web: boom")])]);
        assert_eq!(told.results(RunWord::Warning)[1].entries.len(), 1);
        assert_eq!(told.items(), [VeleroSection::with("pods", vec![VeleroSection::of("", "shop/web")])]);
        assert_eq!(Told::default().results(RunWord::Error), []);
    }

    #[test]
    fn sections_of_a_fetched_description_keep_their_shape() {
        let text = "Defaulted container \"velero\"\nName:         r\nPhase:  PartiallyFailed\n\nErrors:\n  Velero:     <none>\n  Cluster:    <none>\n  \
                    Namespaces:\n    shop:  error restoring pods/web: denied\n           error restoring x\n\nBackup:  b\n\nResource List:\n  v1/Pod:\n    \
                    - shop/web(created)\n";
        let results = vec![line(RunWord::Error, Some("shop"), Some(""), None, "error restoring pods/web: denied")];
        let told = Told { texts: vec![Fetched { input: 0, path: "p".into(), text: text.into(), results }], ..Told::default() };
        let errors = told.fetched(RunWord::Error);
        assert_eq!(errors.len(), 3);
        assert_eq!(errors[2].entries, [VeleroSection::with("shop", vec![VeleroSection::of("", "error restoring pods/web: denied")])]);
        assert_eq!(told.fetched(RunWord::Warning), []);
        assert_eq!(told.section("Resource List").unwrap().entries[0].value.as_deref(), Some("v1/Pod:"));
        assert_eq!(told.section("Backup").unwrap().value.as_deref(), Some("b"));
        assert_eq!(told.section("Hooks"), None);
    }

    #[test]
    fn a_text_that_holds_only_an_error_is_no_description() {
        let text = "Defaulted container \"velero\" out of: velero\nAn error occurred: unable to retrieve logs because restore is not complete\n";
        assert!(!is_description(text));
        assert_eq!(failure(text).unwrap(), "An error occurred: unable to retrieve logs because restore is not complete");
        assert_eq!(failure(""), None);
    }
}
