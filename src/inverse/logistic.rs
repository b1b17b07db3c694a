//! One spin's conditional likelihood: a logistic regression on all others.

use super::data::{Data, States};
use super::exact::{LARGE, RUNAWAY, SMALL_STEP, VANISHED, largest, no_maximum};
use super::kernel::{curvature, local_fields, weighted_sums};
use super::settings::Options;
use crate::error::Result;
use crate::ndarray::Array2;
use crate::operator::dense::solve_positive;
use crate::simd::Width;

/// A curvature is used again while each step lowers the slope at least to this part.
const QUICK: f64 = 0.1;

/// Sweeps over coordinates for one step with an L1 penalty.
const COORDINATE_SWEEPS: usize = 1_000;

/// Σ_μ w_μ ln(1 + exp(−2 s_i (h + Σ_j J_j s_j))) + λ₁ Σ |J_j| + ½ λ₂ (h² + Σ J_j²).
///
/// Parameters are the couplings in the order of spins, with the field in the place of spin i itself.
pub(super) struct Regression<'a> {
    states: &'a States,
    spin: usize,
    l1: f64,
    l2: f64,
}

/// The regression at some parameters.
struct Point {
    /// With the smooth penalty.
    value: f64,
    gradient: Vec<f64>,
    /// The weights of the curvature, 4 w_μ P(s_i) P(−s_i).
    spread: Vec<f64>,
}

/// What one regression found.
pub(super) struct Fit {
    pub theta: Vec<f64>,
    pub steps: usize,
    pub residual: f64,
    pub converged: bool,
    pub complete: bool,
}

impl<'a> Regression<'a> {
    pub fn new(states: &'a States, spin: usize, options: &Options) -> Self {
        Self { states, spin, l1: options.l1, l2: options.l2 }
    }

    /// h + Σ_j J_j s_j in each state.
    pub fn fields(&self, theta: &[f64]) -> Vec<f64> {
        let mut couplings = theta.to_vec();
        couplings[self.spin] = 0.0;
        let mut fields = vec![0.0; self.states.weights.len()];
        let spins = &self.states.spins;
        local_fields(Width::best(), spins, &couplings, theta[self.spin], &mut fields);
        fields
    }

    /// Spin i itself in each state.
    pub fn own(&self) -> impl Iterator<Item = f64> + '_ {
        let spins = self.states.spins.iter().skip(self.spin);
        spins.step_by(self.states.n).map(|&s| f64::from(s))
    }

    fn at(&self, theta: &[f64]) -> Point {
        let fields = self.fields(theta);
        let count = fields.len();
        let (mut value, mut slopes) = (0.0, Vec::with_capacity(count));
        let mut spread = Vec::with_capacity(count);
        for ((field, s), &weight) in fields.into_iter().zip(self.own()).zip(&self.states.weights) {
            let margin = 2.0 * s * field;
            let small = (-margin.abs()).exp();
            let (right, wrong) = (1.0 / (1.0 + small), small / (1.0 + small));
            let miss = if margin > 0.0 { wrong } else { right };
            value += weight * (small.ln_1p() + (-margin).max(0.0));
            slopes.push(-2.0 * weight * s * miss);
            spread.push(4.0 * weight * right * wrong);
        }
        let mut gradient = vec![0.0; theta.len()];
        weighted_sums(Width::best(), &self.states.spins, &slopes, &mut gradient);
        gradient[self.spin] = slopes.iter().sum();
        for (g, t) in gradient.iter_mut().zip(theta) {
            *g += self.l2 * t;
            value += 0.5 * self.l2 * t * t;
        }
        Point { value, gradient, spread }
    }

    /// The matrix of second derivatives of the likelihood alone.
    fn curvature(&self, spread: &[f64]) -> Array2<f64> {
        let n = self.states.n;
        let mut table = vec![0.0; n * n];
        curvature(Width::best(), &self.states.spins, self.spin, spread, &mut table);
        Array2::from_shape_fn((n, n), |(j, k)| table[j.max(k) * n + j.min(k)])
    }

    /// The same at these parameters.
    pub fn curvature_at(&self, theta: &[f64]) -> Array2<f64> {
        self.curvature(&self.at(theta).spread)
    }

    /// The same for an independent spin i, where it follows from the moments.
    fn first_curvature(&self, data: &Data) -> Array2<f64> {
        let (i, m) = (self.spin, &data.means);
        let mut table = data.correlations.clone();
        table.row_mut(i).assign(m);
        table.column_mut(i).assign(m);
        table[(i, i)] = 1.0;
        table * (1.0 - m[i] * m[i])
    }

    /// The slope that is left: of a coupling at 0, by how much it exceeds the L1 penalty.
    fn slopes(&self, theta: &[f64], gradient: &[f64]) -> Vec<f64> {
        let left = |(k, (&t, &g)): (usize, (&f64, &f64))| {
            if self.l1 == 0.0 || k == self.spin {
                g
            } else if t == 0.0 {
                g - g.clamp(-self.l1, self.l1)
            } else {
                g + self.l1 * t.signum()
            }
        };
        theta.iter().zip(gradient).enumerate().map(left).collect()
    }

    fn penalty(&self, theta: &[f64]) -> f64 {
        let all: f64 = theta.iter().map(|t| t.abs()).sum();
        self.l1 * (all - theta[self.spin].abs())
    }

    /// The step to the minimum of the quadratic model; none where the curvature is singular.
    fn step(&self, theta: &[f64], gradient: &[f64], h: &Array2<f64>) -> Result<Option<Vec<f64>>> {
        let mut h = h.clone();
        h.diag_mut().mapv_inplace(|entry| entry + self.l2);
        if self.l1 > 0.0 {
            return Ok(Some(self.coordinate_step(theta, gradient, &h)));
        }
        let slope = Array2::from_shape_fn((gradient.len(), 1), |(k, _)| -gradient[k]);
        Ok(solve_positive(&h, &slope)?.map(|step| step.iter().copied().collect()))
    }

    /// The same with an L1 penalty, by cyclic coordinate descent.
    fn coordinate_step(&self, theta: &[f64], gradient: &[f64], h: &Array2<f64>) -> Vec<f64> {
        let n = theta.len();
        let mut step = vec![0.0; n];
        // The gradient of the quadratic model.
        let mut slope = gradient.to_vec();
        for _ in 0..COORDINATE_SWEEPS {
            let mut moved = 0.0_f64;
            for k in 0..n {
                let curvature = h[(k, k)].max(f64::MIN_POSITIVE);
                let (at, free) = (theta[k] + step[k], slope[k] / curvature);
                let threshold = if k == self.spin { 0.0 } else { self.l1 / curvature };
                let wanted = at - free;
                let next = wanted - wanted.clamp(-threshold, threshold);
                let change = next - at;
                if change != 0.0 && change.is_finite() {
                    // To the last bit, so that what should vanish does.
                    step[k] = if next == 0.0 { -theta[k] } else { step[k] + change };
                    for (slope, entry) in slope.iter_mut().zip(h.row(k)) {
                        *slope += change * entry;
                    }
                    moved = moved.max(change.abs());
                }
            }
            if moved < 1e-13 {
                break;
            }
        }
        step
    }

    /// Newton's method from the independent spin, with a curvature that is used again while it serves.
    pub fn fit(&self, data: &Data, options: &Options) -> Result<Fit> {
        let limit = options.steps.unwrap_or(100);
        let mut theta = vec![0.0; self.states.n];
        theta[self.spin] = data.means[self.spin].clamp(-0.99, 0.99).atanh();
        let mut at = self.at(&theta);
        let mut h = self.first_curvature(data);
        let (mut fresh, mut steps) = (false, 0);
        let mut left = largest(&self.slopes(&theta, &at.gradient));
        loop {
            let step = match self.step(&theta, &at.gradient, &h)? {
                Some(step) => step,
                None if fresh => return Err(no_maximum()),
                None => {
                    (h, fresh) = (self.curvature(&at.spread), true);
                    continue;
                }
            };
            if left <= VANISHED && largest(&step) > RUNAWAY {
                if fresh {
                    return Err(no_maximum());
                }
                (h, fresh) = (self.curvature(&at.spread), true);
                continue;
            }
            let converged = left <= options.tolerance && largest(&step) <= SMALL_STEP;
            let complete = !options.deadline.passed();
            if converged || steps == limit || !complete {
                let complete = converged || complete;
                return Ok(Fit { theta, steps, residual: left, converged, complete });
            }
            let Some((next, there)) = self.along(&theta, &at, &step) else {
                if fresh {
                    return Ok(Fit { theta, steps, residual: left, converged, complete });
                }
                (h, fresh) = (self.curvature(&at.spread), true);
                continue;
            };
            (theta, at) = (next, there);
            steps += 1;
            if largest(&theta) > LARGE {
                return Err(no_maximum());
            }
            let before = left;
            left = largest(&self.slopes(&theta, &at.gradient));
            fresh = false;
            if left > options.tolerance && left > QUICK * before {
                (h, fresh) = (self.curvature(&at.spread), true);
            }
        }
    }

    /// The point along a step where the penalised likelihood is lower enough; none if there is none.
    fn along(&self, theta: &[f64], at: &Point, step: &[f64]) -> Option<(Vec<f64>, Point)> {
        let before = at.value + self.penalty(theta);
        let full: Vec<f64> = theta.iter().zip(step).map(|(t, d)| t + d).collect();
        let slope: f64 = at.gradient.iter().zip(step).map(|(g, d)| g * d).sum();
        let decrease = slope + self.penalty(&full) - self.penalty(theta);
        let mut part = 1.0;
        while part > 1e-8 {
            let next: Vec<f64> = if part == 1.0 {
                full.clone()
            } else {
                theta.iter().zip(step).map(|(t, d)| t + part * d).collect()
            };
            let there = self.at(&next);
            // Close to the minimum only rounding is left of the difference.
            let allowed = 1e-4 * part * decrease.min(0.0) + 1e-13 * before.abs().max(1.0);
            if there.value + self.penalty(&next) <= before + allowed {
                return Some((next, there));
            }
            part *= 0.5;
        }
        None
    }
}
