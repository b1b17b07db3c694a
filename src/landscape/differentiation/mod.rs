//! Differentiation of a program: its operations are recorded with their derivatives up to the second.

mod operators;
mod recording;
mod var;

pub(crate) use recording::{Recording, record, value_alone};
pub use var::Var;
