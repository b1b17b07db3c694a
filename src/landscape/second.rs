//! Second derivatives: products with the Hessian and its kin, and the Hessian as a matrix.

use crate::error::{Error, Result};
use crate::landscape::objective::{contiguous, not_finite, require_finite_all};
use crate::landscape::{Curvature, Derivative, Objective, Request};
use crate::ndarray::{Array1, Array2};

impl Objective {
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
        self.check_vectors(&vectors, self.dimension())?;
        let mut value = vec![0.0; self.dimension()];
        let mut error = vec![0.0; self.dimension()];
        self.count_products(1);
        let curvature = Curvature::Hessian;
        let request = Request { curvature, theta: &theta, vectors: &vectors, products: &mut value };
        self.function.products(request, Some(&mut error))?;
        require_finite_all(&value, "product with the Hessian")?;
        Ok(Derivative { value: Array1::from_vec(value), error: Array1::from_vec(error) })
    }

    /// The Hessian at θ as a matrix, from n products: [`hessian_at(θ)?.matrix()`](crate::operator::Operator::matrix).
    ///
    /// # Errors
    /// As [`hessian_vector`](Self::hessian_vector), or if n is above 10 000 or finite differences leave entries H_ij and H_ji that differ by more than 10⁻³ of the largest.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let product = Objective::exact(2, |x| x[0] * x[1])?;
    /// assert_eq!(product.hessian(&array![1.0, 2.0])?, array![[0.0, 1.0], [1.0, 0.0]]);
    /// # Ok(()) }
    /// ```
    pub fn hessian(&self, theta: &Array1<f64>) -> Result<Array2<f64>> {
        self.hessian_at(theta)?.matrix()
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
    /// let line = Network::mlp([1, 1]).loss(&data)?;
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
    /// let line = Network::mlp([1, 1]).loss(&data)?;
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

    fn product(
        &self,
        curvature: Curvature,
        theta: &Array1<f64>,
        v: &Array1<f64>,
    ) -> Result<Array1<f64>> {
        let theta = contiguous(theta);
        self.require_length(&theta)?;
        let mut products = vec![0.0; self.dimension()];
        self.products_at(curvature, &theta, &contiguous(v), &mut products)?;
        Ok(Array1::from_vec(products))
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
        self.check_vectors(vectors, products.len())?;
        self.count_products(vectors.len() / self.dimension());
        self.function.products(Request { curvature, theta, vectors, products }, None)?;
        require_finite_all(products, "product with the Hessian")
    }

    fn count_products(&self, products: usize) {
        self.counters.products(products);
        self.counters.losses(self.function.losses_taken().1.saturating_mul(products));
    }

    /// As many numbers as their products will have.
    fn check_vectors(&self, vectors: &[f64], length: usize) -> Result<()> {
        let n = self.dimension();
        if vectors.is_empty() || vectors.len() != length || !length.is_multiple_of(n) {
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
