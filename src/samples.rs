//! Samples of several conditions, side by side and until a deadline.

use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::progress::{Deadline, Progress};
use crate::rayon::prelude::*;

/// So many at least are handed out at once, that all threads have work.
const BATCH: usize = 64;

/// `run(condition, sample)` for all of both, and the results of each condition in the order of its samples.
///
/// Conditions take turns, so that all have about as many samples at the deadline. After it none is begun, and those begun are finished, so that
/// what is there is not chosen by how long it took. What is kept grows with the samples done, not with those asked for.
pub(crate) fn run_samples<T: Send>(
    conditions: usize,
    samples: usize,
    deadline: Deadline,
    run: impl Fn(usize, usize) -> Result<T> + Sync,
) -> Result<Vec<Vec<T>>> {
    let total = conditions.saturating_mul(samples);
    let progress = Mutex::new(Progress::new("samples", total));
    let reported = || progress.lock().unwrap_or_else(PoisonError::into_inner);
    let work = |item: usize| {
        if deadline.passed() {
            return Ok(None);
        }
        let result = run(item % conditions, item / conditions)?;
        reported().add(1);
        Ok(Some(result))
    };
    let mut results: Vec<Vec<T>> = (0..conditions).map(|_| Vec::new()).collect();
    let batch = conditions.saturating_mul(BATCH.div_ceil(conditions.max(1)));
    let mut begun = 0;
    while begun < total {
        if deadline.passed() {
            reported().stopped();
            break;
        }
        let end = begun.saturating_add(batch).min(total);
        let round: Vec<Option<T>> =
            (begun..end).into_par_iter().map(work).collect::<Result<_>>()?;
        for (item, result) in (begun..end).zip(round) {
            results[item % conditions].extend(result);
        }
        begun = end;
    }
    Ok(results)
}

/// Refuses what would not end, or not fit.
pub(crate) fn check_samples(samples: usize, conditions: usize) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_has_its_samples_in_order() -> Result<()> {
        let never = Deadline::new(None)?;
        for (conditions, samples) in [(1, 1), (3, 50), (100, 2), (7, 64), (0, 5), (5, 0)] {
            let found = run_samples(conditions, samples, never, |c, s| Ok((c, s)))?;
            assert_eq!(found.len(), conditions);
            for (c, list) in found.iter().enumerate() {
                assert!(list.iter().copied().eq((0..samples).map(|s| (c, s))));
            }
        }
        Ok(())
    }

    #[test]
    fn a_deadline_ends_more_samples_than_memory_holds() -> Result<()> {
        let soon = Deadline::new(Some(0.02))?;
        let found = run_samples(3, usize::MAX, soon, |_, sample| Ok(sample))?;
        assert_eq!(found.len(), 3);
        assert!(found.iter().all(|list| list.is_sorted()));
        Ok(())
    }
}
