//! What runs of this folder check in common.

use crate::error::{Error, Result};
use crate::landscape::Objective;
use crate::ndarray::{Array1, Array2};

/// Numbers that a run may keep: 2 GiB.
const MOST: usize = 1 << 28;

/// Refuses starts (a row each) that are none, or do not fit the objective.
pub(super) fn require_starts(objective: &Objective, starts: &Array2<f64>) -> Result<()> {
    let n = objective.dimension();
    if starts.nrows() == 0 || starts.ncols() != n {
        return Err(Error::Shape {
            what: "`starts`",
            expected: format!("walkers × {n}, at least one, with a number for each parameter"),
            given: format!("{} × {}", starts.nrows(), starts.ncols()),
        });
    }
    require_finite(starts)
}

fn require_finite(starts: &Array2<f64>) -> Result<()> {
    match starts.iter().find(|x| !x.is_finite()) {
        Some(x) => Err(Error::argument("starts", format!("a number {x}"), "of finite numbers")),
        None => Ok(()),
    }
}

/// Refuses fewer than two points, and a run that would keep too many numbers.
pub(super) fn require_room(points: usize, numbers_each: &[usize]) -> Result<()> {
    if points < 2 {
        return Err(Error::argument("points", points, "at least 2, the start and the end"));
    }
    require_numbers("The recorded points", &[&[points], numbers_each].concat())
}

/// Refuses an array of more numbers than memory should hold.
pub(super) fn require_numbers(what: &str, shape: &[usize]) -> Result<()> {
    let numbers = shape.iter().try_fold(1_usize, |product, k| product.checked_mul(*k));
    if numbers.is_some_and(|numbers| numbers <= MOST) {
        return Ok(());
    }
    let needs: f64 = shape.iter().map(|k| *k as f64).product();
    Err(Error::TooLarge {
        what: what.to_string(),
        needs: format!("{needs:.1e} numbers"),
        limit: format!("{MOST}"),
        advice: "Take fewer walkers, points or parameters.".to_string(),
    })
}

/// One vector as the only row of a matrix.
pub(super) fn single(theta: &Array1<f64>) -> Array2<f64> {
    theta.clone().insert_axis(crate::ndarray::Axis(0))
}
