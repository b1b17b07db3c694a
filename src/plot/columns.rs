//! Numbers and names out of the columns of a DataFrame.

use super::layer::Field;
use crate::error::{Error, Result};
use crate::frame::columns;
use crate::ndarray::Array2;
use crate::polars::prelude::{Column, DataFrame};

/// The columns of one frame, with the errors that name them.
pub(super) struct Columns<'a>(pub &'a DataFrame);

impl Columns<'_> {
    fn unusable(&self, name: &str, why: impl Into<String>) -> Error {
        columns::unusable(self.0, name, why)
    }

    fn column(&self, name: &str) -> Result<&Column> {
        let column = columns::column(self.0, name)?;
        if column.is_empty() {
            return Err(Error::Figure("the frame has no rows".to_string()));
        }
        Ok(column)
    }

    /// A column of numbers or truth values, with NaN for what is missing; at least one is finite.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>> {
        self.column(name)?;
        let values = columns::numbers(self.0, name)?;
        if super::axes::extent(values.iter().copied()).is_none() {
            return Err(self.unusable(name, "it holds no finite number"));
        }
        Ok(values)
    }

    /// The standard errors of a column, if the frame has them.
    pub fn errors_of(&self, name: &str) -> Option<Vec<f64>> {
        self.numbers(&format!("{name}_err")).ok()
    }

    pub fn is_text(&self, name: &str) -> Result<bool> {
        Ok(self.column(name)?.dtype().is_string())
    }

    /// Any column as text, nothing for what is missing.
    pub fn texts(&self, name: &str) -> Result<Vec<Option<String>>> {
        if !self.is_text(name)? {
            self.numbers(name)?;
        }
        columns::texts(self.0, name)
    }

    /// The rows of each value of a column, in order of first appearance.
    pub fn groups(&self, name: &str) -> Result<Vec<(String, Vec<usize>)>> {
        if !self.is_text(name)? {
            self.numbers(name)?;
        }
        columns::groups(self.0, name)
    }

    /// A tidy frame of x, y, z as a grid: one row for each pair, in any order; pairs that are missing stay empty.
    pub fn field(&self, x: &str, y: &str, z: &str) -> Result<Field> {
        let (xs, ys, zs) = (self.numbers(x)?, self.numbers(y)?, self.numbers(z)?);
        let (columns, rows) = (distinct(&xs), distinct(&ys));
        let cells = columns.len().saturating_mul(rows.len());
        if cells > 4_000_000 {
            return Err(Error::TooLarge {
                what: "A grid".to_string(),
                needs: format!("{} × {} cells", columns.len(), rows.len()),
                limit: "the 4 million that can be drawn".to_string(),
                advice: "Round the coordinates, so that rows of the grid agree in them."
                    .to_string(),
            });
        }
        let mut values = Array2::from_elem((rows.len(), columns.len()), f64::NAN);
        let mut seen = vec![false; cells];
        let place =
            |sorted: &[f64], v: f64| sorted.binary_search_by(|probe| probe.total_cmp(&v)).ok();
        for ((a, b), value) in xs.iter().zip(&ys).zip(&zs) {
            // Adding zero turns −0 into 0, so that both are one place.
            let (Some(column), Some(row)) = (place(&columns, a + 0.0), place(&rows, b + 0.0))
            else {
                continue;
            };
            if std::mem::replace(&mut seen[row * columns.len() + column], true) {
                let why = format!(
                    "it has several values at {x} = {a}, {y} = {b}, of which a mean or one must be taken first"
                );
                return Err(self.unusable(z, why));
            }
            values[[row, column]] = *value;
        }
        Ok(Field { x: columns, y: rows, z: values, name: super::label::axis_label(z) })
    }
}

fn distinct(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> =
        values.iter().filter(|v| super::axes::drawable(**v)).map(|v| v + 0.0).collect();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    sorted
}
