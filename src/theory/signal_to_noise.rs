//! Signal and noise in the Hopfield network: how often one step goes wrong, and how many patterns are recalled without error.
//!
//! At a stored pattern the field on a neuron is its own bit plus the crosstalk of the other patterns, nearly Gaussian with variance α = P/N. Source unless
//! said otherwise: J. Hertz, A. Krogh and R. Palmer, *Introduction to the Theory of Neural Computation* (1991), section 2.2.

use crate::error::{Error, Result, require_positive};
use crate::numeric::gaussian::{ln_tail, tail};
use crate::numeric::roots::root;

/// The probability that a bit of a stored pattern is unstable, H(1/√α) = ½ erfc(1/√(2α)): the fraction wrong after one step from the pattern.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // Hertz, Krogh and Palmer's table: 0.0036 at α = 0.138.
/// assert!((signal_to_noise::bit_error(0.138)? - 0.0036).abs() < 5e-5);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `load` is not a finite number above 0.
pub fn bit_error(load: f64) -> Result<f64> {
    Ok(tail(1.0 / require_positive("load", load)?.sqrt()))
}

/// The overlap after one synchronous step from overlap m₀ with a pattern, erf(m₀/√(2α)).
///
/// Later steps are correlated with the noise, so this cannot be repeated. Source: W. Kinzel, Z. Phys. B 60, 205 (1985).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let after = signal_to_noise::overlap_after_one_step(0.1, 1.0)?;
/// assert!((after - 1.0 + 2.0 * signal_to_noise::bit_error(0.1)?).abs() < 1e-15);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `load` is not a finite number above 0, or `overlap` not between −1 and 1.
pub fn overlap_after_one_step(load: f64, overlap: f64) -> Result<f64> {
    let m = require_overlap(overlap)?;
    Ok(1.0 - 2.0 * tail(m / require_positive("load", load)?.sqrt()))
}

/// The load at which a bit of a stored pattern is unstable with this probability, the inverse of [`bit_error`].
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // 0.105 for one bit in a thousand.
/// assert!((signal_to_noise::load_at_bit_error(0.001)? - 0.105).abs() < 5e-4);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `error` is not between 10⁻³⁰⁰ and below ½.
pub fn load_at_bit_error(error: f64) -> Result<f64> {
    if !(1e-300..0.5).contains(&error) {
        return Err(Error::argument("error", error, "between 1e-300 and below 1/2"));
    }
    let excess = |x: f64| ln_tail(x) - error.ln();
    root(excess, 0.0, 40.0)
        .filter(|&x| x > 0.0)
        .map(|x| 1.0 / (x * x))
        .ok_or_else(|| Error::argument("error", error, "further below 1/2"))
}

/// N/(2 ln N): so many patterns can be stored for a given one to be a fixed point, all bits of it, with probability → 1.
///
/// Source: R. J. McEliece, E. C. Posner, E. R. Rodemich and S. S. Venkatesh, *The capacity of the Hopfield associative memory*, IEEE Trans. Inf. Theory 33, 461 (1987).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert!((signal_to_noise::most_patterns(1000)? - 72.38).abs() < 0.01);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `n` is below 2.
pub fn most_patterns(n: usize) -> Result<f64> {
    most_patterns_from(n, 0.0)
}

/// N/(4 ln N): as [`most_patterns`], for all patterns at once to be fixed points.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert!((signal_to_noise::all_patterns(1000)? - 36.19).abs() < 0.01);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `n` is below 2.
pub fn all_patterns(n: usize) -> Result<f64> {
    Ok(0.5 * most_patterns(n)?)
}

/// (1 − 2ρ)² N/(2 ln N): as [`most_patterns`], to be reached from states with a fraction ρ < ½ of wrong bits. Half of it for all patterns at once.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let (from_afar, stored) = (signal_to_noise::most_patterns_from(1000, 0.25)?, signal_to_noise::most_patterns(1000)?);
/// assert_eq!(from_afar, stored / 4.0);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `n` is below 2, or `wrong` not at least 0 and below ½.
pub fn most_patterns_from(n: usize, wrong: f64) -> Result<f64> {
    if n < 2 {
        return Err(Error::argument("n", n, "at least 2"));
    }
    if !(0.0..0.5).contains(&wrong) {
        return Err(Error::argument("wrong", wrong, "at least 0 and below 1/2"));
    }
    let n = n as f64;
    Ok((1.0 - 2.0 * wrong).powi(2) * n / (2.0 * n.ln()))
}

/// The number of patterns at which a given pattern is a fixed point with this probability: (1 − H(√(N/P)))^N = probability, bits taken as
/// independent. At finite N it is far closer to simulations than its limit [`most_patterns`], which it approaches as slowly as ln ln N/ln N.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let half = signal_to_noise::patterns_at_probability(1000, 0.5)?;
/// assert!((half - 97.0).abs() < 2.0);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `n` is 0, or `probability` not between 0 and 1, both excluded, or at or below 2^−N, where no number of patterns is large enough.
pub fn patterns_at_probability(n: usize, probability: f64) -> Result<f64> {
    if n == 0 {
        return Err(Error::argument("n", n, "at least 1"));
    }
    if !(probability > 0.0 && probability < 1.0) {
        return Err(Error::argument("probability", probability, "above 0 and below 1"));
    }
    let error = -(probability.ln() / n as f64).exp_m1();
    load_at_bit_error(error).map(|load| load * n as f64).map_err(|_| {
        Error::argument("probability", probability, format!("above 2^-{n}, that of random states"))
    })
}

fn require_overlap(overlap: f64) -> Result<f64> {
    if (-1.0..=1.0).contains(&overlap) {
        Ok(overlap)
    } else {
        Err(Error::argument("overlap", overlap, "between -1 and 1"))
    }
}
