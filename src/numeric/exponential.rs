//! Exponentials of whole arrays, in a form that compilers vectorise.

#![allow(
    clippy::inline_always,
    reason = "loops have to be compiled into each SIMD width's function"
)]

use std::f64::consts::LOG2_E;

use crate::simd::widths;

/// Below this the result is 0: the smallest normal number is exp(−708.4).
const LOWEST: f64 = -708.0;
/// Adding and subtracting it rounds to an integer, and leaves that integer in the lowest bits of the sum.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts, the first short enough for exact products with whole numbers.
const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
/// 1/k! from k = 13 down to 0: on |r| ≤ ln 2 / 2 what is left out is below 1e-17.
const TAYLOR: [f64; 14] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

/// exp(x) for x up to 700, to about one unit in the last place; 0 below −708.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    let value = exp_within(if x < LOWEST { LOWEST } else { x });
    if x < LOWEST { 0.0 } else { value }
}

/// exp(x) for x from −708 to 700, to about one unit in the last place.
///
/// x = n ln 2 + r with a whole n, by W. J. Cody and W. Waite, *Software Manual for the Elementary Functions* (1980).
#[inline(always)]
pub(crate) fn exp_within(x: f64) -> f64 {
    let shifted = x * LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN_2[0]) - n * LN_2[1];
    let mut sum = TAYLOR[0];
    for coefficient in &TAYLOR[1..] {
        sum = sum * r + coefficient;
    }
    sum * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
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
