//! Ridge regression at many penalties from one decomposition.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{Accum, Mat, MatMut, MatRef, Par, Spec};

use crate::error::{Error, Result};
use crate::ndarray::Array2;
use crate::numeric::product::multiply;
use crate::simd::clear_registers;

/// The smaller side of the largest matrix that is decomposed: about ten seconds.
const LARGEST_SIDE: usize = 3_000;
/// Numbers of one sample that are kept (800 MB).
pub(super) const MOST_NUMBERS: usize = 100_000_000;
/// Directions whose eigenvalue is smaller than this fraction of the largest count as empty.
const EMPTY: f64 = 1e-12;

/// X/√n = Σ_k √s_k u_k v_kᵀ of n examples of p inputs, from the smaller of XᵀX/n and XXᵀ/n.
pub(super) struct Spectrum {
    /// s_k above 0.
    pub values: Vec<f64>,
    /// v_k if p ≤ n, else u_k, as columns.
    vectors: Mat<f64>,
    dual: bool,
}

impl Spectrum {
    pub fn new(x: &Array2<f64>) -> Result<Self> {
        let (n, p) = x.dim();
        let (inputs, dual) = (view(x)?, p > n);
        let side = n.min(p);
        let mut gram = Mat::zeros(side, side);
        let (left, right) =
            if dual { (inputs, inputs.transpose()) } else { (inputs.transpose(), inputs) };
        multiply(gram.as_mut(), Accum::Replace, left, right, 1.0 / n as f64);
        let (all, vectors) = eigenpairs(gram.as_ref())?;
        let least = EMPTY * all.last().copied().unwrap_or(0.0).max(f64::MIN_POSITIVE);
        let kept = all.partition_point(|&s| !(s > least));
        let vectors = vectors.subcols(kept, all.len() - kept).to_owned();
        Ok(Self { values: all[kept..].to_vec(), vectors, dual })
    }

    /// √s_k u_kᵀy/√n for each column y: what the examples say of direction k.
    pub fn targets(&self, x: &Array2<f64>, y: &Array2<f64>) -> Result<Mat<f64>> {
        let n = x.nrows() as f64;
        if self.dual {
            let mut found = product(self.vectors.transpose(), view(y)?, 1.0 / n.sqrt());
            self.scale_rows(&mut found, f64::sqrt);
            return Ok(found);
        }
        let moments = product(view(x)?.transpose(), view(y)?, 1.0 / n);
        Ok(product(self.vectors.transpose(), moments.as_ref(), 1.0))
    }

    /// v_kᵀb for each column b.
    pub fn components(&self, x: &Array2<f64>, b: &Array2<f64>) -> Result<Mat<f64>> {
        if !self.dual {
            return Ok(product(self.vectors.transpose(), view(b)?, 1.0));
        }
        let seen = product(view(x)?, view(b)?, 1.0 / (x.nrows() as f64).sqrt());
        let mut found = product(self.vectors.transpose(), seen.as_ref(), 1.0);
        self.scale_rows(&mut found, |s| 1.0 / s.sqrt());
        Ok(found)
    }

    /// Σ_j h_j v_kj², for weights h of the inputs.
    pub fn squares(&self, x: &Array2<f64>, h: &[f64]) -> Result<Vec<f64>> {
        let sum = |vectors: MatRef<'_, f64>, k: usize| -> f64 {
            h.iter().zip(vectors.col(k).iter()).map(|(h, v)| h * v * v).sum()
        };
        if !self.dual {
            return Ok((0..self.values.len()).map(|k| sum(self.vectors.as_ref(), k)).collect());
        }
        // v_k = Xᵀu_k/√(n s_k).
        let factor = 1.0 / (x.nrows() as f64).sqrt();
        let vectors = product(view(x)?.transpose(), self.vectors.as_ref(), factor);
        Ok(self.values.iter().enumerate().map(|(k, s)| sum(vectors.as_ref(), k) / s).collect())
    }

    /// The weights argmin |y − Xw|²/n + λ|w|², p × columns, from the targets; the shortest ones at λ = 0.
    pub fn weights(&self, x: &Array2<f64>, targets: &Mat<f64>, penalty: f64) -> Result<Mat<f64>> {
        let mut scaled = targets.clone();
        if !self.dual {
            self.scale_rows(&mut scaled, |s| 1.0 / (s + penalty));
            return Ok(product(self.vectors.as_ref(), scaled.as_ref(), 1.0));
        }
        self.scale_rows(&mut scaled, |s| 1.0 / (s.sqrt() * (s + penalty)));
        let left = product(self.vectors.as_ref(), scaled.as_ref(), 1.0);
        Ok(product(view(x)?.transpose(), left.as_ref(), 1.0 / (x.nrows() as f64).sqrt()))
    }

    fn scale_rows(&self, matrix: &mut Mat<f64>, factor: impl Fn(f64) -> f64) {
        for column in 0..matrix.ncols() {
            for (k, s) in self.values.iter().enumerate() {
                matrix[(k, column)] *= factor(*s);
            }
        }
    }
}

/// Eigenvalues, rising, and eigenvectors as columns. On one thread, as the samples are on many: the last digits depend on how the work is split.
fn eigenpairs(matrix: MatRef<'_, f64>) -> Result<(Vec<f64>, Mat<f64>)> {
    let n = matrix.nrows();
    let (mut values, mut vectors) = (Diag::zeros(n), Mat::zeros(n, n));
    let scratch =
        self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::Yes, Par::Seq, Spec::default());
    let found = self_adjoint_evd(
        matrix,
        values.as_mut(),
        Some(vectors.as_mut()),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Spec::default(),
    );
    clear_registers();
    found.map_err(|_| {
        Error::argument("inputs", "a matrix whose spectrum did not converge", "well scaled")
    })?;
    Ok((values.column_vector().iter().copied().collect(), vectors))
}

/// Refuses matrices whose decomposition, or whose numbers, would be too many.
pub(super) fn check_size(what: String, side: f64, numbers: f64, advice: &str) -> Result<()> {
    if side <= LARGEST_SIDE as f64 && numbers <= MOST_NUMBERS as f64 {
        return Ok(());
    }
    Err(Error::TooLarge {
        what,
        needs: "the spectrum of so large a matrix".into(),
        limit: format!("a smaller side of {LARGEST_SIDE}, and {MOST_NUMBERS} numbers"),
        advice: advice.into(),
    })
}

pub(super) fn product(a: MatRef<'_, f64>, b: MatRef<'_, f64>, factor: f64) -> Mat<f64> {
    let mut out = Mat::zeros(a.nrows(), b.ncols());
    multiply(out.as_mut(), Accum::Replace, a, b, factor);
    out
}

pub(super) fn view(array: &Array2<f64>) -> Result<MatRef<'_, f64>> {
    let (rows, columns) = array.dim();
    let slice = array.as_slice().ok_or_else(other_order)?;
    Ok(MatRef::from_row_major_slice(slice, rows, columns))
}

pub(super) fn view_mut(array: &mut Array2<f64>) -> Result<MatMut<'_, f64>> {
    let (rows, columns) = array.dim();
    let slice = array.as_slice_mut().ok_or_else(other_order)?;
    Ok(MatMut::from_row_major_slice_mut(slice, rows, columns))
}

fn other_order() -> Error {
    let (expected, given) = ("row after row".into(), "another order".into());
    Error::Shape { what: "The inputs", expected, given }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ndarray::array;

    #[test]
    fn both_ways_solve_the_normal_equations() -> Result<()> {
        let wide = array![[1.0, 2.0, 0.5], [-1.0, 0.3, 2.0]];
        let tall = wide.t().as_standard_layout().to_owned();
        for (x, y) in [(wide, array![[1.0], [-2.0]]), (tall, array![[1.0], [0.5], [-2.0]])] {
            let spectrum = Spectrum::new(&x)?;
            let targets = spectrum.targets(&x, &y)?;
            for penalty in [0.0, 0.1, 3.0] {
                let w = spectrum.weights(&x, &targets, penalty)?;
                let w = Array2::from_shape_fn((x.ncols(), 1), |(i, k)| w[(i, k)]);
                // Xᵀ(y − Xw)/n = λw.
                let gradient = x.t().dot(&(&y - &x.dot(&w))) / x.nrows() as f64 - &w * penalty;
                assert!(gradient.iter().all(|g| g.abs() < 1e-12), "{gradient}");
                // In components: v_k·w = t_k/(s_k + λ).
                let parts = spectrum.components(&x, &w)?;
                for (k, s) in spectrum.values.iter().enumerate() {
                    assert!((parts[(k, 0)] - targets[(k, 0)] / (s + penalty)).abs() < 1e-12);
                }
            }
            // Σ_k s_k v_kj² = (XᵀX/n)_jj, and v_k has length 1.
            let h: Vec<f64> = (0..x.ncols()).map(|j| (j as f64 + 0.5).powi(2)).collect();
            let found = spectrum.squares(&x, &h)?;
            let expected: f64 = h.iter().zip(x.columns()).map(|(h, c)| h * c.dot(&c)).sum();
            let sum: f64 = found.iter().zip(&spectrum.values).map(|(q, s)| q * s).sum();
            assert!((sum - expected / x.nrows() as f64).abs() < 1e-12);
            let ones = spectrum.squares(&x, &vec![1.0; x.ncols()])?;
            assert!(ones.iter().all(|q| (q - 1.0).abs() < 1e-12));
        }
        Ok(())
    }
}
