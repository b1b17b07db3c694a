//! Minima of smooth functions of many variables: limited-memory BFGS.

use std::collections::VecDeque;

use crate::progress::{Deadline, Progress};

/// Sufficient decrease and curvature of the strong Wolfe conditions.
const DECREASE: f64 = 1e-4;
const CURVATURE: f64 = 0.9;

/// Evaluations that one line search may take.
const MOST_TRIALS: usize = 40;

/// Settings of a minimisation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lbfgs {
    /// How many steps the model of the curvature remembers.
    pub memory: usize,
    /// The most steps.
    pub iterations: usize,
    /// It has converged when no component of the gradient is larger.
    pub tolerance: f64,
}

/// Where a minimisation ended.
#[derive(Clone, Debug)]
pub(crate) struct Minimum {
    pub x: Vec<f64>,
    pub value: f64,
    /// The largest component of the gradient there.
    pub largest: f64,
    pub iterations: usize,
    pub converged: bool,
    /// Whether no deadline cut it.
    pub complete: bool,
}

/// A function that writes its gradient and returns its value; not finite where it is not defined.
type Function<'a> = &'a mut dyn FnMut(&[f64], &mut [f64]) -> f64;

/// A point on the way, with value and gradient.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub x: Vec<f64>,
    pub value: f64,
    pub gradient: Vec<f64>,
}

/// What the last steps say of the curvature: the way down step by step.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    memory: usize,
    pairs: VecDeque<Pair>,
}

/// A step, the change of gradient over it, and one over their product.
#[derive(Clone, Debug)]
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    inverse: f64,
}

impl Lbfgs {
    /// Goes downhill from `start`, which is where it stays if the function is not finite there.
    ///
    /// Source: J. Nocedal and S. J. Wright, *Numerical Optimization* (2006), algorithms 3.5, 3.6, 7.4 and 7.5.
    pub fn minimize(&self, start: Vec<f64>, deadline: Deadline, function: Function<'_>) -> Minimum {
        let mut progress = Progress::new("iterations", self.iterations);
        let mut here = Place { value: 0.0, gradient: vec![0.0; start.len()], x: start };
        here.value = function(&here.x, &mut here.gradient);
        let mut walk = Walk::new(self.memory);
        let (mut iterations, mut complete) = (0, true);
        while here.value.is_finite()
            && largest(&here.gradient) > self.tolerance
            && iterations < self.iterations
        {
            if deadline.passed() {
                progress.stopped();
                complete = false;
                break;
            }
            // Without a model of the curvature the first trial moves by a length of at most 1.
            let length = norm(&here.gradient).min(1.0);
            if !walk.step(&mut here, length, function) {
                break;
            }
            iterations += 1;
            progress.add(1);
        }
        let largest = largest(&here.gradient);
        let converged = here.value.is_finite() && largest <= self.tolerance;
        Minimum { x: here.x, value: here.value, largest, iterations, converged, complete }
    }
}

impl Walk {
    /// The start, from which so many steps will be remembered.
    pub fn new(memory: usize) -> Self {
        Self { memory, pairs: VecDeque::new() }
    }

    /// Goes one step, of which the first trial has length `first` as long as nothing is known of the curvature; false if there is no way down that rounding
    /// lets see.
    pub fn step(&mut self, here: &mut Place, first: f64, function: Function<'_>) -> bool {
        loop {
            let direction = self.direction(&here.gradient);
            let known = !self.pairs.is_empty();
            let trial = if known { 1.0 } else { first / norm(&here.gradient) };
            if let Some(next) = search(here, &direction, trial, function) {
                self.remember(here, &next);
                *here = next;
                return true;
            }
            // What the pairs say of the curvature may be wrong; where they are not to blame, only rounding is left.
            if !known {
                return false;
            }
            self.pairs.clear();
        }
    }

    /// −H g with the inverse Hessian H that the pairs describe.
    fn direction(&self, gradient: &[f64]) -> Vec<f64> {
        let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut weights = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let weight = pair.inverse * dot(&pair.step, &q);
            add(&mut q, -weight, &pair.change);
            weights.push(weight);
        }
        if let Some(last) = self.pairs.back() {
            let scale = 1.0 / (last.inverse * dot(&last.change, &last.change));
            for value in &mut q {
                *value *= scale;
            }
        }
        for (pair, weight) in self.pairs.iter().zip(weights.into_iter().rev()) {
            let change = pair.inverse * dot(&pair.change, &q);
            add(&mut q, weight - change, &pair.step);
        }
        q
    }

    /// Adds the step from one place to the next, and forgets the oldest beyond `memory`.
    fn remember(&mut self, here: &Place, next: &Place) {
        let difference = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
        let step: Vec<f64> = difference(&next.x, &here.x);
        let change: Vec<f64> = difference(&next.gradient, &here.gradient);
        let product = dot(&step, &change);
        if product.is_finite() && product > f64::EPSILON * norm(&step) * norm(&change) {
            self.pairs.push_back(Pair { step, change, inverse: 1.0 / product });
            if self.pairs.len() > self.memory {
                self.pairs.pop_front();
            }
        }
    }
}

/// A trial along the line: how far, the place, and the slope there.
#[derive(Clone)]
struct Trial {
    length: f64,
    place: Place,
    slope: f64,
}

/// A place along the line that fulfils the strong Wolfe conditions; none if there is no way down that rounding lets see.
fn search(here: &Place, direction: &[f64], first: f64, function: Function<'_>) -> Option<Place> {
    let slope = dot(direction, &here.gradient);
    if !(slope < 0.0 && slope.is_finite()) {
        return None;
    }
    // Values closer together than their rounding errors count as equal.
    let noise = 4.0 * f64::EPSILON * here.value.abs();
    let enough =
        |trial: &Trial| trial.place.value <= here.value + DECREASE * trial.length * slope + noise;
    let flat = |trial: &Trial| trial.slope.abs() <= -CURVATURE * slope;
    let mut at = |length: f64| {
        let x: Vec<f64> = here.x.iter().zip(direction).map(|(x, d)| x + length * d).collect();
        let mut gradient = vec![0.0; x.len()];
        let value = function(&x, &mut gradient);
        let slope = dot(direction, &gradient);
        Trial { length, place: Place { x, value, gradient }, slope }
    };
    let mut low = Trial { length: 0.0, place: here.clone(), slope };
    let mut high: Option<Trial> = None;
    let mut length = first;
    for _ in 0..MOST_TRIALS {
        let trial = at(length);
        if !trial.place.value.is_finite() || !trial.slope.is_finite() {
            // Not defined so far out.
            high = Some(Trial { slope: f64::NAN, ..trial });
        } else if !enough(&trial) || trial.place.value > low.place.value + noise {
            high = Some(trial);
        } else if flat(&trial) {
            return Some(trial.place);
        } else {
            let beyond = high.as_ref().map_or(1.0, |high| high.length - low.length);
            if trial.slope * beyond >= 0.0 {
                high = Some(std::mem::replace(&mut low, trial));
            } else {
                low = trial;
            }
        }
        length = match &high {
            None => 4.0 * low.length,
            Some(high) => between(&low, high),
        };
    }
    (low.length > 0.0).then_some(low.place)
}

/// The minimum of the cubic through values and slopes of both ends, kept off the ends; the middle where there is none.
fn between(low: &Trial, high: &Trial) -> f64 {
    let (a, b) = (low.length, high.length);
    let width = b - a;
    let d1 = low.slope + high.slope - 3.0 * (high.place.value - low.place.value) / width;
    let d2 = width.signum() * (d1 * d1 - low.slope * high.slope).sqrt();
    let fraction = 1.0 - (high.slope + d2 - d1) / (high.slope - low.slope + 2.0 * d2);
    let fraction = if fraction.is_finite() { fraction.clamp(0.1, 0.9) } else { 0.5 };
    a + fraction * width
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += factor * what);
}

/// The largest size of a component; NaN counts as infinite.
fn largest(values: &[f64]) -> f64 {
    values.iter().map(|v| if v.is_nan() { f64::INFINITY } else { v.abs() }).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minimize(tolerance: f64, start: Vec<f64>, function: Function<'_>) -> Minimum {
        let settings = Lbfgs { memory: 10, iterations: 500, tolerance };
        settings.minimize(start, Deadline::new(None).unwrap(), function)
    }

    fn rosenbrock(x: &[f64], gradient: &mut [f64]) -> f64 {
        let mut value = 0.0;
        gradient.fill(0.0);
        for i in 0..x.len() - 1 {
            let (a, b) = (1.0 - x[i], x[i + 1] - x[i] * x[i]);
            value += a * a + 100.0 * b * b;
            gradient[i] += -2.0 * a - 400.0 * x[i] * b;
            gradient[i + 1] += 200.0 * b;
        }
        value
    }

    #[test]
    fn rosenbrock_valleys_end_at_one() {
        for n in [2, 10, 50] {
            let found = minimize(1e-9, vec![-1.2; n], &mut rosenbrock);
            assert!(found.converged && found.complete, "{n}: {found:?}");
            // In ten dimensions and more this start may lead to the other minimum, near (−1, 1, …), of value about 4.
            let far = found.x.iter().map(|x| (x - 1.0).abs()).fold(0.0, f64::max);
            assert!(far < 1e-7 || (found.value - 3.98).abs() < 0.02, "{n}: {found:?}");
        }
        let found = minimize(1e-9, vec![0.5; 100], &mut rosenbrock);
        assert!(found.x.iter().all(|x| (x - 1.0).abs() < 1e-7), "{found:?}");
    }

    #[test]
    fn quadratics_of_any_scale_end_at_their_minimum() {
        for scale in [1e-6, 1.0, 1e6] {
            let mut curve = |x: &[f64], gradient: &mut [f64]| {
                let mut value = 0.0;
                for (i, (x, g)) in x.iter().zip(gradient).enumerate() {
                    let k = scale * (1.0 + i as f64).powi(2);
                    *g = k * (x - i as f64);
                    value += 0.5 * k * (x - i as f64).powi(2);
                }
                value
            };
            let found = minimize(1e-10 * scale, vec![100.0; 30], &mut curve);
            // Conjugate gradients need at most ½ √κ ln(2/ε) steps, with κ = 900 and a gradient that falls by ε = 10⁻¹⁵.
            assert!(found.converged && found.iterations < 528, "{scale}: {found:?}");
            assert!(found.x.iter().enumerate().all(|(i, x)| (x - i as f64).abs() < 1e-9));
        }
    }

    #[test]
    fn walls_and_missing_minima_are_survived() {
        // Defined for x > 0 only.
        let found = minimize(1e-10, vec![1e-3], &mut |x, gradient| {
            gradient[0] = 1.0 - 2.0 / x[0];
            x[0] - 2.0 * x[0].ln()
        });
        assert!((found.x[0] - 2.0).abs() < 1e-9, "{found:?}");
        // e^{−x} has none: it ends, and says that the gradient is not 0 unless it is.
        let found = minimize(0.0, vec![0.0], &mut |x, gradient| {
            gradient[0] = -(-x[0]).exp();
            (-x[0]).exp()
        });
        assert!(found.value < 1e-10, "{found:?}");
        let found = minimize(1e-9, vec![0.0], &mut |_, gradient| {
            gradient[0] = f64::NAN;
            f64::NAN
        });
        assert!(!found.converged && found.iterations == 0);
    }

    #[test]
    fn a_deadline_ends_it() {
        let settings = Lbfgs { memory: 5, iterations: usize::MAX, tolerance: 0.0 };
        let soon = Deadline::new(Some(1e-9)).unwrap();
        let found = settings.minimize(vec![0.0, 0.0], soon, &mut rosenbrock);
        assert!(!found.complete && !found.converged && found.x == [0.0, 0.0]);
    }
}
