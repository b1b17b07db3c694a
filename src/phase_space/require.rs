//! What runs of this folder check in common.

use std::time::{Duration, Instant};

use crate::error::{Error, Result, require_count};
use crate::landscape::Objective;
use crate::ndarray::{Array1, Array2};
use crate::progress::Deadline;

/// Numbers that a run may keep: 2 GiB.
pub(super) const MOST: usize = 1 << 28;

/// Steps of all walkers between two looks at the clock, at most.
const ROUND: usize = 1000;

/// A round of steps that is over so soon may be longer.
const QUICK: Duration = Duration::from_millis(10);

/// Steps of all walkers together that a run without a deadline may take: hours.
const MOST_STEPS: f64 = 1e10;

/// Steps of a flow from which those that are to come are judged.
const JUDGED: usize = 10_000;

/// Seconds that a run has at least for what is of no use in parts.
const GRACE: f64 = 2.0;

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

/// Refuses errors of a flow's steps that are too small for rounding, or too large for a flow.
pub(super) fn require_tolerance(tolerance: f64) -> Result<()> {
    if (1e-13..=0.1).contains(&tolerance) {
        return Ok(());
    }
    Err(Error::argument("tolerance", tolerance, "between 1e-13 and 0.1"))
}

/// Refuses a run of more steps in all than end within hours, unless a deadline ends it.
pub(super) fn require_patience(steps: f64, deadline: Option<f64>) -> Result<()> {
    if deadline.is_some() || steps <= MOST_STEPS {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: "The whole run".to_string(),
        needs: format!("{steps:.1e} steps"),
        limit: format!("the {MOST_STEPS:.0e} of a run without a deadline"),
        advice: "Set a `deadline`, after which there is what was done by then, or a shorter time, fewer steps or longer ones."
            .to_string(),
    })
}

/// Judges by a flow's last steps whether it will come to its end.
#[derive(Default)]
pub(super) struct Pace {
    steps: usize,
    /// The time at which it was judged last.
    since: f64,
}

impl Pace {
    /// Counts a step that led to a time, and refuses a flow that would go on for days, unless a deadline ends it.
    pub fn step(&mut self, time: f64, end: f64, deadline: Option<f64>) -> Result<()> {
        self.steps += 1;
        if !self.steps.is_multiple_of(JUDGED) {
            return Ok(());
        }
        let pace = (time - self.since) / JUDGED as f64;
        self.since = time;
        require_patience((end - time) / pace, deadline)
    }
}

/// The moment after which what is of no use in parts is given up: a deadline, but [`GRACE`] at least.
pub(super) fn grace(seconds: Option<f64>) -> Result<Deadline> {
    Deadline::new(seconds)?;
    Deadline::new(seconds.map(|seconds| seconds.max(GRACE)))
}

/// Gives up a part of a run that is of no use unless it is whole.
pub(super) fn require_time(whole: &Deadline, part: &str) -> Result<()> {
    if whole.passed() {
        let given = format!("one that passed before {part} was finished");
        return Err(Error::argument("deadline", given, "longer"));
    }
    Ok(())
}

/// Rounds of steps between two looks at the clock, which grow while they are quick.
pub(super) struct Rounds {
    size: usize,
}

impl Rounds {
    pub fn new() -> Self {
        Self { size: 1 }
    }

    /// The end of the round that starts after so many steps.
    pub fn next(&self, done: usize, until: usize) -> usize {
        until.min(done.saturating_add(self.size))
    }

    /// Makes a round, and the next one longer if this one was short.
    pub fn timed<T>(&mut self, round: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let made = round();
        if start.elapsed() < QUICK {
            self.size = ROUND.min(2 * self.size);
        }
        made
    }
}
