//! Layers that are linear in their inputs and in their parameters: z = W a + b, fully connected or by filters.
//!
//! R{·} of such a layer is the same for every kind: R{z} = W R{a} + V a + R{b}, and backwards R{Wᵀ δ} = Wᵀ R{δ} + Vᵀ δ.

use std::ops::Range;

use crate::nn::convolution::Convolution;
use crate::nn::layer::Line;
use crate::nn::matrix::{Factor, Matrix, multiply};
use crate::nn::real::Real;
use crate::rayon::prelude::*;

/// How inputs are connected to outputs.
#[derive(Clone, Debug)]
pub(crate) enum Connection {
    /// Every input to every output; weights `[outputs, inputs]` row by row.
    Dense { inputs: usize, outputs: usize },
    /// Filters that move over images.
    Convolution(Convolution),
}

/// A connection with the places of its weights and biases.
#[derive(Clone, Debug)]
pub(crate) struct Linear {
    pub connection: Connection,
    pub weight: usize,
    /// None for shortcuts, which the biases of the layers beside them serve.
    pub bias: Option<usize>,
}

impl Connection {
    fn weights(&self) -> usize {
        match self {
            Self::Dense { inputs, outputs } => inputs * outputs,
            Self::Convolution(convolution) => convolution.weights(),
        }
    }

    fn inputs(&self) -> usize {
        match self {
            Self::Dense { inputs, .. } => *inputs,
            Self::Convolution(convolution) => convolution.inputs(),
        }
    }

    fn outputs(&self) -> usize {
        match self {
            Self::Dense { outputs, .. } => *outputs,
            Self::Convolution(convolution) => convolution.outputs(),
        }
    }

    /// The number of biases: one for each output or channel.
    fn channels(&self) -> usize {
        match self {
            Self::Dense { outputs, .. } => *outputs,
            Self::Convolution(convolution) => convolution.filters,
        }
    }

    /// z += W a.
    fn add_forward<R: Real>(&self, w: &[R], a: Factor<'_, R>, z: &mut Matrix<R>) {
        match self {
            Self::Dense { inputs, outputs } => {
                multiply(&mut z.data, true, a, Factor::new(w, *outputs, *inputs).t());
            }
            Self::Convolution(convolution) => convolution.add_forward(w, a.data(), &mut z.data),
        }
    }

    /// g += Wᵀ δ.
    fn add_backward<R: Real>(&self, w: &[R], delta: &Matrix<R>, g: &mut Matrix<R>) {
        match self {
            Self::Dense { inputs, outputs } => {
                multiply(&mut g.data, true, delta.as_factor(), Factor::new(w, *outputs, *inputs));
            }
            Self::Convolution(convolution) => {
                convolution.add_backward(w, &delta.data, &mut g.data);
            }
        }
    }

    /// The derivatives by the weights, and by the biases if they are wanted, added to what is there.
    fn add_gradient<R: Real>(
        &self,
        delta: &Matrix<R>,
        a: Factor<'_, R>,
        weights: &mut [R],
        biases: Option<&mut [R]>,
    ) {
        match self {
            Self::Dense { .. } => {
                // The product runs faster from the transpose than over it.
                let delta = delta.transposed();
                multiply(weights, true, delta.as_factor(), a);
                if let Some(biases) = biases {
                    delta.add_row_sums(biases);
                }
            }
            Self::Convolution(convolution) => {
                convolution.add_gradient(&delta.data, a.data(), weights, biases);
            }
        }
    }
}

impl Linear {
    fn weights(&self) -> Range<usize> {
        self.weight..self.weight + self.connection.weights()
    }

    fn biases(&self) -> Option<Range<usize>> {
        self.bias.map(|start| start..start + self.connection.channels())
    }

    pub fn forward<R: Real>(&self, theta: &[R], input: Factor<'_, R>) -> Matrix<R> {
        let outputs = self.connection.outputs();
        let mut z = match self.biases() {
            Some(range) => {
                let mut z = input.blank(input.rows(), outputs);
                let biases = &theta[range];
                let area = outputs / biases.len();
                z.data.par_chunks_exact_mut(outputs).with_min_len(16).for_each(|row| {
                    for (channel, bias) in row.chunks_exact_mut(area).zip(biases) {
                        channel.fill(*bias);
                    }
                });
                z
            }
            None => input.zeros(input.rows(), outputs),
        };
        self.connection.add_forward(&theta[self.weights()], input, &mut z);
        z
    }

    pub fn tangent<R: Real>(
        &self,
        line: Line<'_, R>,
        input: Factor<'_, R>,
        tangent: Option<Factor<'_, R>>,
    ) -> Matrix<R> {
        let mut z = self.forward(line.v, input);
        if let Some(tangent) = tangent {
            self.connection.add_forward(&line.theta[self.weights()], tangent, &mut z);
        }
        z
    }

    /// Adds the derivatives by weights and biases, which are disjoint pieces of the gradient.
    fn add_gradient<R: Real>(&self, delta: &Matrix<R>, input: Factor<'_, R>, gradient: &mut [R]) {
        let weights = self.weights();
        // Biases stand behind the weights of their layer.
        let (head, tail) = gradient.split_at_mut(weights.end);
        let biases = self
            .biases()
            .map(|range| &mut tail[range.start - weights.end..range.end - weights.end]);
        self.connection.add_gradient(delta, input, &mut head[weights], biases);
    }

    fn back<R: Real>(&self, theta: &[R], delta: &Matrix<R>) -> Matrix<R> {
        let w = &theta[self.weights()];
        if let Connection::Dense { inputs, outputs } = self.connection {
            let mut g = delta.blank(delta.rows, inputs);
            multiply(&mut g.data, false, delta.as_factor(), Factor::new(w, outputs, inputs));
            return g;
        }
        let mut g = delta.zeros(delta.rows, self.connection.inputs());
        self.connection.add_backward(w, delta, &mut g);
        g
    }

    pub fn backward<R: Real>(
        &self,
        theta: &[R],
        input: Factor<'_, R>,
        delta: &Matrix<R>,
        gradient: Option<&mut [R]>,
        wanted: bool,
    ) -> Option<Matrix<R>> {
        if let Some(gradient) = gradient {
            self.add_gradient(delta, input, gradient);
        }
        wanted.then(|| self.back(theta, delta))
    }

    /// R{·} of the backward pass, with the tangent of the input if it has one.
    pub fn backward_tangent<R: Real>(
        &self,
        line: Line<'_, R>,
        input: Factor<'_, R>,
        tangent: Option<Factor<'_, R>>,
        delta: &Matrix<R>,
        r: &Matrix<R>,
        product: &mut [R],
    ) -> Option<Matrix<R>> {
        self.add_gradient(r, input, product);
        let tangent = tangent?;
        self.connection.add_gradient(delta, tangent, &mut product[self.weights()], None);
        let mut g = self.back(line.theta, r);
        self.connection.add_backward(&line.v[self.weights()], delta, &mut g);
        Some(g)
    }
}
