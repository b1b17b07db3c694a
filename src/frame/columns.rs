//! Numbers out of the columns of a frame, and errors that name them.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::polars::prelude::{Column, DataFrame, DataType};

/// The error for a column that cannot serve, with the names of those that exist.
pub(crate) fn unusable(frame: &DataFrame, name: &str, why: impl Into<String>) -> Error {
    let names: Vec<_> = frame.get_column_names().iter().map(ToString::to_string).collect();
    Error::Column {
        column: name.to_string(),
        why: why.into(),
        columns: if names.is_empty() { "none".to_string() } else { names.join(", ") },
    }
}

/// A column by name.
///
/// Found by comparing names: polars keeps a hash table of them in the frame, whose seed is another one in each cell of a
/// notebook that links polars into its cells, so that a table made in one cell finds nothing in the next.
pub(crate) fn column<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a Column> {
    find(frame, name).ok_or_else(|| unusable(frame, name, "there is none of this name"))
}

/// The same, as an option.
pub(crate) fn find<'a>(frame: &'a DataFrame, name: &str) -> Option<&'a Column> {
    frame.columns().iter().find(|column| column.name().as_str() == name)
}

/// A column of numbers or truth values, with NaN for what is missing.
pub(crate) fn numbers(frame: &DataFrame, name: &str) -> Result<Vec<f64>> {
    let column = column(frame, name)?;
    if !(column.dtype().is_primitive_numeric() || column.dtype().is_bool()) {
        return Err(unusable(frame, name, format!("it holds {}, not numbers", column.dtype())));
    }
    let column = column.cast(&DataType::Float64)?;
    Ok(column.f64()?.iter().map(|v| v.unwrap_or(f64::NAN)).collect())
}

/// Any column as text, nothing for what is missing.
pub(crate) fn texts(frame: &DataFrame, name: &str) -> Result<Vec<Option<String>>> {
    let column = column(frame, name)?;
    if column.dtype().is_string() {
        return Ok(column.str()?.iter().map(|v| v.map(str::to_string)).collect());
    }
    let truth = column.dtype().is_bool();
    let print = |v: f64| {
        if !v.is_finite() {
            None
        } else if truth {
            Some((v != 0.0).to_string())
        } else {
            Some(v.to_string())
        }
    };
    Ok(numbers(frame, name)?.into_iter().map(print).collect())
}

/// The rows of each value of a column, in order of first appearance; those without a value are in none.
pub(crate) fn groups(frame: &DataFrame, name: &str) -> Result<Vec<(String, Vec<usize>)>> {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (row, value) in texts(frame, name)?.into_iter().enumerate() {
        let Some(value) = value else { continue };
        if let Some(place) = places.get(&value) {
            groups[*place].1.push(row);
        } else {
            places.insert(value.clone(), groups.len());
            groups.push((value, vec![row]));
        }
    }
    Ok(groups)
}
