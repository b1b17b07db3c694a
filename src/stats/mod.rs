//! Means with honest errors: autocorrelation times, binning, jackknife, bootstrap, and tests of equilibrium.
//!
//! τ is the integrated autocorrelation time in steps of the series, τ = ½ + Σ_{t≥1} ρ(t): ½ for independent values, less for anticorrelated ones. The error of a mean is
//! √(2τ σ²/n), and n/(2τ) values count as independent.

mod bootstrap;
mod equilibration;
mod estimate;
mod fourier;
mod independent;
mod jackknife;
mod line;
mod log_mean;
mod relaxation;
#[cfg(test)]
pub(crate) mod testing;

pub use bootstrap::{Bootstrap, bootstrap};
pub use equilibration::{Equilibration, equilibration, r_hat};
pub use estimate::{Estimate, autocorrelation, binning, estimate};
pub use jackknife::jackknife;
pub use relaxation::{autocorrelation_frame, relaxation_time};

pub(crate) use independent::{bounded_error, fraction_error, mean_and_error, running_means};
pub(crate) use line::{Line, line_of_loads, weighted_line};
pub(crate) use log_mean::{LogMean, ln_mean_exp, ln_weighted_mean_exp};

/// The shortest series from which an error is estimated.
pub const MIN_SERIES: usize = 16;
