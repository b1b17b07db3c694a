//! Series of known statistics, for the tests of this folder.

use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::random::Seed;

/// x_{t+1} = a x_t + √(1 − a²) ξ: unit variance, ρ(t) = a^t, τ = (1 + a)/(2(1 − a)).
pub fn autoregressive(a: f64, n: usize, seed: u64) -> Vec<f64> {
    let mut generator = Seed::new(seed).generator();
    let mut x: f64 = StandardNormal.sample(&mut generator);
    let mut step = || {
        let noise: f64 = StandardNormal.sample(&mut generator);
        x = a * x + (1.0 - a * a).sqrt() * noise;
        x
    };
    (0..n).map(|_| step()).collect()
}
