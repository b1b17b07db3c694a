//! Directions in parameter space: random, along the gradient, the Hessian's eigenvectors or an axis.

use crate::error::{Error, Result};
use crate::landscape::Objective;
use crate::landscape::slice::normalize::{Pieces, normalize, require_some};
use crate::landscape::vector::{norm, orthonormalize, stacked};
use crate::ndarray::{Array1, Array2};
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::theory::projections::DirectionKind;

/// Numbers of all directions together at most (4 GiB).
const MAX_NUMBERS: usize = 1 << 29;

/// The lengths of random directions: as they are drawn, or those of pieces of θ.
#[derive(Clone, Debug, PartialEq)]
enum Lengths {
    Own(DirectionKind),
    Like(Pieces, Array1<f64>),
}

/// Settings of random directions; [`run`](Self::run) draws them.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let directions = Objective::saddle(50, 50)?.random_directions(2).orthonormal().seed(1).run()?;
/// assert_eq!(directions.dim(), (2, 101));
/// assert!(directions.row(0).dot(&directions.row(1)).abs() < 1e-14);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct RandomDirections {
    objective: Objective,
    count: usize,
    lengths: Lengths,
    biases: bool,
    seed: Seed,
}

impl Objective {
    /// So many random directions with independent entries N(0, 1), unless something else is set; one a row.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::saddle(500, 500)?;
    /// let directions = saddle.random_directions(2).run()?;
    /// assert!((directions.row(0).dot(&directions.row(0)) / 1001.0 - 1.0).abs() < 0.2);
    /// # Ok(()) }
    /// ```
    pub fn random_directions(&self, count: usize) -> RandomDirections {
        RandomDirections {
            objective: self.clone(),
            count,
            lengths: Lengths::Own(DirectionKind::Gaussian),
            biases: false,
            seed: Seed::default(),
        }
    }

    /// The directions of most positive and most negative curvature (the eigenvectors of the largest and the smallest eigenvalue of the Hessian), of length 1, one a row.
    ///
    /// These are the rows of `objective.hessian_at(&theta)?.lanczos(1).run()?.vectors()` at a residual of 10⁻⁴ of the norm, which products in single precision allow;
    /// [`Operator::lanczos`](crate::operator::Operator::lanczos) has more pairs, other tolerances and a deadline.
    ///
    /// # Errors
    /// If θ has the wrong length or numbers that are not finite, if there is one parameter only, or the pairs do not converge.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::exact(2, |x| x[0] * x[0] - 2.0 * x[1] * x[1])?;
    /// let directions = saddle.hessian_directions(&array![0.0, 0.0])?;
    /// assert!((directions[(0, 0)].abs() - 1.0).abs() < 1e-12 && (directions[(1, 1)].abs() - 1.0).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn hessian_directions(&self, theta: &Array1<f64>) -> Result<Array2<f64>> {
        if self.dimension() < 2 {
            return Err(Error::argument("theta", "a single parameter", "two parameters at least"));
        }
        let lanczos = self.hessian_at(theta)?.lanczos(1).multiplicities(false).tolerance(1e-4);
        let pairs = lanczos.run()?;
        if pairs.complete {
            return Ok(pairs.vectors());
        }
        Err(Error::Unsupported {
            what: "A plane of Hessian directions".to_string(),
            why: format!("after {} products the eigenvectors have not converged", pairs.products),
            advice: "Take `hessian_at(…)?.lanczos(1)` with more products or a larger tolerance."
                .to_string(),
        })
    }

    /// The gradient's direction, ∇L/|∇L|.
    ///
    /// # Errors
    /// As [`gradient`](Self::gradient), or if the gradient is 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::exact(2, |x| 1.5 * x[0] * x[0] + 2.0 * x[1] * x[1])?;
    /// assert_eq!(bowl.gradient_direction(&array![1.0, 1.0])?, array![0.6, 0.8]);
    /// # Ok(()) }
    /// ```
    pub fn gradient_direction(&self, theta: &Array1<f64>) -> Result<Array1<f64>> {
        let gradient = self.gradient(theta)?;
        let norm = norm(&gradient);
        if norm > 0.0 {
            return Ok(gradient / norm);
        }
        let allowed = "no critical point, as the gradient there has no direction";
        Err(Error::argument("theta", "one whose gradient is 0", allowed))
    }

    /// The axis of parameter `i`: 1 there and 0 elsewhere.
    ///
    /// # Errors
    /// If there is no such parameter.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Objective::saddle(1, 1)?.coordinate_direction(2)?, array![0.0, 0.0, 1.0]);
    /// # Ok(()) }
    /// ```
    pub fn coordinate_direction(&self, i: usize) -> Result<Array1<f64>> {
        let n = self.dimension();
        if i >= n {
            return Err(Error::argument("i", i, format!("below the number of parameters, {n}")));
        }
        require_room(1, n)?;
        let mut direction = Array1::zeros(n);
        direction[i] = 1.0;
        Ok(direction)
    }
}

impl RandomDirections {
    /// Scales each direction to length 1.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let directions = Objective::saddle(5, 5)?.random_directions(1).unit().run()?;
    /// assert!((directions.row(0).dot(&directions.row(0)) - 1.0).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn unit(&self) -> Self {
        Self { lengths: Lengths::Own(DirectionKind::Unit), ..self.clone() }
    }

    /// Makes the directions orthogonal to each other and of length 1 (Gram–Schmidt, twice).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let directions = Objective::saddle(2, 2)?.random_directions(5).orthonormal().run()?;
    /// let error = directions.dot(&directions.t()) - Array2::<f64>::eye(5);
    /// assert!(error.iter().all(|e| e.abs() < 1e-14));
    /// # Ok(()) }
    /// ```
    pub fn orthonormal(&self) -> Self {
        Self { lengths: Lengths::Own(DirectionKind::Orthonormal), ..self.clone() }
    }

    /// Gives each filter the length of the same filter of θ; see [`Objective::filter_normalized`].
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::mlp([64, 10]);
    /// let objective = network.loss(&Dataset::from_images(&digits()?.take(10)))?;
    /// let theta = network.initial(1)?;
    /// let directions = objective.random_directions(2).filter_normalized(&theta).run()?;
    /// let norm = |v: &Array1<f64>| v.slice(s![..64]).mapv(|x| x * x).sum().sqrt();
    /// assert!((norm(&directions.row(0).to_owned()) - norm(&theta)).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn filter_normalized(&self, theta: &Array1<f64>) -> Self {
        Self { lengths: Lengths::Like(Pieces::Filters, theta.clone()), ..self.clone() }
    }

    /// Gives each block of weights the length of the same block of θ.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::mlp([64, 10]);
    /// let objective = network.loss(&Dataset::from_images(&digits()?.take(10)))?;
    /// let theta = network.initial(1)?;
    /// let directions = objective.random_directions(1).layer_normalized(&theta).run()?;
    /// assert!((directions.row(0).dot(&directions.row(0)) / theta.dot(&theta) - 1.0).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn layer_normalized(&self, theta: &Array1<f64>) -> Self {
        Self { lengths: Lengths::Like(Pieces::Layers, theta.clone()), ..self.clone() }
    }

    /// Whether filter- and layer-normalised directions have components along biases and scales, each block with the length of θ's; default false.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::mlp([64, 10]);
    /// let objective = network.loss(&Dataset::from_images(&digits()?.take(10)))?;
    /// let directions = objective.random_directions(1).filter_normalized(&Array1::ones(650));
    /// assert_eq!(directions.run()?[(0, 649)], 0.0);
    /// assert_ne!(directions.biases(true).run()?[(0, 649)], 0.0);
    /// # Ok(()) }
    /// ```
    pub fn biases(&self, kept: bool) -> Self {
        Self { biases: kept, ..self.clone() }
    }

    /// The seed; default 0. A direction does not depend on how many are drawn after it, and has nothing to do with initial weights of the same seed.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::saddle(5, 5)?;
    /// let (one, two) = (saddle.random_directions(1).seed(3).run()?, saddle.random_directions(2).seed(3).run()?);
    /// assert_eq!(one.row(0), two.row(0));
    /// # Ok(()) }
    /// ```
    pub fn seed(&self, seed: impl Into<Seed>) -> Self {
        Self { seed: seed.into(), ..self.clone() }
    }

    /// Draws the directions, one a row.
    ///
    /// # Errors
    /// If none is asked for, more than there are parameters are to be orthogonal, they would not fit in memory (4 GiB at most), or θ has the wrong length or no weights
    /// but 0.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!(Objective::saddle(1, 1)?.random_directions(4).orthonormal().run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<Array2<f64>> {
        let n = self.objective.dimension();
        self.check(n)?;
        let mut rows: Vec<Array1<f64>> = (0..self.count as u64)
            .into_par_iter()
            .map(|k| {
                let mut generator = self.seed.child(k).generator();
                let entries = StandardNormal.sample_iter(&mut generator).take(n);
                Array1::from_iter(entries)
            })
            .collect();
        match &self.lengths {
            Lengths::Own(DirectionKind::Gaussian) => {}
            Lengths::Own(DirectionKind::Unit) => {
                for row in &mut rows {
                    *row /= norm(&*row);
                }
            }
            Lengths::Own(DirectionKind::Orthonormal) => orthonormalize(&mut rows)?,
            Lengths::Like(pieces, theta) => {
                let blocks = self.objective.blocks();
                for row in &mut rows {
                    normalize(&blocks, *pieces, self.biases, theta, row);
                    *row = require_some(std::mem::take(row))?;
                }
            }
        }
        Ok(stacked(&rows))
    }

    fn check(&self, n: usize) -> Result<()> {
        let orthonormal = self.lengths == Lengths::Own(DirectionKind::Orthonormal);
        if self.count == 0 || (orthonormal && self.count > n) {
            let allowed = if orthonormal { format!("from 1 to {n}") } else { "at least 1".into() };
            return Err(Error::argument("count", self.count, allowed));
        }
        require_room(self.count, n)?;
        match &self.lengths {
            Lengths::Like(_, theta) => self.objective.require_point(theta),
            Lengths::Own(_) => Ok(()),
        }
    }
}

/// Refuses more directions than memory should hold.
fn require_room(count: usize, n: usize) -> Result<()> {
    if count.checked_mul(n).is_some_and(|numbers| numbers <= MAX_NUMBERS) {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: format!("{count} directions of {n} parameters"),
        needs: format!("{:.0} GiB", count as f64 * n as f64 / f64::from(1 << 27)),
        limit: "4 GiB".to_string(),
        advice: "Draw them in turns, with other seeds.".to_string(),
    })
}
