//! Sums over long vectors, in an order that does not depend on the number of threads.

use crate::rayon::prelude::*;
use crate::simd::{Width, widths};

/// Numbers in a chunk: 40 vectors' chunks of it fit into the second cache.
pub(crate) const CHUNK: usize = 1024;
/// Chunks that one task takes at least, so that short vectors stay on one thread.
pub(crate) const TASK: usize = 16;

const LANES: usize = 16;

#[inline(always)]
fn dot_body(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (mut left, mut right) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    for (x, y) in (&mut left).zip(&mut right) {
        for ((lane, x), y) in lanes.iter_mut().zip(x).zip(y) {
            *lane += x * y;
        }
    }
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(x, y)| x * y).sum();
    lanes.iter().sum::<f64>() + rest
}

#[inline(always)]
fn add_scaled_body(y: &mut [f64], factor: f64, x: &[f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}

#[inline(always)]
fn widen_body(wide: &mut [f64], narrow: &[f32]) {
    for (wide, narrow) in wide.iter_mut().zip(narrow) {
        *wide = f64::from(*narrow);
    }
}

widths!(fn dot_of_width(a: &[f64], b: &[f64]) -> f64 = dot_body);
widths!(fn add_scaled_of_width(y: &mut [f64], factor: f64, x: &[f64]) = add_scaled_body);
widths!(fn widen_of_width(wide: &mut [f64], narrow: &[f32]) = widen_body);

/// Σ a_i b_i of one chunk.
pub(crate) fn chunk_dot(a: &[f64], b: &[f64]) -> f64 {
    dot_of_width(Width::best(), a, b)
}

/// y + factor · x, into y, of one chunk.
pub(crate) fn chunk_add(y: &mut [f64], factor: f64, x: &[f64]) {
    add_scaled_of_width(Width::best(), y, factor, x);
}

/// Single precision to double.
pub(crate) fn widen(wide: &mut [f64], narrow: &[f32]) {
    widen_of_width(Width::best(), wide, narrow);
}

/// Whether vectors of so many numbers are too short to be worth a second thread.
pub(crate) fn is_short(n: usize) -> bool {
    n <= CHUNK * TASK
}

/// Σ a_i b_i, chunk by chunk on one thread or several.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    if is_short(a.len()) {
        return a.chunks(CHUNK).zip(b.chunks(CHUNK)).map(|(a, b)| chunk_dot(a, b)).sum();
    }
    let parts: Vec<f64> = a
        .par_chunks(CHUNK)
        .zip(b.par_chunks(CHUNK))
        .with_min_len(TASK)
        .map(|(a, b)| chunk_dot(a, b))
        .collect();
    parts.iter().sum()
}

/// √Σ a_i².
pub(crate) fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// y + factor · x, into y.
pub(crate) fn add_scaled(y: &mut [f64], factor: f64, x: &[f64]) {
    if is_short(y.len()) {
        return chunk_add(y, factor, x);
    }
    y.par_chunks_mut(CHUNK)
        .zip(x.par_chunks(CHUNK))
        .with_min_len(TASK)
        .for_each(|(y, x)| chunk_add(y, factor, x));
}

/// factor · x, into x.
pub(crate) fn scale(x: &mut [f64], factor: f64) {
    let all = |x: &mut [f64]| x.iter_mut().for_each(|x| *x *= factor);
    if is_short(x.len()) {
        return all(x);
    }
    x.par_chunks_mut(CHUNK).with_min_len(TASK).for_each(all);
}
