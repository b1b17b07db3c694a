//! The logistic function and its integral.

/// ln(1 + eᵃ), without overflow.
pub(crate) fn softplus(a: f64) -> f64 {
    a.max(0.0) + (-a.abs()).exp().ln_1p()
}

/// 1/(1 + e⁻ᵃ), with all its digits where it is small.
pub(crate) fn sigmoid(a: f64) -> f64 {
    let decay = (-a.abs()).exp();
    if a >= 0.0 { 1.0 / (1.0 + decay) } else { decay / (1.0 + decay) }
}
