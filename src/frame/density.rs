//! The density behind a column's values, by counting them in intervals.

use super::columns;
use crate::error::{Error, Result};
use crate::polars::prelude::{BooleanChunked, Column, DataFrame};
use crate::stats::fraction_error;

/// Intervals of one width from the smallest to the largest value, with the density of each.
pub(super) fn density(frame: &DataFrame, column: &str, bins: usize) -> Result<DataFrame> {
    if !(1..=10_000).contains(&bins) {
        return Err(Error::argument("bins", bins, "from 1 to 10000"));
    }
    let values: Vec<f64> =
        columns::numbers(frame, column)?.into_iter().filter(|x| x.is_finite()).collect();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let width = (high - low) / bins as f64;
    if !(width > 0.0 && width.is_finite()) {
        return Err(columns::unusable(frame, column, "its values have no finite extent"));
    }
    let mut counts = vec![0_usize; bins];
    for value in &values {
        counts[(((value - low) / width) as usize).min(bins - 1)] += 1;
    }
    let n = values.len();
    let middles = (0..bins).map(|k| low + width * (k as f64 + 0.5)).collect::<Vec<_>>();
    let density = counts.iter().map(|count| *count as f64 / n as f64 / width);
    let errors = counts.iter().map(|count| fraction_error(*count, n) / width);
    Ok(DataFrame::new_infer_height(vec![
        Column::new(column.into(), middles),
        Column::new("density".into(), density.collect::<Vec<_>>()),
        Column::new("density_err".into(), errors.collect::<Vec<_>>()),
        Column::new("count".into(), counts.iter().map(|count| *count as u64).collect::<Vec<_>>()),
    ])?)
}

/// The same for the rows of each value of another column, each with intervals of its own.
pub(super) fn density_by(
    frame: &DataFrame,
    column: &str,
    bins: usize,
    group: &str,
) -> Result<DataFrame> {
    let names = columns::column(frame, group)?;
    let texts: Vec<String> =
        (0..frame.height()).map(|row| Ok(names.get(row)?.to_string())).collect::<Result<_>>()?;
    let mut densities: Vec<DataFrame> = Vec::new();
    for (row, text) in texts.iter().enumerate() {
        if texts[..row].contains(text) {
            continue;
        }
        let mask: BooleanChunked = texts.iter().map(|other| Some(other == text)).collect();
        let mut part = density(&frame.filter(&mask)?, column, bins)?;
        part.with_column(names.new_from_index(row, bins))?;
        densities.push(part);
    }
    super::stack(&densities)
}
