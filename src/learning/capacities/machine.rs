//! What a restricted Boltzmann machine remembers while it is sampled.

use super::{CapacityTable, Row, at_zero};
use crate::error::Result;
use crate::hopfield::patterns::random_patterns;
use crate::ndarray::{Array1, Array2, Axis, s};
use crate::numeric::bisection::last_passing;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::rbm::{Layer, Rbm};
use crate::samples::run_samples;
use crate::stats::mean_and_error;
use crate::theory::ags;

/// Warm enough that blocks of spins do not freeze, and cold enough that memories are nearly whole up to the end.
const TEMPERATURE: f64 = 0.2;
const SIZES: [usize; 3] = [100, 200, 400];
/// Steps of Gibbs sampling, of which the second half is averaged.
const STEPS: i64 = 400;
/// Between the overlap of memories at their capacity and that of what is left above it.
const THRESHOLD: f64 = 0.7;
/// Loads that are looked at, beyond twice the capacity.
const MOST: f64 = 0.3;

/// The ratio of Gaussian to ±1 units up to which block Gibbs sampling stays at a pattern.
///
/// With W_μi = ξ_i^μ/√(NT) the Gaussian units leave P(s) ∝ exp(Σ_μ (ξ^μ·s)²/(2NT)): Hebb's energy at temperature T, and a constant.
pub(super) fn sampled(of: &CapacityTable, seed: Seed, deadline: Deadline) -> Result<Option<Row>> {
    let found = run_samples(SIZES.len(), of.samples, deadline, |place, sample| {
        lost_at(SIZES[place], seed.child(place as u64).child(sample as u64))
    })?;
    if found.iter().any(|loads| loads.len() < of.samples) {
        return Ok(None);
    }
    let means: Vec<(f64, f64)> = found.iter().filter_map(|loads| mean_and_error(loads)).collect();
    let line =
        |exponent: f64, from: usize| at_zero(&SIZES[from..], &means[from..], exponent, of.samples);
    let (measured, error) = line(0.5, 0);
    let others = [line(0.5, 1).0 - measured, 0.5 * (line(2.0 / 3.0, 0).0 - line(0.4, 0).0)];
    Ok(Some(Row {
        model: "RBM, Gaussian and ±1 layers",
        quantity: "P/N recalled, sampled at T = 0.2",
        theory: ags::retrieval_load(TEMPERATURE)?,
        measured,
        error: error.hypot(others[0]).hypot(others[1]),
        sizes: "100, 200, 400 → ∞",
        source: "Amit, Gutfreund and Sompolinsky 1987; Barra et al. 2012",
        samples: of.samples,
    }))
}

/// The load at which the first of random patterns is lost as further ones are added.
fn lost_at(size: usize, seed: Seed) -> Result<f64> {
    let most = (MOST * size as f64) as usize;
    let patterns = random_patterns(most, size, seed.child(0))?.mapv(f64::from);
    let count = last_passing(0, most + 1, |count| {
        let some = patterns.slice(s![..count, ..]).to_owned();
        Ok(overlap(&some, seed.child(count as u64))? >= THRESHOLD)
    })?;
    // Lost between this number and the next.
    Ok((count as f64 + 0.5) / size as f64)
}

/// The mean overlap with the first pattern in which the spins were started.
fn overlap(patterns: &Array2<f64>, seed: Seed) -> Result<f64> {
    let (count, size) = patterns.dim();
    let weights = patterns / (size as f64 * TEMPERATURE).sqrt();
    let machine = Rbm::new(Layer::gaussian(count)?, Layer::spin(size)?)?.weights(&weights)?;
    let first: Array1<f64> = patterns.row(0).to_owned();
    // The mean of the Gaussian units given that pattern.
    let start = weights.dot(&first).insert_axis(Axis(0));
    let half = STEPS / 2;
    let sampling = machine.gibbs().start(&start).thermalization(half).steps(half).thinning(1);
    let overlaps = sampling.seed(seed).run()?.hidden.dot(&first) / size as f64;
    Ok(overlaps.mean().unwrap_or(0.0))
}
