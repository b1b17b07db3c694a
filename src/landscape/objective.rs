//! A loss over real parameters as a value that is kept, cloned and passed on.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result, require_positive};
use crate::landscape::closed::{Quadratic, Saddle};
use crate::landscape::difference::Differences;
use crate::landscape::differentiation::Var;
use crate::landscape::evaluations::Counters;
use crate::landscape::program::Program;
use crate::landscape::{Evaluations, Function, ParameterBlock, ParameterRole};
use crate::ndarray::{Array1, Array2};
use crate::numeric::finite::all_finite;
use crate::rayon::prelude::*;
use crate::simd::Width;

/// A twice differentiable loss L(θ) of n real parameters.
///
/// Cloning is cheap: clones share the function and the [counts](Self::evaluations) of evaluations. All methods refuse a θ of the wrong length or
/// with numbers that are not finite, and a loss or derivative that is NaN.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let rosenbrock = Objective::exact(2, |x| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0].powi(2)).powi(2))?;
/// let minimum = array![1.0, 1.0];
/// assert_eq!(rosenbrock.gradient(&minimum)?, array![0.0, 0.0]);
/// assert_eq!(rosenbrock.hessian(&minimum)?, array![[802.0, -400.0], [-400.0, 200.0]]);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Objective {
    pub(super) function: Arc<dyn Function>,
    pub(super) counters: Arc<Counters>,
    blocks: Arc<Vec<ParameterBlock>>,
}

/// Derivatives with an estimate of the error of each component; see [`Objective::gradient_with_error`].
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let wave = Objective::from_fn(1, |x| x[0].sin())?;
/// let derivative: Derivative = wave.gradient_with_error(&array![0.0])?;
/// assert!((derivative.value[0] - 1.0).abs() <= derivative.error[0] && derivative.error[0] < 1e-6);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Derivative {
    /// The derivatives.
    pub value: Array1<f64>,
    /// The estimated absolute error of each; 0 where derivatives are exact up to rounding.
    pub error: Array1<f64>,
}

impl Objective {
    pub(crate) fn new(function: Arc<dyn Function>) -> Self {
        let blocks = Arc::new(function.blocks());
        Self { function, counters: Arc::default(), blocks }
    }

    /// The loss computed by a closure, differentiated by central differences whose steps are chosen by their estimated errors.
    ///
    /// Each derivative extrapolates differences of halved steps to step 0 (Ridders, Adv. Eng. Softw. 4, 75 (1982)) and keeps the value whose estimated
    /// error is smallest: about 10⁻¹¹ for gradients and 10⁻⁸ for second derivatives of a smooth loss of size 1, at 12 losses for each component of a
    /// gradient and 24 for each of a product. [`gradient_with_error`](Self::gradient_with_error) reports the errors; [`scale`](Self::scale) sets the length over which the loss changes.
    /// Steps at which the loss is not finite are left out. [`exact`](Self::exact) is faster and exact where the closure can be written for [`Var`].
    ///
    /// # Errors
    /// If `n` is 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let ripple = Objective::from_fn(2, |x| (3.0 * x[0]).sin() * x[1].exp())?;
    /// let gradient = ripple.gradient(&array![0.0, 1.0])?;
    /// assert!((gradient[0] - 3.0 * 1_f64.exp()).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn from_fn(n: usize, loss: impl Fn(&[f64]) -> f64 + Send + Sync + 'static) -> Result<Self> {
        require_dimension(n)?;
        Ok(Self::new(Arc::new(Differences::new(n, Arc::new(loss)))))
    }

    /// The loss computed by a closure over [`Var`], with exact gradients and Hessian products.
    ///
    /// The operations of one evaluation are recorded with their first and second derivatives; a sweep backwards gives the gradient, and one forwards and
    /// backwards each product with the Hessian (Pearlmutter, Neural Comput. 6, 147 (1994)). Branches of the closure are taken at θ.
    ///
    /// # Errors
    /// If `n` is 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let cubic = Objective::exact(2, |x| x[0].powi(3) + x[0] * x[1])?;
    /// let product = cubic.hessian_vector(&array![2.0, 5.0], &array![1.0, 0.0])?;
    /// assert_eq!(product, array![12.0, 1.0]);
    /// # Ok(()) }
    /// ```
    pub fn exact(n: usize, loss: impl Fn(&[Var]) -> Var + Send + Sync + 'static) -> Result<Self> {
        require_dimension(n)?;
        Ok(Self::new(Arc::new(Program::new(n, loss))))
    }

    /// L(θ) = ½ θᵀAθ − bᵀθ for a symmetric A, whose gradient is Aθ − b and whose Hessian is A.
    ///
    /// # Errors
    /// If A is not a square matrix of finite numbers, symmetric to 10⁻¹² of its largest entry, or b does not fit.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[2.0, 1.0], [1.0, 3.0]], &array![1.0, 0.0])?;
    /// assert_eq!(bowl.gradient(&array![1.0, 1.0])?, array![2.0, 4.0]);
    /// # Ok(()) }
    /// ```
    pub fn quadratic(a: &Array2<f64>, b: &Array1<f64>) -> Result<Self> {
        Ok(Self::new(Arc::new(Quadratic::new(a, b)?)))
    }

    /// The saddle L(θ) = ½ θ_{2n+1} (Σ_{i≤ñ} θ_i² − Σ_{ñ<i≤2n} θ_i²) in 2n + 1 dimensions (Böttcher and Wheeler, arXiv:2208.13219).
    ///
    /// At θ* = (0, …, 0, 1), a critical point, the Hessian is diagonal: ñ eigenvalues 1, 2n − ñ eigenvalues −1, and one 0.
    ///
    /// # Errors
    /// If `n` is 0 or `positive` (ñ) above 2n.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::saddle(2, 3)?;
    /// let hessian = saddle.hessian(&array![0.0, 0.0, 0.0, 0.0, 1.0])?;
    /// assert_eq!(hessian.diag(), array![1.0, 1.0, 1.0, -1.0, 0.0]);
    /// # Ok(()) }
    /// ```
    pub fn saddle(n: usize, positive: usize) -> Result<Self> {
        Ok(Self::new(Arc::new(Saddle::new(n, positive)?)))
    }

    /// The number n of parameters.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Objective::saddle(2, 3)?.dimension(), 5);
    /// # Ok(()) }
    /// ```
    pub fn dimension(&self) -> usize {
        self.function.dimension()
    }

    /// The named blocks of parameters, in order and without gaps; a closure has one, `theta`.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let blocks = Objective::saddle(2, 2)?.blocks();
    /// assert_eq!((blocks[0].name(), blocks[0].range()), ("plane", 0..4));
    /// assert_eq!(Objective::exact(3, |x| x[0] * x[1] * x[2])?.blocks()[0].name(), "theta");
    /// # Ok(()) }
    /// ```
    pub fn blocks(&self) -> Vec<ParameterBlock> {
        self.blocks.to_vec()
    }

    /// The same objective with other blocks: names and how many parameters each has, in order.
    ///
    /// # Errors
    /// If there is an empty block or a name twice, or the lengths do not sum to the dimension.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let named = Objective::saddle(2, 2)?.with_blocks([("plane", 4), ("height", 1)])?;
    /// assert_eq!(named.blocks()[1].range(), 4..5);
    /// # Ok(()) }
    /// ```
    pub fn with_blocks<'a>(
        &self,
        blocks: impl IntoIterator<Item = (&'a str, usize)>,
    ) -> Result<Self> {
        let mut named: Vec<ParameterBlock> = Vec::new();
        let mut start = 0_usize;
        for (name, count) in blocks {
            if count == 0 || named.iter().any(|block| block.name() == name) {
                let given = format!("`{name}` with {count} parameters");
                return Err(Error::argument("blocks", given, "of different names and not empty"));
            }
            named.push(ParameterBlock::new(name, start, &[count], ParameterRole::Weight));
            start = start.saturating_add(count);
        }
        if start != self.dimension() {
            return Err(Error::Shape {
                what: "The blocks together",
                expected: format!("[{}], one number for each parameter", self.dimension()),
                given: format!("[{start}]"),
            });
        }
        Ok(Self { blocks: Arc::new(named), ..self.clone() })
    }

    /// Sets the length over which a closure's loss changes; default 1. Finite differences take steps of it, or of |θ_i| where that is larger.
    ///
    /// # Errors
    /// If the scale is not a finite number above 0, or derivatives are exact and take no steps.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let narrow = Objective::from_fn(1, |x| (x[0] * 1e6).cos())?.scale(1e-6)?;
    /// assert!((narrow.hessian(&array![0.0])?[(0, 0)] + 1e12).abs() < 1e5);
    /// # Ok(()) }
    /// ```
    pub fn scale(&self, scale: f64) -> Result<Self> {
        require_positive("scale", scale)?;
        let function = self.function.with_scale(scale).ok_or_else(|| Error::Unsupported {
            what: "A scale".to_string(),
            why: "the derivatives of this objective are exact and take no steps".to_string(),
            advice: "Leave it out.".to_string(),
        })?;
        Ok(Self { function, ..self.clone() })
    }

    /// Whether derivatives are exact up to rounding (finite differences are not).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!(Objective::exact(1, |x| x[0].sin())?.is_exact());
    /// assert!(!Objective::from_fn(1, |x| x[0].sin())?.is_exact());
    /// # Ok(()) }
    /// ```
    pub fn is_exact(&self) -> bool {
        self.function.is_exact()
    }

    /// How often this objective and its clones were evaluated so far.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::exact(2, |x| x[0] * x[0] + x[1] * x[1])?;
    /// let clone = bowl.clone();
    /// clone.loss(&array![1.0, 2.0])?;
    /// bowl.hessian_vector(&array![1.0, 2.0], &array![1.0, 0.0])?;
    /// assert_eq!((bowl.evaluations().losses, bowl.evaluations().products), (1, 1));
    /// # Ok(()) }
    /// ```
    pub fn evaluations(&self) -> Evaluations {
        self.counters.read()
    }

    /// The same objective with counts of its own that start at 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::saddle(1, 1)?;
    /// saddle.loss(&array![1.0, 0.0, 1.0])?;
    /// assert_eq!((saddle.evaluations().losses, saddle.counted_anew().evaluations().losses), (1, 0));
    /// # Ok(()) }
    /// ```
    pub fn counted_anew(&self) -> Self {
        Self { counters: Arc::default(), ..self.clone() }
    }

    /// L(θ); infinite where the loss overflows.
    ///
    /// # Errors
    /// If θ has the wrong length or numbers that are not finite, or the loss is NaN.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Objective::saddle(1, 1)?.loss(&array![3.0, 1.0, 1.0])?, 4.0);
    /// # Ok(()) }
    /// ```
    pub fn loss(&self, theta: &Array1<f64>) -> Result<f64> {
        self.loss_at(&contiguous(theta))
    }

    /// ∇L(θ).
    ///
    /// # Errors
    /// As [`loss`](Self::loss), or if a derivative is not finite.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Objective::saddle(1, 1)?.gradient(&array![3.0, 1.0, 2.0])?, array![6.0, -2.0, 4.0]);
    /// # Ok(()) }
    /// ```
    pub fn gradient(&self, theta: &Array1<f64>) -> Result<Array1<f64>> {
        Ok(self.loss_and_gradient(theta)?.1)
    }

    /// L(θ) and ∇L(θ) at the cost of the gradient.
    ///
    /// # Errors
    /// As [`gradient`](Self::gradient).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let (loss, gradient) = Objective::saddle(1, 1)?.loss_and_gradient(&array![3.0, 1.0, 2.0])?;
    /// assert_eq!((loss, gradient[0]), (8.0, 6.0));
    /// # Ok(()) }
    /// ```
    pub fn loss_and_gradient(&self, theta: &Array1<f64>) -> Result<(f64, Array1<f64>)> {
        let theta = contiguous(theta);
        self.require_length(&theta)?;
        let mut gradient = vec![0.0; self.dimension()];
        let loss = self.gradient_at(&theta, &mut gradient)?;
        Ok((loss, Array1::from_vec(gradient)))
    }

    /// ∇L(θ) with the estimated error of each component.
    ///
    /// # Errors
    /// As [`gradient`](Self::gradient).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let wave = Objective::from_fn(1, |x| x[0].sin())?;
    /// let derivative = wave.gradient_with_error(&array![1.0])?;
    /// assert!((derivative.value[0] - 1_f64.cos()).abs() <= derivative.error[0]);
    /// # Ok(()) }
    /// ```
    pub fn gradient_with_error(&self, theta: &Array1<f64>) -> Result<Derivative> {
        let theta = contiguous(theta);
        self.check(&theta)?;
        let mut value = vec![0.0; self.dimension()];
        let mut error = vec![0.0; self.dimension()];
        self.count_gradient();
        self.function.gradient(&theta, &mut value, Some(&mut error))?;
        require_finite_all(&value, "gradient")?;
        Ok(Derivative { value: Array1::from_vec(value), error: Array1::from_vec(error) })
    }

    /// The fraction of examples that a classifier's largest output names correctly.
    ///
    /// # Errors
    /// As [`loss`](Self::loss), or if the objective is not the loss of a classifier.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::classes(&array![[-1.0], [1.0]], &array![0, 1])?;
    /// let classifier = Network::mlp([1, 2]).loss(&data)?;
    /// assert_eq!(classifier.accuracy(&array![-1.0, 1.0, 0.0, 0.0])?, 1.0);
    /// # Ok(()) }
    /// ```
    pub fn accuracy(&self, theta: &Array1<f64>) -> Result<f64> {
        let theta = contiguous(theta);
        self.check(&theta)?;
        self.function.accuracy(&theta)
    }

    /// The loss at a slice.
    pub(crate) fn loss_at(&self, theta: &[f64]) -> Result<f64> {
        self.check(theta)?;
        self.counters.losses(1);
        require_number(self.function.loss(theta)?)
    }

    /// The loss, and the gradient into a slice.
    pub(crate) fn gradient_at(&self, theta: &[f64], gradient: &mut [f64]) -> Result<f64> {
        self.check(theta)?;
        self.count_gradient();
        let loss = require_number(self.function.gradient(theta, gradient, None)?)?;
        require_finite_all(gradient, "gradient")?;
        Ok(loss)
    }

    /// The same averaged over some examples alone, or the full one where the loss is no average.
    pub(crate) fn batch_gradient_at(
        &self,
        theta: &[f64],
        examples: &[usize],
        gradient: &mut [f64],
    ) -> Result<f64> {
        self.check(theta)?;
        self.count_gradient();
        let loss = require_number(self.function.batch_gradient(theta, examples, gradient)?)?;
        require_finite_all(gradient, "gradient")?;
        Ok(loss)
    }

    /// The number of examples that the loss averages over; 0 if it is no average.
    pub(crate) fn examples(&self) -> usize {
        self.function.examples()
    }

    fn count_gradient(&self) {
        self.counters.gradients(1);
        self.counters.losses(self.function.losses_taken().0);
    }

    /// Refuses a point of the wrong length or with numbers that are not finite.
    pub(super) fn require_point(&self, theta: &Array1<f64>) -> Result<()> {
        self.check(&contiguous(theta))
    }

    /// Refuses a point of the wrong length before room is made for a gradient.
    pub(super) fn require_length(&self, theta: &[f64]) -> Result<()> {
        if theta.len() == self.dimension() {
            return Ok(());
        }
        Err(Error::Shape {
            what: "`theta`",
            expected: format!("[{}], one number for each parameter", self.dimension()),
            given: format!("[{}]", theta.len()),
        })
    }

    pub(super) fn check(&self, theta: &[f64]) -> Result<()> {
        self.require_length(theta)?;
        match not_finite(theta) {
            Some(i) => Err(Error::argument(
                "theta",
                format!("{} as component {i}", theta[i]),
                "of finite numbers",
            )),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Objective")
            .field("function", &self.function)
            .field("dimension", &self.dimension())
            .field("evaluations", &self.evaluations())
            .finish_non_exhaustive()
    }
}

pub(super) fn contiguous(array: &Array1<f64>) -> std::borrow::Cow<'_, [f64]> {
    match array.as_slice() {
        Some(slice) => slice.into(),
        None => array.to_vec().into(),
    }
}

fn require_dimension(n: usize) -> Result<()> {
    if n == 0 { Err(Error::argument("n", n, "at least 1")) } else { Ok(()) }
}

fn require_number(loss: f64) -> Result<f64> {
    if loss.is_nan() {
        return Err(Error::argument("theta", "one whose loss is NaN", "where the loss is defined"));
    }
    Ok(loss)
}

pub(super) fn require_finite_all(values: &[f64], what: &str) -> Result<()> {
    match not_finite(values) {
        Some(i) => Err(Error::argument(
            "theta",
            format!("one at which component {i} of the {what} is {}", values[i]),
            "where the loss is finite and twice differentiable",
        )),
        None => Ok(()),
    }
}

/// The place of the first number that is not finite; on all threads, as it reads millions of parameters at each evaluation.
pub(super) fn not_finite(values: &[f64]) -> Option<usize> {
    let clean = |task: &[f64]| all_finite(Width::best(), task);
    if values.par_chunks(1 << 14).all(clean) {
        return None;
    }
    values.iter().position(|x| !x.is_finite())
}
