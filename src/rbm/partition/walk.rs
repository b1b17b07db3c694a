//! Weighted runs along a line of machines.

use std::time::{Duration, Instant};

use crate::progress::{Deadline, Progress};
use crate::rayon::prelude::*;
use crate::rbm::sample::{Block, Path};

/// All runs advance together in rounds of at most about this long, between which the clock is read.
const ROUND: Duration = Duration::from_millis(250);

/// A block of runs and the logarithms of their weights.
#[derive(Debug)]
pub(super) struct Walk {
    pub block: Block,
    pub ln_weights: Vec<f64>,
}

impl Walk {
    pub fn new(block: Block) -> Self {
        let ln_weights = vec![0.0; block.rows];
        Self { block, ln_weights }
    }

    /// Weights by exp(F_from(v) − F_to(v)), then steps of the machine `to`.
    fn step(&mut self, path: &Path, from: f64, to: f64, sweeps: usize) {
        for (row, ln_weight) in self.ln_weights.iter_mut().enumerate() {
            let hidden =
                self.block.ln_hidden_sum(path, row, to) - self.block.ln_hidden_sum(path, row, from);
            *ln_weight += hidden - (to - from) * self.block.visible_shift(path, row);
        }
        self.block.lambdas.fill(to);
        (0..sweeps).for_each(|_| self.block.step(path));
    }
}

/// Takes all runs along these places, from the first to the last, and returns the number of steps that were made.
///
/// When the deadline draws near the steps become longer, so that all runs come to the end: any schedule that does not look at the states gives weights
/// of the right mean.
pub(super) fn anneal(
    walks: &mut [Walk],
    path: &Path,
    lambdas: &[f64],
    sweeps: usize,
    deadline: Deadline,
    progress: &mut Progress,
) -> usize {
    let last = lambdas.len().saturating_sub(1);
    let (mut place, mut made, mut slice, mut stride) = (0, 0, 1, 1);
    while place < last {
        let round = Instant::now();
        let mut places = vec![place];
        while places.len() <= slice && place < last {
            place = place.saturating_add(stride).min(last);
            places.push(place);
        }
        walks.par_iter_mut().with_max_len(1).for_each(|walk| {
            for pair in places.windows(2) {
                // What happens after the last weight does not matter.
                let sweeps = if pair[1] == last { 0 } else { sweeps };
                walk.step(path, lambdas[pair[0]], lambdas[pair[1]], sweeps);
            }
        });
        made += places.len() - 1;
        progress.add((place - places[0]) * walks.len());
        let each = (round.elapsed().as_secs_f64() / (places.len() - 1) as f64).max(1e-9);
        let left = deadline.left();
        let fitting = (left.as_secs_f64() / each).max(1.0);
        stride = (((last - place) as f64 / fitting).ceil() as usize).max(1);
        let most = (left.min(ROUND).as_secs_f64() / each) as usize;
        slice = most.clamp(1, slice.saturating_mul(2));
    }
    made
}
