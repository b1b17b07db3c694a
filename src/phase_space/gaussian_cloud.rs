//! A Gaussian cloud under the flow of a quadratic loss: everything in closed form.

use crate::error::{Error, Result, require_count, require_finite};
use crate::information::gaussian_entropy;
use crate::ndarray::{Array1, Array2, Axis};
use crate::ndarray_rand::rand_distr::StandardNormal;
use crate::operator::dense::{eigen_symmetric, product};
use crate::phase_space::matrix::{require_symmetric, root, sandwich};
use crate::phase_space::require::require_numbers;
use crate::phase_space::square_norm::SquareNorm;
use crate::rand::Rng;
use crate::random::Seed;

/// A Gaussian density over parameters, which the flow θ' = −∇L of a quadratic loss keeps Gaussian.
///
/// With L(θ) = ½ θᵀAθ − bᵀθ the flow is θ' = b − Aθ: the covariance becomes e^{−At} Σ e^{−At}, the entropy S(t) = S(0) − t tr A, and the velocities are Gaussian
/// as well, with covariance AΣA. Losses and speeds have their own laws. Every number of an [`EnsembleHistory`](crate::phase_space::EnsembleHistory) can be held against these.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let (a, b) = (array![[2.0, 0.0], [0.0, 0.5]], array![0.0, 1.0]);
/// let start = GaussianCloud::new(&array![0.0, 0.0], &array![[1.0, 0.0], [0.0, 1.0]])?;
/// let later = start.flow(&a, &b, 3.0)?;
/// assert!((later.entropy()? - (start.entropy()? - 3.0 * 2.5)).abs() < 1e-12);
/// assert!((later.mean()[1] - 2.0 * (1.0 - (-1.5_f64).exp())).abs() < 1e-12);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct GaussianCloud {
    mean: Array1<f64>,
    covariance: Array2<f64>,
}

impl GaussianCloud {
    /// From a mean, shape (n,), and a covariance, shape (n, n).
    ///
    /// # Errors
    /// If shapes do not fit, a number is not finite, or the covariance is not symmetric with eigenvalues of at least 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!(GaussianCloud::new(&array![0.0], &array![[-1.0]]).is_err());
    /// # Ok(()) }
    /// ```
    pub fn new(mean: &Array1<f64>, covariance: &Array2<f64>) -> Result<Self> {
        let n = mean.len();
        if covariance.dim() != (n, n) {
            return Err(Error::Shape {
                what: "The covariance",
                expected: format!("[{n}, {n}], as the mean has {n} numbers"),
                given: format!("{:?}", covariance.dim()),
            });
        }
        mean.iter().try_for_each(|m| require_finite("mean", *m).map(|_| ()))?;
        require_symmetric("covariance", covariance)?;
        let (variances, _) = eigen_symmetric(covariance)?;
        match variances.first() {
            // NaN of numbers that overflow on the way is refused, too.
            Some(least)
                if !(*least >= -1e-12 * variances[n - 1].abs() && variances[n - 1] >= 0.0) =>
            {
                let given = format!("a matrix with eigenvalue {least}");
                Err(Error::argument("covariance", given, "without negative eigenvalues"))
            }
            _ => Ok(Self { mean: mean.clone(), covariance: covariance.clone() }),
        }
    }

    /// The mean, shape (n,).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(GaussianCloud::new(&array![3.0], &array![[1.0]])?.mean(), array![3.0]);
    /// # Ok(()) }
    /// ```
    pub fn mean(&self) -> &Array1<f64> {
        &self.mean
    }

    /// The covariance Σ, shape (n, n).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(GaussianCloud::new(&array![3.0], &array![[1.0]])?.covariance(), array![[1.0]]);
    /// # Ok(()) }
    /// ```
    pub fn covariance(&self) -> &Array2<f64> {
        &self.covariance
    }

    /// Where the flow θ' = b − Aθ has taken the cloud after a time, which may be negative.
    ///
    /// Along an eigenvector of A with eigenvalue λ the mean m becomes e^{−λt} m + b (1 − e^{−λt})/λ, also for λ ≤ 0.
    ///
    /// # Errors
    /// If A is not symmetric, shapes do not fit, or the cloud leaves the range of numbers.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let start = GaussianCloud::new(&array![1.0], &array![[1.0]])?;
    /// // A saddle's unstable direction spreads.
    /// let later = start.flow(&array![[-1.0]], &array![0.0], 1.0)?;
    /// assert!((later.covariance()[(0, 0)] - 2_f64.exp()).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn flow(&self, a: &Array2<f64>, b: &Array1<f64>, time: f64) -> Result<Self> {
        let (rates, vectors) = self.modes(a, b)?;
        require_finite("time", time)?;
        let decay = rates.mapv(|rate| (-rate * time).exp());
        let gain =
            rates.mapv(|rate| if rate == 0.0 { time } else { -(-rate * time).exp_m1() / rate });
        let modes = vectors.t();
        let mean = vectors.dot(&(&decay * &modes.dot(&self.mean) + &gain * &modes.dot(b)));
        let propagator = product(&(&vectors * &decay), &modes.to_owned())?;
        let covariance = sandwich(&propagator, &self.covariance)?;
        if mean.iter().chain(&covariance).all(|x| x.is_finite()) {
            return Ok(Self { mean, covariance });
        }
        let allowed = "so short that the cloud stays within the range of numbers";
        Err(Error::argument("time", time, allowed))
    }

    /// The velocities b − Aθ of the cloud: mean b − Aμ, covariance AΣA.
    ///
    /// # Errors
    /// If A is not symmetric, shapes do not fit, or a number overflows.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let cloud = GaussianCloud::new(&array![1.0], &array![[1.0]])?;
    /// let velocity = cloud.velocity(&array![[3.0]], &array![0.0])?;
    /// assert_eq!((velocity.mean()[0], velocity.covariance()[(0, 0)]), (-3.0, 9.0));
    /// # Ok(()) }
    /// ```
    pub fn velocity(&self, a: &Array2<f64>, b: &Array1<f64>) -> Result<Self> {
        self.modes(a, b)?;
        let (mean, covariance) = (b - &a.dot(&self.mean), sandwich(a, &self.covariance)?);
        require_range(a, mean.iter().chain(&covariance))?;
        Ok(Self { mean, covariance })
    }

    /// Mean and variance of the loss ½ θᵀAθ − bᵀθ over the cloud: ½ tr AΣ + ½ μᵀAμ − bᵀμ and ½ tr AΣAΣ + gᵀΣg with g = Aμ − b.
    ///
    /// # Errors
    /// If A is not symmetric, shapes do not fit, or a number overflows.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let cloud = GaussianCloud::new(&array![0.0], &array![[1.0]])?;
    /// assert_eq!(cloud.loss(&array![[2.0]], &array![0.0])?, (1.0, 2.0));
    /// # Ok(()) }
    /// ```
    pub fn loss(&self, a: &Array2<f64>, b: &Array1<f64>) -> Result<(f64, f64)> {
        self.modes(a, b)?;
        let spread = product(a, &self.covariance)?;
        let along = a.dot(&self.mean);
        let slope = &along - b;
        let mean = 0.5 * spread.diag().sum() + 0.5 * self.mean.dot(&along) - b.dot(&self.mean);
        let squares = (&spread * &spread.t()).sum();
        let variance = 0.5 * squares + slope.dot(&self.covariance.dot(&slope));
        require_range(a, &[mean, variance])?;
        Ok((mean, variance))
    }

    /// The entropy ½ ln det(2πe Σ), in nats.
    ///
    /// # Errors
    /// If the covariance is singular.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let cloud = GaussianCloud::new(&array![5.0], &array![[4.0]])?;
    /// assert!((cloud.entropy()? - normal_entropy(2.0)?).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn entropy(&self) -> Result<f64> {
        gaussian_entropy(&self.covariance)
    }

    /// ln ρ at points, a row each.
    ///
    /// # Errors
    /// If the points have another dimension or numbers that are not finite, or the covariance is singular, or ln ρ overflows.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let cloud = GaussianCloud::new(&array![0.0], &array![[1.0]])?;
    /// assert!((cloud.ln_density(&array![[1.0]])?[0] + 0.5 + 0.918_938_533_204_672_8).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn ln_density(&self, points: &Array2<f64>) -> Result<Array1<f64>> {
        let n = self.mean.len();
        if points.ncols() != n || points.iter().any(|x| !x.is_finite()) {
            return Err(Error::Shape {
                what: "`points`",
                expected: format!("[points, {n}], of finite numbers"),
                given: format!("[{}, {}]", points.nrows(), points.ncols()),
            });
        }
        // S = n/2 + ½ ln det(2πΣ).
        let norm = self.entropy()? - 0.5 * n as f64;
        let (variances, vectors) = eigen_symmetric(&self.covariance)?;
        let modes = product(&(points - &self.mean), &vectors)?;
        let scaled = modes / &variances.mapv(f64::sqrt);
        let logs = (&scaled * &scaled).sum_axis(Axis(1)).mapv(|square| -0.5 * square - norm);
        match logs.iter().position(|x| !x.is_finite()) {
            Some(row) => Err(Error::argument(
                "points",
                format!("one (row {row}) whose ln ρ overflows"),
                "within 10¹⁵³ standard deviations of the mean",
            )),
            None => Ok(logs),
        }
    }

    /// The probability that |θ| is at most r, and the density of |θ| at r: for the cloud of [velocities](Self::velocity) the law of speeds.
    ///
    /// |θ|² is a weighted sum of squares of Gaussians; Ruben's series of χ² laws has positive terms, and stops when 10⁻¹² is left (H. Ruben, Ann. Math. Stat. 33, 542 (1962)).
    /// For n equal variances and mean 0 it is Maxwell's law in n dimensions.
    ///
    /// # Errors
    /// If r is not a finite number of at least 0, the cloud is a point, or the series takes more than 6,000 terms: variances that differ by a factor above about 200, or a
    /// mean about 30 standard deviations from 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Rayleigh's law 1 − exp(−r²/2).
    /// let cloud = GaussianCloud::new(&array![0.0, 0.0], &array![[1.0, 0.0], [0.0, 1.0]])?;
    /// let (below, density) = cloud.norm_law(1.0)?;
    /// assert!((below - 1.0 + (-0.5_f64).exp()).abs() < 1e-11 && (density - (-0.5_f64).exp()).abs() < 1e-11);
    /// # Ok(()) }
    /// ```
    pub fn norm_law(&self, r: f64) -> Result<(f64, f64)> {
        let (variances, vectors) = eigen_symmetric(&self.covariance)?;
        SquareNorm::new(&variances, &vectors.t().dot(&self.mean))?.norm(r)
    }

    /// Independent points of the cloud, a row each.
    ///
    /// # Errors
    /// If there is not at least one, or there are more numbers than 2 GiB hold.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let cloud = GaussianCloud::new(&array![0.0, 1.0], &array![[1.0, 0.5], [0.5, 1.0]])?;
    /// assert_eq!(cloud.sample(10, 1)?, cloud.sample(10, Seed::new(1))?);
    /// # Ok(()) }
    /// ```
    pub fn sample(&self, count: i64, seed: impl Into<Seed>) -> Result<Array2<f64>> {
        let (count, n) = (require_count("count", count, 1)?, self.mean.len());
        require_numbers("The samples", &[count, n])?;
        let mut generator = seed.into().generator();
        let noise =
            Array2::from_shape_fn((count, n), |_| generator.sample::<f64, _>(StandardNormal));
        Ok(product(&noise, &root(&self.covariance)?.t().to_owned())? + &self.mean)
    }

    /// The eigenvalues and eigenvectors of A, if it and b fit.
    fn modes(&self, a: &Array2<f64>, b: &Array1<f64>) -> Result<(Array1<f64>, Array2<f64>)> {
        let n = self.mean.len();
        if a.dim() != (n, n) || b.len() != n {
            return Err(Error::Shape {
                what: "A and b",
                expected: format!("[{n}, {n}] and [{n}]"),
                given: format!("{:?} and [{}]", a.dim(), b.len()),
            });
        }
        require_symmetric("a", a)?;
        b.iter().try_for_each(|x| require_finite("b", *x).map(|_| ()))?;
        eigen_symmetric(a)
    }
}

/// Refuses what overflowed on the way from A.
fn require_range<'a>(a: &Array2<f64>, values: impl IntoIterator<Item = &'a f64>) -> Result<()> {
    if values.into_iter().all(|x| x.is_finite()) {
        return Ok(());
    }
    let largest = a.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    let given = format!("a matrix whose largest entry is {largest:e}");
    Err(Error::argument("a", given, "so small beside the cloud that products do not overflow"))
}
