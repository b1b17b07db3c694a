//! What bounds promise beside what happens: training and test errors of perceptrons on real data.

use super::bounds::{self, PacBayes, stochastic_errors};
use super::rademacher::LinearClass;
use crate::error::{Error, Result};
use crate::ndarray::{Array2, Axis};
use crate::perceptron::{Examples, LearningRule, Perceptron};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::Deadline;
use crate::rand::seq::SliceRandom;
use crate::random::Seed;
use crate::samples::{check_samples, run_samples};
use crate::setters::setters;
use crate::stats::{bounded_error, fraction_error, mean_and_error};
use crate::theory::cover;

/// Margins ρ that are tried.
const MARGINS: usize = 40;
/// Draws of signs for the Rademacher complexity.
const SIGNS: usize = 1_000;
/// The part of δ that is left to the chance that these draws give too small a complexity.
const SHARE_OF_SIGNS: f64 = 0.1;

/// Settings of a comparison of bounds with the gap between training and test error; [`run`](Self::run) gives the table.
///
/// Inputs get one more coordinate 1 and are scaled to length 1, which changes no linear classifier's verdicts. Perceptrons learn from random subsets of the training examples of each size, and are tested on all
/// test examples.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let images = digits()?;
/// let (training, test) = (images.take(1_200), images.skip(1_200));
/// let gap = GeneralizationGap::new(&Examples::from_images(&training, 3, 8)?, &Examples::from_images(&test, 3, 8)?);
/// let table = gap.sizes([50, 100]).samples(3).run()?;
/// assert!(table.values("gap")?[1] < table.values("vc")?[1]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct GeneralizationGap {
    training: Examples,
    test: Examples,
    rule: LearningRule,
    sizes: Vec<usize>,
    delta: f64,
    bits: u32,
    samples: usize,
    seed: Seed,
    deadline: Option<f64>,
}

/// What came of one training.
struct Trained {
    training_error: f64,
    test_error: f64,
    gap: f64,
    margin_used: f64,
    rounded_training_error: f64,
    hoeffding: f64,
    growth: f64,
    vc: f64,
    rademacher: f64,
    margin: f64,
    gibbs_training_error: f64,
    gibbs_test_error: f64,
    pac_bayes: f64,
    test_set: f64,
    /// The squared errors that the finite test set gives to `test_error` and to `gibbs_test_error`.
    test_variance: f64,
    gibbs_test_variance: f64,
}

/// A column's name, where its value is found, and the squared error that all samples share, as they have the same test set.
type Quantity = (&'static str, fn(&Trained) -> f64, fn(&Trained) -> f64);

const QUANTITIES: [Quantity; 14] = [
    ("training_error", |t| t.training_error, |_| 0.0),
    ("test_error", |t| t.test_error, |t| t.test_variance),
    ("gap", |t| t.gap, |t| t.test_variance),
    ("margin_used", |t| t.margin_used, |_| 0.0),
    ("rounded_training_error", |t| t.rounded_training_error, |_| 0.0),
    ("hoeffding", |t| t.hoeffding, |_| 0.0),
    ("growth", |t| t.growth, |_| 0.0),
    ("vc", |t| t.vc, |_| 0.0),
    ("rademacher", |t| t.rademacher, |_| 0.0),
    ("margin", |t| t.margin, |_| 0.0),
    ("gibbs_training_error", |t| t.gibbs_training_error, |_| 0.0),
    ("gibbs_test_error", |t| t.gibbs_test_error, |t| t.gibbs_test_variance),
    ("pac_bayes", |t| t.pac_bayes, |_| 0.0),
    ("test_set", |t| t.test_set, |_| 0.0),
];

impl GeneralizationGap {
    /// With these examples to learn from and to test on.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let (training, test) = (Examples::blobs(40, 5.0, 1)?, Examples::blobs(60, 5.0, 2)?);
    /// let table = GeneralizationGap::new(&training, &test).sizes([30]).samples(2).run()?;
    /// assert_eq!(table.values("n_test")?, [60.0]);
    /// # Ok(()) }
    /// ```
    pub fn new(training: &Examples, test: &Examples) -> Self {
        Self {
            training: training.clone(),
            test: test.clone(),
            rule: LearningRule::MaxStability,
            sizes: vec![20, 50, 100, 200],
            delta: 0.05,
            bits: 4,
            samples: 10,
            seed: Seed::default(),
            deadline: None,
        }
    }

    setters! { "GeneralizationGap::new(&Examples::blobs(40, 5.0, 1)?, &Examples::blobs(40, 5.0, 2)?).sizes([30])":
        /// The numbers of training examples; default 20, 50, 100, 200.
        sizes;
        /// Draws of training examples for each size; default 10.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which rows hold the samples so far and `complete` is false; default none.
        deadline;
    }

    /// How the perceptron learns; default [`LearningRule::MaxStability`], which asks for examples that can be separated.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let gap = GeneralizationGap::new(&Examples::blobs(40, 5.0, 1)?, &Examples::blobs(40, 5.0, 2)?).sizes([30]).samples(2);
    /// assert_eq!(gap.rule(LearningRule::Hebb).run()?.column("rule")?.str()?.get(0), Some("hebb"));
    /// # Ok(()) }
    /// ```
    pub fn rule(&self, rule: LearningRule) -> Self {
        Self { rule, ..self.clone() }
    }

    /// δ, the probability with which each bound may fail; default 0.05.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let gap = GeneralizationGap::new(&Examples::blobs(40, 5.0, 1)?, &Examples::blobs(40, 5.0, 2)?).sizes([30]).samples(2);
    /// let [sure, unsure] = [0.01, 0.2].map(|delta| gap.delta(delta).run()?.values("vc"));
    /// assert!(sure?[0] > unsure?[0]);
    /// # Ok(()) }
    /// ```
    pub fn delta(&self, delta: f64) -> Self {
        Self { delta, ..self.clone() }
    }

    /// Bits of the rounded weights that Hoeffding's bound is about; default 4.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let gap = GeneralizationGap::new(&Examples::blobs(40, 5.0, 1)?, &Examples::blobs(40, 5.0, 2)?).sizes([30]).samples(2);
    /// let [few, many] = [3, 9].map(|bits| gap.bits(bits).run()?.values("hoeffding"));
    /// assert!(few?[0] < many?[0]); // fewer classifiers to choose from
    /// # Ok(()) }
    /// ```
    pub fn bits(&self, bits: u32) -> Self {
        Self { bits, ..self.clone() }
    }

    /// Learns and compares: a row for each size. `n_examples`, `dimension` (with the coordinate 1), `n_test`, `delta`, `rule`; then, each a mean over samples with its standard error `_err`:
    ///
    /// - `training_error`, `test_error` (its error contains that of the finite test set, and is not 0 where no test example is misclassified), `gap`;
    /// - bounds of the test error ([`bounds`]): `hoeffding` of weights rounded to [`bits`](Self::bits), with their `rounded_training_error`; `growth` with Cover's exact count; `vc`; `rademacher`
    ///   ([`bounds::rademacher_margin`] at 0.9 δ, with the complexity of |w| ≤ 1 on these inputs that 1,000 draws of signs do not exceed but for 0.1 δ, [`ComplexitySampling::upper_limit`](super::ComplexitySampling::upper_limit)); `margin`, at the margin `margin_used` of the least bound;
    /// - `pac_bayes`, the bound of the error of a classifier drawn around the learned one, whose errors are `gibbs_training_error` and `gibbs_test_error` (whose error contains that of the finite test set, from the spread over its examples);
    /// - `test_set`, from the test set;
    ///
    /// and `samples`, `seed`, `complete`.
    ///
    /// # Errors
    /// [`Error::Argument`] without sizes, for a size below 8 or above the number of training examples, fewer than 2 samples, δ not between 0 and 1, bits not from 2 to 52, a deadline that is not a finite number above 0;
    /// [`Error::Shape`] if training and test inputs differ in length; those of [`PerceptronTraining::run`](crate::perceptron::PerceptronTraining::run).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let gap = GeneralizationGap::new(&Examples::blobs(300, 6.0, 1)?, &Examples::blobs(300, 6.0, 2)?);
    /// let table = gap.sizes([100, 200]).rule(LearningRule::Hebb).samples(3).run()?;
    /// let figure = table.line("n_examples", "pac_bayes")?.with(table.scatter("n_examples", "test_error")?);
    /// # figure.svg()?;
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<DataFrame> {
        self.check()?;
        let (training, test) = (normalized(&self.training)?, normalized(&self.test)?);
        let deadline = Deadline::new(self.deadline)?;
        let found = run_samples(self.sizes.len(), self.samples, deadline, |condition, sample| {
            let seed = self.seed.child(condition as u64).child(sample as u64);
            self.sample(&training, &test, self.sizes[condition], seed)
        })?;
        self.table(training.dimension(), &found)
    }

    fn check(&self) -> Result<()> {
        if self.sizes.is_empty() {
            return Err(Error::argument("sizes", "an empty list", "at least one size"));
        }
        let most = self.training.count();
        if let Some(size) = self.sizes.iter().find(|size| !(8..=most).contains(*size)) {
            let allowed = format!("numbers from 8 to {most}, the training examples");
            return Err(Error::argument("sizes", size, allowed));
        }
        if self.training.dimension() != self.test.dimension() {
            return Err(Error::Shape {
                what: "The test inputs",
                expected: format!("{} numbers a row", self.training.dimension()),
                given: self.test.dimension().to_string(),
            });
        }
        if !(2..=52).contains(&self.bits) {
            return Err(Error::argument("bits", self.bits, "from 2 to 52"));
        }
        bounds::hoeffding(0.0, 1, 0.0, self.delta)?;
        check_samples(self.samples, self.sizes.len())
    }

    fn sample(
        &self,
        training: &Examples,
        test: &Examples,
        size: usize,
        seed: Seed,
    ) -> Result<Trained> {
        let mut order: Vec<usize> = (0..training.count()).collect();
        order.shuffle(&mut seed.child(0).generator());
        let examples = training.select(&order[..size]);
        let learned = examples.train(self.rule).seed(seed.child(1)).run()?.perceptron;
        let margins = margins_of(&learned, &examples)?;
        let test_margins = margins_of(&learned, test)?;
        let errors = |margins: &[f64]| margins.iter().filter(|m| !(**m > 0.0)).count();
        let fraction = |margins: &[f64]| errors(margins) as f64 / margins.len() as f64;
        let (seen, unseen) = (fraction(&margins), fraction(&test_margins));
        let dimension = training.dimension();
        let (rounded, ln_rounded) = self.rounded(&learned)?;
        let rounded_error = fraction(&margins_of(&rounded, &examples)?);
        let complexity = LinearClass::new(examples.inputs(), 1.0)?;
        let signs = complexity.rademacher_sampling().samples(SIGNS).seed(seed.child(2));
        let complexity = signs.upper_limit(SHARE_OF_SIGNS * self.delta)?;
        let (by_margin, rho) =
            best(&margins, |error, rho| bounds::margin(error, size, 1.0, rho, self.delta))?;
        let (by_rademacher, _) = best(&margins, |error, rho| {
            let delta = (1.0 - SHARE_OF_SIGNS) * self.delta;
            bounds::rademacher_margin(error, size, complexity, rho, delta)
        })?;
        let posterior = PacBayes::of_margins(&margins, self.delta)?;
        let gibbs: Vec<f64> = stochastic_errors(&test_margins, posterior.scale).collect();
        let missed = errors(&test_margins);
        Ok(Trained {
            training_error: seen,
            test_error: unseen,
            gap: unseen - seen,
            margin_used: rho,
            rounded_training_error: rounded_error,
            hoeffding: bounds::hoeffding(rounded_error, size, ln_rounded, self.delta)?,
            growth: bounds::growth(seen, size, cover::ln_count(size, dimension)?, self.delta)?,
            vc: bounds::vc(seen, size, dimension, self.delta)?,
            rademacher: by_rademacher,
            margin: by_margin,
            gibbs_training_error: posterior.training_error,
            gibbs_test_error: gibbs.iter().sum::<f64>() / gibbs.len() as f64,
            pac_bayes: posterior.bound,
            test_set: bounds::test_set(missed, test.count(), self.delta)?,
            test_variance: fraction_error(missed, test.count()).powi(2),
            gibbs_test_variance: bounded_error(gibbs).powi(2),
        })
    }

    /// Weights in whole steps, and the logarithm of how many such there are.
    fn rounded(&self, perceptron: &Perceptron) -> Result<(Perceptron, f64)> {
        let steps = ((1_u64 << (self.bits - 1)) - 1) as f64;
        let largest = perceptron.weights.iter().fold(0.0, |most: f64, w| most.max(w.abs()));
        let unit = if largest > 0.0 { steps / largest } else { 1.0 };
        let weights = perceptron.weights.mapv(|w| (w * unit).round());
        let count = weights.len() as f64;
        Ok((Perceptron::new(weights, 0.0)?, count * (2.0 * steps + 1.0).ln()))
    }

    fn table(&self, dimension: usize, found: &[Vec<Trained>]) -> Result<DataFrame> {
        let height = self.sizes.len();
        let mut frame = df!(
            "n_examples" => self.sizes.iter().map(|&n| n as u64).collect::<Vec<_>>(),
            "dimension" => vec![dimension as u64; height],
            "n_test" => vec![self.test.count() as u64; height],
            "delta" => vec![self.delta; height],
            "rule" => vec![self.rule.name(); height],
        )?;
        for (name, value, shared) in QUANTITIES {
            let pairs: Vec<Option<(f64, f64)>> = found
                .iter()
                .map(|samples| {
                    let values: Vec<f64> = samples.iter().map(value).collect();
                    let (mean, error) = mean_and_error(&values)?;
                    // What they share does not average out.
                    let of_test = samples.iter().map(shared).sum::<f64>() / samples.len() as f64;
                    Some((mean, error.hypot(of_test.sqrt())))
                })
                .collect();
            let (means, errors): (Vec<_>, Vec<_>) = pairs.into_iter().map(Option::unzip).unzip();
            frame.with_column(Column::new(name.into(), means))?;
            frame.with_column(Column::new(format!("{name}_err").into(), errors))?;
        }
        let done = df!(
            "samples" => found.iter().map(|samples| samples.len() as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); height],
            "complete" => found.iter().map(|samples| samples.len() == self.samples).collect::<Vec<_>>(),
        )?;
        Ok(frame.hstack(done.columns())?)
    }
}

/// The least bound over margins ρ among those that examples have, and that ρ.
fn best(margins: &[f64], bound: impl Fn(f64, f64) -> Result<f64>) -> Result<(f64, f64)> {
    let mut sorted: Vec<f64> = margins.iter().copied().filter(|m| *m > 0.0).collect();
    sorted.sort_by(f64::total_cmp);
    let mut found = (f64::INFINITY, f64::NAN);
    let stride = sorted.len().div_ceil(MARGINS).max(1);
    for &rho in sorted.iter().step_by(stride) {
        let rho = rho.min(1.0);
        let below = margins.iter().filter(|m| **m < rho).count();
        let value = bound(below as f64 / margins.len() as f64, rho)?;
        if value < found.0 {
            found = (value, rho);
        }
    }
    // Of a classifier that has nothing right, nothing is promised.
    Ok(if found.1.is_nan() { (1.0, 0.0) } else { found })
}

/// With one more coordinate 1, scaled to length 1.
fn normalized(examples: &Examples) -> Result<Examples> {
    let mut inputs: Array2<f64> = examples.extended().inputs().clone();
    for mut row in inputs.axis_iter_mut(Axis(0)) {
        let length = row.dot(&row).sqrt();
        row /= length;
    }
    Examples::new(inputs, examples.labels().clone())
}

/// y w·x/|w| of inputs of length 1.
fn margins_of(perceptron: &Perceptron, examples: &Examples) -> Result<Vec<f64>> {
    let length = perceptron.weights.dot(&perceptron.weights).sqrt();
    let fields = perceptron.fields(examples.inputs())?;
    let factor = if length > 0.0 { 1.0 / length } else { 0.0 };
    Ok(fields.iter().zip(examples.labels()).map(|(f, &y)| f64::from(y) * f * factor).collect())
}
