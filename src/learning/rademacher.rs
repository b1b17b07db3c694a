//! Rademacher complexity: how well a class fits coins, exactly, sampled and bounded.

use super::dichotomies::Dichotomies;
use crate::error::{Error, Result, require_positive};
use crate::ndarray::Array2;
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::numeric::vector::{add_scaled, dot, norm};
use crate::progress::Deadline;
use crate::rand::Rng;
use crate::random::{Generator, Seed};
use crate::rayon::prelude::*;
use crate::samples::{check_samples, run_samples};
use crate::setters::setters;
use crate::stats::{Estimate, mean_and_error};

/// A byte for each assignment of signs.
const MOST_EXACT: usize = 26;
/// Additions of an exact linear complexity: some seconds.
const MOST_ADDITIONS: f64 = 4e9;
/// Signs that change within one block of the exact sum.
const BLOCK: usize = 12;
/// The length of the longest input that can be squared and summed.
const LARGEST: f64 = 1e100;

impl Dichotomies {
    /// The empirical Rademacher complexity R = ⟨max_h (1/m) Σ_i σ_i h(x_i)⟩ over all 2^m signs σ, exactly.
    ///
    /// For each σ the best h is the one that differs from it at the fewest points, k, and contributes 1 − 2k/m; all distances are found together in m passes through the 2^m corners.
    ///
    /// Source: P. Bartlett and S. Mendelson, J. Mach. Learn. Res. 3, 463 (2002), here without their factor 2, as in Mohri et al. (2018), definition 3.1.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for more than 26 points: [`rademacher_sampling`](Self::rademacher_sampling) goes further.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// // One hypothesis fits no noise; h and −h together fit |Σσ|/m of it.
    /// assert_eq!(Dichotomies::new(&array![[1, 1, 1]])?.rademacher()?, 0.0);
    /// assert_eq!(Dichotomies::new(&array![[1, 1, 1], [-1, -1, -1]])?.rademacher()?, 0.5);
    /// # Ok(()) }
    /// ```
    pub fn rademacher(&self) -> Result<f64> {
        let m = self.points();
        if m > MOST_EXACT {
            return Err(too_large(m));
        }
        let mut distances = vec![100_u8; 1 << m];
        for row in self.table().rows() {
            let corner = row.iter().fold(0, |key, &label| key << 1 | usize::from(label > 0));
            distances[corner] = 0;
        }
        for bit in 0..m {
            for pair in distances.chunks_exact_mut(2 << bit) {
                let (low, high) = pair.split_at_mut(1 << bit);
                spread(low, high);
            }
        }
        let total: u64 = distances.iter().map(|&distance| u64::from(distance)).sum();
        Ok(1.0 - 2.0 * total as f64 / (m as f64 * (m as f64).exp2()))
    }

    /// Settings of a sampled complexity; [`run`](ComplexitySampling::run) gives it with its error.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let line = Array2::from_shape_fn((16, 1), |(i, _)| i as f64);
    /// let class = HypothesisClass::Intervals.dichotomies(&line)?;
    /// let sampled = class.rademacher_sampling().samples(2_000).run()?;
    /// assert!((sampled.mean - class.rademacher()?).abs() < 4.0 * sampled.error);
    /// # Ok(()) }
    /// ```
    pub fn rademacher_sampling(&self) -> ComplexitySampling {
        ComplexitySampling::new(Source::Table(self.table().mapv(f64::from)))
    }

    /// Massart's bound of the complexity by the number of dichotomies: [`massart_bound`] of [`count`](Self::count) and [`points`](Self::points).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let class = HypothesisClass::Thresholds.dichotomies(&array![[0.0], [1.0], [2.0]])?;
    /// assert!(class.rademacher()? < class.massart_bound());
    /// # Ok(()) }
    /// ```
    pub fn massart_bound(&self) -> f64 {
        massart(self.count() as f64, self.points())
    }
}

/// √(2 ln|A|/m): no set of |A| labellings of m points has a larger Rademacher complexity.
///
/// Source: P. Massart, Ann. Fac. Sci. Toulouse 9, 245 (2000); Mohri et al. (2018), theorem 3.7 and corollary 3.8.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// # use statmech::prelude::*;
/// assert!((massart_bound(101, 100)? - 0.3038).abs() < 1e-4);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If one of them is 0.
pub fn massart_bound(count: usize, m: usize) -> Result<f64> {
    if count == 0 || m == 0 {
        let name = if count == 0 { "count" } else { "m" };
        return Err(Error::argument(name, 0, "at least 1"));
    }
    Ok(massart(count as f64, m))
}

fn massart(count: f64, m: usize) -> f64 {
    (2.0 * count.ln() / m as f64).sqrt()
}

/// Linear functions x ↦ w·x with |w| ≤ Λ, on m inputs: their complexity is (Λ/m)⟨|Σ σ_i x_i|⟩.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let class = LinearClass::new(&array![[3.0, 4.0]], 2.0)?;
/// assert_eq!((class.rademacher()?, class.bound()), (10.0, 10.0));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LinearClass {
    inputs: Array2<f64>,
    norm: f64,
}

impl LinearClass {
    /// With these inputs, one a row, and this largest norm Λ of the weights.
    ///
    /// # Errors
    /// [`Error::Argument`] without inputs, for one that is not a number of at most 10¹⁰⁰, or if the norm is not a finite number above 0 of at most 10¹⁰⁰.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert!(LinearClass::new(&array![[1.0], [f64::NAN]], 1.0).is_err());
    /// ```
    pub fn new(inputs: &Array2<f64>, norm: f64) -> Result<Self> {
        let (count, dimension) = inputs.dim();
        if count == 0 || dimension == 0 {
            let given = format!("an array of {count} × {dimension}");
            return Err(Error::argument("inputs", given, "at least one input of one number"));
        }
        if let Some(x) = inputs.iter().find(|x| !(x.abs() <= LARGEST)) {
            return Err(Error::argument("inputs", x, "finite numbers of at most 1e100"));
        }
        if require_positive("norm", norm)? > LARGEST {
            return Err(Error::argument("norm", norm, "at most 1e100"));
        }
        Ok(Self { inputs: inputs.as_standard_layout().to_owned(), norm })
    }

    /// The complexity, exactly: the mean over all 2^m signs, one change of sign after the other.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for more than 26 inputs, or if 2^{m−1} times their dimension is above 4·10⁹.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// // Orthogonal inputs: every sum has the length √m, and the bound is attained.
    /// let class = LinearClass::new(&Array2::eye(9), 1.0)?;
    /// assert!((class.rademacher()? - 1.0 / 3.0).abs() < 1e-12 && (class.bound() - 1.0 / 3.0).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn rademacher(&self) -> Result<f64> {
        let (m, dimension) = self.inputs.dim();
        if m > MOST_EXACT || (m as f64 - 1.0).exp2() * dimension as f64 > MOST_ADDITIONS {
            return Err(too_large(m));
        }
        // The first sign stays +1, which a mirror image makes up for.
        let inner = (m - 1).min(BLOCK);
        let blocks: Vec<f64> = (0..1_usize << (m - 1 - inner))
            .into_par_iter()
            .map(|block| self.block(block, inner))
            .collect();
        Ok(self.norm / m as f64 * blocks.iter().sum::<f64>() / (m as f64 - 1.0).exp2())
    }

    /// Σ|Σσx| over the signs of inputs 1 to `inner`, those beyond given by the bits of `block`.
    fn block(&self, block: usize, inner: usize) -> f64 {
        let rows: Vec<&[f64]> =
            self.inputs.rows().into_iter().filter_map(|r| r.to_slice()).collect();
        let mut sum = rows[0].to_vec();
        for (k, row) in rows.iter().enumerate().skip(1) {
            let minus = k > inner && block >> (k - inner - 1) & 1 == 1;
            add_scaled(&mut sum, if minus { -1.0 } else { 1.0 }, row);
        }
        let mut total = norm(&sum);
        for step in 1_usize..1 << inner {
            let place = step.trailing_zeros() as usize;
            let minus = (step ^ (step >> 1)) >> place & 1 == 1;
            add_scaled(&mut sum, if minus { -2.0 } else { 2.0 }, rows[place + 1]);
            total += norm(&sum);
        }
        total
    }

    /// Settings of a sampled complexity; [`run`](ComplexitySampling::run) gives it with its error.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let class = LinearClass::new(&digits()?.take(100).pixels(), 1.0)?;
    /// let sampled = class.rademacher_sampling().run()?;
    /// assert!(sampled.mean < class.bound() && sampled.mean > class.bound() / 2_f64.sqrt());
    /// # Ok(()) }
    /// ```
    pub fn rademacher_sampling(&self) -> ComplexitySampling {
        ComplexitySampling::new(Source::Linear(self.clone()))
    }

    /// Λ√(Σ|x_i|²)/m, which the complexity does not exceed (Jensen), and of which it is at least 1/√2 (S. Szarek, Stud. Math. 58, 197 (1976), and R. Latała and K. Oleszkiewicz,
    /// Stud. Math. 109, 101 (1994)). With inputs no longer than r it is at most rΛ/√m (Mohri et al. (2018), theorem 5.10).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let class = LinearClass::new(&array![[1.0], [1.0], [1.0], [1.0]], 1.0)?;
    /// // ⟨|S|⟩ of four steps is 3/2, and √⟨S²⟩ = 2.
    /// assert_eq!((class.rademacher()?, class.bound()), (0.375, 0.5));
    /// # Ok(()) }
    /// ```
    pub fn bound(&self) -> f64 {
        let squares: f64 = self.inputs.iter().map(|x| x * x).sum();
        self.norm * squares.sqrt() / self.inputs.nrows() as f64
    }
}

#[derive(Clone, Debug)]
enum Source {
    Table(Array2<f64>),
    Linear(LinearClass),
}

impl Source {
    fn points(&self) -> usize {
        match self {
            Self::Table(table) => table.ncols(),
            Self::Linear(class) => class.inputs.nrows(),
        }
    }

    /// The most by which noise of length 1 changes the best fit, or more.
    fn reach(&self) -> f64 {
        match self {
            Self::Table(table) => 1.0 / (table.ncols() as f64).sqrt(),
            Self::Linear(class) => class.bound(),
        }
    }

    /// The best fit to this noise.
    fn fit(&self, noise: &[f64]) -> f64 {
        let m = noise.len() as f64;
        match self {
            Self::Table(table) => {
                let rows = table.rows().into_iter();
                let fits = rows.filter_map(|row| row.to_slice().map(|row| dot(row, noise)));
                fits.fold(f64::NEG_INFINITY, f64::max) / m
            }
            Self::Linear(class) => {
                let mut sum = vec![0.0; class.inputs.ncols()];
                for (row, g) in class.inputs.rows().into_iter().zip(noise) {
                    row.to_slice().iter().for_each(|row| add_scaled(&mut sum, *g, row));
                }
                class.norm * norm(&sum) / m
            }
        }
    }
}

/// Settings of a sampled complexity: the mean of the best fits to random signs; [`run`](Self::run) gives it.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let line = Array2::from_shape_fn((50, 1), |(i, _)| i as f64);
/// let class = HypothesisClass::Thresholds.dichotomies(&line)?;
/// let coins = class.rademacher_sampling().seed(1).run()?;
/// let normal = class.rademacher_sampling().gaussian(true).seed(1).run()?;
/// println!("{coins}, {normal} with Gaussian noise");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct ComplexitySampling {
    source: Source,
    gaussian: bool,
    samples: usize,
    seed: Seed,
    deadline: Option<f64>,
}

impl ComplexitySampling {
    fn new(source: Source) -> Self {
        Self { source, gaussian: false, samples: 1_000, seed: Seed::default(), deadline: None }
    }

    setters! { "LinearClass::new(&array![[1.0], [2.0]], 1.0)?.rademacher_sampling()":
        /// Draws of the noise; default 1,000.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which the estimate is that of the samples so far, and its `n` says how many; default none.
        deadline;
    }

    /// Whether the noise is Gaussian in place of ±1; default no. The Gaussian complexity G is at least √(2/π) times the Rademacher complexity (Bartlett and Mendelson (2002), lemma 4).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let one = LinearClass::new(&array![[1.0]], 1.0)?.rademacher_sampling();
    /// assert_eq!(one.run()?.mean, 1.0);
    /// assert!((one.gaussian(true).run()?.mean - 0.798).abs() < 0.1); // ⟨|g|⟩ = √(2/π)
    /// # Ok(()) }
    /// ```
    pub fn gaussian(&self, gaussian: bool) -> Self {
        Self { gaussian, ..self.clone() }
    }

    /// Draws and averages.
    ///
    /// # Errors
    /// [`Error::Argument`] for fewer than 2 samples, or a deadline that is not a finite number above 0 or leaves fewer than 2.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let all = Dichotomies::new(&array![[1, 1], [1, -1], [-1, 1], [-1, -1]])?;
    /// assert_eq!(all.rademacher_sampling().run()?.mean, 1.0);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<Estimate> {
        check_samples(self.samples, 1)?;
        let deadline = Deadline::new(self.deadline)?;
        let fits = run_samples(1, self.samples, deadline, |_, sample| {
            let mut generator = self.seed.child(sample as u64).generator();
            Ok(self.source.fit(&self.noise(&mut generator)))
        })?
        .concat();
        let (mean, error) = mean_and_error(&fits).ok_or_else(|| {
            let given = self.deadline.unwrap_or(0.0);
            Error::argument("deadline", given, "long enough for two samples")
        })?;
        Ok(Estimate::new(mean, error, 0.5, None, fits.len()))
    }

    /// A limit that the complexity exceeds with a probability of δ at most, over the draws of the noise: their mean + r √(2 ln(1/δ)/K) of K draws, r = 1/√m for labellings of m points and Λ√(Σ|x_i|²)/m for linear functions.
    ///
    /// One sign of the K m changes the mean by 2/(Km) at most, or 2Λ|x_i|/(Km), so that McDiarmid's inequality gives this (C. McDiarmid, in *Surveys in Combinatorics* (1989), 148; Mohri et al. (2018), appendix D). With Gaussian noise r is the Lipschitz constant of the
    /// best fit or more, which gives the same (B. Tsirelson, I. Ibragimov and V. Sudakov, Lect. Notes Math. 550, 20 (1976)). It is never above what is certain without draws: 1 for labellings and signs, [`LinearClass::bound`] for linear functions.
    ///
    /// # Errors
    /// As for [`run`](Self::run); also if δ is not between 0 and 1.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let line = Array2::from_shape_fn((16, 1), |(i, _)| i as f64);
    /// let class = HypothesisClass::Intervals.dichotomies(&line)?;
    /// let sampling = class.rademacher_sampling().samples(200);
    /// assert!(class.rademacher()? < sampling.upper_limit(0.01)?);
    /// # Ok(()) }
    /// ```
    pub fn upper_limit(&self, delta: f64) -> Result<f64> {
        if !(delta > 0.0 && delta < 1.0) {
            return Err(Error::argument("delta", delta, "between 0 and 1"));
        }
        let found = self.run()?;
        let limit = found.mean + self.source.reach() * (-2.0 * delta.ln() / found.n as f64).sqrt();
        Ok(match &self.source {
            Source::Linear(class) => limit.min(class.bound()),
            Source::Table(_) if !self.gaussian => limit.min(1.0),
            Source::Table(_) => limit,
        })
    }

    fn noise(&self, generator: &mut Generator) -> Vec<f64> {
        let draw = |_| {
            if self.gaussian {
                StandardNormal.sample(generator)
            } else if generator.random::<bool>() {
                1.0
            } else {
                -1.0
            }
        };
        (0..self.source.points()).map(draw).collect()
    }
}

/// One pass of the distance transform: neighbours across one bit are one step apart.
fn spread(low: &mut [u8], high: &mut [u8]) {
    for (a, b) in low.iter_mut().zip(high) {
        (*a, *b) = ((*a).min(b.wrapping_add(1)), (*b).min(a.wrapping_add(1)));
    }
}

fn too_large(m: usize) -> Error {
    Error::TooLarge {
        what: "The exact Rademacher complexity".into(),
        needs: format!("all 2^{m} assignments of signs"),
        limit: format!("{MOST_EXACT} points, or {MOST_ADDITIONS:.0e} additions"),
        advice: "Take `rademacher_sampling()`, which gives it with an error.".into(),
    }
}
