//! Many states at a time, in single or double precision: inputs as matrix products, draws of whole rows, and the change of weights from two sets of states.
//!
//! Matrices are split into blocks of fixed size, whose products run on one thread each and whose random streams have seeds of their own: the numbers are the
//! same on any number of threads.

mod descent;
mod lanes;
mod logistic;
mod real;
mod states;
mod units;

pub(in crate::rbm) use descent::{Descent, Factors, Slopes, descend};
pub(in crate::rbm) use real::{Real, column_sums, converted, squares};
pub(in crate::rbm) use states::{Direction, Weights, hidden_inputs, pass};
pub(in crate::rbm) use units::BatchUnits;

/// Blocks a matrix is split into.
const BLOCKS: usize = 8;

/// Columns or rows a block has a multiple of.
const GRAIN: usize = 8;

/// Products of fewer multiplications are done by the calling thread.
const WORTH_SPLITTING: usize = 100_000;

/// Columns or rows of one block, out of so many.
fn block(length: usize) -> usize {
    length.div_ceil(BLOCKS).next_multiple_of(GRAIN)
}
