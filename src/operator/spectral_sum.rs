//! tr f(A) and ln det A by stochastic Lanczos quadrature.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::operator::Operator;
use crate::operator::probe::Probe;
use crate::operator::quadrature::{Quadrature, Rule};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::random::Seed;
use crate::setters::setters;
use crate::stats::mean_and_error;

/// Settings of an estimate of tr f(A) = Σ f(λ); [`run`](Self::run) gives it.
///
/// Quadrature rules from random vectors, as for the [density](Operator::density): the spread over the probes is the error; what the number of steps leaves is
/// reported apart, as the change by the last third of them.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // tr exp(A) of a ring's couplings: Σ_k exp(2 cos k) = n I_0(2).
/// let sum = Ising::chain(500)?.operator()?.spectral_sum(f64::exp).run()?;
/// assert!((sum.value - 500.0 * 2.2795853).abs() < 4.0 * sum.error);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct SpectralSumEstimation {
    operator: Operator,
    function: Arc<dyn Fn(f64) -> f64 + Send + Sync>,
    name: &'static str,
    probes: usize,
    steps: usize,
    probe: Probe,
    seed: Seed,
    deadline: Option<f64>,
}

/// An estimate of tr f(A), with its errors and cost.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let positive = Operator::from_diagonal(&Array1::linspace(1.0, 2.0, 500))?;
/// let ln_det: SpectralSum = positive.log_determinant().seed(1).run()?;
/// let exact: f64 = (0..500).map(|k| (1.0 + f64::from(k) / 499.0).ln()).sum();
/// assert!(ln_det.complete && (ln_det.value - exact).abs() < 4.0 * ln_det.error + ln_det.quadrature_err + 1e-9);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SpectralSum {
    /// The estimate.
    pub value: f64,
    /// One standard error over the probes.
    pub error: f64,
    /// How much the last third of the steps changed the estimate; 0 where the Krylov spaces were exhausted. The error that more steps would still
    /// remove is no larger where the quadrature converges.
    pub quadrature_err: f64,
    /// Products that it took.
    pub products: usize,
    /// Whether all probes took all their steps.
    pub complete: bool,
    name: &'static str,
    dimension: usize,
    seed: Seed,
}

impl Operator {
    /// tr f(A) = Σ f(λ) over all eigenvalues, from 30 probes of 40 steps by default.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&array![1.0, 2.0, 4.0])?;
    /// let sum = a.spectral_sum(|x| 1.0 / x).probe(Probe::Rademacher).run()?;
    /// assert!((sum.value - 1.75).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn spectral_sum(
        &self,
        function: impl Fn(f64) -> f64 + Send + Sync + 'static,
    ) -> SpectralSumEstimation {
        SpectralSumEstimation {
            operator: self.clone(),
            function: Arc::new(function),
            name: "spectral_sum",
            probes: 30,
            steps: 40,
            probe: Probe::default(),
            seed: Seed::default(),
            deadline: None,
        }
    }

    /// ln det A = Σ ln λ of a positive definite operator, from 30 probes of 40 steps by default. Eigenvalues near 0 ask for more steps: about √(λ_max/λ_min).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&array![1.0, 2.0, 4.0])?;
    /// let ln_det = a.log_determinant().probe(Probe::Rademacher).run()?;
    /// assert!((ln_det.value - 8_f64.ln()).abs() < 1e-12);
    /// assert!(a.shifted(-2.0)?.log_determinant().run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn log_determinant(&self) -> SpectralSumEstimation {
        SpectralSumEstimation { name: "log_determinant", ..self.spectral_sum(f64::ln) }
    }
}

impl SpectralSumEstimation {
    /// Steps from each probe, at most n; default 40.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let ln_det = Operator::from_diagonal(&Array1::linspace(0.1, 2.0, 99))?.log_determinant();
    /// assert!(ln_det.steps(40).run()?.quadrature_err < ln_det.steps(5).run()?.quadrature_err);
    /// # Ok(()) }
    /// ```
    pub fn steps(&self, steps: usize) -> Self {
        Self { steps, ..self.clone() }
    }

    /// The distribution of the probes; default [`Probe::Gaussian`], scaled to one length.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let ln_det = Operator::from_diagonal(&Array1::linspace(1.0, 2.0, 99))?.log_determinant();
    /// assert!(ln_det.probe(Probe::Rademacher).run()?.error < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn probe(&self, probe: Probe) -> Self {
        Self { probe, ..self.clone() }
    }

    setters! { "Operator::from_diagonal(&Array1::linspace(1.0, 2.0, 100))?.log_determinant()":
        /// How many random vectors; default 30.
        probes;
        /// The seed of the probes; default 0.
        seed;
        /// A limit in seconds, after which the estimate is that of the probes that are done, or of the first ones as far as they came, and
        /// `complete` is false; default none.
        deadline;
    }

    /// Runs the estimate.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Ising::square(20)?.operator()?.shifted(4.5)?;
    /// let frame = a.log_determinant().run()?.frame()?;
    /// let exact: f64 = a.eigenvalues()?.iter().map(|x| x.ln()).sum();
    /// let error = frame.values("log_determinant_err")?[0];
    /// assert!((frame.values("log_determinant")?[0] - exact).abs() < 4.0 * error);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If f is not finite at a node (as ln is at negative ones); if there are fewer than 2 probes or no step; if the vectors would not fit in memory;
    /// if the operator shows that it is not symmetric; if the deadline is not a finite number above 0; what a product returns.
    pub fn run(&self) -> Result<SpectralSum> {
        let quadrature = Quadrature {
            probes: self.probes,
            steps: self.steps,
            probe: self.probe,
            seed: self.seed,
            deadline: self.deadline,
        };
        let probed = quadrature.run(&self.operator)?;
        let n = self.operator.dimension() as f64;
        let mut values = Vec::with_capacity(probed.matrices.len());
        let mut changes = 0.0;
        for matrix in &probed.matrices {
            let value = n * self.sum(matrix.steps(), |steps| matrix.rule(steps))?;
            if !matrix.exhausted {
                let fewer = (2 * matrix.steps()).div_ceil(3);
                changes += value - n * self.sum(fewer, |steps| matrix.rule(steps))?;
            }
            values.push(value);
        }
        let (value, error) = mean_and_error(&values).unwrap_or((f64::NAN, f64::NAN));
        Ok(SpectralSum {
            value,
            error,
            quadrature_err: (changes / values.len() as f64).abs(),
            products: probed.products,
            complete: probed.complete,
            name: self.name,
            dimension: self.operator.dimension(),
            seed: self.seed,
        })
    }

    fn sum(&self, steps: usize, rule: impl Fn(usize) -> Result<Rule>) -> Result<f64> {
        let rule = rule(steps)?;
        match rule.nodes.iter().find(|&&x| !(self.function)(x).is_finite()) {
            None => Ok(rule.integral(&*self.function)),
            Some(x) if self.name == "log_determinant" => {
                let given = format!("one with an eigenvalue near or below {x:.3e}");
                Err(Error::argument(
                    "operator",
                    given,
                    "positive definite for ln det A (`shifted(c)` adds c to all eigenvalues)",
                ))
            }
            Some(x) => {
                let given = format!("one that is {} at {x:.6}", (self.function)(*x));
                Err(Error::argument("function", given, "finite on the whole spectrum"))
            }
        }
    }
}

impl SpectralSum {
    /// One row: `dimension`, `spectral_sum` with `spectral_sum_err` (or `log_determinant` with `log_determinant_err`), `quadrature_err`, `products`,
    /// `seed`, `complete`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let sum = Operator::from_diagonal(&array![1.0, 2.0])?.spectral_sum(|x| x * x).run()?;
    /// assert!(sum.frame()?.values("spectral_sum_err")?[0] > 0.0);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    pub fn frame(&self) -> Result<DataFrame> {
        Ok(df!(
            "dimension" => [self.dimension as u64],
            self.name => [self.value],
            format!("{}_err", self.name) => [self.error],
            "quadrature_err" => [self.quadrature_err],
            "products" => [self.products as u64],
            "seed" => [self.seed.number()],
            "complete" => [self.complete],
        )?)
    }
}

impl fmt::Debug for SpectralSumEstimation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operator, name, probes, steps, .. } = self;
        write!(f, "SpectralSumEstimation({name} of {operator:?}, {probes} probes, {steps} steps)")
    }
}
