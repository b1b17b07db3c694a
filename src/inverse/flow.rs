//! Minimum probability flow to states one flip away.

use super::data::{Data, States};
use super::exact::{LARGE, largest, no_maximum};
use super::inferred::Found;
use super::kernel::curvature;
use super::settings::Options;
use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2, Axis};
use crate::numeric::lbfgs::Lbfgs;
use crate::operator::dense::eigenvalues_symmetric;
use crate::rayon::prelude::*;
use crate::simd::Width;

/// A curvature that means that a combination of spins is always on one side, in units of the largest.
const FLAT: f64 = 1e-9;

/// Steps whose changes of slope stand for the curvature.
const MEMORY: usize = 20;

/// Σ_μ w_μ Σ_i exp(−s_i (h_i + Σ_j J_ij s_j)) + ½ λ₂ (Σ h² + Σ_{i<j} J²).
struct Flow<'a> {
    states: &'a States,
    numbers: Array2<f64>,
    weights: Array1<f64>,
    l2: f64,
}

impl Flow<'_> {
    /// What flows from each state by flipping each spin, times the state's weight.
    fn rates(&self, theta: &[f64]) -> Array2<f64> {
        let (couplings, fields) = super::exact::unpacked(self.states.n, theta);
        let mut rates = self.numbers.dot(&couplings) + &fields;
        rates.zip_mut_with(&self.numbers, |rate, s| *rate = (-s * *rate).exp());
        rates * self.weights.view().insert_axis(Axis(1))
    }

    fn value(&self, theta: &[f64]) -> (f64, Vec<f64>) {
        let n = self.states.n;
        let rates = self.rates(theta);
        let squares: f64 = theta.iter().map(|t| t * t).sum();
        let value = rates.sum() + 0.5 * self.l2 * squares;
        let signed = -rates * &self.numbers;
        let pairs = signed.t().dot(&self.numbers);
        let fields = signed.sum_axis(Axis(0));
        let couplings = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
        let slopes =
            fields.iter().copied().chain(couplings.map(|(i, j)| pairs[(i, j)] + pairs[(j, i)]));
        (value, slopes.zip(theta).map(|(slope, t)| slope + self.l2 * t).collect())
    }

    /// Whether each spin's flow is curved along all of its parameters; otherwise some run away to infinity, however small the slope has become.
    fn is_curved(&self, theta: &[f64], tolerance: f64) -> Result<bool> {
        let (n, flat) = (self.states.n, FLAT.max(10.0 * tolerance));
        let rates = self.rates(theta);
        let curved = |i: usize| {
            let mut table = vec![0.0; n * n];
            let weights = rates.column(i).to_vec();
            curvature(Width::best(), &self.states.spins, i, &weights, &mut table);
            let matrix = Array2::from_shape_fn((n, n), |(j, k)| table[j.max(k) * n + j.min(k)]);
            let values = eigenvalues_symmetric(&matrix)?;
            Ok(values[0] > flat * values[n - 1])
        };
        let all: Vec<bool> = (0..n).into_par_iter().map(curved).collect::<Result<_>>()?;
        Ok(all.into_iter().all(|curved| curved))
    }
}

pub(super) fn minimise(data: &Data, options: &Options) -> Result<Found> {
    let Some(states) = &data.states else {
        return Err(Error::argument("states", "moments only", "given"));
    };
    if options.l2 == 0.0 {
        data.require_inner()?;
    }
    let (numbers, weights) = (states.numbers(), Array1::from(states.weights.clone()));
    let flow = Flow { states, numbers, weights, l2: options.l2 };
    let mut start = vec![0.0; states.n * (states.n + 1) / 2];
    for (t, m) in start.iter_mut().zip(&data.means) {
        *t = m.clamp(-0.99, 0.99).atanh();
    }
    let limit = options.steps.unwrap_or(2_000);
    let descent = Lbfgs { memory: MEMORY, iterations: limit, tolerance: options.tolerance };
    let found = descent.minimize(start, options.deadline, &mut |theta, slope| {
        let (value, at) = flow.value(theta);
        slope.copy_from_slice(&at);
        value
    });
    if largest(&found.x) > LARGE {
        return Err(no_maximum());
    }
    if options.l2 == 0.0 && found.converged && !flow.is_curved(&found.x, options.tolerance)? {
        return Err(no_maximum());
    }
    let (couplings, fields) = super::exact::unpacked(states.n, &found.x);
    Ok(Found {
        couplings,
        fields,
        errors: None,
        steps: found.iterations,
        residual: found.largest,
        converged: found.converged,
        complete: found.complete,
    })
}
