//! What a two-dimensional slice looks like at a critical point.

use std::fmt;

/// The shape of a surface over two directions, by the signs of its two principal curvatures.
///
/// ```
/// use statmech::prelude::*;
/// assert_eq!(SlicePicture::of(-1.0, 3.0), SlicePicture::Saddle);
/// assert_eq!(SlicePicture::of(-1.0, 0.0), SlicePicture::Flat);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SlicePicture {
    /// Both curvatures are positive, as at a minimum.
    Bowl,
    /// One is positive and one negative.
    Saddle,
    /// Both are negative, as at a maximum.
    Cap,
    /// At least one is 0, as in a valley.
    Flat,
}

impl SlicePicture {
    /// All of them, in the order of tables.
    pub const ALL: [Self; 4] = [Self::Bowl, Self::Saddle, Self::Cap, Self::Flat];

    /// The picture of two curvatures.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(SlicePicture::of(1.0, 2.0).name(), "bowl");
    /// ```
    pub fn of(one: f64, other: f64) -> Self {
        match (one.min(other), one.max(other)) {
            (least, _) if least > 0.0 => Self::Bowl,
            (_, most) if most < 0.0 => Self::Cap,
            (least, most) if least < 0.0 && most > 0.0 => Self::Saddle,
            _ => Self::Flat,
        }
    }

    /// The name in tables.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(SlicePicture::Cap.name(), "cap");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Bowl => "bowl",
            Self::Saddle => "saddle",
            Self::Cap => "cap",
            Self::Flat => "flat",
        }
    }
}

impl fmt::Display for SlicePicture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The eigenvalues of the symmetric matrix with these entries, the smaller first.
pub(super) fn eigenvalues(one: f64, between: f64, other: f64) -> (f64, f64) {
    let (mean, radius) = (0.5 * one + 0.5 * other, (0.5 * one - 0.5 * other).hypot(between));
    (mean - radius, mean + radius)
}
