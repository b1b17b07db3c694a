//! The Ising ring in a field by the eigenvalues of its transfer matrix.

/// ln Z of `n` spins, Z = λ₊ⁿ + λ₋ⁿ with λ± = e^{J/T} cosh(h/T) ± √(e^{2J/T} sinh²(h/T) + e^{−2J/T}).
///
/// Source: R. J. Baxter, *Exactly Solved Models in Statistical Mechanics* (1982), eq. 2.1.9.
pub fn ln_z(n: usize, j: f64, h: f64, t: f64) -> f64 {
    let (k, b) = (j / t, h.abs() / t);
    // All terms are taken relative to the largest exponential, so that none overflows.
    let scale = (k + b).max(-k);
    let aligned = (k + b - scale).exp() / 2.0;
    let decay = (-2.0 * b).exp();
    let root = (aligned * (1.0 - decay)).hypot((-k - scale).exp());
    let half_trace = aligned * (1.0 + decay);
    let largest = half_trace + root;
    // ln |λ₋/λ₊| without the difference of nearly equal terms; λ₋ is below 0 for an antiferromagnet.
    let ln_ratio = n as f64 * (-2.0 * half_trace.min(root) / largest).ln_1p();
    let frustrated = root > half_trace && n % 2 == 1;
    let both = if frustrated { (-ln_ratio.exp_m1()).ln() } else { ln_ratio.exp().ln_1p() };
    n as f64 * (scale + largest.ln()) + both
}
