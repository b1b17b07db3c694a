//! The bulk of a spectrum as a law of random matrices, and what lies outside of it.

use std::fmt;

use crate::error::{Error, Result};
use crate::operator::quadrature::Rule;
use crate::operator::{Eigenpairs, SpectralDensity};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::theory::spectra::{MarchenkoPastur, Semicircle};

/// Fits at most, each without what lies outside of the one before.
const FITS: usize = 100;

/// So many widths beyond its edge the largest eigenvalue of a random matrix lies once in a thousand times (Tracy and Widom's distribution).
const WIDTHS: f64 = 3.3;
/// And so many standard errors of the edge itself.
const ERRORS: f64 = 3.0;

/// Points at which the distribution is compared with the law's.
const POINTS: usize = 256;

/// A law of random matrices with its numbers, as fitted to a bulk.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let glass = Ising::sherrington_kirkpatrick(400, 1)?.operator()?;
/// let BulkLaw::Semicircle(law) = glass.density().run()?.semicircle()?.law else { unreachable!() };
/// assert!((law.edges().1 - 2.0).abs() < 0.1);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum BulkLaw {
    /// Of symmetric matrices of independent entries.
    Semicircle(Semicircle),
    /// Of products XᵀX of such.
    MarchenkoPastur(MarchenkoPastur),
}

/// A bulk of eigenvalues, fitted by [`SpectralDensity::semicircle`] or [`marchenko_pastur`](SpectralDensity::marchenko_pastur).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // A glass of 400 spins, with one pattern stored as strongly as 3 times the transition.
/// let spins = Array1::from_shape_fn(400, |i| if i % 3 == 0 { -1.0 } else { 1.0 });
/// let glass = Ising::sherrington_kirkpatrick(400, 1)?.operator()?;
/// let pattern = Operator::from_fn(400, move |x, y| {
///     let along = x.iter().zip(&spins).map(|(x, s)| x * s).sum::<f64>() * 3.0 / 400.0;
///     y.iter_mut().zip(&spins).for_each(|(y, s)| *y = along * s);
///     Ok(())
/// })?;
/// let coupled = glass.plus(&pattern)?;
/// let bulk = coupled.density().run()?.semicircle()?;
/// assert!((bulk.upper - 2.0).abs() < 0.1);
/// let outliers = bulk.outliers(&coupled.lanczos(2).run()?)?;
/// assert_eq!(outliers.height(), 1);
/// assert!((outliers.values("eigenvalue")?[0] - Semicircle::new(1.0)?.outlier(3.0)?).abs() < 0.2);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct SpectralBulk {
    /// The law.
    pub law: BulkLaw,
    /// The lower edge of its continuous part.
    pub lower: f64,
    /// One standard error of it, over the probes.
    pub lower_err: f64,
    /// The upper edge.
    pub upper: f64,
    /// One standard error of it, over the probes.
    pub upper_err: f64,
    /// The scale on which the outermost eigenvalue of a matrix of this size fluctuates about the edge.
    pub edge_width: f64,
    /// How many eigenvalues the density has outside.
    pub outside: f64,
    /// The largest difference between the fraction of the bulk's eigenvalues up to λ and the law's: a few times 1/√(n probes) where the bulk follows the law, more where the
    /// law is not the one of this spectrum, and then its edges mean little.
    pub distance: f64,
    /// n.
    pub dimension: usize,
}

/// What counts as bulk.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Window {
    low: f64,
    high: f64,
    /// Whether zeros belong to it, though they lie apart.
    zeros: bool,
}

impl Window {
    fn holds(&self, x: f64) -> bool {
        (self.low <= x && x <= self.high)
            || (self.zeros && x < self.high && x.abs() < 1e-9 * self.high)
    }
}

impl BulkLaw {
    /// The edges of the continuous part.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(BulkLaw::Semicircle(Semicircle::new(1.0)?).edges(), (-2.0, 2.0));
    /// # Ok(()) }
    /// ```
    pub fn edges(&self) -> (f64, f64) {
        match self {
            Self::Semicircle(law) => law.edges(),
            Self::MarchenkoPastur(law) => law.edges(),
        }
    }

    /// The curve of the law, as [`Semicircle::frame`] and [`MarchenkoPastur::frame`] have it.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(BulkLaw::Semicircle(Semicircle::new(1.0)?).frame()?.height(), 512);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    pub fn frame(&self) -> Result<DataFrame> {
        match self {
            Self::Semicircle(law) => law.frame(),
            Self::MarchenkoPastur(law) => law.frame(),
        }
    }

    /// The law with a spectrum of this mean and variance.
    fn of_moments(self, mean: f64, variance: f64) -> Result<Self> {
        match self {
            Self::Semicircle(_) => {
                Ok(Self::Semicircle(Semicircle::new(variance.sqrt())?.around(mean)?))
            }
            Self::MarchenkoPastur(_) if mean > 0.0 => {
                Ok(Self::MarchenkoPastur(MarchenkoPastur::new(variance / (mean * mean), mean)?))
            }
            Self::MarchenkoPastur(_) => Err(Error::Unsupported {
                what: "The law of Marchenko and Pastur".to_owned(),
                why: format!(
                    "the bulk has the mean {mean:.6}, and eigenvalues of XᵀX are not negative"
                ),
                advice: "Take `semicircle`.".to_owned(),
            }),
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        match self {
            Self::Semicircle(law) => law.cdf(x),
            Self::MarchenkoPastur(law) => law.cdf(x),
        }
    }

    fn edge_width(&self, n: usize) -> Result<f64> {
        match self {
            Self::Semicircle(law) => law.edge_width(n),
            Self::MarchenkoPastur(law) => law.edge_width(n),
        }
    }

    fn window(&self, margin: f64) -> Window {
        let (low, high) = self.edges();
        let zeros = matches!(self, Self::MarchenkoPastur(law) if law.ratio > 1.0);
        Window { low: low - margin, high: high + margin, zeros }
    }
}

impl SpectralDensity {
    /// The semicircle of the spectrum's bulk, for its edges and the eigenvalues beyond them.
    ///
    /// Mean and variance of all eigenvalues make a first law, those within its edges the next one, until nothing more lies outside. The edges' errors are
    /// those of a jackknife over the probes. Whether the bulk follows the law at all is said by [`distance`](SpectralBulk::distance).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let density = Ising::sherrington_kirkpatrick(500, 1)?.operator()?.density().run()?;
    /// let bulk = density.semicircle()?;
    /// assert!((bulk.upper - 2.0).abs() < 4.0 * bulk.upper_err + bulk.edge_width);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If all eigenvalues are alike.
    pub fn semicircle(&self) -> Result<SpectralBulk> {
        self.bulk(BulkLaw::Semicircle(Semicircle::new(1.0)?))
    }

    /// The law of Marchenko and Pastur of the spectrum's bulk, fitted as [`semicircle`](Self::semicircle) is: σ² is the bulk's mean and γσ⁴ its variance, both with the zeros that
    /// there are for γ > 1.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let patterns = random_patterns(1000, 250, 1)?.mapv(f64::from);
    /// let covariance = patterns.t().dot(&patterns) / 1000.0;
    /// let bulk = Operator::from_matrix(&covariance)?.density().run()?.marchenko_pastur()?;
    /// assert!((bulk.upper - 2.25).abs() < 0.05);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If all eigenvalues are alike, or their mean is not above 0.
    pub fn marchenko_pastur(&self) -> Result<SpectralBulk> {
        self.bulk(BulkLaw::MarchenkoPastur(MarchenkoPastur::new(1.0, 1.0)?))
    }

    fn bulk(&self, kind: BulkLaw) -> Result<SpectralBulk> {
        let n = self.dimension;
        let rules: Vec<&Rule> = self.rules.iter().collect();
        let mut window = Window { low: f64::NEG_INFINITY, high: f64::INFINITY, zeros: true };
        let mut law = fitted(kind, &rules, window)?;
        for _ in 0..FITS {
            let edges = edge_errors(law, &rules, window)?;
            let next = law.window(margin(law.edge_width(n)?, edges.0.max(edges.1)));
            let again = fitted(kind, &rules, next)?;
            let settled = again == law;
            (law, window) = (again, next);
            if settled {
                break;
            }
        }
        let (lower, upper) = law.edges();
        let (lower_err, upper_err) = edge_errors(law, &rules, window)?;
        let held = |x: f64| f64::from(u8::from(window.holds(x)));
        let inside = rules.iter().map(|rule| rule.integral(held)).sum::<f64>() / rules.len() as f64;
        Ok(SpectralBulk {
            law,
            lower,
            lower_err,
            upper,
            upper_err,
            edge_width: law.edge_width(n)?,
            outside: n as f64 * (1.0 - inside).max(0.0),
            distance: distance(law, &rules, window),
            dimension: n,
        })
    }
}

fn margin(edge_width: f64, edge_err: f64) -> f64 {
    WIDTHS * edge_width + ERRORS * edge_err
}

/// The law of the mean and variance of what lies in the window.
fn fitted(kind: BulkLaw, rules: &[&Rule], window: Window) -> Result<BulkLaw> {
    let sum = |power: i32, center: f64| -> f64 {
        let term = |x: f64| if window.holds(x) { (x - center).powi(power) } else { 0.0 };
        rules.iter().map(|rule| rule.integral(term)).sum()
    };
    let weight = sum(0, 0.0);
    let mean = sum(1, 0.0) / weight;
    let variance = sum(2, mean) / weight;
    if !(variance > 1e-24 * mean * mean) {
        let given = "one whose eigenvalues are all alike";
        return Err(Error::argument("density", given, "of a spectrum with a width"));
    }
    kind.of_moments(mean, variance)
}

/// The jackknife's errors of both edges; none of a single rule, that of known eigenvalues.
fn edge_errors(law: BulkLaw, rules: &[&Rule], window: Window) -> Result<(f64, f64)> {
    let count = rules.len();
    if count < 2 {
        return Ok((0.0, 0.0));
    }
    let without = |left_out: usize| {
        let others: Vec<&Rule> = rules
            .iter()
            .enumerate()
            .filter(|(k, _)| *k != left_out)
            .map(|(_, rule)| *rule)
            .collect();
        fitted(law, &others, window).map(|law| law.edges())
    };
    let edges = (0..count).map(without).collect::<Result<Vec<_>>>()?;
    let error = |of: fn(&(f64, f64)) -> f64| {
        let mean = edges.iter().map(of).sum::<f64>() / count as f64;
        let squares: f64 = edges.iter().map(|edge| (of(edge) - mean).powi(2)).sum();
        (squares * (count as f64 - 1.0) / count as f64).sqrt()
    };
    Ok((error(|edge| edge.0), error(|edge| edge.1)))
}

/// The largest distance of the bulk's distribution, averaged over the probes, from the law's.
fn distance(law: BulkLaw, rules: &[&Rule], window: Window) -> f64 {
    let (low, high) = law.edges();
    let curves: Vec<Vec<(f64, f64)>> =
        rules.iter().map(|rule| distribution(rule, window, (low, high))).collect();
    let at = |k: usize| low + (high - low) * k as f64 / (POINTS - 1) as f64;
    let off = |x: f64| {
        let mean = curves.iter().map(|curve| between(curve, x)).sum::<f64>() / curves.len() as f64;
        (mean - law.cdf(x)).abs()
    };
    (0..POINTS).map(at).map(off).fold(0.0, f64::max)
}

/// The fraction of the bulk up to each node of its continuous part, the node half below itself, from edge to edge.
fn distribution(rule: &Rule, window: Window, (low, high): (f64, f64)) -> Vec<(f64, f64)> {
    let inside = || rule.nodes.iter().zip(&rule.weights).filter(|(x, _)| window.holds(**x));
    let whole: f64 = inside().map(|(_, weight)| weight).sum::<f64>().max(f64::MIN_POSITIVE);
    let zeros: f64 = inside().filter(|(x, _)| **x < window.low).map(|(_, weight)| weight).sum();
    let mut below = zeros / whole;
    let first = inside().map(|(x, _)| *x).find(|x| *x >= window.low);
    let mut curve = vec![(first.map_or(low, |first| low.min(first)), below)];
    for (x, weight) in inside().filter(|(x, _)| **x >= window.low) {
        curve.push((*x, below + 0.5 * weight / whole));
        below += weight / whole;
    }
    curve.push((curve[curve.len() - 1].0.max(high), 1.0));
    curve
}

/// A curve's value at x, linear between its points.
fn between(curve: &[(f64, f64)], x: f64) -> f64 {
    let after = curve.partition_point(|point| point.0 < x).clamp(1, curve.len() - 1);
    let ((left, low), (right, high)) = (curve[after - 1], curve[after]);
    let share = if right > left { (x - left) / (right - left) } else { 0.5 };
    low + (high - low) * share.clamp(0.0, 1.0)
}

impl SpectralBulk {
    /// How far beyond an edge an eigenvalue has to lie to be an outlier: 3.3 times the width of fluctuations, which one matrix in a thousand exceeds by chance, and 3 errors
    /// of the edge.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let bulk = Ising::sherrington_kirkpatrick(500, 1)?.operator()?.density().run()?.semicircle()?;
    /// assert!(bulk.margin() > 3.0 * bulk.edge_width && bulk.margin() < 0.5);
    /// # Ok(()) }
    /// ```
    pub fn margin(&self) -> f64 {
        margin(self.edge_width, self.lower_err.max(self.upper_err))
    }

    /// The eigenvalues that lie beyond the edges by more than the [`margin`](Self::margin), as [`Eigenpairs::outliers`] lists them. Zeros of a law with γ > 1 are none.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let glass = Ising::sherrington_kirkpatrick(500, 1)?.operator()?;
    /// let bulk = glass.density().run()?.semicircle()?;
    /// assert_eq!(bulk.outliers(&glass.lanczos(3).run()?)?.height(), 0);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`Eigenpairs::outliers`].
    pub fn outliers(&self, pairs: &Eigenpairs) -> Result<DataFrame> {
        let zeros = matches!(self.law, BulkLaw::MarchenkoPastur(law) if law.ratio > 1.0);
        let lower = if zeros { self.lower.min(0.0) } else { self.lower };
        pairs.outliers(lower, self.upper, self.margin())
    }

    /// One row: `law`, `lower`, `lower_err`, `upper`, `upper_err`, `edge_width`, `outside`, `distance`, `dimension`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let density = SpectralDensity::exact(&Array1::linspace(-1.0, 1.0, 100), 0.1)?;
    /// let frame = density.semicircle()?.frame()?;
    /// // An even distribution is no semicircle.
    /// assert!(frame.values("distance")?[0] > 0.02);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    pub fn frame(&self) -> Result<DataFrame> {
        let name = match self.law {
            BulkLaw::Semicircle(_) => "semicircle",
            BulkLaw::MarchenkoPastur(_) => "marchenko_pastur",
        };
        Ok(df!(
            "law" => [name],
            "lower" => [self.lower],
            "lower_err" => [self.lower_err],
            "upper" => [self.upper],
            "upper_err" => [self.upper_err],
            "edge_width" => [self.edge_width],
            "outside" => [self.outside],
            "distance" => [self.distance],
            "dimension" => [self.dimension as u64],
        )?)
    }
}

impl fmt::Debug for SpectralBulk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lower, upper, outside, distance, .. } = self;
        write!(
            f,
            "SpectralBulk({lower:.6} to {upper:.6}, {outside:.1} eigenvalues outside, {distance:.3} from its law)"
        )
    }
}
