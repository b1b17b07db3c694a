//! Independent samples on all threads, each on its own stream.

use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::progress::{Deadline, Progress};
use crate::rayon::prelude::*;

/// What `of(condition, sample)` gives for all pairs, as a list of samples for each condition; samples that the deadline did not let start are left out.
pub(super) fn over_samples<T: Send>(
    conditions: usize,
    samples: usize,
    deadline: Deadline,
    of: &(dyn Fn(usize, usize) -> Result<T> + Sync),
) -> Result<Vec<Vec<T>>> {
    let total = conditions.saturating_mul(samples);
    let progress = Mutex::new(Progress::new("samples", total));
    let work = |k: usize| {
        if deadline.passed() {
            return Ok(None);
        }
        let found = of(k % conditions, k / conditions)?;
        progress.lock().unwrap_or_else(PoisonError::into_inner).add(1);
        Ok(Some(found))
    };
    let found: Vec<Option<T>> = (0..total).into_par_iter().map(work).collect::<Result<_>>()?;
    if found.iter().any(Option::is_none) {
        progress.lock().unwrap_or_else(PoisonError::into_inner).stopped();
    }
    let mut lists: Vec<Vec<T>> = (0..conditions).map(|_| Vec::with_capacity(samples)).collect();
    for (k, value) in found.into_iter().enumerate() {
        lists[k % conditions].extend(value);
    }
    Ok(lists)
}

/// Refuses what would not end, or not fit.
pub(super) fn check_samples(samples: usize, conditions: usize) -> Result<()> {
    const MOST: usize = 100_000_000;
    if samples < 2 {
        return Err(Error::argument("samples", samples, "at least 2"));
    }
    if samples.saturating_mul(conditions) > MOST {
        let given = format!("{samples} for each of {conditions} conditions");
        return Err(Error::argument("samples", given, format!("at most {MOST} in all")));
    }
    Ok(())
}

/// Mean and standard error of independent values; none of fewer than two.
pub(super) fn mean(values: &[f64]) -> (Option<f64>, Option<f64>) {
    let n = values.len() as f64;
    if values.is_empty() {
        return (None, None);
    }
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (Some(mean), (values.len() > 1).then(|| (squares / (n * (n - 1.0))).sqrt()))
}
