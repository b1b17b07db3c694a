//! Symmetric operators that are known by their products with vectors, and their spectra.
//!
//! The Hessian of a loss with millions of parameters cannot be written down, but its product with a vector can be computed. All that is here needs such
//! products only, and serves couplings of networks, covariances and Hessians alike.
//!
//! | question | call |
//! |---|---|
//! | the operator itself | [`Operator::from_matrix`], [`Operator::from_fn`], [`Operator::from_block_fn`], [`Operator::restricted`], [`Operator::shifted`] |
//! | largest and smallest eigenvalues with eigenvectors | [`Operator::lanczos`] |
//! | all eigenvalues of a small operator | [`Operator::eigenvalues`] |
//! | how many eigenvalues are negative | [`Operator::inertia`] |
//! | tr A, ‖A‖_F² | [`Operator::trace`], [`Operator::squared_norm`] |
//! | the diagonal | [`Operator::diagonal`] |
//! | ln det A, tr f(A) | [`Operator::log_determinant`], [`Operator::spectral_sum`] |
//! | the density of eigenvalues | [`Operator::density`] |
//! | what lies outside of a bulk | [`SpectralDensity::semicircle`], [`SpectralDensity::marchenko_pastur`], [`Eigenpairs::outliers`] |
//! | what random matrices have | [`theory::spectra`](crate::theory::spectra) |
//!
//! Costs are counted in `products`, one for each vector that the operator is applied to. Everything sampled has one standard error beside it and is the
//! same on any number of threads.

mod basis;
mod bulk;
pub(crate) mod dense;
mod density;
mod diagonal;
mod eigenpairs;
mod exact;
mod inertia;
mod krylov;
mod lanczos;
mod low_rank;
mod measurable;
mod parts;
mod probe;
mod quadrature;
mod spectral_sum;
mod symmetric;
mod trace;
mod trace_estimate;

pub use bulk::{BulkLaw, SpectralBulk};
pub use density::{DensityEstimation, SpectralDensity};
pub use diagonal::{Diagonal, DiagonalBlock, DiagonalEstimation};
pub use eigenpairs::Eigenpairs;
pub use inertia::{Inertia, InertiaEstimation};
pub use lanczos::Lanczos;
pub use probe::Probe;
pub use spectral_sum::{SpectralSum, SpectralSumEstimation};
pub use symmetric::Operator;
pub use trace::{TraceEstimation, TraceEstimator};
pub use trace_estimate::TraceEstimate;
