use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use crate::graph::tape::Scalar;
use crate::graph::tape::{Shape, Value};
use crate::model::{Span, Timestamp};
use crate::rules::binding::Binding;

/// A value of an expression. Bodies stay where they are: maps and lists are cursors on the tape.
#[derive(Debug, Clone)]
pub(crate) enum Val<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Cow<'a, str>),
    Time(Timestamp),
    Span(Span),
    List(Rc<Vec<Val<'a>>>),
    /// A map or list of a body.
    Tree(Value<'a>),
    /// Derived facts of an object: as a tree, but times and durations have their type.
    Facts(Value<'a>),
    /// A few fields that are not on any tape.
    Record(Rc<Vec<(&'static str, Val<'a>)>>),
    /// What a clause bound.
    Thing(Binding<'a>),
}

/// Derived facts that are durations, and those that are points in time. Tapes hold text only.
const SPANS: &[&str] = &["phase_age", "phase_limit", "elapsed", "pending_for"];
const TIMES: &[&str] = &["phase_since", "started", "ended", "changed"];

impl<'a> Val<'a> {
    pub(crate) fn tree(value: Value<'a>) -> Self {
        match value.shape() {
            Shape::Map | Shape::Seq => Self::Tree(value),
            Shape::Scalar => match value.scalar() {
                None | Some(Scalar::Null) => Self::Null,
                Some(Scalar::Bool(value)) => Self::Bool(value),
                Some(Scalar::Int(value)) => Self::Int(value),
                #[expect(clippy::cast_precision_loss, reason = "numbers beyond 63 bits are compared, never counted with")]
                Some(Scalar::UInt(value)) => Self::Float(value as f64),
                Some(Scalar::Float(value)) => Self::Float(value),
                Some(Scalar::Text(text)) => Self::Str(text),
            },
        }
    }

    fn fact(key: &str, value: Value<'a>) -> Self {
        match Self::tree(value) {
            Self::Tree(tree) => Self::Facts(tree),
            Self::Str(text) if SPANS.contains(&key) => Span::parse(&text).map_or(Self::Str(text), Self::Span),
            Self::Str(text) if TIMES.contains(&key) => Timestamp::parse(&text).map_or(Self::Str(text), Self::Time),
            other => other,
        }
    }

    pub(crate) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Str(text.into())
    }

    pub(crate) fn count(count: usize) -> Self {
        Self::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }

    pub(crate) fn time(time: Option<Timestamp>) -> Self {
        time.map_or(Self::Null, Self::Time)
    }

    /// A field; null when there is none, whatever this is.
    pub(crate) fn member(&self, field: &str) -> Self {
        match self {
            Self::Tree(value) => value.get(field).map_or(Self::Null, Self::tree),
            Self::Facts(value) => value.get(field).map_or(Self::Null, |child| Self::fact(field, child)),
            Self::Record(fields) => fields.iter().find(|(name, _)| *name == field).map_or(Self::Null, |(_, value)| value.clone()),
            Self::Thing(binding) => binding.member(field),
            _ => Self::Null,
        }
    }

    /// A clause name that stands for one scalar or list reads as that.
    pub(crate) fn plain(self) -> Self {
        match self {
            Self::Thing(binding) => binding.plain(),
            other => other,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Elements of a list, or values of a map; `None` when it is neither.
    pub(crate) fn items(&self) -> Option<Vec<Self>> {
        match self {
            Self::Null => Some(Vec::new()),
            Self::List(items) => Some(items.as_ref().clone()),
            Self::Tree(value) | Self::Facts(value) if value.shape() == Shape::Seq => Some(value.items().map(Self::tree).collect()),
            // A macro over a map visits its keys, as CEL says.
            Self::Tree(value) | Self::Facts(value) => Some(value.entries().map(|(key, _)| Self::Str(key)).collect()),
            _ => None,
        }
    }

    pub(crate) fn size(&self) -> Option<usize> {
        match self {
            Self::Str(text) => Some(text.chars().count()),
            Self::List(items) => Some(items.len()),
            Self::Tree(value) | Self::Facts(value) => Some(value.len()),
            Self::Record(fields) => Some(fields.len()),
            _ => None,
        }
    }

    /// Word for error messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::Float(_) => "number",
            Self::Str(_) => "string",
            Self::Time(_) => "time",
            Self::Span(_) => "duration",
            Self::List(_) => "list",
            Self::Tree(value) | Self::Facts(value) if value.shape() == Shape::Seq => "list",
            Self::Tree(_) | Self::Facts(_) | Self::Record(_) => "map",
            Self::Thing(_) => "clause",
        }
    }

    /// Equality; values of different types differ, without an error.
    pub(crate) fn same(&self, other: &Self) -> bool {
        if let (Self::Thing(mine), Self::Thing(theirs)) = (self, other) {
            return mine == theirs;
        }
        match (self.clone().plain(), other.clone().plain()) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Str(a), Self::Str(b)) => a == b,
            (a, b) if a.items().is_some() && b.items().is_some() && !a.is_null() && !b.is_null() => same_items(&a, &b),
            (a, b) => a.order(&b) == Some(Ordering::Equal),
        }
    }

    /// Order of two values of one time scale or of numbers; `None` when they have none.
    pub(crate) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Int(_) | Self::Float(_), Self::Int(_) | Self::Float(_)) => self.number()?.partial_cmp(&other.number()?),
            (Self::Str(a), Self::Str(b)) => Some(a.cmp(b)),
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Time(a), Self::Time(b)) => Some(a.cmp(b)),
            (Self::Span(a), Self::Span(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a comparison with a fraction accepts the precision of one")]
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// Text for messages and keys; `None` for null, maps and lists.
    pub(crate) fn to_text(&self) -> Option<Cow<'a, str>> {
        Some(match self {
            Self::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Int(value) => value.to_string().into(),
            Self::Float(value) => value.to_string().into(),
            Self::Str(text) => text.clone(),
            Self::Time(time) => time.to_string().into(),
            Self::Span(span) => span.to_string().into(),
            Self::Thing(binding) => return binding.plain_text(),
            Self::Null | Self::List(_) | Self::Tree(_) | Self::Facts(_) | Self::Record(_) => return None,
        })
    }
}

fn same_items(a: &Val<'_>, b: &Val<'_>) -> bool {
    let trees = |x: &Val<'_>| match x {
        Val::Tree(value) | Val::Facts(value) if value.shape() == Shape::Map => Some(value.to_json()),
        _ => None,
    };
    match (trees(a), trees(b)) {
        (Some(a), Some(b)) => return a == b,
        (None, None) => {}
        _ => return false,
    }
    let (a, b) = (a.items().unwrap_or_default(), b.items().unwrap_or_default());
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a.same(b))
}
