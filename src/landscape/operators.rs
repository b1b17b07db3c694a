//! Second derivatives at a point as operators, for spectra, traces and the like.

use crate::error::{Error, Result};
use crate::landscape::{Curvature, Objective, ParameterBlock};
use crate::ndarray::Array1;
use crate::operator::Operator;

impl Objective {
    /// The Hessian at θ as an operator, known by its products alone: for its eigenvalues, trace, density, and how many are negative.
    ///
    /// # Errors
    /// If θ has the wrong length or numbers that are not finite.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::saddle(2, 3)?;
    /// let hessian = saddle.hessian_at(&array![0.0, 0.0, 0.0, 0.0, 1.0])?;
    /// let error = hessian.eigenvalues()? - array![-1.0, 0.0, 1.0, 1.0, 1.0];
    /// assert!(error.iter().all(|e| e.abs() < 1e-12));
    /// # Ok(()) }
    /// ```
    pub fn hessian_at(&self, theta: &Array1<f64>) -> Result<Operator> {
        self.operator(Curvature::Hessian, theta)
    }

    /// The Gauss–Newton matrix at θ as an operator; see [`gauss_newton_vector`](Self::gauss_newton_vector).
    ///
    /// # Errors
    /// As [`hessian_at`](Self::hessian_at); a product fails if the objective is not a network's loss.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::classes(&array![[0.5], [2.0]], &array![0, 1])?;
    /// let classifier = Network::mlp([1, 2]).loss(&data)?;
    /// let eigenvalues = classifier.gauss_newton_at(&Array1::zeros(4))?.eigenvalues()?;
    /// assert!(eigenvalues[0].abs() < 1e-12 && eigenvalues[3] > 0.1);
    /// # Ok(()) }
    /// ```
    pub fn gauss_newton_at(&self, theta: &Array1<f64>) -> Result<Operator> {
        self.operator(Curvature::GaussNewton, theta)
    }

    /// The Hessian at θ with respect to one block of parameters alone, the others held.
    ///
    /// # Errors
    /// As [`hessian_at`](Self::hessian_at), or if there is no block of this name.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::saddle(1, 1)?;
    /// let plane = saddle.block_hessian_at(&array![3.0, 4.0, 1.0], "plane")?;
    /// assert!((plane.eigenvalues()? - array![-1.0, 1.0]).iter().all(|e| e.abs() < 1e-12));
    /// # Ok(()) }
    /// ```
    pub fn block_hessian_at(&self, theta: &Array1<f64>, block: &str) -> Result<Operator> {
        let blocks = self.blocks();
        let Some(range) =
            blocks.iter().find(|known| known.name() == block).map(ParameterBlock::range)
        else {
            let names: Vec<&str> = blocks.iter().map(ParameterBlock::name).collect();
            return Err(Error::argument("block", block, format!("one of {}", names.join(", "))));
        };
        self.require_point(theta)?;
        let (objective, theta, n) = (self.clone(), theta.to_vec(), self.dimension());
        let length = range.len();
        Operator::from_block_fn(length, move |x, y| {
            let mut vectors = vec![0.0; x.len() / length * n];
            for (v, x) in vectors.chunks_exact_mut(n).zip(x.chunks_exact(length)) {
                v[range.clone()].copy_from_slice(x);
            }
            let mut products = vec![0.0; vectors.len()];
            objective.products_at(Curvature::Hessian, &theta, &vectors, &mut products)?;
            for (y, product) in y.chunks_exact_mut(length).zip(products.chunks_exact(n)) {
                y.copy_from_slice(&product[range.clone()]);
            }
            Ok(())
        })
    }

    fn operator(&self, curvature: Curvature, theta: &Array1<f64>) -> Result<Operator> {
        self.require_point(theta)?;
        let (objective, theta) = (self.clone(), theta.to_vec());
        Operator::from_block_fn(self.dimension(), move |x, y| {
            objective.products_at(curvature, &theta, x, y)
        })
    }
}
