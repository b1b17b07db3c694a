//! Correlations along a row of the infinite square lattice, as determinants of Toeplitz matrices.

use faer::Mat;

use std::f64::consts::TAU;

/// ⟨s_0 s_r⟩ along a row, for the coupling K = J/T through z = tanh K and 1 − z.
///
/// Source: E. W. Montroll, R. B. Potts and J. C. Ward, J. Math. Phys. 4, 308 (1963); B. M. McCoy and T. T. Wu, *The Two-Dimensional
/// Ising Model* (1973), chapter VIII.
pub(super) fn correlation(distance: usize, z: f64, complement: f64) -> f64 {
    let n = distance as isize;
    let slope = complement / (1.0 + z);
    let (small, large) = (z * slope, slope / z);
    let coefficients = fourier(small, large, distance);
    // Element (i, j) is the coefficient of index i − j.
    let matrix = Mat::from_fn(distance, distance, |i, j| {
        coefficients[(i as isize - j as isize + n) as usize]
    });
    matrix.determinant()
}

/// Fourier coefficients −n to n of √((1 − α₁e^{iθ})(1 − α₂e^{−iθ}) / ((1 − α₁e^{−iθ})(1 − α₂e^{iθ}))), which is a phase e^{iφ(θ)}, odd around π.
fn fourier(small: f64, large: f64, n: usize) -> Vec<f64> {
    // Midpoints of (0, 2π): a jump at 0, as at T_c, costs the square of the spacing, and elsewhere the sum converges exponentially.
    let points = (64.0 / large.ln().abs()).clamp(512.0, 65_536.0) as usize + 8 * n;
    let phases: Vec<(f64, f64)> = (0..points)
        .map(|k| {
            let theta = TAU * (k as f64 + 0.5) / points as f64;
            (theta, argument(large, theta) - argument(small, theta))
        })
        .collect();
    let coefficient = |index: isize| {
        let term = |&(theta, phase): &(f64, f64)| (phase - index as f64 * theta).cos();
        phases.iter().map(term).sum::<f64>() / points as f64
    };
    (-(n as isize)..=n as isize).map(coefficient).collect()
}

/// The argument of 1 − α e^{−iθ} on the branch that is continuous on (0, 2π) and 0 at π.
fn argument(alpha: f64, theta: f64) -> f64 {
    (alpha * theta.sin()).atan2(1.0 - alpha * theta.cos())
}
