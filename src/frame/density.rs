//! The density behind a column's values, by counting them in intervals.

use super::columns;
use crate::error::{Error, Result};
use crate::polars::prelude::{Column, DataFrame};
use crate::stats::fraction_error;

/// The columns that a density makes.
const MADE: [&str; 3] = ["density", "density_err", "count"];

/// Intervals of one width from the smallest to the largest value, with the density of each.
pub(super) fn density(frame: &DataFrame, column: &str, bins: usize) -> Result<DataFrame> {
    density_of(frame, column, &columns::numbers(frame, column)?, bins)
}

/// The same of some of the column's values.
fn density_of(frame: &DataFrame, column: &str, values: &[f64], bins: usize) -> Result<DataFrame> {
    if !(1..=10_000).contains(&bins) {
        return Err(Error::argument("bins", bins, "from 1 to 10000"));
    }
    require_free(frame, column)?;
    let values: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
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
    if group == column {
        let why = "it is the group as well as the values, and a group is another column";
        return Err(columns::unusable(frame, group, why));
    }
    require_free(frame, group)?;
    let (values, names) = (columns::numbers(frame, column)?, columns::column(frame, group)?);
    let mut densities: Vec<DataFrame> = Vec::new();
    for (_, rows) in columns::groups(frame, group)? {
        let of_group: Vec<f64> = rows.iter().map(|row| values[*row]).collect();
        let mut part = density_of(frame, column, &of_group, bins)?;
        part.with_column(names.new_from_index(rows[0], bins))?;
        densities.push(part);
    }
    if densities.is_empty() {
        return Err(columns::unusable(frame, group, "it has no value that is not missing"));
    }
    super::stack(&densities)
}

/// Refuses a column whose name is needed for the density.
fn require_free(frame: &DataFrame, name: &str) -> Result<()> {
    if MADE.contains(&name) {
        let why =
            format!("a density makes columns {}, so give this one another name", MADE.join(", "));
        return Err(columns::unusable(frame, name, why));
    }
    Ok(())
}
