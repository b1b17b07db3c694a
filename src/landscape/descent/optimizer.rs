//! Rules for a step from the gradient alone.

use std::fmt;

use crate::error::{Error, Result};

/// How parameters change; η is the learning rate, g the gradient of a batch or of the whole loss.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // A narrow valley: gradients alone have to creep.
/// let narrow = Objective::quadratic(&array![[1.0, 0.0], [0.0, 100.0]], &array![0.0, 0.0])?;
/// let after = |optimizer| Ok::<f64, statmech::Error>(
///     narrow.descend(&array![1.0, 1.0]).optimizer(optimizer).learning_rate(0.01).steps(100).run()?.loss,
/// );
/// assert!(after(Optimizer::Lbfgs)? < after(Optimizer::Momentum(0.8))?);
/// assert!(after(Optimizer::Momentum(0.8))? < after(Optimizer::Gradient)?);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optimizer {
    /// θ ← θ − η g: gradient descent, stochastic if batches are drawn.
    Gradient,
    /// m ← μ m + g, θ ← θ − η m (Polyak 1964), with 0 ≤ μ < 1.
    Momentum(f64),
    /// Adam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸ (Kingma and Ba, arXiv:1412.6980).
    Adam,
    /// L-BFGS with 10 pairs and a line search for the Wolfe conditions (Liu and Nocedal, Math. Program. 45, 503 (1989)); full gradients, and η is
    /// the length of the first step alone.
    Lbfgs,
    /// The flow θ' = −∇L, integrated by the pair of orders 5 and 4 of Dormand and Prince (J. Comput. Appl. Math. 6, 19 (1980)) with the given error of a step, relative to max(1, |θ_i|);
    /// full gradients, and η is the first step in time.
    Flow(f64),
}

impl Optimizer {
    /// The learning rate that is taken if none is set.
    pub(super) fn default_rate(self) -> f64 {
        match self {
            Self::Gradient => 0.1,
            Self::Momentum(_) | Self::Flow(_) => 0.01,
            Self::Adam => 0.001,
            Self::Lbfgs => 1.0,
        }
    }

    /// Whether batches may stand in for the whole loss.
    pub(super) fn takes_batches(self) -> bool {
        matches!(self, Self::Gradient | Self::Momentum(_) | Self::Adam)
    }

    pub(super) fn check(self) -> Result<()> {
        match self {
            Self::Momentum(mu) if !(0.0..1.0).contains(&mu) => {
                Err(Error::argument("momentum", mu, "at least 0 and below 1"))
            }
            Self::Flow(error) if !(1e-13..=0.1).contains(&error) => {
                Err(Error::argument("flow", error, "an error between 1e-13 and 0.1"))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Optimizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gradient => "gradient",
            Self::Momentum(_) => "momentum",
            Self::Adam => "adam",
            Self::Lbfgs => "lbfgs",
            Self::Flow(_) => "flow",
        })
    }
}

/// A rule with what it remembers.
#[derive(Clone, Debug)]
pub(super) struct Stepper {
    optimizer: Optimizer,
    rate: f64,
    taken: i32,
    first: Vec<f64>,
    second: Vec<f64>,
}

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

impl Stepper {
    pub fn new(optimizer: Optimizer, rate: f64, n: usize) -> Self {
        let memory = |needed: bool| if needed { vec![0.0; n] } else { Vec::new() };
        let adam = optimizer == Optimizer::Adam;
        let first = memory(adam || matches!(optimizer, Optimizer::Momentum(_)));
        Self { optimizer, rate, taken: 0, first, second: memory(adam) }
    }

    /// One step against the gradient.
    pub fn step(&mut self, theta: &mut [f64], gradient: &[f64]) {
        self.taken = self.taken.saturating_add(1);
        let rate = self.rate;
        match self.optimizer {
            Optimizer::Momentum(mu) => {
                for ((x, m), g) in theta.iter_mut().zip(&mut self.first).zip(gradient) {
                    *m = mu * *m + g;
                    *x -= rate * *m;
                }
            }
            Optimizer::Adam => {
                // Both means are divided by the weight that they have gathered.
                let (a, b) = (1.0 - BETA1.powi(self.taken), 1.0 - BETA2.powi(self.taken));
                let means = self.first.iter_mut().zip(&mut self.second);
                for ((x, (m, s)), g) in theta.iter_mut().zip(means).zip(gradient) {
                    *m = BETA1 * *m + (1.0 - BETA1) * g;
                    *s = BETA2 * *s + (1.0 - BETA2) * g * g;
                    *x -= rate * (*m / a) / ((*s / b).sqrt() + EPSILON);
                }
            }
            _ => theta.iter_mut().zip(gradient).for_each(|(x, g)| *x -= rate * g),
        }
    }
}
