//! tr A and ‖A‖_F² from products with random vectors.

use crate::error::{Error, Result, require_positive};
use crate::memory;
use crate::numeric::vector::{dot, norm, scale};
use crate::operator::Operator;
use crate::operator::basis::Basis;
use crate::operator::low_rank;
use crate::operator::probe::{Probe, block_size};
use crate::operator::trace_estimate::TraceEstimate;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::setters::setters;
use crate::stats::{MIN_SERIES, mean_and_error};

/// Probes of a block at most: products of so many vectors at once gain no more.
const BLOCK: usize = 64;

/// How a trace is estimated.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // Eigenvalues 1/k²: a few of them make up the trace, which the low-rank estimators take exactly.
/// let a = Operator::from_diagonal(&Array1::from_shape_fn(500, |k| 1.0 / ((k + 1) as f64).powi(2)))?;
/// let plain = a.trace().estimator(TraceEstimator::Gaussian).run()?;
/// for estimator in [TraceEstimator::HutchPlusPlus, TraceEstimator::XTrace] {
///     assert!(a.trace().estimator(estimator).run()?.error < plain.error / 10.0);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum TraceEstimator {
    /// The mean of xᵀAx over m vectors of normal numbers: variance 2‖A‖_F²/m.
    Gaussian,
    /// The same over vectors of signs (M. Hutchinson, Commun. Stat. Simul. 18, 1059 (1989)): variance 2(‖A‖_F² − Σ_i a_ii²)/m, none for a diagonal matrix.
    #[default]
    Rademacher,
    /// A third of the products for the range of A, a third for the trace in it, the rest for the trace in its complement (R. Meyer, C. Musco, C.
    /// Musco and D. Woodruff, SOSA 2021). Vectors of the complement are scaled to their expected length.
    HutchPlusPlus,
    /// Each probe for the complement of all others' images, and the mean over the probes (E. Epperly, J. Tropp and R. Webber, SIAM J. Matrix Anal.
    /// Appl. 45, 1 (2024)), with two products for each.
    ///
    /// The probes' estimates are correlated, so that their spread alone makes the error too small. Their covariance is that of the changes D_ij and D_ji that
    /// leaving out probe j makes in the estimate of i, and i in that of j; the error takes in its unbiased estimate, the mean of D_ij D_ji.
    XTrace,
}

impl TraceEstimator {
    /// The name in tables.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert_eq!(TraceEstimator::HutchPlusPlus.name(), "hutch++");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Gaussian => "gaussian",
            Self::Rademacher => "rademacher",
            Self::HutchPlusPlus => "hutch++",
            Self::XTrace => "xtrace",
        }
    }

    /// The fewest products from which there is an error.
    pub(crate) fn least(self) -> usize {
        match self {
            Self::Gaussian | Self::Rademacher => 2,
            Self::HutchPlusPlus => 6,
            Self::XTrace => 8,
        }
    }
}

/// What is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantity {
    Trace,
    SquaredNorm,
}

/// Settings of an estimate of tr A or ‖A‖_F²; [`run`](Self::run) gives it.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let a = Ising::complete(50)?.operator()?;
/// let estimate = a.trace().products(200).seed(1).run()?;
/// assert!(estimate.value.abs() < 3.0 * estimate.error); // no self-couplings
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct TraceEstimation {
    pub(super) operator: Operator,
    quantity: Quantity,
    estimator: TraceEstimator,
    pub(super) products: usize,
    target: Option<f64>,
    relative: bool,
    pub(super) seed: Seed,
    deadline: Option<f64>,
}

impl Operator {
    /// tr A by random vectors, from 100 products by default.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let estimate = Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 201))?.trace().run()?;
    /// assert!((estimate.value - 100.5).abs() < 1e-9 && estimate.products == 100);
    /// # Ok(()) }
    /// ```
    pub fn trace(&self) -> TraceEstimation {
        TraceEstimation {
            operator: self.clone(),
            quantity: Quantity::Trace,
            estimator: TraceEstimator::default(),
            products: 100,
            target: None,
            relative: false,
            seed: Seed::default(),
            deadline: None,
        }
    }

    /// ‖A‖_F² = tr A² = Σ λ², the mean of |Ax|² over random vectors, from 100 products by default.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let estimate = Operator::from_diagonal(&array![1.0, -2.0, 3.0])?.squared_norm().run()?;
    /// assert!((estimate.value - 14.0).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn squared_norm(&self) -> TraceEstimation {
        TraceEstimation { quantity: Quantity::SquaredNorm, ..self.trace() }
    }
}

impl TraceEstimation {
    /// The estimator; default [`TraceEstimator::Rademacher`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let trace = Operator::from_diagonal(&Array1::ones(300))?.trace();
    /// assert!((trace.estimator(TraceEstimator::XTrace).run()?.value - 300.0).abs() < 1e-6);
    /// # Ok(()) }
    /// ```
    pub fn estimator(&self, estimator: TraceEstimator) -> Self {
        Self { estimator, ..self.clone() }
    }

    /// How many products, at most if an error is asked for; default 100.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let trace = Operator::from_diagonal(&Array1::ones(300))?.trace();
    /// assert_eq!(trace.products(30).run()?.products, 30);
    /// assert!(trace.products(1).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn products(&self, products: usize) -> Self {
        Self { products, ..self.clone() }
    }

    /// Ends the run when the standard error is as small as this, with at least 16 probes; default none.
    ///
    /// The error itself is estimated, so that a run that ends early had, now and then, an error estimated too small: looks are few, and far apart.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let trace = Ising::complete(50)?.operator()?.trace().products(100_000);
    /// let estimate = trace.target_error(0.05).run()?;
    /// assert!(estimate.complete && estimate.error <= 0.05 && estimate.products < 10_000);
    /// # Ok(()) }
    /// ```
    pub fn target_error(&self, error: f64) -> Self {
        Self { target: Some(error), relative: false, ..self.clone() }
    }

    /// The same with the error as a fraction of the estimate; default none.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let trace = Ising::complete(50)?.operator()?.shifted(1.0)?.trace().products(100_000);
    /// assert!(trace.target_relative(0.01).run()?.complete);
    /// # Ok(()) }
    /// ```
    pub fn target_relative(&self, fraction: f64) -> Self {
        Self { target: Some(fraction), relative: true, ..self.clone() }
    }

    setters! { "Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 100))?.trace()":
        /// The seed of the probes; default 0.
        seed;
        /// A limit in seconds, after which the estimate is that of the probes so far and `complete` is false; default none.
        deadline;
    }

    /// Runs the estimate.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let frame = Ising::complete(50)?.operator()?.trace().run()?.frame()?;
    /// assert!(frame.values("trace")?[0].abs() < 4.0 * frame.values("trace_err")?[0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there are too few products for an error (2, Hutch++ 6, XTrace 8); if the target or the deadline is not a finite number above 0; if a
    /// low-rank estimator is asked for ‖A‖_F², or its vectors would not fit in memory; what a product returns.
    pub fn run(&self) -> Result<TraceEstimate> {
        let least = self.estimator.least();
        if self.products < least {
            let allowed = format!("at least {least} for the estimator {}", self.estimator.name());
            return Err(Error::argument("products", self.products, allowed));
        }
        if let Some(target) = self.target {
            require_positive("target", target)?;
        }
        let deadline = Deadline::new(self.deadline)?;
        let mut progress = Progress::new("products", self.products);
        let estimate = match (self.estimator, self.quantity) {
            (TraceEstimator::Gaussian | TraceEstimator::Rademacher, _) => {
                self.sampled(None, 0.0, 0, deadline, &mut progress)
            }
            (_, Quantity::SquaredNorm) => Err(Error::Unsupported {
                what: format!("The estimator {}", self.estimator.name()),
                why: "it is one of traces, and ‖A‖_F² is asked for".to_owned(),
                advice: "Take `TraceEstimator::Gaussian` or `Rademacher`.".to_owned(),
            }),
            (TraceEstimator::HutchPlusPlus, Quantity::Trace) => {
                low_rank::hutch_plus_plus(self, deadline, &mut progress)
            }
            (TraceEstimator::XTrace, Quantity::Trace) => {
                low_rank::x_trace(self, deadline, &mut progress)
            }
        }?;
        if !estimate.complete && deadline.passed() {
            progress.stopped();
        }
        Ok(estimate)
    }

    /// Whether an error is small enough, where one is asked for.
    pub(super) fn reached(&self, value: f64, error: f64) -> Option<bool> {
        let size = if self.relative { value.abs() } else { 1.0 };
        self.target.map(|target| error <= target * size)
    }

    /// Plain probing after `spent` products, in the complement of a basis if there is one, added to what is exact.
    pub(super) fn sampled(
        &self,
        basis: Option<&Basis>,
        exact: f64,
        spent: usize,
        deadline: Deadline,
        progress: &mut Progress,
    ) -> Result<TraceEstimate> {
        let most = self.products - spent;
        let n = self.operator.dimension();
        let block = block_size(n, 2, BLOCK).min(most);
        let what = format!("Probing with vectors of {n} numbers");
        memory::require(&what, 16.0 * (n as f64) * block as f64, "Take a block of the operator.")?;
        let mut samples: Vec<f64> = Vec::new();
        let mut look = if self.target.is_some() { MIN_SERIES.min(most) } else { most };
        loop {
            while samples.len() < look && !(deadline.passed() && samples.len() >= 2) {
                let count = block.min(look - samples.len());
                self.probe(samples.len(), count, basis, &mut samples)?;
                progress.add(count);
            }
            let (mean, error) = mean_and_error(&samples).unwrap_or((f64::NAN, f64::NAN));
            let reached = self.reached(exact + mean, error);
            let cut = samples.len() < look;
            if cut || samples.len() >= most || reached != Some(false) {
                let complete = reached.unwrap_or(!cut);
                let products = spent + samples.len();
                return Ok(self.estimate(exact + mean, error, products, samples, complete));
            }
            look = (look + look / 2).min(most);
        }
    }

    pub(super) fn estimate(
        &self,
        value: f64,
        error: f64,
        products: usize,
        samples: Vec<f64>,
        complete: bool,
    ) -> TraceEstimate {
        TraceEstimate {
            value,
            error,
            products,
            samples,
            complete,
            estimator: self.estimator.name(),
            name: match self.quantity {
                Quantity::Trace => "trace",
                Quantity::SquaredNorm => "squared_norm",
            },
            dimension: self.operator.dimension(),
            seed: self.seed,
        }
    }

    /// The values of `count` probes from number `first` on.
    fn probe(
        &self,
        first: usize,
        count: usize,
        basis: Option<&Basis>,
        values: &mut Vec<f64>,
    ) -> Result<()> {
        let n = self.operator.dimension();
        let probe = match self.estimator {
            TraceEstimator::Rademacher => Probe::Rademacher,
            _ => Probe::Gaussian,
        };
        let mut vectors = vec![0.0; count * n];
        vectors.par_chunks_mut(n).enumerate().for_each(|(k, vector)| {
            probe.fill(self.seed.child(1), first + k, vector);
        });
        if let Some(basis) = basis {
            let rank = basis.len();
            for vector in vectors.chunks_exact_mut(n) {
                basis.project_out(vector);
                // The direction is uniform in the complement; its length only adds noise.
                let length = norm(vector);
                let expected = ((n - rank) as f64).sqrt();
                let factor = if length > 0.0 && n > rank { expected / length } else { 0.0 };
                scale(vector, factor);
            }
        }
        let mut images = vec![0.0; count * n];
        self.operator.apply_into(&vectors, &mut images)?;
        for (x, ax) in vectors.chunks_exact(n).zip(images.chunks_exact(n)) {
            values.push(match self.quantity {
                Quantity::Trace => dot(x, ax),
                Quantity::SquaredNorm => dot(ax, ax),
            });
        }
        Ok(())
    }
}
