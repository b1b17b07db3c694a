//! What several test files need.

use statmech::polars::prelude::*;

/// A numeric column as numbers.
pub fn column(frame: &DataFrame, name: &str) -> Vec<f64> {
    let numbers = frame.column(name).unwrap().cast(&DataType::Float64).unwrap();
    numbers.f64().unwrap().iter().map(|value| value.unwrap()).collect()
}
