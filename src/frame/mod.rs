//! DataFrames in a notebook: how they are shown, and numbers out of them.
//!
//! Tables of this crate are tidy polars frames: a row for each condition, the conditions and the measured quantities
//! side by side as columns in snake_case, and beside a sampled quantity `x` its standard error `x_err`.

pub(crate) mod columns;
mod density;
mod table;

use crate::error::{Error, Result, require_finite};
use crate::notebook;
use crate::polars::prelude::{BooleanChunked, Column, DataFrame};

/// What this crate adds to a polars [`DataFrame`]: its display in a notebook, and plain numbers.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let scan = Ising::square(4)?.scan(linspace(2.0, 3.0, 3)).sweeps(100).seed(1).run()?;
/// let above: DataFrame = scan.between("temperature", 2.4, 3.1)?;
/// assert_eq!(above.values("temperature")?, [2.5, 3.0]);
/// # Ok(()) }
/// ```
pub trait Frame {
    /// A column as numbers: integers and truth values are converted, missing values become NaN.
    ///
    /// # Errors
    /// [`Error::Column`] if the frame has no such column or it holds no numbers.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = df!("size" => [8, 16], "energy" => [-1.41, -1.42])?;
    /// assert_eq!(frame.values("size")?, [8.0, 16.0]);
    /// # Ok(()) }
    /// ```
    fn values(&self, column: &str) -> Result<Vec<f64>>;

    /// The value of `column` in the row whose `key` is nearest to `near`, so that a number can be
    /// read off a scan: `scan.lookup("temperature", 2.0, "energy")?`.
    ///
    /// # Errors
    /// [`Error::Column`] as in [`values`](Self::values), or if `key` holds no finite number; [`Error::Argument`] if `near`
    /// is not finite.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = df!("temperature" => [1.0, 2.0], "energy" => [-1.997, -1.746])?;
    /// assert_eq!(frame.lookup("temperature", 2.0, "energy")?, -1.746);
    /// # Ok(()) }
    /// ```
    fn lookup(&self, key: &str, near: f64, column: &str) -> Result<f64>;

    /// The rows in which `column` lies within `[from, to]`.
    ///
    /// # Errors
    /// [`Error::Column`] as in [`values`](Self::values).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = df!("temperature" => [1.0, 2.0, 3.0])?;
    /// assert_eq!(frame.between("temperature", 1.5, 2.5)?.height(), 1);
    /// # Ok(()) }
    /// ```
    fn between(&self, column: &str, from: f64, to: f64) -> Result<DataFrame>;

    /// The frame with a further column of numbers, or with the column of that name replaced.
    ///
    /// # Errors
    /// [`Error::Shape`] if there are not as many values as rows.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = df!("temperature" => [1.0, 2.0])?;
    /// let beta = frame.values("temperature")?.iter().map(|t| 1.0 / t).collect();
    /// assert_eq!(frame.with_values("beta", beta)?.values("beta")?, [1.0, 0.5]);
    /// # Ok(()) }
    /// ```
    fn with_values(&self, name: &str, values: Vec<f64>) -> Result<DataFrame>;

    /// The density behind a column's values, by counting them in `bins` intervals of one width from the smallest to the largest: the column's name holds the middles, then `density`, `density_err` (of
    /// independent values, and not 0 where none lies), `count`. Values that are missing or not finite are left out.
    ///
    /// # Errors
    /// [`Error::Column`] as in [`values`](Self::values), or if the values have no extent or the column has one of the three names; [`Error::Argument`] if `bins` is not from 1 to 10,000.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let density = df!("speed" => [0.0, 0.4, 0.6, 2.0])?.density("speed", 2)?;
    /// assert_eq!(density.values("speed")?, [0.5, 1.5]);
    /// assert_eq!(density.values("density")?, [0.75, 0.25]);
    /// let figure = density.scatter("speed", "density")?; // with error bars
    /// # figure.svg()?;
    /// # Ok(()) }
    /// ```
    fn density(&self, column: &str, bins: usize) -> Result<DataFrame>;

    /// One [`density`](Self::density) for each value of `group`, which becomes a column again, in order of first appearance; rows without one are left out.
    ///
    /// # Errors
    /// As [`density`](Self::density), of any group; if `group` is the column itself, or has a name of those that a density makes.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let works = df!("work" => [0.0, 1.0, -1.0, 0.0, 1.0], "direction" => ["forward", "forward", "reverse", "reverse", "reverse"])?;
    /// let density = works.density_by("work", 2, "direction")?;
    /// assert_eq!(density.values("count")?, [1.0, 1.0, 1.0, 2.0]);
    /// let figure = density.scatter_by("work", "density", "direction")?;
    /// # figure.svg()?;
    /// # Ok(()) }
    /// ```
    fn density_by(&self, column: &str, bins: usize, group: &str) -> Result<DataFrame>;

    /// The frame as an HTML table: a header with types, at most 20 rows, the shape below.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!(df!("energy" => [-1.5])?.html().contains("<table"));
    /// # Ok(()) }
    /// ```
    fn html(&self) -> String;

    /// The frame as aligned plain text with at most 20 rows, as the REPL shows it.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!(df!("energy" => [-1.5])?.text().contains("1 row × 1 column"));
    /// # Ok(()) }
    /// ```
    fn text(&self) -> String;

    /// Shows the frame: evcxr calls this when a frame is the last expression of a cell.
    fn evcxr_display(&self);
}

impl Frame for DataFrame {
    fn values(&self, column: &str) -> Result<Vec<f64>> {
        columns::numbers(self, column)
    }

    fn lookup(&self, key: &str, near: f64, column: &str) -> Result<f64> {
        let near = require_finite("near", near)?;
        let (keys, values) = (self.values(key)?, self.values(column)?);
        let distance = |k: f64| (k - near).abs();
        keys.iter()
            .zip(&values)
            .filter(|(k, _)| k.is_finite())
            .min_by(|(a, _), (b, _)| distance(**a).total_cmp(&distance(**b)))
            .map(|(_, value)| *value)
            .ok_or_else(|| columns::unusable(self, key, "it holds no finite number"))
    }

    fn between(&self, column: &str, from: f64, to: f64) -> Result<DataFrame> {
        if from.is_nan() || to.is_nan() {
            return Err(Error::argument("from, to", format!("{from}, {to}"), "two numbers"));
        }
        let inside = self.values(column)?.into_iter().map(|v| from <= v && v <= to);
        let mask: BooleanChunked = inside.map(Some).collect();
        Ok(self.filter(&mask)?)
    }

    fn with_values(&self, name: &str, values: Vec<f64>) -> Result<DataFrame> {
        if values.len() != self.height() {
            return Err(Error::Shape {
                what: "The new column",
                expected: format!("[{}], a value for each row", self.height()),
                given: format!("[{}]", values.len()),
            });
        }
        let mut wider = self.clone();
        wider.with_column(Column::new(name.into(), values))?;
        Ok(wider)
    }

    fn density(&self, column: &str, bins: usize) -> Result<DataFrame> {
        density::density(self, column, bins)
    }

    fn density_by(&self, column: &str, bins: usize, group: &str) -> Result<DataFrame> {
        density::density_by(self, column, bins, group)
    }

    fn html(&self) -> String {
        table::html(self)
    }

    fn text(&self) -> String {
        table::text(self)
    }

    fn evcxr_display(&self) {
        notebook::emit(&[("text/html", &self.html()), ("text/plain", &self.text())]);
    }
}

/// Stacks frames on top of each other, such as the scans of several sizes.
///
/// Columns are matched by name and stand in the order of their first appearance; where a frame lacks one that another
/// has (exact values exist for small systems only), its rows are missing values.
///
/// # Errors
/// [`Error::Argument`] if there is no frame, [`Error::Polars`] if a column has different types.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let scans: Vec<DataFrame> = [4, 6]
///     .into_iter()
///     .map(|l| Ising::square(l)?.scan([2.0, 3.0]).sweeps(100).run())
///     .collect::<statmech::Result<_>>()?;
/// assert_eq!(stack(&scans)?.height(), 4);
/// # Ok(()) }
/// ```
pub fn stack(frames: &[DataFrame]) -> Result<DataFrame> {
    if frames.is_empty() {
        return Err(Error::argument("frames", "an empty list", "at least one frame"));
    }
    let mut stacked: Vec<Column> = Vec::new();
    for column in frames.iter().flat_map(DataFrame::columns) {
        if stacked.iter().all(|known| known.name() != column.name()) {
            stacked.push(column.clear());
        }
    }
    for frame in frames {
        for column in &mut stacked {
            let missing =
                || Column::full_null(column.name().clone(), frame.height(), column.dtype());
            let further = columns::find(frame, column.name()).cloned().unwrap_or_else(missing);
            column.append_owned(further)?;
        }
    }
    Ok(DataFrame::new_infer_height(stacked)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polars::df;

    #[test]
    fn numbers_of_every_kind_of_column() -> Result<()> {
        let frame = df!("i" => [1_i64, 2], "b" => [true, false], "u" => [Some(3_u32), None])?;
        assert_eq!(frame.values("i")?, [1.0, 2.0]);
        assert_eq!(frame.values("b")?, [1.0, 0.0]);
        let u = frame.values("u")?;
        assert_eq!(u[0], 3.0);
        assert!(u[1].is_nan());
        Ok(())
    }

    #[test]
    fn a_wrong_column_is_a_sentence_with_the_right_ones() -> Result<()> {
        let frame = df!("energy" => [1.0], "update" => ["wolff"])?;
        let missing = frame.values("enrgy").unwrap_err().to_string();
        assert_eq!(
            missing,
            "The frame has no usable column `enrgy`: there is none of this name. Its columns are: energy, update."
        );
        assert!(frame.values("update").unwrap_err().to_string().contains("not numbers"));
        Ok(())
    }

    #[test]
    fn stacking_matches_columns_by_name() -> Result<()> {
        let a = df!("x" => [1.0], "exact" => [5.0])?;
        let b = df!("more" => ["m"], "x" => [2.0])?;
        let both = stack(&[a.clone(), b])?;
        assert_eq!(both.get_column_names(), ["x", "exact", "more"]);
        assert_eq!(both.values("x")?, [1.0, 2.0]);
        assert!(both.values("exact")?[1].is_nan());
        assert_eq!(both.column("more")?.null_count(), 1);
        assert!(stack(&[]).is_err());
        assert!(stack(&[a, df!("x" => ["text"])?]).is_err());
        Ok(())
    }

    #[test]
    fn densities_are_of_weight_one_and_refuse_what_has_none() -> Result<()> {
        let values: Vec<f64> = (0..1000).map(|k| (f64::from(k) * 0.7).sin()).collect();
        let frame = df!("x" => values, "half" => (0..1000).map(|k| k % 2).collect::<Vec<i32>>())?;
        let density = frame.density("x", 17)?;
        let x = density.values("x")?;
        let weight = density.values("density")?.iter().sum::<f64>() * (x[1] - x[0]);
        assert!((weight - 1.0).abs() < 1e-12);
        assert_eq!(density.values("count")?.iter().sum::<f64>(), 1000.0);
        let halves = frame.density_by("x", 5, "half")?;
        assert_eq!(halves.values("half")?, [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
        assert!(frame.density("x", 0).is_err() && frame.density("x", usize::MAX).is_err());
        assert!(frame.density("y", 5).is_err() && frame.density_by("x", 5, "y").is_err());
        for name in ["density", "density_err", "count"] {
            let taken = df!(name => [0.0, 1.0, 2.0, 3.0], "x" => [0.0, 1.0, 2.0, 3.0]).unwrap();
            for refused in [taken.density(name, 2), taken.density_by("x", 2, name)] {
                assert!(refused.unwrap_err().to_string().contains("another name"), "{name}");
            }
        }
        assert!(frame.density_by("x", 5, "x").is_err());
        // A missing group is none.
        let some = df!("x" => [0.0, 5.0, 1.0, 2.0, 9.0], "of" => [Some("a"), Some("b"), Some("a"), Some("b"), None]);
        let split = some.unwrap().density_by("x", 1, "of").unwrap();
        assert_eq!((split.height(), split.values("x").unwrap()), (2, vec![0.5, 3.5]));
        let none = df!("x" => [0.0, 1.0], "of" => [None::<&str>, None]).unwrap();
        assert!(none.density_by("x", 1, "of").is_err());
        for bad in [vec![], vec![1.0], vec![f64::NAN, 1.0], vec![-1.7e308, 1.7e308]] {
            assert!(df!("x" => bad)?.density("x", 3).is_err());
        }
        Ok(())
    }

    #[test]
    fn lookup_takes_the_nearest_row() -> Result<()> {
        let frame = df!("t" => [f64::NAN, 1.0, 2.0], "e" => [0.0, -1.0, -2.0])?;
        assert_eq!(frame.lookup("t", 1.9, "e")?, -2.0);
        assert!(df!("t" => [f64::NAN])?.lookup("t", 1.0, "t").is_err());
        assert!(frame.lookup("t", f64::NAN, "e").is_err());
        Ok(())
    }
}
