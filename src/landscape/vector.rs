//! Lengths of vectors in parameter space, and what directions have to be.

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2, ArrayView1};

/// |v|, also where squares would overflow.
pub(crate) fn norm<'a>(v: impl IntoIterator<Item = &'a f64> + Clone) -> f64 {
    let most = v.clone().into_iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    if most == 0.0 || !most.is_finite() {
        return most;
    }
    most * v.into_iter().map(|x| (x / most).powi(2)).sum::<f64>().sqrt()
}

/// Refuses a direction of the wrong length, with numbers that are not finite, or 0.
pub(super) fn require_direction(direction: ArrayView1<'_, f64>, n: usize) -> Result<()> {
    if direction.len() != n {
        return Err(Error::Shape {
            what: "A direction",
            expected: format!("[{n}], one number for each parameter"),
            given: format!("[{}]", direction.len()),
        });
    }
    if let Some(x) = direction.iter().find(|x| !x.is_finite()) {
        return Err(Error::argument("direction", format!("one with {x}"), "of finite numbers"));
    }
    if direction.iter().all(|x| *x == 0.0) {
        return Err(Error::argument("direction", "one of zeros", "different from 0"));
    }
    Ok(())
}

/// Refuses no directions at all, and the rows that [`require_direction`] does.
pub(super) fn require_directions(directions: &Array2<f64>, n: usize) -> Result<()> {
    if directions.nrows() == 0 || directions.ncols() != n {
        return Err(Error::Shape {
            what: "`directions`",
            expected: format!("k × {n}, a direction a row and at least one"),
            given: format!("{} × {}", directions.nrows(), directions.ncols()),
        });
    }
    directions.rows().into_iter().try_for_each(|row| require_direction(row, n))
}

/// Refuses two directions that span a line, and what [`require_directions`] does.
pub(super) fn require_plane(directions: &Array2<f64>, n: usize) -> Result<()> {
    require_directions(directions, n)?;
    let mut rows = directions.rows().into_iter();
    let (Some(eta), Some(delta), None) = (rows.next(), rows.next(), rows.next()) else {
        return Ok(());
    };
    let (eta, delta) = (&eta / norm(eta), &delta / norm(delta));
    // What is left of δ without η; neither 1 − cos² nor a difference of lengths would see small angles.
    let rest = &delta - eta.dot(&delta) * &eta;
    if norm(&rest) > 1e-10 {
        return Ok(());
    }
    Err(Error::argument("directions", "two along one line", "linearly independent"))
}

/// Gram–Schmidt, twice; refuses directions that depend on each other.
pub(super) fn orthonormalize(rows: &mut [Array1<f64>]) -> Result<()> {
    for k in 0..rows.len() {
        let (before, rest) = rows.split_at_mut(k);
        let row = &mut rest[0];
        let size = norm(&*row);
        *row /= if size > 0.0 { size } else { 1.0 };
        for _ in 0..2 {
            for other in before.iter() {
                let along = other.dot(row);
                row.scaled_add(-along, other);
            }
        }
        let left = norm(&*row);
        if !(left > 1e-10) {
            let given = format!(
                "{} of which number {k} lies in the span of those before",
                before.len() + rest.len()
            );
            return Err(Error::argument("directions", given, "linearly independent"));
        }
        rest[0] /= left;
    }
    Ok(())
}

/// Vectors as the rows of a matrix.
pub(super) fn stacked(rows: &[Array1<f64>]) -> Array2<f64> {
    let columns = rows.first().map_or(0, Array1::len);
    let mut all = Array2::zeros((rows.len(), columns));
    for (mut target, row) in all.rows_mut().into_iter().zip(rows) {
        target.assign(row);
    }
    all
}
