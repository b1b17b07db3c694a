//! Estimates of overlaps.

use crate::error::Result;
use crate::sample::tempering::blocks::{blocks, estimate_by_blocks};
use crate::stats::{Estimate, jackknife};

/// Bins of a histogram of overlaps, at most.
const MAX_BINS: usize = 101;

/// Averages of the overlap at one temperature.
#[derive(Clone, Copy, Debug)]
pub(super) struct OverlapEstimates {
    pub overlap: Estimate,
    pub abs: Estimate,
    pub squared: Estimate,
    pub fourth: Estimate,
    /// ½(3 − ⟨q⁴⟩/⟨q²⟩²).
    pub binder: Estimate,
    pub link: Estimate,
}

impl OverlapEstimates {
    /// From the series of each pair of replicas; the pairs are averaged at each step.
    pub fn of(overlaps: &[&[f64]], links: &[&[f64]]) -> Result<Self> {
        let squares = pooled(overlaps, |q| q * q);
        let fourths = pooled(overlaps, |q| q.powi(4));
        let squared = estimate_by_blocks(&squares)?;
        let length = squares.len() / blocks(squares.len(), squared.tau);
        let skipped = squares.len() % length;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let means: Vec<_> = squares[skipped..]
            .chunks_exact(length)
            .zip(fourths[skipped..].chunks_exact(length))
            .map(|(squares, fourths)| vec![mean(squares), mean(fourths)])
            .collect();
        let binder = jackknife(&means, squared.tau, squares.len(), |x| {
            if x[0] > 0.0 { 0.5 * (3.0 - x[1] / (x[0] * x[0])) } else { 0.0 }
        })?;
        Ok(Self {
            overlap: estimate_by_blocks(&pooled(overlaps, |q| q))?,
            abs: estimate_by_blocks(&pooled(overlaps, f64::abs))?,
            squared,
            fourth: estimate_by_blocks(&fourths)?,
            binder,
            link: estimate_by_blocks(&pooled(links, |q| q))?,
        })
    }
}

fn pooled(series: &[&[f64]], function: fn(f64) -> f64) -> Vec<f64> {
    let length = series.first().map_or(0, |first| first.len());
    let sum = |k: usize| series.iter().map(|values| function(values[k])).sum::<f64>();
    (0..length).map(|k| sum(k) / series.len() as f64).collect()
}

/// A histogram of overlaps as a probability density.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram {
    pub centers: Vec<f64>,
    pub density: Vec<f64>,
    pub error: Vec<f64>,
}

impl Histogram {
    /// Equally many of the N + 1 values −1, −1 + 2/N, …, 1 per bin, and fewer in the last; errors from the scatter of blocks of the series.
    pub fn of(n_spins: usize, overlaps: &[&[f64]]) -> Result<Self> {
        let per_bin = (n_spins + 1).div_ceil(MAX_BINS);
        let bins = (n_spins + 1).div_ceil(per_bin);
        let steps = overlaps.first().map_or(0, |first| first.len());
        let tau = estimate_by_blocks(&pooled(overlaps, f64::abs))?.tau;
        let length = steps / blocks(steps, tau);
        let counts: Vec<Vec<f64>> = (0..steps / length)
            .map(|block| {
                let mut counts = vec![0.0; bins];
                for series in overlaps {
                    for q in &series[steps % length..][block * length..][..length] {
                        let value = (0.5 * (q + 1.0) * n_spins as f64).round() as usize;
                        counts[(value / per_bin).min(bins - 1)] += 1.0;
                    }
                }
                counts
            })
            .collect();
        let mut histogram = Self::default();
        for bin in 0..bins {
            let (from, to) = (bin * per_bin, ((bin + 1) * per_bin).min(n_spins + 1));
            let width = 2.0 * (to - from) as f64 / n_spins as f64;
            let norm = 1.0 / (width * (length * overlaps.len()) as f64);
            let number = counts.len() as f64;
            let mean = counts.iter().map(|counts| counts[bin]).sum::<f64>() / number;
            let squares: f64 = counts.iter().map(|counts| (counts[bin] - mean).powi(2)).sum();
            histogram.centers.push((from + to - 1) as f64 / n_spins as f64 - 1.0);
            histogram.density.push(norm * mean);
            histogram.error.push(norm * (squares / (number * (number - 1.0))).sqrt());
        }
        Ok(histogram)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_are_normalised_and_centered() {
        for n in [1, 2, 5, 100, 101, 150, 1000] {
            let values: Vec<f64> =
                (0..2000).map(|k| -1.0 + 2.0 * (k * 7 % (n + 1)) as f64 / n as f64).collect();
            let histogram = Histogram::of(n, &[&values]).unwrap();
            let per_bin = (n + 1).div_ceil(MAX_BINS);
            let width = |bin: usize| per_bin.min(n + 1 - bin * per_bin) as f64 * 2.0 / n as f64;
            let bins = histogram.density.len();
            let total: f64 = (0..bins).map(|bin| histogram.density[bin] * width(bin)).sum();
            assert!((total - 1.0).abs() < 1e-12, "{n}: {total}");
            let first = histogram.centers[0] + 1.0;
            assert!((first - (per_bin - 1) as f64 / n as f64).abs() < 1e-12);
        }
    }
}
