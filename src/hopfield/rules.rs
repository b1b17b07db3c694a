//! From patterns to couplings.

use crate::error::{Error, Result};
use crate::hopfield::dense::Dense;
use crate::ndarray::{Array2, Axis, s};
use crate::operator::dense::{product, solve_positive};
use crate::progress::Progress;
use crate::rayon::prelude::*;

/// Rows of couplings computed at a time, so that the product's own copies stay small.
const PANEL: usize = 512;

/// How the couplings came about, and what is needed to make them again from other patterns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rule {
    Hebb,
    Covariance { activity: f64 },
    TsodyksFeigelman { activity: f64, threshold: f64 },
    Storkey,
    PseudoInverse,
    Perceptron { margin: Option<f64>, symmetric: bool },
    Unlearning,
    Given,
}

impl Rule {
    pub fn name(self) -> &'static str {
        match self {
            Self::Hebb => "hebb",
            Self::Covariance { .. } => "covariance",
            Self::TsodyksFeigelman { .. } => "tsodyks_feigelman",
            Self::Storkey => "storkey",
            Self::PseudoInverse => "pseudo_inverse",
            Self::Perceptron { .. } => "perceptron",
            Self::Unlearning => "unlearning",
            Self::Given => "given",
        }
    }
}

/// The mean b = 2p − 1 of ±1 units of which a fraction p is at +1.
pub(super) fn mean_of(activity: f64) -> Result<f64> {
    // Next to 0 and 1 the scale 1/(1 − b²) of the couplings is lost in rounding.
    if (1e-9..=1.0 - 1e-9).contains(&activity) {
        Ok(2.0 * activity - 1.0)
    } else {
        let allowed = "between 0 and 1, and at least 1e-9 away from both";
        Err(Error::argument("activity", activity, allowed))
    }
}

/// Storkey's couplings: the patterns one after the other.
pub(super) fn storkey(patterns: &Array2<i8>) -> Dense {
    let size = patterns.ncols();
    let mut columns = vec![0.0; size * size];
    let mut progress = Progress::new("patterns", patterns.nrows());
    for pattern in patterns.rows() {
        storkey_step(&mut columns, &pattern.to_vec());
        progress.add(1);
    }
    Dense::of_columns(size, columns)
}

/// One pattern more. With h_i = Σ_k J_ik ξ_k and no diagonal, h_ij = h_i − J_ij ξ_j, so that the three terms of the rule are
/// ξ_i ξ_j − ξ_i h_j − h_i ξ_j + 2 J_ij; all of them from the couplings before this pattern.
pub(super) fn storkey_step(columns: &mut [f64], pattern: &[i8]) {
    let size = pattern.len();
    let spins: Vec<f64> = pattern.iter().map(|&s| f64::from(s)).collect();
    // A symmetric matrix: its columns are its rows.
    let fields: Vec<f64> = columns
        .par_chunks_exact(size)
        .map(|row| row.iter().zip(&spins).map(|(j, s)| j * s).sum())
        .collect();
    let growth = 1.0 / size as f64;
    columns.par_chunks_exact_mut(size).enumerate().for_each(|(i, row)| {
        let (spin, field) = (spins[i], fields[i]);
        for ((entry, s), h) in row.iter_mut().zip(&spins).zip(&fields) {
            // Sums and products in an order that is the same for (i, j) and (j, i).
            let change = spin * s - (spin * h + field * s) + 2.0 * *entry;
            *entry += growth * change;
        }
        row[i] = 0.0;
    });
}

/// The projection Ξᵀ C⁻¹ Ξ / N onto the patterns.
pub(super) fn pseudo_inverse(patterns: &Array2<i8>) -> Result<Dense> {
    let (count, size) = patterns.dim();
    let dependent = |why: String| {
        Error::Unsupported {
        what: "The pseudo-inverse rule".to_owned(),
        why,
        advice: "Leave out patterns that are sums of others (duplicates, negatives), or store fewer than N.".to_owned(),
    }
    };
    if count > size {
        return Err(dependent(format!("{count} patterns of {size} units are linearly dependent")));
    }
    let floats = patterns.mapv(f64::from);
    let overlaps = product(&floats, &floats.t().to_owned())? / size as f64;
    // C is as good as singular if its inverse has a trace like 1/ε: that bounds the smallest eigenvalue.
    let inverse = solve_positive(&overlaps, &Array2::eye(count))?;
    let inverse = inverse
        .filter(|inverse| inverse.diag().sum() < 1e10)
        .ok_or_else(|| dependent("the patterns are linearly dependent".to_owned()))?;
    let right = product(&inverse, &floats)? / size as f64;
    let mut columns = vec![0.0; size * size];
    for (panel, out) in columns.chunks_mut(PANEL * size).enumerate() {
        let from = panel * PANEL;
        let rows = out.len() / size;
        let left = floats.slice(s![.., from..from + rows]).t().to_owned();
        let block = product(&left, &right)?;
        for (row, out) in block.axis_iter(Axis(0)).zip(out.chunks_exact_mut(size)) {
            out.iter_mut().zip(row).for_each(|(out, &value)| *out = value);
        }
    }
    // Symmetric to the last bit: the upper triangle counts for both.
    for i in 0..size {
        for j in 0..i {
            columns[i * size + j] = columns[j * size + i];
        }
    }
    Ok(Dense::of_columns(size, columns))
}
