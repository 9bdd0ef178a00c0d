use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::progress::Line;
use super::{Common, Exit, Failure, screen, tree};
use crate::finding::redact::{self, MASK, Redactor, clean, escape_control};
use crate::graph::{Graph, ObjectId};
use crate::output;
use crate::rules::Pack;
use crate::views::{self, Ask, AskError};
use crate::{Options, Progress, named, read_case};

/// How objects are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// The columns that fit
    Table,
    /// All columns, uncut
    Wide,
    /// Kind and name
    Name,
    /// The objects as gathered, without managedFields, secrets masked
    Yaml,
    /// The same as JSON
    Json,
    /// The table as JSON
    Rows,
}

/// Lists objects of one kind.
#[derive(Debug, Args)]
#[command(after_help = "\
KIND is a kind, plural or short name (pods, pvc, bsl, dvmp, migmigration, backups.velero.io). Without -n, all namespaces.

Examples:
  mig-analyze get pods -n shop -i must-gather.tar.gz
  mig-analyze get migmigration -i must-gather.tar.gz -o wide
  mig-analyze get pvb -l velero.io/backup-name=b1 --field status.phase=Failed -i must-gather.tar.gz -o yaml")]
pub struct GetArgs {
    /// Kind, plural or short name
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// Start of a name or UID
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Must-gathers of one case
    #[arg(short = 'i', long = "input", value_name = "INPUT", required = true)]
    pub inputs: Vec<PathBuf>,
    /// Only this namespace
    #[arg(short, long, value_name = "NAMESPACE", conflicts_with = "all_namespaces")]
    pub namespace: Option<String>,
    /// All namespaces, as without -n
    #[arg(short = 'A', long)]
    pub all_namespaces: bool,
    /// Only objects with this label: key=value, or key
    #[arg(short = 'l', long, value_name = "LABEL", value_delimiter = ',')]
    pub selector: Vec<String>,
    /// Only objects whose field has this value: status.phase=Failed
    #[arg(long, value_name = "PATH=VALUE", value_parser = field)]
    pub field: Vec<(String, String)>,
    /// Only this cluster, by the name that the report uses
    #[arg(long, value_name = "CLUSTER")]
    pub cluster: Option<String>,
    /// How the objects are written
    #[arg(short, long, value_name = "FORM", value_enum, default_value = "table")]
    pub output: Form,
}

impl GetArgs {
    /// Reads the inputs and prints the objects.
    pub(super) fn run(&self, common: &Common) -> Result<Exit, Failure> {
        let line = Line::new();
        let mut graph = self.read(common, &line, Vec::new())?;
        let kind = views::kind(&graph, &self.kind)?;
        let ask = self.ask();
        // Bodies of most kinds are not kept, so who wants to see one reads the inputs again.
        let wants_bodies = matches!(self.output, Form::Yaml | Form::Json) || !self.field.is_empty();
        if wants_bodies && graph.of_kind(&kind).any(|id| graph.object(id).body.is_none()) {
            graph = self.read(common, &line, vec![kind.to_string()])?;
        }
        drop(line);
        match self.output {
            Form::Yaml | Form::Json => {
                let ids = views::objects(&graph, &ask)?;
                screen::print(|out| self.bodies(&graph, &ids, out))
            }
            Form::Name => {
                let ids = views::objects(&graph, &ask)?;
                screen::print(|out| {
                    ids.iter().try_for_each(|&id| {
                        let object = graph.object(id);
                        writeln!(out, "{}/{}", clean(&object.gvk.resource()), clean(&object.name))
                    })
                })
            }
            form => {
                let table = views::table(&graph, &ask)?;
                if table.rows.is_empty() && form != Form::Rows {
                    let help = Some("mig-analyze coverage tells what was gathered".to_owned());
                    return Err(Failure::Usage { what: format!("no {kind} fits"), help });
                }
                let options = screen::verbose(common);
                screen::print(
                    |out| if form == Form::Rows { output::rows(&table, out) } else { output::table(&table, form == Form::Wide, &options, out) },
                )
            }
        }
    }

    /// No rule is run, so no log is searched.
    fn read(&self, common: &Common, line: &dyn Progress, keep: Vec<String>) -> Result<Graph, Failure> {
        let options = Options { keep, ..tree::options(common) };
        let (graph, _) = read_case(&named(&self.inputs), &Pack::default(), &options, line)?;
        Ok(graph)
    }

    fn ask(&self) -> Ask {
        let label = |text: &String| match text.split_once('=') {
            Some((key, value)) => (key.to_owned(), Some(value.trim_start_matches('=').to_owned())),
            None => (text.clone(), None),
        };
        Ask {
            kind: self.kind.clone(),
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            cluster: self.cluster.clone(),
            labels: self.selector.iter().map(label).collect(),
            fields: self.field.clone(),
        }
    }

    fn bodies(&self, graph: &Graph, ids: &[ObjectId], out: &mut dyn Write) -> io::Result<()> {
        let body = |id: ObjectId| graph.object(id).body.as_ref().map_or(Value::Null, |body| masked(body.root().to_json()));
        if self.output == Form::Json {
            let items: Vec<Value> = ids.iter().map(|&id| body(id)).collect();
            let list = if items.len() == 1 { items.into_iter().next() } else { Some(json!({"apiVersion": "v1", "kind": "List", "items": items})) };
            serde_json::to_writer_pretty(&mut *out, &list)?;
            return out.write_all(b"\n");
        }
        for (at, &id) in ids.iter().enumerate() {
            let object = graph.object(id);
            if at > 0 {
                out.write_all(b"---\n")?;
            }
            let cluster = clean(&graph.cluster(object.cluster).name);
            writeln!(out, "# {cluster}: {}", object.place().map(|place| clean(&place.to_string())).unwrap_or_default())?;
            let text = serde_yaml::to_string(&body(id)).map_err(io::Error::other)?;
            out.write_all(text.as_bytes())?;
        }
        Ok(())
    }
}

/// Masks what a Secret holds, and everything in other objects that looks like a secret.
fn masked(mut object: Value) -> Value {
    if !redact::is_revealed() {
        mask_secrets(&mut object);
    }
    mask_texts(&mut object, "");
    object
}

/// Secrets may lie in lists, and in templates.
fn mask_secrets(value: &mut Value) {
    if value.get("kind").and_then(Value::as_str) == Some("Secret") {
        for key in ["data", "stringData"] {
            for value in value.get_mut(key).and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
                *value = Value::from(MASK);
            }
        }
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(mask_secrets),
        Value::Object(entries) => entries.values_mut().for_each(mask_secrets),
        _ => {}
    }
}

/// A value alone does not show that it is a password; with its key before it, it does.
fn mask_texts(value: &mut Value, key: &str) {
    match value {
        Value::String(text) => {
            if !text.is_empty() && Redactor::is_secret_name(key) {
                MASK.clone_into(text);
                return;
            }
            let mut lines = redact::Lines::default();
            let whole = text.lines().map(|line| escape_control(&lines.line(line).0)).collect::<Vec<_>>().join("\n");
            if whole != text.trim_end_matches('\n') {
                *text = whole;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask_texts(item, key)),
        Value::Object(entries) => {
            // An environment variable says its name beside its value.
            let name = entries.get("name").and_then(Value::as_str).map(str::to_owned);
            let old: Map<String, Value> = std::mem::take(entries);
            for (key, mut entry) in old {
                let said = if key == "value" { name.as_deref().unwrap_or(&key) } else { &key };
                mask_texts(&mut entry, said);
                entries.insert(clean(&key), entry);
            }
        }
        _ => {}
    }
}

fn field(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(path, _)| !path.is_empty());
    pair.map(|(path, value)| (path.trim_start_matches('.').to_owned(), value.to_owned()))
        .ok_or_else(|| "write PATH=VALUE, such as status.phase=Failed".into())
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Self {
        Self::Usage { what: error.to_string(), help: Some(error.help()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_whole_and_a_password_by_its_name() {
        let secret = masked(json!({"kind": "Secret", "data": {"saToken": "c2VjcmV0"}, "metadata": {"name": "s"}}));
        assert_eq!(secret["data"]["saToken"], MASK);
        assert_eq!(secret["metadata"]["name"], "s");
        let pod = masked(json!({"kind": "Pod", "spec": {"env": [{"name": "MYSQL_PASSWORD", "value": "hunter2hunter2"}], "text": "a\nb\n"}}));
        assert_eq!(pod["spec"]["env"][0]["value"], MASK);
        assert_eq!(pod["spec"]["text"], "a\nb\n");
    }

    #[test]
    fn a_field_has_a_path_and_a_value() {
        assert_eq!(field(".status.phase=Failed"), Ok(("status.phase".into(), "Failed".into())));
        assert!(field("status.phase").is_err());
    }
}
