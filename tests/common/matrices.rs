//! Symmetric matrices to take operators of.

use statmech::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use statmech::prelude::*;

pub fn normal(n: usize, seed: u64) -> Vec<f64> {
    let mut generator = Seed::new(seed).generator();
    (0..n).map(|_| StandardNormal.sample(&mut generator)).collect()
}

/// A full matrix with this spectrum: turned by eight random reflections 1 − 2uuᵀ.
pub fn with_spectrum(spectrum: &[f64], seed: u64) -> Array2<f64> {
    let n = spectrum.len();
    let mut matrix = Array2::from_diag(&Array1::from(spectrum.to_vec()));
    for k in 0..8 {
        let u = Array1::from(normal(n, 1000 * seed + k));
        let u = &u / u.dot(&u).sqrt();
        let au = matrix.dot(&u);
        let uau = u.dot(&au);
        for i in 0..n {
            for j in 0..n {
                matrix[(i, j)] += 4.0 * uau * u[i] * u[j] - 2.0 * (u[i] * au[j] + au[i] * u[j]);
            }
        }
    }
    0.5 * (&matrix + &matrix.t())
}

pub fn uniform(n: usize, low: f64, high: f64) -> Vec<f64> {
    (0..n).map(|k| low + (high - low) * (k as f64 + 0.5) / n as f64).collect()
}

pub fn symmetric(n: usize, seed: u64) -> Array2<f64> {
    let a = Array2::from_shape_vec((n, n), normal(n * n, seed)).unwrap();
    (&a + &a.t()) / (2.0 * n as f64).sqrt()
}
