//! Mean and Gaussian curvature.

use crate::error::{Error, Result};
use crate::landscape::SurfaceGeometry;
use crate::operator::TraceEstimation;
use crate::operator::dense::eigenvalues_symmetric;
use crate::polars::df;
use crate::polars::prelude::DataFrame;

/// The Gaussian curvature K = det(I⁻¹ II), by its sign and ln |K|, as products of thousands of curvatures leave the range of numbers.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // At the bottom of x² + 2y² the principal curvatures are 2 and 4.
/// let bowl = Objective::exact(2, |x| x[0].powi(2) + x[1].powi(2) * 2.0)?.geometry(&array![0.0, 0.0])?;
/// let curvature: GaussianCurvature = bowl.gaussian_curvature()?;
/// assert!(curvature.sign == 1.0 && (curvature.ln - 8_f64.ln()).abs() < 1e-13);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct GaussianCurvature {
    /// 1, −1, or 0 if a principal curvature vanishes to rounding.
    pub sign: f64,
    /// ln |K|; −∞ where the sign is 0.
    pub ln: f64,
}

impl GaussianCurvature {
    /// K itself; infinite or 0 where it leaves the range of numbers.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let cylinder = Objective::exact(2, |x| -(1.0 - x[0].powi(2)).sqrt())?.geometry(&array![0.5, 7.0])?;
    /// assert_eq!(cylinder.gaussian_curvature()?.value(), 0.0);
    /// # Ok(()) }
    /// ```
    pub fn value(&self) -> f64 {
        if self.sign == 0.0 { 0.0 } else { self.sign * self.ln.exp() }
    }
}

impl SurfaceGeometry {
    /// The mean curvature tr(I⁻¹ II)/n = (tr H − ∇LᵀH∇L/(1 + |∇L|²)) / (n √(1 + |∇L|²)), the average of the n principal curvatures, from n products.
    ///
    /// Some define it as their sum; a sphere of radius R has 1/R here.
    ///
    /// # Errors
    /// If n is above 10 000, for which [`mean_curvature_sampled`](Self::mean_curvature_sampled) is; as products.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::exact(2, |x| x[0].powi(2) + x[1].powi(2) * 2.0)?;
    /// assert_eq!(bowl.geometry(&array![0.0, 0.0])?.mean_curvature()?, 3.0);
    /// # Ok(()) }
    /// ```
    pub fn mean_curvature(&self) -> Result<f64> {
        let n = self.theta.len();
        if n > 10_000 {
            return Err(Error::TooLarge {
                what: "The mean curvature by all its products".to_string(),
                needs: format!("{n} of them"),
                limit: "10 000".to_string(),
                advice: "Take `mean_curvature_sampled()`.".to_string(),
            });
        }
        Ok(self.shape_operator()?.matrix()?.diag().sum() / n as f64)
    }

    /// The mean curvature from products with random vectors, 100 by default, with its error: the `value` and `error` of what the run returns.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::saddle(500, 800)?;
    /// let geometry = saddle.geometry(&Array1::from_elem(1001, 0.05))?;
    /// let sampled = geometry.mean_curvature_sampled()?.seed(1).run()?;
    /// assert!((sampled.value - geometry.mean_curvature()?).abs() < 4.0 * sampled.error);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Never in practice; the run as [`TraceEstimation::run`].
    pub fn mean_curvature_sampled(&self) -> Result<TraceEstimation> {
        Ok(self.shape_operator()?.scaled(1.0 / self.theta.len() as f64)?.trace())
    }

    /// The Gaussian curvature K = det(I⁻¹ II) = det H / (1 + |∇L|²)^{(n+2)/2}, the product of the principal curvatures.
    ///
    /// # Errors
    /// If n is above 10 000; as products.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // z = xy: K = −1/(1 + x² + y²)².
    /// let saddle = Objective::exact(2, |x| x[0] * x[1])?.geometry(&array![1.0, 1.0])?;
    /// assert!((saddle.gaussian_curvature()?.value() + 1.0 / 9.0).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn gaussian_curvature(&self) -> Result<GaussianCurvature> {
        let values = eigenvalues_symmetric(&self.objective.hessian_at(&self.theta)?.matrix()?)?;
        let n = values.len() as f64;
        let most = values.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let small = most * n * f64::EPSILON;
        if values.iter().any(|x| x.abs() <= small) {
            return Ok(GaussianCurvature { sign: 0.0, ln: f64::NEG_INFINITY });
        }
        let sign = values.iter().map(|x| x.signum()).product();
        let ln: f64 = values.iter().map(|x| x.abs().ln()).sum();
        Ok(GaussianCurvature { sign, ln: ln - (n + 2.0) * self.stretch.ln() })
    }

    /// One row: `loss`, `gradient_norm`, `mean_curvature`, `gaussian_curvature_sign`, `ln_gaussian_curvature`, the extreme principal curvatures `kappa_min` and
    /// `kappa_max`, and `dimension`.
    ///
    /// # Errors
    /// If n is above 10 000; as products.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::exact(2, |x| x[0] * x[1])?.geometry(&array![0.0, 0.0])?;
    /// assert!(saddle.frame()?.values("mean_curvature")?[0].abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn frame(&self) -> Result<DataFrame> {
        let gaussian = self.gaussian_curvature()?;
        let values = self.shape_operator()?.eigenvalues()?;
        let n = values.len();
        Ok(df!(
            "loss" => [self.loss],
            "gradient_norm" => [self.gradient.dot(&self.gradient).sqrt()],
            "mean_curvature" => [values.sum() / n as f64],
            "gaussian_curvature_sign" => [gaussian.sign],
            "ln_gaussian_curvature" => [gaussian.ln],
            "kappa_min" => [values[0]],
            "kappa_max" => [values[n - 1]],
            "dimension" => [n as u64],
        )?)
    }
}
