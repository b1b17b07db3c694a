//! What one neuron holds: dichotomies, margins, weights of one bit.

use super::{CapacityTable, Row, all_complete, at_zero, seconds};
use crate::error::Result;
use crate::frame::Frame;
use crate::learning::HypothesisClass;
use crate::ndarray::Array2;
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::numeric::bisection::last_passing;
use crate::perceptron::{Examples, PerceptronCapacity};
use crate::progress::Deadline;
use crate::random::Seed;
use crate::samples::run_samples;
use crate::stats::{mean_and_error, weighted_line};
use crate::theory::{gardner, version_space};

/// The sizes at which perceptrons of weights ±1 are enumerated.
const BINARY_SIZES: [usize; 4] = [9, 11, 13, 17];

pub(super) fn cover(of: &CapacityTable, seed: Seed, deadline: Deadline) -> Result<Option<Row>> {
    let found = half_separable(of, 50, false, seed, deadline)?;
    Ok(found.map(|(measured, error)| Row {
        model: "perceptron",
        quantity: "P/N, half of dichotomies learned",
        theory: 2.0,
        measured,
        error,
        sizes: "50",
        source: "Cover 1965",
        samples: of.many_samples(),
    }))
}

/// A neuron of a network with couplings of greatest stability.
pub(super) fn greatest_stability(
    of: &CapacityTable,
    seed: Seed,
    deadline: Deadline,
) -> Result<Option<Row>> {
    let theory = gardner::capacity(0.0)?;
    let found = half_separable(of, 51, true, seed, deadline)?;
    Ok(found.map(|(measured, error)| Row {
        model: "Hopfield, greatest stability",
        quantity: "P/N, half of the neurons learn",
        theory,
        measured,
        error,
        sizes: "51",
        source: "Gardner 1988",
        samples: of.many_samples(),
    }))
}

/// Where a line through the fractions near P = 2N crosses ½.
fn half_separable(
    of: &CapacityTable,
    size: usize,
    binary: bool,
    seed: Seed,
    deadline: Deadline,
) -> Result<Option<(f64, f64)>> {
    let scan = PerceptronCapacity::new([size], [1.8, 1.9, 2.0, 2.1, 2.2]).binary(binary);
    let samples = of.many_samples();
    let table = scan.samples(samples).seed(seed).deadline(seconds(deadline)).run()?;
    if !all_complete(&table)? {
        return Ok(None);
    }
    let (x, y, e) =
        (table.values("load")?, table.values("separable")?, table.values("separable_err")?);
    // Of equal weights: what a fraction's own error comes out as depends on the fraction.
    let line = weighted_line(x.iter().zip(&y).map(|(&x, &y)| (x, y, 1.0)));
    let error = e.iter().map(|e| e * e).sum::<f64>().sqrt() / e.len() as f64;
    Ok(Some(((0.5 - line.at_zero) / line.slope, error / line.slope.abs())))
}

pub(super) fn stability(of: &CapacityTable, seed: Seed, deadline: Deadline) -> Result<Option<Row>> {
    let scan = PerceptronCapacity::new([50, 100], [1.0]).stabilities(true).samples(of.samples);
    let table = scan.seed(seed).deadline(seconds(deadline)).run()?;
    if !all_complete(&table)? {
        return Ok(None);
    }
    let (kappa, error) = (table.values("stability")?, table.values("stability_err")?);
    Ok(Some(Row {
        model: "perceptron",
        quantity: "largest stability at P/N = 1",
        theory: gardner::margin(1.0)?,
        measured: 2.0 * kappa[1] - kappa[0],
        error: (2.0 * error[1]).hypot(error[0]),
        sizes: "50, 100 → ∞",
        source: "Gardner 1988",
        samples: of.samples,
    }))
}

pub(super) fn vc_dimension(_: &CapacityTable, seed: Seed, _: Deadline) -> Result<Option<Row>> {
    let class = HypothesisClass::AffineHalfSpaces;
    let mut generator = seed.generator();
    let points =
        Array2::from_shape_simple_fn((10, 3), || -> f64 { StandardNormal.sample(&mut generator) });
    Ok(Some(Row {
        model: "perceptron with bias, N = 3",
        quantity: "VC dimension",
        theory: class.vc_dimension(3)? as f64,
        measured: class.dichotomies(&points)?.vc_dimension()?.dimension as f64,
        error: 0.0,
        sizes: "10 points, exact",
        source: "Vapnik and Chervonenkis 1971",
        samples: 1,
    }))
}

pub(super) fn binary_weights(
    of: &CapacityTable,
    seed: Seed,
    deadline: Deadline,
) -> Result<Option<Row>> {
    let samples = of.many_samples();
    let found = run_samples(BINARY_SIZES.len(), samples, deadline, |place, sample| {
        let size = BINARY_SIZES[place];
        Ok(learned_by_signs(size, seed.child(size as u64).child(sample as u64))? / size as f64)
    })?;
    if found.iter().any(|learned| learned.len() < samples) {
        return Ok(None);
    }
    let means: Vec<(f64, f64)> =
        found.iter().filter_map(|learned| mean_and_error(learned)).collect();
    let line = |from: usize| at_zero(&BINARY_SIZES[from..], &means[from..], 1.0, samples);
    let ((measured, error), (other, _)) = (line(0), line(1));
    Ok(Some(Row {
        model: "perceptron, weights ±1",
        quantity: "P/N learned",
        theory: version_space::binary_capacity(0.0)?,
        measured,
        error: error.hypot(0.5 * (other - measured)),
        sizes: "9, 11, 13, 17 → ∞",
        source: "Krauth and Mézard 1989",
        samples: of.many_samples(),
    }))
}

/// How many of random examples, one after the other, some perceptron of weights ±1 has right.
fn learned_by_signs(size: usize, seed: Seed) -> Result<f64> {
    let examples = Examples::random(2 * size, size, seed)?;
    let learned = last_passing(0, 2 * size + 1, |count| {
        Ok(examples.take(count).binary_perceptrons()?.solutions > 0)
    })?;
    // Half a pattern more is between what is learned and what is not.
    Ok(learned as f64 + 0.5)
}
