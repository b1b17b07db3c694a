//! Ridge regression of random examples, measured beside the theory of infinitely many.

use super::features::{normal, relu};
use super::ridge_solver::{Spectrum, check_size, product, view};
use crate::error::{Error, Result, require_amount};
use crate::ndarray::Array2;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::samples::{check_samples, run_samples};
use crate::setters::setters;
use crate::stats::mean_and_error;
use crate::theory::ridge::{FeatureMoments, RidgeState, RidgeTheory, optimal_penalty};

/// New examples for each learned one, on which random features are tested.
const TESTS: usize = 4;

/// Settings of an experiment on ridge regression with n examples and p = γn inputs; [`run`](Self::run) gives the table.
///
/// Inputs are normal, the teacher β normal of mean square |β|² = `signal`, labels β·x plus noise of variance σ² = `noise`. The same decomposition serves all penalties. With
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
    signal: f64,
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

/// The sizes of a sample: p inputs or features, the d inputs beneath random features, and the best penalty where it is asked for.
#[derive(Clone, Copy)]
struct Size {
    p: usize,
    d: Option<usize>,
    best: Option<f64>,
}

/// A column's name, and where it is found in a draw and in the theory.
type Quantity = (&'static str, fn(&Draw) -> f64, fn(&RidgeState) -> f64);

impl RidgeExperiment {
    /// With so many examples, and these ratios γ = p/n; p is rounded, and at least 1.
    pub fn new(n_examples: usize, ratios: impl IntoIterator<Item = f64>) -> Self {
        Self {
            n_examples,
            ratios: ratios.into_iter().collect(),
            penalties: vec![0.1],
            optimal: false,
            signal: 1.0,
            noise: 0.25,
            features_of: None,
            samples: 20,
            seed: Seed::default(),
            deadline: None,
        }
    }

    setters! { "RidgeExperiment::new(20, [0.5, 2.0])":
        /// Draws of examples, teacher and noise for each ratio; default 20.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which rows hold the samples so far and `complete` is false; default none.
        deadline;
    }

    /// The penalties λ; default 0.1. At 0 the shortest of the best weights are taken.
    pub fn penalties(&self, penalties: impl IntoIterator<Item = f64>) -> Self {
        Self { penalties: penalties.into_iter().collect(), ..self.clone() }
    }

    /// Whether each ratio is also measured at its own best penalty γσ²/|β|²; default no, and not with random features.
    pub fn optimal(&self, optimal: bool) -> Self {
        Self { optimal, ..self.clone() }
    }

    /// |β|², the variance of the labels without noise; default 1.
    pub fn signal(&self, signal: f64) -> Self {
        Self { signal, ..self.clone() }
    }

    /// σ², the variance of the noise; default ¼.
    pub fn noise(&self, noise: f64) -> Self {
        Self { noise, ..self.clone() }
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

    /// Draws and learns. A row for each ratio and penalty: `n_examples`, `n_inputs` (p), `ratio` (p/n), `penalty`, `signal`, `noise`; `risk` (the excess of the squared error on new examples over σ²), `bias`,
    /// `variance` (of it, over the noise, for these inputs; missing with random features), `training_error` (mean square), each with `_err` (standard error over samples) and `_theory`
    /// ([`RidgeTheory`], n → ∞; missing where it is infinite), `samples`, `seed`, `complete`.
    ///
    /// At λ = 0 near γ = 1 single samples dominate the mean, and at |n − p| < 2 it has no limit at all.
    ///
    /// # Errors
    /// [`Error::Argument`] without ratios or penalties, for a ratio that is not between 10⁻⁶ and 10⁶, a penalty, signal or noise that is not from 0 to 10¹⁰⁰, both signal and noise 0, fewer than 2 samples or 2
    /// examples; [`Error::TooLarge`] if n and p are both above 3,000, or np is above 10⁸.
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
        let sizes = self.sizes()?;
        let theory = self.theory(&sizes)?;
        let deadline = Deadline::new(self.deadline)?;
        let found = run_samples(sizes.len(), self.samples, deadline, |condition, sample| {
            let seed = self.seed.child(condition as u64).child(sample as u64);
            self.draw(sizes[condition], seed)
        })?;
        self.table(&sizes, &found, &theory)
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
        if self.signal == 0.0 && self.noise == 0.0 {
            return Err(Error::argument("signal, noise", "0, 0", "not 0 both"));
        }
        if self.optimal && self.features_of.is_some() {
            let allowed = "false with random features, whose best penalty has no closed form";
            return Err(Error::argument("optimal", true, allowed));
        }
        for &penalty in &self.penalties {
            require_amount("penalty", penalty)?;
        }
        let n = self.n_examples as f64;
        let count = |name, ratio: f64| {
            if (1e-6..=1e6).contains(&ratio) {
                Ok((ratio * n).round().max(1.0))
            } else {
                Err(Error::argument(name, ratio, "a number from 1e-6 to 1e6"))
            }
        };
        let size = |&ratio: &f64| {
            let p = count("ratio", ratio)?;
            let d = self.features_of.map(|inputs| count("inputs", inputs)).transpose()?;
            let numbers = (p * n).max(d.map_or(0.0, |d| d * (p + (TESTS + 1) as f64 * n)));
            let what = format!("Ridge regression with {n} examples and {p} inputs");
            check_size(what, n.min(p), numbers, "Take fewer examples or smaller ratios.")?;
            let best = self.optimal.then(|| optimal_penalty(p / n, self.signal, self.noise));
            Ok(Size { p: p as usize, d: d.map(|d| d as usize), best: best.transpose()? })
        };
        self.ratios.iter().map(size).collect()
    }

    /// The penalties of this size.
    fn all_penalties(&self, size: Size) -> Vec<f64> {
        self.penalties.iter().copied().chain(size.best).collect()
    }

    fn theory(&self, sizes: &[Size]) -> Result<Vec<Vec<Option<RidgeState>>>> {
        let n = self.n_examples as f64;
        let states = |&size: &Size| {
            let ratio = size.p as f64 / n;
            let theory = match size.d {
                Some(d) => RidgeTheory::random_features(
                    FeatureMoments::relu(),
                    ratio,
                    d as f64 / n,
                    self.signal,
                    self.noise,
                )?,
                None => RidgeTheory::isotropic(ratio, self.signal, self.noise)?,
            };
            Ok(self
                .all_penalties(size)
                .into_iter()
                .map(|penalty| theory.at(penalty).ok())
                .collect())
        };
        sizes.iter().map(states).collect()
    }

    fn draw(&self, size: Size, seed: Seed) -> Result<Vec<Draw>> {
        let mut generator = seed.generator();
        let n = self.n_examples;
        let columns = size.d.unwrap_or(size.p);
        let beta = normal(columns, 1, (self.signal / columns as f64).sqrt(), &mut generator);
        let inputs = normal(n, columns, 1.0, &mut generator);
        let noise = normal(n, 1, self.noise.sqrt(), &mut generator);
        let clean = product(view(&inputs)?, view(&beta)?, 1.0);
        let y = Array2::from_shape_fn((n, 1), |(i, _)| clean[(i, 0)] + noise[(i, 0)]);
        match size.d {
            None => self.learn(&inputs, &beta, &y, size),
            Some(d) => {
                let w = normal(d, size.p, 1.0 / (d as f64).sqrt(), &mut generator);
                let fresh = normal(TESTS * n, d, 1.0, &mut generator);
                let mean = 1.0 / std::f64::consts::TAU.sqrt();
                let x = relu(&inputs, &w, mean)?;
                let truth = product(view(&fresh)?, view(&beta)?, 1.0);
                self.learn_features(&x, &y, (&relu(&fresh, &w, mean)?, &truth), size)
            }
        }
    }

    /// All errors follow from the components along the right singular vectors.
    fn learn(
        &self,
        x: &Array2<f64>,
        beta: &Array2<f64>,
        y: &Array2<f64>,
        size: Size,
    ) -> Result<Vec<Draw>> {
        let n = x.nrows() as f64;
        let spectrum = Spectrum::new(x)?;
        let (targets, known) = (spectrum.targets(x, y)?, spectrum.components(x, beta)?);
        let length: f64 = beta.iter().map(|b| b * b).sum();
        let seen: f64 = (0..spectrum.values.len()).map(|k| known[(k, 0)].powi(2)).sum();
        let unseen = (length - seen).max(0.0);
        let square = y.iter().map(|y| y * y).sum::<f64>() / n;
        let at = |penalty: f64| {
            let mut draw =
                Draw { risk: unseen, bias: unseen, variance: 0.0, training_error: square };
            for (k, &s) in spectrum.values.iter().enumerate() {
                let (a, t) = (known[(k, 0)], targets[(k, 0)]);
                let b = t / (s + penalty);
                draw.risk += (b - a).powi(2);
                draw.bias += (a * penalty / (s + penalty)).powi(2);
                draw.variance += self.noise / n * s / (s + penalty).powi(2);
                draw.training_error += b * (s * b - 2.0 * t);
            }
            draw.training_error = draw.training_error.max(0.0);
            draw
        };
        Ok(self.all_penalties(size).into_iter().map(at).collect())
    }

    fn learn_features(
        &self,
        x: &Array2<f64>,
        y: &Array2<f64>,
        (fresh, truth): (&Array2<f64>, &faer::Mat<f64>),
        size: Size,
    ) -> Result<Vec<Draw>> {
        let spectrum = Spectrum::new(x)?;
        let targets = spectrum.targets(x, y)?;
        let mean_square =
            |inputs: &Array2<f64>, w: &faer::Mat<f64>, truth: &dyn Fn(usize) -> f64| {
                let guess = product(view(inputs)?, w.as_ref(), 1.0);
                let squares = (0..inputs.nrows()).map(|i| (guess[(i, 0)] - truth(i)).powi(2));
                Ok::<f64, Error>(squares.sum::<f64>() / inputs.nrows() as f64)
            };
        let at = |penalty: f64| {
            let w = spectrum.weights(x, &targets, penalty)?;
            let risk = mean_square(fresh, &w, &|i| truth[(i, 0)])?;
            let training_error = mean_square(x, &w, &|i| y[(i, 0)])?;
            Ok(Draw { risk, bias: f64::NAN, variance: f64::NAN, training_error })
        };
        self.all_penalties(size).into_iter().map(at).collect()
    }

    fn table(
        &self,
        sizes: &[Size],
        found: &[Vec<Vec<Draw>>],
        theory: &[Vec<Option<RidgeState>>],
    ) -> Result<DataFrame> {
        // (condition, place of the penalty) of each row.
        let places = |c: usize| (0..self.all_penalties(sizes[c]).len()).map(move |k| (c, k));
        let rows: Vec<(usize, usize)> = (0..sizes.len()).flat_map(places).collect();
        let n = self.n_examples;
        let each = |of: &dyn Fn(usize, usize) -> f64| {
            rows.iter().map(|&(c, k)| of(c, k)).collect::<Vec<_>>()
        };
        let mut columns = df!(
            "n_examples" => vec![n as u64; rows.len()],
            "n_inputs" => rows.iter().map(|&(c, _)| sizes[c].p as u64).collect::<Vec<_>>(),
            "ratio" => each(&|c, _| sizes[c].p as f64 / n as f64),
            "penalty" => each(&|c, k| self.all_penalties(sizes[c])[k]),
            "signal" => vec![self.signal; rows.len()],
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
            let lines: Vec<Option<f64>> =
                rows.iter().map(|&(c, k)| theory[c][k].map(|state| expected(&state))).collect();
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
