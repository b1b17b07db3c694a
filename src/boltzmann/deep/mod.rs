//! Deep Boltzmann machines: layers of 0/1 units, each connected with the next (R. Salakhutdinov and G. E. Hinton, Proc. 12th AISTATS, PMLR 5, 448 (2009)).
//!
//! E(x) = −Σ_l x_l W_l x_{l+1} − Σ_l b_l x_l, layer 0 being visible. Given its neighbours, the units of a layer are independent; the posterior of the
//! hidden layers is not a product, and [`infer`](DeepBoltzmann::infer) finds the product that is nearest to it, which bounds the likelihood from
//! below. [`DeepBoltzmann::machine`] is the same as an ordinary machine, for sampling and for enumeration.

mod evidence;
mod inference;
mod layers;
mod learning;
mod model;
mod pretraining;

pub use inference::DeepPosterior;
pub use learning::{DeepLearned, DeepLearning};
pub use model::DeepBoltzmann;
pub use pretraining::{DeepPretrained, DeepPretraining};
