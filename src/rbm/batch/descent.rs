//! One step of the weights along the gradient, in blocks of rows.
//!
//! With offsets μ of the visible and λ of the hidden units and scales of both, the gradient of W_iμ' = W is
//! (G_iμ' − μ_i δh_μ' − δv_i λ_μ') s_i s_μ', where G = ⟨v hᵀ⟩ of the data minus that of the model, and δv and δh are the same differences of the means.

use faer::{Accum, MatMut, MatRef};

use crate::rayon::prelude::*;
use crate::rbm::batch::real::Real;
use crate::rbm::batch::{WORTH_SPLITTING, block};
use crate::simd::widths;

/// What is the same for all rows, one number a hidden unit, and the size of the step.
#[derive(Clone, Copy, Debug)]
pub(in crate::rbm) struct Slopes<'a, F> {
    /// δh.
    pub difference: &'a [F],
    /// λ.
    pub offset: &'a [F],
    pub scale: &'a [F],
    pub rate: F,
    pub momentum: F,
    /// L2, as a multiple of the weight.
    pub decay: F,
    /// L1, times the rate.
    pub shrink: F,
}

/// What is one number a row.
#[derive(Clone, Copy, Debug)]
pub(in crate::rbm) struct Factors<'a, F> {
    /// δv.
    pub difference: &'a [F],
    /// μ.
    pub offset: &'a [F],
    pub scale: &'a [F],
}

/// One row of the matrices and its numbers.
#[derive(Debug)]
pub(in crate::rbm) struct Row<'a, F> {
    /// G, and afterwards the change of the weights.
    pub gradient: &'a mut [F],
    pub weights: &'a mut [F],
    pub velocity: &'a mut [F],
    pub difference: F,
    pub offset: F,
    pub scale: F,
    /// Receives Σ of the gradient's squares.
    pub squares: &'a mut f64,
}

/// Elements of a row that are treated at once.
const CHUNK: usize = 16;

macro_rules! slide {
    ($t:ty, $name:ident = $body:ident) => {
        #[inline(always)]
        fn $body(row: Row<'_, $t>, slopes: Slopes<'_, $t>) {
            let (offset, difference, scale) = (row.offset, row.difference, row.scale);
            let Slopes { rate, momentum, decay, shrink, .. } = slopes;
            let step = |g: &mut $t, w: &mut $t, v: &mut $t, dh: $t, lambda: $t, s: $t| {
                let slope = (*g - offset * dh - difference * lambda) * (scale * s);
                *v = momentum * *v + rate * (slope - decay * *w);
                let moved = *w + *v;
                // Towards zero by L1, but not beyond.
                let new = moved - moved.max(-shrink).min(shrink);
                *g = new - *w;
                *w = new;
                slope * slope
            };
            let (gs, g_rest) = row.gradient.as_chunks_mut::<CHUNK>();
            let (ws, w_rest) = row.weights.as_chunks_mut::<CHUNK>();
            let (vs, v_rest) = row.velocity.as_chunks_mut::<CHUNK>();
            let (dhs, dh_rest) = slopes.difference.as_chunks::<CHUNK>();
            let (lambdas, lambda_rest) = slopes.offset.as_chunks::<CHUNK>();
            let (scales, scale_rest) = slopes.scale.as_chunks::<CHUNK>();
            let mut parts = [0.0; CHUNK];
            let chunks = gs.iter_mut().zip(ws).zip(vs).zip(dhs).zip(lambdas).zip(scales);
            for (((((g, w), v), dh), lambda), s) in chunks {
                for l in 0..CHUNK {
                    parts[l] += step(&mut g[l], &mut w[l], &mut v[l], dh[l], lambda[l], s[l]);
                }
            }
            let rest = g_rest.iter_mut().zip(w_rest).zip(v_rest);
            let rest = rest.zip(dh_rest).zip(lambda_rest).zip(scale_rest);
            for (l, (((((g, w), v), dh), lambda), s)) in rest.enumerate() {
                parts[l] += step(g, w, v, *dh, *lambda, *s);
            }
            *row.squares += f64::from(parts.iter().sum::<$t>());
        }

        widths!(pub(super) fn $name(row: Row<'_, $t>, slopes: Slopes<'_, $t>) = $body);
    };
}

slide!(f32, slide32 = slide_of32);
slide!(f64, slide64 = slide_of64);

/// The matrices of a step, each visible × hidden.
#[derive(Debug)]
pub(in crate::rbm) struct Descent<'a, F> {
    pub weights: &'a mut [F],
    pub velocity: &'a mut [F],
    /// G where there are no states to compute it from; afterwards the change of the weights.
    pub gradient: &'a mut [F],
    /// Visible states and, with the weight of each row, means of the hidden units: G = Σ v hᵀ.
    pub states: Option<(&'a [F], &'a [F])>,
}

/// What a step did.
#[derive(Clone, Debug)]
pub(in crate::rbm) struct Change {
    /// Σ of the gradient's squares.
    pub squares: f64,
    /// ΔW λ, one number a visible unit.
    pub by_hidden: Vec<f64>,
    /// ΔWᵀ μ, one number a hidden unit.
    pub by_visible: Vec<f64>,
}

/// Moves the weights by one step.
pub(in crate::rbm) fn descend<F: Real>(
    descent: Descent<'_, F>,
    factors: Factors<'_, F>,
    slopes: Slopes<'_, F>,
) -> Change {
    let (n, m) = (factors.offset.len(), slopes.offset.len());
    let width = block(n);
    let rows = descent.states.map_or(0, |(v, _)| v.len() / n);
    let mut parts: Vec<Part> = (0..n.div_ceil(width)).map(|_| Part::new(m)).collect();
    let mut by_hidden = vec![0.0; n];
    // Without offsets both sums are 0.
    let zero = F::default();
    let centred = factors.offset.iter().chain(slopes.offset).any(|offset| *offset != zero);
    let work = |(k, (matrices, part)): (usize, (Block<'_, F>, &mut Part))| {
        let (((gradient, weights), velocity), by_hidden) = matrices;
        let place = k * width;
        let height = by_hidden.len();
        if let Some((v, h)) = descent.states {
            let v = MatRef::from_row_major_slice(v, rows, n).subcols(place, height);
            let h = MatRef::from_row_major_slice(h, rows, m);
            let out = MatMut::from_row_major_slice_mut(&mut *gradient, height, m);
            F::product(out, Accum::Replace, v.transpose(), h, 1.0);
        }
        let mut sums = vec![F::default(); m];
        let whole = gradient.chunks_exact_mut(m).zip(weights.chunks_exact_mut(m));
        let whole = whole.zip(velocity.chunks_exact_mut(m)).zip(by_hidden);
        for (i, (((gradient, weights), velocity), by_hidden)) in whole.enumerate() {
            let i = place + i;
            let row = Row {
                gradient: &mut *gradient,
                weights,
                velocity,
                difference: factors.difference[i],
                offset: factors.offset[i],
                scale: factors.scale[i],
                squares: &mut part.squares,
            };
            F::slide(row, slopes);
            if centred {
                *by_hidden = F::dot(gradient, slopes.offset).wide();
                F::accumulate(&mut sums, gradient, factors.offset[i]);
            }
        }
        part.by_visible = sums.iter().map(|x| x.wide()).collect();
    };
    let (gradient, weights, velocity) = (descent.gradient, descent.weights, descent.velocity);
    let size = width * m;
    if n * m * rows.max(1) < WORTH_SPLITTING {
        let matrices = gradient.chunks_mut(size).zip(weights.chunks_mut(size));
        let matrices = matrices.zip(velocity.chunks_mut(size)).zip(by_hidden.chunks_mut(width));
        matrices.zip(&mut parts).enumerate().for_each(work);
    } else {
        let matrices = gradient.par_chunks_mut(size).zip(weights.par_chunks_mut(size));
        let matrices =
            matrices.zip(velocity.par_chunks_mut(size)).zip(by_hidden.par_chunks_mut(width));
        matrices.zip(&mut parts).enumerate().for_each(work);
    }
    let mut change = Change { squares: 0.0, by_hidden, by_visible: vec![0.0; m] };
    for part in parts {
        change.squares += part.squares;
        change.by_visible.iter_mut().zip(part.by_visible).for_each(|(sum, x)| *sum += x);
    }
    change
}

/// Rows of the gradient, the weights and the velocity, and the numbers ΔW λ of these rows.
type Block<'a, F> = (((&'a mut [F], &'a mut [F]), &'a mut [F]), &'a mut [f64]);

/// What one block of rows adds.
struct Part {
    squares: f64,
    by_visible: Vec<f64>,
}

impl Part {
    fn new(m: usize) -> Self {
        Self { squares: 0.0, by_visible: vec![0.0; m] }
    }
}
