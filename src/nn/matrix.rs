//! Row-major matrices of a network's passes, and their products on all threads.

use std::ops::Deref;
use std::sync::{Arc, Mutex};

use faer::{Accum, MatMut, MatRef};

use crate::nn::real::Real;
use crate::numeric::product;
use crate::rayon::prelude::*;

/// Products are cut into pieces of at most about so many rows and columns, whatever the number of threads: the numbers are the same on any.
const PIECE: usize = 288;

/// Columns that the kernels for wide registers take at a time (a half of them in double precision), and rows that pieces are rounded to.
const COLUMNS: usize = 96;
const ROWS: usize = 16;

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
    /// A list of so many numbers, whatever they are: the shortest that is long enough, or has room to be, if there is one.
    fn take(&self, count: usize) -> Vec<R> {
        let mut list = self.shortest(count).unwrap_or_default();
        if list.capacity() < count {
            // Untouched pages of zeros, instead of a growing list whose numbers would be moved.
            list = vec![R::ZERO; count];
        }
        list.resize(count, R::ZERO);
        list
    }

    fn shortest(&self, count: usize) -> Option<Vec<R>> {
        let mut lists = self.0.lock().ok()?;
        let best = |size: fn(&Vec<R>) -> usize| {
            let fits = lists.iter().enumerate().filter(|(_, list)| size(list) >= count);
            fits.min_by_key(|(_, list)| size(list)).map(|(place, _)| place)
        };
        let place = best(Vec::len).or_else(|| best(Vec::capacity))?;
        Some(lists.swap_remove(place))
    }

    /// A matrix that is to be overwritten: what stands in it is left from others.
    fn blank(self: &Arc<Self>, rows: usize, columns: usize) -> Matrix<R> {
        Matrix { data: self.take(rows * columns), rows, columns, shelf: self.clone() }
    }

    fn zero(self: &Arc<Self>, rows: usize, columns: usize) -> Matrix<R> {
        let mut zeros = self.blank(rows, columns);
        if zeros.data.len() <= TASK {
            zeros.data.fill(R::ZERO);
        } else {
            zeros.data.par_chunks_mut(TASK).for_each(|task| task.fill(R::ZERO));
        }
        zeros
    }

    /// A row of so many zeros.
    pub fn zeros(self: &Arc<Self>, count: usize) -> Matrix<R> {
        self.zero(1, count)
    }

    /// A row of converted numbers.
    pub fn converted(self: &Arc<Self>, values: &[f64]) -> Matrix<R> {
        let mut row = self.blank(1, values.len());
        let tasks = row.data.par_chunks_mut(TASK).zip(values.par_chunks(TASK));
        tasks.for_each(|(row, values)| R::narrow(values, row));
        row
    }

    fn give(&self, list: Vec<R>) {
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

    /// A matrix in memory of the same shelf that is to be overwritten.
    pub fn blank(&self, rows: usize, columns: usize) -> Self {
        self.shelf.blank(rows, columns)
    }

    pub fn as_factor(&self) -> Factor<'_, R> {
        Factor::on(&self.shelf, &self.data, self.rows, self.columns)
    }

    pub fn transposed(&self) -> Self {
        let mut out = self.blank(self.columns, self.rows);
        let (rows, columns) = (self.rows, self.columns);
        if self.data.is_empty() {
            return out;
        }
        out.data.par_chunks_mut(SQUARE * rows).enumerate().for_each(|(k, strip)| {
            let first = k * SQUARE;
            let width = strip.len() / rows;
            for top in (0..rows).step_by(SQUARE) {
                let height = SQUARE.min(rows - top);
                // A copy, since lines of the cache that are a power of two apart push each other out.
                let mut square = [[R::ZERO; SQUARE]; SQUARE];
                for (i, line) in square.iter_mut().enumerate().take(height) {
                    let start = (top + i) * columns + first;
                    line[..width].copy_from_slice(&self.data[start..start + width]);
                }
                for (j, line) in strip.chunks_exact_mut(rows).enumerate() {
                    for (entry, source) in line[top..top + height].iter_mut().zip(&square) {
                        *entry = source[j];
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

    /// A matrix in memory of the same shelf that is to be overwritten.
    pub fn blank(self, rows: usize, columns: usize) -> Matrix<R> {
        self.shelf.cloned().unwrap_or_default().blank(rows, columns)
    }

    pub fn zeros(self, rows: usize, columns: usize) -> Matrix<R> {
        self.shelf.cloned().unwrap_or_default().zero(rows, columns)
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
        let mut copy = self.blank(self.rows, self.columns);
        let pairs = copy.data.par_chunks_mut(TASK).zip(self.data.par_chunks(TASK));
        pairs.for_each(|(to, from)| to.copy_from_slice(from));
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
    if m >= n {
        let middle = (m / 2).next_multiple_of(ROWS);
        let (top, bottom) = c.split_at_row_mut(middle);
        let (a_top, a_bottom) = a.split_at_row(middle);
        crate::rayon::join(|| pieces(top, accum, a_top, b), || pieces(bottom, accum, a_bottom, b));
    } else {
        let middle = (n / 2).next_multiple_of(COLUMNS);
        let (left, right) = c.split_at_col_mut(middle);
        let (b_left, b_right) = b.split_at_col(middle);
        crate::rayon::join(|| pieces(left, accum, a, b_left), || pieces(right, accum, a, b_right));
    }
}

/// Parameters in the precision of the passes: the caller's own, or a converted copy.
#[derive(Debug)]
pub(crate) enum Numbers<'a, R: Real> {
    Own(&'a [R]),
    Converted(Matrix<R>),
}

impl<R: Real> Deref for Numbers<'_, R> {
    type Target = [R];

    fn deref(&self) -> &[R] {
        match self {
            Self::Own(values) => values,
            Self::Converted(matrix) => &matrix.data,
        }
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
    fn memory_from_the_shelf_is_blank_or_zero_as_asked() {
        let shelf: Arc<Shelf<f32>> = Arc::default();
        let mut first = shelf.zeros(3 * TASK);
        first.data.fill(7.0);
        let place = first.data.as_ptr();
        drop(first);
        let again = shelf.zeros(3 * TASK);
        assert!(again.data.as_ptr() == place && again.data.iter().all(|x| *x == 0.0));
        drop(again);
        let short = shelf.converted(&[1.5, -2.0]);
        assert_eq!((short.data.as_slice(), short.data.as_ptr()), ([1.5, -2.0].as_slice(), place));
        drop(short);
        let long = shelf.zeros(2 * TASK);
        assert!(long.data.as_ptr() == place && long.data.len() == 2 * TASK);
        assert!(long.data.iter().all(|x| *x == 0.0) && shelf.zeros(5).data == [0.0; 5]);
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
