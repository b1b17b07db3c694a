//! The averages of the two phases: clamped to data, and free.

use std::collections::BTreeMap;

use crate::boltzmann::chain::{Chain, Cooling, Walk};
use crate::boltzmann::states::all_states;
use crate::boltzmann::{BoltzmannGradient, BoltzmannMachine};
use crate::error::{Error, Result};
use crate::exact::MAX_PROBABILITIES;
use crate::information::Distribution;
use crate::ndarray::{Array1, Array2};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::sample::sweeps;

/// How learning finds its averages.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let machine = BoltzmannMachine::new(Coding::Spin, 3, 1)?.randomized(0.1, 1)?;
/// let learning = machine.learn(&parity_patterns(2, Coding::Spin)?)?.phases(Phases::Persistent);
/// assert!(learning.epochs(10).run()?.complete);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Phases {
    /// By all states of the machine, exactly; the default. Up to [`MAX_PROBABILITIES`] units.
    #[default]
    Exact,
    /// Chains that begin anew in every epoch, and are annealed to the machine's temperature: simulated annealing, as in Ackley, Hinton and Sejnowski's paper.
    Annealed,
    /// Chains that go on from epoch to epoch (L. Younes, Probab. Theory Relat. Fields 82, 625 (1989); T. Tieleman, Proc. 25th ICML, 1064 (2008)).
    Persistent,
}

/// Visible states to learn, each once, with their weights.
#[derive(Clone, Debug)]
pub(super) struct Data {
    pub rows: Array2<i8>,
    pub weights: Vec<f64>,
    /// The same as a distribution over all visible states, where those are few.
    pub target: Option<Distribution>,
}

impl Data {
    pub fn from_rows(machine: &BoltzmannMachine, rows: &Array2<i8>) -> Result<Self> {
        machine.coding.check("data", rows, machine.visible)?;
        let mut counts: BTreeMap<Vec<i8>, usize> = BTreeMap::new();
        rows.outer_iter().for_each(|row| *counts.entry(row.to_vec()).or_default() += 1);
        let weights = counts.values().map(|&count| count as f64 / rows.nrows() as f64).collect();
        let distinct: Vec<&Vec<i8>> = counts.keys().collect();
        let rows_of = |(k, i): (usize, usize)| distinct[k][i];
        let few = machine.visible <= MAX_PROBABILITIES;
        Ok(Self {
            rows: Array2::from_shape_fn((counts.len(), machine.visible), rows_of),
            weights,
            target: if few { Some(machine.empirical(rows)?) } else { None },
        })
    }

    pub fn from_distribution(machine: &BoltzmannMachine, target: &Distribution) -> Result<Self> {
        machine.check_target(target)?;
        let states = all_states(machine.coding, machine.visible);
        let possible: Vec<(usize, f64)> =
            target.probabilities().iter().copied().enumerate().filter(|&(_, q)| q > 0.0).collect();
        let rows = Array2::from_shape_fn((possible.len(), machine.visible), |(k, i)| {
            states[(possible[k].0, i)]
        });
        let weights = possible.into_iter().map(|(_, q)| q).collect();
        Ok(Self { rows, weights, target: Some(target.clone()) })
    }
}

/// Settings of sampled phases.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub cooling: Cooling,
    pub sweeps: usize,
    pub persistent: bool,
}

/// The chains of both phases.
#[derive(Clone, Debug)]
pub(super) struct Chains {
    free: Vec<Chain>,
    /// As many for each row of the data, one row after the other; none where there are no hidden units.
    clamped: Vec<Chain>,
    begun: bool,
}

impl Chains {
    pub fn new(machine: &BoltzmannMachine, data: &Data, chains: usize, seed: Seed) -> Result<Self> {
        const MAX_VALUES: usize = 1 << 28;
        let rows = data.rows.nrows();
        let each = if machine.hidden == 0 { 0 } else { chains.div_ceil(rows).max(2) };
        let all = rows.saturating_mul(each).saturating_add(chains);
        // A chain takes the room of some thirty numbers besides its averages.
        if all.saturating_mul(machine.parameters.len() + 32) > MAX_VALUES {
            return Err(Error::TooLarge {
                what: format!("Learning with {all} chains"),
                needs: format!("averages of {} parameters in each", machine.parameters.len()),
                limit: format!("{MAX_VALUES} numbers"),
                advice: "Take fewer chains, data or connections.".to_owned(),
            });
        }
        let units: Vec<usize> = (0..machine.n_units()).collect();
        let seeds = seed.child(0);
        let free = (0..chains as u64)
            .map(|k| Chain::new(vec![1; units.len()], &units, seeds.child(k)))
            .collect();
        let seeds = seed.child(1);
        let mut clamped = Vec::with_capacity(rows * each);
        for row in data.rows.outer_iter() {
            for _ in 0..each {
                let visible = row.iter().map(|&s| if s == 1 { 1 } else { -1 });
                let spins = visible.chain(std::iter::repeat_n(1, machine.hidden)).collect();
                let seed = seeds.child(clamped.len() as u64);
                clamped.push(Chain::new(spins, &units[machine.visible..], seed));
            }
        }
        Ok(Self { free, clamped, begun: false })
    }

    /// The gradient, from averages of each chain over its sweeps; errors from the scatter between chains.
    pub fn gradient(
        &mut self,
        machine: &BoltzmannMachine,
        data: &Data,
        plan: &Plan,
    ) -> Result<BoltzmannGradient> {
        let model = machine.pair_model()?;
        let units: Vec<usize> = (0..machine.n_units()).collect();
        let temperature = machine.temperature;
        let anneal = !plan.persistent || !self.begun;
        self.begun = true;
        let walk = Walk { model: &model, units: &units, temperature };
        let free = mean_and_errors(&averages(&mut self.free, machine, &walk, plan, anneal));
        let walk = Walk { units: &units[machine.visible..], ..walk };
        let clamped = if machine.hidden == 0 {
            exact_clamped(machine, data)
        } else {
            let averages = averages(&mut self.clamped, machine, &walk, plan, anneal);
            let each = averages.len() / data.weights.len();
            let m = machine.parameters.len();
            let (mut mean, mut variance) = (Array1::zeros(m), Array1::zeros(m));
            for (group, &w) in averages.chunks(each).zip(&data.weights) {
                let [of_row, errors] = mean_and_errors(group);
                mean.scaled_add(w, &of_row);
                variance.scaled_add(w * w, &errors.mapv(|e| e * e));
            }
            [mean, variance.mapv(f64::sqrt)]
        };
        Ok(BoltzmannGradient::new(machine, clamped, free))
    }
}

/// Sweeps between two looks at the deadline are bounded, so that it is met.
pub(super) fn sweeps_of_an_epoch(name: &'static str, given: i64, least: i64) -> Result<usize> {
    const MOST: usize = 100_000;
    match sweeps(name, given, least)? {
        count if count > MOST => {
            Err(Error::argument(name, given, format!("at most {MOST} in each epoch")))
        }
        count => Ok(count),
    }
}

/// Each chain's averages of the statistics over its sweeps.
fn averages(
    chains: &mut [Chain],
    machine: &BoltzmannMachine,
    walk: &Walk<'_>,
    plan: &Plan,
    anneal: bool,
) -> Vec<Vec<f64>> {
    let one = |chain: &mut Chain| {
        if anneal {
            chain.anneal(walk, &plan.cooling);
        }
        let m = machine.parameters.len();
        let (mut sums, mut phi) = (vec![0.0; m], vec![0.0; m]);
        let mut state = vec![0.0; chain.spins.len()];
        for _ in 0..plan.sweeps {
            chain.sweep(walk, walk.temperature);
            for (value, &s) in state.iter_mut().zip(&chain.spins) {
                *value = f64::from(machine.coding.value(s == 1));
            }
            machine.statistics(&state, &mut phi);
            sums.iter_mut().zip(&phi).for_each(|(sum, phi)| *sum += phi);
        }
        for sum in &mut sums {
            *sum /= plan.sweeps as f64;
        }
        sums
    };
    chains.par_iter_mut().with_min_len(8).map(one).collect()
}

/// Without hidden units the clamped phase needs no sampling.
fn exact_clamped(machine: &BoltzmannMachine, data: &Data) -> [Array1<f64>; 2] {
    let m = machine.parameters.len();
    let (mut mean, mut phi) = (Array1::zeros(m), vec![0.0; m]);
    for (row, &w) in data.rows.outer_iter().zip(&data.weights) {
        let state: Vec<f64> = row.iter().map(|&s| f64::from(s)).collect();
        machine.statistics(&state, &mut phi);
        mean.iter_mut().zip(&phi).for_each(|(mean, phi)| *mean += w * phi);
    }
    [mean, Array1::zeros(m)]
}

/// Column by column, of at least two rows.
fn mean_and_errors(rows: &[Vec<f64>]) -> [Array1<f64>; 2] {
    let count = rows.len() as f64;
    let m = rows.first().map_or(0, Vec::len);
    let (mut mean, mut squares) = (Array1::<f64>::zeros(m), Array1::<f64>::zeros(m));
    for row in rows {
        mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += x / count);
    }
    for row in rows {
        let sums = squares.iter_mut().zip(row).zip(&mean);
        sums.for_each(|((square, x), mean)| *square += (x - mean).powi(2));
    }
    [mean, squares.mapv(|square| (square / (count * (count - 1.0))).sqrt())]
}
