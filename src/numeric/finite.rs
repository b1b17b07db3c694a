//! Whether all numbers of a long list are finite.

#![allow(
    clippy::inline_always,
    reason = "loops have to be compiled into each SIMD width's function"
)]

use crate::simd::widths;

#[inline(always)]
fn finite_body(values: &[f64]) -> bool {
    // 0 · x is 0, but NaN for infinities and NaN.
    let mut lanes = [0.0; 8];
    let (chunks, rest) = values.as_chunks::<8>();
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane += x * 0.0;
        }
    }
    lanes.iter().sum::<f64>() == 0.0 && rest.iter().all(|x| x.is_finite())
}

widths!(pub(crate) fn all_finite(values: &[f64]) -> bool = finite_body);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Width;

    #[test]
    fn every_place_counts() {
        for width in Width::available() {
            let mut values = vec![f64::MAX; 37];
            assert!(all_finite(width, &values) && all_finite(width, &[]));
            for place in 0..37 {
                for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                    values[place] = wrong;
                    assert!(!all_finite(width, &values), "{wrong} at {place}");
                }
                values[place] = -1e-320;
            }
        }
    }
}
