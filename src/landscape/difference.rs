//! Derivatives of a closure by central differences, extrapolated to step 0.

use std::fmt;
use std::sync::Arc;

use crate::error::Result;
use crate::landscape::function::hessian_only;
use crate::landscape::{Function, Request};
use crate::rayon::prelude::*;

/// Halvings of the step, and differences extrapolated.
const LEVELS: usize = 6;

/// The first step of gradients, and of second derivatives, in units of the scale.
const FIRST: f64 = 0.05;
const SECOND: f64 = 0.2;

/// Closures take at least this many components before threads share them.
const PARALLEL: usize = 4;

type Loss = Arc<dyn Fn(&[f64]) -> f64 + Send + Sync>;

/// A loss whose derivatives are taken from its values.
#[derive(Clone)]
pub(crate) struct Differences {
    n: usize,
    loss: Loss,
    scale: f64,
}

impl fmt::Debug for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "closure with finite differences (scale {})", self.scale)
    }
}

impl Differences {
    pub fn new(n: usize, loss: Loss) -> Self {
        Self { n, loss, scale: 1.0 }
    }

    /// What steps are measured in at this parameter.
    fn unit(&self, x: f64) -> f64 {
        self.scale.max(x.abs().min(f64::MAX / 4.0))
    }

    /// ∂L/∂θ_i and its error.
    fn slope(&self, theta: &mut [f64], i: usize) -> (f64, f64) {
        let (x, unit) = (theta[i], self.unit(theta[i]));
        extrapolate(|level| {
            let (above, below) = around(x, FIRST * unit * 0.5_f64.powi(level));
            theta[i] = above;
            let up = (self.loss)(theta);
            theta[i] = below;
            let down = (self.loss)(theta);
            theta[i] = x;
            let width = above - below;
            // Rounding of the loss, and of its argument.
            let noise = 2.0 * up.abs().max(down.abs()) + (up - down).abs() * unit / width;
            ((up - down) / width, noise / width)
        })
    }

    /// ∂/∂θ_i of the derivative along v, and its error; `longest` is the length of v in units of the steps.
    fn mixed(&self, base: &[f64], v: &[f64], longest: f64, i: usize) -> (f64, f64) {
        let unit = self.unit(base[i]);
        let mut theta = vec![0.0; base.len()];
        extrapolate(|level| {
            let fraction = SECOND * 0.5_f64.powi(level);
            let (above, below) = around(base[i], fraction * unit);
            let along = fraction / longest;
            let mut value = |sign: f64, component: f64| {
                let moved = theta.iter_mut().zip(base).zip(v);
                moved.for_each(|((t, x), v)| *t = x + sign * along * v);
                theta[i] += component - base[i];
                (self.loss)(&theta)
            };
            let corners =
                [value(1.0, above), value(1.0, below), value(-1.0, above), value(-1.0, below)];
            let area = 2.0 * along * (above - below);
            let (least, most) = corners
                .iter()
                .fold((f64::MAX, f64::MIN), |(least, most), x| (least.min(*x), most.max(*x)));
            let noise = 4.0 * least.abs().max(most.abs()) + (most - least) / fraction;
            ((corners[0] - corners[1] - corners[2] + corners[3]) / area, noise / area)
        })
    }
}

/// Fills values and errors, on several threads where there are many components.
fn fill(
    values: &mut [f64],
    errors: Option<&mut [f64]>,
    one: impl Fn(usize) -> (f64, f64) + Send + Sync,
) {
    let derivatives: Vec<(f64, f64)> = if values.len() < PARALLEL {
        (0..values.len()).map(one).collect()
    } else {
        (0..values.len()).into_par_iter().map(one).collect()
    };
    values.iter_mut().zip(&derivatives).for_each(|(value, (d, _))| *value = *d);
    if let Some(errors) = errors {
        errors.iter_mut().zip(&derivatives).for_each(|(error, (_, e))| *error = *e);
    }
}

/// x + h and x − h as they are represented.
fn around(x: f64, h: f64) -> (f64, f64) {
    (x + h, x - h)
}

/// The limit of differences D(h) whose errors are even powers of h, at steps halved with each level, and its error.
///
/// The estimated error of an entry of the tableau is its distance from the two that it is made of (Ridders 1982), and never less than what
/// rounding of the losses leaves: `difference` gives D and that factor of the machine's precision.
fn extrapolate(mut difference: impl FnMut(i32) -> (f64, f64)) -> (f64, f64) {
    let mut best = (f64::NAN, f64::INFINITY);
    let mut row: Vec<f64> = Vec::new();
    let mut only = None;
    for level in 0..LEVELS {
        let (value, rounding) = difference(level as i32);
        if !value.is_finite() {
            // Outside the domain: begin again at the next, smaller step.
            row.clear();
            continue;
        }
        only = only.or(Some(value));
        let floor = rounding * f64::EPSILON;
        let mut next = vec![value];
        let mut power = 1.0;
        for (column, coarser) in row.iter().enumerate() {
            power *= 4.0;
            let finer = next[column];
            let better = finer + (finer - coarser) / (power - 1.0);
            // Doubled, since the smallest of many estimates is chosen.
            let error = 2.0 * ((better - finer).abs().max((better - coarser).abs()) + 2.0 * floor);
            if error < best.1 {
                best = (better, error);
            }
            next.push(better);
        }
        row = next;
    }
    match only {
        Some(value) if best.0.is_nan() => (value, f64::INFINITY),
        _ => best,
    }
}

impl Function for Differences {
    fn dimension(&self) -> usize {
        self.n
    }

    fn loss(&self, theta: &[f64]) -> Result<f64> {
        Ok((self.loss)(theta))
    }

    fn gradient(
        &self,
        theta: &[f64],
        gradient: &mut [f64],
        error: Option<&mut [f64]>,
    ) -> Result<f64> {
        fill(gradient, error, |i| self.slope(&mut theta.to_vec(), i));
        Ok((self.loss)(theta))
    }

    fn products(&self, request: Request<'_>, mut error: Option<&mut [f64]>) -> Result<()> {
        hessian_only(request.curvature)?;
        let (n, theta) = (self.n, request.theta);
        let pairs = request.vectors.chunks_exact(n).zip(request.products.chunks_exact_mut(n));
        for (k, (v, product)) in pairs.enumerate() {
            let errors = error.as_deref_mut().map(|error| &mut error[k * n..(k + 1) * n]);
            let lengths = v.iter().zip(theta).map(|(v, x)| v.abs() / self.unit(*x));
            let longest = lengths.fold(0.0_f64, f64::max);
            if longest == 0.0 {
                product.fill(0.0);
                continue;
            }
            fill(product, errors, |i| self.mixed(theta, v, longest, i));
        }
        Ok(())
    }

    fn is_exact(&self) -> bool {
        false
    }

    fn losses_taken(&self) -> (usize, usize) {
        (2 * LEVELS * self.n + 1, 4 * LEVELS * self.n)
    }

    fn with_scale(&self, scale: f64) -> Option<Arc<dyn Function>> {
        Some(Arc::new(Self { scale, ..self.clone() }))
    }
}
