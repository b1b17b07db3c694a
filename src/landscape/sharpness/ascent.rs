//! The largest rise of the loss in a small ball or box around θ, from below.

use crate::error::Result;
use crate::landscape::Objective;
use crate::landscape::vector::norm;
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::progress::Deadline;
use crate::random::Seed;

/// Where the loss is looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Region {
    /// |ε| ≤ ρ.
    Ball(f64),
    /// |z_i| ≤ ε (|θ_i| + 1).
    Box(f64),
}

/// A rise that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rise {
    pub most: f64,
    /// What the last step added.
    pub last: f64,
    pub complete: bool,
}

impl Region {
    /// The point of the region that is farthest along a gradient, as a step from θ; none where the gradient is 0.
    fn corner(self, theta: &[f64], gradient: &[f64], step: &mut [f64]) -> bool {
        match self {
            Self::Ball(radius) => {
                let norm = norm(gradient);
                if norm == 0.0 {
                    return false;
                }
                step.iter_mut().zip(gradient).for_each(|(s, g)| *s = radius * (g / norm));
            }
            Self::Box(width) => {
                if gradient.iter().all(|g| *g == 0.0) {
                    return false;
                }
                for ((s, g), x) in step.iter_mut().zip(gradient).zip(theta) {
                    let side = width * (x.abs() + 1.0);
                    // A component without slope stays where it is.
                    *s = if *g == 0.0 { *s } else { side.copysign(*g) };
                }
            }
        }
        true
    }
}

/// The rise in one step along the gradient of θ; 0 at a critical point.
pub(super) fn one_step(objective: &Objective, theta: &[f64], region: Region) -> Result<f64> {
    let mut gradient = vec![0.0; theta.len()];
    let start = objective.gradient_at(theta, &mut gradient)?;
    let mut step = vec![0.0; theta.len()];
    if !region.corner(theta, &gradient, &mut step) {
        return Ok(0.0);
    }
    step.iter_mut().zip(theta).for_each(|(s, x)| *s += x);
    Ok(objective.loss_at(&step)? - start)
}

/// The largest rise that so many steps find. At a critical point they set out in a random direction.
pub(super) fn several_steps(
    objective: &Objective,
    theta: &[f64],
    region: Region,
    steps: usize,
    seed: Seed,
    deadline: Deadline,
) -> Result<Rise> {
    let n = theta.len();
    let mut gradient = vec![0.0; n];
    let start = objective.gradient_at(theta, &mut gradient)?;
    let (mut step, mut point) = (vec![0.0; n], vec![0.0; n]);
    let mut found = Rise { most: 0.0, last: f64::NAN, complete: true };
    for _ in 0..steps {
        if deadline.passed() {
            found.complete = false;
            break;
        }
        if !region.corner(theta, &gradient, &mut step) {
            let mut generator = seed.generator();
            gradient.fill_with(|| StandardNormal.sample(&mut generator));
            region.corner(theta, &gradient, &mut step);
        }
        point.iter_mut().zip(theta).zip(&step).for_each(|((p, x), s)| *p = x + s);
        let rise = objective.gradient_at(&point, &mut gradient)? - start;
        found.last = (rise - found.most).max(0.0);
        found.most = found.most.max(rise);
    }
    Ok(found)
}
