//! How the two directions of a slice are drawn.

/// How random directions are scaled, and whether they are made orthogonal to each other.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // Entries N(0, 1) make curvatures n times as large as directions of length 1.
/// let gaussian = ProjectionTheory::of_signs(60, 40, 0)?;
/// let unit = gaussian.directions(DirectionKind::Unit);
/// assert!((gaussian.mean_diagonal() - 100.0 * unit.mean_diagonal()).abs() < 1e-12);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DirectionKind {
    /// Independent entries N(0, 1).
    #[default]
    Gaussian,
    /// The same divided by their lengths: independent points on the sphere.
    Unit,
    /// The same made orthogonal and of length 1 (Gram–Schmidt): a uniformly turned frame.
    Orthonormal,
}

impl DirectionKind {
    /// The name in tables.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert_eq!(DirectionKind::Orthonormal.name(), "orthonormal");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Gaussian => "gaussian",
            Self::Unit => "unit",
            Self::Orthonormal => "orthonormal",
        }
    }
}
