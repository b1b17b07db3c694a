//! Inputs from one layer to the other, for blocks of states at a time.

use faer::{Accum, MatMut, MatRef};

use crate::ndarray::{Array2, ArrayView2};
use crate::numeric::product::multiply;
use crate::rayon::prelude::*;
use crate::rbm::Rbm;

/// Rows that one thread takes at a time.
pub(super) const BLOCK: usize = 64;

impl Rbm {
    /// The inputs Σ_i v_i W_iμ of visible states, one after the other in a slice, on the calling thread.
    pub(crate) fn hidden_inputs_into(&self, visible: &[f64], out: &mut [f64]) {
        inputs_into(visible, self.weights_ref(), out);
    }

    /// The inputs Σ_μ W_iμ h_μ of hidden states, one after the other in a slice, on the calling thread.
    pub(crate) fn visible_inputs_into(&self, hidden: &[f64], out: &mut [f64]) {
        inputs_into(hidden, self.weights_ref().transpose(), out);
    }

    /// W row by row.
    pub(super) fn weight_slice(&self) -> &[f64] {
        // Weights are kept in standard layout only.
        self.weights.as_slice().unwrap_or_default()
    }

    fn weights_ref(&self) -> MatRef<'_, f64> {
        let (n, m) = self.weights.dim();
        MatRef::from_row_major_slice(self.weight_slice(), n, m)
    }

    /// f(states, inputs, out) over blocks of rows in parallel: `inputs` of the hidden layer to the visible rows, `width` numbers of `out` for each.
    pub(super) fn over_visible(
        &self,
        states: ArrayView2<'_, f64>,
        width: usize,
        f: impl Fn(&[f64], &[f64], &mut [f64]) + Sync,
    ) -> Array2<f64> {
        over_blocks(states, width, self.weights_ref(), f)
    }

    /// The same from hidden rows to inputs of the visible layer.
    pub(super) fn over_hidden(
        &self,
        states: ArrayView2<'_, f64>,
        width: usize,
        f: impl Fn(&[f64], &[f64], &mut [f64]) + Sync,
    ) -> Array2<f64> {
        over_blocks(states, width, self.weights_ref().transpose(), f)
    }
}

/// The product of rows of states with the weights from them.
fn inputs_into(states: &[f64], weights: MatRef<'_, f64>, out: &mut [f64]) {
    let (from, to) = weights.shape();
    let rows = states.len() / from;
    let states = MatRef::from_row_major_slice(states, rows, from);
    multiply(MatMut::from_row_major_slice_mut(out, rows, to), Accum::Replace, states, weights, 1.0);
}

/// f(states, inputs, out) over blocks of rows, with the inputs that the weights make of them.
fn over_blocks(
    states: ArrayView2<'_, f64>,
    width: usize,
    weights: MatRef<'_, f64>,
    f: impl Fn(&[f64], &[f64], &mut [f64]) + Sync,
) -> Array2<f64> {
    let (from, to) = weights.shape();
    let states = states.as_standard_layout();
    let mut out = Array2::zeros((states.nrows(), width));
    if let (Some(states), Some(out)) = (states.as_slice(), out.as_slice_mut()) {
        let blocks = out.par_chunks_mut(BLOCK * width).zip(states.par_chunks(BLOCK * from));
        blocks.for_each(|(out, states)| {
            let mut inputs = vec![0.0; states.len() / from * to];
            inputs_into(states, weights, &mut inputs);
            f(states, &inputs, out);
        });
    }
    out
}
