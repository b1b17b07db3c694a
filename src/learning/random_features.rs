//! Regression on random features of real images, with fewer features than examples and many more.

use super::features::{normal, relu};
use super::ridge_solver::{Spectrum, check_size, product, view};
use crate::data::Images;
use crate::error::{Error, Result, require_amount};
use crate::ndarray::{Array1, Array2, Axis};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::Deadline;
use crate::rand::Rng;
use crate::random::Seed;
use crate::samples::{check_samples, run_samples};
use crate::setters::setters;
use crate::stats::mean_and_error;

/// Settings of an experiment on double descent: images are classified by ridge regression on N random features max(0, w·x/√d), trained on few images and tested on others; [`run`](Self::run) gives the table.
///
/// Pixels are centred and scaled to mean square 1 over the training images; weights w are normal. Each class is a target, 1 − 1/C where an image is of it and −1/C where not, and the largest output wins. At N near the
/// number of training images the training error vanishes and the test loss peaks; beyond, it falls again (M. Belkin, D. Hsu, S. Ma and S. Mandal, PNAS 116, 15849 (2019)).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let images = digits()?;
/// let table = RandomFeatureRegression::new(&images.take(100), &images.skip(1_200)).features([30, 100, 1_000]).samples(3).run()?;
/// let loss = table.values("test_loss")?;
/// assert!(loss[1] > loss[0] && loss[1] > loss[2]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct RandomFeatureRegression {
    training: Images,
    test: Images,
    features: Vec<usize>,
    penalties: Vec<f64>,
    label_noise: f64,
    samples: usize,
    seed: Seed,
    deadline: Option<f64>,
}

/// Losses and errors of one draw at one penalty: training loss, test loss, training error, test error.
type Draw = [f64; 4];

const QUANTITIES: [&str; 4] = ["training_loss", "test_loss", "training_error", "test_error"];

/// What all draws share.
struct Task {
    training: Array2<f64>,
    test: Array2<f64>,
    classes: usize,
}

impl RandomFeatureRegression {
    /// To learn from the first images and be tested on the second.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let images = digits()?;
    /// let table = RandomFeatureRegression::new(&images.take(30), &images.skip(1_700)).samples(2).run()?;
    /// assert_eq!(table.values("n_features")?, [10.0, 30.0, 100.0, 300.0, 1_000.0]);
    /// # Ok(()) }
    /// ```
    pub fn new(training: &Images, test: &Images) -> Self {
        Self {
            training: training.clone(),
            test: test.clone(),
            features: vec![10, 30, 100, 300, 1_000],
            penalties: vec![0.0],
            label_noise: 0.0,
            samples: 5,
            seed: Seed::default(),
            deadline: None,
        }
    }

    setters! { "RandomFeatureRegression::new(&digits()?.take(30), &digits()?.skip(1_700)).features([10, 50])":
        /// The penalties λ of |y − φw|²/n + λ|w|²; default 0 alone, where the shortest of the best weights are taken.
        penalties;
        /// Draws of features (and of wrong labels) for each number of them; default 5.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which rows hold the samples so far and `complete` is false; default none.
        deadline;
    }

    /// The numbers of features; default 10, 30, 100, 300, 1,000.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let runs = RandomFeatureRegression::new(&digits()?.take(30), &digits()?.skip(1_700)).samples(2);
    /// assert_eq!(runs.features([5, 50]).run()?.values("ratio")?, [5.0 / 30.0, 50.0 / 30.0]);
    /// # Ok(()) }
    /// ```
    pub fn features(&self, features: impl IntoIterator<Item = usize>) -> Self {
        Self { features: features.into_iter().collect(), ..self.clone() }
    }

    /// The fraction of training images that get a random label; default 0. Noise makes the peak higher.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let runs = RandomFeatureRegression::new(&digits()?.take(30), &digits()?.skip(1_700)).samples(2);
    /// // What is remembered of random labels is of no use.
    /// assert!(runs.features([200]).label_noise(1.0).run()?.values("test_error")?[0] > 0.7);
    /// # Ok(()) }
    /// ```
    pub fn label_noise(&self, fraction: f64) -> Self {
        Self { label_noise: fraction, ..self.clone() }
    }

    /// Draws, learns and tests. A row for each number of features and penalty: `n_features` N, `n_examples` n, `ratio` N/n, `penalty`, `label_noise`; `training_loss` and `test_loss` (squared distance of outputs from targets, summed over classes),
    /// `training_error` and `test_error` (fractions of images classified wrongly, in training with respect to the labels learned), each with `_err` (standard error over draws, the images given); `samples`, `seed`, `complete`.
    ///
    /// # Errors
    /// [`Error::Argument`] without features or penalties, for a number of features of 0, a penalty that is not from 0 to 10¹⁰⁰, a fraction that is not from 0 to 1, fewer than 2 samples; [`Error::Shape`] if
    /// the images differ in size; [`Error::TooLarge`] if features and training images are both more than 3,000, or all features more than 10⁸ numbers.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let images = digits()?;
    /// let runs = RandomFeatureRegression::new(&images.take(60), &images.skip(1_500)).features([20, 60, 200]).penalties([0.0, 0.1]);
    /// let figure = runs.samples(2).run()?.line_by("n_features", "test_loss", "penalty")?.x_log().y_log();
    /// # figure.svg()?;
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<DataFrame> {
        let task = self.task()?;
        let deadline = Deadline::new(self.deadline)?;
        let found =
            run_samples(self.features.len(), self.samples, deadline, |condition, sample| {
                let seed = self.seed.child(condition as u64).child(sample as u64);
                self.draw(&task, self.features[condition], seed)
            })?;
        self.table(&found)
    }

    fn task(&self) -> Result<Task> {
        for (name, empty) in
            [("features", self.features.is_empty()), ("penalties", self.penalties.is_empty())]
        {
            if empty {
                return Err(Error::argument(name, "an empty list", "at least one number"));
            }
        }
        check_samples(self.samples, self.features.len())?;
        if !(0.0..=1.0).contains(&self.label_noise) {
            return Err(Error::argument("label_noise", self.label_noise, "from 0 to 1"));
        }
        for &penalty in &self.penalties {
            require_amount("penalty", penalty)?;
        }
        let (n, images) = (self.training.count(), self.training.count() + self.test.count());
        if n == 0 || n == images {
            let given = format!("{n} to learn from and {} to be tested on", images - n);
            return Err(Error::argument("images", given, "at least one of each"));
        }
        if self.training.shape() != self.test.shape() {
            return Err(Error::Shape {
                what: "The test images",
                expected: format!("{:?} pixels", self.training.shape()),
                given: format!("{:?}", self.test.shape()),
            });
        }
        for &count in &self.features {
            if count == 0 {
                return Err(Error::argument("features", 0, "numbers of at least 1"));
            }
            let what = format!("Regression on {count} features of {images} images");
            let (side, numbers) = (n.min(count) as f64, images as f64 * count as f64);
            check_size(what, side, numbers, "Take fewer images or features.")?;
        }
        let pixels = self.training.pixels();
        let mean: Array1<f64> = pixels.mean_axis(Axis(0)).unwrap_or_default();
        let centred = &pixels - &mean;
        let square = centred.iter().map(|x| x * x).sum::<f64>() / centred.len().max(1) as f64;
        let scale = if square > 0.0 { 1.0 / square.sqrt() } else { 1.0 };
        let labels = self.training.labels().iter().chain(self.test.labels());
        Ok(Task {
            training: centred * scale,
            test: (self.test.pixels() - &mean) * scale,
            classes: labels.max().map_or(1, |most| most + 1),
        })
    }

    fn draw(&self, task: &Task, count: usize, seed: Seed) -> Result<Vec<Draw>> {
        let dimension = task.training.ncols();
        let w = normal(
            dimension,
            count,
            1.0 / (dimension as f64).sqrt(),
            &mut seed.child(0).generator(),
        );
        let (x, fresh) = (relu(&task.training, &w, 0.0)?, relu(&task.test, &w, 0.0)?);
        let mut coins = seed.child(1).generator();
        let labels = self.training.labels().mapv(|label| {
            let (wrong, other) = (coins.random::<f64>(), coins.random_range(0..task.classes));
            if wrong < self.label_noise { other } else { label }
        });
        let y = targets(&labels, task.classes);
        let spectrum = Spectrum::new(&x)?;
        let moments = spectrum.targets(&x, &y)?;
        let at = |&penalty: &f64| {
            let weights = spectrum.weights(&x, &moments, penalty)?;
            let (training_loss, training_error) = judged(&x, &weights, &labels)?;
            let (test_loss, test_error) = judged(&fresh, &weights, self.test.labels())?;
            Ok([training_loss, test_loss, training_error, test_error])
        };
        self.penalties.iter().map(at).collect()
    }

    fn table(&self, found: &[Vec<Vec<Draw>>]) -> Result<DataFrame> {
        let places = |c: usize| (0..self.penalties.len()).map(move |k| (c, k));
        let rows: Vec<(usize, usize)> = (0..self.features.len()).flat_map(places).collect();
        let n = self.training.count();
        let mut frame = df!(
            "n_features" => rows.iter().map(|&(c, _)| self.features[c] as u64).collect::<Vec<_>>(),
            "n_examples" => vec![n as u64; rows.len()],
            "ratio" => rows.iter().map(|&(c, _)| self.features[c] as f64 / n as f64).collect::<Vec<_>>(),
            "penalty" => rows.iter().map(|&(_, k)| self.penalties[k]).collect::<Vec<_>>(),
            "label_noise" => vec![self.label_noise; rows.len()],
        )?;
        for (q, name) in QUANTITIES.into_iter().enumerate() {
            let pair = |&(c, k): &(usize, usize)| {
                mean_and_error(&found[c].iter().map(|draws| draws[k][q]).collect::<Vec<f64>>())
            };
            let (means, errors): (Vec<_>, Vec<_>) =
                rows.iter().map(|row| pair(row).unzip()).unzip();
            frame.with_column(Column::new(name.into(), means))?;
            frame.with_column(Column::new(format!("{name}_err").into(), errors))?;
        }
        let done = df!(
            "samples" => rows.iter().map(|&(c, _)| found[c].len() as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); rows.len()],
            "complete" => rows.iter().map(|&(c, _)| found[c].len() == self.samples).collect::<Vec<_>>(),
        )?;
        Ok(frame.hstack(done.columns())?)
    }
}

/// 1 − 1/C for the class of the label, −1/C for the others.
fn targets(labels: &Array1<usize>, classes: usize) -> Array2<f64> {
    let base = 1.0 / classes as f64;
    Array2::from_shape_fn(
        (labels.len(), classes),
        |(i, c)| if labels[i] == c { 1.0 - base } else { -base },
    )
}

/// The mean squared distance from the targets, and the fraction whose largest output is another class's.
fn judged(x: &Array2<f64>, weights: &faer::Mat<f64>, labels: &Array1<usize>) -> Result<(f64, f64)> {
    let outputs = product(view(x)?, weights.as_ref(), 1.0);
    let classes = weights.ncols();
    let y = targets(labels, classes);
    let (mut loss, mut wrong) = (0.0, 0_usize);
    for (i, &label) in labels.iter().enumerate() {
        loss += (0..classes).map(|c| (outputs[(i, c)] - y[(i, c)]).powi(2)).sum::<f64>();
        let best = (0..classes).max_by(|&a, &b| outputs[(i, a)].total_cmp(&outputs[(i, b)]));
        wrong += usize::from(best != Some(label));
    }
    let count = labels.len() as f64;
    Ok((loss / count, wrong as f64 / count))
}
