//! What expressions come to.

use super::{
    DEFINING, Function, KNOWN, Key, MAX_CALLS, Run, Step, Stop, Table, Value, Values, described, failed, nth,
};
use crate::lua::syntax::Expression;

impl<'a> Run<'a> {
    /// All values of a list of expressions, the last of which may have several.
    pub(super) fn values(&mut self, expressions: &'a [Expression<'a>], scope: usize) -> Step<Values<'a>> {
        let Some((last, others)) = expressions.split_last() else { return Ok((Vec::new(), false)) };
        let mut values = Vec::new();
        for expression in others {
            values.push(self.value(expression, scope)?);
        }
        let (more, is_open) = self.many(last, scope)?;
        values.extend(more);
        Ok((values, is_open))
    }

    /// All values of an expression.
    pub(super) fn many(&mut self, expression: &'a Expression<'a>, scope: usize) -> Step<Values<'a>> {
        self.step()?;
        match expression {
            Expression::Rest => Ok((Vec::new(), true)),
            Expression::Call(called, arguments, line) => {
                let called = self.value(called, scope)?;
                let arguments = self.values(arguments, scope)?;
                self.call(called, arguments, *line)
            }
            Expression::Method(object, name, arguments, line) => {
                let object = self.value(object, scope)?;
                let method = self.part(object, &Key::Field(name), *line)?;
                let (mut values, is_open) = self.values(arguments, scope)?;
                values.insert(0, object);
                self.call(method, (values, is_open), *line)
            }
            expression => Ok((vec![self.value(expression, scope)?], false)),
        }
    }

    /// The first value of an expression.
    pub(super) fn value(&mut self, expression: &'a Expression<'a>, scope: usize) -> Step<Value<'a>> {
        self.step()?;
        Ok(match expression {
            Expression::Nil => Value::Nil,
            Expression::Boolean(boolean) => Value::Boolean(*boolean),
            Expression::Number => Value::Number,
            Expression::Text | Expression::Field(_) => Value::Text,
            Expression::Function(function) => Value::Function(function, scope),
            Expression::Table(fields) => self.table(fields, scope)?,
            Expression::Name(name) => self.name(scope, name),
            Expression::Index(table, key, line) => {
                let table = self.value(table, scope)?;
                let key = self.key(key, scope)?;
                self.part(table, &key, *line)?
            }
            Expression::Rest | Expression::Call(..) | Expression::Method(..) => {
                nth(&self.many(expression, scope)?, 0)
            }
            Expression::One(inner) => self.value(inner, scope)?,
            Expression::And(left, right) => {
                let left = self.value(left, scope)?;
                if self.holds(left)? { self.value(right, scope)? } else { left }
            }
            Expression::Or(left, right) => {
                let left = self.value(left, scope)?;
                if self.holds(left)? { left } else { self.value(right, scope)? }
            }
            Expression::Unary(operator, operand, line) => {
                let operand = self.value(operand, scope)?;
                unary(operator, operand, *line)?
            }
            Expression::Binary(operator, left, right, line) => {
                let (left, right) = (self.value(left, scope)?, self.value(right, scope)?);
                binary(operator, left, right, *line)?
            }
        })
    }

    fn table(
        &mut self,
        fields: &'a [(Option<Expression<'a>>, Expression<'a>)],
        scope: usize,
    ) -> Step<Value<'a>> {
        let mut table = Table::default();
        for (key, value) in fields {
            let key = key.as_ref().map_or(Ok(Key::Number), |key| self.key(key, scope))?;
            let value = self.value(value, scope)?;
            match key {
                Key::Field(name) => drop(table.fields.insert(name, value)),
                Key::Number => {}
                Key::Unknown => table.is_open = true,
            }
        }
        self.tables.push(table);
        Ok(Value::Table(self.tables.len() - 1))
    }

    fn name(&mut self, scope: usize, name: &'a str) -> Value<'a> {
        if let Some(value) = self.local(scope, name) {
            return *value;
        }
        if DEFINING.contains(&name) {
            self.globals.is_open = true;
        }
        match self.globals.fields.get(name) {
            Some(value) => *value,
            None if name == "error" => Value::Error,
            None if name == "assert" => Value::Assert,
            None if self.globals.is_open || KNOWN.contains(&name) || name.starts_with("Envoy") => {
                Value::Unknown
            }
            None => Value::Nil,
        }
    }

    pub(super) fn key(&mut self, key: &'a Expression<'a>, scope: usize) -> Step<Key<'a>> {
        Ok(match key {
            Expression::Field(name) => Key::Field(name),
            key => match self.value(key, scope)? {
                Value::Number => Key::Number,
                _ => Key::Unknown,
            },
        })
    }

    /// A part of a value.
    fn part(&mut self, value: Value<'a>, key: &Key<'a>, line: u32) -> Step<Value<'a>> {
        match (value, key) {
            (Value::Table(table), Key::Field(name)) => Ok(match self.tables.get(table) {
                Some(Table { is_open: false, fields }) => fields.get(name).copied().unwrap_or(Value::Nil),
                _ => Value::Unknown,
            }),
            (Value::Unknown | Value::Text | Value::Table(_), _) => Ok(Value::Unknown),
            (value, Key::Field(name)) => {
                failed(line, format!("{} has no fields, and `{name}` is taken of it", described(value)))
            }
            (value, _) => failed(line, format!("{} has no parts", described(value))),
        }
    }

    fn call(&mut self, called: Value<'a>, arguments: Values<'a>, line: u32) -> Step<Values<'a>> {
        match called {
            Value::Unknown => {
                for value in arguments.0 {
                    self.escape(value)?;
                }
                Ok((Vec::new(), true))
            }
            Value::Function(function, scope) => {
                let (mut values, is_open) = arguments;
                if is_open {
                    values.resize(values.len().max(function.parameters.len()), Value::Unknown);
                }
                self.enter(function, scope, values)
            }
            Value::Error => failed(line, "`error` is called"),
            Value::Assert => {
                let asserted = nth(&arguments, 0);
                if !self.holds(asserted)? {
                    return failed(line, "an assertion does not hold");
                }
                Ok((vec![asserted], true))
            }
            // A table may have been made callable, which its maker would have needed a library for.
            Value::Table(table) if self.tables.get(table).is_some_and(|table| table.is_open) => {
                Ok((Vec::new(), true))
            }
            value => failed(line, format!("{} is called", described(value))),
        }
    }

    /// Calls a function of the script.
    pub(super) fn enter(
        &mut self,
        function: &'a Function<'a>,
        around: usize,
        arguments: Vec<Value<'a>>,
    ) -> Step<Values<'a>> {
        self.calls += 1;
        if self.calls > MAX_CALLS {
            return Err(Stop::Unknown);
        }
        let scope = self.scope(Some(around));
        let mut arguments = arguments.into_iter();
        for name in &function.parameters {
            let value = arguments.next().unwrap_or(Value::Nil);
            self.declare(scope, name, value);
        }
        // What is beyond the parameters is only reached as `...`, of which nothing is known.
        for value in arguments {
            self.escape(value)?;
        }
        let flow = self.statements(&function.body, scope)?;
        self.calls -= 1;
        Ok(match flow {
            super::Flow::Return(values) => values,
            _ => (Vec::new(), false),
        })
    }
}

fn unary<'a>(operator: &str, operand: Value<'a>, line: u32) -> Step<Value<'a>> {
    match (operator, operand) {
        ("not", Value::Nil | Value::Boolean(false)) => Ok(Value::Boolean(true)),
        (_, Value::Unknown) => Ok(Value::Unknown),
        ("not", _) => Ok(Value::Boolean(false)),
        ("#", Value::Text) | ("-", Value::Number) => Ok(Value::Number),
        // A text may be a number, and a table may know how.
        (_, Value::Text | Value::Table(_)) => Ok(Value::Unknown),
        (operator, value) => failed(line, format!("`{operator}` does not go with {}", described(value))),
    }
}

fn binary<'a>(operator: &str, left: Value<'a>, right: Value<'a>, line: u32) -> Step<Value<'a>> {
    if operator == "==" || operator == "~=" {
        return Ok(Value::Unknown);
    }
    let never = |value: &Value<'_>| {
        matches!(value, Value::Nil | Value::Boolean(_) | Value::Function(..) | Value::Error | Value::Assert)
    };
    // A table may know how, whatever is on the other side.
    let may_know = |value: &Value<'_>| matches!(value, Value::Table(_) | Value::Unknown);
    let sides = [left, right];
    if let Some(value) = sides.iter().find(|value| never(value)).filter(|_| !sides.iter().any(may_know)) {
        return failed(line, format!("`{operator}` does not go with {}", described(*value)));
    }
    let is_arithmetic = ["+", "-", "*", "/", "%", "^"].contains(&operator);
    let numbers = sides.iter().all(|value| matches!(value, Value::Number));
    Ok(if is_arithmetic && numbers { Value::Number } else { Value::Unknown })
}
