//! The strength of interaction in six numbers.

use crate::error::Result;
use crate::inverse::InverseMethod;
use crate::ndarray::Array2;
use crate::operator::dense::eigenvalues_symmetric;
use crate::phase_space::interaction::pairs::Active;
use crate::statrs::function::gamma::digamma;

/// The names of the six numbers in frames.
pub(super) const NUMBERS: [&str; 6] = [
    "correlation",
    "multi_information",
    "information",
    "coupling",
    "partial_correlation",
    "participation",
];

/// How matrices become numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub shrinkage: Option<f64>,
    pub method: InverseMethod,
    pub l2: Option<f64>,
}

/// The matrices that the numbers are made of.
#[derive(Clone, Debug)]
pub(super) struct Matrices {
    pub correlations: Array2<f64>,
    pub information: Array2<f64>,
    pub couplings: Array2<f64>,
    pub partial: Array2<f64>,
    pub shrinkage: f64,
}

/// Dependence of neurons, as matrices.
pub(super) fn matrices(
    active: &Active,
    options: &Options,
    seconds: Option<f64>,
) -> Result<Matrices> {
    let correlations = active.correlations()?;
    let shrinkage = options.shrinkage.unwrap_or_else(|| active.shrinkage(&correlations));
    let partial = active.partial_correlations(&correlations, shrinkage)?;
    let information = active.information()?;
    let couplings = active.couplings(options.method, options.l2, seconds)?;
    Ok(Matrices { correlations, information, couplings, partial, shrinkage })
}

/// The six numbers, in the order of their names; NaN where one does not exist.
pub(super) fn numbers(active: &Active, matrices: &Matrices) -> Result<[f64; 6]> {
    Ok([
        root_mean_square(&matrices.correlations),
        multi_information(&matrices.correlations, active.examples())?,
        mean_pair(&matrices.information, |x| x),
        root_mean_square(&matrices.couplings),
        root_mean_square(&matrices.partial),
        participation(active)?,
    ])
}

/// √⟨x_ij²⟩ over pairs.
fn root_mean_square(matrix: &Array2<f64>) -> f64 {
    mean_pair(matrix, |x| x * x).sqrt()
}

fn mean_pair(matrix: &Array2<f64>, value: fn(f64) -> f64) -> f64 {
    let n = matrix.nrows() as f64;
    let sum: f64 = matrix.indexed_iter().filter(|((i, j), _)| i < j).map(|(_, x)| value(*x)).sum();
    sum / (0.5 * n * (n - 1.0))
}

/// −ln det R/(2n) without the bias that a sample of Gaussians has: E ln det R̂ = ln det R + Σ_i ψ((N−i)/2) − n ψ((N−1)/2).
fn multi_information(r: &Array2<f64>, examples: usize) -> Result<f64> {
    let (n, count) = (r.nrows(), examples as f64);
    let values = eigenvalues_symmetric(r)?;
    if examples <= n + 1 || !(values[0] > 1e-13 * values[n - 1]) {
        return Ok(f64::NAN);
    }
    let ln_det: f64 = values.iter().map(|v| v.ln()).sum();
    let bias: f64 = (1..=n).map(|i| digamma(0.5 * (count - i as f64))).sum::<f64>()
        - n as f64 * digamma(0.5 * (count - 1.0));
    Ok(-0.5 * (ln_det - bias) / n as f64)
}

/// (tr C)²/(n tr C²) of the covariance.
fn participation(active: &Active) -> Result<f64> {
    let deviations: Vec<f64> = (active.values.columns().into_iter())
        .map(|column| {
            let mean = column.sum() / column.len() as f64;
            (column.mapv(|x| (x - mean).powi(2)).sum() / (column.len() - 1) as f64).sqrt()
        })
        .collect();
    let largest = deviations.iter().copied().fold(0.0, f64::max);
    let r = active.correlations()?;
    let (mut trace, mut squares) = (0.0, 0.0);
    for ((i, j), r) in r.indexed_iter() {
        let c = r * (deviations[i] / largest) * (deviations[j] / largest);
        squares += c * c;
        trace += if i == j { c } else { 0.0 };
    }
    Ok(trace * trace / (active.count() as f64 * squares))
}
