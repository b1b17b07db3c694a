//! The logistic function, its integral, and sums of exponentials, all without overflow.

/// ln(1 + eᵃ).
pub(crate) fn softplus(a: f64) -> f64 {
    a.max(0.0) + (-a.abs()).exp().ln_1p()
}

/// 1/(1 + e⁻ᵃ), with all its digits where it is small.
pub(crate) fn sigmoid(a: f64) -> f64 {
    let decay = (-a.abs()).exp();
    if a >= 0.0 { 1.0 / (1.0 + decay) } else { decay / (1.0 + decay) }
}

/// ln Σ exp(x).
pub(crate) fn ln_sum_exp(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + values.iter().map(|value| (value - largest).exp()).sum::<f64>().ln()
}
