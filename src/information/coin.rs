//! A coin of unknown bias: priors and what tosses make of them.

use std::fmt;
use std::ops::RangeInclusive;

use crate::error::{Error, Result};
use crate::numeric::roots::root;
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::statrs::distribution::{Beta, Continuous, ContinuousCDF};
use crate::statrs::function::beta::ln_beta;

/// Exponents for which the density's integrals keep their digits.
const RANGE: RangeInclusive<f64> = 1e-3..=1e12;

/// What is known of a coin's probability of heads: a beta density p^(a−1) (1−p)^(b−1) / B(a, b).
///
/// Tosses multiply it by p^heads (1−p)^tails, so that it stays one with a + heads and b + tails. The priors are those of the objective
/// Bayesians: [`uniform`](Self::uniform) (Laplace), [`jeffreys`](Self::jeffreys), which does not depend on how the bias is written
/// down and here is also Bernardo's reference prior, and any other by [`new`](Self::new).
///
/// Sources: H. Jeffreys, Proc. R. Soc. A 186, 453 (1946); J. M. Bernardo, J. R. Stat. Soc. B 41, 113 (1979).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let coin = Coin::uniform().tossed(3, 1);
/// assert!((coin.mean() - 4.0 / 6.0).abs() < 1e-15);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, PartialEq)]
pub struct Coin {
    a: f64,
    b: f64,
    prior: (f64, f64),
    tosses: (u64, u64),
}

impl Coin {
    /// A prior as if a heads and b tails had been seen by someone who started from nothing.
    ///
    /// # Errors
    /// [`Error::Argument`] if one is not between 0.001 and 10¹².
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Coin::new(3.0, 1.0)?.mean(), 0.75);
    /// assert!(Coin::new(0.0, 1.0).is_err());
    /// # Ok(()) }
    /// ```
    pub fn new(a: f64, b: f64) -> Result<Self> {
        for (name, tosses) in [("a", a), ("b", b)] {
            if !RANGE.contains(&tosses) {
                let (low, high) = (RANGE.start(), RANGE.end());
                return Err(Error::argument(name, tosses, format!("between {low} and {high:e}")));
            }
        }
        Ok(Self::of(a, b))
    }

    /// Laplace's prior: every bias alike.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Coin::uniform(), Coin::new(1.0, 1.0)?);
    /// # Ok(()) }
    /// ```
    pub fn uniform() -> Self {
        Self::of(1.0, 1.0)
    }

    /// Jeffreys' prior 1/(π √(p(1−p))), from the Fisher information; also the reference prior.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Coin::jeffreys().tossed(0, 1).mean(), 0.25);
    /// # Ok(()) }
    /// ```
    pub fn jeffreys() -> Self {
        Self::of(0.5, 0.5)
    }

    /// Bernardo's reference prior, from which the data are expected to teach the most: for a coin the same as [`jeffreys`](Self::jeffreys).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(Coin::reference(), Coin::jeffreys());
    /// ```
    pub fn reference() -> Self {
        Self::jeffreys()
    }

    fn of(a: f64, b: f64) -> Self {
        Self { a, b, prior: (a, b), tosses: (0, 0) }
    }

    /// What is known after these tosses.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Coin::uniform().tossed(2, 0).tossed(1, 4), Coin::uniform().tossed(3, 4));
    /// # Ok(()) }
    /// ```
    #[must_use = "what is known after the tosses is returned, the prior stays"]
    pub fn tossed(&self, heads: u64, tails: u64) -> Self {
        let tosses = (self.tosses.0.saturating_add(heads), self.tosses.1.saturating_add(tails));
        let (a, b) = (self.prior.0 + tosses.0 as f64, self.prior.1 + tosses.1 as f64);
        Self { a, b, prior: self.prior, tosses }
    }

    /// The probability that the next toss is heads, a/(a + b), which is also the mean bias.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Laplace's rule of succession, (heads + 1)/(tosses + 2).
    /// assert_eq!(Coin::uniform().tossed(3, 0).mean(), 0.8);
    /// # Ok(()) }
    /// ```
    pub fn mean(&self) -> f64 {
        self.a / (self.a + self.b)
    }

    /// The standard deviation of the bias.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!((Coin::uniform().deviation() - (1.0_f64 / 12.0).sqrt()).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn deviation(&self) -> f64 {
        let sum = self.a + self.b;
        (self.a / sum * (self.b / sum) / (sum + 1.0)).sqrt()
    }

    /// The interval that holds the bias with this probability, with as much probability below as above.
    ///
    /// # Errors
    /// [`Error::Argument`] if the probability is not between 0 and 1, both excluded.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let (low, high) = Coin::uniform().interval(0.5)?;
    /// assert!((low - 0.25).abs() < 1e-9 && (high - 0.75).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn interval(&self, probability: f64) -> Result<(f64, f64)> {
        if !(probability > 0.0 && probability < 1.0) {
            return Err(Error::argument(
                "probability",
                probability,
                "between 0 and 1, both excluded",
            ));
        }
        let density = self.density()?;
        let outside = 0.5 * (1.0 - probability);
        let quantile = |below: f64| root(|p| density.cdf(p) - below, 0.0, 1.0);
        match (quantile(outside), quantile(1.0 - outside)) {
            (Some(low), Some(high)) => Ok((low, high)),
            _ => {
                Err(Error::argument("probability", probability, "one whose ends can be told apart"))
            }
        }
    }

    /// ln of the probability of these very tosses in their order, ln B(a, b)/B(a₀, b₀): what one compares priors by.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Laplace: each number of heads in n tosses has probability 1/(n + 1).
    /// let known = Coin::uniform().tossed(2, 1);
    /// assert!((known.ln_evidence().exp() * 3.0 - 0.25).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn ln_evidence(&self) -> f64 {
        ln_beta(self.a, self.b) - ln_beta(self.prior.0, self.prior.1)
    }

    /// The density of the bias at `points` points between 0 and 1, ends excluded: columns `bias`, `density`.
    ///
    /// # Errors
    /// [`Error::Argument`] if there is no point.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let figure = Coin::jeffreys().tossed(7, 3).frame(200)?.line("bias", "density")?;
    /// # Ok(()) }
    /// ```
    pub fn frame(&self, points: usize) -> Result<DataFrame> {
        if points == 0 || points > 1 << 24 {
            return Err(Error::argument("points", points, "between 1 and 2^24"));
        }
        let density = self.density()?;
        let bias: Vec<f64> = (0..points).map(|k| (k as f64 + 0.5) / points as f64).collect();
        let values: Vec<f64> = bias.iter().map(|&p| density.pdf(p)).collect();
        Ok(df!("bias" => bias, "density" => values)?)
    }

    fn density(&self) -> Result<Beta> {
        Beta::new(self.a, self.b)
            .map_err(|e| Error::argument("a", e, "such that a beta density exists"))
    }
}

impl fmt::Debug for Coin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { a, b, tosses: (heads, tails), .. } = self;
        let (mean, deviation) = (self.mean(), self.deviation());
        write!(f, "Coin(a = {a}, b = {b} after {heads} heads and {tails} tails, ")?;
        write!(f, "bias {mean:.4} ± {deviation:.4})")
    }
}
