use std::fmt;
use std::rc::Rc;

use super::functions::apply;
use super::{Arith, Lit, Macro, Node, Order, Program, Val};
use crate::model::{Span, Timestamp};

/// What an expression may ask about its surroundings.
pub(crate) trait Scope<'a> {
    /// The value of a name; null when it is not bound.
    fn name(&self, name: &str) -> Val<'a>;
    /// Whether the clause of that name could be decided.
    fn known(&self, name: &str) -> bool;
    /// End of the gather.
    fn now(&self) -> Option<Timestamp>;
}

/// Why an expression has no value. It then counts as false as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EvalError {
    /// It met null, which evidence with holes is full of; anything else is a mistake in the rule.
    pub(crate) null: bool,
    /// In words.
    pub(crate) text: String,
}

impl EvalError {
    pub(super) fn kind(text: String) -> Self {
        Self { null: false, text }
    }

    pub(super) fn of(val: &Val<'_>, text: String) -> Self {
        Self { null: val.is_null(), text }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Steps one evaluation may take; lists in bodies are long, expressions are not.
const FUEL: u32 = 1_000_000;

impl Program {
    /// Evaluates to any value.
    pub(crate) fn value<'a>(&self, scope: &dyn Scope<'a>) -> Result<Val<'a>, EvalError> {
        let mut eval = Eval { scope, vars: Vec::new(), fuel: FUEL };
        eval.node(&self.node).map(Val::plain)
    }

    /// Evaluates a test.
    pub(crate) fn holds(&self, scope: &dyn Scope<'_>) -> Result<bool, EvalError> {
        let val = self.value(scope)?;
        truth(&val)
    }

    /// The conjunct of the expression that is false or has no value, as far as one can be named: for explanations only.
    pub(crate) fn culprit(&self, scope: &dyn Scope<'_>) -> Option<String> {
        let mut eval = Eval { scope, vars: Vec::new(), fuel: FUEL };
        eval.culprit(&self.node)
    }
}

struct Eval<'s, 'p, 'a> {
    scope: &'s dyn Scope<'a>,
    vars: Vec<(&'p str, Val<'a>)>,
    fuel: u32,
}

fn truth(val: &Val<'_>) -> Result<bool, EvalError> {
    match val {
        Val::Bool(value) => Ok(*value),
        other => Err(EvalError::of(other, format!("{} is not true or false", other.kind()))),
    }
}

impl<'p, 'a> Eval<'_, 'p, 'a> {
    fn node(&mut self, node: &'p Node) -> Result<Val<'a>, EvalError> {
        self.fuel = self.fuel.checked_sub(1).ok_or_else(|| EvalError::kind("expression takes too many steps".to_owned()))?;
        match node {
            Node::Lit(lit) => Ok(match lit {
                Lit::Null => Val::Null,
                Lit::Bool(value) => Val::Bool(*value),
                Lit::Int(value) => Val::Int(*value),
                Lit::Float(value) => Val::Float(*value),
                Lit::Str(text) => Val::text(text.clone()),
                Lit::Span(span) => Val::Span(*span),
                Lit::Time(time) => Val::Time(*time),
            }),
            Node::Now => Ok(Val::time(self.scope.now())),
            Node::Name(name) => Ok(self.scope.name(name)),
            Node::Var(name) => Ok(self.vars.iter().rev().find(|(var, _)| var == name).map_or(Val::Null, |(_, val)| val.clone())),
            Node::Member(inner, field) => Ok(self.node(inner)?.member(field)),
            Node::Has(inner, field) => Ok(Val::Bool(!self.node(inner)?.member(field).is_null())),
            Node::Index(inner, index) => self.index(inner, index),
            Node::And(left, right) => self.logic(left, right, false),
            Node::Or(left, right) => self.logic(left, right, true),
            Node::Not(inner) => self.test(inner).map(|value| Val::Bool(!value)),
            Node::Cond(parts) => {
                let [test, yes, no] = &**parts;
                if self.test(test)? { self.node(yes) } else { self.node(no) }
            }
            Node::Order(order, pair) => self.order(*order, pair),
            Node::Equal(wanted, pair) => {
                let [left, right] = &**pair;
                Ok(Val::Bool(self.node(left)?.same(&self.node(right)?) == *wanted))
            }
            Node::In(pair) => {
                let [left, right] = &**pair;
                let needle = self.plain(left)?;
                let hay = self.plain(right)?;
                let items = hay.items().ok_or_else(|| EvalError::of(&hay, format!("`in` cannot look into {}", hay.kind())))?;
                Ok(Val::Bool(items.iter().any(|item| item.same(&needle))))
            }
            Node::Arith(arith, pair) => {
                let [left, right] = &**pair;
                let (left, right) = (self.plain(left)?, self.plain(right)?);
                arithmetic(*arith, &left, &right)
            }
            Node::Neg(inner) => match self.plain(inner)? {
                Val::Int(value) => Ok(Val::Int(value.saturating_neg())),
                Val::Float(value) => Ok(Val::Float(-value)),
                Val::Span(span) => Ok(Val::Span(Span::from_nanos(span.nanos().saturating_neg()))),
                other => Err(EvalError::of(&other, format!("cannot negate {}", other.kind()))),
            },
            Node::List(items) => Ok(Val::List(Rc::new(items.iter().map(|item| self.plain(item)).collect::<Result<_, _>>()?))),
            Node::Known(name) => Ok(Val::Bool(self.scope.known(name))),
            Node::Matches(inner, regex) => match self.plain(inner)? {
                Val::Str(text) => Ok(Val::Bool(regex.is_match(&text))),
                other => Err(EvalError::of(&other, format!("matches() cannot take {}", other.kind()))),
            },
            Node::Call(func, args) => {
                let args = args.iter().map(|arg| self.plain(arg)).collect::<Result<Vec<_>, _>>()?;
                apply(*func, &args, self.scope.now())
            }
            Node::Macro { kind, range, var, keep, body } => self.fold(*kind, range, var, keep.as_deref(), body),
        }
    }

    fn plain(&mut self, node: &'p Node) -> Result<Val<'a>, EvalError> {
        self.node(node).map(Val::plain)
    }

    fn test(&mut self, node: &'p Node) -> Result<bool, EvalError> {
        truth(&self.plain(node)?)
    }

    /// A side that decides alone absorbs an error of the other, as CEL says.
    fn logic(&mut self, left: &'p Node, right: &'p Node, decisive: bool) -> Result<Val<'a>, EvalError> {
        let left = self.test(left);
        if left == Ok(decisive) {
            return Ok(Val::Bool(decisive));
        }
        let right = self.test(right);
        if right == Ok(decisive) {
            return Ok(Val::Bool(decisive));
        }
        left.and(right).map(Val::Bool)
    }

    fn order(&mut self, order: Order, pair: &'p [Node; 2]) -> Result<Val<'a>, EvalError> {
        let [left, right] = pair;
        let (a, b) = (self.plain(left)?, self.plain(right)?);
        let Some(found) = a.order(&b) else {
            return Err(EvalError {
                null: a.is_null() || b.is_null(),
                text: format!("{} ({}) cannot be ordered against {} ({})", left.words(), a.kind(), right.words(), b.kind()),
            });
        };
        Ok(Val::Bool(match order {
            Order::Less => found.is_lt(),
            Order::LessOrEqual => found.is_le(),
            Order::Greater => found.is_gt(),
            Order::GreaterOrEqual => found.is_ge(),
        }))
    }

    fn index(&mut self, inner: &'p Node, index: &'p Node) -> Result<Val<'a>, EvalError> {
        let inner = self.plain(inner)?;
        match self.plain(index)? {
            Val::Str(key) => Ok(inner.member(&key)),
            Val::Int(at) => {
                let items = inner.items().unwrap_or_default();
                Ok(usize::try_from(at).ok().and_then(|at| items.get(at).cloned()).unwrap_or(Val::Null))
            }
            other => Err(EvalError::of(&other, format!("cannot use {} as an index", other.kind()))),
        }
    }

    fn fold(&mut self, kind: Macro, range: &'p Node, var: &'p str, keep: Option<&'p Node>, body: &'p Node) -> Result<Val<'a>, EvalError> {
        let range = self.plain(range)?;
        let items = range.items().ok_or_else(|| EvalError::of(&range, format!("a macro cannot walk {}", range.kind())))?;
        let mut kept = Vec::new();
        let mut count = 0_usize;
        let mut failed = None;
        let decisive = kind == Macro::Exists;
        for item in items {
            self.vars.push((var, item));
            let outcome = self.element(kind, keep, body);
            self.vars.pop();
            match (kind, outcome) {
                (Macro::Map, Ok(val)) => kept.extend(val),
                (Macro::Exists | Macro::All, Ok(Some(Val::Bool(value)))) if value == decisive => return Ok(Val::Bool(decisive)),
                (Macro::ExistsOne, Ok(Some(Val::Bool(true)))) => count += 1,
                (_, Ok(_)) => {}
                (Macro::Map | Macro::ExistsOne, Err(error)) => return Err(error),
                (_, Err(error)) => failed = Some(error),
            }
        }
        match (kind, failed) {
            (_, Some(error)) => Err(error),
            (Macro::Map, None) => Ok(Val::List(Rc::new(kept))),
            (Macro::ExistsOne, None) => Ok(Val::Bool(count == 1)),
            (Macro::Exists | Macro::All, None) => Ok(Val::Bool(!decisive)),
        }
    }

    fn element(&mut self, kind: Macro, keep: Option<&'p Node>, body: &'p Node) -> Result<Option<Val<'a>>, EvalError> {
        if kind != Macro::Map {
            return self.test(body).map(|value| Some(Val::Bool(value)));
        }
        if let Some(keep) = keep
            && !self.test(keep)?
        {
            return Ok(None);
        }
        self.node(body).map(Some)
    }

    fn culprit(&mut self, node: &'p Node) -> Option<String> {
        if let Node::And(left, right) = node {
            return self.culprit(left).or_else(|| self.culprit(right));
        }
        match self.test(node) {
            Ok(true) => None,
            Ok(false) => Some(format!("{} is false", node.words())),
            Err(error) => Some(error.text),
        }
    }
}

fn arithmetic<'a>(arith: Arith, left: &Val<'a>, right: &Val<'a>) -> Result<Val<'a>, EvalError> {
    let nonsense =
        || EvalError { null: left.is_null() || right.is_null(), text: format!("cannot calculate with {} and {}", left.kind(), right.kind()) };
    match (arith, left, right) {
        (Arith::Sub, Val::Time(a), Val::Time(b)) => Ok(Val::Span(a.since(*b))),
        (Arith::Add, Val::Time(time), Val::Span(span)) | (Arith::Add, Val::Span(span), Val::Time(time)) => Ok(Val::Time(time.plus(*span))),
        (Arith::Sub, Val::Time(time), Val::Span(span)) => Ok(Val::Time(time.plus(Span::from_nanos(span.nanos().saturating_neg())))),
        (Arith::Add, Val::Span(a), Val::Span(b)) => Ok(Val::Span(Span::from_nanos(a.nanos().saturating_add(b.nanos())))),
        (Arith::Sub, Val::Span(a), Val::Span(b)) => Ok(Val::Span(Span::from_nanos(a.nanos().saturating_sub(b.nanos())))),
        (Arith::Add, Val::Str(a), Val::Str(b)) => Ok(Val::text(format!("{a}{b}"))),
        (_, Val::Int(a), Val::Int(b)) => {
            let result = match arith {
                Arith::Add => a.checked_add(*b),
                Arith::Sub => a.checked_sub(*b),
                Arith::Mul => a.checked_mul(*b),
                Arith::Div => a.checked_div(*b),
                Arith::Rem => a.checked_rem(*b),
            };
            result.map(Val::Int).ok_or_else(|| EvalError::kind("number out of range".to_owned()))
        }
        _ => {
            let (Some(a), Some(b)) = (left.number(), right.number()) else { return Err(nonsense()) };
            Ok(Val::Float(match arith {
                Arith::Add => a + b,
                Arith::Sub => a - b,
                Arith::Mul => a * b,
                Arith::Div => a / b,
                Arith::Rem => a % b,
            }))
        }
    }
}

impl Node {
    /// The expression in short, for explanations.
    fn words(&self) -> String {
        match self {
            Self::Lit(lit) => match lit {
                Lit::Null => "null".to_owned(),
                Lit::Bool(value) => value.to_string(),
                Lit::Int(value) => value.to_string(),
                Lit::Float(value) => value.to_string(),
                Lit::Str(text) => format!("\"{text}\""),
                Lit::Span(span) => span.to_string(),
                Lit::Time(time) => time.to_string(),
            },
            Self::Now => "now".to_owned(),
            Self::Name(name) | Self::Var(name) => name.clone(),
            Self::Member(inner, field) => format!("{}.{field}", inner.words()),
            Self::Has(inner, field) => format!("has({}.{field})", inner.words()),
            Self::Index(inner, index) => format!("{}[{}]", inner.words(), index.words()),
            Self::And(left, right) => format!("{} && {}", left.words(), right.words()),
            Self::Or(left, right) => format!("({} || {})", left.words(), right.words()),
            Self::Not(inner) => format!("!{}", inner.words()),
            Self::Cond(parts) => format!("({} ? … : …)", parts[0].words()),
            Self::Order(order, pair) => {
                let sign = match order {
                    Order::Less => "<",
                    Order::LessOrEqual => "<=",
                    Order::Greater => ">",
                    Order::GreaterOrEqual => ">=",
                };
                format!("{} {sign} {}", pair[0].words(), pair[1].words())
            }
            Self::Equal(wanted, pair) => format!("{} {} {}", pair[0].words(), if *wanted { "==" } else { "!=" }, pair[1].words()),
            Self::In(pair) => format!("{} in {}", pair[0].words(), pair[1].words()),
            Self::Arith(arith, pair) => {
                let sign = match arith {
                    Arith::Add => "+",
                    Arith::Sub => "-",
                    Arith::Mul => "*",
                    Arith::Div => "/",
                    Arith::Rem => "%",
                };
                format!("{} {sign} {}", pair[0].words(), pair[1].words())
            }
            Self::Neg(inner) => format!("-{}", inner.words()),
            Self::List(items) => format!("[{}]", items.iter().map(Self::words).collect::<Vec<_>>().join(", ")),
            Self::Known(name) => format!("known({name})"),
            Self::Matches(inner, regex) => format!("{}.matches(\"{}\")", inner.words(), regex.text()),
            Self::Call(func, args) => format!("{}({})", func.name(), args.iter().map(Self::words).collect::<Vec<_>>().join(", ")),
            Self::Macro { range, .. } => format!("a macro over {}", range.words()),
        }
    }
}
