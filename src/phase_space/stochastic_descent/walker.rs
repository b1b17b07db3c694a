//! One stochastic descent, and what it sees.

use crate::error::Result;
use crate::landscape::Objective;
use crate::ndarray::{Array1, Array2};
use crate::rand::Rng;
use crate::random::{Generator, Seed};

/// Rules of all walkers.
pub(super) struct Rule<'a> {
    pub objective: &'a Objective,
    pub minimum: &'a [f64],
    pub least: f64,
    pub learning_rate: f64,
    pub batch: usize,
    /// Steps between two looks at the whole loss.
    pub every: usize,
    /// D⁻¹ H.
    pub force: Option<&'a Array2<f64>>,
}

/// A walker with sums over its steps.
pub(super) struct Walker {
    /// θ − θ*.
    pub x: Array1<f64>,
    generator: Generator,
    count: f64,
    looks: f64,
    loss: f64,
    first: Array1<f64>,
    second: Array2<f64>,
    /// Σ x x'ᵀ.
    lagged: Array2<f64>,
    dissipation: f64,
}

impl Walker {
    pub fn new(n: usize, seed: Seed) -> Self {
        Self {
            x: Array1::zeros(n),
            generator: seed.generator(),
            count: 0.0,
            looks: 0.0,
            loss: 0.0,
            first: Array1::zeros(n),
            second: Array2::zeros((n, n)),
            lagged: Array2::zeros((n, n)),
            dissipation: 0.0,
        }
    }

    pub fn go(
        &mut self,
        rule: &Rule<'_>,
        steps: std::ops::Range<usize>,
        before: usize,
    ) -> Result<()> {
        let n = self.x.len();
        let examples = rule.objective.examples();
        let (mut theta, mut gradient) = (vec![0.0; n], vec![0.0; n]);
        let mut batch = vec![0; rule.batch];
        for step in steps {
            theta.iter_mut().zip(rule.minimum).zip(&self.x).for_each(|((t, m), x)| *t = m + x);
            let measured = step >= before;
            if measured && step.is_multiple_of(rule.every) {
                self.loss += rule.objective.loss_at(&theta)? - rule.least;
                self.looks += 1.0;
            }
            batch.fill_with(|| self.generator.random_range(0..examples));
            rule.objective.batch_gradient_at(&theta, &batch, &mut gradient)?;
            let next: Array1<f64> =
                self.x.iter().zip(&gradient).map(|(x, g)| x - rule.learning_rate * g).collect();
            if measured {
                self.measure(rule, &next);
            }
            self.x = next;
        }
        Ok(())
    }

    fn measure(&mut self, rule: &Rule<'_>, next: &Array1<f64>) {
        let n = self.x.len();
        self.count += 1.0;
        self.first += &self.x;
        for i in 0..n {
            let x = self.x[i];
            self.second.row_mut(i).scaled_add(x, &self.x);
            self.lagged.row_mut(i).scaled_add(x, next);
        }
        if let Some(force) = rule.force {
            let moved = next - &self.x;
            self.dissipation -= 0.5 * force.dot(&(&self.x + next)).dot(&moved) / rule.learning_rate;
        }
    }

    pub fn mean(&self) -> Array1<f64> {
        &self.first / self.count
    }

    /// ⟨x xᵀ⟩ about the minimum.
    pub fn second(&self) -> Array2<f64> {
        &self.second / self.count
    }

    /// ½⟨x x'ᵀ − x' xᵀ⟩ per unit of time.
    pub fn areas(&self, rate: f64) -> Array2<f64> {
        0.5 * (&self.lagged - &self.lagged.t()) / (self.count * rate)
    }

    pub fn loss(&self) -> f64 {
        self.loss / self.looks
    }

    pub fn dissipation(&self) -> f64 {
        self.dissipation / self.count
    }
}
