//! Which of bowl, saddle and cap a slice shows, and how often.

use crate::error::Result;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::theory::projections::beta::{half_beta, saddle};

/// Probabilities of what a slice along two random directions through a critical point shows. They sum to 1.
///
/// They hold for every [`DirectionKind`](super::DirectionKind), since only the plane of the slice matters.
///
/// ```
/// use statmech::prelude::*;
/// // The saddle of 1001 dimensions with 500 curvatures 1, 500 curvatures −1 and one 0 …
/// let even = PictureProbabilities::of_signs(500, 500);
/// assert!((even.saddle - 0.70728).abs() < 1e-5);
/// // … and with 800 against 200: in random slices it is a bowl.
/// assert!(PictureProbabilities::of_signs(800, 200).bowl > 1.0 - 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct PictureProbabilities {
    /// Both principal curvatures are positive.
    pub bowl: f64,
    /// One is positive and one negative.
    pub saddle: f64,
    /// Both are negative.
    pub cap: f64,
    /// At least one is 0, as with fewer than two eigenvalues other than 0.
    pub flat: f64,
}

impl PictureProbabilities {
    /// Exact probabilities for `positive` eigenvalues 1 and `negative` eigenvalues −1 of the Hessian, and any number of zeros.
    ///
    /// P(saddle) = √π 2^{1−(n₊+n₋)/2} Γ((n₊ + n₋ − 1)/2) / (Γ(n₊/2) Γ(n₋/2)) and P(bowl) = I_½(n₋ − 1, n₊ − 1) − P(saddle) I_½((n₋ − 1)/2, (n₊ − 1)/2), with
    /// regularised incomplete beta functions I; see the [module](super).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// let pictures = PictureProbabilities::of_signs(2, 2);
    /// assert!((pictures.saddle - std::f64::consts::FRAC_PI_4).abs() < 1e-14);
    /// assert!((pictures.bowl - pictures.cap).abs() < 1e-14);
    /// ```
    pub fn of_signs(positive: usize, negative: usize) -> Self {
        let (none, p, m) = (Self::NONE, positive as f64, negative as f64);
        match (positive, negative) {
            (0, 0 | 1) | (1, 0) => Self { flat: 1.0, ..none },
            (_, 0) => Self { bowl: 1.0, ..none },
            (0, _) => Self { cap: 1.0, ..none },
            (1, 1) => Self { saddle: 1.0, ..none },
            _ => {
                let saddle = saddle(0.5 * p, 0.5 * m);
                if negative == 1 {
                    return Self { saddle, bowl: 1.0 - saddle, ..none };
                }
                if positive == 1 {
                    return Self { saddle, cap: 1.0 - saddle, ..none };
                }
                // The rarer of the two from its formula loses digits to a difference, but none of its absolute accuracy.
                let one = |a: f64, b: f64| {
                    (half_beta(a, b) - saddle * half_beta(0.5 * a, 0.5 * b)).max(0.0)
                };
                let (bowl, cap) = (one(m - 1.0, p - 1.0), one(p - 1.0, m - 1.0));
                Self { bowl, saddle, cap, flat: 0.0 }
            }
        }
    }

    pub(super) const NONE: Self = Self { bowl: 0.0, saddle: 0.0, cap: 0.0, flat: 0.0 };

    /// One row a picture: `picture` ("bowl", "saddle", "cap", "flat") and its `probability`.
    ///
    /// # Errors
    /// [`Error::Polars`](crate::Error::Polars) never in practice.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(PictureProbabilities::of_signs(1, 1).frame()?.values("probability")?, [0.0, 1.0, 0.0, 0.0]);
    /// # Ok(()) }
    /// ```
    pub fn frame(&self) -> Result<DataFrame> {
        Ok(df!(
            "picture" => ["bowl", "saddle", "cap", "flat"],
            "probability" => [self.bowl, self.saddle, self.cap, self.flat],
        )?)
    }
}
