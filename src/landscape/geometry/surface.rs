//! The graph of the loss at one point: its tangent space, normal and fundamental forms.

use crate::error::{Error, Result};
use crate::landscape::{Curvature, Objective};
use crate::ndarray::{Array1, Array2};
use crate::operator::Operator;

/// The hypersurface (θ, L(θ)) in n + 1 dimensions at one θ, which need not be a critical point.
///
/// The tangent vectors e_i + ∂_iL e_{n+1} give the first fundamental form I = 1 + ∇L∇Lᵀ, and the unit normal (−∇L, 1)/√(1 + |∇L|²), which points upwards, the second,
/// II = H/√(1 + |∇L|²); curvatures are positive where the surface bends upwards (M. do Carmo, *Differential Geometry of Curves and Surfaces* (1976), chapter 3).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // The lower half of a sphere of radius 2: every normal curvature is ½ wherever one stands.
/// let sphere = Objective::exact(2, |x| -(4.0 - x[0].powi(2) - x[1].powi(2)).sqrt())?;
/// let geometry = sphere.geometry(&array![0.9, -1.2])?;
/// assert!((geometry.normal_curvature(&array![1.0, 3.0])? - 0.5).abs() < 1e-12);
/// assert!((geometry.mean_curvature()? - 0.5).abs() < 1e-12);
/// assert!((geometry.gaussian_curvature()?.value() - 0.25).abs() < 1e-12);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SurfaceGeometry {
    /// L(θ).
    pub loss: f64,
    /// ∇L(θ).
    pub gradient: Array1<f64>,
    /// θ.
    pub theta: Array1<f64>,
    pub(super) objective: Objective,
    /// √(1 + |∇L|²).
    pub(super) stretch: f64,
}

impl Objective {
    /// The geometry of the graph of L at θ, from one gradient; curvatures take Hessian products where they are asked for.
    ///
    /// # Errors
    /// As [`gradient`](Self::gradient), or if the squared gradient overflows.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::exact(2, |x| x[0] * x[1])?.geometry(&array![0.0, 0.0])?;
    /// assert!((saddle.gaussian_curvature()?.value() + 1.0).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn geometry(&self, theta: &Array1<f64>) -> Result<SurfaceGeometry> {
        let (loss, gradient) = self.loss_and_gradient(theta)?;
        let squared = gradient.dot(&gradient);
        if !squared.is_finite() {
            let given = "one whose squared gradient overflows";
            return Err(Error::argument("theta", given, "one at which |∇L|² is finite"));
        }
        let stretch = (1.0 + squared).sqrt();
        Ok(SurfaceGeometry {
            loss,
            gradient,
            theta: theta.clone(),
            objective: self.clone(),
            stretch,
        })
    }
}

impl SurfaceGeometry {
    /// The unit normal (−∇L, 1)/√(1 + |∇L|²), n + 1 numbers.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0] * 0.75)?.geometry(&array![0.0])?;
    /// assert_eq!(slope.normal(), array![-0.6, 0.8]);
    /// # Ok(()) }
    /// ```
    pub fn normal(&self) -> Array1<f64> {
        let upwards = std::iter::once(1.0);
        self.gradient.iter().map(|g| -g).chain(upwards).map(|x| x / self.stretch).collect()
    }

    /// The first fundamental form I = 1 + ∇L∇Lᵀ, n × n: lengths and angles on the surface.
    ///
    /// # Errors
    /// If n is above 16 384.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(2, |x| x[0] * 2.0)?.geometry(&array![0.0, 0.0])?;
    /// assert_eq!(slope.first_form()?, array![[5.0, 0.0], [0.0, 1.0]]);
    /// # Ok(()) }
    /// ```
    pub fn first_form(&self) -> Result<Array2<f64>> {
        let n = self.theta.len();
        if n > 1 << 14 {
            return Err(Error::TooLarge {
                what: format!("The first fundamental form of {n} parameters as a matrix"),
                needs: format!("{:.0} GiB", (n as f64).powi(2) * 8.0 / 1024_f64.powi(3)),
                limit: "16 384 parameters (2 GiB)".to_string(),
                advice: "It is 1 + ∇L∇Lᵀ, of which `gradient` tells all.".to_string(),
            });
        }
        let g = &self.gradient;
        Ok(Array2::from_shape_fn((n, n), |(i, j)| f64::from(u8::from(i == j)) + g[i] * g[j]))
    }

    /// The second fundamental form II = H/√(1 + |∇L|²), n × n.
    ///
    /// # Errors
    /// As [`Objective::hessian`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // L = θ² at the slope 2·¾·… = ¾: 2/√(1 + 9/16).
    /// let parabola = Objective::exact(1, |x| x[0].powi(2))?.geometry(&array![0.375])?;
    /// assert_eq!(parabola.second_form()?, array![[1.6]]);
    /// # Ok(()) }
    /// ```
    pub fn second_form(&self) -> Result<Array2<f64>> {
        Ok(self.objective.hessian(&self.theta)? / self.stretch)
    }

    /// The normal curvature II(v, v)/I(v, v) = vᵀHv / (√(1 + |∇L|²) (|v|² + (∇L·v)²)) along a direction of parameters, from one product: that of the curve in
    /// which the plane of the normal and the tangent vector (v, ∇L·v) cuts the surface.
    ///
    /// # Errors
    /// If v is 0, has the wrong length or numbers that are not finite; as [`Objective::hessian_vector`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let trough = Objective::exact(2, |x| x[0].powi(2))?.geometry(&array![0.0, 0.0])?;
    /// assert_eq!(trough.normal_curvature(&array![1.0, 0.0])?, 2.0);
    /// assert_eq!(trough.normal_curvature(&array![1.0, 1.0])?, 1.0);
    /// # Ok(()) }
    /// ```
    pub fn normal_curvature(&self, v: &Array1<f64>) -> Result<f64> {
        // Of length about 1, so that no square overflows.
        let size = v.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        if size == 0.0 {
            return Err(Error::argument("v", "a vector of zeros", "a direction other than 0"));
        }
        let v = v / size;
        let product = self.objective.hessian_vector(&self.theta, &v)?;
        let length = v.dot(&v) + self.gradient.dot(&v).powi(2);
        Ok(v.dot(&product) / (self.stretch * length))
    }

    /// The shape operator (Weingarten map) I⁻¹ II as a matrix, n × n and in general not symmetric: its eigenvalues are the principal curvatures.
    ///
    /// # Errors
    /// As [`Objective::hessian`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let product = Objective::exact(2, |x| x[0] * x[1])?.geometry(&array![0.0, 1.0])?;
    /// // I = [[2, 0], [0, 1]], II = [[0, 1], [1, 0]]/√2.
    /// let shape = product.shape_matrix()? * 8_f64.sqrt() - array![[0.0, 1.0], [2.0, 0.0]];
    /// assert!(shape.iter().all(|x| x.abs() < 1e-15));
    /// # Ok(()) }
    /// ```
    pub fn shape_matrix(&self) -> Result<Array2<f64>> {
        let second = self.second_form()?;
        // I⁻¹ = 1 − ∇L∇Lᵀ/(1 + |∇L|²).
        let along = self.gradient.dot(&second) / (self.stretch * self.stretch);
        Ok(Array2::from_shape_fn(second.dim(), |(i, j)| {
            second[(i, j)] - self.gradient[i] * along[j]
        }))
    }

    /// The symmetric form I^{−½} II I^{−½} of the shape operator, which has the same eigenvalues, by its products: one of the Hessian for each. As I is the unit matrix
    /// plus one of rank 1, I^{−½} = 1 − ∇L∇Lᵀ/(w(w + 1)) with w = √(1 + |∇L|²).
    ///
    /// # Errors
    /// Never in practice; products fail as those of the Hessian.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::saddle(500, 500)?;
    /// let geometry = saddle.geometry(&Array1::from_elem(1001, 0.01))?;
    /// let ends = geometry.shape_operator()?.lanczos(1).run()?;
    /// assert!(ends.complete && ends.eigenvalues[0] > 0.0);
    /// # Ok(()) }
    /// ```
    pub fn shape_operator(&self) -> Result<Operator> {
        let geometry = self.clone();
        let (theta, n) = (self.theta.to_vec(), self.theta.len());
        Operator::from_block_fn(n, move |x, y| {
            let mut turned = x.to_vec();
            turned.chunks_exact_mut(n).for_each(|x| geometry.lower(x));
            geometry.objective.products_at(Curvature::Hessian, &theta, &turned, y)?;
            for y in y.chunks_exact_mut(n) {
                for y in &mut *y {
                    *y /= geometry.stretch;
                }
                geometry.lower(y);
            }
            Ok(())
        })
    }

    /// I^{−½} x, in place.
    pub(super) fn lower(&self, x: &mut [f64]) {
        let along: f64 = self.gradient.iter().zip(x.iter()).map(|(g, x)| g * x).sum();
        let factor = along / (self.stretch * (self.stretch + 1.0));
        x.iter_mut().zip(&self.gradient).for_each(|(x, g)| *x -= factor * g);
    }
}
