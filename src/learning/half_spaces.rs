//! Dichotomies by planes, each with its proof.

use super::masks::full;
use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2, ArrayView1, s};
use crate::perceptron::{Examples, with_ones};
use crate::progress::Progress;
use crate::rayon::prelude::*;
use crate::theory::cover;

/// A minute in a few dimensions.
const MOST_DICHOTOMIES: f64 = 50_000.0;
/// Directions at a smaller angle, of which rounding is not the reason, are refused: already there some of the proofs would fail.
const CLOSE: f64 = 1e-5;
/// Numbers whose relative difference is smaller differ by rounding alone.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// Those of planes through the origin, or of all planes.
///
/// A dichotomy of the first k points that planes make is continued by +1, −1 or both at point k + 1, and all are found so. Turning a plane round turns all labels, so that the first
/// point's label may be fixed.
pub(super) fn dichotomies(points: &Array2<f64>, affine: bool) -> Result<Vec<u64>> {
    let count = points.nrows();
    let inputs = if affine { balanced(&shifted(points), true)? } else { balanced(points, false)? };
    if inputs.rows().into_iter().any(|row| row.iter().all(|x| *x == 0.0)) {
        let given = "one at the origin";
        return Err(Error::argument("points", given, "elsewhere, as every plane goes through it"));
    }
    require_distinct(&inputs, affine)?;
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

/// The same dichotomies of points near length 1: where planes go through the origin each point is moved along its ray, and in both cases each coordinate gets its own unit.
///
/// All factors are powers of two, so that nothing is rounded; what would fall below the normal numbers, where digits are lost, is refused.
fn balanced(points: &Array2<f64>, affine: bool) -> Result<Array2<f64>> {
    let (count, dimension) = points.dim();
    let exponents =
        points.mapv(|x| if x == 0.0 { None } else { Some(x.abs().log2().floor() as i32) });
    let (mut rows, mut columns) = (vec![0; count], vec![0; dimension]);
    for _ in 0..3 {
        for i in (0..count).filter(|_| !affine) {
            let sizes = (0..dimension).filter_map(|k| Some(exponents[(i, k)]? - columns[k]));
            rows[i] = sizes.max().unwrap_or(0);
        }
        for k in 0..dimension {
            let sizes = (0..count).filter_map(|i| Some(exponents[(i, k)]? - rows[i]));
            columns[k] = sizes.max().unwrap_or(0);
        }
    }
    let scaled = Array2::from_shape_fn((count, dimension), |(i, k)| {
        // In two steps, as the whole power may lie outside of a number's range.
        let exponent = -(rows[i] + columns[k]);
        points[(i, k)] * 2_f64.powi(exponent / 2) * 2_f64.powi(exponent - exponent / 2)
    });
    match points.iter().zip(&scaled).find(|(x, y)| **x != 0.0 && !y.is_normal()) {
        Some((x, _)) => {
            let allowed = "not 300 orders of magnitude below others of its coordinate";
            Err(Error::argument("points", x, allowed))
        }
        None => Ok(if affine { with_ones(&scaled) } else { scaled }),
    }
}

/// Points far from 0, in each coordinate measured from the number nearest to it: planes divide them as before.
///
/// Only where all numbers have one sign and none is above twice the nearest, as their differences are exact then (P. H. Sterbenz, *Floating-Point Computation* (1974)).
fn shifted(points: &Array2<f64>) -> Array2<f64> {
    let mut shifted = points.clone();
    for mut column in shifted.columns_mut() {
        let nearest = column.iter().copied().min_by(|x, y| x.abs().total_cmp(&y.abs()));
        let Some(nearest) = nearest else { continue };
        let exact = |x: &f64| {
            let along = x * nearest.signum();
            along > 0.0 && along <= 2.0 * nearest.abs()
        };
        if column.iter().all(exact) {
            column -= nearest;
        }
    }
    shifted
}

/// Refuses points that are different, but so nearly in one direction that the proofs would take them for one.
fn require_distinct(inputs: &Array2<f64>, affine: bool) -> Result<()> {
    let rows: Vec<ArrayView1<'_, f64>> = inputs.rows().into_iter().collect();
    for (i, a) in rows.iter().enumerate() {
        for (j, b) in rows[..i].iter().enumerate() {
            if angle(a, b) < CLOSE && !parallel(a, b) {
                let near = if affine {
                    "nearer than 1e-5 of the farthest point"
                } else {
                    "at an angle below 1e-5"
                };
                let given = format!("a pair ({j} and {i}) {near}");
                return Err(Error::argument("points", given, "equal, or farther apart"));
            }
        }
    }
    Ok(())
}

/// The distance of the nearer ends of two lines, of length 1 both.
fn angle(a: &ArrayView1<'_, f64>, b: &ArrayView1<'_, f64>) -> f64 {
    let (length_a, length_b) = (a.dot(a).sqrt(), b.dot(b).sqrt());
    let distance = |sign: f64| {
        let squares = a.iter().zip(b).map(|(x, y)| (x / length_a - sign * y / length_b).powi(2));
        squares.sum::<f64>().sqrt()
    };
    distance(1.0).min(distance(-1.0))
}

/// Whether two points lie on one line through the origin, but for the rounding of each of their numbers.
fn parallel(a: &ArrayView1<'_, f64>, b: &ArrayView1<'_, f64>) -> bool {
    let place = |&i: &usize, &j: &usize| a[i].abs().total_cmp(&a[j].abs());
    let pivot = (0..a.len()).max_by(place).unwrap_or(0);
    a.iter().zip(b).all(|(x, y)| {
        let (left, right) = (x * b[pivot], a[pivot] * y);
        (left - right).abs() <= ROUNDING * left.abs().max(right.abs())
    })
}
