//! How many eigenvalues are negative.

use std::fmt;

use crate::error::{Error, Result};
use crate::operator::Operator;
use crate::operator::probe::Probe;
use crate::operator::quadrature::{Quadrature, Rule};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::random::Seed;
use crate::setters::setters;
use crate::stats::mean_and_error;

/// Operators up to this dimension are diagonalised, unless said otherwise: a few seconds.
const DENSE: usize = 2000;

/// Nodes within this fraction of the largest one count as zero, unless said otherwise.
const ZERO: f64 = 1e-10;

/// Settings of the count of negative eigenvalues, a saddle's index; [`run`](Self::run) gives it.
///
/// A small operator is diagonalised and the count exact. Of a large one n times the weight of negative nodes of quadrature rules from random vectors (see
/// [`density`](Operator::density)) is an estimate with two doubts: the spread over the probes, and where in the spectrum's gap between two nodes next
/// to 0 its weight lies, which the Chebyshev–Markov–Stieltjes inequalities bound.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let inertia = Operator::from_diagonal(&array![1.0, -2.0, 0.0, 3.0])?.inertia().run()?;
/// assert_eq!((inertia.negative, inertia.zero, inertia.positive), (1.0, 1.0, 2.0));
/// assert!(inertia.exact);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct InertiaEstimation {
    operator: Operator,
    dense: usize,
    zero: Option<f64>,
    probes: usize,
    steps: usize,
    seed: Seed,
    deadline: Option<f64>,
}

/// Numbers of negative, zero and positive eigenvalues, with their certainty.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let a = Operator::from_diagonal(&array![-1.0, 0.0, 2.0, 3.0])?;
/// let inertia: Inertia = a.inertia().run()?;
/// assert!(inertia.exact && inertia.dimension == 4);
/// assert_eq!((inertia.negative, inertia.zero, inertia.positive), (1.0, 1.0, 2.0));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Inertia {
    /// How many are below 0.
    pub negative: f64,
    /// Its standard error over the probes; 0 where it is exact.
    pub negative_err: f64,
    /// How many are 0, to [`zero_within`](InertiaEstimation::zero_within).
    pub zero: f64,
    /// Its standard error over the probes.
    pub zero_err: f64,
    /// How many are above 0.
    pub positive: f64,
    /// Its standard error over the probes.
    pub positive_err: f64,
    /// The least number below 0 that the rules allow, on average over the probes.
    pub negative_least: f64,
    /// The largest number below 0 that the rules allow, on average over the probes.
    pub negative_most: f64,
    /// Whether all eigenvalues were computed.
    pub exact: bool,
    /// n.
    pub dimension: usize,
    /// Products that it took.
    pub products: usize,
    /// Whether all probes took all their steps.
    pub complete: bool,
}

impl Operator {
    /// The numbers of negative, zero and positive eigenvalues: exact up to n = 2000, else estimated from 30 probes of 100 steps by default.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&Array1::linspace(-1.0, 3.0, 4000))?;
    /// let inertia = a.inertia().run()?;
    /// assert!((inertia.negative - 1000.0).abs() < 4.0 * inertia.negative_err + 40.0);
    /// # Ok(()) }
    /// ```
    pub fn inertia(&self) -> InertiaEstimation {
        InertiaEstimation {
            operator: self.clone(),
            dense: DENSE,
            zero: None,
            probes: 30,
            steps: 100,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl InertiaEstimation {
    /// Up to which dimension the operator is diagonalised; default 2000. With 0 it is always probed.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let inertia = Operator::from_diagonal(&Array1::linspace(-1.0, 3.0, 400))?.inertia();
    /// assert!(inertia.run()?.exact && !inertia.dense_up_to(0).run()?.exact);
    /// # Ok(()) }
    /// ```
    pub fn dense_up_to(&self, dimension: usize) -> Self {
        Self { dense: dimension, ..self.clone() }
    }

    /// Eigenvalues within ± this count as 0; default 10⁻¹⁰ of the largest, or n times its rounding where that is more.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let inertia = Operator::from_diagonal(&array![-1.0, 0.1, 2.0])?.inertia();
    /// assert_eq!(inertia.zero_within(0.5).run()?.zero, 1.0);
    /// # Ok(()) }
    /// ```
    pub fn zero_within(&self, width: f64) -> Self {
        Self { zero: Some(width), ..self.clone() }
    }

    /// Steps from each probe; default 100.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&Array1::linspace(-1.0, 3.0, 400))?;
    /// let width = |steps| -> statmech::Result<f64> {
    ///     let inertia = a.inertia().dense_up_to(0).steps(steps).run()?;
    ///     Ok(inertia.negative_most - inertia.negative_least)
    /// };
    /// assert!(width(100)? < width(20)?);
    /// # Ok(()) }
    /// ```
    pub fn steps(&self, steps: usize) -> Self {
        Self { steps, ..self.clone() }
    }

    setters! { "Operator::from_diagonal(&Array1::linspace(-1.0, 3.0, 100))?.inertia()":
        /// How many random vectors, where the operator is probed; default 30.
        probes;
        /// The seed of the probes; default 0.
        seed;
        /// A limit in seconds for the probes, after which those that are done count, or the first ones as far as they came, and `complete` is
        /// false; default none. A small operator's diagonalisation is not cut.
        deadline;
    }

    /// Runs the count.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// // Couplings of a ring: 2 cos k has as many negative as positive values.
    /// let inertia = Ising::chain(102)?.operator()?.inertia().run()?;
    /// assert_eq!((inertia.negative, inertia.zero), (51.0, 0.0));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the width of zero is not a finite number from 0; if there are fewer than 2 probes or no step; if the vectors would not fit in memory; if
    /// the operator is, or shows that it is, not symmetric; if the deadline is not a finite number above 0; what a product returns.
    pub fn run(&self) -> Result<Inertia> {
        let n = self.operator.dimension();
        if let Some(width) = self.zero
            && !(width.is_finite() && width >= 0.0)
        {
            return Err(Error::argument("width", width, "a finite number from 0"));
        }
        let quadrature = Quadrature {
            probes: self.probes,
            steps: self.steps,
            probe: Probe::Gaussian,
            seed: self.seed,
            deadline: self.deadline,
        };
        quadrature.check()?;
        crate::progress::Deadline::new(self.deadline)?;
        if n <= self.dense {
            let nodes = self.operator.eigenvalues()?.to_vec();
            let rule = Rule { nodes, weights: vec![1.0 / n as f64; n] };
            let inertia = self.count(&[rule], true);
            return Ok(Inertia { products: n, ..inertia });
        }
        let probed = quadrature.run(&self.operator)?;
        let rules: Vec<Rule> =
            probed.matrices.iter().map(|m| m.rule(m.steps())).collect::<Result<_>>()?;
        let inertia = self.count(&rules, false);
        Ok(Inertia { products: probed.products, complete: probed.complete, ..inertia })
    }

    fn count(&self, rules: &[Rule], exact: bool) -> Inertia {
        let n = self.operator.dimension() as f64;
        let nodes = rules.iter().flat_map(|rule| &rule.nodes);
        let size = nodes.fold(0.0_f64, |most, x| most.max(x.abs()));
        let zero = self.zero.unwrap_or(size * ZERO.max(n * f64::EPSILON));
        let average = |counted: &dyn Fn(&Rule) -> f64| {
            let values: Vec<f64> = rules.iter().map(|rule| n * counted(rule)).collect();
            mean_and_error(&values).unwrap_or_else(|| (values.iter().sum(), 0.0))
        };
        let weight = |counts: fn(f64, f64) -> bool| {
            average(&|rule: &Rule| rule.integral(|x| f64::from(u8::from(counts(x, zero)))))
        };
        let (negative, negative_err) = weight(|x, zero| x < -zero);
        let (zeros, zero_err) = weight(|x, zero| x.abs() <= zero);
        let (positive, positive_err) = weight(|x, zero| x > zero);
        let (least, most) = if exact {
            (negative, negative)
        } else {
            (
                average(&|rule: &Rule| bounds(rule, zero).0).0,
                average(&|rule: &Rule| bounds(rule, zero).1).0,
            )
        };
        // Whole numbers where they were counted.
        let tidy = |x: f64| if exact { x.round() } else { x };
        Inertia {
            negative: tidy(negative),
            negative_err,
            zero: tidy(zeros),
            zero_err,
            positive: tidy(positive),
            positive_err,
            negative_least: tidy(least),
            negative_most: tidy(most),
            exact,
            dimension: self.operator.dimension(),
            products: 0,
            complete: true,
        }
    }
}

/// The least and the largest weight below −zero that a spectrum with this rule may have: the weight up to a node lies between the sums
/// of the weights before it and with it.
fn bounds(rule: &Rule, zero: f64) -> (f64, f64) {
    let below = rule.nodes.iter().filter(|&&x| x < -zero).count();
    let sum = |count: usize| rule.weights.iter().take(count).sum::<f64>();
    // A node at zero holds the weight of the eigenvalue 0, so that the weight below it is known up to nodes further off.
    let at_zero = rule.nodes.get(below).is_some_and(|x| x.abs() <= zero);
    (sum(below.saturating_sub(1)), sum(below + usize::from(!at_zero)).min(1.0))
}

impl Inertia {
    /// One row: `dimension`, `negative`, `negative_err`, `negative_least`, `negative_most`, `zero`, `zero_err`, `positive`, `positive_err`, `exact`,
    /// `products`, `complete`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let frame = Operator::from_diagonal(&array![1.0, -2.0])?.inertia().run()?.frame()?;
    /// assert_eq!(frame.values("negative")?, [1.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    pub fn frame(&self) -> Result<DataFrame> {
        Ok(df!(
            "dimension" => [self.dimension as u64],
            "negative" => [self.negative],
            "negative_err" => [self.negative_err],
            "negative_least" => [self.negative_least],
            "negative_most" => [self.negative_most],
            "zero" => [self.zero],
            "zero_err" => [self.zero_err],
            "positive" => [self.positive],
            "positive_err" => [self.positive_err],
            "exact" => [self.exact],
            "products" => [self.products as u64],
            "complete" => [self.complete],
        )?)
    }
}

impl fmt::Display for Inertia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (negative, zero, positive) = (self.negative, self.zero, self.positive);
        write!(f, "{negative:.0} negative, {zero:.0} zero, {positive:.0} positive eigenvalues")
    }
}
