//! Energies of several series as one list of levels, and what was measured at each.

use std::collections::HashMap;

use crate::sample::series::TimeSeries;

/// More distinct energies than this are gathered in so many bins of equal width. A bin stands at its mean energy, so that weights are
/// wrong by (Δβ · width)²/24 only, by nearly the same factor everywhere.
const MAX_LEVELS: usize = 8192;

/// The sums at one level: effective count, m, |m|, m², m⁴.
pub(super) type Sums = [f64; 5];

/// All series on one list of energy levels.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    /// The lowest energy, in total.
    pub ground: f64,
    /// Energies above the lowest, in total, ascending.
    pub levels: Vec<f64>,
    /// Sums over all series at each level.
    pub sums: Vec<Sums>,
    /// For each series its blocks, each as the levels that it visited and the sums there.
    pub blocks: Vec<Vec<Block>>,
}

/// What one block of a series adds to the sums, level by level.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub cells: Vec<(u32, Sums)>,
}

impl Block {
    /// The effective number of values.
    pub fn count(&self) -> f64 {
        self.cells.iter().map(|cell| cell.1[0]).sum()
    }
}

impl Histogram {
    /// `weights[k]` is what a value of series k counts, `blocks[k]` the number of its blocks.
    pub fn new(series: &[TimeSeries], weights: &[f64], blocks: &[usize]) -> Self {
        let (energies, places) = levels(series);
        let n = series[0].n_spins as f64;
        let ground = energies[0];
        let levels = energies.iter().map(|energy| (energy - ground) * n).collect();
        let mut sums = vec![[0.0; 5]; energies.len()];
        let mut scratch = sums.clone();
        let cut = |(k, run): (usize, &TimeSeries)| {
            let count = blocks[k];
            let start = |block: usize| (block as u64 * run.len() as u64 / count as u64) as usize;
            let block = |b: usize| {
                let mut cells = gather(
                    &places[k][start(b)..start(b + 1)],
                    &run.magnetization[start(b)..start(b + 1)],
                    &mut scratch,
                );
                for (level, cell) in &mut cells {
                    for (sum, value) in sums[*level as usize].iter_mut().zip(cell) {
                        *value *= weights[k];
                        *sum += *value;
                    }
                }
                Block { cells }
            };
            (0..count).map(block).collect()
        };
        let blocks = series.iter().enumerate().map(cut).collect();
        Self { ground: ground * n, levels, sums, blocks }
    }
}

/// Sums over some values at each level that they visit; leaves the scratch sums at 0.
fn gather(places: &[u32], magnetizations: &[f64], scratch: &mut [Sums]) -> Vec<(u32, Sums)> {
    let mut visited = Vec::new();
    for (&place, &m) in places.iter().zip(magnetizations) {
        let cell = &mut scratch[place as usize];
        if cell[0] == 0.0 {
            visited.push(place);
        }
        let m2 = m * m;
        for (sum, value) in cell.iter_mut().zip([1.0, m, m.abs(), m2, m2 * m2]) {
            *sum += value;
        }
    }
    visited.into_iter().map(|p| (p, std::mem::take(&mut scratch[p as usize]))).collect()
}

/// The levels per spin in ascending order, and the place of every value of every series among them.
fn levels(series: &[TimeSeries]) -> (Vec<f64>, Vec<Vec<u32>>) {
    // Adding 0 makes one number of 0 and −0.
    let energies = || series.iter().flat_map(|run| &run.energy).map(|energy| energy + 0.0);
    let mut distinct: HashMap<u64, u32> = HashMap::new();
    for energy in energies() {
        distinct.insert(energy.to_bits(), 0);
        if distinct.len() > MAX_LEVELS {
            return bins(series);
        }
    }
    let mut levels: Vec<f64> = distinct.keys().map(|&bits| f64::from_bits(bits)).collect();
    levels.sort_by(f64::total_cmp);
    for (place, level) in levels.iter().enumerate() {
        distinct.insert(level.to_bits(), place as u32);
    }
    let place = |energy: &f64| distinct[&(energy + 0.0).to_bits()];
    let places = series.iter().map(|run| run.energy.iter().map(place).collect()).collect();
    (levels, places)
}

/// Bins of equal width over all energies, each at the mean of what fell into it.
fn bins(series: &[TimeSeries]) -> (Vec<f64>, Vec<Vec<u32>>) {
    let energies = || series.iter().flat_map(|run| &run.energy);
    let lowest = energies().fold(f64::INFINITY, |low, &energy| low.min(energy));
    let highest = energies().fold(f64::NEG_INFINITY, |high, &energy| high.max(energy));
    let per_bin = MAX_LEVELS as f64 / (highest - lowest);
    let bin = |energy: f64| (((energy - lowest) * per_bin) as usize).min(MAX_LEVELS - 1);
    let mut means = vec![(0.0, 0.0); MAX_LEVELS];
    for &energy in energies() {
        let (count, sum) = &mut means[bin(energy)];
        *count += 1.0;
        *sum += energy - lowest;
    }
    let mut levels = Vec::new();
    let mut renamed = vec![0_u32; MAX_LEVELS];
    for (bin, (count, sum)) in means.into_iter().enumerate().filter(|(_, mean)| mean.0 > 0.0) {
        renamed[bin] = levels.len() as u32;
        levels.push(lowest + sum / count);
    }
    let place = |energy: &f64| renamed[bin(*energy)];
    let places = series.iter().map(|run| run.energy.iter().map(place).collect()).collect();
    (levels, places)
}
