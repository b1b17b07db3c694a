//! The differential geometry of a landscape as a surface: normal, principal, mean and Gaussian curvature.

mod curvatures;
mod point;
mod principal;

pub use curvatures::GaussianCurvature;
pub use point::Geometry;
pub use principal::{PrincipalCurvatures, PrincipalSearch};
