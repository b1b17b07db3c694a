//! Standard errors of the pseudo-likelihood's answers.

use super::data::States;
use super::logistic::{Fit, Regression};
use super::settings::Options;
use crate::error::Result;
use crate::ndarray::{Array1, Array2, ArrayView2, Zip, s};
use crate::operator::dense::solve_positive;
use crate::rayon::prelude::*;

/// The most spins whose errors are computed, each with a matrix of this side.
const MOST: usize = 200;

/// States at once.
const CHUNK: usize = 256;

/// Errors of the fields and of the averaged couplings.
///
/// Around the truth a regression's parameters are off by the mean of ψ = H⁻¹ u over states, with u the state's slope of the log-likelihood and H its
/// curvature; of a coupling both regressions' ψ are averaged, state by state, which counts how far the two go together. The variance is
/// ⟨ψ²⟩ over the number of states (P. J. Huber, Proc. 5th Berkeley Symp. 1, 221 (1967)).
pub(super) fn errors(
    states: &States,
    samples: usize,
    fits: &[Fit],
    options: &Options,
) -> Result<Option<(Array2<f64>, Array1<f64>)>> {
    let n = states.n;
    if n > MOST {
        return Ok(None);
    }
    let prepare = |i: usize| {
        let regression = Regression::new(states, i, options);
        let inverse = solve_positive(&regression.curvature_at(&fits[i].theta), &Array2::eye(n))?;
        let fields = regression.fields(&fits[i].theta);
        let miss = |(field, s): (f64, f64)| 2.0 * s / (1.0 + (2.0 * s * field).exp());
        let slopes: Vec<f64> = fields.into_iter().zip(regression.own()).map(miss).collect();
        Ok(inverse.map(|inverse| (inverse, Array1::from(slopes))))
    };
    let prepared: Option<Vec<(Array2<f64>, Array1<f64>)>> =
        (0..n).into_par_iter().map(prepare).collect::<Result<_>>()?;
    let Some(prepared) = prepared else { return Ok(None) };
    let numbers = states.numbers();
    let starts: Vec<usize> = (0..states.weights.len()).step_by(CHUNK).collect();
    let parts: Vec<Array2<f64>> = starts
        .into_par_iter()
        .map(|start| {
            let end = (start + CHUNK).min(states.weights.len());
            let weights = Array1::from(states.weights[start..end].to_vec());
            squares(&numbers.slice(s![start..end, ..]), &weights, &prepared, start)
        })
        .collect();
    let mut variances = Array2::zeros((n, n));
    for part in &parts {
        variances += part;
    }
    variances.mapv_inplace(|v: f64| (v / samples as f64).max(0.0).sqrt());
    let fields = variances.diag().to_owned();
    variances.diag_mut().fill(0.0);
    Ok(Some((variances, fields)))
}

/// Σ_μ w_μ ψ² over some states: of couplings off the diagonal, of fields on it.
fn squares(
    numbers: &ArrayView2<'_, f64>,
    weights: &Array1<f64>,
    prepared: &[(Array2<f64>, Array1<f64>)],
    start: usize,
) -> Array2<f64> {
    let (count, n) = numbers.dim();
    let influence = |i: usize| {
        let (inverse, slopes) = &prepared[i];
        let mut x = numbers.to_owned();
        x.column_mut(i).fill(1.0);
        // A parameter a row, a state a column.
        let mut psi = inverse.dot(&x.t());
        for mut row in psi.rows_mut() {
            row *= &slopes.slice(s![start..start + count]);
        }
        psi
    };
    let all: Vec<Array2<f64>> = (0..n).map(influence).collect();
    let mut sums = Array2::zeros((n, n));
    for i in 0..n {
        for j in 0..=i {
            let mut sum = 0.0;
            let both = Zip::from(all[i].row(j)).and(all[j].row(i)).and(weights);
            both.for_each(|a, b, w| sum += w * 0.25 * (a + b) * (a + b));
            sums[(i, j)] = sum;
            sums[(j, i)] = sum;
        }
    }
    sums
}
