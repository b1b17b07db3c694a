//! A symmetric operator, known by its products with vectors.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use faer::{Accum, MatMut, MatRef};

use crate::error::{Error, Result, require_finite};
use crate::memory;
use crate::ndarray::{Array1, Array2};
use crate::numeric::product;
use crate::numeric::vector::{CHUNK, TASK, chunk_dot, dot, is_short, norm};
use crate::operator::probe::Probe;
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::spin::Couplings;

/// Products of one or several vectors, which stand one after another in the first slice, into the second.
type Apply = dyn Fn(&[f64], &mut [f64]) -> Result<()> + Send + Sync;

/// Entries a_ij and a_ji of a matrix may differ by this fraction of its largest entry, as rounding may make them; their mean counts.
pub(super) const ROUNDING: f64 = 1e-10;

/// From so many vectors on, a matrix multiplies them together.
const FEW: usize = 4;

/// Rows of a matrix that multiply several vectors at a time.
const ROWS: usize = 128;

/// A symmetric operator A on vectors of n numbers, known by its products A x alone. Cheap to clone: clones share what they
/// stand for, and the count of products.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // The second difference on a ring of 100 sites: eigenvalues 2 − 2 cos(2πk/100), all but two of them twice.
/// let laplacian = Operator::from_fn(100, |x, y| {
///     for i in 0..100 {
///         y[i] = 2.0 * x[i] - x[(i + 1) % 100] - x[(i + 99) % 100];
///     }
///     Ok(())
/// })?;
/// let pairs = laplacian.lanczos(3).run()?;
/// let pi = std::f64::consts::PI;
/// assert!((pairs.eigenvalues[0] - 4.0).abs() < 1e-9);
/// assert!((pairs.eigenvalues[1] - 2.0 - 2.0 * (2.0 * pi / 100.0).cos()).abs() < 1e-9);
/// assert!((pairs.eigenvalues[1] - pairs.eigenvalues[2]).abs() < 1e-9);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "an operator does nothing until it is applied"]
pub struct Operator {
    n: usize,
    apply: Arc<Apply>,
    products: Arc<AtomicUsize>,
}

impl Operator {
    /// The operator whose product with x a closure writes into y: `|x, y| { …; Ok(()) }`, both slices of `n` numbers.
    ///
    /// It must be symmetric, which runs check as far as they can see it, and may be called for several vectors at once on several threads.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let swap = Operator::from_fn(2, |x, y| {
    ///     y[0] = x[1];
    ///     y[1] = x[0];
    ///     Ok(())
    /// })?;
    /// assert_eq!(swap.eigenvalues()?, array![-1.0, 1.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If `n` is 0.
    pub fn from_fn(
        n: usize,
        product: impl Fn(&[f64], &mut [f64]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Self> {
        Self::from_block_fn(n, move |x, y| {
            if x.len() == n {
                return product(x, y);
            }
            x.par_chunks(n).zip(y.par_chunks_mut(n)).try_for_each(|(x, y)| product(x, y))
        })
    }

    /// The same, of a closure that takes several vectors at once, one after another in a slice of `n` × count numbers: for products that are
    /// cheaper together, as those of a network's Hessian are.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let twice = Operator::from_block_fn(2, |x, y| {
    ///     y.iter_mut().zip(x).for_each(|(y, x)| *y = 2.0 * x);
    ///     Ok(())
    /// })?;
    /// assert_eq!(twice.apply_all(&array![[1.0, 0.0], [0.0, 3.0]])?, array![[2.0, 0.0], [0.0, 6.0]]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If `n` is 0.
    pub fn from_block_fn(
        n: usize,
        products: impl Fn(&[f64], &mut [f64]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Self> {
        if n == 0 {
            return Err(Error::argument("n", 0, "at least 1, the dimension of the vectors"));
        }
        Ok(Self { n, apply: Arc::new(products), products: Arc::default() })
    }

    /// The operator of a symmetric matrix, which it copies.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_matrix(&array![[2.0, 1.0], [1.0, 2.0]])?;
    /// assert_eq!(a.apply(&array![1.0, 0.0])?, array![2.0, 1.0]);
    /// assert!(Operator::from_matrix(&array![[0.0, 1.0], [0.0, 0.0]]).is_err());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the matrix is empty, not square, has entries that are not finite, or a_ij and a_ji differ by more than 10⁻¹⁰ of its largest entry.
    pub fn from_matrix(matrix: &Array2<f64>) -> Result<Self> {
        let n = matrix.nrows();
        let symmetric = symmetrized(matrix, ROUNDING)?;
        let entries: Vec<f64> = symmetric.iter().copied().collect();
        Self::from_block_fn(n, move |x, y| {
            multiply(&entries, n, x, y);
            Ok(())
        })
    }

    /// The operator of a diagonal matrix.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Operator::from_diagonal(&array![3.0, 1.0])?.eigenvalues()?, array![1.0, 3.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If it is empty or an entry is not finite.
    pub fn from_diagonal(diagonal: &Array1<f64>) -> Result<Self> {
        diagonal.iter().try_for_each(|&entry| require_finite("diagonal", entry).map(|_| ()))?;
        let entries = diagonal.to_vec();
        Self::from_fn(diagonal.len(), move |x, y| {
            for ((y, x), entry) in y.iter_mut().zip(x).zip(&entries) {
                *y = entry * x;
            }
            Ok(())
        })
    }

    /// The operator of symmetric couplings J with zero diagonal, kept sparse.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let couplings = statmech::spin::Couplings::from_bonds(3, &[(0, 1, 1.0), (1, 2, 1.0)])?;
    /// let top = Operator::from_couplings(&couplings)?.eigenvalues()?[2];
    /// assert!((top - 2_f64.sqrt()).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is no spin.
    pub fn from_couplings(couplings: &Couplings) -> Result<Self> {
        let couplings = couplings.clone();
        Self::from_fn(couplings.n_spins(), move |x, y| {
            for (i, y) in y.iter_mut().enumerate() {
                let (neighbors, values) = couplings.row(i);
                *y = neighbors.iter().zip(values).map(|(&j, value)| value * x[j as usize]).sum();
            }
            Ok(())
        })
    }

    /// n, the dimension of the vectors.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Operator::from_diagonal(&array![1.0, 2.0])?.dimension(), 2);
    /// # Ok(()) }
    /// ```
    pub fn dimension(&self) -> usize {
        self.n
    }

    /// How many vectors this operator, and its clones, have been applied to since it was made. Operators made from it count their own, and here too.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&array![1.0, 2.0])?;
    /// a.shifted(1.0)?.apply(&array![1.0, 1.0])?;
    /// assert_eq!(a.products(), 1);
    /// # Ok(()) }
    /// ```
    pub fn products(&self) -> usize {
        self.products.load(Ordering::Relaxed)
    }

    /// A x.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&array![1.0, 2.0])?;
    /// assert_eq!(a.apply(&array![1.0, 1.0])?, array![1.0, 2.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If x has another length or an entry that is not finite; what the product itself returns; if it has an entry that is not finite.
    pub fn apply(&self, x: &Array1<f64>) -> Result<Array1<f64>> {
        let rows = Array2::from_shape_vec((1, x.len()), x.to_vec());
        let product = self.apply_all(&rows.unwrap_or_default())?;
        Ok(product.row(0).to_owned())
    }

    /// The products with several vectors, one a row.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&array![1.0, 2.0])?;
    /// assert_eq!(a.apply_all(&array![[1.0, 1.0], [0.0, 3.0]])?, array![[1.0, 2.0], [0.0, 6.0]]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`apply`](Self::apply).
    pub fn apply_all(&self, x: &Array2<f64>) -> Result<Array2<f64>> {
        if x.ncols() != self.n {
            return Err(Error::Shape {
                what: "A vector that the operator is applied to",
                expected: format!("[{}]", self.n),
                given: format!("[{}]", x.ncols()),
            });
        }
        x.iter().try_for_each(|&entry| require_finite("x", entry).map(|_| ()))?;
        let input: Vec<f64> = x.iter().copied().collect();
        let mut output = vec![0.0; input.len()];
        self.apply_into(&input, &mut output)?;
        Array2::from_shape_vec(x.dim(), output).map_err(|_| self.lost())
    }

    /// How far the operator is from symmetric, |xᵀAy − yᵀAx| / (|Ax| |y| + |Ay| |x|) of two normal random vectors: rounding if it is symmetric. Two products.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_matrix(&array![[2.0, 1.0], [1.0, 2.0]])?;
    /// assert!(a.asymmetry(1)? < 1e-15);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// What a product returns.
    pub fn asymmetry(&self, seed: impl Into<Seed>) -> Result<f64> {
        let (n, seed) = (self.n, seed.into());
        memory::require("Two vectors and their products", 32.0 * n as f64, "Take a block of it.")?;
        let mut vectors = vec![0.0; 2 * n];
        let mut images = vec![0.0; 2 * n];
        for (index, vector) in vectors.chunks_exact_mut(n).enumerate() {
            Probe::Gaussian.fill_unit(seed, index, vector);
        }
        self.apply_into(&vectors, &mut images)?;
        let ((x, y), (ax, ay)) = (vectors.split_at(n), images.split_at(n));
        let size = norm(ax) + norm(ay);
        Ok(if size > 0.0 { (dot(x, ay) - dot(y, ax)).abs() / size } else { 0.0 })
    }

    /// The products with the vectors that stand one after another in `x`, counted and finite.
    pub(crate) fn apply_into(&self, x: &[f64], y: &mut [f64]) -> Result<()> {
        if x.is_empty() {
            return Ok(());
        }
        self.products.fetch_add(x.len() / self.n, Ordering::Relaxed);
        (self.apply)(x, y)?;
        match y.iter().position(|entry| !entry.is_finite()) {
            None => Ok(()),
            Some(at) => Err(Error::argument(
                "the operator's product",
                format!("{} as its entry {}", y[at], at % self.n),
                "of finite numbers (is the operator defined here, and of a size that does not overflow?)",
            )),
        }
    }

    fn lost(&self) -> Error {
        Error::argument("operator", "a product of another size", format!("of {} numbers", self.n))
    }
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.n;
        write!(f, "Operator({n} × {n}, {} products so far)", self.products())
    }
}

/// The mean of a matrix and its transpose, if they differ by no more than this fraction of the largest entry.
pub(super) fn symmetrized(matrix: &Array2<f64>, tolerance: f64) -> Result<Array2<f64>> {
    let (rows, columns) = matrix.dim();
    if rows != columns || rows == 0 {
        return Err(Error::Shape {
            what: "A symmetric matrix",
            expected: "n × n with n at least 1".to_owned(),
            given: format!("{rows} × {columns}"),
        });
    }
    matrix.iter().try_for_each(|&entry| require_finite("matrix", entry).map(|_| ()))?;
    let largest = matrix.iter().fold(0.0_f64, |most, entry| most.max(entry.abs()));
    let mut symmetric = matrix.clone();
    for i in 0..rows {
        for j in 0..i {
            let (here, there) = (matrix[(i, j)], matrix[(j, i)]);
            if (here - there).abs() > tolerance * largest {
                let given = format!("a_{i},{j} = {here} with a_{j},{i} = {there}");
                return Err(Error::argument("matrix", given, "symmetric, a_ij = a_ji"));
            }
            // Halved first, since the sum may overflow.
            let mean = 0.5 * here + 0.5 * there;
            symmetric[(i, j)] = mean;
            symmetric[(j, i)] = mean;
        }
    }
    Ok(symmetric)
}

/// Products of a symmetric matrix with one or several vectors, by rows of the matrix on all threads: as many rows at a time on any number of them.
fn multiply(entries: &[f64], n: usize, x: &[f64], y: &mut [f64]) {
    if x.len() < FEW * n {
        return x
            .chunks_exact(n)
            .zip(y.chunks_exact_mut(n))
            .for_each(|(x, y)| each_row(entries, x, y));
    }
    let vectors = x.len() / n;
    let matrix = MatRef::from_row_major_slice(entries, n, n);
    let x = MatRef::from_column_major_slice(x, n, vectors);
    let y = MatMut::from_column_major_slice_mut(y, n, vectors);
    y.par_row_chunks_mut(ROWS).enumerate().for_each(|(chunk, y)| {
        let rows = matrix.subrows(chunk * ROWS, y.nrows());
        product::multiply(y, Accum::Replace, rows, x, 1.0);
    });
}

/// The product with one vector: the time is that of reading the matrix.
fn each_row(entries: &[f64], x: &[f64], y: &mut [f64]) {
    let n = x.len();
    let several = |(y, rows): (&mut [f64], &[f64])| {
        for (y, row) in y.iter_mut().zip(rows.chunks_exact(n)) {
            *y = chunk_dot(row, x);
        }
    };
    if is_short(entries.len()) {
        several((y, entries));
    } else {
        let rows = (CHUNK * TASK / n).max(1);
        y.par_chunks_mut(rows).zip(entries.par_chunks(n * rows)).for_each(several);
    }
}
