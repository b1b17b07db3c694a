//! How sharp a minimum is, by several measures with their costs.

mod ascent;
mod estimation;
mod measure;

pub use estimation::{Sharpness, SharpnessEstimation};
pub use measure::SharpnessMeasure;
