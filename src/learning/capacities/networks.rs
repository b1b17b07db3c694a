//! What associative memories hold, by their rules.

use super::{CapacityTable, Row, all_complete, seconds};
use crate::dense_memory::{DenseCapacity, Interaction, Lost};
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::hopfield::experiment::{CapacityScan, StorageRule};
use crate::hopfield::patterns::random_patterns;
use crate::ndarray::s;
use crate::numeric::bisection::last_passing;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::samples::run_samples;
use crate::stats::mean_and_error;
use crate::theory::ags;

pub(super) fn hebb(of: &CapacityTable, seed: Seed, deadline: Deadline) -> Result<Option<Row>> {
    let scan = CapacityScan::new(StorageRule::Hebb).sizes([100, 200, 400]).most(0.4);
    let found = scan.samples(of.samples).seed(seed).deadline(seconds(deadline)).run();
    // Too little time for any sample is an error of the scan's.
    let found = match found {
        Err(Error::Argument { name: "deadline", .. }) => return Ok(None),
        found => found?,
    };
    Ok(found.complete.then_some(Row {
        model: "Hopfield, Hebb's rule",
        quantity: "P/N recalled",
        theory: ags::CAPACITY,
        measured: found.load,
        error: found.load_err,
        sizes: "100, 200, 400 → ∞",
        source: "Amit, Gutfreund and Sompolinsky 1985",
        samples: of.samples,
    }))
}

/// The sizes at which Storkey's rule is measured.
const STORKEY_SIZES: [usize; 2] = [100, 200];

/// At the larger size, with what it differs by at the smaller one in its error, as corrections fall with ln N only.
pub(super) fn storkey(of: &CapacityTable, seed: Seed, deadline: Deadline) -> Result<Option<Row>> {
    let found = run_samples(STORKEY_SIZES.len(), of.samples, deadline, |place, sample| {
        let size = STORKEY_SIZES[place];
        let seed = seed.child(place as u64).child(sample as u64);
        let lost = first_not_fixed(StorageRule::Storkey, size, 0.0, seed)?;
        Ok(lost * (2.0 * (size as f64).ln()).sqrt() / size as f64)
    })?;
    if found.iter().any(|ratios| ratios.len() < of.samples) {
        return Ok(None);
    }
    let means: Vec<(f64, f64)> = found.iter().filter_map(|ratios| mean_and_error(ratios)).collect();
    let (measured, error) = means[1];
    Ok(Some(Row {
        model: "Hopfield, Storkey's rule",
        quantity: "P √(2 ln N)/N, all fixed points, asymptotic",
        theory: 1.0,
        measured,
        error: error.hypot(measured - means[0].0),
        sizes: "100, 200",
        source: "Storkey 1997; Storkey and Valabregue 1999",
        samples: of.samples,
    }))
}

/// The number of random patterns at which some of them are no fixed points of the rule's couplings, less one half: where a field along the pattern is below the least one.
fn first_not_fixed(rule: StorageRule, size: usize, least: f64, seed: Seed) -> Result<f64> {
    let patterns = random_patterns(size, size, seed)?;
    let held = last_passing(0, size + 1, |count| {
        let some = patterns.slice(s![..count, ..]).to_owned();
        let network = rule.store(&some)?;
        for pattern in some.rows() {
            let fields = network.local_fields(&pattern.to_owned())?;
            if fields.iter().zip(pattern).any(|(h, &s)| !(h * f64::from(s) >= least)) {
                return Ok(false);
            }
        }
        Ok(true)
    })?;
    Ok(held as f64 + 0.5)
}

/// Every pattern is a fixed point until the projector on them is the identity, and nothing is left off its diagonal.
pub(super) fn pseudo_inverse(
    of: &CapacityTable,
    seed: Seed,
    deadline: Deadline,
) -> Result<Option<Row>> {
    let size = 40;
    let lost = run_samples(1, of.samples, deadline, |_, sample| {
        // What is left of the fields at P = N is rounding, of either sign.
        let lost =
            first_not_fixed(StorageRule::PseudoInverse, size, 1e-9, seed.child(sample as u64))?;
        Ok(lost / size as f64)
    })?
    .concat();
    let found = mean_and_error(&lost).filter(|_| lost.len() == of.samples);
    Ok(found.map(|(measured, error)| Row {
        model: "Hopfield, pseudo-inverse",
        quantity: "P/N, all patterns fixed points",
        theory: 1.0,
        measured,
        error: error.max(0.5 / size as f64),
        sizes: "40",
        source: "Personnaz, Guyon and Dreyfus 1985",
        samples: of.samples,
    }))
}

pub(super) fn dense(of: &CapacityTable, seed: Seed, deadline: Deadline) -> Result<Option<Row>> {
    let scan = DenseCapacity::new(Interaction::Polynomial(3)).sizes([60]).samples(of.samples);
    let table = scan.seed(seed).deadline(seconds(deadline)).run()?;
    if !all_complete(&table)? {
        return Ok(None);
    }
    let expected = table.values("gaussian")?[0];
    Ok(Some(Row {
        model: "dense memory, cubic",
        quantity: "P before one is lost, over the Gaussian estimate",
        theory: 1.0,
        measured: table.values("capacity")?[0] / expected,
        error: table.values("capacity_err")?[0] / expected,
        sizes: "60",
        source: "Krotov and Hopfield 2016",
        samples: of.samples,
    }))
}

pub(super) fn exponential(
    of: &CapacityTable,
    seed: Seed,
    deadline: Deadline,
) -> Result<Option<Row>> {
    let scan = DenseCapacity::new(Interaction::Exponential(1.0)).sizes([18]).lost(Lost::Any);
    let table = scan.samples(of.samples).seed(seed).deadline(seconds(deadline)).run()?;
    if !all_complete(&table)? {
        return Ok(None);
    }
    let expected = 2_f64.powi(9) * (std::f64::consts::PI / 36.0).sqrt();
    Ok(Some(Row {
        model: "dense memory, exponential",
        quantity: "P before any is lost, over 2^(N/2) √(π/2N)",
        theory: 1.0,
        measured: table.values("capacity")?[0] / expected,
        error: table.values("capacity_err")?[0] / expected,
        sizes: "18",
        source: "Demircigil et al. 2017",
        samples: of.samples,
    }))
}
