//! What the Hessian and the noise of the gradients say of stochastic descent.

use crate::error::{Error, Result};
use crate::landscape::Objective;
use crate::ndarray::{Array1, Array2, s};
use crate::operator::dense::{product, solve_positive};
use crate::phase_space::matrix::{areas, settled, symmetric};
use crate::phase_space::patience::require_time;
use crate::phase_space::require::require_numbers;
use crate::progress::Deadline;
use crate::rayon::prelude::*;

/// The gradient at the minimum may cost this part of the loss that the noise costs.
const REST: f64 = 1e-3;

/// Columns of the Hessian, and gradients of examples, between two looks at the clock.
const CHUNK: usize = 64;

/// The linear process x ← (1 − η H) x + η ξ, ξ of covariance S/B.
#[derive(Clone, Debug)]
pub(super) struct Prediction {
    pub hessian: Array2<f64>,
    /// S, the covariance of the gradients of single examples.
    pub noise: Array2<f64>,
    /// η S/(2B).
    pub diffusion: Array2<f64>,
    /// C with H C + C H − η H C H = η S/B.
    pub covariance: Array2<f64>,
    /// D⁻¹ H, if D has an inverse.
    pub force: Option<Array2<f64>>,
}

impl Prediction {
    pub fn new(
        objective: &Objective,
        theta: &Array1<f64>,
        rate: f64,
        batch: usize,
        whole: &Deadline,
    ) -> Result<Self> {
        let n = objective.dimension();
        let hessian = hessian(objective, theta, whole)?;
        let noise = covariance_of_gradients(objective, theta, whole)?;
        let diffusion = &noise * (0.5 * rate / batch as f64);
        let step = Array2::eye(n) - rate * &hessian;
        let source = &diffusion * (2.0 * rate);
        let covariance = settled(&step, &source, Some(whole))?.ok_or_else(not_settled)?;
        let force = solve_positive(&diffusion, &hessian)?;
        let found = Self { hessian, noise, diffusion, covariance, force };
        found.require_minimum(objective, theta)?;
        Ok(found)
    }

    /// ½ tr(H C).
    pub fn loss(&self) -> f64 {
        0.5 * (&self.hessian * &self.covariance).sum()
    }

    /// ½ (H C − C H).
    pub fn areas(&self) -> Array2<f64> {
        areas(&self.hessian, &self.covariance)
    }

    /// The mean of −½ (x + x')ᵀ H D⁻¹ (x' − x)/η, ½ tr((H D⁻¹ − D⁻¹ H) H C).
    pub fn dissipation(&self) -> f64 {
        let Some(force) = &self.force else { return f64::NAN };
        let whirl = &force.t() - force;
        0.5 * whirl.dot(&self.hessian).dot(&self.covariance).diag().sum()
    }

    fn require_minimum(&self, objective: &Objective, theta: &Array1<f64>) -> Result<()> {
        let gradient = objective.gradient(theta)?;
        let column = gradient.clone().insert_axis(crate::ndarray::Axis(1));
        let Some(shift) = solve_positive(&self.hessian, &column)? else {
            return Err(not_settled());
        };
        let cost = 0.5 * gradient.dot(&shift.column(0));
        // Without noise (a perfect fit) rounding is all there is.
        let rounding = f64::EPSILON * objective.loss(theta)?.abs().max(1.0);
        if cost <= (REST * self.loss()).max(rounding) {
            return Ok(());
        }
        Err(Error::argument(
            "minimum",
            format!("a point that lies {cost:.2e} above it, where noise costs {:.2e}", self.loss()),
            "the minimum itself (descend to it with `descend(…).lbfgs()`)",
        ))
    }
}

/// H, some columns at a time.
fn hessian(objective: &Objective, theta: &Array1<f64>, whole: &Deadline) -> Result<Array2<f64>> {
    let n = objective.dimension();
    let mut hessian = Array2::zeros((n, n));
    for first in (0..n).step_by(CHUNK) {
        require_time(whole, "the Hessian")?;
        let last = n.min(first + CHUNK);
        let unit = |(k, i): (usize, usize)| if i == first + k { 1.0 } else { 0.0 };
        let units = Array2::from_shape_fn((last - first, n), unit);
        let rows = objective.hessian_vectors(theta, &units)?;
        hessian.slice_mut(s![first..last, ..]).assign(&rows);
    }
    Ok(symmetric(&hessian))
}

/// ⟨g gᵀ⟩ − ⟨g⟩⟨g⟩ᵀ over the examples.
fn covariance_of_gradients(
    objective: &Objective,
    theta: &Array1<f64>,
    whole: &Deadline,
) -> Result<Array2<f64>> {
    let (n, examples) = (objective.dimension(), objective.examples());
    require_numbers("The gradients of all examples", &[examples, n])?;
    let theta = theta.to_vec();
    let rows: Vec<Vec<f64>> = (0..examples)
        .into_par_iter()
        .map(|example| {
            if example.is_multiple_of(CHUNK) {
                require_time(whole, "the covariance of the gradients")?;
            }
            let mut gradient = vec![0.0; n];
            objective.batch_gradient_at(&theta, &[example], &mut gradient)?;
            Ok(gradient)
        })
        .collect::<Result<_>>()?;
    let count = examples as f64;
    let mean: Vec<f64> =
        (0..n).map(|i| rows.iter().map(|row| row[i]).sum::<f64>() / count).collect();
    let centered = Array2::from_shape_fn((examples, n), |(k, i)| rows[k][i] - mean[i]);
    Ok(symmetric(&product(&centered.t().to_owned(), &centered)?) / count)
}

fn not_settled() -> Error {
    Error::argument(
        "minimum, learning_rate",
        "a point and a learning rate at which descent does not settle",
        "a minimum with positive curvature along all directions (weight decay gives it), and a learning rate below 2 over the largest",
    )
}
