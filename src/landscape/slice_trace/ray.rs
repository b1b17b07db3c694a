//! The loss along one random direction.

use crate::error::Result;
use crate::landscape::Objective;
use crate::landscape::slice_trace::stencil::{Known, Stencil};
use crate::numeric::vector::dot;
use crate::operator::Probe;
use crate::random::Seed;

/// Points on each side, and the order of the differences, from which rounding is told.
const SIDE: i32 = 6;
/// Their spacing, as a fraction of the step: so close that a smooth loss has no differences of this order.
const SPACING: f64 = 1.0 / 64.0;
/// (6!)²/12!: the variance of rounding over the mean square of sixth differences.
const ROUNDING: f64 = 1.0 / 924.0;

/// L(θ + xη) as a function of x, or its slope.
pub(super) struct Ray<'a> {
    objective: &'a Objective,
    theta: &'a [f64],
    /// L(θ).
    center: f64,
    direction: Vec<f64>,
    point: Vec<f64>,
    gradient: Vec<f64>,
}

impl<'a> Ray<'a> {
    pub fn new(
        objective: &'a Objective,
        theta: &'a [f64],
        center: f64,
        probe: Probe,
        seed: Seed,
        index: usize,
    ) -> Self {
        let mut direction = vec![0.0; theta.len()];
        probe.fill(seed.child(1), index, &mut direction);
        Self { objective, theta, center, direction, point: theta.to_vec(), gradient: Vec::new() }
    }

    fn move_to(&mut self, x: f64) {
        for ((point, start), along) in self.point.iter_mut().zip(self.theta).zip(&self.direction) {
            *point = start + x * along;
        }
    }

    fn value(&mut self, known: Known, x: f64) -> Result<f64> {
        self.move_to(x);
        match known {
            Known::Loss => self.objective.loss_at(&self.point),
            Known::Slope => {
                self.gradient.resize(self.theta.len(), 0.0);
                self.objective.gradient_at(&self.point, &mut self.gradient)?;
                Ok(dot(&self.gradient, &self.direction))
            }
        }
    }

    /// ηᵀHη as the stencil has it with the outermost points at ±t.
    pub fn curvature(&mut self, stencil: &Stencil, t: f64) -> Result<f64> {
        let mut sum = 0.0;
        for &(x, weight) in &stencil.weights {
            let above = self.value(stencil.known, x * t)?;
            let below = self.value(stencil.known, -x * t)?;
            // Differences first, since the losses may be much larger than what they differ by.
            sum += weight
                * match stencil.known {
                    Known::Loss => (above - self.center) + (below - self.center),
                    Known::Slope => above - below,
                };
        }
        Ok(sum / t.powi(stencil.power()))
    }

    /// The standard deviation of the rounding (or other noise) in the values near the centre.
    ///
    /// Sixth differences of close points leave of a smooth function next to nothing, and of noise of variance σ² the mean square 924 σ² (J. Moré and S.
    /// Wild, SIAM J. Sci. Comput. 33, 1292 (2011)).
    pub fn noise(&mut self, known: Known, t: f64) -> Result<f64> {
        let points = -SIDE..=SIDE;
        let mut values = points
            .map(|i| self.value(known, f64::from(i) * t * SPACING))
            .collect::<Result<Vec<f64>>>()?;
        for _ in 0..SIDE {
            values = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
        }
        let mean = values.iter().map(|d| d * d).sum::<f64>() / values.len() as f64;
        Ok((mean * ROUNDING).sqrt())
    }
}
