//! Threshold units, networks of them, and Hebb's rule.
//!
//! | topic | items |
//! |---|---|
//! | one unit of McCulloch and Pitts, its truth table | [`Neuron`] |
//! | which Boolean functions one unit computes, and the proof where it cannot | [`realize`], [`is_threshold_function`], [`boolean_functions`], [`Realization`], [`Contradiction`] |
//! | networks without loops: truth tables, drawings, adders, any Boolean function in two layers | [`Circuit`] |
//! | networks with loops: finite automata, their state graphs, cycles and basins | [`Automaton`], [`Circuit::machine`] |
//! | Hebb's, Oja's and Sanger's rules and the flows that they follow on average | [`Hebbian`], [`HebbRule`], [`Learned`] |
//!
//! Inputs and outputs are 0 and 1. Rows of truth tables count upwards in binary, the first input being the most significant digit.

mod automaton;
mod bits;
mod certificate;
mod circuit;
mod drawing;
mod flow;
mod hebbian;
mod learned;
mod portrait;
mod rule;
mod separability;
mod standard;
mod unit;

pub use automaton::Automaton;
pub use circuit::Circuit;
pub use hebbian::Hebbian;
pub use learned::Learned;
pub use rule::HebbRule;
pub use separability::{
    Contradiction, Realization, boolean_functions, is_threshold_function, realize,
};
pub use unit::Neuron;
