//! The minimum of a smooth convex function of many variables.

use std::collections::VecDeque;

use super::exact::largest;

/// Steps whose changes of slope stand for the curvature.
const MEMORY: usize = 20;

/// Where a descent came to.
pub(super) struct Minimum {
    pub x: Vec<f64>,
    pub slope: Vec<f64>,
    pub steps: usize,
    pub converged: bool,
    pub complete: bool,
}

/// A function's value and slope.
type Value = (f64, Vec<f64>);

/// Limited-memory BFGS with halved steps (D. C. Liu and J. Nocedal, Math. Program. 45, 503 (1989)), until no slope exceeds the tolerance.
///
/// `goes_on` is asked before each step.
pub(super) fn minimum(
    start: Vec<f64>,
    (tolerance, limit): (f64, usize),
    function: &dyn Fn(&[f64]) -> Value,
    goes_on: &mut dyn FnMut(&[f64]) -> bool,
) -> Minimum {
    let mut x = start;
    let (mut value, mut slope) = function(&x);
    let mut memory: VecDeque<(Vec<f64>, Vec<f64>, f64)> = VecDeque::new();
    let mut steps = 0;
    loop {
        let converged = largest(&slope) <= tolerance;
        if converged || steps == limit {
            return Minimum { x, slope, steps, converged, complete: true };
        }
        if !goes_on(&x) {
            return Minimum { x, slope, steps, converged, complete: false };
        }
        let direction = direction(&slope, &memory);
        let Some((next, there)) = lower(&x, (value, &slope), &direction, function) else {
            if memory.is_empty() {
                return Minimum { x, slope, steps, converged, complete: true };
            }
            // What is remembered misleads: begin again along the slope.
            memory.clear();
            continue;
        };
        let moved: Vec<f64> = next.iter().zip(&x).map(|(a, b)| a - b).collect();
        let turned: Vec<f64> = there.1.iter().zip(&slope).map(|(a, b)| a - b).collect();
        let product = dot(&moved, &turned);
        if product > 1e-14 * dot(&turned, &turned).sqrt() * dot(&moved, &moved).sqrt() {
            if memory.len() == MEMORY {
                memory.pop_front();
            }
            memory.push_back((moved, turned, product));
        }
        (x, (value, slope)) = (next, there);
        steps += 1;
    }
}

/// The two-loop recursion.
fn direction(slope: &[f64], memory: &VecDeque<(Vec<f64>, Vec<f64>, f64)>) -> Vec<f64> {
    let mut direction: Vec<f64> = slope.iter().map(|g| -g).collect();
    let mut along = Vec::with_capacity(memory.len());
    for (moved, turned, product) in memory.iter().rev() {
        let a = dot(moved, &direction) / product;
        add(&mut direction, -a, turned);
        along.push(a);
    }
    let scale = match memory.back() {
        Some((_, turned, product)) => product / dot(turned, turned),
        None => 1.0 / largest(slope).max(1.0),
    };
    for d in &mut direction {
        *d *= scale;
    }
    for ((moved, turned, product), a) in memory.iter().zip(along.iter().rev()) {
        let b = dot(turned, &direction) / product;
        add(&mut direction, a - b, moved);
    }
    direction
}

/// A point along the direction where the function is lower enough.
fn lower(
    x: &[f64],
    (value, slope): (f64, &[f64]),
    direction: &[f64],
    function: &dyn Fn(&[f64]) -> Value,
) -> Option<(Vec<f64>, Value)> {
    let decrease = dot(slope, direction);
    if !(decrease < 0.0) {
        return None;
    }
    let mut part = 1.0;
    while part > 1e-12 {
        let mut next = x.to_vec();
        add(&mut next, part, direction);
        let there = function(&next);
        // Close to the minimum only rounding is left of the difference, and the slope has to tell.
        let lower = there.0 <= value + 1e-4 * part * decrease;
        let flatter = dot(&there.1, direction).abs() <= 0.9 * decrease.abs();
        if lower || flatter && there.0 <= value + 1e-12 * value.abs() {
            return Some((next, there));
        }
        part *= 0.5;
    }
    None
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretched_bowl_is_descended() {
        // f = Σ c_k (x_k − k)² + (Σ x − 45)⁴/100 with c from 1 to 1000: the minimum is at x_k = k.
        let function = |x: &[f64]| {
            let excess = x.iter().sum::<f64>() - 45.0;
            let stiff = |k: usize| 1000_f64.powf(k as f64 / 9.0);
            let value = x.iter().enumerate().map(|(k, x)| stiff(k) * (x - k as f64).powi(2));
            let slope = x.iter().enumerate();
            let slope = slope.map(|(k, x)| 2.0 * stiff(k) * (x - k as f64) + 0.04 * excess.powi(3));
            (value.sum::<f64>() + 0.01 * excess.powi(4), slope.collect())
        };
        let found = minimum(vec![0.0; 10], (1e-9, 500), &function, &mut |_| true);
        assert!(found.converged && found.complete);
        assert!(found.x.iter().enumerate().all(|(k, x)| (x - k as f64).abs() < 1e-8));
        let stopped = minimum(vec![0.0; 10], (1e-9, 500), &function, &mut |_| false);
        assert!(!stopped.converged && !stopped.complete && stopped.steps == 0);
        assert!(!minimum(vec![0.0; 10], (1e-9, 2), &function, &mut |_| true).converged);
    }
}
