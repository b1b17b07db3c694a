//! Couplings as a matrix, and fields that follow each flip.

use crate::hopfield::noise::Noise;
use crate::ndarray::Array2;
use crate::simd::{Width, widths};

/// A matrix J, symmetric or not.
#[derive(Clone, Debug)]
pub(super) struct Dense {
    pub size: usize,
    /// Row j holds what unit j sends to each unit i, J_ij, with zero for i = j.
    columns: Vec<f64>,
    /// J_ii.
    pub own: Vec<f64>,
    pub symmetric: bool,
}

impl Dense {
    pub fn new(matrix: &Array2<f64>) -> Self {
        let size = matrix.nrows();
        let mut columns = Vec::with_capacity(size * size);
        for column in matrix.columns() {
            columns.extend(column);
        }
        Self::of_columns(size, columns)
    }

    /// From the columns of J one after the other.
    pub fn of_columns(size: usize, mut columns: Vec<f64>) -> Self {
        let mut own = Vec::with_capacity(size);
        for i in 0..size {
            own.push(std::mem::take(&mut columns[i * size + i]));
        }
        let symmetric =
            (0..size).all(|j| (0..j).all(|i| columns[j * size + i] == columns[i * size + j]));
        Self { size, columns, own, symmetric }
    }

    /// What unit j sends to each unit, itself excepted.
    pub fn column(&self, j: usize) -> &[f64] {
        &self.columns[j * self.size..(j + 1) * self.size]
    }

    /// J_ij for all j, the diagonal included.
    pub fn couplings_of(&self, i: usize, out: &mut [f64]) {
        for (j, out) in out.iter_mut().enumerate() {
            *out = self.columns[j * self.size + i];
        }
        out[i] = self.own[i];
    }

    /// J_ij + `factor` s_i s_j for i ≠ j; the diagonal alike.
    pub fn add_outer(&mut self, state: &[i8], factor: f64) {
        for (j, column) in self.columns.chunks_exact_mut(self.size).enumerate() {
            let factor = factor * f64::from(state[j]);
            for (entry, &s) in column.iter_mut().zip(state) {
                *entry += factor * f64::from(s);
            }
            column[j] = 0.0;
        }
        self.own.iter_mut().for_each(|own| *own += factor);
    }
}

/// A state with the field on each unit, self-coupling excepted.
#[derive(Clone, Debug)]
pub(super) struct DenseRun<'a> {
    weights: &'a Dense,
    external: &'a [f64],
    diagonal: bool,
    fields: Vec<f64>,
    /// Whether no flip has left its rounding in the fields.
    fresh: bool,
    pub state: Vec<i8>,
}

impl<'a> DenseRun<'a> {
    pub fn new(weights: &'a Dense, external: &'a [f64], diagonal: bool, state: Vec<i8>) -> Self {
        let fields = vec![0.0; weights.size];
        let mut run = Self { weights, external, diagonal, fields, fresh: false, state };
        run.refresh();
        run
    }

    /// The fields anew from the state, free of what rounding left by flips; the same numbers for the same state.
    pub fn refresh(&mut self) {
        if self.fresh {
            return;
        }
        self.fresh = true;
        if self.external.is_empty() {
            self.fields.fill(0.0);
        } else {
            self.fields.copy_from_slice(self.external);
        }
        for (j, &spin) in self.state.iter().enumerate() {
            add(Width::best(), &mut self.fields, self.weights.column(j), f64::from(spin));
        }
    }

    fn local(&self, i: usize) -> f64 {
        let own = if self.diagonal { self.weights.own[i] * f64::from(self.state[i]) } else { 0.0 };
        self.fields[i] + own
    }

    /// Each unit of `order` in turn; how many flipped.
    pub fn sweep(&mut self, order: &[u32], noise: &mut Noise) -> usize {
        let mut flips = 0;
        for &i in order {
            let i = i as usize;
            if noise.spin(self.local(i), self.state[i]) != self.state[i] {
                self.flip(i);
                flips += 1;
            }
        }
        flips
    }

    pub fn local_fields(&self) -> Vec<f64> {
        (0..self.weights.size).map(|i| self.local(i)).collect()
    }

    pub fn flip(&mut self, i: usize) {
        self.state[i] = -self.state[i];
        self.fresh = false;
        let factor = 2.0 * f64::from(self.state[i]);
        add(Width::best(), &mut self.fields, self.weights.column(i), factor);
    }

    /// Flips units whose effect on the fields is worked out by the next [`refresh`](Self::refresh).
    pub fn flip_all(&mut self, units: &[usize]) {
        for &i in units {
            self.state[i] = -self.state[i];
        }
        self.fresh &= units.is_empty();
    }

    /// −½ Σ_{i≠j} J_ij s_i s_j − Σ_i h_i s_i.
    pub fn energy(&self) -> f64 {
        let unit = |i: usize| {
            let external = self.external.get(i).copied().unwrap_or(0.0);
            f64::from(self.state[i]) * (self.fields[i] + external)
        };
        -0.5 * (0..self.weights.size).map(unit).sum::<f64>()
    }
}

#[inline(always)]
fn add_body(fields: &mut [f64], column: &[f64], factor: f64) {
    for (field, &coupling) in fields.iter_mut().zip(column) {
        *field += factor * coupling;
    }
}

widths!(fn add(fields: &mut [f64], column: &[f64], factor: f64) = add_body);
