//! What evaluations cost, in units of one loss.

use std::time::Instant;

use crate::error::{Result, require_positive};
use crate::landscape::{Curvature, Evaluations, Objective};
use crate::operator::Probe;
use crate::random::Seed;

/// Passes through a program in units of that for its value alone: the gradient takes one forwards and a sweep backwards of twice its length; a product
/// twice as much again, with what belongs to θ alone shared by a block of vectors.
const GRADIENT: f64 = 3.0;
const PRODUCT: f64 = 6.0;

/// Products are measured in blocks of so many vectors, as estimates take them.
const BLOCK: usize = 16;
/// Each is measured so often, and the fastest counts.
const REPEATS: usize = 5;

/// How the cost of a gradient and of a product is found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Costs {
    Counted,
    Given(f64, f64),
    Measured,
}

/// What a gradient and a product cost in losses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Price {
    pub gradient: f64,
    pub product: f64,
}

impl Price {
    /// In units of one loss. Losses that finite differences take are among the losses.
    pub fn of(&self, evaluations: Evaluations, exact: bool) -> f64 {
        let losses = evaluations.losses as f64;
        if exact { losses + self.gradient * evaluations.gradients as f64 } else { losses }
    }
}

impl Costs {
    pub fn price(self, objective: &Objective, theta: &[f64]) -> Result<Price> {
        match self {
            Self::Given(gradient, product) => Ok(Price {
                gradient: require_positive("gradient", gradient)?,
                product: require_positive("product", product)?,
            }),
            Self::Counted if objective.is_exact() => {
                Ok(Price { gradient: GRADIENT, product: PRODUCT })
            }
            Self::Counted => {
                let (gradient, product) = objective.function.losses_taken();
                Ok(Price { gradient: gradient as f64, product: product as f64 })
            }
            Self::Measured => measured(objective, theta),
        }
    }
}

fn measured(objective: &Objective, theta: &[f64]) -> Result<Price> {
    let n = theta.len();
    let mut gradient = vec![0.0; n];
    let mut vectors = vec![0.0; BLOCK.min(n) * n];
    for (index, vector) in vectors.chunks_exact_mut(n).enumerate() {
        Probe::Rademacher.fill(Seed::default(), index, vector);
    }
    let mut products = vec![0.0; vectors.len()];
    let loss = fastest(|| objective.loss_at(theta).map(|_| ()))?;
    let slope = fastest(|| objective.gradient_at(theta, &mut gradient).map(|_| ()))?;
    let block =
        fastest(|| objective.products_at(Curvature::Hessian, theta, &vectors, &mut products))?;
    let count = (vectors.len() / n) as f64;
    Ok(Price { gradient: (slope / loss).max(0.1), product: (block / count / loss).max(0.1) })
}

/// Seconds of the fastest of some runs, each repeated for a millisecond at least.
fn fastest(mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..REPEATS {
        let (started, mut count) = (Instant::now(), 0.0);
        while count < 1.0 || (started.elapsed().as_secs_f64() < 1e-3 && count < 1e4) {
            work()?;
            count += 1.0;
        }
        best = best.min(started.elapsed().as_secs_f64() / count);
    }
    Ok(best.max(1e-9))
}
