//! The plane in which most of a descent's path lies.

use crate::error::{Error, Result};
use crate::landscape::slice::subspace::Subspace;
use crate::landscape::vector::{orthonormalize, stacked};
use crate::ndarray::{Array1, Array2};
use crate::operator::dense::eigen_symmetric;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::rayon::prelude::*;

/// Points of a path at most: their Gram matrix is diagonalised.
const MAX_POINTS: usize = 4096;

/// Directions whose share of the path's squared length is below this are rounding.
const SMALLEST: f64 = 1e-13;

/// The principal components of a path about its end, and the path seen in the plane of the first two (Li et al., arXiv:1712.09913, section 7).
///
/// With the rows θ_t − θ_T of a matrix M, the components are the eigenvectors of MᵀM; they come from the small matrix MMᵀ of points, as MᵀM
/// has as many rows as there are parameters. The variance of a component is its eigenvalue over the number of points, and the share that it explains its eigenvalue over their sum.
/// Random walks in high dimension look much the same in such planes: about the end the components explain 8/π²(2k − 1)², 81 % and 9 % for the first two (about the mean 6/π²k²; Antognini and Sohl-Dickstein,
/// arXiv:1806.08805), so that a large share alone says little.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[1.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 2.0]], &array![0.0, 0.0, 0.0])?;
/// let descended = bowl.descend(&array![1.0, 1.0, 0.0]).steps(50).run()?;
/// let principal = PrincipalPath::new(&descended.path)?;
/// assert!((principal.explained.sum() - 1.0).abs() < 1e-12); // the third parameter stays 0
/// let slice = bowl.plane(&principal.plane.origin, &principal.plane.directions).over(linspace(-1.5, 1.5, 9)).run()?;
/// let figure = slice.contour("loss", 10)?.with(principal.path.line("alpha", "beta")?);
/// # figure.svg()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PrincipalPath {
    /// The plane through the end of the path along its first two components, of length 1.
    pub plane: Subspace,
    /// The shares of the squared distances from the end that the two components explain.
    pub explained: Array1<f64>,
    /// All components: `component` (from 1), `variance`, `explained`, `cumulative`.
    pub components: DataFrame,
    /// The points in the plane: `point`, `alpha`, `beta`, `residual`; see [`Subspace::project`].
    pub path: DataFrame,
}

impl PrincipalPath {
    /// The components of a path, a point a row and the end last; [`Descended::path`](crate::landscape::Descended) is one.
    ///
    /// The sign of each component is such that the start has a coordinate that is not negative.
    ///
    /// # Errors
    /// If there are fewer than three points or more than 4096, numbers that are not finite, or all points lie on a line.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let corner = array![[2.0, 0.0], [0.0, 0.0], [0.0, 1.0]];
    /// assert_eq!(PrincipalPath::new(&corner)?.path.values("residual")?.len(), 3);
    /// assert!(PrincipalPath::new(&array![[2.0, 0.0], [1.0, 0.0], [0.0, 0.0]]).is_err());
    /// # Ok(()) }
    /// ```
    pub fn new(path: &Array2<f64>) -> Result<Self> {
        let (points, n) = path.dim();
        if !(3..=MAX_POINTS).contains(&points) || n < 2 {
            return Err(Error::Shape {
                what: "`path`",
                expected: format!("3 to {MAX_POINTS} points × 2 or more parameters"),
                given: format!("{points} × {n}"),
            });
        }
        if let Some(x) = path.iter().find(|x| !x.is_finite()) {
            return Err(Error::argument("path", format!("one with {x}"), "of finite numbers"));
        }
        let end = path.row(points - 1).to_owned();
        let from_end = path - &end;
        let scale = from_end.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        if scale == 0.0 {
            return Err(on_a_line());
        }
        let scaled = from_end / scale;
        let (values, vectors) = eigen_symmetric(&gram(&scaled))?;
        let total = values.iter().map(|x| x.max(0.0)).sum::<f64>();
        let share: Vec<f64> = values.iter().rev().map(|x| x.max(0.0) / total).collect();
        if !(share[1] > SMALLEST) {
            return Err(on_a_line());
        }
        let mut rows: Vec<Array1<f64>> = (1..=2)
            .map(|k| {
                let weights = vectors.column(points - k);
                // The start's coordinate is its weight times the component's size.
                let sign = if weights[0] < 0.0 { -1.0 } else { 1.0 };
                let mut row = Array1::zeros(n);
                for (weight, point) in weights.iter().zip(scaled.rows()) {
                    row.scaled_add(sign * weight, &point);
                }
                row
            })
            .collect();
        orthonormalize(&mut rows)?;
        let plane = Subspace { origin: end, directions: stacked(&rows) };
        let kept = share.iter().filter(|share| **share > SMALLEST).count();
        let variance = |share: &f64| share * total * scale * scale / points as f64;
        let mut sum = 0.0;
        let cumulative = share[..kept].iter().map(|share| {
            sum += share;
            sum
        });
        let components = df!(
            "component" => (1..=kept as u64).collect::<Vec<_>>(),
            "variance" => share[..kept].iter().map(variance).collect::<Vec<_>>(),
            "explained" => share[..kept].to_vec(),
            "cumulative" => cumulative.collect::<Vec<_>>(),
        )?;
        let path = plane.project(path)?;
        Ok(Self { plane, explained: Array1::from_vec(share[..2].to_vec()), components, path })
    }
}

/// Products of all pairs of rows; only the lower triangle is filled.
fn gram(rows: &Array2<f64>) -> Array2<f64> {
    let points = rows.nrows();
    let products: Vec<Vec<f64>> = (0..points)
        .into_par_iter()
        .map(|i| (0..=i).map(|j| rows.row(i).dot(&rows.row(j))).collect())
        .collect();
    Array2::from_shape_fn((points, points), |(i, j)| if j <= i { products[i][j] } else { 0.0 })
}

fn on_a_line() -> Error {
    Error::argument("path", "one whose points all lie on a line", "of points that span a plane")
}
