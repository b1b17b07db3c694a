//! Several classes: one weight vector for each.

use crate::data::Images;
use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2, Axis};
use crate::perceptron::examples::{check_inputs, check_size};
use crate::perceptron::rows::{LANES, dot_body};
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::rand::seq::SliceRandom;
use crate::random::Seed;
use crate::setters::setters;
use crate::simd::{Width, widths};
use crate::stats::{Estimate, fraction_error};

/// More classes than this are taken for a mistake in the labels.
const MOST_CLASSES: usize = 10_000;

/// A perceptron of several classes: the class of x is that of the largest w_c·x + b_c.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let images = digits()?;
/// let perceptron = MultiPerceptron::train(&images.take(1_200)).epochs(5).run()?.perceptron;
/// assert!(perceptron.accuracy(&images.skip(1_200))?.mean > 0.85);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MultiPerceptron {
    /// The weights, one class a row.
    pub weights: Array2<f64>,
    /// The biases, one for each class.
    pub biases: Array1<f64>,
}

impl MultiPerceptron {
    /// Settings of a training on images, by their labels 0, 1, 2, …; inputs are the pixels between 0 and 1.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let trained = MultiPerceptron::train(&digits()?.take(100)).run()?;
    /// assert_eq!(trained.perceptron.weights.dim(), (10, 64));
    /// # Ok(()) }
    /// ```
    pub fn train(images: &Images) -> MultiTraining {
        Self::train_on(&images.pixels(), images.labels())
    }

    /// Settings of a training on any inputs, one a row, with classes 0, 1, 2, ….
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let corners = array![[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]];
    /// let trained = MultiPerceptron::train_on(&corners, &array![0, 1, 2]).run()?;
    /// assert_eq!(trained.perceptron.classify(&corners)?, array![0, 1, 2]);
    /// # Ok(()) }
    /// ```
    pub fn train_on(inputs: &Array2<f64>, labels: &Array1<usize>) -> MultiTraining {
        MultiTraining {
            inputs: inputs.clone(),
            labels: labels.clone(),
            epochs: 10,
            averaged: true,
            seed: Seed::default(),
            deadline: None,
        }
    }

    /// The classes of inputs, one input a row; the first of equals.
    ///
    /// # Errors
    /// [`Error::Shape`] if rows and weights differ in length; [`Error::Argument`] for an input that is not a number of at most 10¹⁰⁰.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let images = digits()?.take(50);
    /// let trained = MultiPerceptron::train(&images).epochs(50).averaged(false).run()?;
    /// assert_eq!(trained.perceptron.classify(&images.pixels())?, *images.labels());
    /// # Ok(()) }
    /// ```
    pub fn classify(&self, inputs: &Array2<f64>) -> Result<Array1<usize>> {
        if inputs.ncols() != self.weights.ncols() {
            return Err(Error::Shape {
                what: "An input of this perceptron",
                expected: format!("[{}]", self.weights.ncols()),
                given: format!("[{}]", inputs.ncols()),
            });
        }
        check_inputs(inputs)?;
        let fields = inputs.dot(&self.weights.t()) + &self.biases;
        Ok(fields.map_axis(Axis(1), |row| largest(row.iter().copied())))
    }

    /// The fraction of images whose class is right, with its binomial standard error.
    ///
    /// # Errors
    /// As for [`classify`](Self::classify); [`Error::Argument`] without images.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let images = digits()?;
    /// let trained = MultiPerceptron::train(&images.take(1_000)).run()?;
    /// println!("{}", trained.perceptron.accuracy(&images.skip(1_000))?);
    /// # Ok(()) }
    /// ```
    pub fn accuracy(&self, images: &Images) -> Result<Estimate> {
        let count = images.count();
        if count == 0 {
            return Err(Error::argument("images", "none", "at least one"));
        }
        let classes = self.classify(&images.pixels())?;
        let right = classes.iter().zip(images.labels()).filter(|(a, b)| a == b).count();
        let error = fraction_error(right, count);
        Ok(Estimate::new(right as f64 / count as f64, error, 0.5, None, count))
    }

    /// How often images of each label were given each class: a row for each label, a column for each class.
    ///
    /// # Errors
    /// As for [`classify`](Self::classify); [`Error::Argument`] for a label beyond the classes.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let images = digits()?.take(200);
    /// let table = MultiPerceptron::train(&images).run()?.perceptron.confusion(&images)?;
    /// assert_eq!(table.sum(), 200);
    /// # Ok(()) }
    /// ```
    pub fn confusion(&self, images: &Images) -> Result<Array2<i64>> {
        let count = self.weights.nrows();
        let mut table = Array2::zeros((count, count));
        for (&class, &label) in self.classify(&images.pixels())?.iter().zip(images.labels()) {
            if label >= count {
                let allowed = format!("below {count}, the number of classes");
                return Err(Error::argument("labels", label, allowed));
            }
            table[[label, class]] += 1;
        }
        Ok(table)
    }
}

/// Settings of a training of several classes; [`run`](Self::run) gives the perceptron.
///
/// Where the class ĉ of the largest field is not the right one, c: w_c += x and w_ĉ −= x, and likewise the biases (K. Crammer and Y. Singer, J. Mach. Learn. Res. 3, 951 (2003), with the update of one wrong
/// class); the result is the mean of the weights over all steps (M. Collins, EMNLP 2002).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let trained = MultiPerceptron::train(&digits()?.take(500)).epochs(3).seed(1).run()?;
/// assert_eq!(trained.history.height(), 3);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct MultiTraining {
    inputs: Array2<f64>,
    labels: Array1<usize>,
    epochs: usize,
    averaged: bool,
    seed: Seed,
    deadline: Option<f64>,
}

/// A trained perceptron of several classes.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let trained = MultiPerceptron::train(&digits()?.take(500)).run()?;
/// assert!(trained.complete);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct MultiTrained {
    /// The perceptron.
    pub perceptron: MultiPerceptron,
    /// Columns `epoch` and `mistakes` (those of the pass): a row for each pass.
    pub history: DataFrame,
    /// Whether the last pass made no mistake.
    pub converged: bool,
    /// Whether the deadline left all passes their time.
    pub complete: bool,
}

impl MultiTraining {
    /// Whether to take the mean of the weights over all steps, which generalises better, or the last; default yes.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let images = digits()?.take(100);
    /// let training = MultiPerceptron::train(&images).epochs(2);
    /// assert_ne!(training.averaged(false).run()?.perceptron, training.run()?.perceptron);
    /// # Ok(()) }
    /// ```
    pub fn averaged(&self, averaged: bool) -> Self {
        Self { averaged, ..self.clone() }
    }

    setters! { "MultiPerceptron::train(&digits()?.take(50)).epochs(2)":
        /// The most passes through the examples, each in a new random order; default 10. A pass without mistakes is the last.
        epochs;
        /// The seed of the orders; default 0.
        seed;
        /// A limit in seconds, after which the weights are those found so far and `complete` is false; default none.
        deadline;
    }

    /// Trains.
    ///
    /// # Errors
    /// [`Error::Argument`] without examples, inputs or epochs, for inputs that are not numbers of at most 10¹⁰⁰, and for labels of 10,000 or more; [`Error::Shape`] if there are not
    /// as many labels as inputs.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!(MultiPerceptron::train_on(&array![[1.0]], &array![0, 1]).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<MultiTrained> {
        let classes = self.check()?;
        let deadline = Deadline::new(self.deadline)?;
        let (count, dimension) = self.inputs.dim();
        // Inputs with a last one that is 1, padded to whole registers.
        let stride = (dimension + 1).div_ceil(LANES) * LANES;
        let mut data = vec![0.0; count * stride];
        for (row, inputs) in data.chunks_exact_mut(stride).zip(self.inputs.outer_iter()) {
            for (z, x) in row.iter_mut().zip(inputs.iter().chain([&1.0])) {
                *z = *x;
            }
        }
        let mut state = State {
            stride,
            weights: vec![0.0; classes * stride],
            weighted: vec![0.0; classes * stride],
            step: 0,
        };
        let mut order: Vec<usize> = (0..count).collect();
        let mut generator = self.seed.generator();
        let mut progress = Progress::new("epochs", self.epochs);
        let (mut mistakes, mut converged, mut complete) = (Vec::new(), false, true);
        while mistakes.len() < self.epochs && !converged {
            if deadline.passed() {
                progress.stopped();
                complete = false;
                break;
            }
            order.shuffle(&mut generator);
            let wrong = pass(Width::best(), &data, &self.labels.to_vec(), &order, &mut state);
            mistakes.push(wrong as u64);
            converged = wrong == 0;
            progress.add(1);
        }
        let part = if self.averaged { 1.0 / state.step.max(1) as f64 } else { 0.0 };
        let at = |c: usize, k: usize| {
            state.weights[c * stride + k] - part * state.weighted[c * stride + k]
        };
        let perceptron = MultiPerceptron {
            weights: Array2::from_shape_fn((classes, dimension), |(c, k)| at(c, k)),
            biases: Array1::from_shape_fn(classes, |c| at(c, dimension)),
        };
        let epochs: Vec<u64> = (1..=mistakes.len() as u64).collect();
        let history = df!("epoch" => epochs, "mistakes" => mistakes)?;
        Ok(MultiTrained { perceptron, history, converged, complete })
    }

    /// The number of classes.
    fn check(&self) -> Result<usize> {
        let (count, dimension) = self.inputs.dim();
        if count == 0 || dimension == 0 {
            let given = format!("an array of {count} × {dimension}");
            return Err(Error::argument("inputs", given, "at least one example of one number"));
        }
        if self.labels.len() != count {
            return Err(Error::Shape {
                what: "The labels",
                expected: format!("[{count}], one for each row of the inputs"),
                given: format!("[{}]", self.labels.len()),
            });
        }
        if self.epochs == 0 {
            return Err(Error::argument("epochs", 0, "at least 1"));
        }
        check_inputs(&self.inputs)?;
        let largest = self.labels.iter().copied().max().unwrap_or(0);
        if largest >= MOST_CLASSES {
            let allowed = format!("below {MOST_CLASSES}");
            return Err(Error::argument("labels", largest, allowed));
        }
        check_size(largest + 1, dimension.saturating_add(1))?;
        Ok(largest + 1)
    }
}

struct State {
    stride: usize,
    weights: Vec<f64>,
    /// Σ (step of the change) × change, from which the mean over all steps follows.
    weighted: Vec<f64>,
    step: usize,
}

#[inline(always)]
fn pass_body(data: &[f64], labels: &[usize], order: &[usize], state: &mut State) -> usize {
    let stride = state.stride;
    let mut wrong = 0;
    for &index in order {
        let row = &data[index * stride..(index + 1) * stride];
        let found = largest(state.weights.chunks_exact(stride).map(|w| dot_body(w, row)));
        let right = labels[index];
        if found != right {
            wrong += 1;
            for (class, sign) in [(right, 1.0), (found, -1.0)] {
                let from = class * stride;
                let at = sign * state.step as f64;
                let weights = state.weights[from..from + stride].iter_mut();
                let weighted = state.weighted[from..from + stride].iter_mut();
                for ((w, sum), z) in weights.zip(weighted).zip(row) {
                    *w += sign * z;
                    *sum += at * z;
                }
            }
        }
        state.step += 1;
    }
    wrong
}

widths!(fn pass(data: &[f64], labels: &[usize], order: &[usize], state: &mut State) -> usize = pass_body);

/// The place of the largest value, the first of equals.
#[inline(always)]
fn largest(values: impl Iterator<Item = f64>) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (k, value) in values.enumerate() {
        if value > best.1 {
            best = (k, value);
        }
    }
    best.0
}
