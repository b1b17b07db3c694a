//! Dichotomies by planes, each with its proof.

use super::masks::full;
use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2, s};
use crate::perceptron::{Examples, with_ones};
use crate::progress::Progress;
use crate::rayon::prelude::*;
use crate::theory::cover;

/// A minute in a few dimensions.
const MOST_DICHOTOMIES: f64 = 50_000.0;

/// Those of planes through the origin, or of all planes.
///
/// A dichotomy of the first k points that planes make is continued by +1, −1 or both at point k + 1, and all are found so. Turning a plane round turns all labels, so that the first
/// point's label may be fixed.
pub(super) fn dichotomies(points: &Array2<f64>, affine: bool) -> Result<Vec<u64>> {
    let count = points.nrows();
    let inputs = if affine { with_ones(points) } else { points.as_standard_layout().to_owned() };
    if inputs.rows().into_iter().any(|row| row.iter().all(|x| *x == 0.0)) {
        let given = "one at the origin";
        return Err(Error::argument("points", given, "elsewhere, as every plane goes through it"));
    }
    // Cover's count is the most there can be.
    let most = cover::ln_count(count, inputs.ncols())?.exp();
    if most > MOST_DICHOTOMIES {
        return Err(Error::TooLarge {
            what: format!("The set of all dichotomies of {count} points by planes"),
            needs: format!("proofs for up to {most:.0e}"),
            limit: format!("the {MOST_DICHOTOMIES:.0} allowed"),
            advice: "Take fewer points or dimensions; `cover::count` has their number.".into(),
        });
    }
    let mut progress = Progress::new("points", count);
    let mut found = vec![1_u64];
    for k in 1..count {
        let first = inputs.slice(s![..=k, ..]).to_owned();
        let continued: Vec<Vec<u64>> =
            found
                .par_iter()
                .map(|&mask| {
                    let mut both = Vec::with_capacity(2);
                    for candidate in [mask, mask | 1 << k] {
                        let labels = Array1::from_shape_fn(k + 1, |i| {
                            if candidate >> i & 1 == 1 { 1 } else { -1 }
                        });
                        if Examples::new(first.clone(), labels)?.separation()?.separable {
                            both.push(candidate);
                        }
                    }
                    Ok(both)
                })
                .collect::<Result<_>>()?;
        found = continued.concat();
        progress.add(1);
    }
    let all = full(count);
    Ok(found.iter().flat_map(|&mask| [mask, all & !mask]).collect())
}
