//! Statistical learning theory, with its quantities computed where they can be and measured where they cannot.
//!
//! A class of hypotheses is what it makes of points: the set of its *dichotomies*, labellings ±1. From that set follow the VC dimension, the growth function
//! and the Rademacher complexity, and from these the bounds of the error on unseen examples.
//!
//! | question | items |
//! |---|---|
//! | what can a class say about given points? | [`HypothesisClass::dichotomies`], [`Dichotomies`] |
//! | which points does it shatter, how fast does it grow? | [`Dichotomies::vc_dimension`], [`Dichotomies::growth`], [`HypothesisClass::growth_function`], [`sauer_bound`] |
//! | how well does it fit noise? | [`Dichotomies::rademacher`], [`LinearClass`], [`ComplexitySampling`] |
//! | what does the training error promise? | [`bounds`], [`GeneralizationGap`] |
//! | too stiff or too pliant? | [`BiasVariance`] |
//! | more parameters than examples | [`RidgeExperiment`], [`RandomFeatureRegression`], with the theory of [`theory::ridge`](crate::theory::ridge) |
//! | how much do all the models hold? | [`CapacityTable`] |

mod bias_variance;
mod binomial_tail;
pub mod bounds;
mod capacities;
mod class;
mod dichotomies;
mod features;
mod generalization;
mod growth;
mod half_spaces;
mod masks;
mod rademacher;
mod random_features;
mod rectangles;
mod ridge_experiment;
mod ridge_solver;
mod shattering;

pub use bias_variance::BiasVariance;
pub use capacities::CapacityTable;
pub use class::HypothesisClass;
pub use dichotomies::Dichotomies;
pub use generalization::GeneralizationGap;
pub use growth::sauer_bound;
pub use rademacher::{ComplexitySampling, LinearClass, massart_bound};
pub use random_features::RandomFeatureRegression;
pub use ridge_experiment::RidgeExperiment;
pub use shattering::VcDimension;
