//! How long runs of this folder may take, and when they look at the clock.

use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::progress::Deadline;

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

/// Refuses averages over no step: the deadline passed before the thermalization was over.
pub(super) fn require_averages(done: usize, before: usize) -> Result<()> {
    if done > before {
        return Ok(());
    }
    let given = format!("one that passed after {done} of {before} steps of thermalization");
    Err(Error::argument("deadline", given, "longer, or the thermalization shorter"))
}

/// What a run consists of, and how much of it ends within hours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    pub count: f64,
    pub most: f64,
    pub what: &'static str,
    /// What makes it less.
    pub advice: &'static str,
}

impl Work {
    /// Steps of all walkers or paths together.
    pub fn steps(count: f64) -> Self {
        let advice = "a shorter time, fewer steps or longer ones";
        Self { count, most: MOST_STEPS, what: "steps", advice }
    }
}

/// Refuses a run of more work in all than ends within hours, unless a deadline ends it.
pub(super) fn require_patience(work: Work, deadline: Option<f64>) -> Result<()> {
    let Work { count, most, what, advice } = work;
    if deadline.is_some() || count <= most {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: "The whole run".to_string(),
        needs: format!("{count:.1e} {what}"),
        limit: format!("the {most:.0e} of a run without a deadline"),
        advice: format!(
            "Set a `deadline`, after which there is what was done by then, or {advice}."
        ),
    })
}

/// Judges by a flow's last steps whether it will come to its end.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    /// Paths that are to go as far as this one.
    paths: f64,
    steps: usize,
    /// The time at which it was judged last.
    since: f64,
}

impl Pace {
    /// That of each of so many paths.
    pub fn of(paths: usize) -> Self {
        Self { paths: paths as f64, steps: 0, since: 0.0 }
    }

    /// Counts a step that led to a time, and refuses flows that would go on for days together, unless a deadline ends it.
    pub fn step(&mut self, time: f64, end: f64, deadline: Option<f64>) -> Result<()> {
        self.steps += 1;
        if !self.steps.is_multiple_of(JUDGED) {
            return Ok(());
        }
        let pace = (time - self.since) / JUDGED as f64;
        self.since = time;
        require_patience(Work::steps(self.paths * (end - time) / pace), deadline)
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
