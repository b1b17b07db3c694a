//! Exponentials of whole arrays, and exponentials that fall to 0.

#![allow(
    clippy::inline_always,
    reason = "loops have to be compiled into each SIMD width's function"
)]

use crate::numeric::elementary::f64::exp_within;
use crate::simd::widths;

/// Below this the result is 0: the smallest normal number is exp(−708.4).
const LOWEST: f64 = -708.0;

/// exp(x) for x up to 708, to about one unit in the last place; 0 below −708.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    let value = exp_within(if x < LOWEST { LOWEST } else { x });
    if x < LOWEST { 0.0 } else { value }
}

#[inline(always)]
fn exponentials_body(values: &mut [f64]) {
    for value in values {
        *value = exp(*value);
    }
}

widths!(
    /// Replaces each value by its exponential.
    pub(crate) fn exponentials(values: &mut [f64]) = exponentials_body
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Width;

    #[test]
    fn exponentials_are_those_of_the_standard_library_on_every_width() {
        let arguments: Vec<f64> = (0..20_011).map(|k| 700.0 - 0.0703 * f64::from(k)).collect();
        for width in Width::available() {
            let mut values = arguments.clone();
            exponentials(width, &mut values);
            for (x, value) in arguments.iter().zip(values) {
                let expected = x.exp();
                assert_eq!(value.to_bits(), exp(*x).to_bits());
                assert!((value - expected).abs() <= 4e-16 * expected || *x < LOWEST, "exp({x})");
                assert!(*x >= LOWEST || value == 0.0);
            }
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
    }
}
