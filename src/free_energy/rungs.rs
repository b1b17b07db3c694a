//! The rungs of a ladder of temperatures, as they were measured, and the chain of Bennett's ratios along them.

use crate::error::Result;
use crate::free_energy::ratio::{Energies, Link};
use crate::sample::{Tempered, TimeSeries, estimate_by_blocks};
use crate::stats::{estimate, r_hat};

/// The shortest run of which R̂ is told, in sweeps of each replica.
const LEAST: usize = 32;

/// What was measured at each rung, from hot to cold.
pub(super) struct Rungs {
    /// By rung, then by replica.
    series: Vec<Vec<TimeSeries>>,
    /// Whether all rungs were measured side by side, so that equal places in their series belong together.
    joint: bool,
    /// None where configurations stay where they are.
    pub round_trips: Option<u64>,
    pub complete: bool,
}

impl Rungs {
    /// Rungs that exchange their configurations.
    pub fn together(tempered: &Tempered) -> Result<Self> {
        let rungs = (0..tempered.temperatures().len()).rev();
        Ok(Self {
            series: rungs.map(|k| tempered.series(k)).collect::<Result<_>>()?,
            joint: true,
            round_trips: Some(tempered.round_trips()),
            complete: tempered.complete(),
        })
    }

    /// Rungs that were simulated one by one.
    pub fn apart(series: Vec<TimeSeries>) -> Self {
        Self {
            complete: series.iter().all(|series| series.complete),
            series: series.into_iter().map(|series| vec![series]).collect(),
            joint: false,
            round_trips: None,
        }
    }

    /// The sweeps measured at each rung, by all replicas together.
    pub fn sweeps(&self) -> usize {
        let all = |rung: &Vec<TimeSeries>| rung.iter().map(TimeSeries::len).sum();
        self.series.iter().map(all).min().unwrap_or(0)
    }

    /// The largest R̂ of the energies at any rung; none where the series are too short for it.
    pub fn r_hat(&self) -> Result<Option<f64>> {
        if self.series.iter().flatten().any(|series| series.len() < LEAST) {
            return Ok(None);
        }
        let at = |rung: &Vec<TimeSeries>| {
            let chains: Vec<Vec<f64>> = rung.iter().map(|series| series.energy.clone()).collect();
            r_hat(&chains)
        };
        let all = self.series.iter().map(at).collect::<Result<Vec<f64>>>()?;
        Ok(all.into_iter().reduce(f64::max))
    }

    /// ln Z of the whole system at each rung, and its error, from the energies at β = 0 on.
    pub fn chain(&self, n_spins: usize, free: Vec<f64>) -> Result<(Vec<f64>, Vec<f64>)> {
        let mut last = Energies::at(0.0, free)?;
        // By how much each measurement of the last rung moves ln Z, in sum over the links before.
        let mut pull = vec![0.0; last.values.len()];
        let mut ln_z = n_spins as f64 * std::f64::consts::LN_2;
        // Of the rungs left behind: squared errors of those that nothing else depends on, and the moves at each time of the others.
        let (mut settled, mut moves) = (0.0, Vec::new());
        let (mut ln_zs, mut errors) = (Vec::new(), Vec::new());
        for (place, rung) in self.series.iter().enumerate() {
            let next = Energies::pooled(rung)?;
            let link = Link::new(&last, &next)?;
            ln_z += link.ln_ratio;
            pull.iter_mut().zip(&link.hot).for_each(|(pull, share)| *pull += share);
            if self.joint && place > 0 {
                add(&mut moves, &pull, rung.len());
            } else {
                settled += estimate(&pull)?.error.powi(2);
            }
            pull = link.cold.iter().map(|share| -share).collect();
            let open = if self.joint {
                let mut all = moves.clone();
                add(&mut all, &pull, rung.len());
                estimate_by_blocks(&all)?.error
            } else {
                estimate(&pull)?.error
            };
            ln_zs.push(ln_z);
            errors.push((settled + open * open).sqrt());
            last = next;
        }
        Ok((ln_zs, errors))
    }
}

/// Adds the mean over replicas of `pull`, which holds one replica after the other, to the moves at each time.
fn add(moves: &mut Vec<f64>, pull: &[f64], replicas: usize) {
    let length = pull.len() / replicas;
    moves.resize(length, 0.0);
    for (k, pull) in pull.iter().enumerate() {
        moves[k % length] += pull / replicas as f64;
    }
}
