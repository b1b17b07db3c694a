//! How many random examples a perceptron learns.

use crate::error::{Error, Result, require_positive};
use crate::perceptron::examples::{Examples, check_size};
use crate::perceptron::nearest::{End, Goal, nearest};
use crate::perceptron::rows::Rows;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::samples::{check_samples, run_samples};
use crate::setters::setters;
use crate::stats::{fraction_error, mean_and_error};
use crate::theory::cover;

/// Settings of a capacity experiment: the fraction of random dichotomies of P points in N dimensions that a plane through the origin separates, and their
/// largest stability; [`run`](Self::run) gives the table.
///
/// Each sample is decided with a proof ([`Examples::separation`]). Cover's theorem gives the expected fraction, 2^{1−P} Σ_{k<N} C(P−1, k), for
/// points in general position (T. M. Cover, IEEE Trans. Electron. Comput. 14, 326 (1965)): one half at P = 2N. The largest stability tends to Gardner's κ(α) for
/// N → ∞ (E. Gardner, J. Phys. A 21, 257 (1988)).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let table = PerceptronCapacity::new([10], [1.0, 2.0, 3.0]).samples(200).seed(1).run()?;
/// assert!((table.lookup("load", 2.0, "separable")? - 0.5).abs() < 0.15);
/// assert_eq!(table.lookup("load", 1.0, "separable")?, 1.0);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct PerceptronCapacity {
    sizes: Vec<usize>,
    loads: Vec<f64>,
    samples: usize,
    binary: bool,
    stabilities: bool,
    seed: Seed,
    deadline: Option<f64>,
}

impl PerceptronCapacity {
    /// For these numbers N of inputs and these loads P/N; P is rounded, and at least 1.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let table = PerceptronCapacity::new([5, 10], [1.0, 3.0]).samples(20).run()?;
    /// assert_eq!(table.values("n_inputs")?, [5.0, 5.0, 10.0, 10.0]);
    /// # Ok(()) }
    /// ```
    pub fn new(
        sizes: impl IntoIterator<Item = usize>,
        loads: impl IntoIterator<Item = f64>,
    ) -> Self {
        Self {
            sizes: sizes.into_iter().collect(),
            loads: loads.into_iter().collect(),
            samples: 400,
            binary: false,
            stabilities: false,
            seed: Seed::default(),
            deadline: None,
        }
    }

    setters! { "PerceptronCapacity::new([5], [1.0]).samples(20)":
        /// Dichotomies drawn for each size and load; default 400.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which rows hold the samples so far and `complete` is false; default none.
        deadline;
    }

    /// Whether inputs are ±1 in place of Gaussian; default no. Points of a cube are not always in general position, so that Cover's formula is a bound then.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = PerceptronCapacity::new([10], [2.0]).samples(100);
    /// assert!(settings.binary(true).run()?.values("separable")?[0] < 0.7);
    /// # Ok(()) }
    /// ```
    pub fn binary(&self, binary: bool) -> Self {
        Self { binary, ..self.clone() }
    }

    /// Whether to find the largest stabilities as well, which takes several times longer; default no.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = PerceptronCapacity::new([10], [1.0]).samples(20);
    /// let (with, without) = (settings.stabilities(true).run()?, settings.run()?);
    /// assert!(with.values("stability")?[0] > 0.0);
    /// assert!(without.column("stability").map_or(true, |column| column.null_count() == 1));
    /// # Ok(()) }
    /// ```
    pub fn stabilities(&self, stabilities: bool) -> Self {
        Self { stabilities, ..self.clone() }
    }

    /// Draws and decides. One row for each size and load: `n_inputs` N, `n_patterns` P, `load` P/N, `separable` (the fraction) with `separable_err`
    /// (the standard deviation of the fraction that a uniform prior leaves, which is not 0 at 0 and 1) and `separable_exact` (Cover's; missing for [`binary`](Self::binary) inputs), `stability`
    /// with `stability_err` (mean of the largest stabilities of those that are separable; missing unless asked for, and of fewer than two), `samples`, `seed`, `complete`.
    ///
    /// # Errors
    /// [`Error::Argument`] without sizes or loads, for a size of 0, a load that is not a number above 0, fewer than 2 samples; [`Error::TooLarge`] for more than 2²⁹
    /// numbers in one sample.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let table = PerceptronCapacity::new([5, 10], linspace(1.0, 3.0, 5)).samples(50).run()?;
    /// let figure = table.scatter_by("load", "separable", "n_inputs")?;
    /// # figure.svg()?;
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<DataFrame> {
        let conditions = self.conditions()?;
        let deadline = Deadline::new(self.deadline)?;
        let sample = |condition: usize, sample: usize| {
            let (n, p) = conditions[condition];
            let seed = self.seed.child(condition as u64).child(sample as u64);
            let examples = if self.binary {
                Examples::random_binary(p, n, seed)?
            } else {
                Examples::random(p, n, seed)?
            };
            self.decide(&examples)
        };
        let found = run_samples(conditions.len(), self.samples, deadline, sample)?;
        self.table(&conditions, &found)
    }

    /// The largest stability if it was asked for, else any; none if the examples are not separable.
    fn decide(&self, examples: &Examples) -> Result<Option<f64>> {
        let rows = Rows::new(examples, false);
        let goal = if self.stabilities { Goal::Optimum } else { Goal::Decide };
        let best = nearest(&rows, goal, Deadline::new(None)?);
        match best.end {
            End::Separates => Ok(Some(best.stability * rows.scale)),
            End::Vanishes => Ok(None),
            End::Undecided => {
                let answer = examples.separation_by_programme()?;
                Ok(answer.separable.then_some(answer.stability))
            }
        }
    }

    fn conditions(&self) -> Result<Vec<(usize, usize)>> {
        if self.sizes.is_empty() {
            return Err(Error::argument("sizes", "an empty list", "at least one size"));
        }
        if self.loads.is_empty() {
            return Err(Error::argument("loads", "an empty list", "at least one load"));
        }
        let mut conditions = Vec::new();
        for &size in &self.sizes {
            for &load in &self.loads {
                let count = (require_positive("load", load)? * size as f64).round().max(1.0);
                check_size(count as usize, size)?;
                conditions.push((size, count as usize));
            }
        }
        check_samples(self.samples, conditions.len())?;
        Ok(conditions)
    }

    fn table(
        &self,
        conditions: &[(usize, usize)],
        found: &[Vec<Option<f64>>],
    ) -> Result<DataFrame> {
        // Corners of a cube need not lie in general position, as Cover's count assumes.
        let exact: Vec<Option<f64>> = conditions
            .iter()
            .map(|&(n, p)| (!self.binary).then(|| cover::fraction(p, n)).transpose())
            .collect::<Result<_>>()?;
        let right = |samples: &Vec<Option<f64>>| samples.iter().flatten().count();
        let separable: Vec<Option<f64>> = found
            .iter()
            .map(|s| (!s.is_empty()).then(|| right(s) as f64 / s.len() as f64))
            .collect();
        let separable_err: Vec<Option<f64>> = found
            .iter()
            .map(|s| (!s.is_empty()).then(|| fraction_error(right(s), s.len())))
            .collect();
        let stability = |s: &Vec<Option<f64>>| {
            let values: Vec<f64> = s.iter().flatten().copied().collect();
            self.stabilities.then(|| mean_and_error(&values)).flatten().unzip()
        };
        let (stability, stability_err): (Vec<_>, Vec<_>) = found.iter().map(stability).unzip();
        Ok(df!(
            "n_inputs" => conditions.iter().map(|c| c.0 as u64).collect::<Vec<_>>(),
            "n_patterns" => conditions.iter().map(|c| c.1 as u64).collect::<Vec<_>>(),
            "load" => conditions.iter().map(|c| c.1 as f64 / c.0 as f64).collect::<Vec<_>>(),
            "separable" => separable,
            "separable_err" => separable_err,
            "separable_exact" => exact,
            "stability" => stability,
            "stability_err" => stability_err,
            "samples" => found.iter().map(|s| s.len() as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); conditions.len()],
            "complete" => found.iter().map(|s| s.len() == self.samples).collect::<Vec<_>>(),
        )?)
    }
}
