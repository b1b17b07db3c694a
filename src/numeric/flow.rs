//! Flows x' = −f(x) with steps whose error is controlled; of the gradient flow f is ∇L.

use crate::error::Result;
use crate::numeric::lbfgs::Place;

/// Dormand and Prince's stages: what each takes of the slopes before it. The last row is the solution of order 5 as well.
const STAGES: [&[f64]; 6] = [
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];

/// The difference of the solutions of orders 5 and 4.
const ERROR: [f64; 7] = [
    71.0 / 57600.0,
    0.0,
    -71.0 / 16695.0,
    71.0 / 1920.0,
    -17253.0 / 339200.0,
    22.0 / 525.0,
    -1.0 / 40.0,
];

/// Steps change by no more than these factors, and aim at this part of the allowed error.
const SHRINK: f64 = 0.2;
const GROW: f64 = 5.0;
const SAFETY: f64 = 0.9;

/// The field f that a flow goes against: fills it at x, and gives a value that belongs to x.
type Field<'a> = &'a mut dyn FnMut(&[f64], &mut [f64]) -> Result<f64>;

/// The state of the integration.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub time: f64,
    step: f64,
    tolerance: f64,
}

impl Flow {
    pub fn new(tolerance: f64, first: f64) -> Self {
        Self { time: 0.0, step: first, tolerance }
    }

    /// One step from a place whose value and field are known, not past `until`. False if steps have become too small to count.
    pub fn step(&mut self, field: Field<'_>, here: &mut Place, until: f64) -> Result<bool> {
        loop {
            let left = until - self.time;
            let last = self.step >= left;
            let h = if last { left } else { self.step };
            if !(h > f64::EPSILON * self.time.max(1e-300)) {
                return Ok(false);
            }
            let error = match self.attempt(field, here, h) {
                Ok((there, error)) if error <= 1.0 => {
                    *here = there;
                    self.time = if last { until } else { self.time + h };
                    // A step cut short by its end says little about the next one.
                    if !last || error > 0.5 {
                        self.step = h * factor(error);
                    }
                    return Ok(true);
                }
                Ok((_, error)) => error,
                // Where the loss is not defined the step was too long.
                Err(_) => f64::INFINITY,
            };
            self.step = h * factor(error).min(0.9);
        }
    }

    /// Where h leads, and the error in units of the tolerance.
    fn attempt(&self, field: Field<'_>, here: &Place, h: f64) -> Result<(Place, f64)> {
        let start = &here.x;
        let mut slopes: Vec<Vec<f64>> = vec![here.gradient.clone()];
        let (mut point, mut value) = (start.clone(), f64::NAN);
        for weights in STAGES {
            point.copy_from_slice(start);
            for (weight, slope) in weights.iter().zip(&slopes) {
                point.iter_mut().zip(slope).for_each(|(x, g)| *x -= h * weight * g);
            }
            let mut slope = vec![0.0; start.len()];
            value = field(&point, &mut slope)?;
            slopes.push(slope);
        }
        let mut worst = 0.0_f64;
        for i in 0..start.len() {
            let sum: f64 = ERROR.iter().zip(&slopes).map(|(weight, slope)| weight * slope[i]).sum();
            let scale = self.tolerance * start[i].abs().max(1.0);
            worst = worst.max((h * sum).abs() / scale);
        }
        let gradient = slopes.pop().unwrap_or_default();
        Ok((Place { x: point, value, gradient }, worst))
    }
}

fn factor(error: f64) -> f64 {
    (SAFETY * error.powf(-0.2)).clamp(SHRINK, GROW)
}
