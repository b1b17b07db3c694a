//! What runs of this folder refuse in common.

use crate::error::{Error, Result, require_count};
use crate::landscape::Objective;
use crate::ndarray::Array2;

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
        needs: format!(
            "{} = {needs:.1e} numbers",
            shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(" × ")
        ),
        limit: format!("{MOST} (2 GiB)"),
        advice: "Take fewer of what is multiplied there: walkers, points, times or parameters."
            .to_string(),
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
        if before > steps {
            let allowed = "below 2⁵² together with the steps";
            return Err(Error::argument("thermalization", before, allowed));
        }
        let allowed = "below 2⁵² together with the thermalization";
        return Err(Error::argument("steps", steps, allowed));
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

/// Refuses errors of a flow's steps that are too small for rounding, or too large for a flow.
pub(super) fn require_tolerance(tolerance: f64) -> Result<()> {
    if (1e-13..=0.1).contains(&tolerance) {
        return Ok(());
    }
    Err(Error::argument("tolerance", tolerance, "between 1e-13 and 0.1"))
}
