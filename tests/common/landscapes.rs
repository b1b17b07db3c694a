//! Landscapes to cut through.

#![allow(dead_code, reason = "each test file takes what it needs")]

use statmech::ndarray::ArrayView1;
use statmech::prelude::*;

pub fn norm(v: ArrayView1<'_, f64>) -> f64 {
    v.dot(&v).sqrt()
}

pub fn largest(difference: impl IntoIterator<Item = f64>) -> f64 {
    difference.into_iter().fold(0.0, |most, x| most.max(x.abs()))
}

pub fn quadratic(diagonal: &[f64]) -> Objective {
    let a = Array2::from_diag(&Array1::from(diagonal.to_vec()));
    Objective::quadratic(&a, &Array1::zeros(diagonal.len())).unwrap()
}
