use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};

use super::Line;
use super::logrus::value_of;
use crate::model::{LogFormat, Timestamp};

/// A longer line is searched for its main fields instead of being read as a whole.
const LONGEST_OBJECT: usize = 1 << 20;
/// Milliseconds since the epoch are above this, seconds below: two loggers of one container differ in the unit.
const MILLIS_ABOVE: f64 = 1e11;

/// One object of zap or logrus.
pub(super) fn parse(text: &str) -> Line<'_> {
    let mut line = Line::bare(LogFormat::Json, text);
    let object = if text.len() <= LONGEST_OBJECT { serde_json::from_str::<Object<'_>>(text).ok() } else { None };
    let Some(Object(pairs)) = object else {
        return cut_off(text);
    };
    let mut told = None;
    for (key, value) in pairs {
        match &*key {
            "ts" | "time" | "timestamp" | "@timestamp" => line.time = time(&value).or(line.time),
            "level" => line.level = value,
            "msg" | "message" => line.message = Some(value),
            "error" | "error.message" | "err" if !value.is_empty() => line.error = Some(value),
            // What the controller tells of a pod's event or of its own migration is an error in another field.
            "eventMessage" | "migrationErrors" if !value.is_empty() => told = Some(value),
            _ => line.keep(key, value),
        }
    }
    line.error = line.error.or(told);
    // A trace line of the controller has an empty message and all it says in the error.
    if line.message.as_deref().is_some_and(str::is_empty) && line.error.is_some() {
        line.message.clone_from(&line.error);
    }
    line
}

pub(super) fn time_of(text: &str) -> Option<Timestamp> {
    // Reading an object is dear; most without a time can be told from afar.
    memchr::memmem::find(text.as_bytes(), b"\"ts\":")
        .or_else(|| memchr::memmem::find(text.as_bytes(), b"\"time"))
        .or_else(|| memchr::memmem::find(text.as_bytes(), b"\"@timestamp"))?;
    parse(text).time
}

/// The main fields of a line that ends early or is too long.
fn cut_off(text: &str) -> Line<'_> {
    let mut line = Line::bare(LogFormat::Json, text);
    let value = |key: &str| {
        let at = memchr::memmem::find(text.as_bytes(), key.as_bytes())? + key.len();
        let (value, _) = value_of(text[at..].trim_start());
        Some(value.split([',', '}']).next().filter(|_| !text[at..].trim_start().starts_with('"')).unwrap_or(value))
    };
    line.time = value("\"ts\":").or_else(|| value("\"time\":")).and_then(time);
    line.level = value("\"level\":").map_or(Cow::Borrowed(""), Cow::Borrowed);
    line.message = value("\"msg\":").map(Cow::Borrowed);
    line.error = value("\"error\":").map(Cow::Borrowed);
    for (key, name) in [("\"migMigration\":", "migMigration"), ("\"backup\":", "backup"), ("\"restore\":", "restore"), ("\"logger\":", "logger")] {
        if let Some(value) = value(key) {
            line.keep(Cow::Borrowed(name), Cow::Borrowed(value));
        }
    }
    line
}

fn time(value: &str) -> Option<Timestamp> {
    if let Some((time, _)) = Timestamp::parse_prefix(value.as_bytes()) {
        return Some(time);
    }
    let number: f64 = value.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0)?;
    let secs = if number > MILLIS_ABOVE { number / 1e3 } else { number };
    // Doubles of today hold a quarter of a microsecond; anything finer would be noise.
    let micros = (secs * 1e6).round();
    if micros > 9e15 {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "checked to be within range just above")]
    let micros = micros as i64;
    Some(Timestamp::from_nanos(micros * 1_000))
}

/// Pairs of an object in the order written, each value as text.
struct Object<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some((Text(key), Text(value))) = map.next_entry()? {
            pairs.push((key, value));
        }
        Ok(Object(pairs))
    }
}

/// Any value as text, borrowed from the line where it has no escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(if value { "true" } else { "false" })))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(value.to_string())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(value.to_string())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(value.to_string())))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(value.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed("")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut joined = String::new();
        while let Some(Text(value)) = seq.next_element()? {
            if !joined.is_empty() {
                joined.push_str("; ");
            }
            joined.push_str(&value);
        }
        Ok(Text(Cow::Owned(joined)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let value = serde_json::Value::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Text(Cow::Owned(value.to_string())))
    }
}
