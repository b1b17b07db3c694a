//! Potentials that change with a parameter from 0 to 1.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::phase_space::mala::Mala;
use crate::rand::Rng;
use crate::random::Generator;

/// Cells of the grid on which other than harmonic potentials are summed.
const CELLS: usize = 1 << 14;

/// What a density may have at the ends of its range, beside its largest value.
const EDGE: f64 = 1e-10;

/// U(x, λ).
#[derive(Clone)]
pub(super) enum Potential {
    /// ½ k (x − c)² with k and c that change linearly: k from `from` to `to`, c from 0 to `distance`.
    Harmonic { from: f64, to: f64, distance: f64 },
    /// A closure, of weight within a range only.
    Function { energy: Arc<dyn Fn(f64, f64) -> f64 + Send + Sync>, low: f64, high: f64 },
}

impl fmt::Debug for Potential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Harmonic { from, to, distance } => {
                write!(f, "harmonic (stiffness {from} to {to}, moved by {distance})")
            }
            Self::Function { low, high, .. } => write!(f, "closure (x from {low} to {high})"),
        }
    }
}

/// The equilibrium of a potential other than a harmonic one.
#[derive(Clone, Debug)]
pub(super) struct Equilibrium {
    low: f64,
    width: f64,
    /// Sums of the weights up to the end of each cell; the last is 1.
    cumulative: Vec<f64>,
    /// −T ln Z.
    pub free_energy: f64,
}

impl Potential {
    pub fn energy(&self, x: f64, lambda: f64) -> f64 {
        match self {
            Self::Harmonic { .. } => {
                let (k, c) = self.trap(lambda).unwrap_or((0.0, 0.0));
                0.5 * k * (x - c) * (x - c)
            }
            Self::Function { energy, .. } => energy(x, lambda),
        }
    }

    /// Stiffness and centre, of a harmonic potential.
    pub fn trap(&self, lambda: f64) -> Option<(f64, f64)> {
        match *self {
            Self::Harmonic { from, to, distance } => {
                Some((from + lambda * (to - from), lambda * distance))
            }
            Self::Function { .. } => None,
        }
    }

    /// A step of this time at rest: exact in a trap, and otherwise a proposal along the slope that is accepted or refused. Either keeps exp(−U/T).
    pub fn relax(&self, x: f64, lambda: f64, t: f64, time: f64, generator: &mut Generator) -> f64 {
        if let Some((k, c)) = self.trap(lambda) {
            let noise: f64 = StandardNormal.sample(generator);
            let spread = (-t / k * (-2.0 * k * time).exp_m1()).sqrt();
            return c + (-k * time).exp() * (x - c) + spread * noise;
        }
        let (mala, mut there) = (Mala::new(t, time), [x]);
        let draw = mala.propose(&[x], &[self.slope(x, lambda)], &mut there, generator);
        let [y] = there;
        let rise = self.energy(y, lambda) - self.energy(x, lambda);
        if mala.accepts(&draw, &[x], &there, &[self.slope(y, lambda)], rise) { y } else { x }
    }

    /// ∂U/∂x by a central difference; any slope keeps the balance, a better one the pace.
    fn slope(&self, x: f64, lambda: f64) -> f64 {
        let h = 1e-5 * x.abs().max(1.0);
        let slope = (self.energy(x + h, lambda) - self.energy(x - h, lambda)) / (2.0 * h);
        if slope.is_finite() { slope } else { 0.0 }
    }

    /// The equilibrium on a grid; of a closure alone.
    pub fn equilibrium(&self, lambda: f64, t: f64) -> Result<Option<Equilibrium>> {
        let Self::Function { low, high, .. } = *self else { return Ok(None) };
        let width = (high - low) / CELLS as f64;
        let center = |k: usize| low + width * (k as f64 + 0.5);
        let energies: Vec<f64> = (0..CELLS).map(|k| self.energy(center(k), lambda) / t).collect();
        let least = energies.iter().copied().fold(f64::INFINITY, f64::min);
        let broken = energies.iter().any(|e| e.is_nan() || *e == f64::NEG_INFINITY);
        if broken || !least.is_finite() {
            let given = format!("one that is not finite between {low} and {high} at λ = {lambda}");
            return Err(Error::argument("energy", given, "a number there (or +∞ at walls)"));
        }
        let weights: Vec<f64> = energies.iter().map(|e| (least - e).exp()).collect();
        if weights[0].max(weights[CELLS - 1]) > EDGE {
            return Err(Error::argument(
                "range",
                format!(
                    "{low} to {high}, at whose ends the density still is {:.1e} of its largest at λ = {lambda}",
                    weights[0].max(weights[CELLS - 1])
                ),
                "so wide that nothing is left at its ends (and the potential one that holds the walker)",
            ));
        }
        let sum: f64 = weights.iter().sum();
        let mut cumulative = Vec::with_capacity(CELLS);
        let mut so_far = 0.0;
        for weight in weights {
            so_far += weight / sum;
            cumulative.push(so_far);
        }
        Ok(Some(Equilibrium {
            low,
            width,
            cumulative,
            free_energy: t * (least - (sum * width).ln()),
        }))
    }

    /// A position drawn in equilibrium.
    pub fn start(
        &self,
        lambda: f64,
        t: f64,
        equilibrium: Option<&Equilibrium>,
        generator: &mut Generator,
    ) -> f64 {
        if let Some(equilibrium) = equilibrium {
            return equilibrium.draw(generator);
        }
        let (k, c) = self.trap(lambda).unwrap_or((1.0, 0.0));
        let noise: f64 = StandardNormal.sample(generator);
        c + (t / k).sqrt() * noise
    }
}

impl Equilibrium {
    /// A cell by its weight, and any place in it.
    fn draw(&self, generator: &mut Generator) -> f64 {
        let (chance, place): (f64, f64) = (generator.random(), generator.random());
        let cell = self.cumulative.partition_point(|sum| *sum < chance).min(CELLS - 1);
        self.low + self.width * (cell as f64 + place)
    }
}
