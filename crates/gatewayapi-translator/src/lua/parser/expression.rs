//! Expressions.

use super::{Parser, Read};
use crate::lua::{Error, syntax::Expression, token::Token};

/// How tightly operators with two sides bind on their left and right side.
const BINARY: &[(&str, (u8, u8))] = &[
    ("+", (6, 6)),
    ("-", (6, 6)),
    ("*", (7, 7)),
    ("/", (7, 7)),
    ("%", (7, 7)),
    ("^", (10, 9)),
    ("..", (5, 4)),
    ("<", (3, 3)),
    ("<=", (3, 3)),
    (">", (3, 3)),
    (">=", (3, 3)),
    ("==", (3, 3)),
    ("~=", (3, 3)),
    ("and", (2, 2)),
    ("or", (1, 1)),
];
/// How tightly operators with one side bind.
const UNARY: u8 = 8;

impl<'s> Parser<'s> {
    /// A variable or an expression in parentheses, with what is taken of it or called on it.
    pub(super) fn prefix(&mut self) -> Read<Expression<'s>> {
        let prefix = match self.token {
            Token::Name(name) => {
                self.next()?;
                Expression::Name(name)
            }
            Token::Symbol("(") => {
                self.next()?;
                let inner = self.expression()?;
                self.expect(")")?;
                Expression::One(Box::new(inner))
            }
            _ => return Err(self.unexpected("an expression")),
        };
        self.after_prefix(prefix)
    }

    pub(super) fn after_prefix(&mut self, mut prefix: Expression<'s>) -> Read<Expression<'s>> {
        let mut length = 0;
        loop {
            let line = self.line;
            let longer = match self.token {
                Token::Symbol(".") => {
                    self.next()?;
                    let field = Expression::Field(self.name()?);
                    Expression::Index(Box::new(prefix), Box::new(field), line)
                }
                Token::Symbol("[") => {
                    self.next()?;
                    let key = self.expression()?;
                    self.expect("]")?;
                    Expression::Index(Box::new(prefix), Box::new(key), line)
                }
                Token::Symbol(":") => {
                    self.next()?;
                    let name = self.name()?;
                    Expression::Method(Box::new(prefix), name, self.arguments()?, line)
                }
                Token::Symbol("(" | "{") | Token::Text => {
                    Expression::Call(Box::new(prefix), self.arguments()?, line)
                }
                _ => return Ok(prefix),
            };
            length += 1;
            prefix = self.kept(length, longer);
        }
    }

    fn arguments(&mut self) -> Read<Vec<Expression<'s>>> {
        match self.token {
            Token::Text => {
                self.next()?;
                Ok(vec![Expression::Text])
            }
            Token::Symbol("{") => Ok(vec![self.table()?]),
            _ => {
                self.expect("(")?;
                let arguments = if self.is(")") { Vec::new() } else { self.expressions()? };
                self.expect(")")?;
                Ok(arguments)
            }
        }
    }

    pub(super) fn expressions(&mut self) -> Read<Vec<Expression<'s>>> {
        let mut expressions = vec![self.expression()?];
        while self.accept(",")? {
            expressions.push(self.expression()?);
        }
        Ok(expressions)
    }

    pub(super) fn expression(&mut self) -> Read<Expression<'s>> {
        self.operation(0)
    }

    /// Operands and operators that bind tighter than this.
    fn operation(&mut self, limit: u8) -> Read<Expression<'s>> {
        self.deeper(|parser| {
            let line = parser.line;
            let mut left = match parser.token {
                Token::Keyword(operator @ "not") | Token::Symbol(operator @ ("-" | "#")) => {
                    parser.next()?;
                    Expression::Unary(operator, Box::new(parser.operation(UNARY)?), line)
                }
                _ => parser.operand()?,
            };
            let mut length = 0;
            loop {
                let (Token::Symbol(operator) | Token::Keyword(operator)) = parser.token else {
                    return Ok(left);
                };
                let known = BINARY.iter().find(|(known, _)| *known == operator);
                let Some((operator, (_, tightness))) = known.filter(|(_, (tightness, _))| *tightness > limit)
                else {
                    return Ok(left);
                };
                let line = parser.line;
                parser.next()?;
                let (before, right) = (Box::new(left), Box::new(parser.operation(*tightness)?));
                length += 1;
                let longer = match *operator {
                    "and" => Expression::And(before, right),
                    "or" => Expression::Or(before, right),
                    operator => Expression::Binary(operator, before, right, line),
                };
                left = parser.kept(length, longer);
            }
        })
    }

    fn operand(&mut self) -> Read<Expression<'s>> {
        let value = match self.token {
            Token::Number => Expression::Number,
            Token::Text => Expression::Text,
            Token::Keyword("nil") => Expression::Nil,
            Token::Keyword("true") => Expression::Boolean(true),
            Token::Keyword("false") => Expression::Boolean(false),
            Token::Symbol("...") if self.has_rest => Expression::Rest,
            Token::Symbol("...") => {
                return Err(Error::new(self.line, "`...` is not in a function that has it"));
            }
            Token::Symbol("{") => return self.table(),
            Token::Keyword("function") => {
                self.next()?;
                return Ok(Expression::Function(Box::new(self.function(false)?)));
            }
            _ => return self.prefix(),
        };
        self.next()?;
        Ok(value)
    }

    fn table(&mut self) -> Read<Expression<'s>> {
        let mut fields = Vec::new();
        self.expect("{")?;
        while !self.is("}") {
            let key = if self.accept("[")? {
                let key = self.expression()?;
                self.expect("]")?;
                self.expect("=")?;
                Some(key)
            } else if self.is_assigned_name()? {
                let key = Expression::Field(self.name()?);
                self.next()?;
                Some(key)
            } else {
                None
            };
            fields.push((key, self.expression()?));
            if !self.accept(",")? && !self.accept(";")? {
                break;
            }
        }
        self.expect("}")?;
        Ok(Expression::Table(fields))
    }

    /// Whether the current word is a name and the next one assigns to it.
    fn is_assigned_name(&self) -> Read<bool> {
        Ok(matches!(self.token, Token::Name(_)) && self.words.clone().next()? == Token::Symbol("="))
    }
}
