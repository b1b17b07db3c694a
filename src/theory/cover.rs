//! Cover's counting of the dichotomies that a perceptron can realise.
//!
//! P points in general position in N dimensions (no N of them linearly dependent) are divided in two classes in 2^P ways, of which a plane
//! through the origin separates
//!
//! C(P, N) = 2 Σ_{k=0}^{N−1} (P−1 over k),
//!
//! whatever the points. All can be separated up to P = N, half of them at P = 2N, and for N → ∞ the fraction falls from 1 to 0 there.
//! A threshold is one more input, fixed at 1: C(P, N + 1).
//!
//! Source: T. M. Cover, *Geometrical and statistical properties of systems of linear inequalities with applications in pattern
//! recognition*, IEEE Trans. Electron. Comput. EC-14, 326 (1965), the function-counting theorem.

use std::f64::consts::LN_2;

use crate::error::{Error, Result};
use crate::num_bigint::BigUint;
use crate::numeric::binomial::{ln_binomial, ln_binomial_law, lower_binomials};
use crate::polars::df;
use crate::polars::prelude::*;

/// The most points whose count is worked out in full, a number of as many bits.
pub const MAX_COUNTED: usize = 20_000;

/// The most points of a fraction, which stays exact to about eleven digits up to here.
const MAX_POINTS: usize = 1_000_000_000_000;

/// C(P, N): how many of the 2^P dichotomies of `p` points in general position in `n` dimensions a plane through the origin separates.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // Three points in the plane: all but the two that put the middle one (or its mirror image) alone.
/// assert_eq!(cover::count(3, 2)?.to_string(), "6");
/// // At P = 2N half of the 2^P dichotomies remain.
/// assert_eq!(cover::count(20, 10)?.to_string(), (1 << 19).to_string());
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `p` or `n` is 0, or `p` above [`MAX_COUNTED`]; [`ln_count`] and [`fraction`] go further.
pub fn count(p: usize, n: usize) -> Result<BigUint> {
    require(p, n)?;
    if p > MAX_COUNTED {
        return Err(Error::TooLarge {
            what: "Cover's count in full".into(),
            needs: format!("a number of {p} bits"),
            limit: format!("{MAX_COUNTED} points"),
            advice: "Take `cover::ln_count` or `cover::fraction`, which need no long numbers."
                .into(),
        });
    }
    if n >= p {
        return Ok(BigUint::from(1_u32) << p);
    }
    Ok(lower_binomials(p - 1, n - 1) << 1)
}

/// C(P, N + 1): as [`count`], by planes anywhere, that is by a unit with a threshold.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // Four points in the plane: all but the two diagonals, of which exclusive or is one.
/// assert_eq!(cover::count_with_threshold(4, 2)?.to_string(), "14");
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`count`].
pub fn count_with_threshold(p: usize, n: usize) -> Result<BigUint> {
    require(p, n)?;
    count(p, n.saturating_add(1))
}

/// C(P, N)/2^P, the fraction of dichotomies that are separable: the probability that P − 1 tosses of a coin show heads fewer than N times.
///
/// Relative errors are below 10⁻¹² for P up to 10⁶. Where the fraction is below 10⁻³⁰⁸, it is 0.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert_eq!(cover::fraction(50, 50)?, 1.0);
/// assert!((cover::fraction(2_000, 1_000)? - 0.5).abs() < 1e-12);
/// assert!(cover::fraction(2_200, 1_000)? < 1e-4);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `p` or `n` is 0, or `p` above 10¹².
pub fn fraction(p: usize, n: usize) -> Result<f64> {
    require_points(p, n)?;
    Ok(if n >= p {
        1.0
    } else if 2 * n <= p {
        ln_lower(p - 1, n).exp()
    } else {
        // Fewer than N heads, or at least N of them, which is at most P − 1 − N tails.
        1.0 - ln_lower(p - 1, p - n).exp()
    })
}

/// C(P, N + 1)/2^P: as [`fraction`], for a unit with a threshold.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert_eq!(cover::fraction_with_threshold(4, 2)?, 14.0 / 16.0);
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`fraction`].
pub fn fraction_with_threshold(p: usize, n: usize) -> Result<f64> {
    require_points(p, n)?;
    fraction(p, n.saturating_add(1))
}

/// ln C(P, N), for any P and N.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert!((cover::ln_count(3, 2)? - 6.0_f64.ln()).abs() < 1e-15);
/// // Per input, at twice the capacity: 4 ln 4 − 3 ln 3 from the entropy of mixing.
/// let per_input = cover::ln_count(4_000_000, 1_000_000)? / 1e6;
/// assert!((per_input - (4.0 * 4.0_f64.ln() - 3.0 * 3.0_f64.ln())).abs() < 1e-5);
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`fraction`].
pub fn ln_count(p: usize, n: usize) -> Result<f64> {
    require_points(p, n)?;
    let all = p as f64 * LN_2;
    Ok(if n >= p {
        all
    } else if 2 * n <= p {
        ln_direct(p - 1, n)
    } else {
        all + (-ln_lower(p - 1, p - n).exp()).ln_1p()
    })
}

/// 2N, the number of points at which exactly half of the dichotomies are separable (Cover's capacity, two patterns for each weight).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert_eq!(cover::capacity(50)?, 100);
/// assert_eq!(cover::fraction(cover::capacity(50)?, 50)?, 0.5);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `n` is 0 or 2N no number of this machine.
pub fn capacity(n: usize) -> Result<usize> {
    match n.checked_mul(2) {
        Some(twice) if n > 0 => Ok(twice),
        _ => Err(Error::argument("n", n, "at least 1, and 2N a number of this machine")),
    }
}

/// The fraction of separable dichotomies of `n` inputs, one row for each number of points: columns `n_inputs`, `n_patterns`, `load` (P/N),
/// `fraction`, `ln_count`.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let points: Vec<usize> = (1..=60).collect();
/// let frame = cover::frame(20, &points)?;
/// assert_eq!(frame.lookup("load", 2.0, "fraction")?, 0.5);
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`fraction`]; also if there is no number of points.
pub fn frame(n: usize, points: &[usize]) -> Result<DataFrame> {
    if points.is_empty() {
        return Err(Error::argument("points", "an empty list", "at least one number of points"));
    }
    let each = |f: &dyn Fn(usize) -> Result<f64>| {
        points.iter().map(|&p| f(p)).collect::<Result<Vec<f64>>>()
    };
    Ok(df!(
        "n_inputs" => vec![n as u64; points.len()],
        "n_patterns" => points.iter().map(|&p| p as u64).collect::<Vec<_>>(),
        "load" => each(&|p| Ok(p as f64 / n as f64))?,
        "fraction" => each(&|p| fraction(p, n))?,
        "ln_count" => each(&|p| ln_count(p, n))?,
    )?)
}

/// ln of 2^{−tosses} Σ_{k<n} (tosses over k), for n at most about half of the tosses.
///
/// The largest term from Loader's form without cancelling logarithms, the rest relative to it. Exactly ½ where symmetry says so.
fn ln_lower(tosses: usize, n: usize) -> f64 {
    if tosses + 1 == 2 * n {
        return -LN_2;
    }
    let k = n - 1;
    ln_binomial_law(k as f64, tosses as f64, 0.5) + relative_sum(tosses, k).ln()
}

/// ln 2Σ_{k<n} (tosses over k), where the count itself is wanted and may be small.
fn ln_direct(tosses: usize, n: usize) -> f64 {
    if tosses + 1 == 2 * n {
        return tosses as f64 * LN_2;
    }
    let k = n - 1;
    LN_2 + ln_binomial(tosses, k) + relative_sum(tosses, k).ln()
}

/// Σ_{i≤k} (n over i)/(n over k): the terms fall from i = k down.
fn relative_sum(n: usize, k: usize) -> f64 {
    let (mut term, mut sum) = (1.0_f64, 0.0_f64);
    for i in (0..=k).rev() {
        sum += term;
        term *= i as f64 / (n - i + 1) as f64;
        if term < 1e-18 * sum {
            break;
        }
    }
    sum
}

fn require(p: usize, n: usize) -> Result<()> {
    if p == 0 || n == 0 {
        let (name, allowed) =
            if p == 0 { ("p", "at least 1 point") } else { ("n", "at least 1 input") };
        return Err(Error::argument(name, 0, allowed));
    }
    Ok(())
}

fn require_points(p: usize, n: usize) -> Result<()> {
    require(p, n)?;
    if p > MAX_POINTS {
        return Err(Error::argument("p", p, "at most 10^12 points"));
    }
    Ok(())
}
