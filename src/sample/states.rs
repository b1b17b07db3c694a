//! Observables of any set of states, whoever made them.

use crate::error::{Error, Result};
use crate::ndarray::Array2;
use crate::polars::prelude::*;
use crate::rayon::prelude::*;
use crate::sample::series::TimeSeries;
use crate::sample::table::{Row, observed};
use crate::spin::PairModel;

/// The row of a scan for these states, with their number as `samples`.
pub(crate) fn observables(model: &PairModel, states: &Array2<i8>, t: f64) -> Result<DataFrame> {
    model.beta(t)?;
    let series = series(model, states, t)?;
    let mut frame = observed(model, &[t], &[Row::of(&series)?])?;
    frame.with_column(Column::new("samples".into(), [states.nrows() as u64]))?;
    Ok(frame)
}

/// Energies and magnetizations per spin of the states, as if they were those of successive sweeps.
fn series(model: &PairModel, states: &Array2<i8>, t: f64) -> Result<TimeSeries> {
    require_states(model, states)?;
    let n = model.n_spins() as f64;
    let pairs: Vec<(f64, f64)> = (0..states.nrows())
        .into_par_iter()
        .map(|k| {
            let spins = states.row(k);
            let sum: i64 = spins.iter().map(|&s| i64::from(s)).sum();
            Ok((model.energy(&spins.to_owned())? / n, sum as f64 / n))
        })
        .collect::<Result<_>>()?;
    let (energy, magnetization) = pairs.into_iter().unzip();
    let symmetric = !model.has_field();
    let n_spins = model.n_spins();
    Ok(TimeSeries { temperature: t, n_spins, energy, magnetization, complete: true, symmetric })
}

/// Refuses an empty set, and states of another number of spins or with values other than ±1.
pub(crate) fn require_states(model: &PairModel, states: &Array2<i8>) -> Result<()> {
    if states.nrows() == 0 {
        return Err(Error::argument("states", "an array without rows", "at least one state"));
    }
    if states.ncols() != model.n_spins() {
        return Err(Error::Shape {
            what: "The array of states",
            expected: format!("(states, {}), one state a row", model.n_spins()),
            given: format!("{:?}", states.dim()),
        });
    }
    match states.indexed_iter().find(|(_, spin)| spin.unsigned_abs() != 1) {
        Some(((row, column), spin)) => {
            let given = format!("{spin} for spin {column} of state {row}");
            Err(Error::argument("states", given, "made of spins +1 and −1"))
        }
        None => Ok(()),
    }
}
