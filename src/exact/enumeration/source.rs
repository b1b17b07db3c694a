//! Where the states of an enumeration come from: a model with pair couplings, or a list of all energies.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::Result;
use crate::exact::partition::{Ground, ground_states, signed_sums};
use crate::exact::walk::walk;
use crate::progress::Deadline;
use crate::spin::{PairModel, Quanta};

/// A joint histogram with more cells than this is not kept: each of 256 chunks has one (64 MB in all).
const MAX_CELLS: f64 = 65_536.0;

/// Energies closer than this fraction of their scale count as one.
const RESOLUTION: f64 = 1e-12;

/// States by energy in quanta and total magnetization.
pub(super) type Histogram = BTreeMap<(i64, i32), u64>;

/// The states of a system; bit i of a state's number is set where spin i is down.
#[derive(Clone)]
pub(super) enum Source {
    Pairs {
        model: Arc<PairModel>,
        quanta: Arc<Quanta>,
    },
    /// The energy of every state by its number.
    Listed {
        n: usize,
        energies: Arc<Vec<f64>>,
    },
}

impl Source {
    pub fn n_spins(&self) -> usize {
        match self {
            Self::Pairs { model, .. } => model.n_spins(),
            Self::Listed { n, .. } => *n,
        }
    }

    /// The quantum of energy.
    pub fn unit(&self) -> f64 {
        match self {
            Self::Pairs { quanta, .. } => quanta.unit,
            Self::Listed { .. } => 1.0,
        }
    }

    /// The lowest energy (times `sign`, so that −1 gives the highest) with its states.
    pub fn ground(&self, sign: f64, most: usize, deadline: &Deadline) -> Result<Ground> {
        match self {
            Self::Pairs { model, quanta } => {
                let mut bonds = Vec::new();
                for i in 0..model.n_spins() {
                    let neighbors = model.couplings().row(i).0;
                    let values = &quanta.couplings[model.couplings().entries(i)];
                    for (&j, value) in
                        neighbors.iter().zip(values).filter(|(j, _)| i < **j as usize)
                    {
                        bonds.push((i, j as usize, sign * value));
                    }
                }
                let fields: Vec<f64> = quanta.fields.iter().map(|h| sign * h).collect();
                let integers = quanta.max_local.is_some();
                let resolution = if integers { 0.25 } else { RESOLUTION * quanta.largest_energy() };
                let n = model.n_spins();
                let mut ground = ground_states(n, &bonds, &fields, resolution, most, deadline)?;
                ground.energy *= sign * quanta.unit;
                Ok(ground)
            }
            Self::Listed { energies, .. } => {
                let values = energies.iter().map(|energy| sign * energy);
                let lowest = values.clone().fold(f64::INFINITY, f64::min);
                let scale = energies.iter().fold(0.0, |scale: f64, energy| scale.max(energy.abs()));
                let limit = lowest + RESOLUTION * scale;
                let states = values.enumerate().filter(|(_, energy)| *energy <= limit);
                let count = states.clone().count() as u64;
                let states = states.map(|(state, _)| state as u64).take(most).collect();
                Ok(Ground { energy: sign * lowest, count, states })
            }
        }
    }

    /// The states of each energy and magnetization, where energies are whole numbers of quanta and not too many.
    pub fn histogram(&self, deadline: &Deadline) -> Result<Option<Histogram>> {
        let n = self.n_spins();
        let few = |reach: f64| (2.0 * reach + 1.0) * (n as f64 + 1.0) <= MAX_CELLS;
        match self {
            Self::Pairs { model, quanta } => {
                let reach = quanta.largest_energy();
                if quanta.max_local.is_some() && few(reach) {
                    count_pairs(model, quanta, reach as usize, deadline).map(Some)
                } else {
                    Ok(None)
                }
            }
            Self::Listed { energies, .. } => {
                let reach = energies.iter().fold(0.0, |reach: f64, energy| reach.max(energy.abs()));
                if !few(reach) || energies.iter().any(|energy| energy.fract() != 0.0) {
                    return Ok(None);
                }
                let mut histogram = Histogram::new();
                for (state, &energy) in energies.iter().enumerate() {
                    *histogram.entry((energy as i64, magnetization(n, state))).or_insert(0) += 1;
                }
                Ok(Some(histogram))
            }
        }
    }

    /// The number of states in each of `bins` equal intervals between two energies.
    pub fn binned(&self, from: f64, to: f64, bins: usize, deadline: &Deadline) -> Result<Vec<u64>> {
        let scale = if to > from { bins as f64 / (to - from) } else { 0.0 };
        let bin = |energy: f64| (((energy - from) * scale) as usize).min(bins - 1);
        let mut counts = vec![0; bins];
        match self {
            Self::Pairs { model, quanta } => {
                let count = |counts: &mut Vec<u64>, energy: f64, _: i32| {
                    counts[bin(energy * quanta.unit)] += 1;
                };
                for part in walk(model, quanta, deadline, || vec![0_u64; bins], count)? {
                    for (sum, count) in counts.iter_mut().zip(part) {
                        *sum += count;
                    }
                }
            }
            Self::Listed { energies, .. } => {
                for &energy in energies.iter() {
                    counts[bin(energy)] += 1;
                }
            }
        }
        Ok(counts)
    }

    /// The energy of every state by its number.
    pub fn energies(&self) -> Arc<Vec<f64>> {
        match self {
            Self::Listed { energies, .. } => Arc::clone(energies),
            Self::Pairs { model, .. } => {
                let mut energies = vec![0.0];
                for i in 0..model.n_spins() {
                    let (neighbors, values) = model.couplings().row(i);
                    let mut before = vec![0.0; i];
                    for (&j, value) in
                        neighbors.iter().zip(values).filter(|(j, _)| (**j as usize) < i)
                    {
                        before[j as usize] = *value;
                    }
                    let (field, fields) = (model.fields()[i], signed_sums(&before));
                    let pairs = energies.iter().zip(&fields);
                    let up = pairs.clone().map(|(energy, local)| energy - (local + field));
                    let down = pairs.map(|(energy, local)| energy + (local + field));
                    energies = up.chain(down).collect();
                }
                Arc::new(energies)
            }
        }
    }
}

/// The total magnetization of a state of `n` spins by its number.
pub(super) fn magnetization(n: usize, state: usize) -> i32 {
    n as i32 - 2 * state.count_ones() as i32
}

/// Counts the states of each energy and magnetization of a model with integer energies up to ±`reach`.
fn count_pairs(
    model: &PairModel,
    quanta: &Quanta,
    reach: usize,
    deadline: &Deadline,
) -> Result<Histogram> {
    let columns = model.n_spins() + 1;
    let offset = reach as f64;
    let chunks = walk(
        model,
        quanta,
        deadline,
        || vec![0_u32; (2 * reach + 1) * columns],
        |counts, energy, magnetization| {
            let down = (columns as i32 - 1 - magnetization) / 2;
            counts[(energy + offset) as usize * columns + down as usize] += 1;
        },
    )?;
    let mut histogram = Histogram::new();
    for counts in chunks {
        for (cell, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let energy = (cell / columns) as i64 - reach as i64;
            let magnetization = columns as i32 - 1 - 2 * (cell % columns) as i32;
            *histogram.entry((energy, magnetization)).or_insert(0) += u64::from(count);
        }
    }
    Ok(histogram)
}
