//! Principal curvatures and directions: all, or the extreme ones.

use crate::error::Result;
use crate::landscape::SurfaceGeometry;
use crate::ndarray::{Array1, Array2};
use crate::operator::Eigenpairs;
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::random::Seed;
use crate::setters::setters;

/// Settings of a search for principal curvatures; [`run`](Self::run) finds them.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::exact(2, |x| x[0].powi(2) * 3.0 + x[1].powi(2))?;
/// let principal = bowl.geometry(&array![0.0, 0.0])?.principal().run()?;
/// assert!((principal.curvatures - array![6.0, 2.0]).iter().all(|e| e.abs() < 1e-14));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct PrincipalCurvatureSearch {
    geometry: SurfaceGeometry,
    extremes: Option<usize>,
    seed: Seed,
    deadline: Option<f64>,
}

/// Principal curvatures in descending order, with their directions.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let sphere = Objective::exact(2, |x| -(4.0 - x[0].powi(2) - x[1].powi(2)).sqrt())?;
/// let principal: PrincipalCurvatures = sphere.geometry(&array![0.5, 0.5])?.principal().run()?;
/// assert!(principal.complete && principal.curvatures.iter().all(|kappa| (kappa - 0.5).abs() < 1e-12));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PrincipalCurvatures {
    /// κ, largest first: the eigenvalues of the shape operator.
    pub curvatures: Array1<f64>,
    /// The directions of parameters, one a row, so long that the tangent vector (v, ∇L·v) has length 1; these are orthogonal to each other on the surface.
    pub directions: Array2<f64>,
    /// |Sv − κv| of each, S being the symmetric shape operator.
    pub residuals: Array1<f64>,
    /// n, of all curvatures.
    pub dimension: usize,
    /// Whether all that were asked for converged.
    pub complete: bool,
    pairs: Eigenpairs,
}

impl SurfaceGeometry {
    /// The principal curvatures, the extreme values of the normal curvature: all of them by default, which takes n products and a dense diagonalisation.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let product = Objective::exact(2, |x| x[0] * x[1])?.geometry(&array![0.0, 0.0])?;
    /// let principal = product.principal().run()?;
    /// let first = principal.directions.row(0).to_owned();
    /// assert!((first[0] - first[1]).abs() < 1e-12); // along (1, 1)
    /// # Ok(()) }
    /// ```
    pub fn principal(&self) -> PrincipalCurvatureSearch {
        PrincipalCurvatureSearch {
            geometry: self.clone(),
            extremes: None,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl PrincipalCurvatureSearch {
    setters! { "Objective::saddle(2, 3)?.geometry(&array![0.0, 0.0, 0.0, 0.0, 1.0])?.principal().extremes(1)":
        /// The seed of the first vectors of the Lanczos method; default 0.
        seed;
        /// A limit in seconds for the Lanczos method, after which pairs are what they are and `complete` is false; default none.
        deadline;
    }

    /// Only the `k` largest and the `k` smallest, by the Lanczos method, for which no matrix is needed; default all.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::saddle(500, 500)?;
    /// let principal = saddle.geometry(&Array1::ones(1001))?.principal().extremes(1).run()?;
    /// assert_eq!(principal.directions.dim(), (2, 1001));
    /// # Ok(()) }
    /// ```
    pub fn extremes(&self, k: usize) -> Self {
        Self { extremes: Some(k), ..self.clone() }
    }

    /// Finds the curvatures.
    ///
    /// # Errors
    /// If all are wanted of more than 10 000 parameters; as [`Lanczos::run`](crate::operator::Lanczos::run); what products return.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let geometry = Objective::saddle(1, 1)?.geometry(&array![0.0, 0.0, 1.0])?;
    /// assert!((geometry.principal().run()?.frame()?.values("kappa")?[2] + 1.0).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<PrincipalCurvatures> {
        let operator = self.geometry.shape_operator()?;
        let pairs = match self.extremes {
            None => operator.eigenpairs()?,
            Some(k) => {
                let lanczos = operator.lanczos(k).seed(self.seed);
                match self.deadline {
                    Some(seconds) => lanczos.deadline(seconds).run()?,
                    None => lanczos.run()?,
                }
            }
        };
        let mut directions = pairs.vectors();
        for mut row in directions.rows_mut() {
            let mut vector = row.to_vec();
            self.geometry.lower(&mut vector);
            row.assign(&Array1::from(vector));
        }
        Ok(PrincipalCurvatures {
            curvatures: pairs.eigenvalues.clone(),
            directions,
            residuals: pairs.residuals.clone(),
            dimension: pairs.dimension,
            complete: pairs.complete,
            pairs,
        })
    }
}

impl PrincipalCurvatures {
    /// One row per curvature: `index` (the rank among all n, 0 the largest), `end` ("top" or "bottom"), `kappa`, `residual`, `dimension`, `complete`.
    ///
    /// # Errors
    /// [`Error::Polars`](crate::Error::Polars) never in practice.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let principal = Objective::saddle(3, 2)?.geometry(&Array1::ones(7))?.principal().extremes(1).run()?;
    /// assert_eq!(principal.frame()?.values("index")?, [0.0, 6.0]);
    /// # Ok(()) }
    /// ```
    pub fn frame(&self) -> Result<DataFrame> {
        let pairs = self.pairs.frame()?;
        let count = self.curvatures.len();
        let mut frame = df!(
            "kappa" => self.curvatures.to_vec(),
            "residual" => self.residuals.to_vec(),
            "dimension" => vec![self.dimension as u64; count],
            "complete" => vec![self.complete; count],
        )?;
        for (place, name) in ["index", "end"].into_iter().enumerate() {
            frame.insert_column(place, crate::frame::columns::column(&pairs, name)?.clone())?;
        }
        Ok(frame)
    }
}
