//! Dense associative memories: interactions steeper than quadratic, and how much more they store.
//!
//! A Hopfield network's energy is a sum over patterns of the *square* of their overlaps with the state. Steeper functions of the
//! overlap keep patterns from disturbing each other: powers n store of the order of N^{n−1} patterns (Krotov and
//! Hopfield, 2016), exponentials exponentially many (Demircigil et al., 2017), and the exponential's form for continuous
//! states, one step of which is softmax attention, is the "modern" network (Ramsauer et al., 2020).
//!
//! - [`DenseMemory`]: states of ±1; [`Interaction`] says how overlaps count.
//! - [`ModernHopfield`]: continuous states.
//! - [`DenseCapacity`]: how many patterns fit, measured, beside the predicted growth.

mod binary;
mod capacity;
mod experiment;
mod interaction;
mod kernel;
mod recall;
mod softmax;

pub use binary::DenseMemory;
pub use capacity::{DenseCapacity, Lost};
pub use interaction::Interaction;
pub use recall::{DenseRecall, DenseRecalled};
pub use softmax::{ModernHopfield, ModernRecalled};
