//! States of a known model, to try methods on.

use std::sync::Mutex;

use super::walkers::{LANES, Walkers};
use crate::error::Result;
use crate::exact::MAX_PROBABILITIES;
use crate::ising::Ising;
use crate::ndarray::Array2;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;

/// Sweeps before the first states, and between them, where states are not drawn by enumeration.
pub(super) const SWEEPS: (usize, usize) = (1_000, 20);

/// Groups of eight chains.
const GROUPS: usize = 16;

/// So many states of a model at temperature `t`, one a row: independent ones from all states' probabilities up to 20 spins, beyond it those of 128 chains.
/// None if the deadline passes first.
pub(super) fn drawn(
    truth: &Ising,
    t: f64,
    count: usize,
    seed: Seed,
    deadline: &Deadline,
) -> Result<Option<Array2<i8>>> {
    let n = truth.n_spins();
    if n <= MAX_PROBABILITIES {
        return truth.enumerate()?.draw(t, count, seed).map(Some);
    }
    let couplings: Vec<f64> = truth.couplings()?.iter().map(|j| j / t).collect();
    let fields: Vec<f64> = truth.fields().iter().map(|h| h / t).collect();
    let rounds = count.div_ceil(GROUPS * LANES);
    let before = SWEEPS.0 / SWEEPS.1;
    let progress = Progress::new("sweeps of chains", GROUPS * (before + rounds) * SWEEPS.1);
    let progress = Mutex::new(progress);
    let chain = |group: usize| {
        let mut walkers = Walkers::new(n, 1, seed.child(group as u64));
        let mut states = Vec::with_capacity(rounds * LANES * n);
        for round in 0..before + rounds {
            if deadline.passed() {
                return None;
            }
            walkers.advance(&couplings, &fields, SWEEPS.1);
            if round >= before {
                states.extend(walkers.states());
            }
            if let Ok(mut progress) = progress.lock() {
                progress.add(SWEEPS.1);
            }
        }
        Some(states)
    };
    let groups: Option<Vec<Vec<i8>>> = (0..GROUPS).into_par_iter().map(chain).collect();
    let Some(groups) = groups else { return Ok(None) };
    // From all chains in turn, so that the first states are as independent as they can be.
    let place = |k: usize, i: usize| {
        let (round, at) = (k / (GROUPS * LANES), k % (GROUPS * LANES));
        groups[at / LANES][(round * LANES + at % LANES) * n + i]
    };
    Ok(Some(Array2::from_shape_fn((count, n), |(k, i)| place(k, i))))
}
