//! Sampling from restricted Boltzmann machines: chains, tempering, and what is hidden given what is seen.
//!
//! All methods advance many chains at once, in blocks with a random stream of their own: matrix products inside a block, blocks side by side on
//! the threads. The numbers are the same for any number of threads.
//!
//! | method | what it samples |
//! |---|---|
//! | [`Rbm::gibbs`](crate::rbm::Rbm::gibbs) | P(v, h), or P given visible units that keep their values |
//! | [`Rbm::tempering`](crate::rbm::Rbm::tempering) | the same where it has several phases, by exchange with machines of weaker couplings |
//! | [`Rbm::exact_samples`](crate::rbm::Rbm::exact_samples) | P(v) without a chain, where one layer can be enumerated |
//! | [`Rbm::completion`](crate::rbm::Rbm::completion) | the hidden part of examples given the rest |
//! | [`Rbm::denoising`](crate::rbm::Rbm::denoising) | the clean example given a noisy one |

mod block;
mod completion;
mod exact;
mod gibbs;
mod inference;
mod ladders;
mod moments;
mod path;
mod pilot;
mod states;
mod tempered;
mod tempering;

pub use completion::{Completed, Completion};
pub use gibbs::{Gibbs, GibbsSamples};
pub use tempered::RbmTempered;
pub use tempering::RbmTempering;

pub(super) use block::{Block, block_sizes};
pub(super) use exact::{can_be_exact, exact_states};
pub(super) use path::Path;
pub(super) use states::{BACKWARD, FORWARD, Start, check_size, count};
pub(super) use tempered::mean_over_chains;
pub(super) use tempering::check_lambdas;
