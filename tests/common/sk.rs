//! Sherrington–Kirkpatrick instances.

use statmech::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use statmech::prelude::*;

/// `n` spins with J_ij ~ N(0, 1/n) and fields h_i ~ `field` · N(0, 1).
pub fn instance(n: usize, field: f64, seed: u64) -> Ising {
    let mut generator = Seed::new(seed).generator();
    let mut normal = || -> f64 { StandardNormal.sample(&mut generator) };
    let mut couplings = Array2::zeros((n, n));
    for i in 0..n {
        for j in 0..i {
            let value = normal() / (n as f64).sqrt();
            couplings[(i, j)] = value;
            couplings[(j, i)] = value;
        }
    }
    let fields: Array1<f64> = (0..n).map(|_| field * normal()).collect();
    Ising::from_couplings(&couplings).unwrap().site_fields(&fields).unwrap()
}
