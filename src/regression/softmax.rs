//! Multinomial logistic regression: settings, loss and minimisation.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2, Axis};
use crate::numeric::lbfgs::Lbfgs;
use crate::progress::Deadline;
use crate::regression::fit::SoftmaxFit;
use crate::regression::loss::Loss;
use crate::setters::setters;

/// Inputs larger than this could overflow when squared and summed.
pub(super) const LARGEST: f64 = 1e100;

/// More classes than this are taken for a mistake in the labels.
const MOST_CLASSES: usize = 10_000;

/// The most parameters whose Hessian is shown as a matrix (200 MB at 5000), and the most that can be fitted.
const MAX_DENSE: usize = 5_000;
const MAX_PARAMETERS: usize = 1 << 26;

/// Steps that the model of the curvature remembers.
const MEMORY: usize = 10;

/// Softmax (multinomial logistic) regression of classes 0, 1, 2, … on inputs, one a row; [`run`](Self::run) fits it.
///
/// p(c | x) = e^{w_c·x + b_c} / Σ_c' e^{w_c'·x + b_c'}, and the loss of n examples (x_k, y_k) is the mean of −ln p(y_k | x_k), in nats, plus ½ λ Σ
/// w². It is convex, with one minimum if λ > 0 (up to one number added to all biases, which change nothing); it is found by L-BFGS from 0.
///
/// scikit-learn's `LogisticRegression(C=…)` is the same with λ = 1/(C n).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let (training, test) = digits()?.split(1_200, 1)?;
/// let fit = SoftmaxRegression::new(&training.pixels(), training.labels())?.l2(1e-3).run()?;
/// assert!(fit.converged);
/// assert!(fit.accuracy(&test.pixels(), test.labels())?.mean > 0.93);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct SoftmaxRegression {
    inputs: Arc<Array2<f64>>,
    labels: Arc<Vec<usize>>,
    classes: usize,
    l2: f64,
    iterations: usize,
    tolerance: f64,
    deadline: Option<f64>,
}

impl SoftmaxRegression {
    /// The regression on these examples, inputs one a row and labels counted from 0, with default settings.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let line = array![[0.0], [1.0], [2.0], [3.0]];
    /// let fit = SoftmaxRegression::new(&line, &array![0, 0, 1, 1])?.run()?;
    /// assert_eq!(fit.classify(&line)?, array![0, 0, 1, 1]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is no example, no input or only one class, if there are not as many labels as rows, if an input is not a number of at most 10¹⁰⁰,
    /// or if there are more than 10,000 classes or 2²⁶ weights.
    pub fn new(inputs: &Array2<f64>, labels: &Array1<usize>) -> Result<Self> {
        let (count, dimension) = inputs.dim();
        if count == 0 || dimension == 0 {
            let given = format!("an array of {count} × {dimension}");
            return Err(Error::argument("inputs", given, "at least one example of one number"));
        }
        check(inputs, labels)?;
        let classes = labels.iter().max().map_or(0, |&most| most.saturating_add(1));
        if !(2..=MOST_CLASSES).contains(&classes) {
            let given = format!("labels up to {}", classes - 1);
            let allowed = format!("of at least two classes, with numbers below {MOST_CLASSES}");
            return Err(Error::argument("labels", given, allowed));
        }
        if classes.saturating_mul(dimension + 1) > MAX_PARAMETERS {
            return Err(Error::TooLarge {
                what: "This regression".to_owned(),
                needs: format!("{classes} × {} parameters", dimension + 1),
                limit: format!("{MAX_PARAMETERS}"),
                advice: "Take fewer inputs or classes.".to_owned(),
            });
        }
        Ok(Self {
            inputs: Arc::new(inputs.as_standard_layout().to_owned()),
            labels: Arc::new(labels.to_vec()),
            classes,
            l2: 1e-4,
            iterations: 1_000,
            tolerance: 1e-6,
            deadline: None,
        })
    }

    /// The strength λ ≥ 0 of the penalty ½ λ Σ w², in which biases do not count; default 10⁻⁴.
    ///
    /// With 0 the minimum lies at infinity where classes can be separated: then a fit ends on the way, where the gradient is within the tolerance.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let settings = SoftmaxRegression::new(&array![[0.0], [1.0]], &array![0, 1])?;
    /// let (weak, strong) = (settings.l2(0.01).run()?, settings.l2(1.0).run()?);
    /// assert!(weak.weights[(1, 0)] > strong.weights[(1, 0)]);
    /// # Ok(()) }
    /// ```
    pub fn l2(&self, l2: f64) -> Self {
        Self { l2, ..self.clone() }
    }

    /// The most steps; default 1000.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let settings = SoftmaxRegression::new(&array![[0.0], [1.0]], &array![0, 1])?;
    /// assert!(!settings.iterations(1).run()?.converged);
    /// # Ok(()) }
    /// ```
    pub fn iterations(&self, iterations: usize) -> Self {
        Self { iterations, ..self.clone() }
    }

    /// The fit has converged when no component of the gradient is larger; default 10⁻⁶.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let settings = SoftmaxRegression::new(&array![[0.0], [1.0]], &array![0, 1])?;
    /// assert!(settings.tolerance(1e-10).run()?.largest_gradient <= 1e-10);
    /// # Ok(()) }
    /// ```
    pub fn tolerance(&self, tolerance: f64) -> Self {
        Self { tolerance, ..self.clone() }
    }

    setters! { "SoftmaxRegression::new(&array![[0.0], [1.0]], &array![0, 1])?":
        /// A limit in seconds, after which the weights are those found so far and `complete` is false; default none.
        deadline;
    }

    /// Fits weights and biases.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let fit = SoftmaxRegression::new(&array![[0.0], [1.0]], &array![0, 1])?.run()?;
    /// assert!(fit.converged && fit.complete);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If λ or the tolerance is not a finite number of at least 0, there is no iteration, or the deadline is not a finite number above 0.
    pub fn run(&self) -> Result<SoftmaxFit> {
        let loss = self.objective()?;
        not_negative("tolerance", self.tolerance)?;
        if self.iterations == 0 {
            return Err(Error::argument("iterations", 0, "at least 1"));
        }
        let settings =
            Lbfgs { memory: MEMORY, iterations: self.iterations, tolerance: self.tolerance };
        let deadline = Deadline::new(self.deadline)?;
        let start = vec![0.0; loss.parameters()];
        let found =
            settings.minimize(start, deadline, &mut |x, gradient| loss.gradient(x, gradient));
        let wide = self.inputs.ncols() + 1;
        let theta = Array2::from_shape_vec((self.classes, wide), found.x)
            .map_err(|e| Error::argument("inputs", e, "of one size"))?;
        let (weights, biases) = theta.view().split_at(Axis(1), wide - 1);
        Ok(SoftmaxFit {
            weights: weights.to_owned(),
            biases: biases.column(0).to_owned(),
            loss: found.value,
            largest_gradient: found.largest,
            iterations: found.iterations,
            converged: found.converged,
            complete: found.complete,
        })
    }

    /// How many parameters there are: (inputs + 1) for each class.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(SoftmaxRegression::new(&array![[0.0], [1.0]], &array![0, 1])?.n_parameters(), 4);
    /// # Ok(()) }
    /// ```
    pub fn n_parameters(&self) -> usize {
        self.classes * (self.inputs.ncols() + 1)
    }

    /// The loss at any parameters: class after class its weights and then its bias, as [`SoftmaxFit::parameters`] gives them.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let settings = SoftmaxRegression::new(&array![[0.0], [1.0]], &array![0, 1])?;
    /// assert_eq!(settings.loss(&Array1::zeros(4))?, 2_f64.ln());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there are not as many parameters as [`n_parameters`](Self::n_parameters), or one is not a number of at most 10¹⁰⁰; if λ is not a finite
    /// number of at least 0.
    pub fn loss(&self, parameters: &Array1<f64>) -> Result<f64> {
        let parameters = self.checked("The array of parameters", parameters)?;
        let mut gradient = vec![0.0; parameters.len()];
        Ok(self.objective()?.gradient(&parameters, &mut gradient))
    }

    /// The gradient of the loss: Σ_k (p(c | x_k) − δ_{c,y_k}) (x_k, 1)/n + λ (w_c, 0).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let settings = SoftmaxRegression::new(&array![[0.0], [1.0]], &array![0, 1])?;
    /// assert_eq!(settings.gradient(&Array1::zeros(4))?, array![0.25, 0.0, -0.25, 0.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`loss`](Self::loss).
    pub fn gradient(&self, parameters: &Array1<f64>) -> Result<Array1<f64>> {
        let parameters = self.checked("The array of parameters", parameters)?;
        let mut gradient = vec![0.0; parameters.len()];
        self.objective()?.gradient(&parameters, &mut gradient);
        Ok(Array1::from(gradient))
    }

    /// The Hessian of the loss: Σ_k (p_c δ_{cc'} − p_c p_c') (x_k, 1)(x_k, 1)ᵀ/n + λ on the diagonal of weights; a row and a column for
    /// each parameter.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let settings = SoftmaxRegression::new(&array![[0.0], [1.0]], &array![0, 1])?.l2(0.0);
    /// let hessian = settings.hessian(&Array1::zeros(4))?;
    /// assert_eq!((hessian[(1, 1)], hessian[(1, 3)]), (0.25, -0.25));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`loss`](Self::loss), and above 5000 parameters, where [`hessian_vector`](Self::hessian_vector) still works.
    pub fn hessian(&self, parameters: &Array1<f64>) -> Result<Array2<f64>> {
        let n = self.n_parameters();
        if n > MAX_DENSE {
            return Err(Error::TooLarge {
                what: "The Hessian as a matrix".to_owned(),
                needs: format!("{n} rows"),
                limit: format!("{MAX_DENSE}"),
                advice: "Use `hessian_vector()`.".to_owned(),
            });
        }
        let mut hessian = Array2::zeros((n, n));
        for k in 0..n {
            let mut unit = Array1::zeros(n);
            unit[k] = 1.0;
            hessian.row_mut(k).assign(&self.hessian_vector(parameters, &unit)?);
        }
        Ok(hessian)
    }

    /// The Hessian of the loss times a vector, at the cost of two gradients and without a matrix.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let settings = SoftmaxRegression::new(&array![[0.0], [1.0]], &array![0, 1])?;
    /// // One number added to all biases changes nothing.
    /// let flat = settings.hessian_vector(&Array1::zeros(4), &array![0.0, 1.0, 0.0, 1.0])?;
    /// assert_eq!(flat, Array1::<f64>::zeros(4));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`loss`](Self::loss), of both arrays.
    pub fn hessian_vector(
        &self,
        parameters: &Array1<f64>,
        vector: &Array1<f64>,
    ) -> Result<Array1<f64>> {
        let parameters = self.checked("The array of parameters", parameters)?;
        let vector = self.checked("The vector", vector)?;
        Ok(Array1::from(self.objective()?.hessian_vector(&parameters, &vector)))
    }

    fn objective(&self) -> Result<Loss<'_>> {
        let l2 = not_negative("l2", self.l2)?;
        Ok(Loss { inputs: &self.inputs, labels: &self.labels, classes: self.classes, l2 })
    }

    fn checked(&self, what: &'static str, values: &Array1<f64>) -> Result<Vec<f64>> {
        let n = self.n_parameters();
        if values.len() != n {
            return Err(Error::Shape {
                what,
                expected: format!("({n},), the inputs and one more for each class"),
                given: format!("({},)", values.len()),
            });
        }
        match values.iter().find(|x| !(x.abs() <= LARGEST)) {
            Some(x) => Err(Error::argument("parameters", x, "finite numbers of at most 1e100")),
            None => Ok(values.to_vec()),
        }
    }
}

/// Refuses inputs that are no numbers, and labels of another number.
pub(super) fn check(inputs: &Array2<f64>, labels: &Array1<usize>) -> Result<()> {
    if labels.len() != inputs.nrows() {
        return Err(Error::Shape {
            what: "The labels",
            expected: format!("({},), one for each row of the inputs", inputs.nrows()),
            given: format!("({},)", labels.len()),
        });
    }
    check_inputs(inputs)
}

pub(super) fn check_inputs(inputs: &Array2<f64>) -> Result<()> {
    match inputs.iter().find(|x| !(x.abs() <= LARGEST)) {
        Some(x) => Err(Error::argument("inputs", x, "finite numbers of at most 1e100")),
        None => Ok(()),
    }
}

fn not_negative(name: &'static str, value: f64) -> Result<f64> {
    if value.is_finite() && value >= 0.0 {
        Ok(value)
    } else {
        Err(Error::argument(name, value, "a finite number of at least 0"))
    }
}

impl fmt::Debug for SoftmaxRegression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, dimension) = self.inputs.dim();
        let (classes, l2) = (self.classes, self.l2);
        write!(
            f,
            "SoftmaxRegression({count} examples of {dimension} inputs, {classes} classes, l2 = {l2})"
        )
    }
}
