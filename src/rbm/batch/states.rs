//! From the states of one layer to means and draws of the other.

use faer::{Accum, MatMut, MatRef};

use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::rbm::batch::lanes::Lanes;
use crate::rbm::batch::logistic::TwoValued;
use crate::rbm::batch::real::Real;
use crate::rbm::batch::units::BatchUnits;
use crate::rbm::batch::{WORTH_SPLITTING, block};

/// W, visible × hidden, row by row.
#[derive(Clone, Copy, Debug)]
pub(in crate::rbm) struct Weights<'a, F> {
    pub w: &'a [F],
    pub n: usize,
    pub m: usize,
    /// They count so many times, as at an inverse temperature.
    pub coupling: f64,
}

/// Which layer follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rbm) enum Direction {
    ToHidden,
    ToVisible,
}

/// Means of the layer `to` given `from`, one state a row, and draws for the last rows, as many as `samples` holds: the same on any number of threads.
pub(in crate::rbm) fn pass<F: Real>(
    weights: Weights<'_, F>,
    direction: Direction,
    from: &[F],
    to: &BatchUnits<F>,
    seed: Seed,
    means: &mut [F],
    samples: &mut [F],
) {
    let matrix = MatRef::from_row_major_slice(weights.w, weights.n, weights.m);
    let matrix = if direction == Direction::ToHidden { matrix } else { matrix.transpose() };
    let (inner, columns) = (matrix.nrows(), matrix.ncols());
    let rows = from.len() / inner;
    let states = MatRef::from_row_major_slice(from, rows, inner);
    let step = Step { two_valued: to.two_valued, seed, width: block(columns) };
    let whole = MatMut::from_row_major_slice_mut(&mut *means, rows, columns);
    let draws = samples.len() / columns;
    let drawn = MatMut::from_row_major_slice_mut(&mut *samples, draws, columns);
    let work = |(k, (mut means, samples)): (usize, (MatMut<'_, F>, MatMut<'_, F>))| {
        let place = k * step.width;
        let part = matrix.subcols(place, means.ncols());
        F::product(means.as_mut(), Accum::Replace, states, part, weights.coupling);
        step.draw(k, means, &to.fields[place..], samples);
    };
    if rows * inner * columns < WORTH_SPLITTING {
        let (mut whole, mut drawn) = (whole, drawn);
        for k in 0..columns.div_ceil(step.width) {
            let width = step.width.min(whole.ncols());
            let (means, other_means) = whole.split_at_col_mut(width);
            let (samples, other_samples) = drawn.split_at_col_mut(width);
            work((k, (means, samples)));
            (whole, drawn) = (other_means, other_samples);
        }
    } else {
        let parts = whole.par_col_chunks_mut(step.width).zip(drawn.par_col_chunks_mut(step.width));
        parts.enumerate().for_each(work);
    }
    if to.two_valued.is_none() {
        draw_rows(to, columns, seed, means, samples);
    }
}

/// The inputs Σ_i v_i W_iμ of visible states, one a row.
pub(in crate::rbm) fn hidden_inputs<F: Real>(weights: Weights<'_, F>, from: &[F], out: &mut [F]) {
    let rows = from.len() / weights.n;
    let matrix = MatRef::from_row_major_slice(weights.w, weights.n, weights.m);
    let states = MatRef::from_row_major_slice(from, rows, weights.n);
    let width = block(weights.m);
    let out = MatMut::from_row_major_slice_mut(out, rows, weights.m);
    out.par_col_chunks_mut(width).enumerate().for_each(|(k, out)| {
        let part = matrix.subcols(k * width, out.ncols());
        F::product(out, Accum::Replace, states, part, weights.coupling);
    });
}

/// What the draws of a block need.
#[derive(Clone, Copy)]
struct Step {
    two_valued: Option<TwoValued>,
    seed: Seed,
    width: usize,
}

impl Step {
    /// Means and draws of a block of columns, for units with two values.
    fn draw<F: Real>(self, k: usize, means: MatMut<'_, F>, fields: &[F], samples: MatMut<'_, F>) {
        let Some(unit) = self.two_valued else { return };
        let fields = &fields[..means.ncols()];
        let first_drawn = means.nrows() - samples.nrows();
        let mut lanes = Lanes::new(self.seed.child(k as u64));
        let Some(mut means) = means.try_as_row_major_mut() else { return };
        let Some(mut samples) = samples.try_as_row_major_mut() else { return };
        for row in 0..means.nrows() {
            let x = means.as_mut().row_mut(row).as_slice_mut();
            if row < first_drawn {
                F::means(x, fields, unit);
            } else {
                let out = samples.as_mut().row_mut(row - first_drawn).as_slice_mut();
                F::draws(x, fields, out, &mut lanes, unit);
            }
        }
    }
}

/// Means and draws of other units, row by row, each on the stream of its own index.
fn draw_rows<F: Real>(
    to: &BatchUnits<F>,
    columns: usize,
    seed: Seed,
    means: &mut [F],
    samples: &mut [F],
) {
    let first_drawn = (means.len() - samples.len()) / columns;
    let (only_means, drawn) = means.split_at_mut(first_drawn * columns);
    let average = |row: &mut [F]| {
        let inputs: Vec<f64> = row.iter().map(|x| x.wide()).collect();
        let mut mean = vec![0.0; columns];
        to.layer.mean(&inputs, &mut mean);
        row.iter_mut().zip(mean).for_each(|(x, mean)| *x = F::of(mean));
    };
    let draw = |(k, (row, sample)): (usize, (&mut [F], &mut [F]))| {
        let inputs: Vec<f64> = row.iter().map(|x| x.wide()).collect();
        if !inputs.iter().all(|x| x.is_finite()) {
            // No distribution, and no draw that would end: the caller will notice.
            row.fill(F::of(f64::NAN));
            sample.fill(F::of(f64::NAN));
            return;
        }
        let mut out = vec![0.0; columns];
        to.layer.sample(&inputs, &mut seed.child(k as u64).generator(), &mut out);
        sample.iter_mut().zip(&out).for_each(|(x, out)| *x = F::of(*out));
        to.layer.mean(&inputs, &mut out);
        row.iter_mut().zip(&out).for_each(|(x, mean)| *x = F::of(*mean));
    };
    if only_means.len() + drawn.len() < WORTH_SPLITTING / 100 {
        only_means.chunks_exact_mut(columns).for_each(average);
        let rows = drawn.chunks_exact_mut(columns).zip(samples.chunks_exact_mut(columns));
        rows.enumerate().for_each(draw);
    } else {
        only_means.par_chunks_exact_mut(columns).for_each(average);
        let rows = drawn.par_chunks_exact_mut(columns).zip(samples.par_chunks_exact_mut(columns));
        rows.enumerate().for_each(draw);
    }
}
