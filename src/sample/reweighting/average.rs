//! Weighted averages at one temperature, over all data and with each block left out.

use crate::progress::Progress;
use crate::rayon::prelude::*;
use crate::sample::reweighting::histogram::Histogram;
use crate::sample::reweighting::solve::Solution;

/// So many blocks are left out between two looks at the clock.
const PART: usize = 64;

/// Data with the levels' weights 1/D_m, whole and with each block left out.
#[derive(Clone, Debug)]
pub(super) struct Weighted {
    histogram: Histogram,
    ln_denominators: Vec<f64>,
    left_out: Vec<LeftOut>,
}

/// One block of one series, and D_m without it relative to D_m.
#[derive(Clone, Debug)]
struct LeftOut {
    series: usize,
    block: usize,
    inverse_ratios: Vec<f64>,
}

/// Weights exp(−βx_m)/D_m at one temperature.
pub(super) struct Weights {
    beta: f64,
    /// Their largest is 1.
    values: Vec<f64>,
    ln_scale: f64,
    mean: f64,
    /// The effective number of independent values behind an average, (Σcw)²/Σcw².
    pub ess: f64,
}

/// ln Z up to a constant, and averages of energy above the lowest and of magnetization per spin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Averages {
    pub beta: f64,
    pub ln_z: f64,
    pub energy: f64,
    pub energy_variance: f64,
    pub m: f64,
    pub abs_m: f64,
    pub m2: f64,
    pub m4: f64,
}

/// A value and its error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    pub value: f64,
    pub error: f64,
}

impl Weighted {
    pub fn new(histogram: Histogram, solution: &Solution, numbers: &[f64]) -> Self {
        let counts: Vec<f64> = histogram.sums.iter().map(|sums| sums[0]).collect();
        let places: Vec<(usize, usize)> = (0..numbers.len())
            .flat_map(|series| {
                (0..histogram.blocks[series].len()).map(move |block| (series, block))
            })
            .collect();
        let leave_out = |&(series, block): &(usize, usize)| {
            let cells = &histogram.blocks[series][block];
            let mut counts = counts.clone();
            for &(level, sums) in &cells.cells {
                counts[level as usize] -= sums[0];
            }
            let mut fewer = numbers.to_vec();
            fewer[series] -= cells.count();
            let ratios = solution.perturbed(&counts, &fewer, numbers);
            let inverse_ratios = ratios.iter().map(|ratio| 1.0 / ratio).collect();
            LeftOut { series, block, inverse_ratios }
        };
        let mut progress = Progress::new("blocks left out", places.len());
        let mut left_out = Vec::with_capacity(places.len());
        for part in places.chunks(PART) {
            left_out.par_extend(part.par_iter().map(leave_out));
            progress.add(part.len());
        }
        Self { ln_denominators: solution.ln_denominators.clone(), histogram, left_out }
    }

    pub fn ground(&self) -> f64 {
        self.histogram.ground
    }

    pub fn weights(&self, beta: f64) -> Weights {
        let levels = &self.histogram.levels;
        let exponent = |(x, ln_denominator): (&f64, &f64)| -beta * x - ln_denominator;
        let mut values: Vec<f64> = levels.iter().zip(&self.ln_denominators).map(exponent).collect();
        let ln_scale = values.iter().fold(f64::NEG_INFINITY, |largest, &x| largest.max(x));
        let (mut sum, mut squares, mut energy) = (0.0, 0.0, 0.0);
        for ((value, sums), x) in values.iter_mut().zip(&self.histogram.sums).zip(levels) {
            *value = (*value - ln_scale).exp();
            let weight = sums[0] * *value;
            sum += weight;
            squares += weight * *value;
            energy += weight * x;
        }
        Weights { beta, values, ln_scale, mean: energy / sum, ess: sum * sum / squares }
    }

    /// The averages over all data.
    pub fn whole(&self, weights: &Weights) -> Averages {
        let mut sums = Totals::default();
        for ((&weight, cell), x) in
            weights.values.iter().zip(&self.histogram.sums).zip(&self.histogram.levels)
        {
            sums.add(weight, x - weights.mean, cell);
        }
        sums.averages(weights)
    }

    /// The averages without each block, in the order of series and blocks.
    pub fn without_blocks(&self, weights: &Weights) -> Vec<Averages> {
        (0..self.left_out.len()).into_par_iter().map(|k| self.without_block(weights, k)).collect()
    }

    /// The averages without one block.
    pub fn without_block(&self, weights: &Weights, index: usize) -> Averages {
        let left = &self.left_out[index];
        let mut sums = self.total(weights, &left.inverse_ratios);
        for (level, cell) in &self.histogram.blocks[left.series][left.block].cells {
            let level = *level as usize;
            let weight = weights.values[level] * left.inverse_ratios[level];
            sums.add(-weight, self.histogram.levels[level] - weights.mean, cell);
        }
        sums.averages(weights)
    }

    fn total(&self, weights: &Weights, ratios: &[f64]) -> Totals {
        let mut sums = Totals::default();
        let levels = self.histogram.levels.iter().zip(&self.histogram.sums);
        for ((weight, ratio), (x, cell)) in weights.values.iter().zip(ratios).zip(levels) {
            sums.add(weight * ratio, x - weights.mean, cell);
        }
        sums
    }

    /// The jackknife error of a function of the data from its values without each block.
    ///
    /// Series are independent, so that each contributes (B − 1)/B Σ_b (θ_b − θ̄)² of its own B blocks.
    pub fn error(&self, without: &[f64]) -> f64 {
        let mut variance = 0.0;
        let mut start = 0;
        for blocks in &self.histogram.blocks {
            let count = blocks.len() as f64;
            let values = &without[start..start + blocks.len()];
            start += blocks.len();
            let first = values[0];
            let shift = values.iter().map(|value| value - first).sum::<f64>() / count;
            let squares: f64 = values.iter().map(|value| (value - first - shift).powi(2)).sum();
            variance += (count - 1.0) / count * squares;
        }
        variance.sqrt()
    }

    /// A function of the averages at one temperature, with its error.
    pub fn measured(
        &self,
        whole: &Averages,
        without: &[Averages],
        function: impl Fn(&Averages) -> f64,
    ) -> Measured {
        let values: Vec<f64> = without.iter().map(&function).collect();
        Measured { value: function(whole), error: self.error(&values) }
    }
}

/// Sums over levels of weight, excitation, its square, m, |m|, m², m⁴.
#[derive(Clone, Copy, Default)]
struct Totals([f64; 7]);

impl Totals {
    #[inline]
    fn add(&mut self, weight: f64, x: f64, cell: &[f64; 5]) {
        let count = weight * cell[0];
        let terms = [
            count,
            count * x,
            count * x * x,
            weight * cell[1],
            weight * cell[2],
            weight * cell[3],
            weight * cell[4],
        ];
        for (sum, term) in self.0.iter_mut().zip(terms) {
            *sum += term;
        }
    }

    fn averages(&self, weights: &Weights) -> Averages {
        let [count, x, x2, m, abs_m, m2, m4] = self.0;
        let shift = x / count;
        Averages {
            beta: weights.beta,
            ln_z: weights.ln_scale + count.ln(),
            energy: weights.mean + shift,
            energy_variance: (x2 / count - shift * shift).max(0.0),
            m: m / count,
            abs_m: abs_m / count,
            m2: m2 / count,
            m4: m4 / count,
        }
    }
}
