//! A billiard in the cone of perceptrons without error: exact Hamiltonian trajectories of a Gaussian with hard walls.

use std::f64::consts::FRAC_PI_2;

use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::perceptron::hit_and_run::{Chain, extremes};
use crate::perceptron::rows::{Rows, add, dot};
use crate::random::{Generator, Seed};
use crate::simd::{Width, widths};

/// Products of all pairs of examples are kept up to so many examples (32 MB).
const MOST_KEPT: usize = 2048;

/// How long a trajectory lasts: a quarter of the period.
const DURATION: f64 = FRAC_PI_2;

/// w(t) = w cos t + v sin t with a new normal v for each trajectory, reflected at each plane z_i·w = 0 that it meets.
///
/// This leaves normal numbers w as they are, restricted to the cone z_i·w > 0, whose directions are uniform (A. Pakman and L. Paninski, J. Comput.
/// Graph. Stat. 23, 518 (2014)). Since w(t) has hit every plane within t < π, the next one is that of the least z_i·v/z_i·w.
pub(super) struct Billiard<'a> {
    rows: &'a Rows,
    position: Vec<f64>,
    velocity: Vec<f64>,
    /// z_i·w ≥ 0.
    distances: Vec<f64>,
    /// z_i·v.
    speeds: Vec<f64>,
    /// z_i·z_j, a row for each i; empty if there are too many.
    products: &'a [f64],
    product: Vec<f64>,
    generator: Generator,
    width: Width,
}

/// The products of all pairs, or none if there are too many.
pub(super) fn products(rows: &Rows) -> Vec<f64> {
    if rows.count > MOST_KEPT {
        return Vec::new();
    }
    let mut products = vec![0.0; rows.count * rows.count];
    for (k, out) in products.chunks_exact_mut(rows.count).enumerate() {
        rows.fields(rows.row(k), out);
    }
    products
}

impl<'a> Billiard<'a> {
    /// From a point without errors, of any length above zero.
    pub fn new(rows: &'a Rows, products: &'a [f64], start: Vec<f64>, seed: Seed) -> Self {
        let factor = rows.normalizing(&start);
        Self {
            rows,
            position: start.iter().map(|w| w * factor).collect(),
            velocity: rows.zeros(),
            distances: vec![0.0; rows.count],
            speeds: vec![0.0; rows.count],
            products,
            product: vec![0.0; rows.count],
            generator: seed.generator(),
            width: Width::best(),
        }
    }

    /// A new velocity; distances and speeds from scratch.
    fn start(&mut self) {
        for v in &mut self.velocity[..self.rows.dimension] {
            *v = StandardNormal.sample(&mut self.generator);
        }
        self.rows.fields(&self.position, &mut self.distances);
        for distance in &mut self.distances {
            *distance = distance.max(0.0);
        }
        self.rows.fields(&self.velocity, &mut self.speeds);
    }

    /// Turns position and velocity by an angle.
    fn turn(&mut self, angle: f64) {
        let (sin, cos) = angle.sin_cos();
        rotate(self.width, &mut self.position, &mut self.velocity, cos, sin);
        rotate(self.width, &mut self.distances, &mut self.speeds, cos, sin);
        for distance in &mut self.distances {
            *distance = distance.max(0.0);
        }
    }

    /// Reflects the velocity at a plane.
    fn reflect(&mut self, wall: usize) {
        let row = self.rows.row(wall);
        let square = dot(row, row);
        if !(square > 0.0) {
            return;
        }
        let change = -2.0 * self.speeds[wall] / square;
        add(&mut self.velocity, change, row);
        let kept = self.products.chunks_exact(self.rows.count).nth(wall);
        if let Some(products) = kept {
            add(&mut self.speeds, change, products);
        } else {
            self.rows.fields(row, &mut self.product);
            add(&mut self.speeds, change, &self.product);
        }
    }
}

impl Chain for Billiard<'_> {
    fn step(&mut self) {
        self.start();
        let mut left = DURATION;
        // A trajectory meets each plane about once; one caught in a corner by rounding is ended there.
        for _ in 0..100 * self.rows.count + 1000 {
            let least = extremes(self.width, &self.speeds, &self.distances).0;
            let time = least.atan() + FRAC_PI_2;
            if !(time < left) {
                break;
            }
            let meets = |k: &usize| self.speeds[*k] / self.distances[*k] == least;
            let Some(wall) = (0..self.rows.count).find(meets) else { break };
            self.turn(time);
            self.distances[wall] = 0.0;
            if self.speeds[wall] < 0.0 {
                self.reflect(wall);
            }
            left -= time;
        }
        self.turn(left);
    }

    fn point(&self) -> Vec<f64> {
        let length = dot(&self.position, &self.position).sqrt();
        self.position[..self.rows.dimension].iter().map(|w| w / length).collect()
    }

    fn stability(&self) -> f64 {
        let length = dot(&self.position, &self.position).sqrt();
        self.distances.iter().copied().fold(f64::INFINITY, f64::min) / length
    }

    fn leave_for_the_boundary(&mut self) {
        // Most of the way to the first plane in several directions.
        for _ in 0..self.rows.dimension {
            self.start();
            let least = extremes(self.width, &self.speeds, &self.distances).0;
            self.turn(0.9 * (least.atan() + FRAC_PI_2));
        }
    }
}

#[inline(always)]
fn rotate_body(x: &mut [f64], v: &mut [f64], cos: f64, sin: f64) {
    for (x, v) in x.iter_mut().zip(v) {
        let (old_x, old_v) = (*x, *v);
        *x = cos * old_x + sin * old_v;
        *v = cos * old_v - sin * old_x;
    }
}

widths!(fn rotate(x: &mut [f64], v: &mut [f64], cos: f64, sin: f64) = rotate_body);
