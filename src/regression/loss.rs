//! The loss of softmax regression with its derivatives, over blocks of examples.

use crate::ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut1, Axis, s};
use crate::numeric::logistic::ln_sum_exp;
use crate::rayon::prelude::*;

/// Examples that one thread takes at a time; fixed, so that sums are the same on any number of threads.
const BLOCK: usize = 256;

/// What the loss is made of. Parameters are a matrix of one class a row: its weights, and last its bias.
#[derive(Clone, Copy)]
pub(super) struct Loss<'a> {
    pub inputs: &'a Array2<f64>,
    pub labels: &'a [usize],
    pub classes: usize,
    pub l2: f64,
}

/// ln p_c of every class, from weights·x + bias, row by row in place.
pub(super) fn log_softmax(mut fields: ArrayViewMut1<'_, f64>) {
    let ln_sum = ln_sum_exp(&fields.to_vec());
    fields.mapv_inplace(|f| f - ln_sum);
}

/// W x + b, one input a row.
pub(super) fn fields(
    inputs: ArrayView2<'_, f64>,
    weights: ArrayView2<'_, f64>,
    biases: ArrayView1<'_, f64>,
) -> Array2<f64> {
    inputs.dot(&weights.t()) + biases
}

impl Loss<'_> {
    pub fn parameters(&self) -> usize {
        self.classes * (self.inputs.ncols() + 1)
    }

    /// The matrix that a list of parameters is.
    fn matrix<'p>(&self, parameters: &'p [f64]) -> ArrayView2<'p, f64> {
        let wide = self.inputs.ncols() + 1;
        let rows = ArrayView1::from(parameters).into_shape_with_order((self.classes, wide));
        rows.unwrap_or_else(|_| ArrayView2::from(&[] as &[[f64; 0]]))
    }

    /// Probabilities of the classes, of the examples of a block.
    fn probabilities(&self, theta: ArrayView2<'_, f64>, from: usize, to: usize) -> Array2<f64> {
        let last = theta.ncols() - 1;
        let inputs = self.inputs.slice(s![from..to, ..]);
        let mut logs = fields(inputs, theta.slice(s![.., ..last]), theta.column(last));
        logs.outer_iter_mut().for_each(log_softmax);
        logs
    }

    /// Σ over blocks of examples, in order.
    fn over_blocks(
        &self,
        part: impl Fn(usize, usize) -> (f64, Array2<f64>) + Sync,
        shape: (usize, usize),
    ) -> (f64, Array2<f64>) {
        let count = self.inputs.nrows();
        let parts: Vec<(f64, Array2<f64>)> = (0..count.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| part(block * BLOCK, count.min((block + 1) * BLOCK)))
            .collect();
        let zero = (0.0, Array2::zeros(shape));
        parts.into_iter().fold(zero, |(value, sum), (v, part)| (value + v, sum + part))
    }

    /// Σ_k r_kc (x_k, 1): a matrix like the parameters, from what each example says of each class.
    fn moments(&self, residuals: &Array2<f64>, from: usize, to: usize) -> Array2<f64> {
        let last = self.inputs.ncols();
        let mut sum = Array2::zeros((self.classes, last + 1));
        let inputs = self.inputs.slice(s![from..to, ..]);
        sum.slice_mut(s![.., ..last]).assign(&residuals.t().dot(&inputs));
        sum.column_mut(last).assign(&residuals.sum_axis(Axis(0)));
        sum
    }

    /// The loss, and its gradient in `gradient`.
    pub fn gradient(&self, parameters: &[f64], gradient: &mut [f64]) -> f64 {
        let theta = self.matrix(parameters);
        let n = self.inputs.nrows() as f64;
        let (sum, slopes) = self.over_blocks(
            |from, to| {
                let mut logs = self.probabilities(theta, from, to);
                let mut sum = 0.0;
                for (mut row, &label) in logs.outer_iter_mut().zip(&self.labels[from..to]) {
                    sum -= row[label];
                    row.mapv_inplace(f64::exp);
                    row[label] -= 1.0;
                }
                (sum, self.moments(&logs, from, to))
            },
            theta.dim(),
        );
        let last = theta.ncols() - 1;
        let mut squares = 0.0;
        for (at, (g, (slope, w))) in
            gradient.iter_mut().zip(slopes.iter().zip(parameters)).enumerate()
        {
            let decay = if at % (last + 1) == last { 0.0 } else { *w };
            squares += decay * decay;
            *g = slope / n + self.l2 * decay;
        }
        sum / n + 0.5 * self.l2 * squares
    }

    /// H v, with the Hessian H of the loss.
    pub fn hessian_vector(&self, parameters: &[f64], vector: &[f64]) -> Vec<f64> {
        let (theta, v) = (self.matrix(parameters), self.matrix(vector));
        let last = theta.ncols() - 1;
        let (_, sum) = self.over_blocks(
            |from, to| {
                let mut p = self.probabilities(theta, from, to);
                p.mapv_inplace(f64::exp);
                let inputs = self.inputs.slice(s![from..to, ..]);
                let along = fields(inputs, v.slice(s![.., ..last]), v.column(last));
                for (mut p, along) in p.outer_iter_mut().zip(along.outer_iter()) {
                    let mean = p.dot(&along);
                    p.zip_mut_with(&along, |p, a| *p *= a - mean);
                }
                (0.0, self.moments(&p, from, to))
            },
            theta.dim(),
        );
        let n = self.inputs.nrows() as f64;
        let decayed = |at: usize| if at % (last + 1) == last { 0.0 } else { self.l2 };
        sum.iter().zip(vector).enumerate().map(|(at, (h, v))| h / n + decayed(at) * v).collect()
    }
}
