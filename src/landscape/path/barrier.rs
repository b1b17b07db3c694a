//! What a path's losses say: barriers and rises.

use crate::error::Result;
use crate::landscape::slice::Evaluated;
use crate::polars::df;
use crate::polars::prelude::*;

/// The losses along a path from t = 0 to 1, judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Barrier {
    /// The largest loss above the straight line between the end losses; 0 where there is none above.
    pub height: f64,
    /// Where that is.
    pub at: f64,
    /// The largest loss less the mean of the end losses.
    pub instability: f64,
    /// The largest rise of the loss from an earlier to a later point.
    pub rise: f64,
    pub largest: f64,
    pub mean: f64,
    pub ends: (f64, f64),
}

impl Barrier {
    /// Of losses at the points t; losses that are not defined count as infinite.
    pub fn of(t: &[f64], losses: &[f64]) -> Self {
        let defined = |x: &f64| if x.is_nan() { f64::INFINITY } else { *x };
        let losses: Vec<f64> = losses.iter().map(defined).collect();
        let first = losses.first().copied().unwrap_or(f64::NAN);
        let last = losses.last().copied().unwrap_or(f64::NAN);
        let (mut height, mut at, mut rise, mut lowest, mut largest) =
            (0.0, 0.0, 0.0_f64, first, f64::NEG_INFINITY);
        for (t, loss) in t.iter().zip(&losses) {
            let above = loss - linear(*t, first, last);
            if above > height {
                (height, at) = (above, *t);
            }
            rise = rise.max(loss - lowest);
            lowest = lowest.min(*loss);
            largest = largest.max(*loss);
        }
        let mean = losses.iter().sum::<f64>() / losses.len() as f64;
        let instability = largest - 0.5 * (first + last);
        Self { height, at, instability, rise, largest, mean, ends: (first, last) }
    }
}

/// The straight line between the end losses.
pub(super) fn linear(t: f64, first: f64, last: f64) -> f64 {
    (1.0 - t) * first + t * last
}

/// The losses of one of `sets` objectives.
pub(super) fn losses_of(evaluated: &Evaluated, sets: usize, set: usize) -> Vec<f64> {
    evaluated.losses.iter().skip(set).step_by(sets).copied().collect()
}

/// Rows `t`, `set`, `loss`, `linear`, and `accuracy` if there is one, of the points that were reached.
pub(super) fn frame(t: &[f64], sets: &[String], evaluated: &Evaluated) -> Result<DataFrame> {
    let count = sets.len();
    let rows = evaluated.losses.len();
    // The line between the ends is known when the last point has been reached.
    let sets_known = if evaluated.complete { count } else { 0 };
    let ends: Vec<(f64, f64)> = (0..sets_known)
        .map(|set| (evaluated.losses[set], evaluated.losses[rows - count + set]))
        .collect();
    let defined = |x: &f64| (!x.is_nan()).then_some(*x);
    let line = |row: usize| {
        ends.get(row % count).map(|(first, last)| linear(t[row / count], *first, *last))
    };
    let mut frame = df!(
        "t" => (0..rows).map(|row| t[row / count]).collect::<Vec<_>>(),
        "set" => (0..rows).map(|row| sets[row % count].as_str()).collect::<Vec<_>>(),
        "loss" => evaluated.losses.iter().map(defined).collect::<Vec<_>>(),
        "linear" => (0..rows).map(line).collect::<Vec<_>>(),
    )?;
    if !evaluated.accuracies.is_empty() {
        frame.with_column(Column::new("accuracy".into(), evaluated.accuracies.clone()))?;
    }
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hill_is_measured_from_the_line_between_the_ends() {
        let hill = Barrier::of(&[0.0, 0.25, 0.5, 0.75, 1.0], &[1.0, 0.5, 3.0, 2.5, 2.0]);
        assert_eq!((hill.height, hill.at, hill.instability), (1.5, 0.5, 1.5));
        assert_eq!((hill.rise, hill.largest, hill.mean), (2.5, 3.0, 1.8));
        let down = Barrier::of(&[0.0, 0.5, 1.0], &[3.0, 1.0, 0.5]);
        assert_eq!((down.height, down.rise, down.instability), (0.0, 0.0, 1.25));
    }

    #[test]
    fn an_undefined_loss_is_an_infinite_barrier() {
        assert_eq!(Barrier::of(&[0.0, 0.5, 1.0], &[1.0, f64::NAN, 1.0]).height, f64::INFINITY);
    }
}
