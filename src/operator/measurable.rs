//! Refusing products whose lengths cannot be told.

use crate::error::{Error, Result};
use crate::numeric::vector::norm;

/// Squares of shorter vectors lose digits, and in the end all of them.
const SMALLEST: f64 = 1e-140;

/// Refuses a product whose square under- or overflows, where none before was larger than `size`: lengths could not be told from 0.
pub(super) fn require_measurable(product: &[f64], size: f64) -> Result<()> {
    let length = norm(product);
    let tiny = size.max(length) < SMALLEST && product.iter().any(|&x| x != 0.0);
    if length.is_finite() && !tiny {
        return Ok(());
    }
    let largest = product.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    let given = format!("one whose products have entries up to {largest:e}");
    let allowed = "of a size between 1e-140 and 1e140 (`scaled(c)` brings it there)";
    Err(Error::argument("operator", given, allowed))
}
