//! Ridge regression of random examples, measured beside the theory of infinitely many.

mod draw;

use super::ridge_solver::check_size;
use crate::error::{Error, Result, require_amount};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::samples::{check_samples, run_samples};
use crate::setters::setters;
use crate::stats::mean_and_error;
use crate::theory::ridge::{
    FeatureMoments, RidgeState, RidgeTheory, optimal_penalty, require_ratio,
};

/// New examples for each learned one, on which random features are tested.
const TESTS: usize = 4;

/// Settings of an experiment on ridge regression with n examples and p = γn inputs; [`run`](Self::run) gives the table.
///
/// Inputs are normal, of covariance 1 or of any [`spectrum`](Self::spectrum), the teacher β normal of mean square |β|² = `signal`, labels β·x plus noise of variance σ² = `noise`. The same decomposition serves all penalties. With
/// [`random_features`](Self::random_features) the student sees ReLU features of the inputs in place of them.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let table = RidgeExperiment::new(100, [0.5, 2.0]).penalties([0.5]).samples(40).run()?;
/// for row in 0..2 {
///     let [measured, error, theory] = ["risk", "risk_err", "risk_theory"].map(|c| table.values(c).map(|v| v[row]));
///     assert!((measured? - theory?).abs() < 4.0 * error?);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct RidgeExperiment {
    n_examples: usize,
    ratios: Vec<f64>,
    penalties: Vec<f64>,
    optimal: bool,
    /// The inputs' eigenvalues, of equal weight, and Σβ_k² in the directions of each.
    eigenvalues: Vec<f64>,
    signals: Vec<f64>,
    noise: f64,
    features_of: Option<f64>,
    samples: usize,
    seed: Seed,
    deadline: Option<f64>,
}

/// One draw at one penalty.
#[derive(Clone, Copy)]
struct Draw {
    risk: f64,
    bias: f64,
    variance: f64,
    training_error: f64,
}

/// The sizes of a sample: p inputs or features, and the d inputs beneath random features.
#[derive(Clone, Copy)]
struct Size {
    p: usize,
    d: Option<usize>,
}

/// What is measured at one ratio: the penalties, the best one last where it is asked for, and the theory of each.
struct Condition {
    size: Size,
    penalties: Vec<f64>,
    theory: Vec<Option<RidgeState>>,
}

/// A column's name, and where it is found in a draw and in the theory.
type Quantity = (&'static str, fn(&Draw) -> f64, fn(&RidgeState) -> f64);

impl RidgeExperiment {
    /// With so many examples, and these ratios γ = p/n; p is rounded, and at least 1.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let table = RidgeExperiment::new(10, [0.001, 0.5, 2.04]).run()?;
    /// assert_eq!(table.values("n_inputs")?, [1.0, 5.0, 20.0]);
    /// # Ok(()) }
    /// ```
    pub fn new(n_examples: usize, ratios: impl IntoIterator<Item = f64>) -> Self {
        Self {
            n_examples,
            ratios: ratios.into_iter().collect(),
            penalties: vec![0.1],
            optimal: false,
            eigenvalues: vec![1.0],
            signals: vec![1.0],
            noise: 0.25,
            features_of: None,
            samples: 20,
            seed: Seed::default(),
            deadline: None,
        }
    }

    setters! { "RidgeExperiment::new(20, [0.5, 2.0])":
        /// The penalties λ; default 0.1. At 0 the shortest of the best weights are taken.
        penalties;
        /// σ², the variance of the noise; default ¼.
        noise;
        /// Draws of examples, teacher and noise for each ratio; default 20.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which rows hold the samples so far and `complete` is false; default none. With many eigenvalues best penalties and theory may take it all: rows and theories that were not reached are missing then.
        deadline;
    }

    /// Whether each ratio is also measured at its own best penalty, γσ²/|β|² for isotropic inputs and that of [`RidgeTheory::optimal`] for others; default no, and not with random features.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let table = RidgeExperiment::new(20, [0.5, 2.0]).penalties([]).optimal(true).run()?;
    /// assert_eq!(table.values("penalty")?, [0.125, 0.5]); // σ² = ¼
    /// # Ok(()) }
    /// ```
    pub fn optimal(&self, optimal: bool) -> Self {
        Self { optimal, ..self.clone() }
    }

    /// |β|² of isotropic inputs, the variance of their labels without noise; default 1. The same as `spectrum(&[1.0], &[signal])`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let runs = RidgeExperiment::new(20, [0.5]);
    /// // Without signal there is no bias.
    /// assert_eq!(runs.signal(0.0).run()?.values("bias")?, [0.0]);
    /// # Ok(()) }
    /// ```
    pub fn signal(&self, signal: f64) -> Self {
        self.spectrum(&[1.0], &[signal])
    }

    /// The spectrum of the inputs' covariance, written as for [`RidgeTheory::new`]: these eigenvalues h, of equal weight, with Σβ_k² = `signals` in the directions of each; default isotropic inputs.
    ///
    /// The p inputs are shared out to the eigenvalues as evenly as whole numbers allow, and the theory beside a row is that of these shares. Inputs x_j = √h_j z_j have normal z_j: turning them round would change nothing.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// // The same strength of signal, where inputs are strong and where they are weak.
    /// let runs = RidgeExperiment::new(60, [2.0]).penalties([0.1]);
    /// let easy = runs.spectrum(&[4.0, 0.25], &[0.25, 0.0]).run()?;
    /// let hard = runs.spectrum(&[4.0, 0.25], &[0.0, 4.0]).run()?;
    /// assert!(easy.values("risk")?[0] < hard.values("risk")?[0]);
    /// # Ok(()) }
    /// ```
    pub fn spectrum(&self, eigenvalues: &[f64], signals: &[f64]) -> Self {
        Self { eigenvalues: eigenvalues.to_vec(), signals: signals.to_vec(), ..self.clone() }
    }

    /// The student sees p = γn features max(0, w·x/√d) − 1/√(2π) with normal w, of d = `inputs`·n inputs; default the inputs themselves.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let table = RidgeExperiment::new(50, [0.5, 1.0, 4.0]).random_features(0.3).penalties([1e-6]).run()?;
    /// let risk = table.values("risk")?;
    /// assert!(risk[1] > risk[0] && risk[1] > risk[2]);
    /// # Ok(()) }
    /// ```
    pub fn random_features(&self, inputs: f64) -> Self {
        Self { features_of: Some(inputs), ..self.clone() }
    }

    /// Draws and learns. A row for each ratio and penalty: `n_examples`, `n_inputs` (p), `ratio` (p/n), `penalty`, `signal` (|β|²), `n_eigenvalues` (different ones that were given), `noise`; `risk` (the excess of the squared error on new examples over σ²), `bias`,
    /// `variance` (of it, over the noise, for these inputs; missing with random features), `training_error` (mean square), each with `_err` (standard error over samples) and `_theory`
    /// ([`RidgeTheory`], n → ∞; missing where it is infinite), `samples`, `seed`, `complete`.
    ///
    /// At λ = 0 near γ = 1 single samples dominate the mean, and at |n − p| < 2 it has no limit at all.
    ///
    /// # Errors
    /// [`Error::Argument`] without ratios or penalties, for a ratio that is not between 10⁻⁶ and 10⁶, a penalty, signal or noise that is not from 0 to 10¹⁰⁰, both signal and noise 0, fewer than 2 samples or 2
    /// examples, fewer inputs than eigenvalues, another spectrum than that of isotropic inputs with random features; those of [`RidgeTheory::new`]; [`Error::TooLarge`] if n and p are both above 3,000, or np is above 10⁸ (with random features of d inputs 5np + d(p + 5n), with those that it is tested on).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let table = RidgeExperiment::new(60, linspace(0.2, 3.0, 8)).penalties([0.0, 0.3]).samples(10).run()?;
    /// let figure = table.scatter_by("ratio", "risk", "penalty")?.y_log();
    /// # figure.svg()?;
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<DataFrame> {
        let deadline = Deadline::new(self.deadline)?;
        let sizes = self.sizes()?;
        let conditions: Vec<Condition> =
            sizes.into_iter().map(|size| self.condition(size, deadline)).collect::<Result<_>>()?;
        let found = run_samples(conditions.len(), self.samples, deadline, |place, sample| {
            let seed = self.seed.child(place as u64).child(sample as u64);
            self.draw(&conditions[place], seed)
        })?;
        self.table(&conditions, &found)
    }

    fn sizes(&self) -> Result<Vec<Size>> {
        check_samples(self.samples, self.ratios.len())?;
        if self.n_examples < 2 {
            return Err(Error::argument("n_examples", self.n_examples, "at least 2"));
        }
        let empty = [
            ("ratios", self.ratios.is_empty()),
            ("penalties", self.penalties.is_empty() && !self.optimal),
        ];
        if let Some((name, _)) = empty.into_iter().find(|(_, empty)| *empty) {
            return Err(Error::argument(name, "an empty list", "at least one number"));
        }
        RidgeTheory::new(1.0, &self.eigenvalues, &self.signals, self.noise)?;
        let largest = self.eigenvalues.iter().copied().fold(0.0, f64::max);
        if self.eigenvalues.iter().any(|&h| h > 0.0 && (h < 1e-100 || h < 1e-10 * largest)) {
            return Err(Error::argument(
                "spectrum",
                format!("{:?}", self.eigenvalues),
                "0, or at least 1e-100 and 1e-10 of the largest: what is smaller is lost in the rounding of samples",
            ));
        }
        if self.strength() == 0.0 && self.noise == 0.0 {
            return Err(Error::argument("signal, noise", "0, 0", "not 0 both"));
        }
        if self.features_of.is_some() && self.eigenvalues != [1.0] {
            let (given, allowed) = (
                format!("{:?}", self.eigenvalues),
                "that of isotropic inputs, [1.0], with random features",
            );
            return Err(Error::argument("spectrum", given, allowed));
        }
        if self.optimal && self.features_of.is_some() {
            let allowed = "false with random features, whose best penalty has no closed form";
            return Err(Error::argument("optimal", true, allowed));
        }
        for &penalty in &self.penalties {
            require_amount("penalty", penalty)?;
        }
        let n = self.n_examples as f64;
        let count =
            |name, ratio| require_ratio(name, ratio).map(|ratio| (ratio * n).round().max(1.0));
        let size = |&ratio: &f64| {
            let p = count("ratio", ratio)?;
            let d = self.features_of.map(|inputs| count("inputs", inputs)).transpose()?;
            // Of random features those of the tests are there as well, and the inputs and weights of which all are made.
            let all = (TESTS + 1) as f64 * n;
            let numbers = d.map_or(p * n, |d| p * all + d * (p + all));
            let what = match d {
                Some(d) => {
                    format!("Ridge regression with {n} examples and {p} features of {d} inputs")
                }
                None => format!("Ridge regression with {n} examples and {p} inputs"),
            };
            check_size(what, n.min(p), numbers, "Take fewer examples or smaller ratios.")?;
            let (p, d) = (p as usize, d.map(|d| d as usize));
            if p < self.eigenvalues.len() {
                let allowed = format!("at most {p} of them, the inputs at ratio {ratio}");
                return Err(Error::argument("eigenvalues", self.eigenvalues.len(), allowed));
            }
            Ok(Size { p, d })
        };
        self.ratios.iter().map(size).collect()
    }

    /// The penalties and theory of this size. With many eigenvalues they take time too: what the deadline cuts is missing, and no sample is drawn then.
    fn condition(&self, size: Size, deadline: Deadline) -> Result<Condition> {
        let limit = match size.d {
            Some(d) => RidgeTheory::random_features(
                FeatureMoments::relu(),
                size.p as f64 / self.n_examples as f64,
                d as f64 / self.n_examples as f64,
                self.strength(),
                self.noise,
            )?,
            None => self.limit(size.p)?,
        };
        let mut penalties = self.penalties.clone();
        if self.optimal && !deadline.passed() {
            penalties.push(self.best_penalty(size.p, &limit)?);
        }
        let in_time = |&penalty: &f64| {
            if deadline.passed() { None } else { limit.at(penalty).ok() }
        };
        let theory = penalties.iter().map(in_time).collect();
        Ok(Condition { size, penalties, theory })
    }

    /// |β|².
    fn strength(&self) -> f64 {
        self.signals.iter().sum()
    }

    /// How many of p inputs have each eigenvalue: input j has number ⌊j·(number of eigenvalues)/p⌋.
    fn shares(&self, p: usize) -> Vec<usize> {
        let levels = self.eigenvalues.len();
        let first = |level: usize| (level * p).div_ceil(levels);
        (0..levels).map(|level| first(level + 1) - first(level)).collect()
    }

    /// The limit of many inputs that are shared out as these p.
    fn limit(&self, p: usize) -> Result<RidgeTheory> {
        let fractions: Vec<f64> =
            self.shares(p).iter().map(|&share| share as f64 / p as f64).collect();
        let ratio = p as f64 / self.n_examples as f64;
        RidgeTheory::of_levels(ratio, &self.eigenvalues, &fractions, &self.signals, self.noise)
    }

    fn best_penalty(&self, p: usize, limit: &RidgeTheory) -> Result<f64> {
        match self.signals[..] {
            [signal] => optimal_penalty(p as f64 / self.n_examples as f64, signal, self.noise),
            _ => Ok(limit.optimal()?.penalty),
        }
    }

    fn table(&self, conditions: &[Condition], found: &[Vec<Vec<Draw>>]) -> Result<DataFrame> {
        // (condition, place of the penalty) of each row.
        let places = |c: usize| (0..conditions[c].penalties.len()).map(move |k| (c, k));
        let rows: Vec<(usize, usize)> = (0..conditions.len()).flat_map(places).collect();
        let n = self.n_examples;
        let each = |of: &dyn Fn(usize, usize) -> f64| {
            rows.iter().map(|&(c, k)| of(c, k)).collect::<Vec<_>>()
        };
        let mut columns = df!(
            "n_examples" => vec![n as u64; rows.len()],
            "n_inputs" => rows.iter().map(|&(c, _)| conditions[c].size.p as u64).collect::<Vec<_>>(),
            "ratio" => each(&|c, _| conditions[c].size.p as f64 / n as f64),
            "penalty" => each(&|c, k| conditions[c].penalties[k]),
            "signal" => vec![self.strength(); rows.len()],
            "n_eigenvalues" => vec![self.eigenvalues.len() as u64; rows.len()],
            "noise" => vec![self.noise; rows.len()],
        )?;
        let quantities: [Quantity; 4] = [
            ("risk", |d| d.risk, |s| s.risk),
            ("bias", |d| d.bias, |s| s.bias),
            ("variance", |d| d.variance, |s| s.variance),
            ("training_error", |d| d.training_error, |s| s.training_error),
        ];
        for (name, measured, expected) in quantities {
            let known = |value: f64| value.is_finite().then_some(value);
            let pairs: Vec<Option<(f64, f64)>> = rows
                .iter()
                .map(|&(c, k)| {
                    let values: Vec<f64> =
                        found[c].iter().map(|draws| measured(&draws[k])).collect();
                    mean_and_error(&values)
                })
                .collect();
            let of = |part: fn((f64, f64)) -> f64| {
                pairs.iter().map(|pair| pair.map(part).and_then(known)).collect::<Vec<_>>()
            };
            let lines: Vec<Option<f64>> = rows
                .iter()
                .map(|&(c, k)| conditions[c].theory[k].map(|state| expected(&state)))
                .collect();
            columns.with_column(Column::new(name.into(), of(|pair| pair.0)))?;
            columns.with_column(Column::new(format!("{name}_err").into(), of(|pair| pair.1)))?;
            columns.with_column(Column::new(format!("{name}_theory").into(), lines))?;
        }
        let done = df!(
            "samples" => rows.iter().map(|&(c, _)| found[c].len() as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); rows.len()],
            "complete" => rows.iter().map(|&(c, _)| found[c].len() == self.samples).collect::<Vec<_>>(),
        )?;
        Ok(columns.hstack(done.columns())?)
    }
}
