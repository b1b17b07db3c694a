//! Figures from DataFrames.

use super::axes::extent;
use super::columns::Columns;
use super::figure::Figure;
use super::label::{axis_label, group_label};
use super::layer::{Band, Bars, Histogram, Kind, Layer, Series};
use crate::error::{Error, Result};
use crate::polars::prelude::DataFrame;

/// Lines with error bars show their points up to this number of them.
const MARKED_POINTS: usize = 80;

/// Figures from the columns of a DataFrame.
///
/// Columns may hold integers, floats or truth values; rows with a missing or non-finite value are left out,
/// and interrupt lines. Axis labels come from the names of the columns and can be changed afterwards.
///
/// ```
/// use statmech::prelude::*;
/// use statmech::polars::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let frame = df![
///     "temperature" => [1.0, 2.0, 3.0, 1.0, 2.0, 3.0],
///     "energy" => [-1.99, -1.75, -0.82, -1.98, -1.71, -0.80],
///     "energy_err" => [0.01, 0.02, 0.02, 0.02, 0.04, 0.03],
///     "size" => [16, 16, 16, 8, 8, 8],
/// ]?;
/// let figure = frame.line_by("temperature", "energy", "size")?;
/// let svg = figure.svg()?;
/// assert!(svg.contains("temperature T") && svg.contains("L = 16"));
/// let error = frame.line("temperature", "enrgy").err().map(|e| e.to_string()).unwrap_or_default();
/// assert!(error.contains("`enrgy`") && error.contains("energy_err"));
/// # Ok(())
/// # }
/// ```
pub trait Plot {
    /// A line through the rows in their order, with error bars if there is a column `<y>_err`.
    ///
    /// # Errors
    /// If a column is missing, not numeric or empty.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// use statmech::polars::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let trace = df!["step" => [0, 1, 2], "energy" => [-1.0, -1.5, -2.0]]?;
    /// let figure = trace.line("step", "energy")?.title("Recall");
    /// # figure.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    fn line(&self, x: &str, y: &str) -> Result<Figure>;

    /// A marker for each row, with error bars if there is a column `<y>_err`.
    ///
    /// # Errors
    /// If a column is missing, not numeric or empty.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// use statmech::polars::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = df!["coupling" => [0.1, 0.2], "estimate" => [0.12, 0.18], "estimate_err" => [0.02, 0.03]]?;
    /// let figure = frame.scatter("coupling", "estimate")?.y_label("inferred J");
    /// # figure.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    fn scatter(&self, x: &str, y: &str) -> Result<Figure>;

    /// One [`line`](Plot::line) for each value of `group`, in order of first appearance.
    ///
    /// The legend names each by its value: texts as they are, numbers as "L = 16" with the symbol that the literature has for
    /// the column, or as "component 2". Setters of colour and dashes that follow apply to all of them.
    ///
    /// # Errors
    /// If a column is missing, not numeric (`group` may be text) or empty.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// use statmech::polars::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = df!["load" => [0.1, 0.2, 0.1, 0.2], "overlap" => [1.0, 0.9, 1.0, 1.0], "rule" => ["Hebb", "Hebb", "Storkey", "Storkey"]]?;
    /// let figure = frame.line_by("load", "overlap", "rule")?.legend(Legend::BottomLeft);
    /// # figure.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    fn line_by(&self, x: &str, y: &str, group: &str) -> Result<Figure>;

    /// One [`scatter`](Plot::scatter) for each value of `group`, in order of first appearance, named as by [`line_by`](Plot::line_by).
    ///
    /// # Errors
    /// If a column is missing, not numeric (`group` may be text) or empty.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// use statmech::polars::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let points = df!["x" => [0, 0, 1, 1], "y" => [0, 1, 0, 1], "class" => [-1, 1, 1, -1]]?;
    /// let figure = points.scatter_by("x", "y", "class")?.equal_axes();
    /// # figure.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    fn scatter_by(&self, x: &str, y: &str, group: &str) -> Result<Figure>;

    /// The area between two columns.
    ///
    /// # Errors
    /// If a column is missing, not numeric or empty.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// use statmech::polars::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = df!["samples" => [1, 2, 4], "trace" => [9.0, 10.5, 10.1], "low" => [6.0, 8.4, 8.6], "high" => [12.0, 12.6, 11.6]]?;
    /// let figure = frame.band("samples", "low", "high")?.label("±1σ").with(frame.line("samples", "trace")?);
    /// # figure.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    fn band(&self, x: &str, lower: &str, upper: &str) -> Result<Figure>;

    /// A marker for each row with a bar of one `err` up and down.
    ///
    /// # Errors
    /// If a column is missing, not numeric or empty.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// use statmech::polars::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = df!["temperature" => [2.0, 3.0], "binder" => [0.66, 0.2], "sigma" => [0.01, 0.03]]?;
    /// let figure = frame.error_bars("temperature", "binder", "sigma")?.hline(2.0 / 3.0, "2/3");
    /// # figure.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    fn error_bars(&self, x: &str, y: &str, err: &str) -> Result<Figure>;

    /// A bar from zero to y for each row; `x` may hold numbers or names. Bars of figures put together
    /// by [`Figure::with`] stand side by side.
    ///
    /// # Errors
    /// If a column is missing, empty, or y is not numeric.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// use statmech::polars::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = df!["state" => ["↑↑", "↑↓"], "data" => [0.7, 0.3], "model" => [0.6, 0.4]]?;
    /// let figure = frame.bars("state", "data")?.with(frame.bars("state", "model")?).y_label("probability P");
    /// # figure.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    fn bars(&self, x: &str, y: &str) -> Result<Figure>;

    /// Counts of a column's values in `bins` intervals of equal width between the smallest and the largest.
    ///
    /// # Errors
    /// If the column is missing, not numeric or empty, or `bins` is not from 1 to 10,000.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// use statmech::polars::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = df!["curvature" => [-0.5, 0.1, 0.2, 0.9, 1.4]]?;
    /// let figure = frame.histogram("curvature", 3)?.vline(0.42, "mean");
    /// # figure.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    fn histogram(&self, column: &str, bins: usize) -> Result<Figure>;

    /// Colours for z over a grid of x (rightward) and y (upward), from one row for each cell in any order.
    ///
    /// # Errors
    /// If a column is missing, not numeric or empty, or a cell occurs twice.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// use statmech::polars::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slice = df!["alpha" => [0, 1, 0, 1], "beta" => [0, 0, 1, 1], "loss" => [0.1, 0.4, 0.2, 0.9]]?;
    /// let figure = slice.heatmap("alpha", "beta", "loss")?.color_bar("loss L(α, β)").y_label("β");
    /// # figure.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    fn heatmap(&self, x: &str, y: &str, z: &str) -> Result<Figure>;

    /// Lines of equal z over a grid of x and y, at about `levels` round values.
    ///
    /// # Errors
    /// As for [`heatmap`](Plot::heatmap), and if `levels` is not from 1 to 100 or the grid is a single row.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// use statmech::polars::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slice = df!["alpha" => [0, 1, 0, 1], "beta" => [0, 0, 1, 1], "loss" => [0.1, 0.4, 0.2, 0.9]]?;
    /// let figure = slice.heatmap("alpha", "beta", "loss")?.with(slice.contour("alpha", "beta", "loss", 5)?);
    /// # figure.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    fn contour(&self, x: &str, y: &str, z: &str, levels: usize) -> Result<Figure>;

    /// z as height over a grid of x and y, seen from above; [`Figure::view`] turns it.
    ///
    /// # Errors
    /// As for [`heatmap`](Plot::heatmap), and if the grid is a single row.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// use statmech::polars::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slice = df!["alpha" => [0, 1, 0, 1], "beta" => [0, 0, 1, 1], "loss" => [0.1, 0.4, 0.2, 0.9]]?;
    /// let figure = slice.surface("alpha", "beta", "loss")?.view(300.0, 40.0);
    /// # figure.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    fn surface(&self, x: &str, y: &str, z: &str) -> Result<Figure>;
}

impl Plot for DataFrame {
    fn line(&self, x: &str, y: &str) -> Result<Figure> {
        let columns = Columns(self);
        let err = columns.errors_of(y);
        series(&columns, x, y, err, true)
    }

    fn scatter(&self, x: &str, y: &str) -> Result<Figure> {
        let columns = Columns(self);
        let err = columns.errors_of(y);
        series(&columns, x, y, err, false)
    }

    fn error_bars(&self, x: &str, y: &str, err: &str) -> Result<Figure> {
        let columns = Columns(self);
        let err = columns.numbers(err)?;
        series(&columns, x, y, Some(err), false)
    }

    fn line_by(&self, x: &str, y: &str, group: &str) -> Result<Figure> {
        grouped(&Columns(self), x, y, group, true)
    }

    fn scatter_by(&self, x: &str, y: &str, group: &str) -> Result<Figure> {
        grouped(&Columns(self), x, y, group, false)
    }

    fn band(&self, x: &str, lower: &str, upper: &str) -> Result<Figure> {
        let columns = Columns(self);
        let (xs, lows, highs) =
            (columns.numbers(x)?, columns.numbers(lower)?, columns.numbers(upper)?);
        let band = Band { x: xs, lower: lows, upper: highs };
        let label = format!("{} to {}", axis_label(lower), axis_label(upper));
        let layer = Layer::labelled(Kind::Band(band), label);
        let figure = Figure::of_layers(vec![layer]).x_label(&axis_label(x));
        // "energy_low" and "energy_high" are of the energy; other names say nothing about the axis.
        let same = lower.chars().zip(upper.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a);
        let quantity: String = same.collect();
        Ok(match quantity.trim_end_matches('_') {
            "" => figure,
            quantity => figure.y_label(&axis_label(quantity)),
        })
    }

    fn bars(&self, x: &str, y: &str) -> Result<Figure> {
        let columns = Columns(self);
        let named = columns.is_text(x)?;
        let heights = columns.numbers(y)?;
        let names = if named {
            let or_none = |name: Option<String>| name.unwrap_or_else(|| "none".to_string());
            columns.texts(x)?.into_iter().map(or_none).collect()
        } else {
            Vec::new()
        };
        let places = if named { Vec::new() } else { columns.numbers(x)? };
        let width = 0.8 * closest_distance(&places);
        let bars = Bars { x: places, names, heights, err: columns.errors_of(y), width };
        Ok(labelled(vec![Layer::labelled(Kind::Bars(bars), axis_label(y))], x, y))
    }

    fn histogram(&self, column: &str, bins: usize) -> Result<Figure> {
        if !(1..=10_000).contains(&bins) {
            return Err(Error::argument("bins", bins, "from 1 to 10000"));
        }
        let values: Vec<f64> = Columns(self)
            .numbers(column)?
            .into_iter()
            .filter(|v| super::axes::drawable(*v))
            .collect();
        let Some(range) = extent(values.iter().copied()) else {
            return Err(Error::Figure("the column holds no number that can be drawn".to_string()));
        };
        let histogram = Histogram::count(&values, bins, range);
        let layer = Layer::labelled(Kind::Histogram(histogram), axis_label(column));
        Ok(labelled(vec![layer], column, "count"))
    }

    fn heatmap(&self, x: &str, y: &str, z: &str) -> Result<Figure> {
        let field = Columns(self).field(x, y, z)?;
        Ok(labelled(vec![Layer::new(Kind::HeatMap(field))], x, y))
    }

    fn contour(&self, x: &str, y: &str, z: &str, levels: usize) -> Result<Figure> {
        if !(1..=100).contains(&levels) {
            return Err(Error::argument("levels", levels, "from 1 to 100"));
        }
        let field = Columns(self).field(x, y, z)?;
        require_area(field.x.len(), field.y.len())?;
        Ok(labelled(vec![Layer::new(Kind::Contour(field, levels))], x, y))
    }

    fn surface(&self, x: &str, y: &str, z: &str) -> Result<Figure> {
        let field = Columns(self).field(x, y, z)?;
        require_area(field.x.len(), field.y.len())?;
        Ok(labelled(vec![Layer::new(Kind::Surface(field))], x, y))
    }
}

fn labelled(layers: Vec<Layer>, x: &str, y: &str) -> Figure {
    Figure::of_layers(layers).x_label(&axis_label(x)).y_label(&axis_label(y))
}

fn require_area(columns: usize, rows: usize) -> Result<()> {
    if columns > 1 && rows > 1 {
        return Ok(());
    }
    Err(Error::Figure(format!(
        "contours and surfaces need a grid of at least 2 × 2 points, and this one is {columns} × {rows}"
    )))
}

/// The smallest distance between two different places, 1 for fewer than two.
fn closest_distance(places: &[f64]) -> f64 {
    let mut sorted: Vec<f64> =
        places.iter().copied().filter(|v| super::axes::drawable(*v)).collect();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let closest = sorted.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    if closest.is_finite() { closest } else { 1.0 }
}

/// A series of the chosen rows.
fn points(rows: &[usize], x: &[f64], y: &[f64], err: Option<&[f64]>, joined: bool) -> Kind {
    let pick = |values: &[f64]| rows.iter().map(|i| values[*i]).collect::<Vec<f64>>();
    let marked = !joined || rows.len() == 1 || (err.is_some() && rows.len() <= MARKED_POINTS);
    Kind::Series(Series { x: pick(x), y: pick(y), err: err.map(pick), joined, marked })
}

fn series(
    columns: &Columns<'_>,
    x: &str,
    y: &str,
    err: Option<Vec<f64>>,
    joined: bool,
) -> Result<Figure> {
    let (xs, ys) = (columns.numbers(x)?, columns.numbers(y)?);
    let rows: Vec<usize> = (0..xs.len()).collect();
    let kind = points(&rows, &xs, &ys, err.as_deref(), joined);
    Ok(labelled(vec![Layer::labelled(kind, axis_label(y))], x, y))
}

fn grouped(columns: &Columns<'_>, x: &str, y: &str, group: &str, joined: bool) -> Result<Figure> {
    let (xs, ys) = (columns.numbers(x)?, columns.numbers(y)?);
    let err = columns.errors_of(y);
    let is_text = columns.is_text(group)?;
    let groups = columns.groups(group)?;
    let layer = |(value, rows): &(String, Vec<usize>)| {
        let kind = points(rows, &xs, &ys, err.as_deref(), joined);
        Layer::labelled(kind, group_label(group, value, is_text))
    };
    Ok(labelled(groups.iter().map(layer).collect(), x, y))
}
