//! What can be called sharpness.

use std::fmt;

/// A measure of sharpness at θ.
///
/// All but [`FilterCurvature`](Self::FilterCurvature) depend on the scale of the parameters: rescaling the layers of a network of rectified units changes them though the function
/// stays the same (Dinh et al., arXiv:1703.04933); see [`Objective::scaled_blocks`](crate::landscape::Objective::scaled_blocks).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[3.0, 0.0], [0.0, 1.0]], &array![0.0, 0.0])?;
/// let sharpness = bowl.sharpness(&array![0.0, 0.0]).run()?; // all of them
/// let value = |measure| sharpness.value(measure);
/// assert!((value(SharpnessMeasure::LargestEigenvalue)? - 3.0).abs() < 1e-9);
/// assert!((value(SharpnessMeasure::Trace)? - 4.0).abs() < 1e-9);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SharpnessMeasure {
    /// λ_max of the Hessian, by Lanczos; its error is the residual.
    LargestEigenvalue,
    /// tr H, by Hutchinson's estimator with entries ±1; its error is one standard error.
    Trace,
    /// ⟨dᵀHd⟩ over random filter-normalised directions d without biases, Σ_f |θ_f|² tr H_ff / n_f over filters f of n_f weights; its error is one standard error. Unchanged if all filters of a layer
    /// (and its biases) are multiplied by a number that the next layer takes back; not if one filter alone is, since the next layer's filters then change in one component each.
    FilterCurvature,
    /// L(θ + ρ g/|g|) − L(θ), the rise in one step of sharpness-aware minimisation (Foret et al., arXiv:2010.01412, equation 2); 0 at a critical point. It has no error.
    Sam,
    /// max_{|ε| ≤ ρ} L(θ + ε) − L(θ), approached from below by several steps ε ← ρ g(θ + ε)/|g(θ + ε)|, which rise all the way where L is convex; at a quadratic minimum they are power iterations towards
    /// ½ λ_max ρ². Its error is the last step's rise.
    Ball,
    /// 100 (max L(θ + z) − L(θ)) / (1 + L(θ)) over the box |z_i| ≤ ε (|θ_i| + 1) (Keskar et al., arXiv:1609.04836, equation 4, of the whole space), approached from below by steps to the box's corner
    /// towards which the gradient points. Its error is the last step's rise, in the same units.
    Box,
    /// ln det(1 + H₊/κ), where negative eigenvalues of H count as 0, by stochastic Lanczos quadrature; its error is one standard error. Minus half of it is the logarithm of the volume of a Gaussian basin with
    /// precision H₊ + κ relative to that of its prior with precision κ.
    LogDeterminant,
}

impl SharpnessMeasure {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::LargestEigenvalue,
        Self::Trace,
        Self::FilterCurvature,
        Self::Sam,
        Self::Ball,
        Self::Box,
        Self::LogDeterminant,
    ];

    /// The name in tables.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert_eq!(SharpnessMeasure::Trace.name(), "trace");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::LargestEigenvalue => "largest_eigenvalue",
            Self::Trace => "trace",
            Self::FilterCurvature => "filter_curvature",
            Self::Sam => "sam",
            Self::Ball => "ball",
            Self::Box => "box",
            Self::LogDeterminant => "log_determinant",
        }
    }
}

impl fmt::Display for SharpnessMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
