//! Functions of the overlap, tabulated.

use std::fmt;

use crate::error::{Error, Result, require_positive};

/// Above this power nothing changes any more but the rounding.
const HIGHEST_POWER: u32 = 100;
/// Whole numbers up to here are exact as `f64`.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// How the energy of a [`DenseMemory`](super::DenseMemory) counts the overlap x = ξ·s of a pattern and the state.
///
/// ```
/// use statmech::prelude::*;
/// assert_eq!(Interaction::Polynomial(3).to_string(), "polynomial of degree 3");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Interaction {
    /// F(x) = x^n with n from 2 (Hopfield's network) to 100.
    Polynomial(u32),
    /// F(x) = x^n for x > 0 and 0 otherwise: a pattern's negative no longer attracts.
    RectifiedPolynomial(u32),
    /// F(x) = exp(βx) with β > 0; β = 1 is Demircigil's network.
    Exponential(f64),
}

impl Interaction {
    /// The name in the `interaction` column: "polynomial", "rectified_polynomial", "exponential".
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(Interaction::Exponential(1.0).name(), "exponential");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Polynomial(_) => "polynomial",
            Self::RectifiedPolynomial(_) => "rectified_polynomial",
            Self::Exponential(_) => "exponential",
        }
    }

    /// The power n of a polynomial.
    /// Missing for the exponential.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(Interaction::RectifiedPolynomial(3).degree(), Some(3));
    /// assert_eq!(Interaction::Exponential(1.0).degree(), None);
    /// ```
    pub fn degree(self) -> Option<u32> {
        match self {
            Self::Polynomial(n) | Self::RectifiedPolynomial(n) => Some(n),
            Self::Exponential(_) => None,
        }
    }

    /// Refuses powers out of range and a β that is not a finite number above 0.
    pub(super) fn check(self) -> Result<()> {
        match self {
            Self::Polynomial(n) | Self::RectifiedPolynomial(n) => {
                if (2..=HIGHEST_POWER).contains(&n) {
                    return Ok(());
                }
                let allowed = format!("between 2, Hopfield's network, and {HIGHEST_POWER}");
                Err(Error::argument("degree", n, allowed))
            }
            Self::Exponential(beta) => require_positive("beta", beta).map(|_| ()),
        }
    }

    /// F(x)/unit for every overlap x = −N … N. Whole numbers where sums over `terms` of them are exact; otherwise F(N)/unit = 1.
    pub(super) fn values(self, n_units: usize, terms: usize) -> Values {
        let n = n_units as f64;
        let overlaps = || (0..=2 * n_units).map(|index| index as f64 - n);
        match self {
            Self::Polynomial(degree) | Self::RectifiedPolynomial(degree) => {
                let highest = n.powi(degree as i32);
                // Energy differences add four of these for each pattern.
                let exact = highest * 4.0 * terms as f64 <= EXACT;
                let scale = if exact { 1.0 } else { n };
                let rectified = matches!(self, Self::RectifiedPolynomial(_));
                let power = |x: f64| {
                    if rectified && x < 0.0 { 0.0 } else { (x / scale).powi(degree as i32) }
                };
                Values {
                    values: overlaps().map(power).collect(),
                    unit: if exact { highest } else { 1.0 },
                }
            }
            Self::Exponential(beta) => {
                Values { values: overlaps().map(|x| (beta * (x - n)).exp()).collect(), unit: 1.0 }
            }
        }
    }
}

impl fmt::Display for Interaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Polynomial(n) => write!(f, "polynomial of degree {n}"),
            Self::RectifiedPolynomial(n) => write!(f, "rectified polynomial of degree {n}"),
            Self::Exponential(beta) => write!(f, "exponential with β = {beta}"),
        }
    }
}

/// F for all overlaps, from −N at index 0 to N at index 2N.
#[derive(Clone, Debug)]
pub(super) struct Values {
    values: Vec<f64>,
    /// What F(N) is in the units of `values`.
    pub unit: f64,
}

impl Values {
    /// F at the overlap with this index.
    pub fn at(&self, index: usize) -> f64 {
        self.values[index]
    }

    /// How F grows when an overlap rises by 2, and when it falls by 2; 0 where it cannot.
    pub fn steps(&self, index: usize) -> (f64, f64) {
        let here = self.values[index];
        let to = |index: Option<usize>| {
            index.and_then(|index| self.values.get(index)).map_or(0.0, |value| value - here)
        };
        (to(index.checked_add(2)), to(index.checked_sub(2)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_whole_where_they_can_be() {
        let cubes = Interaction::Polynomial(3).values(4, 2);
        assert_eq!((cubes.at(8), cubes.at(0), cubes.unit), (64.0, -64.0, 64.0));
        assert_eq!(cubes.steps(6), (56.0, -8.0));
        assert_eq!(cubes.steps(8), (0.0, -56.0));
        let rectified = Interaction::RectifiedPolynomial(2).values(3, 1);
        assert_eq!((rectified.at(0), rectified.at(2), rectified.at(6)), (0.0, 0.0, 9.0));
        let steep = Interaction::Polynomial(40).values(10_000, 10);
        assert_eq!((steep.at(20_000), steep.unit), (1.0, 1.0));
        let exponential = Interaction::Exponential(1.0).values(2000, 1);
        assert_eq!((exponential.at(4000), exponential.at(0)), (1.0, 0.0));
    }
}
