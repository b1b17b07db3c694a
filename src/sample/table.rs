//! Observables as the columns of a frame.

use std::sync::Arc;

use crate::error::Result;
use crate::exact::{Enumeration, Thermodynamics};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::sample::series::{Observables, TimeSeries};
use crate::spin::PairModel;
use crate::stats::MIN_SERIES;

/// Up to this many spins the exact values stand beside the sampled ones.
const MAX_EXACT: usize = 20;

/// One temperature's averages, as far as its series allows.
pub(super) struct Row {
    observables: Option<Observables>,
    /// Of energy, m and |m|.
    means: [f64; 3],
}

impl Row {
    pub fn of(series: &TimeSeries) -> Result<Self> {
        if series.len() >= MIN_SERIES {
            return series.observables().map(Self::from);
        }
        let count = series.len() as f64;
        let mean = |sum: f64| sum / count;
        let m = &series.magnetization;
        let sums = [series.energy.iter().sum(), m.iter().sum(), m.iter().map(|m| m.abs()).sum()];
        Ok(Self { observables: None, means: sums.map(mean) })
    }
}

impl From<Observables> for Row {
    fn from(all: Observables) -> Self {
        let means = [all.energy.mean, all.magnetization.mean, all.abs_magnetization.mean];
        Self { observables: Some(all), means }
    }
}

/// The columns `model` to `binder_err`.
pub(super) fn observed(model: &PairModel, temperatures: &[f64], rows: &[Row]) -> Result<DataFrame> {
    let count = |value: usize| vec![value as u64; rows.len()];
    let column = |value: fn(&Observables) -> f64| -> Vec<Option<f64>> {
        rows.iter().map(|row| row.observables.as_ref().map(value)).collect()
    };
    let means = |k: usize| rows.iter().map(|row| row.means[k]).collect::<Vec<_>>();
    Ok(df!(
        "model" => vec![model.name(); rows.len()],
        "n_spins" => count(model.n_spins()),
        "size" => count(model.size()),
        "temperature" => temperatures.to_vec(),
        "energy" => means(0),
        "energy_err" => column(|row| row.energy.error),
        "energy_tau" => column(|row| row.energy.tau),
        "energy_tau_err" => column(|row| row.energy.tau_err),
        "energy_ess" => column(|row| row.energy.ess),
        "heat_capacity" => column(|row| row.heat_capacity.mean),
        "heat_capacity_err" => column(|row| row.heat_capacity.error),
        "magnetization" => means(1),
        "magnetization_err" => column(|row| row.magnetization.error),
        "abs_magnetization" => means(2),
        "abs_magnetization_err" => column(|row| row.abs_magnetization.error),
        "abs_magnetization_tau" => column(|row| row.abs_magnetization.tau),
        "abs_magnetization_tau_err" => column(|row| row.abs_magnetization.tau_err),
        "susceptibility" => column(|row| row.susceptibility.mean),
        "susceptibility_err" => column(|row| row.susceptibility.error),
        "susceptibility_full" => column(|row| row.susceptibility_full.mean),
        "susceptibility_full_err" => column(|row| row.susceptibility_full.error),
        "binder" => column(|row| row.binder.mean),
        "binder_err" => column(|row| row.binder.error),
    )?)
}

/// The frame with the exact values of small systems.
pub(super) fn with_exact(
    model: &Arc<PairModel>,
    temperatures: &[f64],
    frame: DataFrame,
) -> Result<DataFrame> {
    if model.n_spins() > MAX_EXACT {
        return Ok(frame);
    }
    let exact = Enumeration::new(Arc::clone(model), None)?;
    let rows = temperatures.iter().map(|&t| exact.at(t)).collect::<Result<Vec<_>>>()?;
    let column = |value: fn(&Thermodynamics) -> f64| rows.iter().map(value).collect::<Vec<_>>();
    let exact = df!(
        "energy_exact" => column(|row| row.energy),
        "heat_capacity_exact" => column(|row| row.heat_capacity),
        "magnetization_exact" => column(|row| row.magnetization),
        "abs_magnetization_exact" => column(|row| row.abs_magnetization),
        "susceptibility_exact" => column(|row| row.susceptibility),
        "susceptibility_full_exact" => column(|row| row.susceptibility_full),
        "binder_exact" => column(|row| row.binder),
    )?;
    Ok(frame.hstack(exact.columns())?)
}
