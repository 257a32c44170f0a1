//! What a script comes to when Envoy calls it, as far as that can be told from its text.
//!
//! Nothing is known of what Envoy and the libraries say: such values are unknown, and so is everything made of them. Where an
//! unknown value decides how a script goes on, all ways are tried. A script is refused only if it fails whichever way it goes;
//! when there are too many ways, or too little is known, it is left to Envoy.

use std::collections::BTreeMap;

use super::{
    Error,
    syntax::{Block, Expression, Function, Statement},
};

mod operation;

/// How many statements and expressions one way may take. A script that takes more without anything unknown in between does
/// not end.
const MAX_STEPS: u32 = 20_000;
/// How many unknown values may decide on one way, and how many ways are tried.
const MAX_DECISIONS: usize = 24;
const MAX_WAYS: u32 = 64;
/// How deep functions may call each other.
const MAX_CALLS: u32 = 40;

/// The globals of Lua, LuaJIT and Envoy.
const KNOWN: &[&str] = &[
    "_G",
    "_VERSION",
    "arg",
    "assert",
    "bit",
    "collectgarbage",
    "coroutine",
    "debug",
    "dofile",
    "error",
    "ffi",
    "gcinfo",
    "getfenv",
    "getmetatable",
    "io",
    "ipairs",
    "jit",
    "load",
    "loadfile",
    "loadstring",
    "math",
    "module",
    "newproxy",
    "next",
    "os",
    "package",
    "pairs",
    "pcall",
    "print",
    "rawequal",
    "rawget",
    "rawlen",
    "rawset",
    "require",
    "select",
    "setfenv",
    "setmetatable",
    "string",
    "table",
    "tonumber",
    "tostring",
    "type",
    "unpack",
    "xpcall",
];
/// Those through which other globals may come.
const DEFINING: &[&str] = &[
    "_G",
    "debug",
    "dofile",
    "getfenv",
    "load",
    "loadfile",
    "loadstring",
    "module",
    "package",
    "rawset",
    "require",
    "setfenv",
];

/// Tries what happens when a function of the script is called, if it defines it.
pub(super) fn call(script: &Block<'_>, function: &str) -> Result<(), Error> {
    let mut decisions = Vec::new();
    let mut first = None;
    for _ in 0..MAX_WAYS {
        let mut run = Run::new(decisions);
        match run.whole(script, function) {
            Ok(()) | Err(Stop::Unknown) => return Ok(()),
            Err(Stop::Failed(error)) => first.get_or_insert(error),
        };
        decisions = run.decisions;
        // The next way differs in the last decision that was not yet tried the other way.
        while decisions.pop_if(|decision| *decision).is_some() {}
        match decisions.last_mut() {
            Some(decision) => *decision = true,
            None => return first.map_or(Ok(()), Err),
        }
    }
    Ok(())
}

/// A value, as far as it is known.
#[derive(Clone, Copy)]
enum Value<'a> {
    Nil,
    Boolean(bool),
    Number,
    Text,
    /// Its position among the tables.
    Table(usize),
    /// A function of the script, and the position of the scope around it.
    Function(&'a Function<'a>, usize),
    /// The functions `error` and `assert`.
    Error,
    Assert,
    Unknown,
}

/// Several values, and whether more may follow that are unknown.
type Values<'a> = (Vec<Value<'a>>, bool);

/// Why a way is at its end.
enum Stop {
    Failed(Error),
    /// What happens then cannot be told.
    Unknown,
}

type Step<T> = Result<T, Stop>;

/// How a script goes on after a statement.
enum Flow<'a> {
    Next,
    Break,
    Return(Values<'a>),
}

/// What is known of a table.
#[derive(Default)]
struct Table<'a> {
    fields: BTreeMap<&'a str, Value<'a>>,
    /// Whether it may have other fields, because something that is not known here changed it.
    is_open: bool,
}

/// Local variables, and the position of the scope around.
struct Scope<'a> {
    names: Vec<(&'a str, Value<'a>)>,
    around: Option<usize>,
}

/// One way.
struct Run<'a> {
    decisions: Vec<bool>,
    /// How many of them were made.
    decided: usize,
    steps: u32,
    calls: u32,
    globals: Table<'a>,
    tables: Vec<Table<'a>>,
    scopes: Vec<Scope<'a>>,
}

fn failed<T>(line: u32, message: impl Into<String>) -> Step<T> {
    Err(Stop::Failed(Error::new(line, message)))
}

impl<'a> Run<'a> {
    fn new(decisions: Vec<bool>) -> Self {
        let (globals, tables) = (Table::default(), Vec::new());
        Self { decisions, decided: 0, steps: 0, calls: 0, globals, tables, scopes: Vec::new() }
    }

    fn whole(&mut self, script: &'a Block<'a>, function: &str) -> Step<()> {
        let scope = self.scope(None);
        self.block(script, scope)?;
        if let Some(Value::Function(function, scope)) = self.globals.fields.get(function) {
            self.enter(function, *scope, vec![Value::Unknown])?;
        }
        Ok(())
    }

    fn step(&mut self) -> Step<()> {
        self.steps += 1;
        if self.steps <= MAX_STEPS {
            return Ok(());
        }
        // A way with decisions may end some other time.
        if self.decided > 0 { Err(Stop::Unknown) } else { failed(1, "the script does not come to an end") }
    }

    /// What an unknown value is taken for.
    fn decide(&mut self) -> Step<bool> {
        if self.decided == self.decisions.len() {
            if self.decided == MAX_DECISIONS {
                return Err(Stop::Unknown);
            }
            self.decisions.push(false);
        }
        self.decided += 1;
        Ok(self.decisions.get(self.decided - 1).copied().unwrap_or(false))
    }

    fn holds(&mut self, value: Value<'a>) -> Step<bool> {
        match value {
            Value::Nil | Value::Boolean(false) => Ok(false),
            Value::Unknown => self.decide(),
            _ => Ok(true),
        }
    }

    fn scope(&mut self, around: Option<usize>) -> usize {
        self.scopes.push(Scope { names: Vec::new(), around });
        self.scopes.len() - 1
    }

    fn declare(&mut self, scope: usize, name: &'a str, value: Value<'a>) {
        if let Some(scope) = self.scopes.get_mut(scope) {
            scope.names.push((name, value));
        }
    }

    /// The local variable of this name.
    fn local(&mut self, scope: usize, name: &str) -> Option<&mut Value<'a>> {
        let mut at = Some(scope);
        let mut found = None;
        while let Some(here) = at.and_then(|at| Some((at, self.scopes.get(at)?))) {
            if let Some(position) = here.1.names.iter().rposition(|(known, _)| *known == name) {
                found = Some((here.0, position));
                break;
            }
            at = here.1.around;
        }
        let (scope, position) = found?;
        self.scopes.get_mut(scope)?.names.get_mut(position).map(|(_, value)| value)
    }

    fn block(&mut self, block: &'a Block<'a>, around: usize) -> Step<Flow<'a>> {
        let scope = self.scope(Some(around));
        self.statements(block, scope)
    }

    fn statements(&mut self, block: &'a Block<'a>, scope: usize) -> Step<Flow<'a>> {
        for statement in block {
            self.step()?;
            match self.statement(statement, scope)? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, statement: &'a Statement<'a>, scope: usize) -> Step<Flow<'a>> {
        match statement {
            Statement::Local(names, values) => {
                let values = self.values(values, scope)?;
                for (position, name) in names.iter().enumerate() {
                    self.declare(scope, name, nth(&values, position));
                }
            }
            Statement::LocalFunction(name, function) => {
                self.declare(scope, name, Value::Function(function, scope));
            }
            Statement::Assign(places, values) => {
                let values = self.values(values, scope)?;
                for (position, place) in places.iter().enumerate() {
                    self.assign(place, nth(&values, position), scope)?;
                }
            }
            Statement::Call(call) => drop(self.many(call, scope)?),
            Statement::Do(body) => return self.block(body, scope),
            Statement::While(condition, body) => loop {
                self.step()?;
                let condition = self.value(condition, scope)?;
                if !self.holds(condition)? {
                    break;
                }
                match self.block(body, scope)? {
                    Flow::Next => {}
                    Flow::Break => break,
                    flow @ Flow::Return(_) => return Ok(flow),
                }
            },
            Statement::Repeat(body, condition) => loop {
                self.step()?;
                // The condition sees the variables of the body.
                let inner = self.scope(Some(scope));
                match self.statements(body, inner)? {
                    Flow::Next => {}
                    Flow::Break => break,
                    flow @ Flow::Return(_) => return Ok(flow),
                }
                let condition = self.value(condition, inner)?;
                if self.holds(condition)? {
                    break;
                }
            },
            Statement::If(branches, otherwise) => {
                for (condition, body) in branches {
                    let condition = self.value(condition, scope)?;
                    if self.holds(condition)? {
                        return self.block(body, scope);
                    }
                }
                return self.block(otherwise, scope);
            }
            Statement::Count(name, limits, body) => {
                for limit in limits {
                    self.value(limit, scope)?;
                }
                return self.maybe_once(&[name], Value::Number, body, scope);
            }
            Statement::Each(names, values, body) => {
                self.values(values, scope)?;
                return self.maybe_once(names, Value::Unknown, body, scope);
            }
            Statement::Return(values) => return Ok(Flow::Return(self.values(values, scope)?)),
            Statement::Break => return Ok(Flow::Break),
            Statement::Goto => return Err(Stop::Unknown),
        }
        Ok(Flow::Next)
    }

    /// A loop that may not begin. If it does and does not fail at once, nothing is known of what it does when it goes on.
    fn maybe_once(
        &mut self,
        names: &[&'a str],
        value: Value<'a>,
        body: &'a Block<'a>,
        scope: usize,
    ) -> Step<Flow<'a>> {
        if !self.decide()? {
            return Ok(Flow::Next);
        }
        let inner = self.scope(Some(scope));
        for name in names {
            self.declare(inner, name, value);
        }
        match self.statements(body, inner)? {
            Flow::Next => Err(Stop::Unknown),
            Flow::Break => Ok(Flow::Next),
            flow @ Flow::Return(_) => Ok(flow),
        }
    }

    fn assign(&mut self, place: &'a Expression<'a>, value: Value<'a>, scope: usize) -> Step<()> {
        match place {
            Expression::Name(name) => match self.local(scope, name) {
                Some(variable) => *variable = value,
                None => drop(self.globals.fields.insert(name, value)),
            },
            Expression::Index(table, key, line) => {
                let table = self.value(table, scope)?;
                let known = self.key(key, scope)?;
                match table {
                    Value::Table(table) => {
                        if let Some(table) = self.tables.get_mut(table) {
                            match known {
                                Key::Field(name) => drop(table.fields.insert(name, value)),
                                Key::Number => {}
                                Key::Unknown => table.is_open = true,
                            }
                        }
                    }
                    Value::Unknown => self.escape(value)?,
                    _ => return failed(*line, format!("{} has no fields", described(table))),
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes that something unknown may change a value. What a function of the script does when something unknown calls it
    /// cannot be told.
    fn escape(&mut self, value: Value<'a>) -> Step<()> {
        let mut escaping = vec![value];
        while let Some(value) = escaping.pop() {
            match value {
                Value::Function(..) => return Err(Stop::Unknown),
                Value::Table(table) => {
                    if let Some(table) = self.tables.get_mut(table).filter(|table| !table.is_open) {
                        table.is_open = true;
                        escaping.extend(table.fields.values());
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// What a part of a table is known by.
enum Key<'a> {
    Field(&'a str),
    Number,
    Unknown,
}

fn nth<'a>((values, is_open): &Values<'a>, position: usize) -> Value<'a> {
    values.get(position).copied().unwrap_or(if *is_open { Value::Unknown } else { Value::Nil })
}

fn described(value: Value<'_>) -> &'static str {
    match value {
        Value::Nil => "nil",
        Value::Boolean(_) => "a boolean",
        Value::Number => "a number",
        Value::Text => "a text",
        Value::Table(_) => "a table",
        Value::Function(..) | Value::Error | Value::Assert => "a function",
        Value::Unknown => "something unknown",
    }
}
