//! One walker: its steps, and the sums of what it has seen.

use std::mem;
use std::ops::Range;

use crate::error::Result;
use crate::landscape::Objective;
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::phase_space::langevin::LangevinScheme;
use crate::phase_space::mala::Mala;
use crate::random::{Generator, Seed};

/// What all walkers share.
pub(super) struct Rule<'a> {
    pub objective: &'a Objective,
    pub scheme: LangevinScheme,
    pub temperature: f64,
    pub step_size: f64,
    /// √(2Th), or √(T(1 − e^{−2γh})).
    pub noise: f64,
    /// e^{−γh}.
    pub decay: f64,
}

/// A walker with what it has seen.
pub(super) struct Walker {
    pub theta: Vec<f64>,
    pub momentum: Vec<f64>,
    pub loss: f64,
    pub gradient: Vec<f64>,
    /// The noise of the next step, which some schemes know in advance.
    pub next: Vec<f64>,
    pub generator: Generator,
    pub steps: usize,
    pub accepted: usize,
    pub sums: Sums,
}

/// Sums over the steps of a walker, relative to its start.
#[derive(Clone)]
pub(super) struct Sums {
    pub origin: Vec<f64>,
    pub count: f64,
    pub loss: f64,
    pub first: Vec<f64>,
    pub second: Vec<f64>,
}

impl Walker {
    pub fn new(rule: &Rule<'_>, theta: Vec<f64>, seed: Seed) -> Result<Self> {
        let n = theta.len();
        let mut gradient = vec![0.0; n];
        let loss = rule.objective.gradient_at(&theta, &mut gradient)?;
        let mut generator = seed.generator();
        let mut drawn =
            || -> Vec<f64> { (0..n).map(|_| StandardNormal.sample(&mut generator)).collect() };
        let next = drawn();
        let thermal = rule.temperature.sqrt();
        let momentum = match rule.scheme {
            LangevinScheme::Baoab => drawn().into_iter().map(|x| thermal * x).collect(),
            _ => vec![0.0; n],
        };
        let sums = Sums {
            origin: theta.clone(),
            count: 0.0,
            loss: 0.0,
            first: vec![0.0; n],
            second: vec![0.0; n * n],
        };
        Ok(Self { theta, momentum, loss, gradient, next, generator, steps: 0, accepted: 0, sums })
    }

    pub fn go(&mut self, rule: &Rule<'_>, steps: Range<usize>, before: usize) -> Result<()> {
        for step in steps {
            match rule.scheme {
                LangevinScheme::Baoab => self.baoab(rule)?,
                LangevinScheme::Mala => self.mala(rule),
                _ => self.overdamped(rule)?,
            }
            self.steps += 1;
            if step >= before {
                self.sums.add(&self.theta, self.loss);
            }
        }
        Ok(())
    }

    fn overdamped(&mut self, rule: &Rule<'_>) -> Result<()> {
        let both = rule.scheme == LangevinScheme::LeimkuhlerMatthews;
        for ((x, g), known) in self.theta.iter_mut().zip(&self.gradient).zip(&mut self.next) {
            let fresh: f64 = StandardNormal.sample(&mut self.generator);
            let now = mem::replace(known, fresh);
            let noise = if both { 0.5 * (now + fresh) } else { now };
            *x += rule.noise * noise - rule.step_size * g;
        }
        self.accepted += 1;
        self.loss = rule.objective.gradient_at(&self.theta, &mut self.gradient)?;
        Ok(())
    }

    fn baoab(&mut self, rule: &Rule<'_>) -> Result<()> {
        let half = 0.5 * rule.step_size;
        for ((x, p), g) in self.theta.iter_mut().zip(&mut self.momentum).zip(&self.gradient) {
            let noise: f64 = StandardNormal.sample(&mut self.generator);
            *p -= half * g;
            *x += half * *p;
            *p = rule.decay * *p + rule.noise * noise;
            *x += half * *p;
        }
        self.accepted += 1;
        self.loss = rule.objective.gradient_at(&self.theta, &mut self.gradient)?;
        self.momentum.iter_mut().zip(&self.gradient).for_each(|(p, g)| *p -= half * g);
        Ok(())
    }

    fn mala(&mut self, rule: &Rule<'_>) {
        let mala = Mala::new(rule.temperature, rule.step_size);
        let (mut there, mut gradient) = (self.theta.clone(), vec![0.0; self.theta.len()]);
        let draw = mala.propose(&self.theta, &self.gradient, &mut there, &mut self.generator);
        // Where the loss is not defined the density is 0.
        let Ok(loss) = rule.objective.gradient_at(&there, &mut gradient) else { return };
        if mala.accepts(&draw, &self.theta, &there, &gradient, loss - self.loss) {
            (self.theta, self.loss, self.gradient) = (there, loss, gradient);
            self.accepted += 1;
        }
    }
}

impl Sums {
    fn add(&mut self, theta: &[f64], loss: f64) {
        let n = theta.len();
        self.count += 1.0;
        self.loss += loss;
        for i in 0..n {
            let x = theta[i] - self.origin[i];
            self.first[i] += x;
            let row = &mut self.second[i * n..(i + 1) * n];
            for ((sum, y), origin) in row.iter_mut().zip(theta).zip(&self.origin) {
                *sum += x * (y - origin);
            }
        }
    }

    /// Averages of the loss, of x and of x xᵀ with x measured from another origin.
    pub fn averages(&self, origin: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
        let n = origin.len();
        let shift: Vec<f64> = self.origin.iter().zip(origin).map(|(a, b)| a - b).collect();
        let first: Vec<f64> = self.first.iter().map(|x| x / self.count).collect();
        let second = (0..n * n).map(|k| {
            let (i, j) = (k / n, k % n);
            let cross = shift[i] * first[j] + shift[j] * first[i] + shift[i] * shift[j];
            self.second[k] / self.count + cross
        });
        let second = second.collect();
        let first = first.iter().zip(&shift).map(|(x, s)| x + s).collect();
        (self.loss / self.count, first, second)
    }
}
