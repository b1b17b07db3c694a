//! Many pictures as one.

use crate::error::{Error, Result};
use crate::ndarray::{Array2, s};

/// More numbers than this are no figure.
const MOST: usize = 100_000_000;

/// Pictures of `(height, width)`, one a row, laid out in rows of `columns` with a pixel between them, for
/// [`Figure::image`](crate::plot::Figure::image): samples, filters, images.
///
/// What lies between is missing (NaN), as are the places after the last picture.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let picture = mosaic(&digits()?.take(10).pixels(), (8, 8), 5)?;
/// assert_eq!(picture.dim(), (17, 44));
/// let figure = Figure::image(&picture)?.title("Ten digits");
/// # figure.svg()?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// If there is no picture or no column, or the pictures have another number of pixels than height times width.
pub fn mosaic(
    pictures: &Array2<f64>,
    (height, width): (usize, usize),
    columns: usize,
) -> Result<Array2<f64>> {
    let (count, pixels) = pictures.dim();
    if count == 0 || pixels == 0 {
        let given = format!("{count} of {pixels} pixels");
        return Err(Error::argument("pictures", given, "at least one of at least one pixel"));
    }
    if columns == 0 {
        return Err(Error::argument("columns", 0, "at least 1"));
    }
    if height.checked_mul(width) != Some(pixels) {
        return Err(Error::Shape {
            what: "The array of pictures",
            expected: format!("(pictures, {height}·{width}), one picture a row"),
            given: format!("({count}, {pixels})"),
        });
    }
    let columns = columns.min(count);
    let shape = (count.div_ceil(columns) * (height + 1) - 1, columns * (width + 1) - 1);
    if shape.0.saturating_mul(shape.1) > MOST {
        return Err(Error::argument(
            "pictures",
            count,
            format!("so few that {MOST} pixels hold them"),
        ));
    }
    let mut whole = Array2::from_elem(shape, f64::NAN);
    for (k, picture) in pictures.outer_iter().enumerate() {
        let (top, left) = (k / columns * (height + 1), k % columns * (width + 1));
        let mut place = whole.slice_mut(s![top..top + height, left..left + width]);
        for ((row, column), pixel) in place.indexed_iter_mut() {
            *pixel = picture[row * width + column];
        }
    }
    Ok(whole)
}
