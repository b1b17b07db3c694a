//! Examples as rows ready for the hot loops: each input times its label, padded to whole registers.

use crate::perceptron::examples::Examples;
use crate::perceptron::model::Perceptron;
use crate::simd::{Width, widths};

/// Numbers that one step of the loops takes; rows are padded with zeros to a multiple of it.
pub(super) const LANES: usize = 8;

/// The vectors z_i = y_i x_i over a power of two that brings the largest entry to between ½ and 1.
///
/// A perceptron gets example i right if w·z_i > 0, so that labels need no further thought. The scale is a power of two, so that dividing by it
/// rounds nothing.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    data: Vec<f64>,
    stride: usize,
    pub count: usize,
    pub dimension: usize,
    pub scale: f64,
    width: Width,
}

impl Rows {
    /// Of these examples, with one more input that is always 1 if there is to be a bias.
    pub fn new(examples: &Examples, bias: bool) -> Self {
        let (count, inputs) = examples.inputs().dim();
        let dimension = inputs + usize::from(bias);
        let stride = dimension.div_ceil(LANES) * LANES;
        let floor = if bias { 1.0 } else { 0.0 };
        let largest = examples.inputs().iter().fold(floor, |max: f64, x| max.max(x.abs()));
        let scale = if largest > 0.0 { largest.log2().ceil().exp2() } else { 1.0 };
        let mut data = vec![0.0; count * stride];
        for (k, row) in data.chunks_exact_mut(stride.max(1)).enumerate() {
            let label = f64::from(examples.labels()[k]);
            for (z, x) in row.iter_mut().zip(examples.inputs().row(k)) {
                *z = label * (x / scale);
            }
            if bias {
                row[inputs] = label / scale;
            }
        }
        Self { data, stride, count, dimension, scale, width: Width::best() }
    }

    /// One z_i, with its padding.
    pub fn row(&self, index: usize) -> &[f64] {
        &self.data[index * self.stride..(index + 1) * self.stride]
    }

    /// A vector of zeros, as long as a padded row.
    pub fn zeros(&self) -> Vec<f64> {
        vec![0.0; self.stride]
    }

    /// All w·z_i.
    pub fn fields(&self, weights: &[f64], out: &mut [f64]) {
        products(self.width, &self.data, weights, out);
    }

    /// The perceptron with these weights times a factor, the last one as its bias if there is one.
    pub fn perceptron(&self, weights: &[f64], factor: f64, bias: bool) -> Perceptron {
        let inputs = self.dimension - usize::from(bias);
        Perceptron {
            weights: weights[..inputs].iter().map(|w| w * factor).collect(),
            bias: if bias { weights[inputs] * factor } else { 0.0 },
        }
    }

    /// The factor that gives weights the length √N of the theory, or 1 if they vanish.
    pub fn normalizing(&self, weights: &[f64]) -> f64 {
        let length = dot(weights, weights).sqrt();
        if length > 0.0 { (self.dimension as f64).sqrt() / length } else { 1.0 }
    }

    /// The largest |z_i|.
    pub fn radius(&self) -> f64 {
        (0..self.count).map(|k| dot(self.row(k), self.row(k))).fold(0.0, f64::max).sqrt()
    }

    /// The smallest w·z_i/|w|; 0 for w = 0.
    pub fn stability(&self, weights: &[f64], fields: &mut [f64]) -> f64 {
        self.fields(weights, fields);
        let norm = dot(weights, weights).sqrt();
        let least = fields.iter().copied().fold(f64::INFINITY, f64::min);
        if norm > 0.0 { least / norm } else { 0.0 }
    }

    /// The examples that are wrong, w·z_i ≤ 0.
    pub fn errors(&self, weights: &[f64], fields: &mut [f64]) -> usize {
        self.fields(weights, fields);
        fields.iter().filter(|field| !(**field > 0.0)).count()
    }

    /// Runs through examples in this order and adds each that is wrong to the weights, until so many updates are done.
    ///
    /// Returns the number of updates.
    pub fn rosenblatt_pass(&self, pass: Pass<'_>) -> usize {
        rosenblatt(self.width, &self.data, self.stride, pass)
    }
}

/// What one pass of Rosenblatt's rule reads and changes.
pub(super) struct Pass<'a> {
    pub order: &'a [usize],
    pub weights: &'a mut [f64],
    /// Σ (step of the update) z, from which the mean of the weights over all steps follows.
    pub weighted: &'a mut [f64],
    /// Steps done before this pass.
    pub step: usize,
    pub most: usize,
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    dot_body(a, b)
}

/// y + c x in place of y.
pub(super) fn add(y: &mut [f64], c: f64, x: &[f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += c * x;
    }
}

/// Inlined into each copy of the loops that are compiled for a width.
#[inline(always)]
pub(super) fn dot_body(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + b) + (c + d)) + ((e + f) + (g + h)) + rest
}

#[inline(always)]
fn products_body(data: &[f64], weights: &[f64], out: &mut [f64]) {
    for (row, out) in data.chunks_exact(weights.len().max(1)).zip(out) {
        *out = dot_body(row, weights);
    }
}

widths!(fn products(data: &[f64], weights: &[f64], out: &mut [f64]) = products_body);

#[inline(always)]
fn rosenblatt_body(data: &[f64], stride: usize, pass: Pass<'_>) -> usize {
    let Pass { order, weights, weighted, step, most } = pass;
    let mut updates = 0;
    for (k, &index) in order.iter().enumerate() {
        if updates == most {
            break;
        }
        let row = &data[index * stride..(index + 1) * stride];
        if !(dot_body(row, weights) > 0.0) {
            updates += 1;
            let at = (step + k) as f64;
            for ((w, sum), z) in weights.iter_mut().zip(weighted.iter_mut()).zip(row) {
                *w += z;
                *sum += at * z;
            }
        }
    }
    updates
}

widths!(fn rosenblatt(data: &[f64], stride: usize, pass: Pass<'_>) -> usize = rosenblatt_body);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_label_times_product_whatever_the_padding() {
        for (count, dimension) in [(1, 1), (3, 5), (4, 8), (7, 17)] {
            let examples = Examples::random(count, dimension, 3).unwrap();
            for bias in [false, true] {
                let rows = Rows::new(&examples, bias);
                let mut weights = rows.zeros();
                for (k, w) in weights.iter_mut().take(rows.dimension).enumerate() {
                    *w = (k as f64).sin() + 0.3;
                }
                let mut fields = vec![0.0; count];
                rows.fields(&weights, &mut fields);
                for (k, field) in fields.iter().enumerate() {
                    let input = examples.inputs().row(k);
                    let mut sum: f64 = input.iter().zip(&weights).map(|(x, w)| x * w).sum();
                    if bias {
                        sum += weights[dimension];
                    }
                    let expected = f64::from(examples.labels()[k]) * sum;
                    assert!((field * rows.scale - expected).abs() < 1e-13);
                }
            }
        }
    }
}
