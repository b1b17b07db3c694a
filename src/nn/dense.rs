//! Fully connected layers: z = W a + b.

use std::ops::Range;

use crate::nn::matrix::{Factor, Matrix, multiply};
use crate::nn::real::Real;
use crate::rayon::prelude::*;

/// Weights `[outputs, inputs]` row by row from `weight`, and biases from `bias`.
#[derive(Clone, Debug)]
pub(crate) struct Dense {
    pub inputs: usize,
    pub outputs: usize,
    pub weight: usize,
    pub bias: usize,
}

impl Dense {
    fn weights(&self) -> Range<usize> {
        self.weight..self.weight + self.inputs * self.outputs
    }

    fn biases(&self) -> Range<usize> {
        self.bias..self.bias + self.outputs
    }

    fn matrix<'a, R: Real>(&self, theta: &'a [R]) -> Factor<'a, R> {
        Factor::new(&theta[self.weights()], self.outputs, self.inputs)
    }

    pub fn forward<R: Real>(&self, theta: &[R], input: Factor<'_, R>, rows: usize) -> Matrix<R> {
        let mut z = Matrix::zeros(rows, self.outputs);
        let biases = &theta[self.biases()];
        z.data
            .par_chunks_exact_mut(self.outputs)
            .with_min_len(16)
            .for_each(|row| row.copy_from_slice(biases));
        multiply(&mut z.data, true, input, self.matrix(theta).t());
        z
    }

    /// R{z} = R{a} Wᵀ + a Vᵀ + R{b}.
    pub fn tangent<R: Real>(
        &self,
        theta: &[R],
        v: &[R],
        input: Factor<'_, R>,
        tangent: Option<Factor<'_, R>>,
        rows: usize,
    ) -> Matrix<R> {
        let mut z = self.forward(v, input, rows);
        if let Some(tangent) = tangent {
            multiply(&mut z.data, true, tangent, self.matrix(theta).t());
        }
        z
    }

    /// Adds δᵀ a and Σ δ to the gradient.
    pub fn add_gradient<R: Real>(
        &self,
        delta: &Matrix<R>,
        input: Factor<'_, R>,
        gradient: &mut [R],
    ) {
        let delta = delta.transposed();
        multiply(&mut gradient[self.weights()], true, delta.as_factor(), input);
        delta.add_row_sums(&mut gradient[self.biases()]);
    }

    /// Adds δᵀ t to the gradient of the weights alone.
    pub fn add_cross<R: Real>(
        &self,
        delta: &Matrix<R>,
        tangent: Factor<'_, R>,
        gradient: &mut [R],
    ) {
        let delta = delta.transposed();
        multiply(&mut gradient[self.weights()], true, delta.as_factor(), tangent);
    }

    /// δ W, the adjoint of the input.
    pub fn backward<R: Real>(&self, theta: &[R], delta: &Matrix<R>) -> Matrix<R> {
        let mut g = Matrix::zeros(delta.rows, self.inputs);
        multiply(&mut g.data, false, delta.as_factor(), self.matrix(theta));
        g
    }

    /// R{δ} W + δ V.
    pub fn backward_tangent<R: Real>(
        &self,
        theta: &[R],
        v: &[R],
        delta: &Matrix<R>,
        along: &Matrix<R>,
    ) -> Matrix<R> {
        let mut g = self.backward(theta, along);
        multiply(&mut g.data, true, delta.as_factor(), self.matrix(v));
        g
    }
}
