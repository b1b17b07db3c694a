//! Samples of several conditions, side by side and until a deadline.

use crate::error::{Error, Result};
use crate::progress::{Deadline, Progress};
use crate::rayon::prelude::*;

/// So many at least are handed out at once, that all threads have work.
const BATCH: usize = 16;

/// `run(condition, sample)` for all of both, and the results of each condition in the order of its samples.
///
/// All conditions have their first sample before any has its second. After the deadline none is begun, so that what is
/// there is not chosen by how long it took.
pub(super) fn run_samples<T: Send>(
    conditions: usize,
    samples: usize,
    deadline: Deadline,
    run: impl Fn(usize, usize) -> Result<T> + Sync,
) -> Result<Vec<Vec<T>>> {
    let total = conditions.saturating_mul(samples);
    let mut progress = Progress::new("recalls", total);
    let mut results: Vec<Vec<T>> = (0..conditions).map(|_| Vec::new()).collect();
    let batch = conditions * BATCH.div_ceil(conditions.max(1));
    let mut begun = 0;
    while begun < total {
        if deadline.passed() {
            progress.stopped();
            break;
        }
        let end = begun.saturating_add(batch).min(total);
        let round: Vec<Option<T>> = (begun..end)
            .into_par_iter()
            .map(|item| {
                if deadline.passed() {
                    return Ok(None);
                }
                run(item % conditions, item / conditions).map(Some)
            })
            .collect::<Result<_>>()?;
        let mut done = 0;
        for (item, result) in (begun..end).zip(round) {
            if let Some(result) = result {
                results[item % conditions].push(result);
                done += 1;
            }
        }
        progress.add(done);
        begun = end;
    }
    Ok(results)
}

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
