use std::borrow::Cow;
use std::rc::Rc;

use super::Val;
use super::eval::EvalError;
use crate::model::{Span, Timestamp};

macro_rules! functions {
    ($($variant:ident = $name:literal / $arity:literal),+ $(,)?) => {
        /// The closed list of functions.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Func { $($variant),+ }

        impl Func {
            pub(crate) fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }

            pub(crate) fn names() -> &'static [&'static str] {
                &[$($name),+]
            }

            /// Arguments, the receiver included.
            pub(crate) fn arity(self) -> usize {
                match self { $(Self::$variant => $arity),+ }
            }

            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

functions! {
    Age = "age" / 1,
    Time = "time" / 1,
    Between = "between" / 3,
    Near = "near" / 3,
    Str = "str" / 1,
    Num = "num" / 1,
    List = "list" / 1,
    Qty = "qty" / 1,
    Version = "version" / 2,
    Distinct = "distinct" / 1,
    Get = "get" / 2,
    Host = "host" / 1,
    Known = "known" / 1,
    Duration = "duration" / 1,
    Timestamp = "timestamp" / 1,
    Size = "size" / 1,
    Matches = "matches" / 2,
    Contains = "contains" / 2,
    StartsWith = "startsWith" / 2,
    EndsWith = "endsWith" / 2,
}

/// Applies a function to evaluated arguments. A null argument gives null where the language says so and an error elsewhere.
pub(super) fn apply<'a>(func: Func, args: &[Val<'a>], now: Option<Timestamp>) -> Result<Val<'a>, EvalError> {
    let first = args.first().cloned().unwrap_or(Val::Null);
    let second = args.get(1).cloned().unwrap_or(Val::Null);
    let wrong = |val: &Val<'_>| EvalError::of(val, format!("{}() cannot take {}", func.name(), val.kind()));
    match func {
        Func::Age => Ok(match (time(&first), now) {
            (Some(time), Some(now)) => Val::Span(now.since(time)),
            _ => Val::Null,
        }),
        Func::Time | Func::Timestamp => match &first {
            Val::Null => Ok(Val::Null),
            val => Ok(time(val).map_or(Val::Null, Val::Time)),
        },
        Func::Duration => match &first {
            Val::Null | Val::Span(_) => Ok(first),
            Val::Str(text) => Span::parse(text).map(Val::Span).ok_or_else(|| EvalError::kind(format!("`{text}` is not a duration"))),
            val => Err(wrong(val)),
        },
        Func::Between => {
            let Some(at) = time(&first) else { return Ok(Val::Bool(false)) };
            let after = time(&second).is_none_or(|from| from <= at);
            let before = args.get(2).and_then(time).is_none_or(|to| at <= to);
            Ok(Val::Bool(after && before))
        }
        Func::Near => match (time(&first), time(&second), args.get(2)) {
            (Some(a), Some(b), Some(Val::Span(span))) => Ok(Val::Bool(a.since(b).nanos().saturating_abs() <= span.nanos())),
            (None, _, _) | (_, None, _) => Ok(Val::Bool(false)),
            (_, _, other) => Err(wrong(other.unwrap_or(&Val::Null))),
        },
        Func::Str => Ok(first.to_text().map_or(Val::Str(Cow::Borrowed("")), Val::Str)),
        Func::Num => match &first {
            Val::Null => Ok(Val::Int(0)),
            Val::Int(_) | Val::Float(_) => Ok(first),
            Val::Str(text) => number(text).ok_or_else(|| EvalError::kind(format!("`{text}` is not a number"))),
            val => Err(wrong(val)),
        },
        Func::List => match &first {
            Val::Null => Ok(Val::List(Rc::new(Vec::new()))),
            val if val.items().is_some() => Ok(first),
            _ => Ok(Val::List(Rc::new(vec![first]))),
        },
        Func::Qty => match &first {
            Val::Null => Ok(Val::Null),
            Val::Int(_) | Val::Float(_) => Ok(first),
            Val::Str(text) => quantity(text).map(Val::Float).ok_or_else(|| EvalError::kind(format!("`{text}` is not a quantity"))),
            val => Err(wrong(val)),
        },
        Func::Version => match (&first, &second) {
            (Val::Str(text), Val::Str(range)) => Ok(Val::Bool(version(text).is_some_and(|version| within(&version, range)))),
            _ => Ok(Val::Bool(false)),
        },
        Func::Distinct => {
            let items = first.items().ok_or_else(|| wrong(&first))?;
            let mut kept: Vec<Val<'a>> = Vec::new();
            for item in items {
                if !kept.iter().any(|other| other.same(&item)) {
                    kept.push(item);
                }
            }
            Ok(Val::List(Rc::new(kept)))
        }
        Func::Get => Ok(second.to_text().map_or(Val::Null, |key| first.member(&key))),
        Func::Host => Ok(first.to_text().map_or(Val::Null, |url| Val::text(host(&url).to_owned()))),
        Func::Size => first.size().map(Val::count).ok_or_else(|| wrong(&first)),
        Func::Contains | Func::StartsWith | Func::EndsWith => match (&first, &second) {
            (Val::Str(text), Val::Str(part)) => Ok(Val::Bool(match func {
                Func::Contains => text.contains(&**part),
                Func::StartsWith => text.starts_with(&**part),
                _ => text.ends_with(&**part),
            })),
            (Val::Str(_), val) | (val, _) => Err(wrong(val)),
        },
        // Both were compiled into nodes of their own.
        Func::Known | Func::Matches => Err(EvalError::kind(format!("{}() was not compiled", func.name()))),
    }
}

fn time(val: &Val<'_>) -> Option<Timestamp> {
    match val {
        Val::Time(time) => Some(*time),
        Val::Str(text) => Timestamp::parse(text).or_else(|| Timestamp::parse(&format!("{}Z", text.trim().replacen(' ', "T", 1)))),
        Val::Int(secs) if *secs > 0 => Some(Timestamp::from_secs(*secs)),
        _ => None,
    }
}

fn number<'a>(text: &str) -> Option<Val<'a>> {
    let text = text.trim();
    text.parse().map(Val::Int).ok().or_else(|| text.parse().ok().filter(|value: &f64| value.is_finite()).map(Val::Float))
}

/// `500m`, `2`, `1.5Gi`, `1e3`, `10G`.
fn quantity(text: &str) -> Option<f64> {
    let text = text.trim();
    let units: &[(&str, f64)] = &[
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("m", 0.001),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
    ];
    let (digits, scale) = units.iter().find_map(|(unit, scale)| text.strip_suffix(unit).map(|digits| (digits, *scale))).unwrap_or((text, 1.0));
    digits.parse::<f64>().ok().filter(|value| value.is_finite()).map(|value| value * scale)
}

fn version(text: &str) -> Option<Vec<u64>> {
    let text = text.trim().trim_start_matches('v');
    let core = text.split(['-', '+']).next()?;
    let parts: Option<Vec<u64>> = core.split('.').map(|part| part.parse().ok()).collect();
    parts.filter(|parts| !parts.is_empty())
}

/// Every term of `>=1.7.0 <1.7.2` must hold. Parts that a term leaves out count as zero.
fn within(version_found: &[u64], range: &str) -> bool {
    range.split([' ', ',']).filter(|term| !term.is_empty()).all(|term| {
        let digits = term.find(|c: char| c.is_ascii_digit() || c == 'v').unwrap_or(term.len());
        let (operator, bound) = term.split_at(digits);
        let Some(bound) = version(bound) else { return false };
        let part = |parts: &[u64], index: usize| parts.get(index).copied().unwrap_or(0);
        let length = bound.len().max(version_found.len());
        let order = (0..length).map(|index| part(version_found, index).cmp(&part(&bound, index))).find(|order| order.is_ne());
        let order = order.unwrap_or(std::cmp::Ordering::Equal);
        match operator {
            ">=" => order.is_ge(),
            ">" => order.is_gt(),
            "<=" => order.is_le(),
            "<" => order.is_lt(),
            "!=" => order.is_ne(),
            "" | "=" | "==" => order.is_eq(),
            _ => false,
        }
    })
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}
