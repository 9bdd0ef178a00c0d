//! The expression language of `where`, `having`, `when`, `after` and `before`.
//!
//! The text is parsed by the `cel` crate, so that authors write the language they know from Kubernetes, with its
//! precedence, its macros and its error messages. It is *not* evaluated by that crate, for three reasons. Evidence is full
//! of holes: an absent field must read as null at any depth, where the crate stops with an error at the first missing key.
//! An expression that orders a value against null must be false as a whole, also below `!`, and say why when a rule is
//! explained. And values must borrow from the tape: binding a whole pod costs more than everything else a rule does.
//! The syntax tree of the crate is therefore turned into a [`Node`] once per rule, and [`eval`] walks that.

mod compile;
mod eval;
mod functions;
mod value;

use std::collections::BTreeSet;

use crate::model::{Span, Timestamp};
use crate::scan::LazyRegex;

pub(crate) use compile::compile;
#[cfg(test)]
pub(crate) use eval::EvalError;
pub(crate) use eval::Scope;
pub(crate) use functions::Func;
pub(crate) use value::Val;

/// Longest expression in characters.
pub(crate) const LONGEST: usize = 400;

/// Deepest nesting of macros.
const MACROS: usize = 2;

/// Names that mean the candidate itself inside the `where` of a `kind` clause.
pub(crate) const BARE: &[&str] = &["metadata", "spec", "status", "data", "mtc"];

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Program {
    node: Node,
    /// Names it reads, without macro variables and bare names.
    pub(crate) names: BTreeSet<String>,
    /// Names inside `known(…)`.
    pub(crate) asks: BTreeSet<String>,
    /// Whether it reads the candidate by a bare name.
    pub(crate) bare: bool,
    /// Paths read, as (name, steps); macro variables are left out.
    pub(crate) paths: Vec<(String, Vec<String>)>,
}

#[derive(Debug)]
enum Lit {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Span(Span),
    Time(Timestamp),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arith {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Macro {
    Exists,
    ExistsOne,
    All,
    Map,
}

#[derive(Debug)]
enum Node {
    Lit(Lit),
    Now,
    Name(String),
    Var(String),
    Member(Box<Node>, String),
    Has(Box<Node>, String),
    Index(Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Cond(Box<[Node; 3]>),
    Order(Order, Box<[Node; 2]>),
    Equal(bool, Box<[Node; 2]>),
    In(Box<[Node; 2]>),
    Arith(Arith, Box<[Node; 2]>),
    Neg(Box<Node>),
    List(Vec<Node>),
    Known(String),
    Matches(Box<Node>, Box<LazyRegex>),
    Call(Func, Vec<Node>),
    Macro { kind: Macro, range: Box<Node>, var: String, keep: Option<Box<Node>>, body: Box<Node> },
}

#[cfg(test)]
mod tests;
