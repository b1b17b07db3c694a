//! Couplings from the inverse of the correlation matrix.

use super::data::Data;
use super::pair::{pair, symmetric};
use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::operator::dense::{eigenvalues_symmetric, solve_positive};

/// The smallest eigenvalue of the correlation matrix, in units of the largest, that is told from 0.
const SINGULAR: f64 = 1e-12;

/// C⁻¹, or a sentence where C has none.
fn inverse(data: &Data) -> Result<Array2<f64>> {
    let (n, connected) = (data.n_spins(), data.connected());
    let eigenvalues = eigenvalues_symmetric(&connected)?;
    if eigenvalues[0] > SINGULAR * eigenvalues[n - 1]
        && let Some(inverse) = solve_positive(&connected, &Array2::eye(n))?
    {
        return Ok(symmetric(&inverse));
    }
    let observed = data.samples.map_or(String::new(), |b| format!(" of {b} states"));
    Err(Error::argument(
        "correlations",
        format!(
            "a connected correlation matrix of {n} spins{observed} with the eigenvalue {:.1e}",
            eigenvalues[0]
        ),
        format!(
            "positive definite: it takes at least {} different states, and no spin that others determine; `InverseMethod::PseudoLikelihood` with `.l2(0.01)` \
             works with fewer",
            n + 1
        ),
    ))
}

/// J = −C⁻¹ off the diagonal, h_i = artanh m_i − Σ_j J_ij m_j.
pub(super) fn naive(data: &Data) -> Result<(Array2<f64>, Array1<f64>)> {
    let mut couplings = -inverse(data)?;
    couplings.diag_mut().fill(0.0);
    let fields = data.means.mapv(f64::atanh) - couplings.dot(&data.means);
    Ok((couplings, fields))
}

/// The root of (C⁻¹)_ij = −J_ij − 2 J_ij² m_i m_j that is the naive one for small magnetizations; h_i = artanh m_i − Σ_j J_ij m_j + m_i Σ_j J_ij² (1 − m_j²).
pub(super) fn tap(data: &Data) -> Result<(Array2<f64>, Array1<f64>)> {
    let (inverse, m) = (inverse(data)?, &data.means);
    let mut couplings = Array2::zeros(inverse.dim());
    for ((i, j), &entry) in inverse.indexed_iter().filter(|((i, j), _)| i != j) {
        let discriminant = 1.0 - 8.0 * m[i] * m[j] * entry;
        if !(discriminant >= 0.0) {
            return Err(Error::Unsupported {
                what: "The TAP inversion".to_owned(),
                why: format!("its equation for the coupling of spins {i} and {j} has no real root"),
                advice: "The correlations are too strong for it; use `InverseMethod::SessakMonasson` or `InverseMethod::PseudoLikelihood`.".to_owned(),
            });
        }
        couplings[(i, j)] = -2.0 * entry / (1.0 + discriminant.sqrt());
    }
    let reaction = couplings.mapv(|j: f64| j * j).dot(&m.mapv(|m| 1.0 - m * m)) * m;
    let fields = m.mapv(f64::atanh) - couplings.dot(m) + reaction;
    Ok((couplings, fields))
}

/// Loops and pairs summed up: what both have in common, the Gaussian part of each pair, is taken off once.
///
/// The entropy as a function of m and C is that of independent spins, plus ½ ln det of the normalised C, plus for each pair its entropy less what the first
/// terms say of it; J_ij = −∂S/∂C_ij, and h_i + Σ_j J_ij m_j = −∂S/∂m_i.
pub(super) fn sessak_monasson(data: &Data) -> Result<(Array2<f64>, Array1<f64>)> {
    let (inverse, connected, m) = (inverse(data)?, data.connected(), &data.means);
    let n = data.n_spins();
    let spread = m.mapv(|m| 1.0 - m * m);
    let mut couplings = -&inverse;
    couplings.diag_mut().fill(0.0);
    // −∂S/∂m_i of the loops, with all pairs' own added below.
    let mut conjugate =
        Array1::from_shape_fn(n, |i| m[i].atanh() + m[i] * (inverse[(i, i)] - 1.0 / spread[i]));
    for i in 0..n {
        for j in (0..n).filter(|&j| j != i) {
            let (h, coupling) = pair(m[i], m[j], data.correlations[(i, j)]);
            let c = connected[(i, j)];
            let determinant = spread[i] * spread[j] - c * c;
            couplings[(i, j)] += coupling - c / determinant;
            let loops = m[i].atanh() + m[i] * (spread[j] / determinant - 1.0 / spread[i]);
            conjugate[i] += h + coupling * m[j] - loops;
        }
    }
    let couplings = symmetric(&couplings);
    let fields = conjugate - couplings.dot(m);
    Ok((couplings, fields))
}
