//! Inputs from one layer to the other, for blocks of states at a time.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use crate::ndarray::{Array2, ArrayView2};
use crate::rayon::prelude::*;
use crate::rbm::Rbm;
use crate::simd::clear_registers;

/// Rows that one thread takes at a time.
pub(super) const BLOCK: usize = 64;

impl Rbm {
    /// The inputs Σ_i v_i W_iμ of visible states, one after the other in a slice, on the calling thread.
    pub(crate) fn hidden_inputs_into(&self, visible: &[f64], out: &mut [f64]) {
        let (n, m) = self.weights.dim();
        let rows = visible.len() / n;
        let weights = MatRef::from_row_major_slice(self.weight_slice(), n, m);
        let states = MatRef::from_row_major_slice(visible, rows, n);
        let out = MatMut::from_row_major_slice_mut(out, rows, m);
        matmul(out, Accum::Replace, states, weights, 1.0, Par::Seq);
        clear_registers();
    }

    /// The inputs Σ_μ W_iμ h_μ of hidden states, one after the other in a slice, on the calling thread.
    pub(crate) fn visible_inputs_into(&self, hidden: &[f64], out: &mut [f64]) {
        let (n, m) = self.weights.dim();
        let rows = hidden.len() / m;
        let weights = MatRef::from_row_major_slice(self.weight_slice(), n, m);
        let states = MatRef::from_row_major_slice(hidden, rows, m);
        let out = MatMut::from_row_major_slice_mut(out, rows, n);
        matmul(out, Accum::Replace, states, weights.transpose(), 1.0, Par::Seq);
        clear_registers();
    }

    /// W row by row.
    pub(super) fn weight_slice(&self) -> &[f64] {
        // Weights are kept in standard layout only.
        self.weights.as_slice().unwrap_or_default()
    }

    /// f(states, inputs, out) over blocks of rows in parallel: `inputs` of the hidden layer to the visible rows, `width` numbers of `out` for each.
    pub(super) fn over_visible(
        &self,
        states: ArrayView2<'_, f64>,
        width: usize,
        f: impl Fn(&[f64], &[f64], &mut [f64]) + Sync,
    ) -> Array2<f64> {
        let (n, m) = self.weights.dim();
        over_blocks(states, width, (n, m), |states, inputs, out| {
            self.hidden_inputs_into(states, inputs);
            f(states, inputs, out);
        })
    }

    /// The same from hidden rows to inputs of the visible layer.
    pub(super) fn over_hidden(
        &self,
        states: ArrayView2<'_, f64>,
        width: usize,
        f: impl Fn(&[f64], &[f64], &mut [f64]) + Sync,
    ) -> Array2<f64> {
        let (n, m) = self.weights.dim();
        over_blocks(states, width, (m, n), |states, inputs, out| {
            self.visible_inputs_into(states, inputs);
            f(states, inputs, out);
        })
    }
}

/// f(states, inputs, out) over blocks of rows, with room for inputs; the pair are the columns of states and of inputs.
fn over_blocks(
    states: ArrayView2<'_, f64>,
    width: usize,
    (from, to): (usize, usize),
    f: impl Fn(&[f64], &mut [f64], &mut [f64]) + Sync,
) -> Array2<f64> {
    let states = states.as_standard_layout();
    let mut out = Array2::zeros((states.nrows(), width));
    if let (Some(states), Some(out)) = (states.as_slice(), out.as_slice_mut()) {
        let blocks = out.par_chunks_mut(BLOCK * width).zip(states.par_chunks(BLOCK * from));
        blocks.for_each(|(out, states)| {
            let mut inputs = vec![0.0; states.len() / from * to];
            f(states, &mut inputs, out);
        });
    }
    out
}
