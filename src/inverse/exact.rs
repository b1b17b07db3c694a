//! The maximum of the likelihood, by Newton's method over all states.

use super::data::Data;
use super::inferred::Found;
use super::settings::Options;
use crate::error::{Error, Result};
use crate::exact::hadamard;
use crate::ndarray::{Array1, Array2};
use crate::operator::dense::solve_positive;
use crate::progress::Progress;

/// The most spins whose states are enumerated for their couplings.
pub const MAX_EXACT: usize = 20;

/// Fields and couplings beyond this mean that the likelihood has no maximum: weights of e^±60.
pub(super) const LARGE: f64 = 30.0;

/// A Newton step that no longer changes what was found; where the likelihood has no maximum, steps stay near 1 while its slope vanishes.
pub(super) const SMALL_STEP: f64 = 1e-6;

/// A slope this small with a Newton step as large as [`RUNAWAY`] has no curvature left: the likelihood only grows.
pub(super) const VANISHED: f64 = 1e-9;
pub(super) const RUNAWAY: f64 = 0.1;

/// The distribution at some parameters.
struct Point {
    /// ⟨Π_{i in A} s_i⟩ for every set A of spins, by the number whose bits are the set.
    averages: Vec<f64>,
    ln_z: f64,
}

/// ln Z − θ·c + ½ λ₂ θ², with a field for each spin and then a coupling for each pair.
struct Problem {
    n: usize,
    /// Each feature as the number whose bits are its one or two spins.
    features: Vec<usize>,
    targets: Vec<f64>,
    l2: f64,
}

impl Problem {
    fn new(data: &Data, l2: f64) -> Self {
        let n = data.n_spins();
        let pairs = || (0..n).flat_map(move |i| (i + 1..n).map(move |j| (i, j)));
        let features = (0..n).map(|i| 1 << i).chain(pairs().map(|(i, j)| 1 << i | 1 << j));
        let targets =
            data.means.iter().copied().chain(pairs().map(|(i, j)| data.correlations[(i, j)]));
        Self { n, features: features.collect(), targets: targets.collect(), l2 }
    }

    /// Two Walsh–Hadamard transforms: of the parameters to the exponents of all states, and of the probabilities to all averages.
    fn at(&self, theta: &[f64]) -> Point {
        let mut table = vec![0.0; 1 << self.n];
        for (&feature, &value) in self.features.iter().zip(theta) {
            table[feature] = value;
        }
        hadamard(&mut table);
        let largest = table.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for exponent in &mut table {
            *exponent = (*exponent - largest).exp();
        }
        hadamard(&mut table);
        let sum = table[0];
        for average in &mut table {
            *average /= sum;
        }
        Point { averages: table, ln_z: largest + sum.ln() }
    }

    fn value(&self, theta: &[f64], at: &Point) -> f64 {
        let linear: f64 = theta.iter().zip(&self.targets).map(|(t, c)| t * c).sum();
        let squares: f64 = theta.iter().map(|t| t * t).sum();
        at.ln_z - linear + 0.5 * self.l2 * squares
    }

    fn gradient(&self, theta: &[f64], at: &Point) -> Vec<f64> {
        let terms = self.features.iter().zip(&self.targets).zip(theta);
        terms.map(|((&f, c), t)| at.averages[f] - c + self.l2 * t).collect()
    }

    /// The Fisher matrix ⟨f_k f_l⟩ − ⟨f_k⟩⟨f_l⟩: the product of two features is again a set of spins, the symmetric difference.
    fn fisher(&self, at: &Point) -> Array2<f64> {
        let count = self.features.len();
        Array2::from_shape_fn((count, count), |(k, l)| {
            let (a, b) = (self.features[k], self.features[l]);
            at.averages[a ^ b] - at.averages[a] * at.averages[b]
        })
    }

    /// Newton's step; none where the Fisher matrix is singular.
    fn step(&self, gradient: &[f64], at: &Point) -> Result<Option<Vec<f64>>> {
        let mut fisher = self.fisher(at);
        fisher.diag_mut().mapv_inplace(|f| f + self.l2);
        let slope = Array2::from_shape_fn((gradient.len(), 1), |(k, _)| -gradient[k]);
        Ok(solve_positive(&fisher, &slope)?.map(|step| step.iter().copied().collect()))
    }
}

pub(super) fn exact(data: &Data, options: &Options) -> Result<Found> {
    let n = data.n_spins();
    if n > MAX_EXACT {
        return Err(Error::TooLarge {
            what: "The exact inversion".to_owned(),
            needs: format!("all 2^{n} states"),
            limit: format!("{MAX_EXACT} spins"),
            advice: "Use `InverseMethod::BoltzmannLearning` or `InverseMethod::PseudoLikelihood`."
                .to_owned(),
        });
    }
    if options.l2 == 0.0 {
        data.require_inner()?;
    }
    let problem = Problem::new(data, options.l2);
    let limit = options.steps.unwrap_or(100);
    let mut progress = Progress::new("Newton steps", limit);
    let mut theta = vec![0.0; problem.features.len()];
    for (t, m) in theta.iter_mut().zip(&data.means) {
        *t = m.clamp(-0.999, 0.999).atanh();
    }
    let mut at = problem.at(&theta);
    let (mut steps, mut converged, mut complete) = (0, false, true);
    loop {
        let gradient = problem.gradient(&theta, &at);
        let Some(step) = problem.step(&gradient, &at)? else { return Err(no_maximum()) };
        if largest(&gradient) <= options.tolerance && largest(&step) <= SMALL_STEP {
            converged = true;
            break;
        }
        if largest(&gradient) <= VANISHED && largest(&step) > RUNAWAY {
            return Err(no_maximum());
        }
        if steps == limit {
            break;
        }
        if options.deadline.passed() {
            complete = false;
            progress.stopped();
            break;
        }
        let slope: f64 = gradient.iter().zip(&step).map(|(g, d)| g * d).sum();
        let before = problem.value(&theta, &at);
        let mut part = 1.0;
        let (next, there) = loop {
            let next: Vec<f64> = theta.iter().zip(&step).map(|(t, d)| t + part * d).collect();
            let there = problem.at(&next);
            // Close to the minimum only rounding is left of the difference.
            let allowed = 1e-4 * part * slope + 1e-13 * before.abs().max(1.0);
            if problem.value(&next, &there) <= before + allowed || part < 1e-10 {
                break (next, there);
            }
            part *= 0.5;
        };
        (theta, at) = (next, there);
        steps += 1;
        progress.add(1);
        if largest(&theta) > LARGE {
            return Err(no_maximum());
        }
    }
    let residual = largest(&problem.gradient(&theta, &at));
    let (couplings, fields) = unpacked(n, &theta);
    let errors = match data.samples.filter(|_| options.l2 == 0.0) {
        Some(samples) => errors(&problem, &at, samples)?,
        None => None,
    };
    Ok(Found { couplings, fields, errors, steps, residual, converged, complete })
}

/// The standard errors: the inverse of the Fisher matrix over the number of states.
fn errors(
    problem: &Problem,
    at: &Point,
    samples: usize,
) -> Result<Option<(Array2<f64>, Array1<f64>)>> {
    let count = problem.features.len();
    let Some(inverse) = solve_positive(&problem.fisher(at), &Array2::eye(count))? else {
        return Ok(None);
    };
    let deviations: Vec<f64> =
        inverse.diag().iter().map(|v| (v.max(0.0) / samples as f64).sqrt()).collect();
    Ok(Some(unpacked(problem.n, &deviations)))
}

/// A table and a list out of one list of fields and couplings.
pub(super) fn unpacked(n: usize, theta: &[f64]) -> (Array2<f64>, Array1<f64>) {
    let (fields, pairs) = theta.split_at(n);
    let mut couplings = Array2::zeros((n, n));
    let mut next = pairs.iter();
    for i in 0..n {
        for j in i + 1..n {
            if let Some(&value) = next.next() {
                couplings[(i, j)] = value;
                couplings[(j, i)] = value;
            }
        }
    }
    (couplings, Array1::from(fields.to_vec()))
}

pub(super) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most, value| f64::max(most, value.abs()))
}

/// Why nothing was found.
pub(super) fn no_maximum() -> Error {
    Error::argument(
        "states",
        "states or moments for which no finite fields and couplings are best",
        "such that no combination of spins is always on one side: observe more states, leave spins out that others determine, or add `.l2(0.01)`",
    )
}
