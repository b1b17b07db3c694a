//! Many runs that advance together, with progress and deadlines.

use std::time::{Duration, Instant};

use crate::error::Result;
use crate::progress::{Deadline, Progress};
use crate::rayon::prelude::*;

/// All runs advance together in rounds of at most about this long, between which deadline and progress are looked at.
const ROUND: Duration = Duration::from_millis(250);

/// When a part of the work has to end: at its own deadline, or when no more than `reserve` sweeps fit before the whole work's, but not before
/// `least` sweeps.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub least: usize,
    pub part: Deadline,
    pub whole: Deadline,
    pub reserve: usize,
}

/// Takes `step` to `total` sweeps in all runs, or as far as the limits allow; returns the number reached, the same for all.
pub(crate) fn advance<R: Send>(
    runs: &mut [R],
    total: usize,
    limits: Limits,
    progress: &mut Progress,
    step: impl Fn(&mut R, usize) -> Result<()> + Sync,
) -> Result<usize> {
    let (mut done, mut slice, mut reserved) = (0, 1, Duration::ZERO);
    let in_time = |reserved| !limits.part.passed() && limits.whole.left() > reserved;
    while done < total && (done < limits.least || in_time(reserved)) {
        let round = Instant::now();
        let count = slice.min(total - done);
        runs.par_iter_mut().with_max_len(1).try_for_each(|run| step(run, count))?;
        done += count;
        progress.add(count.saturating_mul(runs.len()));
        // Slices do not change the result, only how often the clock is read: as many sweeps as fit, by the time the last ones took.
        let sweep = round.elapsed().as_secs_f64() / count as f64;
        reserved =
            Duration::try_from_secs_f64(sweep * limits.reserve as f64).unwrap_or(Duration::MAX);
        let left = limits.part.left().min(limits.whole.left().saturating_sub(reserved));
        let fitting = (left.min(ROUND).as_secs_f64() / sweep) as usize;
        slice = fitting.clamp(1, slice.saturating_mul(2));
    }
    Ok(done)
}
