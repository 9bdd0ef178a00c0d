use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::case::{Case, NamedArgs};
use super::progress::Line;
use super::{Common, Exit, Failure, screen};
use crate::finding::redact::{self, MASK, Redactor, clean, escape_control};
use crate::finding::view::Table;
use crate::graph::{Graph, ObjectId};
use crate::output::{self, Format};
use crate::rules::Pack;
use crate::views::{self, Ask, AskError, FieldIs};
use crate::{Options, read_case};

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
}

/// Lists objects of one kind.
#[derive(Debug, Args)]
#[command(after_help = "\
KIND is a kind, plural or short name (pods, pvc, bsl, dvmp, migmigration, backups.velero.io). Definitions in the inputs add their own \
names and columns. Without -n, all namespaces. --format json gives the table as JSON, -o json the objects.

Examples:
  mig-analyze get pods -n shop -i must-gather.tar.gz
  mig-analyze get migmigration -i must-gather.tar.gz -o wide
  mig-analyze get pvb -l velero.io/backup-name=b1 --field status.phase!=Completed -i must-gather.tar.gz -o yaml")]
pub struct GetArgs {
    /// Kind, plural or short name
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// Start of a name or UID
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Inputs.
    #[command(flatten)]
    pub case: NamedArgs,
    /// Only this namespace
    #[arg(short, long, value_name = "NAMESPACE", conflicts_with = "all_namespaces")]
    pub namespace: Option<String>,
    /// All namespaces, as without -n
    #[arg(short = 'A', long)]
    pub all_namespaces: bool,
    /// Only objects with these labels: key=value, key!=value, key, !key, 'key in (a,b)'; joined by commas
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    pub selector: Option<String>,
    /// Only objects whose field has this value (=) or another (!=): status.phase=Failed
    #[arg(long, value_name = "PATH=VALUE", value_parser = FieldIs::parse)]
    pub field: Vec<FieldIs>,
    /// Only this cluster: its name, the start of it, or its role
    #[arg(long, value_name = "CLUSTER")]
    pub cluster: Option<String>,
    /// How the objects are written
    #[arg(short, long, value_name = "FORM", value_enum, default_value = "table")]
    pub output: Form,
}

/// Readings of the inputs: for the objects, for definitions that name their kind, and for its bodies.
pub(super) const MOST_READINGS: u32 = 3;

impl GetArgs {
    /// Reads the inputs and prints the objects.
    pub(super) fn run(&self, common: &Common) -> Result<Exit, Failure> {
        let case = self.case.open(common)?;
        let ask = self.ask()?;
        let graph = self.read(&case)?;
        let table = views::table(&graph, &ask)?;
        if case.format() == Format::Json {
            return case.print(|_, _, out| output::rows(&table, out));
        }
        if table.rows.is_empty() {
            return Err(Failure::Usage { what: format!("no {} fits", table.kind), help: Some(self.nothing(&graph, &table)?) });
        }
        if matches!(self.output, Form::Table | Form::Wide) {
            return case.print(|_, options, out| output::table(&table, self.output == Form::Wide, options, out));
        }
        if table.kind == "Event" && self.output != Form::Name {
            let help = Some("-o wide or --format json shows all that is kept of them".to_owned());
            return Err(Failure::Usage { what: "events are kept as columns, not as objects".into(), help });
        }
        let ids = views::objects(&graph, &ask)?;
        screen::print(|out| {
            if self.output != Form::Name {
                return self.bodies(&graph, &ids, out);
            }
            ids.iter().try_for_each(|&id| writeln!(out, "{}/{}", clean(&graph.object(id).gvk.resource()), clean(&graph.object(id).name)))
        })
    }

    /// No rule is run, so no pattern is searched for. Bodies of most kinds are not kept, so who wants to see one that was not guessed
    /// reads the inputs again.
    fn read(&self, case: &Case<'_>) -> Result<Graph, Failure> {
        let line = Line::new();
        let mut keep: Vec<String> = views::guess(&self.kind).map(str::to_owned).into_iter().collect();
        for _ in 1..MOST_READINGS {
            let graph = read(case, &keep, &line)?;
            // Names are told by the index alone, once the kind is known.
            if self.output == Form::Name && self.field.is_empty() && views::kind(&graph, &self.kind).is_ok() {
                return Ok(graph);
            }
            let before = keep.len();
            keep.extend(views::lacks(&graph, &self.kind));
            keep.sort_unstable();
            keep.dedup();
            if keep.len() == before {
                return Ok(graph);
            }
        }
        read(case, &keep, &line)
    }

    /// Why nothing fits: the kind is there and the conditions leave nothing of it, or nobody collected it.
    fn nothing(&self, graph: &Graph, table: &Table) -> Result<String, Failure> {
        const NAMED: usize = 10;
        let all = views::table(graph, &Ask { kind: self.kind.clone(), ..Ask::default() })?.rows;
        let mut reasons = Vec::new();
        if !all.is_empty() {
            let mut namespaces: Vec<&str> = all.iter().filter_map(|row| row.object.namespace.as_deref()).collect();
            namespaces.sort_unstable();
            namespaces.dedup();
            let more = if namespaces.len() > NAMED { ", …" } else { "" };
            namespaces.truncate(NAMED);
            let place = if namespaces.is_empty() { String::new() } else { format!(", in {}{more}", namespaces.join(", ")) };
            reasons.push(format!("without a namespace, a selector, a field and a cluster {} fit{place}", all.len()));
        }
        reasons.extend(table.notes.iter().cloned());
        if reasons.is_empty() {
            reasons.push("mig-analyze coverage tells what was gathered".to_owned());
        }
        Ok(reasons.join("\n"))
    }

    fn ask(&self) -> Result<Ask, Failure> {
        let wrong = |help| Failure::Usage { what: format!("`{}` is no selector", self.selector.as_deref().unwrap_or_default()), help: Some(help) };
        Ok(Ask {
            kind: self.kind.clone(),
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            cluster: self.cluster.clone(),
            labels: self.selector.as_deref().map(views::labels).transpose().map_err(wrong)?.unwrap_or_default(),
            fields: self.field.clone(),
        })
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

fn read(case: &Case<'_>, keep: &[String], line: &Line) -> Result<Graph, Failure> {
    let options = Options { keep: keep.to_vec(), whole: true, ..case.options() };
    Ok(read_case(&case.sources, &Pack::default(), &options, line)?.0)
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
}
