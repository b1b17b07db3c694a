//! Perceptrons: learning rules, separability with proofs, capacity and learning curves by experiment.
//!
//! A perceptron gives an input x the class sign(w·x). With z_i = y_i x_i it has example i right if w·z_i > 0; its *stability* is κ = min w·z_i/|w|,
//! the theory's loads are α = P/N for P examples of N inputs. A bias is the weight of one more input that is always 1.
//!
//! | question | items |
//! |---|---|
//! | examples: random, from a teacher, in the plane, images | [`Examples`] |
//! | learning | [`Examples::train`] with a [`LearningRule`] |
//! | can these be learned at all? | [`Examples::separation`] |
//! | how many random ones can? | [`PerceptronCapacity`] |
//! | all perceptrons that have them right | [`Examples::version_space`], [`BinaryPerceptrons`] |
//! | how well does a student know its teacher? | [`LearningCurve`] |
//! | more than two classes | [`MultiPerceptron`] |

mod billiard;
mod binary;
mod capacity;
mod closed;
mod course;
mod examples;
mod factor;
mod hit_and_run;
mod learning_curve;
mod model;
mod multi;
mod nearest;
mod plane;
mod rosenblatt;
mod rows;
mod rule;
mod separation;
mod stable;
mod trained;
mod training;
mod version_sampling;

pub use binary::BinaryPerceptrons;
pub use capacity::PerceptronCapacity;
pub use examples::Examples;
pub use learning_curve::LearningCurve;
pub use model::Perceptron;
pub use multi::{MultiPerceptron, MultiTrained, MultiTraining};
pub use rule::LearningRule;
pub use separation::Separation;
pub use trained::PerceptronTrained;
pub use training::PerceptronTraining;
pub use version_sampling::{VersionSamples, VersionSampling};

pub(crate) use examples::with_ones;
