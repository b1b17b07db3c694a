//! The inner loop: weights of patterns, added with the signs that a neuron has in them.

use crate::simd::{Width, widths};

const LANES: usize = 8;

#[inline(always)]
fn signed_sum_body(signs: &[i8], weights: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (sign_blocks, sign_rest) = signs.as_chunks::<LANES>();
    let (weight_blocks, weight_rest) = weights.as_chunks::<LANES>();
    for (signs, weights) in sign_blocks.iter().zip(weight_blocks) {
        for k in 0..LANES {
            lanes[k] += f64::from(signs[k]) * weights[k];
        }
    }
    let rest: f64 = sign_rest.iter().zip(weight_rest).map(|(s, w)| f64::from(*s) * w).sum();
    lanes.iter().sum::<f64>() + rest
}

widths!(
    fn signed_sum_of_width(signs: &[i8], weights: &[f64]) -> f64 = signed_sum_body
);

/// Σ_μ ξ^μ w_μ.
pub(super) fn signed_sum(signs: &[i8], weights: &[f64]) -> f64 {
    signed_sum_of_width(Width::best(), signs, weights)
}

#[inline(always)]
fn sum_where_body(signs: &[i8], sign: i8, weights: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (sign_blocks, sign_rest) = signs.as_chunks::<LANES>();
    let (weight_blocks, weight_rest) = weights.as_chunks::<LANES>();
    for (signs, weights) in sign_blocks.iter().zip(weight_blocks) {
        for k in 0..LANES {
            lanes[k] += if signs[k] == sign { weights[k] } else { 0.0 };
        }
    }
    let rest = sign_rest.iter().zip(weight_rest).filter(|(s, _)| **s == sign);
    lanes.iter().sum::<f64>() + rest.map(|(_, w)| w).sum::<f64>()
}

widths!(
    fn sum_where_of_width(signs: &[i8], sign: i8, weights: &[f64]) -> f64 = sum_where_body
);

/// Σ w_μ over the patterns with ξ^μ = sign.
pub(super) fn sum_where(signs: &[i8], sign: i8, weights: &[f64]) -> f64 {
    sum_where_of_width(Width::best(), signs, sign, weights)
}

#[inline(always)]
fn add_costs_body(costs: &mut [f64], a: &[i8], b: &[i8], mean: f64, half: f64) {
    for ((cost, a), b) in costs.iter_mut().zip(a).zip(b) {
        *cost += mean + half * f64::from(a.wrapping_mul(*b));
    }
}

widths!(
    fn add_costs_of_width(costs: &mut [f64], a: &[i8], b: &[i8], mean: f64, half: f64) = add_costs_body
);

/// Adds mean + half·a_i b_i to each cost.
pub(super) fn add_costs(costs: &mut [f64], a: &[i8], b: &[i8], mean: f64, half: f64) {
    add_costs_of_width(Width::best(), costs, a, b, mean, half);
}

#[inline(always)]
fn overlap_body(a: &[i8], b: &[i8]) -> i32 {
    let mut sum = 0_i32;
    for (a, b) in a.iter().zip(b) {
        sum = sum.wrapping_add(i32::from(a.wrapping_mul(*b)));
    }
    sum
}

widths!(
    fn overlap_of_width(a: &[i8], b: &[i8]) -> i32 = overlap_body
);

/// Σ_i a_i b_i.
pub(super) fn overlap(a: &[i8], b: &[i8]) -> i32 {
    overlap_of_width(Width::best(), a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_any_length() {
        for length in [0, 1, 7, 8, 9, 100] {
            let signs: Vec<i8> = (0..length).map(|k| if k % 3 == 0 { -1 } else { 1 }).collect();
            let weights: Vec<f64> = (0..length).map(f64::from).collect();
            let plain: f64 = (0..length).map(|k| f64::from(if k % 3 == 0 { -k } else { k })).sum();
            assert_eq!(signed_sum(&signs, &weights), plain);
            assert_eq!(overlap(&signs, &signs), length);
            let (with, against) = (sum_where(&signs, 1, &weights), sum_where(&signs, -1, &weights));
            assert_eq!(with - against, plain);
            let mut costs = weights.clone();
            add_costs(&mut costs, &signs, &signs, 1.0, 0.5);
            assert!(costs.iter().zip(&weights).all(|(cost, weight)| *cost == weight + 1.5));
        }
    }
}
