//! What settings of experiments have to be.

use crate::error::{Error, Result};

/// Refuses an empty list.
pub(super) fn require_some<T>(name: &'static str, list: &[T]) -> Result<()> {
    if list.is_empty() {
        return Err(Error::argument(name, "an empty list", "a list with at least one entry"));
    }
    Ok(())
}

/// Refuses fewer than two samples, of which there is no error.
pub(super) fn require_samples(samples: usize) -> Result<()> {
    if samples < 2 {
        return Err(Error::argument("samples", samples, "at least 2, for an error of the mean"));
    }
    Ok(())
}

/// Refuses what does not lie between these limits, NaN included.
pub(super) fn require_within(name: &'static str, value: f64, low: f64, high: f64) -> Result<()> {
    if value >= low && value <= high {
        return Ok(());
    }
    Err(Error::argument(name, value, format!("between {low} and {high}")))
}

/// The number of patterns nearest to a load, at least one.
pub(super) fn patterns_at(load: f64, size: usize) -> Result<usize> {
    if !(load > 0.0 && load <= 1e3) {
        return Err(Error::argument("loads", load, "made of numbers above 0 and up to 1000"));
    }
    Ok(((load * size as f64).round() as usize).max(1))
}

/// Refuses networks of fewer than two units.
pub(super) fn require_sizes(sizes: &[usize]) -> Result<()> {
    require_some("sizes", sizes)?;
    match sizes.iter().find(|size| **size < 2) {
        Some(size) => Err(Error::argument("sizes", size, "made of numbers of 2 or more units")),
        None => Ok(()),
    }
}
