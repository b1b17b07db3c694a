//! An estimated trace, its error, and how it came about.

use std::fmt;

use crate::error::{Error, Result};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::random::Seed;
use crate::stats::running_means;

/// An estimate of tr A or ‖A‖_F², with its error and cost.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let ones = Operator::from_diagonal(&Array1::ones(300))?.plus(&Ising::sherrington_kirkpatrick(300, 1)?.operator()?)?;
/// let trace: TraceEstimate = ones.trace().products(100).seed(1).run()?;
/// assert!(trace.products <= 100 && (trace.value - 300.0).abs() < 4.0 * trace.error);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct TraceEstimate {
    /// The estimate.
    pub value: f64,
    /// One standard error.
    pub error: f64,
    /// Products that it took.
    pub products: usize,
    /// The independent values whose mean, plus what is exact, is the estimate; those of [`XTrace`](super::TraceEstimator::XTrace) are correlated.
    pub samples: Vec<f64>,
    /// Whether all products, or those up to the error asked for, were done.
    pub complete: bool,
    pub(super) estimator: &'static str,
    pub(super) name: &'static str,
    pub(super) dimension: usize,
    pub(super) seed: Seed,
}

impl TraceEstimate {
    /// One row: `dimension`, `estimator`, `trace` with `trace_err` (or `squared_norm` with `squared_norm_err`), `products`, `seed`, `complete`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let frame = Operator::from_diagonal(&array![1.0, 2.0])?.squared_norm().run()?.frame()?;
    /// assert!((frame.values("squared_norm")?[0] - 5.0).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    pub fn frame(&self) -> Result<DataFrame> {
        Ok(df!(
            "dimension" => [self.dimension as u64],
            "estimator" => [self.estimator],
            self.name => [self.value],
            format!("{}_err", self.name) => [self.error],
            "products" => [self.products as u64],
            "seed" => [self.seed.number()],
            "complete" => [self.complete],
        )?)
    }

    /// The root of the estimate with its standard error: ‖A‖_F, the Frobenius norm, of [`squared_norm`](crate::operator::Operator::squared_norm).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let (norm, _) = Operator::from_diagonal(&array![3.0, -4.0])?.squared_norm().run()?.root()?;
    /// assert!((norm - 5.0).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the estimate is not above 0.
    pub fn root(&self) -> Result<(f64, f64)> {
        if !(self.value > 0.0) {
            return Err(Error::Unsupported {
                what: "The root of an estimate".to_owned(),
                why: format!("the {} is estimated to be {}", self.name, self.value),
                advice: "Take it of a `squared_norm` that is not 0.".to_owned(),
            });
        }
        let root = self.value.sqrt();
        Ok((root, self.error / (2.0 * root)))
    }

    /// How the estimate came about: `products`, and the value and its error (named as in [`frame`](Self::frame)) after so many probes, from 2 on. Of
    /// the plain estimators only, whose probes are independent and nothing before them.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let course = Ising::complete(50)?.operator()?.trace().run()?.course()?;
    /// assert_eq!(course.height(), 99);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Unsupported`] of Hutch++ and XTrace.
    pub fn course(&self) -> Result<DataFrame> {
        if self.samples.len() != self.products {
            return Err(Error::Unsupported {
                what: "The course of an estimate".to_owned(),
                why: format!("the products of {} are not all probes", self.estimator),
                advice: "Run it with several numbers of `products`.".to_owned(),
            });
        }
        let rows = running_means(&self.samples);
        Ok(df!("products" => rows.0, self.name => rows.1, format!("{}_err", self.name) => rows.2)?)
    }
}

impl fmt::Debug for TraceEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, error, products) = (self.value, self.error, self.products);
        write!(f, "{} = {value} ± {error} ({}, {products} products)", self.name, self.estimator)
    }
}
