//! The sentences of a script.

use super::{
    Error,
    syntax::{Block, Expression, Function, Statement},
    token::{Token, Words},
};

mod expression;

/// How deep blocks and expressions may nest; Lua gives up at 200.
const MAX_DEPTH: u32 = 200;
/// How many parts may follow one another in one expression before it is not looked at any more.
const MAX_CHAIN: usize = 500;

/// Reads a script. Each method reads the part that it is named after, whose first word is the current one.
pub(super) struct Parser<'s> {
    words: Words<'s>,
    /// The current word, and its line.
    token: Token<'s>,
    line: u32,
    depth: u32,
    /// What surrounds the current place, as far as it matters: loops of the function, and whether it has `...`.
    loops: u32,
    has_rest: bool,
    /// Whether some expression was too long to be kept.
    is_cut: bool,
}

type Read<T> = Result<T, Error>;

impl<'s> Parser<'s> {
    pub(super) fn new(script: &'s str) -> Read<Self> {
        let mut words = Words::new(script);
        let token = words.next()?;
        let line = words.line;
        Ok(Self { words, token, line, depth: 0, loops: 0, has_rest: true, is_cut: false })
    }

    /// The whole script; `None` when it is one, but too long to be kept.
    pub(super) fn script(mut self) -> Read<Option<Block<'s>>> {
        let block = self.block()?;
        if self.token != Token::End {
            return Err(self.unexpected("the end of the script"));
        }
        Ok((!self.is_cut).then_some(block))
    }

    fn next(&mut self) -> Read<()> {
        self.token = self.words.next()?;
        self.line = self.words.line;
        Ok(())
    }

    fn unexpected(&self, expected: &str) -> Error {
        let found = match self.token {
            Token::Name(text) | Token::Keyword(text) | Token::Symbol(text) => format!("`{text}`"),
            Token::Text => "a text".to_owned(),
            Token::Number => "a number".to_owned(),
            Token::End => "the end".to_owned(),
        };
        Error::new(self.line, format!("expected {expected}, found {found}"))
    }

    fn is(&self, word: &str) -> bool {
        matches!(self.token, Token::Keyword(text) | Token::Symbol(text) if text == word)
    }

    /// Passes the word if it is this one.
    fn accept(&mut self, word: &str) -> Read<bool> {
        let is_it = self.is(word);
        if is_it {
            self.next()?;
        }
        Ok(is_it)
    }

    fn expect(&mut self, word: &str) -> Read<()> {
        if self.accept(word)? { Ok(()) } else { Err(self.unexpected(&format!("`{word}`"))) }
    }

    fn name(&mut self) -> Read<&'s str> {
        let Token::Name(name) = self.token else { return Err(self.unexpected("a name")) };
        self.next()?;
        Ok(name)
    }

    fn names(&mut self) -> Read<Vec<&'s str>> {
        let mut names = vec![self.name()?];
        while self.accept(",")? {
            names.push(self.name()?);
        }
        Ok(names)
    }

    fn deeper<T>(&mut self, part: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::new(self.line, "the script nests too deep"));
        }
        let read = part(self)?;
        self.depth -= 1;
        Ok(read)
    }

    fn ends_block(&self) -> bool {
        self.token == Token::End || ["end", "else", "elseif", "until"].iter().any(|word| self.is(word))
    }

    fn block(&mut self) -> Read<Block<'s>> {
        self.deeper(|parser| {
            let mut block = Vec::new();
            while !parser.ends_block() {
                if parser.accept("return")? {
                    let values = if parser.ends_block() || parser.is(";") {
                        Vec::new()
                    } else {
                        parser.expressions()?
                    };
                    block.push(Statement::Return(values));
                    parser.accept(";")?;
                    if !parser.ends_block() {
                        return Err(parser.unexpected("the end of the block"));
                    }
                    break;
                }
                block.extend(parser.statement()?);
                parser.accept(";")?;
            }
            Ok(block)
        })
    }

    fn loop_block(&mut self) -> Read<Block<'s>> {
        self.loops += 1;
        let block = self.block()?;
        self.loops -= 1;
        Ok(block)
    }

    /// A statement; `None` for one that does nothing.
    fn statement(&mut self) -> Read<Option<Statement<'s>>> {
        Ok(Some(match self.token {
            Token::Keyword("if") => self.choice()?,
            Token::Keyword("while") => {
                self.next()?;
                let condition = self.expression()?;
                self.expect("do")?;
                let body = self.loop_block()?;
                self.expect("end")?;
                Statement::While(condition, body)
            }
            Token::Keyword("do") => {
                self.next()?;
                let body = self.block()?;
                self.expect("end")?;
                Statement::Do(body)
            }
            Token::Keyword("for") => self.count()?,
            Token::Keyword("repeat") => {
                self.next()?;
                let body = self.loop_block()?;
                self.expect("until")?;
                Statement::Repeat(body, self.expression()?)
            }
            Token::Keyword("function") => self.named_function()?,
            Token::Keyword("local") => self.local()?,
            Token::Keyword("break") => {
                if self.loops == 0 {
                    return Err(Error::new(self.line, "`break` is not in a loop"));
                }
                self.next()?;
                Statement::Break
            }
            Token::Symbol("::") => {
                self.next()?;
                self.name()?;
                self.expect("::")?;
                return Ok(None);
            }
            Token::Symbol(";") => return Ok(None),
            _ => self.assignment_or_call()?,
        }))
    }

    fn choice(&mut self) -> Read<Statement<'s>> {
        self.next()?;
        let mut branches = Vec::new();
        loop {
            let condition = self.expression()?;
            self.expect("then")?;
            branches.push((condition, self.block()?));
            if !self.accept("elseif")? {
                break;
            }
        }
        let otherwise = if self.accept("else")? { self.block()? } else { Vec::new() };
        self.expect("end")?;
        Ok(Statement::If(branches, otherwise))
    }

    fn count(&mut self) -> Read<Statement<'s>> {
        self.next()?;
        let names = self.names()?;
        let (header, is_count) = if let ([_], true) = (names.as_slice(), self.is("=")) {
            self.next()?;
            let mut limits = vec![self.expression()?];
            self.expect(",")?;
            limits.push(self.expression()?);
            if self.accept(",")? {
                limits.push(self.expression()?);
            }
            (limits, true)
        } else {
            self.expect("in")?;
            (self.expressions()?, false)
        };
        self.expect("do")?;
        let body = self.loop_block()?;
        self.expect("end")?;
        Ok(match names.first().filter(|_| is_count) {
            Some(name) => Statement::Count(name, header, body),
            None => Statement::Each(names, header, body),
        })
    }

    fn named_function(&mut self) -> Read<Statement<'s>> {
        self.next()?;
        let mut place = Expression::Name(self.name()?);
        let mut length = 0;
        let mut is_method = false;
        while !is_method && (self.is(".") || self.is(":")) {
            is_method = self.is(":");
            let line = self.line;
            self.next()?;
            let field = Expression::Field(self.name()?);
            length += 1;
            place = self.kept(length, Expression::Index(Box::new(place), Box::new(field), line));
        }
        let function = Expression::Function(Box::new(self.function(is_method)?));
        Ok(Statement::Assign(vec![place], vec![function]))
    }

    fn local(&mut self) -> Read<Statement<'s>> {
        self.next()?;
        if self.accept("function")? {
            let name = self.name()?;
            return Ok(Statement::LocalFunction(name, self.function(false)?));
        }
        let names = self.names()?;
        let values = if self.accept("=")? { self.expressions()? } else { Vec::new() };
        Ok(Statement::Local(names, values))
    }

    fn assignment_or_call(&mut self) -> Read<Statement<'s>> {
        let first = if self.token == Token::Name("goto") {
            self.next()?;
            if let Token::Name(_) = self.token {
                self.next()?;
                return Ok(Statement::Goto);
            }
            self.after_prefix(Expression::Name("goto"))?
        } else {
            self.prefix()?
        };
        if is_call(&first) && !self.is("=") && !self.is(",") {
            return Ok(Statement::Call(first));
        }
        let mut places = Vec::new();
        let mut place = first;
        loop {
            if !matches!(place, Expression::Name(_) | Expression::Index(..)) {
                return Err(self.unexpected("a call or an assignment"));
            }
            places.push(place);
            if !self.accept(",")? {
                break;
            }
            place = self.prefix()?;
        }
        self.expect("=")?;
        Ok(Statement::Assign(places, self.expressions()?))
    }

    /// What comes before, unless so much came before that it is not kept.
    fn kept(&mut self, length: usize, expression: Expression<'s>) -> Expression<'s> {
        if length < MAX_CHAIN {
            return expression;
        }
        self.is_cut = true;
        // What matters to syntax is whether it is a place or a call.
        match expression {
            Expression::Call(..) | Expression::Method(..) => {
                Expression::Call(Box::new(Expression::Nil), Vec::new(), self.line)
            }
            _ => Expression::Name(""),
        }
    }

    /// The parameters and the body of a function.
    fn function(&mut self, is_method: bool) -> Read<Function<'s>> {
        self.expect("(")?;
        let mut parameters: Vec<&str> = is_method.then_some("self").into_iter().collect();
        let mut has_rest = false;
        if !self.is(")") {
            loop {
                if self.accept("...")? {
                    has_rest = true;
                    break;
                }
                parameters.push(self.name()?);
                if !self.accept(",")? {
                    break;
                }
            }
        }
        self.expect(")")?;
        let around = (std::mem::replace(&mut self.loops, 0), std::mem::replace(&mut self.has_rest, has_rest));
        let body = self.block()?;
        (self.loops, self.has_rest) = around;
        self.expect("end")?;
        Ok(Function { parameters, body })
    }
}

fn is_call(expression: &Expression<'_>) -> bool {
    matches!(expression, Expression::Call(..) | Expression::Method(..))
}
