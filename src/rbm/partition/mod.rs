//! ln Z of restricted Boltzmann machines that are too large for enumeration, from samples, with errors and bounds.
//!
//! | method | what it gives |
//! |---|---|
//! | [`Rbm::ln_z_annealed`](crate::rbm::Rbm::ln_z_annealed) | annealed importance sampling: a stochastic lower bound forwards, an upper one backwards |
//! | [`RbmTempered::ln_z`](crate::rbm::RbmTempered::ln_z) | Bennett's ratios and thermodynamic integration along parallel tempering |
//! | [`Rbm::ln_z_methods`](crate::rbm::Rbm::ln_z_methods) | all of them side by side, beside the exact value where it can be had |

mod annealed;
mod compare;
mod tempered;
mod walk;

pub use annealed::AnnealedLnZ;
pub use compare::LnZMethods;
