//! How often error bars hold the truth.

use statmech::rayon::prelude::*;

/// How many of 400 seeds have the exact value within one error.
pub fn coverage(exact: f64, estimate: impl Fn(u64) -> (f64, f64) + Sync) -> usize {
    (0..400_u64)
        .into_par_iter()
        .filter(|&seed| {
            let (value, error) = estimate(seed);
            (value - exact).abs() <= error
        })
        .count()
}
