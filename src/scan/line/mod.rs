//! One line of a log taken apart, whatever program wrote it.
//!
//! Nothing here fails: a line that is not what it seems is a plain line. Values stay as written until somebody asks, because most
//! of them are never looked at.

mod fields;
mod json;
mod logrus;
mod plain;
mod prefix;
mod text;

use std::borrow::Cow;

pub(super) use fields::{IDENTITY, normal_name};
pub(super) use text::{clip, head, lossy};

use self::prefix::strip;
use self::text::clean;
use crate::model::{Component, LogFormat, Timestamp};

/// More of a line than this is matched in its head and its tail.
pub(super) const LONGEST_TEXT: usize = 16 << 10;
/// Value of a field or a capture, in bytes.
const LONGEST_VALUE: usize = 512;
/// More fields than any program writes.
const MOST_FIELDS: usize = 64;

/// A line taken apart.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// How it is written.
    pub format: LogFormat,
    /// Its own time, else the one the gather put in front of it.
    pub time: Option<Timestamp>,
    /// Level as written; klog and stunnel write a letter or a number, given here as a word.
    pub level: Cow<'a, str>,
    /// The line without what the gather put in front of it.
    text: &'a str,
    message: Option<Cow<'a, str>>,
    error: Option<Cow<'a, str>>,
    fields: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Line<'a> {
    /// Takes a line apart. `component` matters for the log reader alone, which writes where a line comes from in front of it.
    pub fn parse(line: &'a str, component: Component) -> Self {
        let (outer, text) = strip(line, component);
        let mut parsed = match text.as_bytes().first() {
            Some(b'{') => json::parse(text),
            Some(b't' | b'l') if logrus::looks_like(text) => logrus::parse(text),
            Some(b'I' | b'W' | b'E' | b'F' | b'D') if plain::is_klog(text.as_bytes()) => plain::klog(text),
            _ => plain::parse(text),
        };
        parsed.time = parsed.time.or(outer);
        parsed
    }

    fn bare(format: LogFormat, text: &'a str) -> Self {
        Self { format, time: None, level: Cow::Borrowed(""), text, message: None, error: None, fields: Vec::new() }
    }

    /// Keeps a field under its normal name; whoever asks takes the last of equal ones.
    fn keep(&mut self, key: Cow<'a, str>, value: Cow<'a, str>) {
        if self.fields.len() < MOST_FIELDS {
            let key = match key {
                Cow::Borrowed(key) => Cow::Borrowed(normal_name(key)),
                Cow::Owned(key) => Cow::Owned(normal_name(&key).to_owned()),
            };
            self.fields.push((key, value));
        }
    }

    /// The line, unescaped and with white space collapsed.
    pub fn whole(&self) -> String {
        clean(self.text)
    }

    /// The message; the whole text of a line that has no parts.
    pub fn message(&self) -> String {
        self.message.as_deref().map_or_else(|| self.whole(), clean)
    }

    /// The error value.
    pub fn error(&self) -> Option<String> {
        self.error.as_deref().map(clean).filter(|text| !text.is_empty())
    }

    /// The error that the line tells: its error value, else its message (old Velero tells of failed items at level info), else
    /// the whole line.
    pub fn error_text(&self) -> String {
        self.error().unwrap_or_else(|| Some(self.message()).filter(|text| !text.is_empty()).unwrap_or_else(|| self.whole()))
    }

    /// Value of a field under its normal name, unescaped and cut to a bounded length.
    pub fn field(&self, name: &str) -> Option<String> {
        let named = self.fields.iter().rev().find(|(key, value)| key == name && !value.is_empty());
        let value = match named {
            Some((_, value)) => value,
            None if name == "migration" => {
                self.fields.iter().rev().find(|(key, _)| key == "name" && self.is_old_migration()).map(|(_, value)| value)?
            }
            None => return None,
        };
        let value = clean(value);
        // Loggers of 2019 carry a random part, which would give each reconcile a group of its own.
        let value = if name == "logger" { value.split('|').next().unwrap_or_default() } else { &value };
        (!value.is_empty()).then(|| short(value).to_owned())
    }

    /// Whether the line is an error by its level or, without a level, by its first word.
    pub fn is_error(&self) -> bool {
        if self.level.is_empty() {
            return matches!(self.format, LogFormat::Plain) && plain::starts_as_error(self.message.as_deref().unwrap_or(self.text));
        }
        matches!(&*self.level, "error" | "fatal" | "panic" | "dpanic" | "ERROR" | "FATAL")
    }

    /// In 2019 the migration's loggers named the migration in `name`.
    fn is_old_migration(&self) -> bool {
        self.fields.iter().any(|(key, value)| key == "logger" && (value == "migration" || value.starts_with("migration|")))
    }
}

/// The time of a line, without taking the line apart further than that needs.
pub(super) fn time_of(line: &[u8], component: Component) -> Option<Timestamp> {
    let head = &line[..line.len().min(LONGEST_TEXT)];
    let head = lossy(head);
    let (outer, text) = strip(&head, component);
    let own = match text.as_bytes().first() {
        Some(b'{') => json::time_of(text),
        Some(b't' | b'l') if logrus::looks_like(text) => logrus::parse(text).time,
        Some(b'0'..=b'9' | b'[') => plain::time_of(text).map(|(time, _)| time),
        _ => None,
    };
    own.or(outer)
}

/// The format of a line; `None` for a blank one.
pub(super) fn format_of(line: &[u8], component: Component) -> Option<LogFormat> {
    let head = lossy(&line[..line.len().min(512)]);
    let (_, text) = strip(&head, component);
    let text = text.trim_ascii();
    Some(match text.as_bytes().first()? {
        b'{' => LogFormat::Json,
        b't' | b'l' if logrus::looks_like(text) => LogFormat::Logrus,
        b'I' | b'W' | b'E' | b'F' | b'D' if plain::is_klog(text.as_bytes()) => LogFormat::Klog,
        _ => LogFormat::Plain,
    })
}

/// A line without the time that the gather put in front of it, and that time.
pub(super) fn strip_prefix(line: &str) -> (Option<Timestamp>, &str) {
    strip(line, Component::Application)
}

/// Whether a line has the form of klog.
pub(super) fn is_klog(line: &str) -> bool {
    plain::is_klog(line.as_bytes())
}

/// Cuts a value to the length that is kept.
pub(super) fn short(value: &str) -> &str {
    head(value, LONGEST_VALUE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Line<'_> {
        Line::parse(line, Component::Velero)
    }

    #[test]
    fn every_form_gives_format_time_level_message_and_error() {
        let logrus = r#"time="2021-07-09T23:28:01Z" level=error msg="Error \"backing\" up" backup=ns/b error="a: b" name=p"#;
        let zap = r#"{"level":"error","ts":1625676011.2,"logger":"migration","msg":"failed.","migMigration":"m","error":"e \"q\""}"#;
        for (line, format, time, level, message, error) in [
            (logrus.to_owned(), LogFormat::Logrus, Some("2021-07-09T23:28:01Z"), "error", r#"Error "backing" up"#, Some("a: b")),
            (
                format!("2021-07-09T23:30:00.123456789Z {logrus}"),
                LogFormat::Logrus,
                Some("2021-07-09T23:28:01Z"),
                "error",
                r#"Error "backing" up"#,
                Some("a: b"),
            ),
            (
                format!("2021-07-09T23:30:00.1Z stderr F {logrus}"),
                LogFormat::Logrus,
                Some("2021-07-09T23:28:01Z"),
                "error",
                r#"Error "backing" up"#,
                Some("a: b"),
            ),
            ("level=warning msg=bare".into(), LogFormat::Logrus, None, "warning", "bare", None),
            (zap.into(), LogFormat::Json, Some("2021-07-07T16:40:11Z"), "error", "failed.", Some(r#"e "q""#)),
            (r#"{"level":"info","ts":1625676011200,"msg":"ms"}"#.into(), LogFormat::Json, Some("2021-07-07T16:40:11Z"), "info", "ms", None),
            (
                r#"{"level":"error","time":"2021-07-07T16:40:11Z","msg":"x","error.message":"y"}"#.into(),
                LogFormat::Json,
                Some("2021-07-07T16:40:11Z"),
                "error",
                "x",
                Some("y"),
            ),
            (r#"{"level":"error","msg":"cut off","error":"half"#.into(), LogFormat::Json, None, "error", "cut off", Some("half")),
            ("E0707 16:40:11.123456       1 request.go:655] it  broke".into(), LogFormat::Klog, None, "error", "it broke", None),
            ("2021-07-09T23:30:00Z I0707 16:40:11.1 1 a.go:6] ok".into(), LogFormat::Klog, Some("2021-07-09T23:30:00Z"), "info", "ok", None),
            (r#"E0707 16:40:11.1 1 a.go:6] "Failed" err="no \"x\"" pod="a/b""#.into(), LogFormat::Klog, None, "error", "Failed", Some(r#"no "x""#)),
            (
                "2021/01/25 22:49:33 [1] rsync error: x (code 24)".into(),
                LogFormat::Plain,
                Some("2021-01-25T22:49:33Z"),
                "",
                "rsync error: x (code 24)",
                None,
            ),
            (
                "2021.07.07 16:40:12 LOG3[0]: SSL_connect: Peer".into(),
                LogFormat::Plain,
                Some("2021-07-07T16:40:12Z"),
                "error",
                "SSL_connect: Peer",
                None,
            ),
            ("[2021-07-07 16:40:11+00:00] Refreshing".into(), LogFormat::Plain, Some("2021-07-07T16:40:11Z"), "", "Refreshing", None),
            ("panic: boom".into(), LogFormat::Plain, None, "", "panic: boom", None),
            ("2021-07-09T23:30:00.5Z plain text".into(), LogFormat::Plain, Some("2021-07-09T23:30:00Z"), "", "plain text", None),
            (String::new(), LogFormat::Plain, None, "", "", None),
        ] {
            let parsed = parse(&line);
            assert_eq!(parsed.format, format, "{line}");
            assert_eq!(parsed.time.map(|time| time.to_string()).as_deref(), time, "{line}");
            assert_eq!(parsed.level, level, "{line}");
            assert_eq!(parsed.message(), message, "{line}");
            assert_eq!(parsed.error().as_deref(), error, "{line}");
            assert_eq!(time_of(line.as_bytes(), Component::Velero), parsed.time, "{line}");
            assert_eq!(format_of(line.as_bytes(), Component::Velero).unwrap_or(LogFormat::Plain), format, "{line}");
        }
    }

    #[test]
    fn escapes_written_twice_are_undone() {
        let line = parse(r#"time="2021-07-09T23:28:01Z" level=error msg="run" error="stderr=Fatal: \\\"x\\\" gone.\\nIs there\n\ta repository""#);
        assert_eq!(line.error().unwrap(), r#"stderr=Fatal: "x" gone. Is there a repository"#);
    }

    #[test]
    fn fields_have_normal_names() {
        let line = parse(
            r#"time="2021-07-09T23:28:01Z" level=info msg="m" PodVolumeBackup=ns/p backup-storage-location=loc "logger name"="[x]" restore=ns/r worker count=3"#,
        );
        assert_eq!(line.field("podvolumebackup").as_deref(), Some("ns/p"));
        assert_eq!(line.field("location").as_deref(), Some("loc"));
        assert_eq!(line.field("restore").as_deref(), Some("ns/r"));
        assert_eq!(line.field("worker count").as_deref(), Some("3"));
        let old = parse(
            r#"{"level":"info","ts":1565108784.4,"logger":"migration|5zcdg","msg":"Migration [RUN]","name":"m-1","stage":true,"phase":"A","phase":"B"}"#,
        );
        assert_eq!(old.field("migration").as_deref(), Some("m-1"));
        assert_eq!(old.field("logger").as_deref(), Some("migration"));
        assert_eq!(old.field("phase").as_deref(), Some("B"));
        assert_eq!(old.field("stage").as_deref(), Some("true"));
    }

    #[test]
    fn the_log_reader_puts_the_origin_in_front() {
        let text = "\u{1b}[36mopenshift-migration\u{1b}[0m velero-1 velero time=\"2021-07-07T16:40:11Z\" level=info msg=hi backup=a/b";
        let line = Line::parse(text, Component::LogReader);
        assert_eq!((line.format, line.message().as_str(), line.field("backup").as_deref()), (LogFormat::Logrus, "hi", Some("a/b")));
    }

    #[test]
    fn a_message_tells_the_error_where_no_field_does() {
        assert_eq!(parse(r#"time="2021-07-09T23:28:01Z" level=info msg="error restoring x: y""#).error_text(), "error restoring x: y");
        assert_eq!(parse("Fatal: unable to open").error_text(), "Fatal: unable to open");
        let event = r#"{"level":"info","ts":1625676020.7,"msg":"Found abnormal event for Pod","eventType":"Warning","eventMessage":"0/6 nodes"}"#;
        assert_eq!(parse(event).error_text(), "0/6 nodes");
        let list = r#"{"level":"info","ts":1625676012.0,"msg":"Marking migration as FAILED.","migrationErrors":["Backup a: failed.","b"]}"#;
        assert_eq!(parse(list).error_text(), "Backup a: failed.; b");
    }
}
