//! Lines and planes in parameter space, and where points lie in them.

use crate::error::{Error, Result};
use crate::landscape::vector::{norm, orthonormalize, require_direction, stacked};
use crate::ndarray::{Array1, Array2};
use crate::operator::dense::solve_positive;
use crate::polars::df;
use crate::polars::prelude::*;

/// A line or plane through an origin, spanned by one or two directions.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // The plane of three solutions, with coordinates along a → b and at right angles to it.
/// let points = array![[0.0, 0.0, 1.0], [2.0, 0.0, 1.0], [1.0, 3.0, 1.0]];
/// let plane = Subspace::through(&points)?;
/// let seen = plane.project(&points)?;
/// assert_eq!(seen.values("alpha")?, [0.0, 2.0, 1.0]);
/// assert_eq!(seen.values("beta")?, [0.0, 0.0, 3.0]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Subspace {
    /// The point with all coordinates 0.
    pub origin: Array1<f64>,
    /// The directions, one a row.
    pub directions: Array2<f64>,
}

impl Subspace {
    /// The line or plane through θ along one or two directions, the rows of `directions`.
    ///
    /// # Errors
    /// If there are not one or two directions, they have another length than θ or numbers that are not finite, or depend on each other.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!(Subspace::new(&array![1.0, 0.0], &array![[1.0, 1.0], [2.0, 2.0]]).is_err());
    /// # Ok(()) }
    /// ```
    pub fn new(origin: &Array1<f64>, directions: &Array2<f64>) -> Result<Self> {
        let n = origin.len();
        if !(1..=2).contains(&directions.nrows()) || directions.ncols() != n {
            return Err(Error::Shape {
                what: "The directions",
                expected: format!("1 × {n} or 2 × {n}, one a row"),
                given: format!("{} × {}", directions.nrows(), directions.ncols()),
            });
        }
        if let Some(x) = origin.iter().find(|x| !x.is_finite()) {
            return Err(Error::argument("origin", format!("one with {x}"), "of finite numbers"));
        }
        let mut rows: Vec<Array1<f64>> =
            directions.rows().into_iter().map(|row| row.to_owned()).collect();
        rows.iter().try_for_each(|row| require_direction(row.view(), n))?;
        orthonormalize(&mut rows)?;
        Ok(Self { origin: origin.clone(), directions: directions.clone() })
    }

    /// The line through two points or the plane through three, the rows of `points`: the origin is the first, the first direction goes to the second, the other one stands at right
    /// angles to it on the side of the third, and both have length 1 (as in the figures of Garipov et al., arXiv:1802.10026).
    ///
    /// # Errors
    /// If there are not two or three points, they have numbers that are not finite, two agree or three lie on a line.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let line = Subspace::through(&array![[1.0, 1.0], [4.0, 5.0]])?;
    /// assert!((line.directions[(0, 0)] - 0.6).abs() < 1e-15 && (line.directions[(0, 1)] - 0.8).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn through(points: &Array2<f64>) -> Result<Self> {
        if !(2..=3).contains(&points.nrows()) || points.ncols() == 0 {
            return Err(Error::Shape {
                what: "`points`",
                expected: "2 × n or 3 × n, a point a row".to_string(),
                given: format!("{} × {}", points.nrows(), points.ncols()),
            });
        }
        if let Some(x) = points.iter().find(|x| !x.is_finite()) {
            return Err(Error::argument("points", format!("one with {x}"), "of finite numbers"));
        }
        let origin = points.row(0).to_owned();
        let mut rows: Vec<Array1<f64>> =
            points.rows().into_iter().skip(1).map(|point| &point - &origin).collect();
        orthonormalize(&mut rows).map_err(|_| {
            let allowed = "different, and three of them not on one line";
            Error::argument("points", "points that do not span a line or plane", allowed)
        })?;
        Ok(Self { origin, directions: stacked(&rows) })
    }

    /// The point with these coordinates, one for each direction.
    ///
    /// # Errors
    /// If there are not as many coordinates as directions, or one is not finite.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let line = Subspace::new(&array![1.0, 0.0], &array![[0.0, 2.0]])?;
    /// assert_eq!(line.point(&[3.0])?, array![1.0, 6.0]);
    /// # Ok(()) }
    /// ```
    pub fn point(&self, coordinates: &[f64]) -> Result<Array1<f64>> {
        let wanted = self.directions.nrows();
        if coordinates.len() != wanted || coordinates.iter().any(|x| !x.is_finite()) {
            let given = format!("{coordinates:?}");
            let allowed = format!("{wanted} finite numbers, one for each direction");
            return Err(Error::argument("coordinates", given, allowed));
        }
        let mut point = self.origin.clone();
        for (row, x) in self.directions.rows().into_iter().zip(coordinates) {
            point.scaled_add(*x, &row);
        }
        Ok(point)
    }

    /// The points of the subspace that are nearest to the rows of `points` (a descent's path, say): a row for each with `point` (its number), `alpha`, `beta` (of a plane)
    /// and `residual`, the distance out of the subspace. Directions need not be orthogonal.
    ///
    /// # Errors
    /// If the points have another length than the origin or numbers that are not finite.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let plane = Subspace::new(&array![0.0, 0.0, 0.0], &array![[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]])?;
    /// let seen = plane.project(&array![[3.0, 2.0, 7.0]])?;
    /// assert!((seen.values("alpha")?[0] - 1.0).abs() < 1e-12 && (seen.values("beta")?[0] - 2.0).abs() < 1e-12);
    /// assert!((seen.values("residual")?[0] - 7.0).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn project(&self, points: &Array2<f64>) -> Result<DataFrame> {
        let n = self.origin.len();
        if points.ncols() != n {
            return Err(Error::Shape {
                what: "`points`",
                expected: format!("points × {n}, a point a row"),
                given: format!("{} × {}", points.nrows(), points.ncols()),
            });
        }
        if let Some(x) = points.iter().find(|x| !x.is_finite()) {
            return Err(Error::argument("points", format!("one with {x}"), "of finite numbers"));
        }
        // Unit directions keep the 2 × 2 system well scaled.
        let lengths: Vec<f64> = self.directions.rows().into_iter().map(norm).collect();
        let k = lengths.len();
        let gram = Array2::from_shape_fn((k, k), |(i, j)| {
            self.directions.row(i).dot(&self.directions.row(j)) / (lengths[i] * lengths[j])
        });
        let (mut coordinates, mut residuals) = (vec![Vec::new(); k], Vec::new());
        for point in points.rows() {
            let mut rest = &point - &self.origin;
            let along = Array2::from_shape_fn((k, 1), |(i, _)| {
                self.directions.row(i).dot(&rest) / lengths[i]
            });
            let solution = solve_positive(&gram, &along)?.ok_or_else(|| {
                Error::argument("directions", "dependent ones", "linearly independent")
            })?;
            for i in 0..k {
                let x = solution[(i, 0)] / lengths[i];
                rest.scaled_add(-x, &self.directions.row(i));
                coordinates[i].push(x);
            }
            residuals.push(norm(&rest));
        }
        let mut frame = df!("point" => (0..points.nrows() as u64).collect::<Vec<_>>())?;
        for (name, values) in ["alpha", "beta"].into_iter().zip(coordinates) {
            frame.with_column(Column::new(name.into(), values))?;
        }
        frame.with_column(Column::new("residual".into(), residuals))?;
        Ok(frame)
    }
}
