//! What runs of this folder check in common.

use crate::error::{Error, Result, require_count};
use crate::landscape::Objective;
use crate::ndarray::{Array1, Array2};

/// Numbers that a run may keep: 2 GiB.
pub(super) const MOST: usize = 1 << 28;

/// Steps of all walkers between two looks at the clock.
pub(super) const ROUND: usize = 1000;

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

/// The steps that enter averages, and those before: a part 1/`share` of them unless the user says.
pub(super) fn require_steps(
    steps: i64,
    thermalization: Option<i64>,
    share: usize,
) -> Result<(usize, usize)> {
    let steps = require_count("steps", steps, 1)?;
    let before = match thermalization {
        Some(before) => require_count("thermalization", before, 0)?,
        None => steps / share,
    };
    if steps.checked_add(before).is_none_or(|all| all > 1 << 52) {
        return Err(Error::argument("steps", steps, "below 2⁵² in all"));
    }
    Ok((steps, before))
}

/// The error of a loss that is not finite any more, in terms of the setting that is too large.
pub(super) fn astray(error: Error, name: &'static str, value: f64, allowed: &str) -> Error {
    match error {
        Error::Argument { name: "theta", given, .. } => {
            let given = format!("{value}, which led a walker to a point that is {given}");
            Error::argument(name, given, allowed)
        }
        other => other,
    }
}

/// Refuses averages over no step: the deadline passed before the warm-up was over.
pub(super) fn require_averages(done: usize, before: usize) -> Result<()> {
    if done > before {
        return Ok(());
    }
    let given = format!("one that passed after {done} of {before} steps of thermalization");
    Err(Error::argument("deadline", given, "longer, or the thermalization shorter"))
}

/// One vector as the only row of a matrix.
pub(super) fn single(theta: &Array1<f64>) -> Array2<f64> {
    theta.clone().insert_axis(crate::ndarray::Axis(0))
}
