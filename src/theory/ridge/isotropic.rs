//! Inputs of covariance 1: what is known in closed form.

use super::require_ratio;
use crate::error::{Error, Result, require_amount, require_positive};

/// m(−λ) = ⟨1/(h + λ)⟩ over the eigenvalues h of XᵀX/n, p/n → γ: the Stieltjes transform of the law of Marchenko and Pastur,
/// (√((1 − γ + λ)² + 4γλ) − (1 − γ + λ))/(2γλ).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert!((ridge::stieltjes(1e-6, 3.0)? - 0.25).abs() < 1e-6); // all eigenvalues are 1
/// # Ok(()) }
/// ```
///
/// # Errors
/// If γ is not from 10⁻⁶ to 10⁶, or λ not a finite number above 0.
pub fn stieltjes(ratio: f64, penalty: f64) -> Result<f64> {
    require_ratio("ratio", ratio)?;
    let lambda = require_positive("penalty", penalty)?;
    let a = 1.0 - ratio + lambda;
    let discriminant = a.hypot(2.0 * (ratio * lambda).sqrt());
    // Without cancellation on either side.
    Ok(if a > 0.0 { 2.0 / (a + discriminant) } else { (discriminant - a) / (2.0 * ratio * lambda) })
}

/// λ = γσ²/|β|², the penalty of least risk for isotropic inputs, whatever n and p (Dobriban and Wager (2018), theorem 2.1; Hastie et al. (2022), corollary 6).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert_eq!(ridge::optimal_penalty(2.0, 1.0, 0.5)?, 1.0);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If an argument is out of its range, or the signal is 0.
pub fn optimal_penalty(ratio: f64, signal: f64, noise: f64) -> Result<f64> {
    require_positive("signal", signal)?;
    Ok(require_ratio("ratio", ratio)? * require_amount("noise", noise)?
        / require_amount("signal", signal)?)
}

/// The excess risk of the shortest least-squares solution, λ → 0: σ²γ/(1 − γ) below γ = 1 and |β|²(1 − 1/γ) + σ²/(γ − 1) above (Hastie et al. (2022), theorem 2).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert_eq!((ridge::ridgeless(0.5, 4.0, 1.0)?, ridge::ridgeless(2.0, 4.0, 1.0)?), (1.0, 3.0));
/// # Ok(()) }
/// ```
///
/// # Errors
/// If an argument is out of its range, or γ = 1, where the risk is infinite.
pub fn ridgeless(ratio: f64, signal: f64, noise: f64) -> Result<f64> {
    require_ratio("ratio", ratio)?;
    let (signal, noise) = (require_amount("signal", signal)?, require_amount("noise", noise)?);
    if ratio == 1.0 {
        return Err(Error::argument("ratio", ratio, "another than 1, where the risk is infinite"));
    }
    Ok(if ratio < 1.0 {
        noise * ratio / (1.0 - ratio)
    } else {
        signal * (1.0 - 1.0 / ratio) + noise / (ratio - 1.0)
    })
}

/// The same for Gaussian inputs at any n and p, exactly: σ²p/(n − p − 1), or |β|²(1 − n/p) + σ²n/(p − n − 1), of which the expectation is finite for |n − p| ≥ 2.
///
/// Source: M. Belkin, D. Hsu and J. Xu, SIAM J. Math. Data Sci. 2, 1167 (2020), theorem 1; for p < n, L. Breiman and D. Freedman, J. Am. Stat. Assoc. 78, 131 (1983).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let finite = ridge::ridgeless_finite(400, 200, 1.0, 1.0)?;
/// assert!((finite - 200.0 / 199.0).abs() < 1e-15);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If n or p is 0, they differ by less than 2, or an amount is out of its range.
pub fn ridgeless_finite(n: usize, p: usize, signal: f64, noise: f64) -> Result<f64> {
    let (signal, noise) = (require_amount("signal", signal)?, require_amount("noise", noise)?);
    if n == 0 || p == 0 || n.abs_diff(p) < 2 {
        let allowed = "at least 1 each and 2 apart, so that the expected risk is finite";
        return Err(Error::argument("n, p", format!("{n}, {p}"), allowed));
    }
    let (examples, inputs) = (n as f64, p as f64);
    Ok(if p < n {
        noise * inputs / (examples - inputs - 1.0)
    } else {
        signal * (1.0 - examples / inputs) + noise * examples / (inputs - examples - 1.0)
    })
}
