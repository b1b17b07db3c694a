//! Two spins as if alone.

use super::data::Data;
use crate::ndarray::{Array1, Array2};

/// The field on the first spin and the coupling of a pair with these moments, exact for two spins.
///
/// J = ¼ ln(p₊₊ p₋₋ / (p₊₋ p₋₊)) and h_i = ¼ ln(p₊₊ p₊₋ / (p₋₊ p₋₋)).
pub(super) fn pair(mi: f64, mj: f64, c: f64) -> (f64, f64) {
    let (up, down) = ((1.0 + mi + mj + c).ln(), (1.0 - mi - mj + c).ln());
    let (up_down, down_up) = ((1.0 + mi - mj - c).ln(), (1.0 - mi + mj - c).ln());
    (0.25 * (up + up_down - down_up - down), 0.25 * (up + down - up_down - down_up))
}

/// Couplings of all pairs, and fields with each pair's own counted once: h_i = artanh m_i + Σ_j (h_i(pair ij) − artanh m_i).
pub(super) fn independent_pair(data: &Data) -> (Array2<f64>, Array1<f64>) {
    let (m, n) = (&data.means, data.n_spins());
    let mut couplings = Array2::zeros((n, n));
    let mut fields = m.mapv(f64::atanh);
    for i in 0..n {
        for j in (0..n).filter(|&j| j != i) {
            let (h, coupling) = pair(m[i], m[j], data.correlations[(i, j)]);
            couplings[(i, j)] = coupling;
            fields[i] += h - m[i].atanh();
        }
    }
    (symmetric(&couplings), fields)
}

/// The mean of a matrix and its mirror image, whose halves may differ by rounding.
pub(super) fn symmetric(matrix: &Array2<f64>) -> Array2<f64> {
    Array2::from_shape_fn(matrix.dim(), |(i, j)| 0.5 * (matrix[(i, j)] + matrix[(j, i)]))
}
