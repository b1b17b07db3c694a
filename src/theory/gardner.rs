//! How many patterns a perceptron can store: Gardner's calculation.
//!
//! A spherical perceptron (Σ_j J_j² = N) stores P = αN random patterns with margin κ if σ^μ Σ_j J_j ξ_j^μ/√N > κ for all of them. As N → ∞ it
//! can up to
//!
//! α_c(κ) = 1 / ∫_{−κ}^∞ Dt (t + κ)²,
//!
//! so α_c(0) = 2, Cover's count. For κ ≥ 0 this is exact (the solutions form a convex set); for κ < 0 replica symmetry is broken
//! and the formula is an upper bound.
//!
//! Sources: E. Gardner, *The space of interactions in neural network models*, J. Phys. A 21, 257 (1988); M. Shcherbina and B. Tirozzi,
//! Commun. Math. Phys. 234, 383 (2003), for the proof.

use crate::error::{Error, Result, require_finite, require_positive};
use crate::numeric::gaussian::{density, hazard, tail};
use crate::numeric::roots::root;
use crate::polars::df;
use crate::polars::prelude::*;

/// Margins beyond this have capacities that are not numbers of this machine.
const MAX_MARGIN: f64 = 1e100;

/// Below this margin the capacity is infinite in 64 bits.
const MIN_MARGIN: f64 = -37.0;

/// α_c(κ) = 1/[(1 + κ²) H(−κ) + κ φ(κ)], Gardner's integral in closed form, with H(x) = erfc(x/√2)/2 and φ the normal density.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert_eq!(gardner::capacity(0.0)?, 2.0);
/// assert!((gardner::capacity(1.0)? - 0.519572229604938).abs() < 1e-15);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `kappa` is not from −37 (beyond which α_c overflows) to 10¹⁰⁰.
pub fn capacity(kappa: f64) -> Result<f64> {
    Ok(1.0 / second_moment(require_margin(kappa)?))
}

/// The largest margin at load α, the κ for which α_c(κ) = α; negative above α = 2, where it is a bound only.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert!(gardner::margin(2.0)?.abs() < 1e-15);
/// assert!((gardner::margin(1.0)? - 0.470655352618325).abs() < 1e-14);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `load` is not a number between 10⁻¹⁹⁹ and 10²⁹⁰.
pub fn margin(load: f64) -> Result<f64> {
    let alpha = require_positive("load", load)?;
    let excess = |kappa: f64| -second_moment(kappa).ln() - alpha.ln();
    // α_c < 1/κ² for κ > 0.
    root(excess, MIN_MARGIN, 1.0 + 1.0 / alpha.sqrt())
        .filter(|kappa| kappa.abs() < MAX_MARGIN)
        .ok_or_else(|| Error::argument("load", load, "between 1e-199 and 1e290"))
}

/// The capacity for biased patterns, in and out: all ξ and σ are +1 with probability (1 + m)/2.
///
/// The mean of the couplings v = m Σ_j J_j/√N shifts the fields, so that with κ_± = (κ ∓ v)/√(1 − m²)
///
/// 1/α_c = Σ_± ½(1 ± m) ∫_{−κ_±}^∞ Dt (t + κ_±)², at the v for which Σ_± ±(1 ± m) ∫_{−κ_±}^∞ Dt (t + κ_±) = 0.
///
/// It grows as −1/((1 − m) ln(1 − m)) for m → 1: patterns that say less are easier to store.
///
/// Source: Gardner (1988), section on correlated patterns.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert!((gardner::biased_capacity(0.0, 0.0)? - 2.0).abs() < 1e-15);
/// assert!((gardner::biased_capacity(0.0, 0.5)? - 2.405870596485101).abs() < 1e-13);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `kappa` is not between −5 and 10⁶, or `m` not within ±(1 − 10⁻¹²).
pub fn biased_capacity(kappa: f64, m: f64) -> Result<f64> {
    if !(-5.0..=1e6).contains(&kappa) {
        return Err(Error::argument("kappa", kappa, "between -5 and 1e6"));
    }
    if !(m.abs() <= 1.0 - 1e-12) {
        return Err(Error::argument("m", m, "within -1 and 1, and at least 1e-12 away from both"));
    }
    let (m, width) = (m.abs(), ((1.0 - m) * (1.0 + m)).sqrt());
    let margins = |v: f64| ((kappa - v) / width, (kappa + v) / width);
    // Falls from the value without a mean, above 0, to below 0 where the frequent patterns no longer bind.
    let balance = |v: f64| {
        let (plus, minus) = margins(v);
        (1.0 + m) * first_moment(plus) - (1.0 - m) * first_moment(minus)
    };
    let far = kappa.abs() + 40.0 * width;
    let v = root(balance, 0.0, far)
        .ok_or_else(|| Error::argument("m", m, "such that the mean of the couplings is found"))?;
    let (plus, minus) = margins(v);
    let load = 2.0 / ((1.0 + m) * second_moment(plus) + (1.0 - m) * second_moment(minus));
    if load.is_finite() {
        Ok(load)
    } else {
        Err(Error::argument(
            "kappa",
            kappa,
            format!("higher at bias {m}: the capacity passes 1e308"),
        ))
    }
}

/// α_c(κ), one row for each margin: columns `margin`, `load`, and `exact`, which is false for κ < 0, where replica symmetry is broken.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let frame = gardner::frame(&linspace(0.0, 2.0, 21))?;
/// assert_eq!(frame.lookup("margin", 0.0, "load")?, 2.0);
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`capacity`]; also if there is no margin.
pub fn frame(margins: &[f64]) -> Result<DataFrame> {
    if margins.is_empty() {
        return Err(Error::argument("margins", "an empty list", "at least one margin"));
    }
    let loads = margins.iter().map(|&kappa| capacity(kappa)).collect::<Result<Vec<_>>>()?;
    let exact: Vec<bool> = margins.iter().map(|&kappa| kappa >= 0.0).collect();
    Ok(df!("margin" => margins.to_vec(), "load" => loads, "exact" => exact)?)
}

/// ∫_{−κ}^∞ Dt (t + κ).
fn first_moment(kappa: f64) -> f64 {
    if kappa > -2.0 {
        kappa * tail(-kappa) + density(kappa)
    } else {
        let [zeroth, first, _] = ratios(-kappa);
        density(kappa) * zeroth * first
    }
}

/// ∫_{−κ}^∞ Dt (t + κ)².
fn second_moment(kappa: f64) -> f64 {
    if kappa > -2.0 {
        (1.0 + kappa * kappa) * tail(-kappa) + kappa * density(kappa)
    } else {
        // The closed form is a small difference here.
        let [zeroth, first, second] = ratios(-kappa);
        density(kappa) * zeroth * first * second
    }
}

/// J_0, J_1/J_0 and J_2/J_1 of J_n = ∫_0^∞ s^n exp(−s²/2 − xs) ds, which obey J_{n+1} + xJ_n = nJ_{n−1}: the continued fraction of their ratios.
fn ratios(x: f64) -> [f64; 3] {
    let third = (3..=200).rev().fold(x, |rest, n| x + f64::from(n) / rest);
    let second = 2.0 / third;
    let first = 1.0 / (x + second);
    [1.0 / hazard(x), first, second]
}

fn require_margin(kappa: f64) -> Result<f64> {
    if require_finite("kappa", kappa)? >= MIN_MARGIN && kappa <= MAX_MARGIN {
        Ok(kappa)
    } else {
        Err(Error::argument("kappa", kappa, "from -37 to 1e100"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::linspace;
    use crate::numeric::gaussian::Gaussian;

    #[test]
    fn the_closed_form_is_the_integral() {
        // The rule ends at 10, which is far enough from −κ.
        for kappa in linspace(-4.0, 8.0, 121) {
            let rule = Gaussian::weighted(-kappa, 10.0, density);
            let (first, second) = rule.means_about(|t| (t + kappa, (t + kappa).powi(2)));
            assert!((first_moment(kappa) / first - 1.0).abs() < 1e-11, "{kappa}");
            assert!((second_moment(kappa) / second - 1.0).abs() < 1e-11, "{kappa}");
        }
    }
}
