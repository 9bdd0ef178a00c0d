use std::collections::BTreeSet;

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::parser::Parser;
use thiserror::Error;

use super::{Arith, BARE, Func, LONGEST, Lit, MACROS, Macro, Node, Order, Program};
use crate::model::{Span, Timestamp};
use crate::rules::words::closest;
use crate::scan::LazyRegex;

/// Why an expression cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{text}")]
pub(crate) struct CelError {
    /// What is wrong.
    pub(crate) text: String,
    /// The word at fault, where there is one.
    pub(crate) word: Option<String>,
    /// How to put it right.
    pub(crate) help: Option<String>,
}

fn error(text: impl Into<String>) -> CelError {
    CelError { text: text.into(), word: None, help: None }
}

/// Compiles an expression. Hostile rules are bounded here: length before parsing, nesting while parsing.
pub(crate) fn compile(source: &str, built_in: bool) -> Result<Program, CelError> {
    if source.chars().count() > LONGEST {
        return Err(error(format!("expression is longer than {LONGEST} characters")));
    }
    let parsed = Parser::new().max_recursion_depth(48).error_recovery_limit(4).parse(source);
    let tree = parsed.map_err(|errors| {
        let first = errors.errors.first().map_or_else(|| "not an expression".to_owned(), |first| first.msg.clone());
        error(format!("not a CEL expression: {first}"))
    })?;
    let mut compiler =
        Compiler { built_in, vars: Vec::new(), depth: 0, names: BTreeSet::new(), asks: BTreeSet::new(), bare: false, paths: Vec::new() };
    let node = compiler.node(&tree)?;
    let Compiler { names, asks, bare, paths, .. } = compiler;
    Ok(Program { node, names, asks, bare, paths })
}

struct Compiler {
    /// Regexes of built-in rules are known to be small.
    built_in: bool,
    vars: Vec<String>,
    depth: usize,
    names: BTreeSet<String>,
    asks: BTreeSet<String>,
    bare: bool,
    paths: Vec<(String, Vec<String>)>,
}

impl Compiler {
    fn node(&mut self, tree: &IdedExpr) -> Result<Node, CelError> {
        match &tree.expr {
            Expr::Literal(literal) => lit(literal).map(Node::Lit),
            Expr::Ident(name) => Ok(self.name(name)),
            Expr::Select(select) => {
                self.note_path(tree);
                let inner = Box::new(self.node(&select.operand)?);
                Ok(if select.test { Node::Has(inner, select.field.clone()) } else { Node::Member(inner, select.field.clone()) })
            }
            Expr::List(list) => Ok(Node::List(list.elements.iter().map(|element| self.node(element)).collect::<Result<_, _>>()?)),
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(fold) => self.fold(fold),
            Expr::Map(_) | Expr::Struct(_) => Err(error("map literals are not part of the rule language")),
            Expr::Unspecified => Err(error("not a CEL expression")),
        }
    }

    fn name(&mut self, name: &str) -> Node {
        if self.vars.iter().any(|var| var == name) {
            return Node::Var(name.to_owned());
        }
        if name == "now" {
            return Node::Now;
        }
        if BARE.contains(&name) {
            self.bare = true;
        } else {
            self.names.insert(name.to_owned());
        }
        Node::Name(name.to_owned())
    }

    /// Remembers a whole path once, at its outermost member.
    fn note_path(&mut self, tree: &IdedExpr) {
        let mut steps = Vec::new();
        let mut at = tree;
        while let Expr::Select(select) = &at.expr {
            steps.push(select.field.clone());
            at = &select.operand;
        }
        if let Expr::Ident(root) = &at.expr
            && !self.vars.contains(root)
        {
            steps.reverse();
            self.paths.push((root.clone(), steps));
        }
    }

    fn pair(&mut self, call: &CallExpr) -> Result<Box<[Node; 2]>, CelError> {
        let [left, right] = call.args.as_slice() else { return Err(error("operator without its two sides")) };
        Ok(Box::new([self.node(left)?, self.node(right)?]))
    }

    fn call(&mut self, call: &CallExpr) -> Result<Node, CelError> {
        let order = |order| move |pair| Node::Order(order, pair);
        let arith = |arith| move |pair| Node::Arith(arith, pair);
        match call.func_name.as_str() {
            operators::LOGICAL_AND => self.pair(call).map(|pair| {
                let [left, right] = *pair;
                Node::And(Box::new(left), Box::new(right))
            }),
            operators::LOGICAL_OR => self.pair(call).map(|pair| {
                let [left, right] = *pair;
                Node::Or(Box::new(left), Box::new(right))
            }),
            operators::EQUALS => self.pair(call).map(|pair| Node::Equal(true, pair)),
            operators::NOT_EQUALS => self.pair(call).map(|pair| Node::Equal(false, pair)),
            operators::LESS => self.pair(call).map(order(Order::Less)),
            operators::LESS_EQUALS => self.pair(call).map(order(Order::LessOrEqual)),
            operators::GREATER => self.pair(call).map(order(Order::Greater)),
            operators::GREATER_EQUALS => self.pair(call).map(order(Order::GreaterOrEqual)),
            operators::ADD => self.pair(call).map(arith(Arith::Add)),
            operators::SUBSTRACT => self.pair(call).map(arith(Arith::Sub)),
            operators::MULTIPLY => self.pair(call).map(arith(Arith::Mul)),
            operators::DIVIDE => self.pair(call).map(arith(Arith::Div)),
            operators::MODULO => self.pair(call).map(arith(Arith::Rem)),
            operators::IN => self.pair(call).map(Node::In),
            operators::INDEX => self.pair(call).map(|pair| {
                let [left, right] = *pair;
                Node::Index(Box::new(left), Box::new(right))
            }),
            operators::LOGICAL_NOT => Ok(Node::Not(Box::new(self.first(call)?))),
            operators::NEGATE => Ok(Node::Neg(Box::new(self.first(call)?))),
            operators::CONDITIONAL => {
                let [test, yes, no] = call.args.as_slice() else { return Err(error("`?:` needs three parts")) };
                Ok(Node::Cond(Box::new([self.node(test)?, self.node(yes)?, self.node(no)?])))
            }
            _ => self.function(call),
        }
    }

    fn first(&mut self, call: &CallExpr) -> Result<Node, CelError> {
        let Some(first) = call.args.first() else { return Err(error("operator without its operand")) };
        self.node(first)
    }

    fn function(&mut self, call: &CallExpr) -> Result<Node, CelError> {
        let name = call.func_name.as_str();
        let Some(func) = Func::parse(name) else {
            return Err(CelError {
                text: format!("unknown function `{name}`"),
                word: Some(name.to_owned()),
                help: closest(name, Func::names()).map(|near| format!("did you mean `{near}`?")),
            });
        };
        let parts: Vec<&IdedExpr> = call.target.as_deref().into_iter().chain(&call.args).collect();
        if parts.len() != func.arity() {
            return Err(CelError {
                text: format!("`{name}` takes {} arguments, not {}", func.arity(), parts.len()),
                word: Some(name.to_owned()),
                help: None,
            });
        }
        match (func, parts.as_slice()) {
            (Func::Known, [one]) => {
                let Expr::Ident(asked) = &one.expr else { return Err(error("`known` takes the name of a clause")) };
                self.asks.insert(asked.clone());
                Ok(Node::Known(asked.clone()))
            }
            (Func::Matches, [text, pattern]) => {
                let Expr::Literal(LiteralValue::String(pattern)) = &pattern.expr else {
                    return Err(error("the pattern of `matches` must be a literal"));
                };
                let regex = LazyRegex::new(pattern.inner(), (!self.built_in).then_some(1 << 20));
                let regex = regex.map_err(|cause| error(format!("the pattern of `matches` is not a regex: {cause}")))?;
                Ok(Node::Matches(Box::new(self.node(text)?), Box::new(regex)))
            }
            (Func::Duration | Func::Timestamp, [IdedExpr { expr: Expr::Literal(LiteralValue::String(text)), .. }]) => {
                let text = text.inner();
                let lit = if func == Func::Duration { Span::parse(text).map(Lit::Span) } else { Timestamp::parse(text).map(Lit::Time) };
                lit.map(Node::Lit).ok_or_else(|| error(format!("`{text}` is not a {name}")))
            }
            _ => Ok(Node::Call(func, parts.into_iter().map(|part| self.node(part)).collect::<Result<_, _>>()?)),
        }
    }

    /// The parser has already expanded the macros into folds; their shape tells which one it was.
    fn fold(&mut self, fold: &ComprehensionExpr) -> Result<Node, CelError> {
        if self.depth >= MACROS {
            return Err(error(format!("macros nest deeper than {MACROS}")));
        }
        let range = Box::new(self.node(&fold.iter_range)?);
        let var = fold.iter_var.clone();
        let foreign = || error("this macro is not part of the rule language");
        let (kind, keep, body) = match (&fold.accu_init.expr, &fold.loop_step.expr) {
            (Expr::Literal(LiteralValue::Boolean(init)), Expr::Call(step)) => {
                let body = step.args.get(1).ok_or_else(foreign)?;
                (if *init.inner() { Macro::All } else { Macro::Exists }, None, body)
            }
            (Expr::Literal(LiteralValue::Int(_)), Expr::Call(step)) => (Macro::ExistsOne, None, step.args.first().ok_or_else(foreign)?),
            (Expr::List(_), Expr::Call(step)) if step.func_name == operators::CONDITIONAL => {
                let (Some(keep), Some(IdedExpr { expr: Expr::Call(add), .. })) = (step.args.first(), step.args.get(1)) else {
                    return Err(foreign());
                };
                (Macro::Map, Some(keep), appended(add).ok_or_else(foreign)?)
            }
            (Expr::List(_), Expr::Call(add)) => (Macro::Map, None, appended(add).ok_or_else(foreign)?),
            _ => return Err(foreign()),
        };
        self.vars.push(var.clone());
        self.depth += 1;
        let keep = keep.map(|keep| self.node(keep)).transpose()?.map(Box::new);
        let body = Box::new(self.node(body)?);
        self.depth -= 1;
        self.vars.pop();
        Ok(Node::Macro { kind, range, var, keep, body })
    }
}

/// The element in `@result + [element]`.
fn appended(add: &CallExpr) -> Option<&IdedExpr> {
    match &add.args.get(1)?.expr {
        Expr::List(list) => list.elements.first(),
        _ => None,
    }
}

fn lit(literal: &LiteralValue) -> Result<Lit, CelError> {
    Ok(match literal {
        LiteralValue::Null => Lit::Null,
        LiteralValue::Boolean(value) => Lit::Bool(*value.inner()),
        LiteralValue::Int(value) => Lit::Int(*value.inner()),
        LiteralValue::UInt(value) => Lit::Int(i64::try_from(*value.inner()).unwrap_or(i64::MAX)),
        LiteralValue::Double(value) => Lit::Float(*value.inner()),
        LiteralValue::String(value) => Lit::Str(value.inner().to_owned()),
        LiteralValue::Bytes(_) => return Err(error("byte literals are not part of the rule language")),
    })
}
