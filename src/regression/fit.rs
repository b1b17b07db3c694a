//! What a regression found, and what it says of further inputs.

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2, Axis, concatenate};
use crate::regression::loss::{fields, log_softmax};
use crate::regression::softmax::{check, check_inputs};
use crate::stats::{Estimate, fraction_error};

/// Weights and biases that [`SoftmaxRegression`](crate::regression::SoftmaxRegression) found.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let fit = SoftmaxRegression::new(&array![[0.0], [1.0]], &array![0, 1])?.run()?;
/// assert_eq!(fit.weights.dim(), (2, 1));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SoftmaxFit {
    /// The weights w_c, one class a row.
    pub weights: Array2<f64>,
    /// The biases b_c, one for each class.
    pub biases: Array1<f64>,
    /// The loss there, penalty included, in nats.
    pub loss: f64,
    /// The largest component of its gradient there.
    pub largest_gradient: f64,
    /// The steps taken.
    pub iterations: usize,
    /// Whether the gradient is within the tolerance.
    pub converged: bool,
    /// Whether no deadline ended the fit.
    pub complete: bool,
}

impl SoftmaxFit {
    /// The parameters as one array: class after class its weights and then its bias.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let settings = SoftmaxRegression::new(&array![[0.0], [1.0]], &array![0, 1])?;
    /// let fit = settings.run()?;
    /// assert!((settings.loss(&fit.parameters())? - fit.loss).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn parameters(&self) -> Array1<f64> {
        let biases = self.biases.view().insert_axis(Axis(1));
        // Both have a row for each class.
        concatenate(Axis(1), &[self.weights.view(), biases])
            .map(|theta| theta.flatten().to_owned())
            .unwrap_or_default()
    }

    /// p(c | x) of all classes c, a row for each input.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let fit = SoftmaxRegression::new(&array![[0.0], [1.0]], &array![0, 1])?.run()?;
    /// let p = fit.probabilities(&array![[0.5]])?;
    /// assert!((p[(0, 0)] - 0.5).abs() < 1e-6);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the inputs have another length than the weights, or one is not a number of at most 10¹⁰⁰.
    pub fn probabilities(&self, inputs: &Array2<f64>) -> Result<Array2<f64>> {
        let mut logs = self.fields(inputs)?;
        logs.outer_iter_mut().for_each(log_softmax);
        Ok(logs.mapv(f64::exp))
    }

    /// The most probable class of each input (one a row), the first of equals.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let fit = SoftmaxRegression::new(&array![[0.0], [1.0]], &array![0, 1])?.run()?;
    /// assert_eq!(fit.classify(&array![[-3.0], [4.0]])?, array![0, 1]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`probabilities`](Self::probabilities).
    pub fn classify(&self, inputs: &Array2<f64>) -> Result<Array1<usize>> {
        let best = |row: crate::ndarray::ArrayView1<'_, f64>| {
            let mut best = 0;
            for (class, field) in row.iter().enumerate() {
                if *field > row[best] {
                    best = class;
                }
            }
            best
        };
        Ok(self.fields(inputs)?.map_axis(Axis(1), best))
    }

    /// The fraction of inputs (one a row) whose class is right, with its binomial standard error.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let line = array![[0.0], [1.0], [2.0], [3.0]];
    /// let fit = SoftmaxRegression::new(&line, &array![0, 0, 1, 1])?.run()?;
    /// assert_eq!(fit.accuracy(&line, &array![0, 0, 1, 0])?.mean, 0.75);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`probabilities`](Self::probabilities), without inputs, and if there are not as many labels.
    pub fn accuracy(&self, inputs: &Array2<f64>, labels: &Array1<usize>) -> Result<Estimate> {
        let count = inputs.nrows();
        if count == 0 {
            return Err(Error::argument("inputs", "none", "at least one"));
        }
        check(inputs, labels)?;
        let classes = self.classify(inputs)?;
        let right = classes.iter().zip(labels).filter(|(a, b)| a == b).count();
        let error = fraction_error(right, count);
        Ok(Estimate::new(right as f64 / count as f64, error, 0.5, None, count))
    }

    fn fields(&self, inputs: &Array2<f64>) -> Result<Array2<f64>> {
        if inputs.ncols() != self.weights.ncols() {
            return Err(Error::Shape {
                what: "The array of inputs",
                expected: format!("(inputs, {})", self.weights.ncols()),
                given: format!("{:?}", inputs.dim()),
            });
        }
        check_inputs(inputs)?;
        Ok(fields(inputs.view(), self.weights.view(), self.biases.view()))
    }
}
