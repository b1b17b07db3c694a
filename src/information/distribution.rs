//! Probabilities of finitely many outcomes.

use std::fmt;

use crate::error::{Error, Result};
use crate::ndarray::Array1;

/// How far the sum of given probabilities may lie from 1.
const TOLERANCE: f64 = 1e-9;

/// The most numbers that are shown one by one.
pub(super) const MOST_SHOWN: usize = 8;

/// The most outcomes of a uniform distribution: 1 GiB of probabilities.
const MOST_OUTCOMES: usize = 1 << 27;

/// Probabilities p_i of finitely many outcomes.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let coin = Distribution::new([0.5, 0.5])?;
/// assert_eq!(coin.entropy() / BIT, 1.0);
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq)]
pub struct Distribution {
    p: Array1<f64>,
}

impl Distribution {
    /// Probabilities as given; their sum may differ from 1 by rounding (1e-9) and is made 1.
    ///
    /// # Errors
    /// [`Error::Argument`] if there is none, one is negative or not finite, or the sum is not 1; counts and weights are for
    /// [`from_weights`](Self::from_weights).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!(Distribution::new([0.5, 0.6]).is_err());
    /// # Ok(()) }
    /// ```
    pub fn new(p: impl IntoIterator<Item = f64>) -> Result<Self> {
        let p: Array1<f64> = p.into_iter().collect();
        let sum = checked_sum("p", p.iter())?;
        if (sum - 1.0).abs() > TOLERANCE {
            return Err(Error::argument(
                "p",
                format!("probabilities whose sum is {sum}"),
                "probabilities with a sum of 1 (`from_weights` takes any weights)",
            ));
        }
        Ok(Self { p: p / sum })
    }

    /// Probabilities in proportion to weights, such as counts.
    ///
    /// # Errors
    /// [`Error::Argument`] if there is none, one is negative or not finite, or all are zero.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Distribution::from_weights([1.0, 3.0])?.probabilities(), array![0.25, 0.75]);
    /// # Ok(()) }
    /// ```
    pub fn from_weights(weights: impl IntoIterator<Item = f64>) -> Result<Self> {
        let weights: Array1<f64> = weights.into_iter().collect();
        checked_sum("weights", weights.iter())?;
        // The largest becomes 1 first, so that no sum overflows.
        let largest = weights.iter().copied().fold(0.0, f64::max);
        let scaled = weights / largest;
        let sum = scaled.sum();
        Ok(Self { p: scaled / sum })
    }

    /// The same probability for each of `outcomes` outcomes.
    ///
    /// # Errors
    /// [`Error::Argument`] if there is none, or more than 2^27.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Distribution::uniform(4)?.entropy(), 4.0_f64.ln());
    /// # Ok(()) }
    /// ```
    pub fn uniform(outcomes: usize) -> Result<Self> {
        if outcomes > MOST_OUTCOMES {
            return Err(Error::argument("outcomes", outcomes, format!("at most {MOST_OUTCOMES}")));
        }
        Self::from_weights(std::iter::repeat_n(1.0, outcomes))
    }

    /// The probabilities.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Distribution::uniform(2)?.probabilities(), array![0.5, 0.5]);
    /// # Ok(()) }
    /// ```
    pub fn probabilities(&self) -> &Array1<f64> {
        &self.p
    }

    /// The number of outcomes, impossible ones included.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Distribution::new([1.0, 0.0, 0.0])?.outcomes(), 3);
    /// # Ok(()) }
    /// ```
    pub fn outcomes(&self) -> usize {
        self.p.len()
    }

    /// The average Σ p_i x_i.
    ///
    /// # Errors
    /// [`Error::Shape`] if there is not one value for each outcome; [`Error::Argument`] if one is not finite.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!((Distribution::uniform(6)?.average(&array![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])? - 3.5).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn average(&self, values: &Array1<f64>) -> Result<f64> {
        if values.len() != self.p.len() {
            return Err(shape("The values", self.p.len(), values.len()));
        }
        match values.iter().find(|x| !x.is_finite()) {
            Some(x) => Err(Error::argument("values", x, "finite numbers")),
            None => Ok(self.p.dot(values)),
        }
    }

    /// Shannon's entropy H = −Σ p ln p in nats (C. E. Shannon, Bell Syst. Tech. J. 27, 379 (1948)).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Distribution::new([1.0, 0.0])?.entropy(), 0.0);
    /// # Ok(()) }
    /// ```
    pub fn entropy(&self) -> f64 {
        entropy(self.p.iter())
    }

    /// Rényi's entropy ln(Σ p^q)/(1 − q) in nats: the logarithm of the support at q = 0, Shannon's at q = 1, −ln max p at q = ∞
    /// (A. Rényi, Proc. 4th Berkeley Symp. 1, 547 (1961)).
    ///
    /// # Errors
    /// [`Error::Argument`] if the order is negative or NaN.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let p = Distribution::new([0.5, 0.25, 0.25])?;
    /// assert!((p.renyi(2.0)? + 0.375_f64.ln()).abs() < 1e-15);
    /// assert_eq!(p.renyi(f64::INFINITY)?, 2.0_f64.ln());
    /// # Ok(()) }
    /// ```
    pub fn renyi(&self, order: f64) -> Result<f64> {
        if !(order >= 0.0) {
            return Err(Error::argument("order", order, "at least 0"));
        }
        let possible = self.p.iter().copied().filter(|&p| p > 0.0);
        if order == 1.0 {
            return Ok(self.entropy());
        }
        let largest = self.p.iter().copied().fold(0.0, f64::max);
        if order.is_infinite() {
            return Ok(-largest.ln());
        }
        if (order - 1.0).abs() < 0.5 {
            // Near Shannon's the sum is close to 1, and what matters is by how much it differs.
            let beyond: f64 = possible.map(|p| p * ((order - 1.0) * p.ln()).exp_m1()).sum();
            return Ok(beyond.ln_1p() / (1.0 - order));
        }
        // Relative to the largest, so that high orders do not underflow.
        let sum: f64 = possible.map(|p| (p / largest).powf(order)).sum();
        Ok((order * largest.ln() + sum.ln()) / (1.0 - order))
    }

    /// The cross-entropy −Σ p ln q in nats, what a code made for `other` costs; infinite where `other` rules out what happens.
    ///
    /// # Errors
    /// [`Error::Shape`] if the two do not have the same number of outcomes.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let (p, q) = (Distribution::new([0.5, 0.5])?, Distribution::new([0.9, 0.1])?);
    /// assert!((p.cross_entropy(&q)? - (p.entropy() + p.kl(&q)?)).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn cross_entropy(&self, other: &Self) -> Result<f64> {
        Ok(self.pairs(other)?.map(|(p, q)| if p > 0.0 { -p * q.ln() } else { 0.0 }).sum())
    }

    /// The Kullback–Leibler divergence D(p‖q) = Σ p ln(p/q) in nats, at least 0; infinite where `other` rules out what happens
    /// (S. Kullback and R. A. Leibler, Ann. Math. Stat. 22, 79 (1951)).
    ///
    /// # Errors
    /// [`Error::Shape`] if the two do not have the same number of outcomes.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let (p, q) = (Distribution::new([1.0, 0.0])?, Distribution::new([0.5, 0.5])?);
    /// assert_eq!(p.kl(&q)?, 2.0_f64.ln());
    /// assert_eq!(q.kl(&p)?, f64::INFINITY);
    /// # Ok(()) }
    /// ```
    pub fn kl(&self, other: &Self) -> Result<f64> {
        Ok(divergence(self.pairs(other)?))
    }

    /// The Jensen–Shannon divergence ½ D(p‖m) + ½ D(q‖m) with m = (p + q)/2, in nats: symmetric, between 0 and ln 2
    /// (J. Lin, IEEE Trans. Inf. Theory 37, 145 (1991)).
    ///
    /// # Errors
    /// [`Error::Shape`] if the two do not have the same number of outcomes.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let (p, q) = (Distribution::new([1.0, 0.0])?, Distribution::new([0.0, 1.0])?);
    /// assert_eq!(p.jensen_shannon(&q)?, BIT);
    /// # Ok(()) }
    /// ```
    pub fn jensen_shannon(&self, other: &Self) -> Result<f64> {
        let to_middle = |(a, b): (f64, f64)| (a, 0.5 * (a + b));
        let there = divergence(self.pairs(other)?.map(to_middle));
        let back = divergence(other.pairs(self)?.map(to_middle));
        Ok(0.5 * (there + back))
    }

    /// The outcomes' probabilities here and there.
    fn pairs<'a>(&'a self, other: &'a Self) -> Result<impl Iterator<Item = (f64, f64)> + 'a> {
        if other.outcomes() == self.outcomes() {
            Ok(self.p.iter().copied().zip(other.p.iter().copied()))
        } else {
            Err(shape("The other distribution", self.outcomes(), other.outcomes()))
        }
    }
}

/// The entropy −p ln p − (1 − p) ln(1 − p) of a coin, in nats.
///
/// # Errors
/// [`Error::Argument`] if p is not between 0 and 1.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert_eq!(binary_entropy(0.5)? / BIT, 1.0);
/// # Ok(()) }
/// ```
pub fn binary_entropy(p: f64) -> Result<f64> {
    if (0.0..=1.0).contains(&p) {
        // ln(1 − p) keeps its digits for small p.
        let rest = if p < 1.0 { (1.0 - p) * (-p).ln_1p() } else { 0.0 };
        Ok(surprise(p) - rest)
    } else {
        Err(Error::argument("p", p, "between 0 and 1"))
    }
}

/// −Σ p ln p.
pub(super) fn entropy<'a>(p: impl Iterator<Item = &'a f64>) -> f64 {
    p.map(|&p| surprise(p)).sum()
}

/// Σ p ln(p/q) of pairs (p, q), not below 0 by rounding.
pub(super) fn divergence(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    pairs.map(|(p, q)| if p > 0.0 { p * ln_ratio(p, q) } else { 0.0 }).sum::<f64>().max(0.0)
}

/// ln(p/q), also where the ratio itself overflows.
pub(super) fn ln_ratio(p: f64, q: f64) -> f64 {
    let ratio = p / q;
    if ratio.is_finite() && ratio > 0.0 { ratio.ln() } else { p.ln() - q.ln() }
}

fn surprise(p: f64) -> f64 {
    if p > 0.0 { -p * p.ln() } else { 0.0 }
}

/// The sum of numbers that are to be finite, not negative, and not all zero.
pub(super) fn checked_sum<'a>(
    name: &'static str,
    mut numbers: impl Iterator<Item = &'a f64> + Clone,
) -> Result<f64> {
    let sum: f64 = numbers.clone().sum();
    if let Some(bad) = numbers.find(|x| !(**x >= 0.0 && x.is_finite())) {
        return Err(Error::argument(
            name,
            format!("an entry of {bad}"),
            "finite numbers of at least 0",
        ));
    }
    if sum > 0.0 {
        Ok(sum)
    } else {
        Err(Error::argument(name, "none above 0", "at least one number above 0"))
    }
}

pub(super) fn shape(what: &'static str, expected: usize, given: usize) -> Error {
    Error::Shape {
        what,
        expected: format!("{expected} outcomes"),
        given: format!("{given} outcomes"),
    }
}

impl fmt::Debug for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.p.len();
        if count > MOST_SHOWN {
            return write!(f, "Distribution({count} outcomes, entropy {:.4} nats)", self.entropy());
        }
        let shown: Vec<String> = self.p.iter().map(|p| format!("{p:.4}")).collect();
        write!(f, "Distribution({})", shown.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::information::BIT;

    #[test]
    fn renyi_is_continuous_around_shannon_and_falls_with_its_order() -> Result<()> {
        let p = Distribution::from_weights([5.0, 3.0, 1.0, 0.5, 0.0])?;
        let orders = [0.0, 0.3, 0.5, 0.999_999_999, 1.0, 1.000_000_001, 1.5, 2.0, 50.0, 2000.0];
        let values: Vec<f64> = orders.iter().map(|&q| p.renyi(q)).collect::<Result<_>>()?;
        assert!(values.windows(2).all(|pair| pair[1] < pair[0]));
        assert!((values[3] - values[4]).abs() < 1e-8 && (values[5] - values[4]).abs() < 1e-8);
        assert!((values[0] - 4.0_f64.ln()).abs() < 1e-15);
        assert!((values[9] - p.renyi(f64::INFINITY)?).abs() < 1e-3);
        Ok(())
    }

    #[test]
    fn bits_and_entropy_agree_on_a_coin() -> Result<()> {
        for p in [0.0, 1e-12, 0.11, 0.5, 1.0] {
            let direct = Distribution::new([p, 1.0 - p])?.entropy();
            assert!((binary_entropy(p)? - direct).abs() < 1e-15);
        }
        assert!((binary_entropy(0.11)? / BIT - 0.499_915_958_164_528).abs() < 1e-14);
        Ok(())
    }
}
