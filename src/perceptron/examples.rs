//! Inputs with labels ±1: what a perceptron learns from.

use crate::data::Images;
use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2, Axis, concatenate};
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::perceptron::model::Perceptron;
use crate::polars::prelude::{Column, DataFrame};
use crate::rand::Rng;
use crate::random::Seed;

/// Inputs larger than this could overflow when squared and summed.
pub(super) const LARGEST: f64 = 1e100;

/// More numbers than this do not fit into the memory of an ordinary machine (4 GB).
const MOST_NUMBERS: usize = 1 << 29;

/// P inputs of N numbers, one a row, each with a label +1 or −1.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let and = Examples::new(array![[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]], array![1, -1, -1, -1])?;
/// assert_eq!((and.count(), and.dimension()), (4, 2));
/// let learned = and.train(LearningRule::Rosenblatt).bias(true).run()?;
/// assert_eq!(learned.errors, 0);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Examples {
    inputs: Array2<f64>,
    labels: Array1<i8>,
}

impl Examples {
    /// Examples from inputs (P × N) and P labels.
    ///
    /// # Errors
    /// [`Error::Argument`] without examples or inputs, for a label other than ±1, and for an input that is not a number of at most 10¹⁰⁰;
    /// [`Error::Shape`] if there are not as many labels as rows.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert!(Examples::new(array![[1.0, 2.0]], array![1]).is_ok());
    /// assert!(Examples::new(array![[1.0, f64::NAN]], array![1]).is_err());
    /// assert!(Examples::new(array![[1.0, 2.0]], array![0]).is_err());
    /// ```
    pub fn new(inputs: Array2<f64>, labels: Array1<i8>) -> Result<Self> {
        let (count, dimension) = inputs.dim();
        if count == 0 || dimension == 0 {
            let given = format!("an array of {count} × {dimension}");
            return Err(Error::argument("inputs", given, "at least one example of one number"));
        }
        if labels.len() != count {
            return Err(Error::Shape {
                what: "The labels",
                expected: format!("[{count}], one for each row of the inputs"),
                given: format!("[{}]", labels.len()),
            });
        }
        if let Some(label) = labels.iter().find(|label| label.unsigned_abs() != 1) {
            return Err(Error::argument("labels", label, "+1 or −1 each"));
        }
        check_inputs(&inputs)?;
        let inputs = if inputs.is_standard_layout() {
            inputs
        } else {
            inputs.as_standard_layout().to_owned()
        };
        Ok(Self { inputs, labels })
    }

    /// A random dichotomy: `count` Gaussian inputs of `dimension` numbers (mean 0, variance 1), each label +1 or −1 with probability ½.
    ///
    /// # Errors
    /// If there is no example or input, or there are more than 2²⁹ numbers.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let few = Examples::random(10, 20, 1)?;
    /// assert!(few.separation()?.separable); // up to N points in general position always are
    /// # Ok(()) }
    /// ```
    pub fn random(count: usize, dimension: usize, seed: impl Into<Seed>) -> Result<Self> {
        let seed = seed.into();
        let inputs = gaussian(count, dimension, seed.child(0))?;
        Self::new(inputs, coins(count, seed.child(1)))
    }

    /// The same with inputs ±1 instead of Gaussian ones.
    ///
    /// # Errors
    /// As for [`random`](Self::random).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!(Examples::random_binary(10, 20, 1)?.inputs().iter().all(|x| x.abs() == 1.0));
    /// # Ok(()) }
    /// ```
    pub fn random_binary(count: usize, dimension: usize, seed: impl Into<Seed>) -> Result<Self> {
        check_size(count, dimension)?;
        let seed = seed.into();
        let signs = coins(count * dimension, seed.child(0)).mapv(f64::from);
        let inputs = Array2::from_shape_fn((count, dimension), |(i, k)| signs[i * dimension + k]);
        Self::new(inputs, coins(count, seed.child(1)))
    }

    /// `count` Gaussian inputs with the labels that a teacher gives them.
    ///
    /// # Errors
    /// As for [`random`](Self::random).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let teacher = Perceptron::random(20, 1)?;
    /// let examples = Examples::from_teacher(&teacher, 100, 2)?;
    /// assert_eq!(teacher.errors(&examples)?, 0);
    /// # Ok(()) }
    /// ```
    pub fn from_teacher(teacher: &Perceptron, count: usize, seed: impl Into<Seed>) -> Result<Self> {
        let inputs = gaussian(count, teacher.weights.len(), seed.into().child(0))?;
        let labels = teacher.classify(&inputs)?;
        Self::new(inputs, labels)
    }

    /// Two round clouds in the plane, `count` points in all: +1 around (d, d)/√8 and −1 around −(d, d)/√8, whose centres lie a distance d apart;
    /// each coordinate has variance 1.
    ///
    /// # Errors
    /// As for [`random`](Self::random), and for a distance that is not finite.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!(Examples::blobs(40, 8.0, 1)?.separation()?.separable);
    /// # Ok(()) }
    /// ```
    pub fn blobs(count: usize, distance: f64, seed: impl Into<Seed>) -> Result<Self> {
        crate::error::require_finite("distance", distance)?;
        let mut inputs = gaussian(count, 2, seed.into().child(0))?;
        let labels: Array1<i8> = (0..count).map(|k| if k % 2 == 0 { 1 } else { -1 }).collect();
        for (mut row, label) in inputs.outer_iter_mut().zip(&labels) {
            row += f64::from(*label) * distance / 8_f64.sqrt();
        }
        Self::new(inputs, labels)
    }

    /// Exclusive or of two inputs ±1: the label is −1 where they agree, +1 where they differ. No perceptron can learn it.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!(!Examples::xor().extended().separation()?.separable);
    /// # Ok(()) }
    /// ```
    pub fn xor() -> Self {
        let corner = |k: usize, bit: usize| if k >> bit & 1 == 1 { 1.0 } else { -1.0 };
        let inputs = Array2::from_shape_fn((4, 2), |(k, bit)| corner(k, bit));
        Self { inputs, labels: [-1, 1, 1, -1].into_iter().collect() }
    }

    /// Images of two labels: those of `plus` get +1, those of `minus` −1; inputs are the pixels between 0 and 1, in the images' order.
    ///
    /// # Errors
    /// If there is no image of either label, or the labels agree.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let threes_and_eights = Examples::from_images(&digits()?, 3, 8)?;
    /// assert_eq!(threes_and_eights.dimension(), 64);
    /// # Ok(()) }
    /// ```
    pub fn from_images(images: &Images, plus: usize, minus: usize) -> Result<Self> {
        if plus == minus {
            return Err(Error::argument("minus", minus, format!("another label than {plus}")));
        }
        for label in [plus, minus] {
            if images.labels().iter().all(|&found| found != label) {
                return Err(Error::argument("labels", label, "among the labels of the images"));
            }
        }
        let places: Vec<usize> =
            (0..images.count()).filter(|&k| [plus, minus].contains(&images.labels()[k])).collect();
        let chosen = images.select(&places)?;
        let labels = chosen.labels().mapv(|label| if label == plus { 1 } else { -1 });
        Self::new(chosen.pixels(), labels)
    }

    /// The inputs, P × N.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(Examples::xor().inputs().dim(), (4, 2));
    /// ```
    pub fn inputs(&self) -> &Array2<f64> {
        &self.inputs
    }

    /// The labels, +1 or −1.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(Examples::xor().labels().sum(), 0); // two of either sign
    /// ```
    pub fn labels(&self) -> &Array1<i8> {
        &self.labels
    }

    /// The number P of examples.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Examples::random(30, 10, 1)?.count(), 30);
    /// # Ok(()) }
    /// ```
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// The number N of inputs.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Examples::random(30, 10, 1)?.dimension(), 10);
    /// # Ok(()) }
    /// ```
    pub fn dimension(&self) -> usize {
        self.inputs.ncols()
    }

    /// The first `count` examples, or all if there are not so many; at least one.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Examples::xor().take(3).count(), 3);
    /// # Ok(()) }
    /// ```
    pub fn take(&self, count: usize) -> Self {
        let rows: Vec<usize> = (0..count.clamp(1, self.count())).collect();
        self.select(&rows)
    }

    /// The examples at these places, of which there is at least one and none beyond the last.
    pub(crate) fn select(&self, places: &[usize]) -> Self {
        Self {
            inputs: self.inputs.select(Axis(0), places),
            labels: self.labels.select(Axis(0), places),
        }
    }

    /// The examples with one more input that is always 1, whose weight is a bias: a plane through the origin of N + 1 dimensions
    /// is any plane in N.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let or = Examples::new(array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], array![-1, 1, 1, 1])?;
    /// assert!(!or.separation()?.separable);
    /// assert!(or.extended().separation()?.separable);
    /// # Ok(()) }
    /// ```
    pub fn extended(&self) -> Self {
        Self { inputs: with_ones(&self.inputs), labels: self.labels.clone() }
    }

    /// The examples as a table: columns `x_1`, `x_2`, … and `label`, for `scatter_by("x_1", "x_2", "label")`.
    ///
    /// # Errors
    /// If there are more than 1,000 inputs.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let figure = Examples::blobs(40, 5.0, 1)?.frame()?.scatter_by("x_1", "x_2", "label")?;
    /// # figure.svg()?;
    /// # Ok(()) }
    /// ```
    pub fn frame(&self) -> Result<DataFrame> {
        if self.dimension() > 1000 {
            return Err(Error::argument("inputs", self.dimension(), "at most 1,000 for a table"));
        }
        let column = |k: usize| {
            let values: Vec<f64> = self.inputs.column(k).to_vec();
            Column::new(format!("x_{}", k + 1).into(), values)
        };
        let mut columns: Vec<Column> = (0..self.dimension()).map(column).collect();
        let labels: Vec<i32> = self.labels.iter().map(|&label| i32::from(label)).collect();
        columns.push(Column::new("label".into(), labels));
        Ok(DataFrame::new_infer_height(columns)?)
    }
}

/// The inputs with one more that is always 1.
pub(crate) fn with_ones(inputs: &Array2<f64>) -> Array2<f64> {
    let ones = Array2::ones((inputs.nrows(), 1));
    // The shapes fit by construction.
    concatenate(Axis(1), &[inputs.view(), ones.view()]).unwrap_or_else(|_| inputs.clone())
}

/// Refuses inputs that are not numbers, or too large to be squared.
pub(super) fn check_inputs(inputs: &Array2<f64>) -> Result<()> {
    match inputs.iter().find(|x| !(x.abs() <= LARGEST)) {
        Some(x) => Err(Error::argument("inputs", x, "finite numbers of at most 1e100")),
        None => Ok(()),
    }
}

/// Refuses sizes of which nothing can be made.
pub(super) fn check_size(count: usize, dimension: usize) -> Result<()> {
    if count == 0 {
        return Err(Error::argument("count", count, "at least 1"));
    }
    if dimension == 0 {
        return Err(Error::argument("dimension", dimension, "at least 1"));
    }
    match count.checked_mul(dimension) {
        Some(numbers) if numbers <= MOST_NUMBERS => Ok(()),
        _ => Err(Error::TooLarge {
            what: format!("{count} examples of {dimension} inputs"),
            needs: "too much memory".to_string(),
            limit: format!("the {MOST_NUMBERS} numbers allowed"),
            advice: "Take fewer examples or inputs.".to_string(),
        }),
    }
}

/// Standard normal numbers.
fn gaussian(count: usize, dimension: usize, seed: Seed) -> Result<Array2<f64>> {
    check_size(count, dimension)?;
    let mut generator = seed.generator();
    Ok(Array2::from_shape_simple_fn((count, dimension), || StandardNormal.sample(&mut generator)))
}

fn coins(count: usize, seed: Seed) -> Array1<i8> {
    let mut generator = seed.generator();
    (0..count).map(|_| if generator.random::<bool>() { 1 } else { -1 }).collect()
}
