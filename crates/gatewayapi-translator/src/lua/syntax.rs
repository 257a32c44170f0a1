//! What a script is made of.

/// Statements, one after the other.
pub(super) type Block<'s> = Vec<Statement<'s>>;

/// A statement.
#[derive(Debug)]
pub(super) enum Statement<'s> {
    Local(Vec<&'s str>, Vec<Expression<'s>>),
    LocalFunction(&'s str, Function<'s>),
    Assign(Vec<Expression<'s>>, Vec<Expression<'s>>),
    Call(Expression<'s>),
    Do(Block<'s>),
    While(Expression<'s>, Block<'s>),
    Repeat(Block<'s>, Expression<'s>),
    /// Conditions with what is done when they hold, and what is done otherwise.
    If(Vec<(Expression<'s>, Block<'s>)>, Block<'s>),
    /// The variable, and the first, last and step expressions.
    Count(&'s str, Vec<Expression<'s>>, Block<'s>),
    Each(Vec<&'s str>, Vec<Expression<'s>>, Block<'s>),
    Return(Vec<Expression<'s>>),
    Break,
    Goto,
}

/// A function.
#[derive(Debug)]
pub(super) struct Function<'s> {
    pub(super) parameters: Vec<&'s str>,
    pub(super) body: Block<'s>,
}

/// An expression.
#[derive(Debug)]
pub(super) enum Expression<'s> {
    Nil,
    Boolean(bool),
    Number,
    Text,
    Rest,
    Function(Box<Function<'s>>),
    /// Keys, absent for those that are counted, and values.
    Table(Vec<(Option<Expression<'s>>, Expression<'s>)>),
    Name(&'s str),
    /// The line is where the part is taken.
    Index(Box<Expression<'s>>, Box<Expression<'s>>, u32),
    Call(Box<Expression<'s>>, Vec<Expression<'s>>, u32),
    Method(Box<Expression<'s>>, &'s str, Vec<Expression<'s>>, u32),
    Unary(&'s str, Box<Expression<'s>>, u32),
    Binary(&'s str, Box<Expression<'s>>, Box<Expression<'s>>, u32),
    And(Box<Expression<'s>>, Box<Expression<'s>>),
    Or(Box<Expression<'s>>, Box<Expression<'s>>),
    /// One value, however many the expression has.
    One(Box<Expression<'s>>),
    /// A name of a field, which is a text.
    Field(&'s str),
}
