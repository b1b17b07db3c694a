//! How many patterns dense associative memories store.
//!
//! The energy E(s) = −Σ_μ F(ξ^μ·s) of N neurons with the interaction F(x) = xⁿ stores a number of patterns that grows as N^{n−1}, and F(x) = eˣ one that grows
//! exponentially. n = 2 is the Hopfield network.
//!
//! Sources: D. Krotov and J. J. Hopfield, *Dense associative memory for pattern recognition*, NIPS 2016 (arXiv:1606.01164); M. Demircigil, J. Heusel, M. Löwe,
//! S. Upgang and F. Vermet, *On a model of associative memory with huge storage capacity*, J. Stat. Phys. 168, 288 (2017).

use std::f64::consts::LN_2;

use crate::error::{Error, Result};
use crate::grid::geomspace;
use crate::information::binary_entropy;
use crate::numeric::gaussian::tail;
use crate::numeric::roots::{maximum, root};
use crate::theory::signal_to_noise;

/// (2n − 3)!! is a number of 64 bits up to here.
const MAX_ORDER: usize = 100;

/// The probability that a bit of a stored pattern is unstable with F(x) = xⁿ and P patterns: H(√(N^{n−1}/((2n − 3)!! P))), signal over Gaussian noise at large N.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // n = 2 is the Hopfield network.
/// let error = dense::bit_error(1000, 2, 138.0)?;
/// assert!((error / signal_to_noise::bit_error(0.138)? - 1.0).abs() < 1e-14);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `n` is 0, `order` not from 2 to 100, `patterns` not a finite number above 0, or N^{n−1} beyond 10³⁰⁰.
pub fn bit_error(n: usize, order: usize, patterns: f64) -> Result<f64> {
    if !(patterns > 0.0 && patterns.is_finite()) {
        return Err(Error::argument("patterns", patterns, "a finite number above 0"));
    }
    Ok(tail(unit(n, order)?.sqrt() / patterns.sqrt()))
}

/// The number of patterns at which a bit of them is unstable with this probability, with F(x) = xⁿ: α_n N^{n−1}, the inverse of [`bit_error`].
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let [two, three] = [2, 3].map(|order| dense::patterns_at_bit_error(100, order, 0.005));
/// assert!((three? / two? - 100.0 / 3.0).abs() < 1e-12);
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`bit_error`]; also if `error` is not between 10⁻³⁰⁰ and below ½.
pub fn patterns_at_bit_error(n: usize, order: usize, error: f64) -> Result<f64> {
    Ok(unit(n, order)? * signal_to_noise::load_at_bit_error(error)?)
}

/// N^{n−1}/(2(2n − 3)!! ln N), the number of patterns up to which a given one is recalled without any error for N → ∞, with F(x) = xⁿ.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert_eq!(dense::perfect_patterns(500, 2)?, signal_to_noise::most_patterns(500)?);
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`bit_error`]; also if `n` is 1.
pub fn perfect_patterns(n: usize, order: usize) -> Result<f64> {
    if n < 2 {
        return Err(Error::argument("n", n, "at least 2"));
    }
    Ok(unit(n, order)? / (2.0 * (n as f64).ln()))
}

/// The overlap m at T = 0 of the memory next to a pattern with F(x) = xⁿ, n ≥ 3, at load α = P/N^{n−1}: the largest solution of
/// m = erf(m^{n−1}/√(2α(2n − 3)!!)).
///
/// Replica-symmetric; unlike for n = 2 ([`ags::retrieval`](crate::theory::ags::retrieval)) the noise of the other patterns does not react to the state. Couplings of distinct
/// neurons alone have (n − 1)! in place of (2n − 3)!!.
///
/// Sources: E. Gardner, *Multiconnected neural network models*, J. Phys. A 20, 3453 (1987); L. F. Abbott and Y. Arian, Phys. Rev. A 36, 5091 (1987).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert!((dense::overlap(3, 0.06)? - 0.97493004530).abs() < 1e-11);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `order` is not from 3 to 100, or `load` not above 0 and at most [`retrieval_load`]`(order)`, above which there is no memory.
pub fn overlap(order: usize, load: f64) -> Result<f64> {
    let (best, most) = largest_load(order)?;
    if !(load > 0.0 && load <= most) {
        let allowed =
            format!("above 0, and at most {most}: no memory of order {order} lasts above it");
        return Err(Error::argument("load", load, allowed));
    }
    let noise = load * double_factorial(order);
    let excess = |x: f64| ln_noise(order, x) - noise.ln();
    // Without errors x² = 1/noise; at the largest load itself both ends may lie below it by a rounding error.
    let x = root(excess, best, 1.0 / noise.sqrt()).unwrap_or(best);
    Ok(1.0 - 2.0 * tail(x))
}

/// α = P/N^{n−1} up to which there are memories at T = 0 with F(x) = xⁿ, n ≥ 3: where [`overlap`] ends.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert!((dense::retrieval_load(3)? - 0.0840634769).abs() < 1e-9);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `order` is not from 3 to 100.
pub fn retrieval_load(order: usize) -> Result<f64> {
    Ok(largest_load(order)?.1)
}

/// The field over its noise where the load is largest, and that load.
fn largest_load(order: usize) -> Result<(f64, f64)> {
    let argument =
        || Error::argument("order", order, "from 3 to 100 (`ags` has the theory of order 2)");
    if !(3..=MAX_ORDER).contains(&order) {
        return Err(argument());
    }
    let (best, most) =
        maximum(|x| ln_noise(order, x), &geomspace(0.3, 8.0, 16)).ok_or_else(argument)?;
    Ok((best, most.exp() / double_factorial(order)))
}

/// ln of the noise α(2n − 3)!! at which the field is x times its standard deviation: m = 1 − 2H(x), and x² = m^{2(n−1)}/noise.
fn ln_noise(order: usize, x: f64) -> f64 {
    2.0 * (order as f64 - 1.0) * (-2.0 * tail(x)).ln_1p() - 2.0 * x.ln()
}

/// The rate a of the number of patterns e^{aN} below which, with F(x) = eˣ, every state with a fraction ρ of wrong bits is corrected in one step with probability → 1 for N → ∞:
/// a = I(1 − 2ρ)/2, I(x) = ½[(1 + x) ln(1 + x) + (1 − x) ln(1 − x)]. Without wrong bits ln 2/2: 2^{N/2} patterns.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let patterns = (40.0 * dense::exponential_rate(0.0)?).exp();
/// assert!((patterns / (1 << 20) as f64 - 1.0).abs() < 1e-13);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `wrong` is not at least 0 and below ½.
pub fn exponential_rate(wrong: f64) -> Result<f64> {
    if !(0.0..0.5).contains(&wrong) {
        return Err(Error::argument("wrong", wrong, "at least 0 and below 1/2"));
    }
    // I(1 − 2ρ) is what the entropy of ρ leaves of ln 2.
    Ok(0.5 * (LN_2 - binary_entropy(wrong)?))
}

/// N^{n−1}/(2n − 3)!!.
fn unit(n: usize, order: usize) -> Result<f64> {
    if n == 0 {
        return Err(Error::argument("n", n, "at least 1"));
    }
    if !(2..=MAX_ORDER).contains(&order) {
        return Err(Error::argument("order", order, "from 2 to 100"));
    }
    let states = (n as f64).powi(order as i32 - 1);
    if states > 1e300 {
        return Err(Error::argument(
            "order",
            order,
            format!("smaller for {n} neurons: N^(n-1) passes 1e300"),
        ));
    }
    Ok(states / double_factorial(order))
}

/// (2n − 3)!!.
fn double_factorial(order: usize) -> f64 {
    (1..order as u32).map(|k| f64::from(2 * k - 1)).product()
}
