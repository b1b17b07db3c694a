//! A loss over real parameters as a value that is kept, cloned and passed on.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result, require_positive};
use crate::landscape::closed::{Quadratic, Saddle};
use crate::landscape::difference::Differences;
use crate::landscape::differentiation::Var;
use crate::landscape::evaluations::Counters;
use crate::landscape::program::Program;
use crate::landscape::{Block, Curvature, Evaluations, Function, Request, Role};
use crate::ndarray::{Array1, Array2};
use crate::progress::Progress;
use crate::rayon::prelude::*;

/// The dense Hessian takes at most this many numbers (2 GiB).
const MAX_DENSE: usize = 1 << 28;

/// Rows of the dense Hessian that are computed at a time.
const ROWS: usize = 32;

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
    function: Arc<dyn Function>,
    counters: Arc<Counters>,
    blocks: Arc<Vec<Block>>,
}

/// Derivatives with an estimate of the error of each component; see [`Objective::gradient_with_error`].
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
    pub fn dimension(&self) -> usize {
        self.function.dimension()
    }

    /// The named blocks of parameters, in order and without gaps; a closure has one, `theta`.
    pub fn blocks(&self) -> Vec<Block> {
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
        let mut named: Vec<Block> = Vec::new();
        let mut start = 0_usize;
        for (name, count) in blocks {
            if count == 0 || named.iter().any(|block| block.name() == name) {
                let given = format!("`{name}` with {count} parameters");
                return Err(Error::argument("blocks", given, "of different names and not empty"));
            }
            named.push(Block::new(name, start, &[count], Role::Weight));
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
    pub fn is_exact(&self) -> bool {
        self.function.is_exact()
    }

    /// How often this objective and its clones were evaluated so far.
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
        let mut gradient = vec![0.0; self.dimension()];
        let loss = self.gradient_at(&contiguous(theta), &mut gradient)?;
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

    /// H v, the Hessian at θ times a vector.
    ///
    /// # Errors
    /// If θ or v has the wrong length or numbers that are not finite, or a product is not finite.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let product = Objective::saddle(1, 1)?.hessian_vector(&array![0.0, 0.0, 1.0], &array![1.0, 2.0, 3.0])?;
    /// assert_eq!(product, array![1.0, -2.0, 0.0]);
    /// # Ok(()) }
    /// ```
    pub fn hessian_vector(&self, theta: &Array1<f64>, v: &Array1<f64>) -> Result<Array1<f64>> {
        self.product(Curvature::Hessian, theta, v)
    }

    /// H times several vectors, the rows of `v`; the products are rows as well. Cheaper than one at a time, since the work at θ is done once.
    ///
    /// # Errors
    /// As [`hessian_vector`](Self::hessian_vector).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::saddle(1, 1)?;
    /// let both = saddle.hessian_vectors(&array![0.0, 0.0, 1.0], &array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])?;
    /// assert_eq!(both, array![[1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]);
    /// # Ok(()) }
    /// ```
    pub fn hessian_vectors(&self, theta: &Array1<f64>, v: &Array2<f64>) -> Result<Array2<f64>> {
        let n = self.dimension();
        if v.ncols() != n || v.nrows() == 0 {
            return Err(Error::Shape {
                what: "`v`",
                expected: format!("k × {n}, a vector a row and at least one"),
                given: format!("{} × {}", v.nrows(), v.ncols()),
            });
        }
        let vectors: Vec<f64> = v.iter().copied().collect();
        let mut products = vec![0.0; vectors.len()];
        self.products_at(Curvature::Hessian, &contiguous(theta), &vectors, &mut products)?;
        Ok(Array2::from_shape_fn(v.dim(), |(k, i)| products[k * n + i]))
    }

    /// H v with the estimated error of each component.
    ///
    /// # Errors
    /// As [`hessian_vector`](Self::hessian_vector).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let wave = Objective::from_fn(1, |x| x[0].sin())?;
    /// let second = wave.hessian_vector_with_error(&array![1.0], &array![1.0])?;
    /// assert!((second.value[0] + 1_f64.sin()).abs() <= second.error[0]);
    /// # Ok(()) }
    /// ```
    pub fn hessian_vector_with_error(
        &self,
        theta: &Array1<f64>,
        v: &Array1<f64>,
    ) -> Result<Derivative> {
        let (theta, vectors) = (contiguous(theta), contiguous(v));
        self.check(&theta)?;
        self.check_vectors(&vectors)?;
        let mut value = vec![0.0; self.dimension()];
        let mut error = vec![0.0; self.dimension()];
        self.count_products(1);
        let curvature = Curvature::Hessian;
        let request = Request { curvature, theta: &theta, vectors: &vectors, products: &mut value };
        self.function.products(request, Some(&mut error))?;
        require_finite_all(&value, "product with the Hessian")?;
        Ok(Derivative { value: Array1::from_vec(value), error: Array1::from_vec(error) })
    }

    /// The Hessian at θ as a matrix, from n products, made exactly symmetric.
    ///
    /// # Errors
    /// As [`hessian_vector`](Self::hessian_vector), or if n is above 16 384.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let product = Objective::exact(2, |x| x[0] * x[1])?;
    /// assert_eq!(product.hessian(&array![1.0, 2.0])?, array![[0.0, 1.0], [1.0, 0.0]]);
    /// # Ok(()) }
    /// ```
    pub fn hessian(&self, theta: &Array1<f64>) -> Result<Array2<f64>> {
        let (n, theta) = (self.dimension(), contiguous(theta));
        self.check(&theta)?;
        if n.checked_mul(n).is_none_or(|numbers| numbers > MAX_DENSE) {
            return Err(Error::TooLarge {
                what: format!("The Hessian of {n} parameters as a matrix"),
                needs: format!("{:.0} GiB", (n as f64).powi(2) * 8.0 / 1024_f64.powi(3)),
                limit: "16 384 parameters (2 GiB)".to_string(),
                advice: "Take `hessian_vector`, which needs no matrix.".to_string(),
            });
        }
        let mut hessian = Array2::zeros((n, n));
        let mut progress = Progress::new("rows of the Hessian", n);
        for first in (0..n).step_by(ROWS) {
            let rows = ROWS.min(n - first);
            let mut vectors = vec![0.0; rows * n];
            (0..rows).for_each(|k| vectors[k * n + first + k] = 1.0);
            let mut products = vec![0.0; rows * n];
            self.products_at(Curvature::Hessian, &theta, &vectors, &mut products)?;
            for (k, product) in products.chunks_exact(n).enumerate() {
                hessian.row_mut(first + k).iter_mut().zip(product).for_each(|(h, p)| *h = *p);
            }
            progress.add(rows);
        }
        let transposed = hessian.t().to_owned();
        Ok((hessian + transposed) * 0.5)
    }

    /// G v with the Gauss–Newton matrix G = ⟨Jᵀ H_out J⟩ of a network's loss: J is the derivative of the outputs by θ, H_out the Hessian of an example's
    /// loss by its outputs, both averaged over the examples (Schraudolph, Neural Comput. 14, 1723 (2002)); weight decay adds to it as to the Hessian.
    ///
    /// For cross-entropy with softmax, G (without decay) is the Fisher matrix of the model; for the mean squared error of k outputs it is 2/k times
    /// that of a Gaussian of variance 1.
    ///
    /// # Errors
    /// As [`hessian_vector`](Self::hessian_vector), or if the objective is not a network's loss.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::regression(&array![[1.0], [2.0]], &array![[0.0], [3.0]])?;
    /// let line = Mlp::new([1, 1]).loss(&data)?;
    /// let (theta, v) = (array![0.5, 0.0], array![1.0, -1.0]);
    /// assert_eq!(line.gauss_newton_vector(&theta, &v)?, line.hessian_vector(&theta, &v)?);
    /// # Ok(()) }
    /// ```
    pub fn gauss_newton_vector(&self, theta: &Array1<f64>, v: &Array1<f64>) -> Result<Array1<f64>> {
        self.product(Curvature::GaussNewton, theta, v)
    }

    /// F v with the empirical Fisher matrix F = ⟨g gᵀ⟩, g being the gradient of each example's loss (without weight decay).
    ///
    /// This is the second moment of stochastic gradients, and no Fisher matrix of the model: that is
    /// [`gauss_newton_vector`](Self::gauss_newton_vector) (Kunstner, Balles and Hennig, NeurIPS 2019).
    ///
    /// # Errors
    /// As [`gauss_newton_vector`](Self::gauss_newton_vector).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::regression(&array![[2.0]], &array![[1.0]])?;
    /// let line = Mlp::new([1, 1]).loss(&data)?;
    /// // One example: F v = g (g·v), and g = (2·(−1)·2, 2·(−1)) at θ = 0.
    /// assert_eq!(line.empirical_fisher_vector(&array![0.0, 0.0], &array![1.0, 0.0])?, array![16.0, 8.0]);
    /// # Ok(()) }
    /// ```
    pub fn empirical_fisher_vector(
        &self,
        theta: &Array1<f64>,
        v: &Array1<f64>,
    ) -> Result<Array1<f64>> {
        self.product(Curvature::EmpiricalFisher, theta, v)
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
    /// let classifier = Mlp::new([1, 2]).loss(&data)?;
    /// assert_eq!(classifier.accuracy(&array![-1.0, 1.0, 0.0, 0.0])?, 1.0);
    /// # Ok(()) }
    /// ```
    pub fn accuracy(&self, theta: &Array1<f64>) -> Result<f64> {
        let theta = contiguous(theta);
        self.check(&theta)?;
        self.function.accuracy(&theta)
    }

    fn product(
        &self,
        curvature: Curvature,
        theta: &Array1<f64>,
        v: &Array1<f64>,
    ) -> Result<Array1<f64>> {
        let mut products = vec![0.0; self.dimension()];
        self.products_at(curvature, &contiguous(theta), &contiguous(v), &mut products)?;
        Ok(Array1::from_vec(products))
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

    /// Products with vectors that stand one after the other.
    pub(crate) fn products_at(
        &self,
        curvature: Curvature,
        theta: &[f64],
        vectors: &[f64],
        products: &mut [f64],
    ) -> Result<()> {
        self.check(theta)?;
        self.check_vectors(vectors)?;
        self.count_products(vectors.len() / self.dimension());
        self.function.products(Request { curvature, theta, vectors, products }, None)?;
        require_finite_all(products, "product with the Hessian")
    }

    fn count_gradient(&self) {
        self.counters.gradients(1);
        self.counters.losses(self.function.losses_taken().0);
    }

    fn count_products(&self, products: usize) {
        self.counters.products(products);
        self.counters.losses(self.function.losses_taken().1.saturating_mul(products));
    }

    /// Refuses a point of the wrong length or with numbers that are not finite.
    pub(super) fn require_point(&self, theta: &Array1<f64>) -> Result<()> {
        self.check(&contiguous(theta))
    }

    fn check(&self, theta: &[f64]) -> Result<()> {
        if theta.len() != self.dimension() {
            return Err(Error::Shape {
                what: "`theta`",
                expected: format!("[{}], one number for each parameter", self.dimension()),
                given: format!("[{}]", theta.len()),
            });
        }
        match not_finite(theta) {
            Some(i) => Err(Error::argument(
                "theta",
                format!("{} as component {i}", theta[i]),
                "of finite numbers",
            )),
            None => Ok(()),
        }
    }

    fn check_vectors(&self, vectors: &[f64]) -> Result<()> {
        let n = self.dimension();
        if vectors.is_empty() || !vectors.len().is_multiple_of(n) {
            return Err(Error::Shape {
                what: "`v`",
                expected: format!("[{n}], one number for each parameter"),
                given: format!("[{}]", vectors.len()),
            });
        }
        match not_finite(vectors) {
            Some(i) => {
                let given = format!("a component of {}", vectors[i]);
                Err(Error::argument("v", given, "of finite numbers"))
            }
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

fn contiguous(array: &Array1<f64>) -> std::borrow::Cow<'_, [f64]> {
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

fn require_finite_all(values: &[f64], what: &str) -> Result<()> {
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
fn not_finite(values: &[f64]) -> Option<usize> {
    let clean = |task: &[f64]| task.iter().fold(true, |clean, x| clean & x.is_finite());
    if values.par_chunks(1 << 14).all(clean) {
        return None;
    }
    values.iter().position(|x| !x.is_finite())
}
