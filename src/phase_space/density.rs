//! Densities at points, from samples.

use std::f64::consts::PI;

use crate::error::{Error, Result};
use crate::information::{ln_unit_ball, squared_distance, squared_distance_to_neighbor};
use crate::ndarray::{Array2, ArrayView1};
use crate::numeric::trigamma::trigamma;
use crate::phase_space::cloud::Cloud;
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::Progress;
use crate::rayon::prelude::*;
use crate::statrs::function::gamma::digamma;

/// The most dimensions in which samples still show a density at points.
const MAX_DIMENSION: usize = 6;

/// The most samples, each compared with each point.
const MAX_SAMPLES: usize = 50_000;

/// Comparisons of points and samples at most: a minute.
const MAX_PAIRS: usize = 2_500_000_000;

/// Points between two looks at the progress.
const BATCH: usize = 256;

/// Steps of the golden section in the search for a bandwidth.
const SEARCH: usize = 24;

/// The density behind samples, at points: by distances to neighbours or by Gaussian kernels.
///
/// Both work in coordinates of unit covariance, so that a cloud may be long in one direction and short in another. In n dimensions the nearest tenth of a cloud reaches
/// as far as 0.1^{1/n} of it; beyond six dimensions that is no longer near, and samples show no density but only moments and entropies.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let truth = GaussianCloud::new(&array![0.0, 0.0], &array![[4.0, 0.0], [0.0, 0.01]])?;
/// let density = PhaseDensity::new(&truth.sample(4_000, 1)?)?;
/// let point = array![[1.0, 0.1]];
/// let found = density.kernel(&point)?;
/// let exact = truth.ln_density(&point)?[0];
/// assert!((found.values("ln_density")?[0] - exact).abs() < 0.2);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct PhaseDensity {
    cloud: Cloud,
    whitened: Array2<f64>,
    bandwidth: f64,
}

/// ln ρ with its error, and what the kernels' width adds to ρ, relative.
struct Found {
    ln_density: f64,
    error: f64,
    bias: f64,
}

impl PhaseDensity {
    /// From samples, a row each; the bandwidth follows Silverman's rule until it is set.
    ///
    /// # Errors
    /// [`Error::TooLarge`] in more than six dimensions or for more than 50,000 samples; [`Error::Argument`] if a number is not finite, or the samples lie in a plane
    /// or are not more than there are dimensions.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let too_many = Array2::from_shape_fn((100, 7), |(i, j)| ((i * 7 + j) as f64).sin());
    /// assert!(PhaseDensity::new(&too_many).is_err());
    /// # Ok(()) }
    /// ```
    pub fn new(samples: &Array2<f64>) -> Result<Self> {
        let (count, dimension) = samples.dim();
        if dimension > MAX_DIMENSION || count > MAX_SAMPLES {
            let near = 0.1_f64.powf(1.0 / dimension as f64);
            return Err(Error::TooLarge {
                what: format!("The density of {count} samples in {dimension} dimensions"),
                needs: format!("neighbourhoods of a tenth of the samples, which span {:.0} % of the cloud in each direction", 100.0 * near),
                limit: format!("{MAX_DIMENSION} dimensions and {MAX_SAMPLES} samples"),
                advice: "Take the entropies of `EnsembleHistory::frame`, or the density of a few directions alone.".to_owned(),
            });
        }
        let cloud = Cloud::of(samples)?;
        let whitened = cloud.whitened(samples)?;
        let bandwidth = silverman(count, dimension);
        Ok(Self { cloud, whitened, bandwidth })
    }

    /// Sets the kernels' width h in units of the cloud's own standard deviation in each direction; default Silverman's (4/((n + 2) N))^{1/(n + 4)}.
    ///
    /// # Errors
    /// If h is not from 10⁻⁶ to 10⁶.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let cloud = GaussianCloud::new(&array![0.0], &array![[1.0]])?.sample(500, 1)?;
    /// assert_eq!(PhaseDensity::new(&cloud)?.with_bandwidth(0.1)?.bandwidth(), 0.1);
    /// # Ok(()) }
    /// ```
    pub fn with_bandwidth(&self, h: f64) -> Result<Self> {
        if !(1e-6..=1e6).contains(&h) {
            return Err(Error::argument("bandwidth", h, "from 1e-6 to 1e6 standard deviations"));
        }
        Ok(Self { bandwidth: h, ..self.clone() })
    }

    /// Sets the width that makes the samples most likely, each under the kernels of all others (leave-one-out; between a tenth and twice Silverman's).
    ///
    /// # Errors
    /// If there are so many samples that the search would take minutes (above 5,000).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Two peaks, for which the rule's width is too large.
    /// let peaks = Array2::from_shape_fn((400, 1), |(i, _)| (i % 2) as f64 * 10.0 + (i as f64).sin());
    /// let density = PhaseDensity::new(&peaks)?;
    /// assert!(density.cross_validated()?.bandwidth() < 0.5 * density.bandwidth());
    /// # Ok(()) }
    /// ```
    pub fn cross_validated(&self) -> Result<Self> {
        let count = self.whitened.nrows();
        self.require_pairs(count.saturating_mul(4 * SEARCH))?;
        let rule = silverman(count, self.dimension()).ln();
        let mut progress = Progress::new("passes", SEARCH + 2);
        let mut misfit = |ln_h: f64| {
            let trial = Self { bandwidth: ln_h.exp(), ..self.clone() };
            let logs: Vec<f64> = (0..count)
                .into_par_iter()
                .map(|i| trial.kernels_at(self.whitened.row(i), Some(i)).ln_density)
                .collect();
            progress.add(1);
            -logs.iter().sum::<f64>()
        };
        let (mut low, mut high) = (rule - 10_f64.ln(), rule + 2_f64.ln());
        let ratio = 0.5 * (5_f64.sqrt() - 1.0);
        let (mut a, mut b) = (high - ratio * (high - low), low + ratio * (high - low));
        let (mut at_a, mut at_b) = (misfit(a), misfit(b));
        for _ in 0..SEARCH {
            if at_a < at_b {
                (high, b, at_b) = (b, a, at_a);
                a = high - ratio * (high - low);
                at_a = misfit(a);
            } else {
                (low, a, at_a) = (a, b, at_b);
                b = low + ratio * (high - low);
                at_b = misfit(b);
            }
        }
        self.with_bandwidth((0.5 * (low + high)).exp())
    }

    /// The kernels' width h, in units of the cloud's standard deviations.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Silverman's rule in two dimensions: N^(−1/6).
    /// let cloud = GaussianCloud::new(&array![0.0, 0.0], &array![[1.0, 0.0], [0.0, 1.0]])?.sample(64, 1)?;
    /// assert!((PhaseDensity::new(&cloud)?.bandwidth() - 0.5).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn bandwidth(&self) -> f64 {
        self.bandwidth
    }

    /// The number of dimensions.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let cloud = GaussianCloud::new(&array![0.0], &array![[1.0]])?.sample(10, 1)?;
    /// assert_eq!(PhaseDensity::new(&cloud)?.dimension(), 1);
    /// # Ok(()) }
    /// ```
    pub fn dimension(&self) -> usize {
        self.whitened.ncols()
    }

    /// The density at points, a row each, from the distance to the k-th of the N samples.
    ///
    /// With the volume V of the ball (an ellipsoid like the cloud) that reaches to it, ln ρ = ψ(k) − ψ(N + 1) − ln V has no bias, and the error √(ψ'(k) − ψ'(N + 1)), where ρ is constant over
    /// the ball; ρ = (k − 1)/(N V) likewise, with relative error √((N−1)(k−1)/(N(k−2)) − 1). Where ρ bends, larger k is further off: compare two.
    ///
    /// Columns: `density`, `density_err` (missing beyond the range of numbers), `ln_density`, `ln_density_err`, `method` ("neighbors"), `neighbors`, `samples`, `dimension`.
    ///
    /// Source: D. O. Loftsgaarden and C. P. Quesenberry, Ann. Math. Stat. 36, 1049 (1965).
    ///
    /// # Errors
    /// If k is below 3 or not below N, the points have another dimension or numbers that are not finite, or k samples stand at a point.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let cloud = GaussianCloud::new(&array![0.0], &array![[1.0]])?.sample(10_000, 1)?;
    /// let found = PhaseDensity::new(&cloud)?.neighbors(&array![[0.0]], 100)?;
    /// let (ln_density, error) = (found.values("ln_density")?[0], found.values("ln_density_err")?[0]);
    /// assert!((ln_density + 0.918_938_5).abs() < 4.0 * error);
    /// # Ok(()) }
    /// ```
    pub fn neighbors(&self, points: &Array2<f64>, k: usize) -> Result<DataFrame> {
        let places = self.places(points)?;
        self.neighbors_of(&places, k, false)
    }

    /// The same at each sample, which itself is left out.
    ///
    /// The mean of −ln ρ is then the entropy of Kozachenko and Leonenko in the cloud's coordinates.
    ///
    /// # Errors
    /// As [`neighbors`](Self::neighbors).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let cloud = GaussianCloud::new(&array![0.0], &array![[1.0]])?.sample(1_000, 1)?;
    /// let logs = PhaseDensity::new(&cloud)?.neighbors_at_samples(4)?.values("ln_density")?;
    /// let entropy = entropy_of_samples(&cloud, 4)?.mean;
    /// assert!((entropy + logs.iter().sum::<f64>() / 1_000.0).abs() < 1e-10);
    /// # Ok(()) }
    /// ```
    pub fn neighbors_at_samples(&self, k: usize) -> Result<DataFrame> {
        self.neighbors_of(&self.whitened, k, true)
    }

    /// The density at points, a row each, as the mean of Gaussian kernels about the samples with h² times the cloud's covariance.
    ///
    /// `density_err` is the kernels' scatter over √N; `density_bias` is what their width adds, estimated as ½ h² tr(C ∇∇ρ) from the same kernels: ρ − `density_bias` is
    /// the fourth-order estimate, whose scatter is larger.
    ///
    /// Columns: `density`, `density_err`, `density_bias` (missing beyond the range of numbers), `ln_density`, `ln_density_err`, `method` ("kernel"), `bandwidth`, `samples`, `dimension`.
    ///
    /// Source: B. W. Silverman, *Density Estimation for Statistics and Data Analysis* (1986), ch. 4.
    ///
    /// # Errors
    /// If the points have another dimension or numbers that are not finite.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let cloud = GaussianCloud::new(&array![0.0], &array![[1.0]])?.sample(10_000, 1)?;
    /// let found = PhaseDensity::new(&cloud)?.kernel(&array![[0.0]])?;
    /// let corrected = found.values("density")?[0] - found.values("density_bias")?[0];
    /// assert!((corrected - 0.398_942_3).abs() < 4.0 * found.values("density_err")?[0]);
    /// # Ok(()) }
    /// ```
    pub fn kernel(&self, points: &Array2<f64>) -> Result<DataFrame> {
        let places = self.places(points)?;
        self.kernel_of(&places, false)
    }

    /// The same at each sample, which itself is left out.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for more than 2.5·10⁹ pairs.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let cloud = GaussianCloud::new(&array![0.0], &array![[1.0]])?.sample(1_000, 1)?;
    /// assert_eq!(PhaseDensity::new(&cloud)?.kernel_at_samples()?.height(), 1_000);
    /// # Ok(()) }
    /// ```
    pub fn kernel_at_samples(&self) -> Result<DataFrame> {
        self.kernel_of(&self.whitened, true)
    }

    fn neighbors_of(&self, places: &Array2<f64>, k: usize, own: bool) -> Result<DataFrame> {
        self.require_pairs(places.nrows())?;
        let others = self.whitened.nrows() - usize::from(own);
        if !(3..others).contains(&k) {
            let allowed = format!("at least 3 and below the number of other samples, {others}");
            return Err(Error::argument("neighbors", k, allowed));
        }
        let (n, count, d) = (others as f64, k as f64, self.dimension() as f64);
        let ln_ball = ln_unit_ball(d) + 0.5 * self.cloud.ln_det;
        let squares = over(places, |i, here| {
            squared_distance_to_neighbor(&self.whitened, here, own.then_some(i), k)
        });
        if let Some(i) = squares.iter().position(|square| !(*square > 0.0 && square.is_finite())) {
            let given = format!("row {i}, on which {k} samples stand or which is beyond reach");
            return Err(Error::argument("points", given, "near the samples, which must differ"));
        }
        let ln_volumes: Vec<f64> = squares.iter().map(|s| ln_ball + 0.5 * d * s.ln()).collect();
        let logs: Vec<f64> =
            ln_volumes.iter().map(|v| digamma(count) - digamma(n + 1.0) - v).collect();
        let densities: Vec<f64> =
            ln_volumes.iter().map(|v| ((count - 1.0) / n).ln() - v).map(f64::exp).collect();
        let relative = ((n - 1.0) * (count - 1.0) / (n * (count - 2.0)) - 1.0).max(0.0).sqrt();
        let rows = logs.len();
        Ok(df!(
            "density" => numbers(densities.iter().copied()),
            "density_err" => numbers(densities.iter().map(|p| p * relative)),
            "ln_density" => logs,
            "ln_density_err" => vec![(trigamma(count) - trigamma(n + 1.0)).sqrt(); rows],
            "method" => vec!["neighbors"; rows],
            "neighbors" => vec![k as u64; rows],
            "samples" => vec![others as u64; rows],
            "dimension" => vec![self.dimension() as u64; rows],
        )?)
    }

    fn kernel_of(&self, places: &Array2<f64>, own: bool) -> Result<DataFrame> {
        self.require_pairs(places.nrows())?;
        let found = over(places, |i, here| self.kernels_at(here, own.then_some(i)));
        let rows = found.len();
        let density = |f: &Found| f.ln_density.exp();
        let column = |value: &dyn Fn(&Found) -> f64| found.iter().map(value).collect::<Vec<_>>();
        Ok(df!(
            "density" => numbers(column(&density)),
            "density_err" => numbers(column(&|f| density(f) * f.error)),
            "density_bias" => numbers(column(&|f| density(f) * f.bias)),
            "ln_density" => column(&|f| f.ln_density),
            "ln_density_err" => column(&|f| f.error),
            "method" => vec!["kernel"; rows],
            "bandwidth" => vec![self.bandwidth; rows],
            "samples" => vec![(self.whitened.nrows() - usize::from(own)) as u64; rows],
            "dimension" => vec![self.dimension() as u64; rows],
        )?)
    }

    /// The mean of the kernels at a place, relative to the largest of them, since all may be tiny.
    fn kernels_at(&self, here: ArrayView1<'_, f64>, without: Option<usize>) -> Found {
        let scale = -0.5 / (self.bandwidth * self.bandwidth);
        let mut exponents: Vec<f64> = self
            .whitened
            .rows()
            .into_iter()
            .map(|there| scale * squared_distance(here, there))
            .collect();
        if let Some(i) = without {
            exponents.swap_remove(i);
        }
        let (n, d) = (exponents.len() as f64, self.dimension() as f64);
        let largest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut sum, mut squares, mut bend) = (0.0, 0.0, 0.0);
        for exponent in &exponents {
            let kernel = (exponent - largest).exp();
            sum += kernel;
            squares += kernel * kernel;
            bend += 0.5 * kernel * (-2.0 * exponent - d);
        }
        let mean = sum / n;
        let variance = (squares / n - mean * mean).max(0.0) / (n - 1.0).max(1.0);
        let norm = d * (self.bandwidth.ln() + 0.5 * (2.0 * PI).ln()) + 0.5 * self.cloud.ln_det;
        Found {
            ln_density: largest + mean.ln() - norm,
            error: variance.sqrt() / mean,
            bias: bend / sum,
        }
    }

    /// Points in the cloud's coordinates.
    fn places(&self, points: &Array2<f64>) -> Result<Array2<f64>> {
        if points.ncols() != self.dimension() || points.nrows() == 0 {
            return Err(Error::Shape {
                what: "`points`",
                expected: format!("[points, {}], at least one row", self.dimension()),
                given: format!("[{}, {}]", points.nrows(), points.ncols()),
            });
        }
        let places = self.cloud.whitened(points)?;
        match points.iter().chain(&places).find(|x| !(x.abs() < 1e100)) {
            Some(x) => Err(Error::argument("points", x, "finite numbers near the samples")),
            None => Ok(places),
        }
    }

    fn require_pairs(&self, points: usize) -> Result<()> {
        let count = self.whitened.nrows();
        if points.saturating_mul(count) <= MAX_PAIRS {
            return Ok(());
        }
        Err(Error::TooLarge {
            what: "The density".to_owned(),
            needs: format!("{points} times {count} distances"),
            limit: format!("{MAX_PAIRS}"),
            advice: "Take fewer points or samples.".to_owned(),
        })
    }
}

/// Numbers, missing where they are beyond the range: a narrow cloud in several dimensions is denser than 10³⁰⁸.
fn numbers(values: impl IntoIterator<Item = f64>) -> Vec<Option<f64>> {
    values.into_iter().map(|x| x.is_finite().then_some(x)).collect()
}

/// Silverman's rule for a Gaussian of unit covariance.
fn silverman(count: usize, dimension: usize) -> f64 {
    let (n, d) = (count as f64, dimension as f64);
    (4.0 / ((d + 2.0) * n)).powf(1.0 / (d + 4.0))
}

/// One value for each row, in parallel.
fn over<T: Send>(
    places: &Array2<f64>,
    value: impl Fn(usize, ArrayView1<'_, f64>) -> T + Sync,
) -> Vec<T> {
    let count = places.nrows();
    let mut progress = Progress::new("points", count);
    let mut values = Vec::with_capacity(count);
    while values.len() < count {
        let from = values.len();
        let to = count.min(from + BATCH);
        values.par_extend((from..to).into_par_iter().map(|i| value(i, places.row(i))));
        progress.add(to - from);
    }
    values
}
