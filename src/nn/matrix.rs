//! Row-major matrices of a network's passes, and their products on all threads.

use std::sync::{Arc, Mutex};

use faer::{Accum, MatMut, MatRef};

use crate::nn::real::Real;
use crate::numeric::product;
use crate::rayon::prelude::*;

/// Products are cut into pieces of at most about so many rows and columns, whatever the number of threads: the numbers are the same on any.
const PIECE: usize = 256;

/// Products of fewer multiplications are not worth a second thread.
const SMALL: usize = 1 << 17;

/// Elements of one task in passes over a matrix.
pub(crate) const TASK: usize = 1 << 14;

/// Side of the squares in which a matrix is transposed.
const SQUARE: usize = 16;

/// Memory that matrices gave back, for the next ones: pages that are new to the process cost about as much as the pass that fills them.
///
/// An objective owns one, so that what its passes need stays until the objective goes, and no longer.
#[derive(Debug, Default)]
pub(crate) struct Shelf<R>(Mutex<Vec<Vec<R>>>);

impl<R: Real> Shelf<R> {
    /// An empty list, with room for so many numbers if there is one: the smallest that is large enough.
    fn take(&self, count: usize) -> Vec<R> {
        let Ok(mut lists) = self.0.lock() else { return Vec::new() };
        let fits = lists.iter().enumerate().filter(|(_, list)| list.capacity() >= count);
        let best = fits.min_by_key(|(_, list)| list.capacity()).map(|(place, _)| place);
        best.map_or_else(Vec::new, |place| lists.swap_remove(place))
    }

    fn give(&self, mut list: Vec<R>) {
        list.clear();
        if let Ok(mut lists) = self.0.lock() {
            lists.push(list);
        }
    }
}

/// A matrix with an example (or a unit) in each row, whose memory goes back to a shelf.
#[derive(Debug)]
pub(crate) struct Matrix<R: Real> {
    pub data: Vec<R>,
    pub rows: usize,
    pub columns: usize,
    shelf: Arc<Shelf<R>>,
}

impl<R: Real> Drop for Matrix<R> {
    fn drop(&mut self) {
        self.shelf.give(std::mem::take(&mut self.data));
    }
}

impl<R: Real> Clone for Matrix<R> {
    fn clone(&self) -> Self {
        self.as_factor().to_matrix()
    }
}

/// A product's factor: its numbers row by row, and whether it is their transpose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Factor<'a, R> {
    data: &'a [R],
    rows: usize,
    columns: usize,
    transposed: bool,
    /// Where matrices made from it take their memory; none for parameters, from which none is made.
    shelf: Option<&'a Arc<Shelf<R>>>,
}

impl<R: Real> Matrix<R> {
    /// Zeros in memory of the same shelf.
    pub fn zeros(&self, rows: usize, columns: usize) -> Self {
        self.as_factor().zeros(rows, columns)
    }

    pub fn as_factor(&self) -> Factor<'_, R> {
        Factor::on(&self.shelf, &self.data, self.rows, self.columns)
    }

    pub fn transposed(&self) -> Self {
        let mut out = self.zeros(self.columns, self.rows);
        let (rows, columns) = (self.rows, self.columns);
        if self.data.is_empty() {
            return out;
        }
        out.data.par_chunks_mut(SQUARE * rows).enumerate().for_each(|(k, strip)| {
            let first = k * SQUARE;
            let width = strip.len() / rows;
            for top in (0..rows).step_by(SQUARE) {
                let bottom = rows.min(top + SQUARE);
                for (j, line) in strip.chunks_exact_mut(rows).enumerate().take(width) {
                    for (i, entry) in line[top..bottom].iter_mut().enumerate() {
                        *entry = self.data[(top + i) * columns + first + j];
                    }
                }
            }
        });
        out
    }

    /// Adds the sum of each row to the entries.
    pub fn add_row_sums(&self, sums: &mut [R]) {
        if self.columns > 0 {
            let rows = self.data.par_chunks_exact(self.columns).with_min_len(64);
            sums.par_iter_mut()
                .with_min_len(64)
                .zip(rows)
                .for_each(|(sum, row)| *sum += R::total(row));
        }
    }

    /// Adds another matrix of the same shape.
    pub fn add(&mut self, other: Factor<'_, R>) {
        let pairs = self.data.par_chunks_mut(TASK).zip(other.data.par_chunks(TASK));
        pairs.for_each(|(a, b)| a.iter_mut().zip(b).for_each(|(a, b)| *a += *b));
    }
}

impl<'a, R: Real> Factor<'a, R> {
    /// The matrix whose rows stand one after the other.
    pub fn new(data: &'a [R], rows: usize, columns: usize) -> Self {
        Self { data, rows, columns, transposed: false, shelf: None }
    }

    /// The same of an input, from which matrices will be made.
    pub fn on(shelf: &'a Arc<Shelf<R>>, data: &'a [R], rows: usize, columns: usize) -> Self {
        Self { data, rows, columns, transposed: false, shelf: Some(shelf) }
    }

    /// An empty matrix with room for so many numbers.
    fn room(self, rows: usize, columns: usize) -> Matrix<R> {
        let shelf = self.shelf.cloned().unwrap_or_default();
        Matrix { data: shelf.take(rows * columns), rows, columns, shelf }
    }

    pub fn zeros(self, rows: usize, columns: usize) -> Matrix<R> {
        let mut zeros = self.room(rows, columns);
        zeros.data.resize(rows * columns, R::ZERO);
        zeros
    }

    pub fn t(self) -> Self {
        Self { transposed: !self.transposed, ..self }
    }

    pub fn rows(self) -> usize {
        self.rows
    }

    pub fn columns(self) -> usize {
        self.columns
    }

    /// The numbers row by row, of a factor that is not transposed.
    pub fn data(self) -> &'a [R] {
        self.data
    }

    pub fn to_matrix(self) -> Matrix<R> {
        let mut copy = self.room(self.rows, self.columns);
        copy.data.extend_from_slice(self.data);
        copy
    }

    fn view(self) -> MatRef<'a, R> {
        let view = MatRef::from_row_major_slice(self.data, self.rows, self.columns);
        if self.transposed { view.transpose() } else { view }
    }
}

/// C = A B, or C += A B, with C row by row.
pub(crate) fn multiply<R: Real>(c: &mut [R], add: bool, a: Factor<'_, R>, b: Factor<'_, R>) {
    let (a, b) = (a.view(), b.view());
    let accum = if add { Accum::Add } else { Accum::Replace };
    pieces(MatMut::from_row_major_slice_mut(c, a.nrows(), b.ncols()), accum, a, b);
}

/// Halves the product until pieces are small, by the longer side.
fn pieces<R: Real>(c: MatMut<'_, R>, accum: Accum, a: MatRef<'_, R>, b: MatRef<'_, R>) {
    let (m, n) = (c.nrows(), c.ncols());
    if m.max(n) <= PIECE || m * n * a.ncols() <= SMALL {
        product::multiply(c, accum, a, b, R::ONE);
        return;
    }
    // Whole registers of output.
    let half = |side: usize| (side / 2).next_multiple_of(16);
    if m >= n {
        let middle = half(m);
        let (top, bottom) = c.split_at_row_mut(middle);
        let (a_top, a_bottom) = a.split_at_row(middle);
        crate::rayon::join(|| pieces(top, accum, a_top, b), || pieces(bottom, accum, a_bottom, b));
    } else {
        let middle = half(n);
        let (left, right) = c.split_at_col_mut(middle);
        let (b_left, b_right) = b.split_at_col(middle);
        crate::rayon::join(|| pieces(left, accum, a, b_left), || pieces(right, accum, a, b_right));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(rows: usize, columns: usize) -> Matrix<f64> {
        let data = (0..rows * columns).map(|k| ((k * 37 % 101) as f64) / 50.0 - 1.0).collect();
        Matrix { data, rows, columns, shelf: Arc::default() }
    }

    #[test]
    fn products_agree_with_their_sums() {
        for (m, k, n) in [(3, 4, 5), (300, 70, 17), (33, 600, 270), (1, 1, 1)] {
            let (a, b) = (filled(m, k), filled(k, n));
            let mut c = vec![1.0; m * n];
            multiply(&mut c, true, a.as_factor(), b.as_factor());
            let (at, bt) = (a.transposed(), b.transposed());
            let mut d = vec![9.0; m * n];
            multiply(&mut d, false, at.as_factor().t(), bt.as_factor().t());
            for i in 0..m {
                for j in 0..n {
                    let sum: f64 = (0..k).map(|l| a.data[i * k + l] * b.data[l * n + j]).sum();
                    assert!((c[i * n + j] - 1.0 - sum).abs() < 1e-11);
                    assert!((d[i * n + j] - sum).abs() < 1e-11);
                }
            }
        }
    }

    #[test]
    fn row_sums_and_transposes() {
        let a = filled(37, 53);
        let t = a.transposed();
        assert_eq!((t.rows, t.columns), (53, 37));
        for i in 0..37 {
            for j in 0..53 {
                assert_eq!(a.data[i * 53 + j], t.data[j * 37 + i]);
            }
        }
        let mut sums = vec![1.0; 37];
        a.add_row_sums(&mut sums);
        let first: f64 = a.data[..53].iter().sum();
        assert!((sums[0] - 1.0 - first).abs() < 1e-13);
    }
}
