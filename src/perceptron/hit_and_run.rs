//! One chain of hit and run on the sphere, inside the cone of perceptrons without error.

use std::f64::consts::FRAC_PI_2;

use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::perceptron::rows::{LANES, Rows, add, dot};
use crate::progress::Deadline;
use crate::rand::Rng;
use crate::random::{Generator, Seed};
use crate::simd::{Width, widths};

/// The fields are computed anew from the point after so many steps.
const REFRESH: usize = 64;

/// A chain of points inside the version space.
pub(super) trait Chain {
    /// One step, or trajectory.
    fn step(&mut self);

    /// The present point, |w| = 1.
    fn point(&self) -> Vec<f64>;

    /// The smallest z_i·w/|w|, in the rows' units.
    fn stability(&self) -> f64;

    /// To a place unlike the start.
    fn leave_for_the_boundary(&mut self);

    /// So many steps, or fewer if the deadline passes.
    fn advance(&mut self, steps: usize, deadline: Deadline) {
        for k in 0..steps {
            if k % REFRESH == 0 && deadline.passed() {
                return;
            }
            self.step();
        }
    }
}

/// Hit and run along great circles.
pub(super) struct Walk<'a> {
    rows: &'a Rows,
    /// |w| = 1.
    point: Vec<f64>,
    /// z_i·w > 0.
    fields: Vec<f64>,
    direction: Vec<f64>,
    /// z_i·d.
    slopes: Vec<f64>,
    steps: usize,
    generator: Generator,
    width: Width,
}

impl<'a> Walk<'a> {
    /// From a point without errors, of any length above zero.
    pub fn new(rows: &'a Rows, start: Vec<f64>, seed: Seed) -> Self {
        let mut walk = Self {
            rows,
            point: start,
            fields: vec![0.0; rows.count],
            direction: rows.zeros(),
            slopes: vec![0.0; rows.count],
            steps: 0,
            generator: seed.generator(),
            width: Width::best(),
        };
        walk.refresh();
        walk
    }

    /// Draws a direction; the angles between which all fields cos θ z·w + sin θ z·d stay positive.
    fn arc(&mut self) -> (f64, f64) {
        for d in &mut self.direction[..self.rows.dimension] {
            *d = StandardNormal.sample(&mut self.generator);
        }
        let along = dot(&self.direction, &self.point);
        add(&mut self.direction, -along, &self.point);
        let length = dot(&self.direction, &self.direction).sqrt();
        if !(length > 1e-100) {
            // One dimension: there is nowhere to go.
            self.direction.fill(0.0);
            self.slopes.fill(0.0);
            return (0.0, 0.0);
        }
        for d in &mut self.direction {
            *d /= length;
        }
        self.rows.fields(&self.direction, &mut self.slopes);
        let (least, most) = extremes(self.width, &self.slopes, &self.fields);
        (most.atan() - FRAC_PI_2, least.atan() + FRAC_PI_2)
    }

    /// Moves along the circle, unless rounding would take it across the boundary.
    fn turn(&mut self, angle: f64) {
        let (sin, cos) = angle.sin_cos();
        if !turned(self.width, &mut self.fields, &self.slopes, cos, sin) {
            return self.refresh();
        }
        for (w, d) in self.point.iter_mut().zip(&self.direction) {
            *w = cos * *w + sin * d;
        }
    }

    fn refresh(&mut self) {
        let length = dot(&self.point, &self.point).sqrt();
        for w in &mut self.point {
            *w /= length;
        }
        self.rows.fields(&self.point, &mut self.fields);
    }
}

impl Chain for Walk<'_> {
    /// A random great circle, and a uniform point on the arc of it that is inside.
    fn step(&mut self) {
        let (low, high) = self.arc();
        let angle = low + (high - low) * self.generator.random::<f64>();
        self.turn(angle);
        self.steps += 1;
        if self.steps.is_multiple_of(REFRESH) {
            self.refresh();
        }
    }

    fn point(&self) -> Vec<f64> {
        self.point[..self.rows.dimension].to_vec()
    }

    fn stability(&self) -> f64 {
        self.fields.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// Each time almost to one end of the arc.
    fn leave_for_the_boundary(&mut self) {
        for _ in 0..self.rows.dimension {
            let (low, high) = self.arc();
            let end = if self.generator.random::<bool>() { low } else { high };
            self.turn(0.9 * end);
        }
        self.refresh();
    }
}

/// The least and the largest ratio of slope and field; what is not a number is passed over.
#[inline(always)]
fn extremes_body(slopes: &[f64], fields: &[f64]) -> (f64, f64) {
    let (mut least, mut most) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    let (s, f) = (slopes.chunks_exact(LANES), fields.chunks_exact(LANES));
    let rest = s.remainder().iter().zip(f.remainder());
    for (k, (slope, field)) in rest.enumerate() {
        let ratio = slope / field;
        least[k] = if ratio < least[k] { ratio } else { least[k] };
        most[k] = if ratio > most[k] { ratio } else { most[k] };
    }
    for (slopes, fields) in s.zip(f) {
        for k in 0..LANES {
            let ratio = slopes[k] / fields[k];
            least[k] = if ratio < least[k] { ratio } else { least[k] };
            most[k] = if ratio > most[k] { ratio } else { most[k] };
        }
    }
    (
        least.into_iter().fold(f64::INFINITY, f64::min),
        most.into_iter().fold(f64::NEG_INFINITY, f64::max),
    )
}

widths!(pub(super) fn extremes(slopes: &[f64], fields: &[f64]) -> (f64, f64) = extremes_body);

/// The fields after a turn; false if one of them would not be positive.
#[inline(always)]
fn turned_body(fields: &mut [f64], slopes: &[f64], cos: f64, sin: f64) -> bool {
    let mut inside = true;
    for (field, slope) in fields.iter_mut().zip(slopes) {
        *field = cos * *field + sin * slope;
        inside &= *field > 0.0;
    }
    inside
}

widths!(fn turned(fields: &mut [f64], slopes: &[f64], cos: f64, sin: f64) -> bool = turned_body);
