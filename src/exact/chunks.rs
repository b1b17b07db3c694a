//! Long sums over states in chunks, in parallel, with progress and a deadline.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::error::Result;
use crate::exact::cost;
use crate::progress::{Deadline, Progress};
use crate::rayon::prelude::*;

/// What the chunks summed, in order; not all of them after a deadline.
#[derive(Clone, Debug)]
pub(crate) struct Chunks<S> {
    pub parts: Vec<S>,
    states: f64,
    fraction: f64,
    seconds: f64,
}

/// What counts the states that are done, in all chunks together, and knows whether time is left for more.
pub(crate) struct Watch<'a> {
    deadline: &'a Deadline,
    progress: Mutex<Progress>,
    done: AtomicU64,
}

impl Watch<'_> {
    /// Counts further states; none if there is no time for others.
    pub fn count(&self, states: u64) -> Option<()> {
        self.done.fetch_add(states, Ordering::Relaxed);
        if let Ok(mut progress) = self.progress.lock() {
            progress.add(states as usize);
        }
        (!self.deadline.passed()).then_some(())
    }
}

/// Works through chunks of a sum over so many states, and leaves out those that a deadline leaves no time for.
pub(crate) fn in_chunks<S: Send>(
    chunks: usize,
    states: f64,
    deadline: &Deadline,
    work: impl Fn(usize) -> S + Sync,
) -> Chunks<S> {
    let in_one = (states / chunks as f64) as u64;
    in_watched_chunks(chunks, states, deadline, |chunk, watch| {
        let sum = work(chunk);
        // A deadline that passes now takes nothing away from what is done.
        let _ = watch.count(in_one);
        Some(sum)
    })
}

/// The same for long chunks, which count their states as they go and give up with none once the watch says so.
pub(crate) fn in_watched_chunks<S: Send>(
    chunks: usize,
    states: f64,
    deadline: &Deadline,
    work: impl Fn(usize, &Watch<'_>) -> Option<S> + Sync,
) -> Chunks<S> {
    let started = Instant::now();
    let progress = Mutex::new(Progress::new("states", states as usize));
    let watch = Watch { deadline, progress, done: AtomicU64::new(0) };
    let parts: Vec<Option<S>> = (0..chunks)
        .into_par_iter()
        .with_max_len(1)
        .map(|chunk| if deadline.passed() { None } else { work(chunk, &watch) })
        .collect();
    let parts: Vec<S> = parts.into_iter().flatten().collect();
    let fraction = if parts.len() == chunks {
        1.0
    } else {
        (watch.done.into_inner() as f64 / states).min(1.0 - f64::EPSILON)
    };
    Chunks { parts, states, fraction, seconds: started.elapsed().as_secs_f64() }
}

impl<S> Chunks<S> {
    /// All chunks, or the error that says how far they came; `bound` is what those that are there say of ln Z.
    pub fn whole(
        self,
        seconds_per_state: f64,
        bound: impl Fn(&[S]) -> Option<f64>,
    ) -> Result<Vec<S>> {
        if self.fraction >= 1.0 {
            return Ok(self.parts);
        }
        let seconds = if self.fraction > 0.0 {
            self.seconds / self.fraction
        } else {
            self.states * seconds_per_state
        };
        let bound = bound(&self.parts).filter(|bound| bound.is_finite());
        Err(cost::late(self.states, self.fraction, seconds, bound))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_deadline_ends_long_chunks_between_their_blocks() {
        let work = |_, watch: &Watch<'_>| {
            for _ in 0..100_000 {
                std::thread::sleep(Duration::from_millis(1));
                watch.count(1)?;
            }
            Some(())
        };
        let deadline = Deadline::new(Some(0.05)).unwrap();
        let chunks = in_watched_chunks(1, 1e5, &deadline, work);
        assert!(chunks.fraction > 0.0 && chunks.fraction < 0.5 && chunks.parts.is_empty());
        assert!(chunks.whole(1e-7, |_| None).unwrap_err().to_string().contains("deadline"));
        let none = Deadline::new(None).unwrap();
        let all = in_watched_chunks(3, 30.0, &none, |k, watch| watch.count(10).map(|()| k));
        assert_eq!(all.whole(1e-7, |_| None).unwrap(), [0, 1, 2]);
    }
}
