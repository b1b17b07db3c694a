//! A loss as a function of the coordinates along a few directions.

use std::sync::Arc;

use crate::error::Result;
use crate::landscape::vector::require_directions;
use crate::landscape::{Function, Objective, Request};
use crate::ndarray::{Array1, Array2};
use crate::numeric::vector::{add_scaled, dot};

/// x ↦ L(θ + Σ_k x_k d_k).
#[derive(Clone, Debug)]
struct Restricted {
    objective: Objective,
    origin: Vec<f64>,
    /// One after another.
    directions: Vec<f64>,
    count: usize,
}

impl Objective {
    /// The loss as a function of the coordinates x along some directions, the rows of `directions`: L(θ + Σ_k x_k d_k), with gradients and Hessian products.
    ///
    /// Its Hessian at 0 has the entries d_jᵀHd_k. Everything that takes an objective takes this: the [geometry](Self::geometry) of a slice, its
    /// critical points, a descent within it. Evaluations count for this objective as well.
    ///
    /// # Errors
    /// If θ or the directions have the wrong length or numbers that are not finite, a direction is 0, or there is none.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::saddle(1, 1)?;
    /// // The slice of θ₁ = α + β, θ₂ = β: ½ (α + β)² − ½ β².
    /// let slice = saddle.within(&array![0.0, 0.0, 1.0], &array![[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]])?;
    /// assert_eq!(slice.hessian(&array![0.0, 0.0])?, array![[1.0, 1.0], [1.0, 0.0]]);
    /// # Ok(()) }
    /// ```
    pub fn within(&self, theta: &Array1<f64>, directions: &Array2<f64>) -> Result<Self> {
        self.require_point(theta)?;
        require_directions(directions, self.dimension())?;
        Ok(Self::new(Arc::new(Restricted {
            objective: self.clone(),
            origin: theta.to_vec(),
            directions: directions.iter().copied().collect(),
            count: directions.nrows(),
        })))
    }
}

impl Restricted {
    fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.directions.chunks_exact(self.origin.len())
    }

    /// Σ_k x_k d_k, added to what is there.
    fn add_lifted(&self, x: &[f64], out: &mut [f64]) {
        for (x, direction) in x.iter().zip(self.rows()) {
            add_scaled(out, *x, direction);
        }
    }

    /// The products with all directions.
    fn project(&self, vector: &[f64], out: &mut [f64]) {
        for (out, direction) in out.iter_mut().zip(self.rows()) {
            *out = dot(direction, vector);
        }
    }

    fn point(&self, x: &[f64]) -> Vec<f64> {
        let mut theta = self.origin.clone();
        self.add_lifted(x, &mut theta);
        theta
    }

    /// The error of a projection, from those of the components.
    fn project_error(&self, vector: &[f64], out: &mut [f64]) {
        for (out, direction) in out.iter_mut().zip(self.rows()) {
            *out = direction.iter().zip(vector).map(|(d, v)| (d * v).abs()).sum();
        }
    }
}

impl Function for Restricted {
    fn dimension(&self) -> usize {
        self.count
    }

    fn loss(&self, x: &[f64]) -> Result<f64> {
        self.objective.loss_at(&self.point(x))
    }

    fn gradient(&self, x: &[f64], gradient: &mut [f64], error: Option<&mut [f64]>) -> Result<f64> {
        let theta = self.point(x);
        let mut whole = vec![0.0; theta.len()];
        let loss = self.objective.gradient_at(&theta, &mut whole)?;
        self.project(&whole, gradient);
        if let Some(error) = error {
            let derivative = self.objective.gradient_with_error(&Array1::from(theta))?;
            self.project_error(&derivative.error.to_vec(), error);
        }
        Ok(loss)
    }

    fn products(&self, request: Request<'_>, error: Option<&mut [f64]>) -> Result<()> {
        let Request { curvature, theta, vectors, products } = request;
        let (theta, n) = (self.point(theta), self.origin.len());
        let mut lifted = vec![0.0; vectors.len() / self.count * n];
        for (v, lifted) in vectors.chunks_exact(self.count).zip(lifted.chunks_exact_mut(n)) {
            self.add_lifted(v, lifted);
        }
        let mut images = vec![0.0; lifted.len()];
        self.objective.products_at(curvature, &theta, &lifted, &mut images)?;
        for (image, product) in images.chunks_exact(n).zip(products.chunks_exact_mut(self.count)) {
            self.project(image, product);
        }
        if let Some(error) = error {
            let (theta, v) = (Array1::from(theta), Array1::from_iter(lifted.into_iter().take(n)));
            let derivative = self.objective.hessian_vector_with_error(&theta, &v)?;
            self.project_error(&derivative.error.to_vec(), error);
        }
        Ok(())
    }

    fn is_exact(&self) -> bool {
        self.objective.is_exact()
    }

    fn examples(&self) -> usize {
        self.objective.examples()
    }

    fn batch_gradient(&self, x: &[f64], examples: &[usize], gradient: &mut [f64]) -> Result<f64> {
        let theta = self.point(x);
        let mut whole = vec![0.0; theta.len()];
        let loss = self.objective.batch_gradient_at(&theta, examples, &mut whole)?;
        self.project(&whole, gradient);
        Ok(loss)
    }

    fn accuracy(&self, x: &[f64]) -> Result<f64> {
        self.objective.accuracy(&Array1::from(self.point(x)))
    }
}
