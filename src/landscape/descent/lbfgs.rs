//! L-BFGS: Newton's direction from the last changes of parameters and gradients.

use std::collections::VecDeque;

use crate::landscape::Objective;
use crate::landscape::descent::record::norm;

/// Pairs that are remembered.
const PAIRS: usize = 10;

/// The Wolfe conditions: enough decrease, and a slope that has become flat enough.
const DECREASE: f64 = 1e-4;
const FLATTER: f64 = 0.9;

/// Trials of one line search.
const TRIALS: usize = 60;

/// The last changes, oldest first: of θ, of the gradient, and 1 over their product.
#[derive(Clone, Debug, Default)]
pub(super) struct Lbfgs {
    pairs: VecDeque<(Vec<f64>, Vec<f64>, f64)>,
}

impl Lbfgs {
    /// −H⁻¹ g by the two loops of Nocedal (Math. Comput. 35, 773 (1980)).
    fn direction(&self, gradient: &[f64]) -> Vec<f64> {
        let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut alphas = Vec::with_capacity(self.pairs.len());
        for (s, y, rho) in self.pairs.iter().rev() {
            let alpha = rho * dot(s, &q);
            q.iter_mut().zip(y).for_each(|(q, y)| *q -= alpha * y);
            alphas.push(alpha);
        }
        if let Some((_, y, rho)) = self.pairs.back() {
            let scale = 1.0 / (rho * dot(y, y));
            for q in &mut q {
                *q *= scale;
            }
        }
        for ((s, y, rho), alpha) in self.pairs.iter().zip(alphas.iter().rev()) {
            let beta = rho * dot(y, &q);
            q.iter_mut().zip(s).for_each(|(q, s)| *q += (alpha - beta) * s);
        }
        q
    }

    /// One step from θ, whose loss and gradient come along and are renewed; false if no lower point was found.
    pub fn step(
        &mut self,
        objective: &Objective,
        theta: &mut Vec<f64>,
        loss: &mut f64,
        gradient: &mut Vec<f64>,
        first_length: f64,
    ) -> bool {
        let mut direction = self.direction(gradient);
        let mut slope = dot(&direction, gradient);
        if !(slope < 0.0) {
            self.pairs.clear();
            direction = gradient.iter().map(|g| -g).collect();
            slope = dot(&direction, gradient);
        }
        let length = if self.pairs.is_empty() { first_length / norm(gradient) } else { 1.0 };
        let (mut low, mut high, mut t) = (0.0, f64::INFINITY, length);
        // The best point with enough decrease, if the second condition is never met.
        let mut found: Option<(Vec<f64>, f64, Vec<f64>)> = None;
        for _ in 0..TRIALS {
            let trial: Vec<f64> = theta.iter().zip(&direction).map(|(x, d)| x + t * d).collect();
            let mut there = vec![0.0; trial.len()];
            // Where the loss is not defined the step was too long.
            let value = objective.gradient_at(&trial, &mut there).unwrap_or(f64::INFINITY);
            if value <= *loss + DECREASE * t * slope {
                let flat = dot(&direction, &there) >= FLATTER * slope;
                found = Some((trial, value, there));
                if flat {
                    break;
                }
                low = t;
            } else {
                high = t;
            }
            t = if high.is_finite() { 0.5 * (low + high) } else { 2.0 * low };
            if !(t.is_finite() && high - low > f64::EPSILON * high.min(1.0)) {
                break;
            }
        }
        let Some((trial, value, there)) = found else { return false };
        let s: Vec<f64> = trial.iter().zip(&*theta).map(|(a, b)| a - b).collect();
        let y: Vec<f64> = there.iter().zip(&*gradient).map(|(a, b)| a - b).collect();
        let product = dot(&s, &y);
        if product > f64::EPSILON * norm(&s) * norm(&y) {
            if self.pairs.len() == PAIRS {
                self.pairs.pop_front();
            }
            self.pairs.push_back((s, y, 1.0 / product));
        }
        let lower = value < *loss;
        (*theta, *loss, *gradient) = (trial, value, there);
        lower
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
