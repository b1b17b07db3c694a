//! The logistic function, its integral, and sums of exponentials, all without overflow.

use super::elementary;
use crate::simd::widths;

/// Numbers side by side.
const LANES: usize = 8;

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

/// Replaces each x by its share e^x/Z, and gives ln Z = ln Σ e^x.
pub(crate) fn softmax(values: &mut [f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for value in values.iter_mut() {
        *value = (*value - largest).exp();
        sum += *value;
    }
    for value in values {
        *value /= sum;
    }
    largest + sum.ln()
}

/// Σ f(b + x) over both lists.
#[inline(always)]
fn sum_of(b: &[f64], x: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let ((bs, b_rest), (xs, x_rest)) = (b.as_chunks::<LANES>(), x.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (b, x) in bs.iter().zip(xs) {
        for l in 0..LANES {
            sums[l] += f(b[l] + x[l]);
        }
    }
    let rest: f64 = b_rest.iter().zip(x_rest).map(|(b, x)| f(b + x)).sum();
    sums.iter().sum::<f64>() + rest
}

#[inline(always)]
fn softplus_sum_body(b: &[f64], x: &[f64]) -> f64 {
    sum_of(b, x, elementary::f64::softplus)
}

#[inline(always)]
fn ln_two_cosh_sum_body(b: &[f64], x: &[f64]) -> f64 {
    let ln_two_cosh = |a: f64| {
        let size = a.abs();
        size + elementary::f64::ln_1p(elementary::f64::exp(-2.0 * size))
    };
    sum_of(b, x, ln_two_cosh)
}

widths!(
    /// Σ ln(1 + e^(b + x)) over lists of one length.
    pub(crate) fn softplus_sum(b: &[f64], x: &[f64]) -> f64 = softplus_sum_body
);
widths!(
    /// Σ ln 2cosh(b + x) over lists of one length.
    pub(crate) fn ln_two_cosh_sum(b: &[f64], x: &[f64]) -> f64 = ln_two_cosh_sum_body
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::gaussian::ln_two_cosh;
    use crate::simd::Width;

    #[test]
    fn shares_are_those_of_their_sum() {
        for shift in [0.0, -800.0, 900.0] {
            let values: Vec<f64> = [0.0, 1.0, -2.5].iter().map(|x| x + shift).collect();
            let mut shares = values.clone();
            let ln_z = softmax(&mut shares);
            assert!((ln_z - shift - (1.0 + 1_f64.exp() + (-2.5_f64).exp()).ln()).abs() < 1e-12);
            assert!((ln_z - ln_sum_exp(&values)).abs() < 1e-12);
            assert!((shares[1] / shares[0] - 1_f64.exp()).abs() < 1e-12);
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn sums_are_those_of_the_standard_functions() {
        let b: Vec<f64> = (0..37).map(|k| 0.3 * f64::from(k % 5) - 0.4).collect();
        for scale in [0.01, 1.0, 30.0, 1e50] {
            let x: Vec<f64> = (0..37).map(|k| scale * (1.7 * f64::from(k)).sin()).collect();
            let sum = |f: fn(f64) -> f64| b.iter().zip(&x).map(|(b, x)| f(b + x)).sum::<f64>();
            for width in Width::available() {
                let (logistic, cosh) =
                    (softplus_sum(width, &b, &x), ln_two_cosh_sum(width, &b, &x));
                assert!((logistic / sum(softplus) - 1.0).abs() < 1e-14);
                assert!((cosh / sum(ln_two_cosh) - 1.0).abs() < 1e-14);
            }
        }
    }
}
