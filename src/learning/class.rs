//! Classes of hypotheses by name: what is known of each in closed form, and its dichotomies of given points.

use std::fmt;

use super::dichotomies::Dichotomies;
use super::growth::growth_frame;
use super::{half_spaces, masks, rectangles};
use crate::error::{Error, Result};
use crate::ndarray::Array2;
use crate::num_bigint::BigUint;
use crate::numeric::binomial::lower_binomials;
use crate::polars::prelude::DataFrame;
use crate::theory::cover;

/// A class of hypotheses h: ℝᵈ → ±1.
///
/// | class | h(x) = +1 | VC dimension | growth function Π(m) |
/// |---|---|---|---|
/// | `Thresholds` | x > t | 1 | m + 1 |
/// | `Rays` | x > t, or x < t | 2 | 2m |
/// | `Intervals` | a < x < b | 2 | m(m + 1)/2 + 1 |
/// | `Unions(k)` | x in one of k intervals | 2k | Σ_{i≤2k} (m over i) |
/// | `Rectangles` | a_j < x_j < b_j for all j | 2d | by enumeration |
/// | `HalfSpaces` | w·x > 0 | d | Cover's C(m, d) |
/// | `AffineHalfSpaces` | w·x + b > 0 | d + 1 | C(m, d + 1) |
///
/// The growth function is the largest number of dichotomies of m points, and the VC dimension the largest m at which it is 2^m. Half-spaces are open on both sides:
/// no point may lie on the plane.
///
/// Sources: V. Vapnik and A. Chervonenkis, Theory Probab. Appl. 16, 264 (1971); M. Mohri, A. Rostamizadeh and A. Talwalkar, *Foundations of Machine Learning* (2nd ed. 2018),
/// chapter 3; T. M. Cover, IEEE Trans. Electron. Comput. 14, 326 (1965).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // Four points in the plane: straight lines make all dichotomies but the two diagonal ones.
/// let square = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let lines = HypothesisClass::AffineHalfSpaces.dichotomies(&square)?;
/// assert_eq!((lines.count(), lines.vc_dimension()?.dimension), (14, 3));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HypothesisClass {
    /// +1 right of a threshold on the line.
    Thresholds,
    /// +1 on one side of a threshold on the line, on either side.
    Rays,
    /// +1 inside one interval of the line.
    Intervals,
    /// +1 inside so many intervals of the line, or fewer.
    Unions(usize),
    /// +1 inside a box whose sides are parallel to the axes.
    Rectangles,
    /// +1 on one side of a plane through the origin.
    HalfSpaces,
    /// +1 on one side of any plane.
    AffineHalfSpaces,
}

impl HypothesisClass {
    /// The name in tables: "thresholds", "rays", "intervals", "unions", "rectangles", "half_spaces", "affine_half_spaces".
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(HypothesisClass::AffineHalfSpaces.name(), "affine_half_spaces");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Thresholds => "thresholds",
            Self::Rays => "rays",
            Self::Intervals => "intervals",
            Self::Unions(_) => "unions",
            Self::Rectangles => "rectangles",
            Self::HalfSpaces => "half_spaces",
            Self::AffineHalfSpaces => "affine_half_spaces",
        }
    }

    /// The VC dimension over all of ℝᵈ, in closed form: that of the table above.
    ///
    /// # Errors
    /// If the dimension d is 0, or not 1 for a class on the line, or `Unions(0)` is asked about.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert_eq!(HypothesisClass::Rectangles.vc_dimension(2)?, 4);
    /// assert_eq!(HypothesisClass::AffineHalfSpaces.vc_dimension(10)?, 11);
    /// # Ok(()) }
    /// ```
    pub fn vc_dimension(self, dimension: usize) -> Result<usize> {
        self.require(dimension)?;
        let twice = |k: usize| k.checked_mul(2).ok_or(k);
        match self {
            Self::Thresholds => Ok(1),
            Self::Rays | Self::Intervals => Ok(2),
            Self::Unions(k) => twice(k),
            Self::Rectangles => twice(dimension),
            Self::HalfSpaces => Ok(dimension),
            Self::AffineHalfSpaces => dimension.checked_add(1).ok_or(dimension),
        }
        .map_err(|given| {
            Error::argument("dimension", given, "small enough that its double can be counted")
        })
    }

    /// Π(m), the most dichotomies that the class makes of m points in ℝᵈ, exactly.
    ///
    /// For rectangles it is 2^m up to m = 2d, and beyond, in more than one dimension, is found by going through all orders that the coordinates of m points may have: up to m = 8 in the plane.
    ///
    /// # Errors
    /// As for [`vc_dimension`](Self::vc_dimension); also if m is 0 or above 20,000; [`Error::TooLarge`] where the orders of rectangles' points are too many.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert_eq!(HypothesisClass::Intervals.growth_function(10, 1)?.to_string(), "56");
    /// assert_eq!(HypothesisClass::Rectangles.growth_function(5, 2)?.to_string(), "28"); // of 32
    /// # Ok(()) }
    /// ```
    pub fn growth_function(self, m: usize, dimension: usize) -> Result<BigUint> {
        self.require(dimension)?;
        if m == 0 || m > cover::MAX_COUNTED {
            let allowed = format!("from 1 to {}", cover::MAX_COUNTED);
            return Err(Error::argument("m", m, allowed));
        }
        match self {
            Self::Thresholds => Ok(lower_binomials(m, 1)),
            Self::Rays => Ok(BigUint::from(2 * m)),
            Self::Intervals => Ok(lower_binomials(m, 2)),
            Self::Unions(k) => Ok(lower_binomials(m, k.saturating_mul(2))),
            Self::Rectangles if dimension == 1 => Ok(lower_binomials(m, 2)),
            Self::Rectangles => rectangles::growth_function(m, dimension),
            Self::HalfSpaces => cover::count(m, dimension),
            Self::AffineHalfSpaces => cover::count_with_threshold(m, dimension),
        }
    }

    /// The growth function beside its bounds, a row for each m from 1 to `most`: `class`, `dimension`, `n_points`, `growth` Π(m), `sauer` (the bound Σ_{i≤D} (m over i) with the VC dimension D),
    /// `all` (2^m).
    ///
    /// # Errors
    /// As for [`growth_function`](Self::growth_function); also if `most` is above 1,000, where 2^m is near the largest number.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let frame = HypothesisClass::HalfSpaces.growth_frame(3, 10)?;
    /// assert_eq!(frame.values("growth")?[..4], [2.0, 4.0, 8.0, 14.0]);
    /// # Ok(()) }
    /// ```
    pub fn growth_frame(self, dimension: usize, most: usize) -> Result<DataFrame> {
        let vc = self.vc_dimension(dimension)?;
        if !(1..=1_000).contains(&most) {
            return Err(Error::argument("most", most, "from 1 to 1000"));
        }
        let counts: Vec<BigUint> =
            (1..=most).map(|m| self.growth_function(m, dimension)).collect::<Result<_>>()?;
        growth_frame(self.name(), dimension, vc, &counts)
    }

    /// The dichotomies that the class makes of these points (one a row, d columns), each found exactly.
    ///
    /// Points on the line and rectangles are a matter of order alone. For half-spaces points are added one after the other, and each dichotomy so far is asked whether it can be continued by +1 and
    /// by −1, with the proof of [`Examples::separation`](crate::perceptron::Examples::separation). Before that each point is scaled where planes go through the origin, and each coordinate, which changes no
    /// dichotomy: points may be of any size.
    ///
    /// # Errors
    /// [`Error::Argument`] without points, for one that is not of finite numbers, for a dimension that does not fit the class; for half-spaces for two points that are so near to each other (in direction, for planes through the
    /// origin), at 10⁻⁵ of the largest in each coordinate, that the proofs could not tell them apart, and for the origin among points for planes through it; [`Error::TooLarge`] beyond 64 points, 2²⁰ dichotomies, or 50,000 for half-spaces.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let points = array![[0.3], [0.1], [0.7]];
    /// let made = HypothesisClass::Thresholds.dichotomies(&points)?;
    /// assert_eq!(made.table(), array![[-1, -1, -1], [-1, -1, 1], [1, -1, 1], [1, 1, 1]]);
    /// # Ok(()) }
    /// ```
    pub fn dichotomies(self, points: &Array2<f64>) -> Result<Dichotomies> {
        let (count, dimension) = points.dim();
        if count == 0 {
            return Err(Error::argument("points", "an empty array", "at least one point"));
        }
        self.require(dimension)?;
        masks::require_points(count)?;
        if let Some(x) = points.iter().find(|x| !x.is_finite()) {
            return Err(Error::argument("points", x, "made of finite numbers"));
        }
        let found = match self {
            Self::Thresholds => masks::thresholds(points),
            Self::Rays => masks::rays(points),
            Self::Intervals => masks::unions(points, 1)?,
            Self::Unions(k) => masks::unions(points, k)?,
            Self::Rectangles => rectangles::dichotomies(points)?,
            Self::HalfSpaces => half_spaces::dichotomies(points, false)?,
            Self::AffineHalfSpaces => half_spaces::dichotomies(points, true)?,
        };
        Ok(Dichotomies::from_masks(found, count))
    }

    fn require(self, dimension: usize) -> Result<()> {
        let line =
            matches!(self, Self::Thresholds | Self::Rays | Self::Intervals | Self::Unions(_));
        if self == Self::Unions(0) {
            return Err(Error::argument("k", 0, "at least 1 interval"));
        }
        if dimension == 0 || line && dimension != 1 {
            let allowed = if line { "1, for a class on the line" } else { "at least 1" };
            return Err(Error::argument("dimension", dimension, allowed));
        }
        Ok(())
    }
}

impl fmt::Display for HypothesisClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unions(k) => write!(f, "unions of {k} intervals"),
            Self::HalfSpaces => write!(f, "half-spaces"),
            Self::AffineHalfSpaces => write!(f, "affine half-spaces"),
            _ => write!(f, "{}", self.name()),
        }
    }
}
