//! The linear process with Gaussian noise, in closed form.

use crate::error::{Error, Result, require_positive};
use crate::ndarray::{Array1, Array2};
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::operator::dense::{eigenvalues_symmetric, solve_positive};
use crate::phase_space::GaussianCloud;
use crate::phase_space::matrix::{
    DOUBLINGS, areas, doubled, require_symmetric, root, settled, symmetric,
};
use crate::phase_space::require::require_numbers;
use crate::random::Seed;
use crate::sample::estimate_by_blocks;
use crate::stats::Estimate;

/// The process dx = −A (x − c) dt + √(2D) dW in n dimensions: drift matrix A, diffusion matrix D (symmetric, not negative), centre c = 0 unless [set](Self::around).
///
/// With A = H and D = 0 it is the gradient flow of a quadratic loss, with D = T·1 its Langevin dynamics, and with D = η S/(2B) stochastic gradient descent of rate η with
/// batches of B examples whose gradients have covariance S, in the time η · steps. A Gaussian stays a Gaussian; the stationary one has the covariance C with
/// A C + C Aᵀ = 2 D (C. W. Gardiner, *Handbook of Stochastic Methods*, sections 4.4.6 and 5.3). It is an equilibrium only if A D = D Aᵀ; otherwise probability goes round, and entropy is produced.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let process = OrnsteinUhlenbeck::new(&array![[1.0, 0.0], [0.0, 2.0]], &array![[0.5, 0.0], [0.0, 0.5]])?;
/// assert!((process.stationary()?[(1, 1)] - 0.25).abs() < 1e-14);
/// assert!(process.entropy_production()?.abs() < 1e-12);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct OrnsteinUhlenbeck {
    drift: Array2<f64>,
    diffusion: Array2<f64>,
    center: Array1<f64>,
}

impl OrnsteinUhlenbeck {
    /// The process with drift matrix A and diffusion matrix D, about the origin.
    ///
    /// # Errors
    /// If the matrices are not square, of one size and of finite numbers, or D is not symmetric or has a negative eigenvalue (beyond rounding).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!(OrnsteinUhlenbeck::new(&array![[1.0]], &array![[0.5]]).is_ok());
    /// assert!(OrnsteinUhlenbeck::new(&array![[1.0]], &array![[-0.5]]).is_err());
    /// # Ok(()) }
    /// ```
    pub fn new(drift: &Array2<f64>, diffusion: &Array2<f64>) -> Result<Self> {
        let n = drift.nrows();
        if n == 0 || drift.dim() != (n, n) || diffusion.dim() != (n, n) {
            return Err(Error::Shape {
                what: "`drift` and `diffusion`",
                expected: "n × n both, with n at least 1".to_string(),
                given: format!("{:?} and {:?}", drift.dim(), diffusion.dim()),
            });
        }
        if let Some(x) = drift.iter().find(|x| !x.is_finite()) {
            return Err(Error::argument("drift", format!("an entry of {x}"), "of finite numbers"));
        }
        require_symmetric("diffusion", diffusion)?;
        let values = eigenvalues_symmetric(diffusion)?;
        if !(values[0] >= -1e-9 * values[n - 1].abs()) {
            let given = format!("a matrix with least eigenvalue {}", values[0]);
            return Err(Error::argument("diffusion", given, "one with no negative eigenvalue"));
        }
        Ok(Self { drift: drift.clone(), diffusion: diffusion.clone(), center: Array1::zeros(n) })
    }

    /// The same process about another centre c.
    ///
    /// # Errors
    /// If c has another length or numbers that are not finite.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let process = OrnsteinUhlenbeck::new(&array![[1.0]], &array![[0.0]])?.around(&array![3.0])?;
    /// assert!((process.mean_at(&array![4.0], 1.0)?[0] - 3.0 - (-1_f64).exp()).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn around(&self, center: &Array1<f64>) -> Result<Self> {
        self.require_vector("`center`", center)?;
        Ok(Self { center: center.clone(), ..self.clone() })
    }

    /// The mean after a time: c + e^{−At} (m − c).
    ///
    /// # Errors
    /// If the mean has the wrong length, or the time is not a finite number of at least 0, or so long that numbers overflow.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let process = OrnsteinUhlenbeck::new(&array![[0.0, 1.0], [-1.0, 0.0]], &Array2::zeros((2, 2)))?;
    /// // A quarter of a turn.
    /// let mean = process.mean_at(&array![1.0, 0.0], std::f64::consts::FRAC_PI_2)?;
    /// assert!((mean[1] - 1.0).abs() < 1e-13);
    /// # Ok(()) }
    /// ```
    pub fn mean_at(&self, mean: &Array1<f64>, time: f64) -> Result<Array1<f64>> {
        self.require_vector("`mean`", mean)?;
        let (decay, _) = self.kernel(time)?;
        in_range("mean", decay.dot(&(mean - &self.center)) + &self.center)
    }

    /// The covariance after a time: e^{−At} Σ e^{−Aᵀt} + 2 ∫₀ᵗ e^{−As} D e^{−Aᵀs} ds.
    ///
    /// # Errors
    /// As [`mean_at`](Self::mean_at), of the covariance Σ.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Free diffusion, 2 D t.
    /// let process = OrnsteinUhlenbeck::new(&array![[0.0]], &array![[0.5]])?;
    /// assert!((process.covariance_at(&array![[1.0]], 3.0)?[(0, 0)] - 4.0).abs() < 1e-13);
    /// # Ok(()) }
    /// ```
    pub fn covariance_at(&self, covariance: &Array2<f64>, time: f64) -> Result<Array2<f64>> {
        self.require_matrix(covariance)?;
        let (decay, noise) = self.kernel(time)?;
        in_range("covariance", decay.dot(covariance).dot(&decay.t()) + noise)
    }

    /// A Gaussian cloud after a time, with the density ρ(x, t) that Liouville's or the Fokker–Planck equation gives it.
    ///
    /// # Errors
    /// As [`mean_at`](Self::mean_at) and [`covariance_at`](Self::covariance_at).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let process = OrnsteinUhlenbeck::new(&array![[1.0]], &array![[0.5]])?;
    /// let cloud = GaussianCloud::new(&array![2.0], &array![[0.1]])?;
    /// assert!((process.cloud_at(&cloud, 30.0)?.covariance()[(0, 0)] - 0.5).abs() < 1e-13);
    /// # Ok(()) }
    /// ```
    pub fn cloud_at(&self, cloud: &GaussianCloud, time: f64) -> Result<GaussianCloud> {
        let mean = self.mean_at(cloud.mean(), time)?;
        GaussianCloud::new(&mean, &self.covariance_at(cloud.covariance(), time)?)
    }

    /// The stationary covariance C, from A C + C Aᵀ = 2 D by doubling of time (Smith's method) and one correction.
    ///
    /// # Errors
    /// If an eigenvalue of A has no positive real part, or one that is lost beside the others in rounding: then nothing is stationary.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let process = OrnsteinUhlenbeck::new(&array![[1.0, 0.0], [0.0, 3.0]], &array![[1.0, 0.5], [0.5, 1.0]])?;
    /// // 2 D_ij/(λ_i + λ_j).
    /// assert!((process.stationary()?[(0, 1)] - 0.25).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn stationary(&self) -> Result<Array2<f64>> {
        let first = self.settled(&(2.0 * &self.diffusion))?;
        let left = self.drift.dot(&first);
        let rest = 2.0 * &self.diffusion - &left - left.t();
        in_range("diffusion", first + self.settled(&symmetric(&rest))?)
    }

    /// The rate at which the stationary process produces entropy, tr(Aᵀ D⁻¹ A C) − tr A in nats per unit time: 0 in equilibrium, and only there.
    ///
    /// It is ⟨v·D⁻¹v⟩ of the mean velocity v(x) = (D C⁻¹ − A) x of probability (U. Seifert, Rep. Prog. Phys. 75, 126001 (2012), section 2).
    ///
    /// # Errors
    /// As [`stationary`](Self::stationary), or if D is not positive definite.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // A bowl with a whirl ω at T = 1: 2 ω².
    /// let whirl = OrnsteinUhlenbeck::new(&array![[1.0, -0.5], [0.5, 1.0]], &array![[1.0, 0.0], [0.0, 1.0]])?;
    /// assert!((whirl.entropy_production()? - 0.5).abs() < 1e-13);
    /// # Ok(()) }
    /// ```
    pub fn entropy_production(&self) -> Result<f64> {
        let c = self.stationary()?;
        // The square ⟨v·D⁻¹v⟩ keeps the digits that the difference of traces loses near equilibrium: v = (½(A C − C Aᵀ)) C⁻¹ x, up to its sign.
        let whirl = areas(&self.drift, &c);
        let inverse = positive(&c, "diffusion", &whirl.t().to_owned())?;
        let velocity = positive(&self.diffusion, "diffusion", &whirl)?;
        // tr(D⁻¹ W C⁻¹ Wᵀ).
        let terms: Array1<f64> =
            (0..c.nrows()).map(|i| velocity.row(i).dot(&inverse.column(i))).collect();
        Ok(in_range("drift", terms)?.sum())
    }

    /// The area that the stationary process encloses in each plane (i, j) per unit time, ½⟨x_i ẋ_j − x_j ẋ_i⟩ = ½ (A C − C Aᵀ)_ij: 0 in equilibrium.
    ///
    /// # Errors
    /// As [`stationary`](Self::stationary).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let whirl = OrnsteinUhlenbeck::new(&array![[1.0, -0.5], [0.5, 1.0]], &array![[1.0, 0.0], [0.0, 1.0]])?;
    /// assert!((whirl.areas()?[(0, 1)] + 0.5).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn areas(&self) -> Result<Array2<f64>> {
        in_range("drift", areas(&self.drift, &self.stationary()?))
    }

    /// The turns that the stationary process makes about its centre in each plane (i, j) per unit time: ½ (A C − C Aᵀ)_ij/(2π √(C_ii C_jj − C_ij²)), 0 in equilibrium.
    ///
    /// This is also the current through each ray from the centre: probability moves with the velocity −W C⁻¹ x, W = ½ (A C − C Aᵀ), along the level lines of the density.
    ///
    /// # Errors
    /// As [`stationary`](Self::stationary), or if the process stays within a line of such a plane.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // A whirl turns with the angular velocity ω.
    /// let whirl = OrnsteinUhlenbeck::new(&array![[1.0, 0.5], [-0.5, 1.0]], &array![[1.0, 0.0], [0.0, 1.0]])?;
    /// assert!((whirl.circulation()?[(0, 1)] - 0.5 / std::f64::consts::TAU).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn circulation(&self) -> Result<Array2<f64>> {
        let c = self.stationary()?;
        let areas = areas(&self.drift, &c);
        let mut turns = Array2::zeros(c.dim());
        for ((i, j), turns) in turns.indexed_iter_mut().filter(|((i, j), _)| i != j) {
            let (a, b) = (c[(i, i)].sqrt(), c[(j, j)].sqrt());
            let correlation = c[(i, j)] / a / b;
            // Also NaN, where one of both does not move.
            if !(1.0 - correlation.abs() > 1e-14) {
                let given =
                    format!("one that keeps coordinates {i} and {j} on a line of their plane");
                let allowed = "such that there is noise across that line as well";
                return Err(Error::argument("diffusion", given, allowed));
            }
            let size = a * b * ((1.0 - correlation) * (1.0 + correlation)).sqrt();
            *turns = areas[(i, j)] / (std::f64::consts::TAU * size);
        }
        in_range("diffusion", turns)
    }

    /// How far the process is from detailed balance: ‖A D − D Aᵀ‖/(2 ‖A D‖) in Frobenius norms, between 0 and 1.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sgd = OrnsteinUhlenbeck::new(&array![[1.0, 0.0], [0.0, 3.0]], &array![[1.0, 0.5], [0.5, 1.0]])?;
    /// assert!(sgd.imbalance() > 0.1);
    /// # Ok(()) }
    /// ```
    pub fn imbalance(&self) -> f64 {
        // The scale does not matter, and is taken out lest squares overflow or vanish.
        let unit = |m: &Array2<f64>| {
            let largest = m.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
            if largest > 0.0 { m / largest } else { m.clone() }
        };
        let product = unit(&unit(&self.drift).dot(&unit(&self.diffusion)));
        let size = |m: &Array2<f64>| m.iter().map(|x| x * x).sum::<f64>().sqrt();
        let whole = size(&product);
        if whole == 0.0 { 0.0 } else { 0.5 * size(&(&product - &product.t())) / whole }
    }

    /// The temperature tr(A C)/n = tr D/n that a mode has on average: of a loss ½ xᵀA x the mean is n T/2.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let process = OrnsteinUhlenbeck::new(&array![[1.0, 0.0], [0.0, 3.0]], &array![[0.5, 0.0], [0.0, 0.1]])?;
    /// assert!((process.effective_temperature() - 0.3).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn effective_temperature(&self) -> f64 {
        let n = self.diffusion.nrows() as f64;
        self.diffusion.diag().iter().map(|d| d / n).sum()
    }

    /// A stationary path of `count` points, `interval` apart in time, without error of the step; a point a row.
    ///
    /// # Errors
    /// As [`stationary`](Self::stationary), if the interval is not a finite number above 0, or the path has no point or more than 2²⁸ numbers.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let process = OrnsteinUhlenbeck::new(&array![[1.0]], &array![[2.0]])?;
    /// let path = process.path(10_000, 0.1, 1)?;
    /// let variance = statmech::stats::estimate(&path.column(0).mapv(|x| x * x).to_vec())?;
    /// assert!((variance.mean - 2.0).abs() < 4.0 * variance.error);
    /// # Ok(()) }
    /// ```
    pub fn path(&self, count: usize, interval: f64, seed: impl Into<Seed>) -> Result<Array2<f64>> {
        require_positive("interval", interval)?;
        let n = self.center.len();
        if count == 0 {
            return Err(Error::argument("count", count, "at least 1"));
        }
        require_numbers("The path", &[count, n])?;
        let mut generator = seed.into().generator();
        let mut normal = |root: &Array2<f64>| {
            let draws: Array1<f64> =
                (0..n).map(|_| StandardNormal.sample(&mut generator)).collect();
            root.dot(&draws)
        };
        let (decay, noise) = self.kernel(interval)?;
        let (start, noise) = (root(&self.stationary()?)?, root(&noise)?);
        let mut x = normal(&start);
        let mut path = Array2::zeros((count, n));
        for mut row in path.rows_mut() {
            row.assign(&(&x + &self.center));
            x = decay.dot(&x) + normal(&noise);
        }
        Ok(path)
    }

    /// The entropy production along a stationary path, ⟨F·D⁻¹∘dx⟩ per unit time with the force F = −A (x − c) (Stratonovich), whatever process made the path.
    ///
    /// The symmetric half of D⁻¹A makes a total differential, of which a path has its two ends alone and a stationary mean has nothing: it is left out.
    ///
    /// At finite intervals it is smaller than [`entropy_production`](Self::entropy_production), by a fraction of about A · interval.
    ///
    /// # Errors
    /// If the path has other columns than the process or fewer than 17 points, the interval is not a finite number above 0, or D is not positive definite.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let whirl = OrnsteinUhlenbeck::new(&array![[1.0, -0.5], [0.5, 1.0]], &array![[1.0, 0.0], [0.0, 1.0]])?;
    /// let measured = whirl.dissipation(&whirl.path(100_000, 0.01, 1)?, 0.01)?;
    /// assert!((measured.mean - 0.5).abs() < 4.0 * measured.error);
    /// # Ok(()) }
    /// ```
    pub fn dissipation(&self, path: &Array2<f64>, interval: f64) -> Result<Estimate> {
        require_positive("interval", interval)?;
        let n = self.center.len();
        if path.ncols() != n {
            return Err(Error::Shape {
                what: "`path`",
                expected: format!("points × {n}"),
                given: format!("{} × {}", path.nrows(), path.ncols()),
            });
        }
        let force = positive(&self.diffusion, "diffusion", &self.drift)?;
        let whirl = 0.5 * (&force - &force.t());
        let terms: Vec<f64> = (1..path.nrows())
            .map(|k| {
                let (a, b) = (path.row(k - 1), path.row(k));
                let middle = 0.5 * (&a + &b) - &self.center;
                -whirl.dot(&middle).dot(&(&b - &a)) / interval
            })
            .collect();
        // At short intervals the noise of single steps hides the slow part of the series from all but long blocks.
        estimate_by_blocks(&terms)
    }

    /// e^{−At} and 2 ∫₀ᵗ e^{−As} D e^{−Aᵀs} ds.
    pub(super) fn kernel(&self, time: f64) -> Result<(Array2<f64>, Array2<f64>)> {
        if !(time >= 0.0 && time.is_finite()) {
            return Err(Error::argument("time", time, "a finite number, at least 0"));
        }
        let size = self.norm() * time;
        let doublings = if size > 0.25 { (4.0 * size).log2().ceil() as i32 } else { 0 };
        if doublings > DOUBLINGS as i32 {
            return Err(Error::argument("time", time, "below 10¹⁷ over the largest rate"));
        }
        let short = time * 0.5_f64.powi(doublings);
        let (mut decay, mut noise) = self.short(short, &(2.0 * &self.diffusion));
        for _ in 0..doublings {
            (decay, noise) = doubled(&decay, &noise);
        }
        if decay.iter().chain(&noise).any(|x| !x.is_finite()) {
            return Err(Error::argument("time", time, "so short that growing modes stay finite"));
        }
        Ok((decay, symmetric(&noise)))
    }

    /// The limit of the second of [`kernel`](Self::kernel) with another matrix in place of 2 D.
    fn settled(&self, source: &Array2<f64>) -> Result<Array2<f64>> {
        let size = self.norm();
        let step = if size > 0.0 { 0.25 / size } else { 1.0 };
        let (decay, noise) = self.short(step, source);
        settled(&decay, &noise, None)?.ok_or_else(|| {
            Error::argument(
                "drift",
                "a matrix under which the process does not settle",
                "one whose eigenvalues have positive real parts (of a loss: a minimum, not a saddle or a valley)",
            )
        })
    }

    /// The kernel of a time so short that its power series ends soon: Σ (−At)ᵏ/k!, and Σ t^{k+1}/(k+1)! Lᵏ(source) with L X = −A X − X Aᵀ.
    fn short(&self, time: f64, source: &Array2<f64>) -> (Array2<f64>, Array2<f64>) {
        let mut decay: Array2<f64> = Array2::eye(self.center.len());
        let (mut power, mut term) = (decay.clone(), source * time);
        let mut noise = term.clone();
        for k in 1..=18 {
            power = self.drift.dot(&power) * (-time / f64::from(k));
            decay += &power;
            let left = self.drift.dot(&term);
            term = (&left + &left.t()) * (-time / f64::from(k + 1));
            noise += &term;
        }
        (decay, noise)
    }

    /// ‖A‖ by its largest row.
    fn norm(&self) -> f64 {
        let rows = self.drift.rows();
        rows.into_iter().map(|row| row.iter().map(|x| x.abs()).sum()).fold(0.0, f64::max)
    }

    fn require_vector(&self, what: &'static str, x: &Array1<f64>) -> Result<()> {
        let n = self.center.len();
        if x.len() == n && x.iter().all(|x| x.is_finite()) {
            return Ok(());
        }
        let (expected, given) = (format!("[{n}], of finite numbers"), format!("[{}]", x.len()));
        Err(Error::Shape { what, expected, given })
    }

    fn require_matrix(&self, x: &Array2<f64>) -> Result<()> {
        let n = self.center.len();
        if x.dim() == (n, n) && x.iter().all(|x| x.is_finite()) {
            return Ok(());
        }
        let (expected, given) = (format!("{n} × {n}, of finite numbers"), format!("{:?}", x.dim()));
        Err(Error::Shape { what: "`covariance`", expected, given })
    }
}

fn positive(a: &Array2<f64>, name: &'static str, b: &Array2<f64>) -> Result<Array2<f64>> {
    solve_positive(a, b)?.ok_or_else(|| {
        let given = "a singular one, along whose null directions nothing fluctuates";
        Error::argument(name, given, "positive definite")
    })
}

/// Refuses what overflowed.
fn in_range<D: crate::ndarray::Dimension>(
    name: &'static str,
    values: crate::ndarray::Array<f64, D>,
) -> Result<crate::ndarray::Array<f64, D>> {
    let Some(x) = values.iter().find(|x| !x.is_finite()) else { return Ok(values) };
    let given = format!("one from which a result overflows to {x}");
    Err(Error::argument(name, given, "smaller beside the rest, so that all stay finite numbers"))
}
