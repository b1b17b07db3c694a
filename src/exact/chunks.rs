//! Long sums over states in chunks, in parallel, with progress and a deadline.

use std::sync::Mutex;
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

/// Works through chunks of a sum over so many states, and leaves out those that a deadline leaves no time for.
pub(crate) fn in_chunks<S: Send>(
    chunks: usize,
    states: f64,
    deadline: &Deadline,
    work: impl Fn(usize) -> S + Sync,
) -> Chunks<S> {
    let started = Instant::now();
    let progress = Mutex::new(Progress::new("states", states as usize));
    let in_one = (states / chunks as f64) as usize;
    let parts: Vec<Option<S>> = (0..chunks)
        .into_par_iter()
        .with_max_len(1)
        .map(|chunk| {
            if deadline.passed() {
                return None;
            }
            let sum = work(chunk);
            if let Ok(mut progress) = progress.lock() {
                progress.add(in_one);
            }
            Some(sum)
        })
        .collect();
    let parts: Vec<S> = parts.into_iter().flatten().collect();
    let fraction = parts.len() as f64 / chunks as f64;
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
