//! Numbers out of the columns of a frame, and errors that name them.

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
pub(crate) fn column<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a Column> {
    frame.column(name).map_err(|_| unusable(frame, name, "there is none of this name"))
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
