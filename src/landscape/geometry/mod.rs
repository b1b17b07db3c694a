//! The differential geometry of a landscape as a surface: normal, principal, mean and Gaussian curvature.

mod curvatures;
mod principal;
mod surface;

pub use curvatures::GaussianCurvature;
pub use principal::{PrincipalCurvatureSearch, PrincipalCurvatures};
pub use surface::SurfaceGeometry;
