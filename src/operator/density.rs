//! The density of eigenvalues, by stochastic Lanczos quadrature.

use std::fmt;

use crate::error::{Error, Result, require_finite, require_positive};
use crate::ndarray::Array1;
use crate::operator::Operator;
use crate::operator::probe::Probe;
use crate::operator::quadrature::{Quadrature, Rule};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::random::Seed;
use crate::setters::setters;
use crate::stats::mean_and_error;

/// Points of a frame.
const POINTS: usize = 512;
/// The frame reaches so many widths beyond the outermost nodes.
const BEYOND: f64 = 4.0;

/// Settings of an estimate of the density of eigenvalues; [`run`](Self::run) gives it.
///
/// Each of `probes` random vectors walks `steps` steps of Lanczos (reorthogonalised where the vectors fit into 256 MiB), which gives a quadrature
/// rule for the spectrum: probes × steps products in all. The mean over the probes is without bias in all moments up to 2·steps − 1; their spread is
/// its error. (S. Ubaru, J. Chen and Y. Saad, SIAM J. Matrix Anal. Appl. 38, 1075 (2017); B. Ghorbani, S. Krishnan and Y. Xiao, ICML 2019)
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let density = Ising::chain(1000)?.operator()?.density().seed(1).run()?;
/// // A ring's eigenvalues 2 cos k: mean 0, mean square 2.
/// let (square, error) = density.moment(2)?;
/// assert!((square - 2.0).abs() < 4.0 * error);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct DensityEstimation {
    operator: Operator,
    probes: usize,
    steps: usize,
    probe: Probe,
    width: Option<f64>,
    seed: Seed,
    deadline: Option<f64>,
}

/// A density of eigenvalues as weighted nodes, one set for each probe; drawn with a Gaussian of standard deviation [`width`](Self::width) in place of each.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let density: SpectralDensity = Ising::sherrington_kirkpatrick(300, 1)?.operator()?.density().run()?;
/// assert_eq!(density.dimension, 300);
/// assert!((density.edges.0 + 2.0).abs() < 0.3 && (density.edges.1 - 2.0).abs() < 0.3);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct SpectralDensity {
    pub(super) rules: Vec<Rule>,
    width: f64,
    /// The least and the largest node: within the spectrum, and near its ends.
    pub edges: (f64, f64),
    /// n.
    pub dimension: usize,
    /// Products that it took.
    pub products: usize,
    /// Whether all probes took all their steps.
    pub complete: bool,
}

impl Operator {
    /// The density of eigenvalues, from 20 probes of 80 steps by default.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let density = Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 300))?.density().run()?;
    /// assert!((density.at(0.5)?.0 - 1.0).abs() < 0.2);
    /// # Ok(()) }
    /// ```
    pub fn density(&self) -> DensityEstimation {
        DensityEstimation {
            operator: self.clone(),
            probes: 20,
            steps: 80,
            probe: Probe::default(),
            width: None,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl DensityEstimation {
    /// Steps from each probe, at most n; default 80. The finest detail is about the spectrum's length over their number.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let density = Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 300))?.density();
    /// assert!(density.steps(40).run()?.products == 800 && density.steps(0).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn steps(&self, steps: usize) -> Self {
        Self { steps, ..self.clone() }
    }

    /// The distribution of the probes; default [`Probe::Gaussian`]. Vectors of signs are blind to how a diagonal matrix's eigenvalues are
    /// weighted by chance, and show no error there.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let density = Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 300))?.density();
    /// assert!(density.probe(Probe::Rademacher).run()?.moment(3)?.1 < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn probe(&self, probe: Probe) -> Self {
        Self { probe, ..self.clone() }
    }

    /// The standard deviation of the Gaussian that each node is drawn as; default the spectrum's length over the number of steps.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let density = Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 300))?.density();
    /// assert_eq!(density.width(0.05).run()?.width(), 0.05);
    /// # Ok(()) }
    /// ```
    pub fn width(&self, width: f64) -> Self {
        Self { width: Some(width), ..self.clone() }
    }

    setters! { "Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 100))?.density()":
        /// How many random vectors; default 20. The error falls with the root of their number.
        probes;
        /// The seed of the probes; default 0.
        seed;
        /// A limit in seconds, after which the density is that of the probes that are done, or of the first ones as far as they came, and
        /// `complete` is false; default none.
        deadline;
    }

    /// Runs the estimate.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let frame = Ising::square(20)?.operator()?.density().run()?.frame()?;
    /// assert!(frame.lookup("eigenvalue", 0.0, "density")? > 0.1);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there are fewer than 2 probes or no step; if the width or the deadline is not a finite number above 0; if the vectors would not fit in
    /// memory; if the operator shows that it is not symmetric; what a product returns.
    pub fn run(&self) -> Result<SpectralDensity> {
        if let Some(width) = self.width {
            require_positive("width", width)?;
        }
        let quadrature = Quadrature {
            probes: self.probes,
            steps: self.steps,
            probe: self.probe,
            seed: self.seed,
            deadline: self.deadline,
        };
        let probed = quadrature.run(&self.operator)?;
        let rules = probed.matrices.iter().map(|m| m.rule(m.steps())).collect::<Result<_>>()?;
        let density = SpectralDensity::of(rules, self.operator.dimension(), self.width, self.steps);
        Ok(SpectralDensity { products: probed.products, complete: probed.complete, ..density })
    }
}

impl SpectralDensity {
    /// The density of known eigenvalues, each with the weight 1/n, drawn with Gaussians of this width: to lay beside an estimated one of the same
    /// [`width`](Self::width).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Ising::square(10)?.operator()?;
    /// let estimated = a.density().run()?;
    /// let exact = SpectralDensity::exact(&a.eigenvalues()?, estimated.width())?;
    /// let ((density, error), (value, _)) = (estimated.at(1.0)?, exact.at(1.0)?);
    /// assert!((density - value).abs() < 4.0 * error + 0.02);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is no eigenvalue, one is not finite, or the width is not a finite number above 0.
    pub fn exact(eigenvalues: &Array1<f64>, width: f64) -> Result<Self> {
        require_positive("width", width)?;
        let n = eigenvalues.len();
        if n == 0 {
            return Err(Error::argument("eigenvalues", "an empty list", "at least one"));
        }
        eigenvalues.iter().try_for_each(|&x| require_finite("eigenvalues", x).map(|_| ()))?;
        let mut nodes = eigenvalues.to_vec();
        nodes.sort_by(f64::total_cmp);
        let rule = Rule { nodes, weights: vec![1.0 / n as f64; n] };
        Ok(Self::of(vec![rule], n, Some(width), 1))
    }

    fn of(rules: Vec<Rule>, dimension: usize, width: Option<f64>, steps: usize) -> Self {
        let nodes = || rules.iter().flat_map(|rule| &rule.nodes);
        let edges = nodes()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
        let length = edges.1 - edges.0;
        let size = edges.0.abs().max(edges.1.abs());
        // All eigenvalues alike have no length of their own.
        let natural = if length > 1e-9 * size { length / steps as f64 } else { 1e-3 * size };
        let natural = if natural > 0.0 { natural } else { 1e-3 };
        Self {
            rules,
            width: width.unwrap_or(natural),
            edges,
            dimension,
            products: 0,
            complete: true,
        }
    }

    /// The standard deviation of the Gaussian that each node is drawn as.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(SpectralDensity::exact(&array![0.0, 1.0], 0.1)?.width(), 0.1);
    /// # Ok(()) }
    /// ```
    pub fn width(&self) -> f64 {
        self.width
    }

    /// The same density drawn with another width.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(SpectralDensity::exact(&array![0.0, 1.0], 0.1)?.with_width(0.2)?.width(), 0.2);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the width is not a finite number above 0.
    pub fn with_width(&self, width: f64) -> Result<Self> {
        Ok(Self { width: require_positive("width", width)?, ..self.clone() })
    }

    /// The density at x and its standard error over the probes.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let (density, _) = SpectralDensity::exact(&array![0.0], 1.0)?.at(0.0)?;
    /// assert!((density - 0.3989).abs() < 1e-4);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If x is not finite.
    pub fn at(&self, x: f64) -> Result<(f64, f64)> {
        let x = require_finite("x", x)?;
        let norm = 1.0 / (self.width * (2.0 * std::f64::consts::PI).sqrt());
        Ok(self.average(|node| norm * (-0.5 * ((x - node) / self.width).powi(2)).exp()))
    }

    /// ∫ λ^k ρ(λ) dλ = tr A^k / n with its standard error, of the nodes themselves, without the width.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(SpectralDensity::exact(&array![1.0, 3.0], 1.0)?.moment(2)?, (5.0, 0.0));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If k is above 1000, or the moment overflows.
    pub fn moment(&self, k: usize) -> Result<(f64, f64)> {
        if k > 1000 {
            return Err(Error::argument("k", k, "at most 1000"));
        }
        let (moment, error) = self.average(|x| x.powi(k as i32));
        if !(moment.is_finite() && error.is_finite()) {
            return Err(Error::argument("k", k, "small enough that λ^k does not overflow"));
        }
        Ok((moment, error))
    }

    /// The fraction of eigenvalues from `from` up to, not including, `to`, with its standard error over the probes. A rule tells its nodes' weights
    /// apart only: a bound that falls into a dense part of the spectrum may be wrong by the weight of the node next to it, at the centre of a semicircle about
    /// 2/steps.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let density = SpectralDensity::exact(&array![-1.0, 2.0, 3.0, 4.0], 1.0)?;
    /// assert_eq!(density.fraction(f64::NEG_INFINITY, 0.0)?.0, 0.25);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If a bound is NaN, or they are not in ascending order.
    pub fn fraction(&self, from: f64, to: f64) -> Result<(f64, f64)> {
        if !(from <= to) {
            return Err(Error::argument("from, to", format!("{from}, {to}"), "in ascending order"));
        }
        Ok(self.average(|x| f64::from(u8::from(from <= x && x < to))))
    }

    /// 512 rows: `eigenvalue`, evenly spaced from 4 widths below the least node to 4 above the largest; `density` and `density_err` with the
    /// Gaussians in place of nodes, so that it integrates to 1; then `width`, `dimension`, `products`, `complete`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let frame = SpectralDensity::exact(&array![0.0, 1.0], 0.2)?.frame()?;
    /// let (x, density) = (frame.values("eigenvalue")?, frame.values("density")?);
    /// let integral: f64 = density.iter().sum::<f64>() * (x[1] - x[0]);
    /// assert!((integral - 1.0).abs() < 1e-3);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    pub fn frame(&self) -> Result<DataFrame> {
        let (low, high) = (self.edges.0 - BEYOND * self.width, self.edges.1 + BEYOND * self.width);
        let at = |k: usize| low + (high - low) * k as f64 / (POINTS - 1) as f64;
        let points: Vec<f64> = (0..POINTS).map(at).collect();
        let values = points.iter().map(|&x| self.at(x)).collect::<Result<Vec<_>>>()?;
        Ok(df!(
            "eigenvalue" => points,
            "density" => values.iter().map(|v| v.0).collect::<Vec<_>>(),
            "density_err" => values.iter().map(|v| v.1).collect::<Vec<_>>(),
            "width" => vec![self.width; POINTS],
            "dimension" => vec![self.dimension as u64; POINTS],
            "products" => vec![self.products as u64; POINTS],
            "complete" => vec![self.complete; POINTS],
        )?)
    }

    /// The mean of a function over the spectrum, and its error over the probes (0 of known eigenvalues).
    fn average(&self, function: impl Fn(f64) -> f64) -> (f64, f64) {
        let values: Vec<f64> = self.rules.iter().map(|rule| rule.integral(&function)).collect();
        mean_and_error(&values).unwrap_or_else(|| (values.iter().sum(), 0.0))
    }
}

impl fmt::Debug for SpectralDensity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, (low, high), probes) = (self.dimension, self.edges, self.rules.len());
        let (width, products) = (self.width, self.products);
        write!(
            f,
            "SpectralDensity({n} eigenvalues from {low:.6} to {high:.6}, {probes} probes, {products} products, width {width:.6})"
        )
    }
}
