//! Currents between cells, with errors.

use crate::error::{Error, Result};
use crate::phase_space::detailed_balance::count::{Counts, Tally};
use crate::phase_space::grid::Grid;
use crate::polars::df;
use crate::polars::prelude::DataFrame;

/// Jumps between cells along paths, forth against back; see [`DetailedBalance::run`](crate::phase_space::DetailedBalance::run).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let process = OrnsteinUhlenbeck::new(&array![[1.0, 0.5], [0.5, 2.0]], &array![[0.5, 0.0], [0.0, 0.5]])?;
/// let jumps: JumpCurrents = DetailedBalance::new(&[process.path(4000, 0.1, 1)?], 0.1)?.cells(2).run()?;
/// // Four quarters of a plane, between which there is no net current in equilibrium.
/// let (current, error) = (jumps.frame.values("current")?, jumps.frame.values("current_err")?);
/// assert!(current.iter().zip(&error).all(|(current, error)| current.abs() < 4.0 * error));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct JumpCurrents {
    /// A row for each pair of cells between which there were jumps: `from` and `to` (numbers of cells, of which the first coordinate runs fastest), `from_x`, `to_x` (and `from_y`, `to_y`, missing on a line) of their middles, `forward` and `backward` (the jumps),
    /// `current` with `current_err` ((n_ij − n_ji) per unit time), `pair_asymmetry` with `pair_asymmetry_err` ((n_ij − n_ji)/(n_ij + n_ji)), and the conditions `lag_time`, `cells` (along an axis), `pieces`, `complete`.
    pub frame: DataFrame,
    /// Net turns about the middle of the plane per unit time, anticlockwise: 0 in equilibrium. NaN on a line.
    pub circulation: f64,
    /// Its standard error.
    pub circulation_err: f64,
    /// (n₊ − n₋)/(n₊ + n₋) of the parts of turns that jumps make anticlockwise and clockwise: the net current over the total. NaN on a line.
    pub asymmetry: f64,
    /// Its standard error.
    pub asymmetry_err: f64,
    /// The mean of (current/error)² over pairs: about 1 in equilibrium, 0 if no pair has a net jump in any piece. Where all pieces agree, errors are those of one jump more in a piece and one less in another.
    pub mean_square: f64,
    /// Whether all pieces were counted: false if a deadline stopped it.
    pub complete: bool,
}

/// The conditions of a count.
pub(super) struct Conditions {
    /// In time.
    pub lag: f64,
    /// Pairs of times in a piece.
    pub jumps: f64,
    pub complete: bool,
}

impl JumpCurrents {
    pub(super) fn new(grid: &Grid, counts: &Counts, conditions: &Conditions) -> Result<Self> {
        if counts.pairs.is_empty() {
            let given = format!("{} of an axis, which no path leaves within a lag", grid.cells);
            return Err(Error::argument(
                "cells",
                given,
                "more of them, with a longer `lag`, or with `intervals` where the paths are",
            ));
        }
        let pieces = counts.pieces as f64;
        // A piece is watched for so long, once for each lag that it holds.
        let time = conditions.jumps * conditions.lag;
        let pairs = &counts.pairs;
        let column = |value: &dyn Fn(&Tally) -> f64| pairs.values().map(value).collect::<Vec<_>>();
        let place = |end: fn(&(usize, usize)) -> usize, axis: usize| -> Vec<Option<f64>> {
            pairs.keys().map(|pair| grid.center(end(pair)).get(axis).copied()).collect()
        };
        let (first, second) = (|pair: &(usize, usize)| pair.0, |pair: &(usize, usize)| pair.1);
        // A pair without a net jump in any piece says nothing for or against balance.
        let squares: Vec<f64> = pairs
            .values()
            .filter(|tally| tally.tells())
            .map(|tally| tally.mean(pieces))
            .map(|(mean, error)| (mean / error).powi(2))
            .collect();
        let rows = pairs.len();
        let frame = df!(
            "from" => pairs.keys().map(|pair| pair.0 as u64).collect::<Vec<_>>(),
            "to" => pairs.keys().map(|pair| pair.1 as u64).collect::<Vec<_>>(),
            "from_x" => place(first, 0),
            "from_y" => place(first, 1),
            "to_x" => place(second, 0),
            "to_y" => place(second, 1),
            "forward" => column(&|tally| tally.directions().0),
            "backward" => column(&|tally| tally.directions().1),
            "current" => column(&|tally| tally.mean(pieces).0 / time),
            "current_err" => column(&|tally| tally.mean(pieces).1 / time),
            "pair_asymmetry" => column(&|tally| tally.ratio(pieces).0),
            "pair_asymmetry_err" => column(&|tally| tally.ratio(pieces).1),
            "lag_time" => vec![conditions.lag; rows],
            "cells" => vec![grid.cells as u64; rows],
            "pieces" => vec![counts.pieces as u64; rows],
            "complete" => vec![conditions.complete; rows],
        )?;
        let (turns, turns_err) = match grid.axes() {
            2 => counts.turns.mean(pieces),
            _ => (f64::NAN, f64::NAN),
        };
        let (asymmetry, asymmetry_err) = counts.turns.ratio(pieces);
        Ok(Self {
            frame,
            circulation: turns / time,
            circulation_err: turns_err / time,
            asymmetry,
            asymmetry_err,
            mean_square: squares.iter().sum::<f64>() / squares.len().max(1) as f64,
            complete: conditions.complete,
        })
    }
}
