//! A step along the slope with noise, accepted or refused so that exp(−L/T) stays as it is.

use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::rand::Rng;
use crate::random::Generator;

/// The Metropolis-adjusted Langevin algorithm (G. O. Roberts and R. L. Tweedie, Bernoulli 2, 341 (1996)) at a temperature T with steps h in time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mala {
    temperature: f64,
    step: f64,
    /// √(2Th).
    noise: f64,
}

/// What a proposal was drawn with.
pub(super) struct Draw {
    /// |ξ|².
    squares: f64,
    ln_chance: f64,
}

impl Mala {
    pub fn new(temperature: f64, step: f64) -> Self {
        Self { temperature, step, noise: (2.0 * temperature * step).sqrt() }
    }

    /// Proposes y = x − h ∇L(x) + √(2Th) ξ.
    pub fn propose(
        &self,
        x: &[f64],
        slope: &[f64],
        y: &mut [f64],
        generator: &mut Generator,
    ) -> Draw {
        let mut squares = 0.0;
        for ((y, x), slope) in y.iter_mut().zip(x).zip(slope) {
            let noise: f64 = StandardNormal.sample(generator);
            squares += noise * noise;
            *y = x + (self.noise * noise - self.step * slope);
        }
        let chance: f64 = generator.random();
        Draw { squares, ln_chance: chance.ln() }
    }

    /// Whether the step to y, where the slope is another and the loss higher by `rise`, is made. A rise of NaN refuses.
    pub fn accepts(&self, draw: &Draw, x: &[f64], y: &[f64], slope: &[f64], rise: f64) -> bool {
        let steps = x.iter().zip(y).zip(slope);
        let back: f64 =
            steps.map(|((x, y), slope)| ((x - y + self.step * slope) / self.noise).powi(2)).sum();
        draw.ln_chance < 0.5 * (draw.squares - back) - rise / self.temperature
    }
}
