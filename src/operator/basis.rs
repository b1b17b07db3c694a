//! Orthonormal vectors of a Krylov space, kept in double or single precision.

use crate::numeric::vector::{CHUNK, TASK, chunk_add, chunk_dot, is_short, widen};
use crate::rayon::prelude::*;

/// Rows of the basis that are turned at a time.
const TILE: usize = 256;

/// At most so many passes of Gram–Schmidt; two are nearly always enough.
const PASSES: usize = 5;

/// Vectors v_0 … v_{k−1} of n numbers.
#[derive(Clone, Debug)]
pub(super) enum Basis {
    Double(Vec<Vec<f64>>),
    Single(Vec<Vec<f32>>),
}

/// A vector freed of its components along the basis.
pub(super) struct Projected {
    /// Those components.
    pub along: Vec<f64>,
    /// Its length before and after.
    pub before: f64,
    pub after: f64,
}

/// One chunk's share of a pass: components found in it, and its squares.
struct Part {
    along: Vec<f64>,
    square: f64,
}

impl Basis {
    pub fn new(single: bool) -> Self {
        if single { Self::Single(Vec::new()) } else { Self::Double(Vec::new()) }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Double(vectors) => vectors.len(),
            Self::Single(vectors) => vectors.len(),
        }
    }

    /// What rounding leaves of a component along the basis, relative to the vector.
    pub fn rounding(&self) -> f64 {
        match self {
            Self::Double(_) => 1e-14,
            Self::Single(_) => 1e-6,
        }
    }

    pub fn push(&mut self, vector: &[f64]) {
        match self {
            Self::Double(vectors) => vectors.push(vector.to_vec()),
            Self::Single(vectors) => vectors.push(vector.iter().map(|&x| x as f32).collect()),
        }
    }

    /// Vector `k`, into `out`.
    pub fn read(&self, k: usize, out: &mut [f64]) {
        match self {
            Self::Double(vectors) => out.copy_from_slice(&vectors[k]),
            Self::Single(vectors) => widen(out, &vectors[k]),
        }
    }

    /// Drops all vectors but the first `count`.
    pub fn truncate(&mut self, count: usize) {
        match self {
            Self::Double(vectors) => vectors.truncate(count),
            Self::Single(vectors) => vectors.truncate(count),
        }
    }

    /// The vectors themselves, in double precision.
    pub fn into_vectors(self) -> Vec<Vec<f64>> {
        match self {
            Self::Double(vectors) => vectors,
            Self::Single(vectors) => {
                vectors.into_iter().map(|v| v.into_iter().map(f64::from).collect()).collect()
            }
        }
    }

    /// Numbers `start` … of vector `k`, where need be in `room`.
    fn chunk<'a>(&'a self, k: usize, start: usize, room: &'a mut [f64]) -> &'a [f64] {
        let end = start + room.len();
        match self {
            Self::Double(vectors) => &vectors[k][start..end],
            Self::Single(vectors) => {
                widen(room, &vectors[k][start..end]);
                room
            }
        }
    }

    /// Takes from `w` its components along all vectors: by Gram–Schmidt at least twice, until nothing but rounding comes off.
    pub fn project_out(&self, w: &mut [f64]) -> Projected {
        let mut along = vec![0.0; self.len()];
        let (mut found, square) = self.pass(w, &along);
        let before = square.sqrt();
        let mut last = before;
        for pass in 0..PASSES {
            for (sum, component) in along.iter_mut().zip(&found) {
                *sum += component;
            }
            let (next, square) = self.pass(w, &found);
            let after = square.sqrt();
            if pass > 0 && after > 0.5 * last {
                return Projected { along, before, after };
            }
            (found, last) = (next, after);
        }
        // It lies in the span of the basis.
        Projected { along, before, after: 0.0 }
    }

    /// What `x` has along each vector.
    pub fn components(&self, x: &[f64]) -> Vec<f64> {
        let part = |(index, x): (usize, &[f64])| {
            let mut room = [0.0; CHUNK];
            let (start, room) = (index * CHUNK, &mut room[..x.len()]);
            (0..self.len()).map(|k| chunk_dot(self.chunk(k, start, room), x)).collect()
        };
        let parts: Vec<Vec<f64>> = if is_short(x.len()) {
            x.chunks(CHUNK).enumerate().map(part).collect()
        } else {
            x.par_chunks(CHUNK).with_min_len(TASK).enumerate().map(part).collect()
        };
        let mut along = vec![0.0; self.len()];
        for part in parts {
            for (sum, value) in along.iter_mut().zip(&part) {
                *sum += value;
            }
        }
        along
    }

    /// Subtracts `components` along the vectors from `w`; what is along them then, and the squared length.
    fn pass(&self, w: &mut [f64], components: &[f64]) -> (Vec<f64>, f64) {
        let subtract = components.iter().any(|&c| c != 0.0);
        let part = |(index, w): (usize, &mut [f64])| {
            let mut room = [0.0; CHUNK];
            let (start, room) = (index * CHUNK, &mut room[..w.len()]);
            if subtract {
                for (k, &component) in components.iter().enumerate() {
                    chunk_add(w, -component, self.chunk(k, start, room));
                }
            }
            let along =
                (0..components.len()).map(|k| chunk_dot(self.chunk(k, start, room), w)).collect();
            Part { along, square: chunk_dot(w, w) }
        };
        let parts: Vec<Part> = if is_short(w.len()) {
            w.chunks_mut(CHUNK).enumerate().map(part).collect()
        } else {
            w.par_chunks_mut(CHUNK).with_min_len(TASK).enumerate().map(part).collect()
        };
        let mut along = vec![0.0; components.len()];
        let mut square = 0.0;
        for part in parts {
            square += part.square;
            for (sum, value) in along.iter_mut().zip(&part.along) {
                *sum += value;
            }
        }
        (along, square)
    }

    /// Replaces the first vectors by their combinations Σ_j v_j `turn[j][l]`, and drops the rest of those turned; vectors after them move up.
    ///
    /// In place, a few rows at a time, since a second basis may not fit.
    pub fn rotate(&mut self, turn: &[Vec<f64>], kept: usize) {
        let turned = turn.len();
        match self {
            Self::Double(vectors) => {
                tiles(&mut vectors[..turned]).into_par_iter().for_each(|mut tile| {
                    let old: Vec<Vec<f64>> = tile.iter().map(|rows| rows.to_vec()).collect();
                    for (l, rows) in tile.iter_mut().take(kept).enumerate() {
                        combine(&old, turn, l, rows);
                    }
                });
                vectors.drain(kept..turned);
            }
            Self::Single(vectors) => {
                tiles(&mut vectors[..turned]).into_par_iter().for_each(|mut tile| {
                    let wide = |rows: &&mut [f32]| rows.iter().map(|&x| f64::from(x)).collect();
                    let old: Vec<Vec<f64>> = tile.iter().map(wide).collect();
                    let mut new = vec![0.0; old.first().map_or(0, Vec::len)];
                    for (l, rows) in tile.iter_mut().take(kept).enumerate() {
                        combine(&old, turn, l, &mut new);
                        for (row, x) in rows.iter_mut().zip(&new) {
                            *row = *x as f32;
                        }
                    }
                });
                vectors.drain(kept..turned);
            }
        }
    }
}

/// The same rows of all vectors, tile by tile.
fn tiles<T>(vectors: &mut [Vec<T>]) -> Vec<Vec<&mut [T]>> {
    let mut tiles: Vec<Vec<&mut [T]>> = Vec::new();
    for vector in vectors {
        for (index, rows) in vector.chunks_mut(TILE).enumerate() {
            if index == tiles.len() {
                tiles.push(Vec::new());
            }
            tiles[index].push(rows);
        }
    }
    tiles
}

fn combine(old: &[Vec<f64>], turn: &[Vec<f64>], l: usize, out: &mut [f64]) {
    out.fill(0.0);
    for (column, weights) in old.iter().zip(turn) {
        chunk_add(out, weights[l], column);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::vector::{dot, norm, scale};

    fn vector(n: usize, k: usize) -> Vec<f64> {
        (0..n).map(|i| ((i * (k + 3) + k * k) as f64 * 0.7).sin()).collect()
    }

    fn orthonormal(n: usize, count: usize, single: bool) -> Basis {
        let mut basis = Basis::new(single);
        for k in 0..count {
            let mut v = vector(n, k);
            let length = basis.project_out(&mut v).after;
            scale(&mut v, 1.0 / length);
            basis.push(&v);
        }
        basis
    }

    #[test]
    fn what_is_left_is_orthogonal_even_of_nearly_dependent_vectors() {
        for (single, rounding) in [(false, 1e-13), (true, 1e-6)] {
            let n = 3 * CHUNK + 17;
            let basis = orthonormal(n, 5, single);
            let mut w = vec![0.0; n];
            basis.read(2, &mut w);
            for (w, x) in w.iter_mut().zip(vector(n, 9)) {
                *w += 1e-4 * x;
            }
            let whole = w.clone();
            let projected = basis.project_out(&mut w);
            assert!((projected.before - norm(&whole)).abs() < 1e-12);
            assert!((projected.after - norm(&w)).abs() < 1e-15 && projected.after > 1e-5);
            let mut v = vec![0.0; n];
            for k in 0..5 {
                basis.read(k, &mut v);
                assert!(dot(&v, &w).abs() < rounding * projected.after.max(1e-3));
                assert!((projected.along[k] - dot(&v, &whole)).abs() < 10.0 * rounding);
            }
        }
    }

    #[test]
    fn turning_is_a_matrix_product_and_drops_the_rest() {
        for single in [false, true] {
            let n = TILE + 9;
            let mut basis = orthonormal(n, 4, single);
            let before: Vec<Vec<f64>> = basis.clone().into_vectors();
            let turn = vec![vec![0.6, 0.8], vec![-0.8, 0.6], vec![0.0, 0.0]];
            basis.rotate(&turn, 2);
            let after = basis.into_vectors();
            assert_eq!(after.len(), 3);
            assert_eq!(after[2], before[3]);
            for i in 0..n {
                assert!((after[0][i] - 0.6 * before[0][i] + 0.8 * before[1][i]).abs() < 1e-7);
            }
        }
    }
}
