//! The exact distribution of principal curvatures for normal directions and any spectrum.

use std::f64::consts::{FRAC_PI_2, PI};
use std::sync::OnceLock;

use faer::c64;

use crate::numeric::quadrature::DoubleExponential;
use crate::numeric::roots::root;
use crate::theory::projections::spectrum::Spectrum;

/// The double exponential rule has 2 HALF + 1 nodes at distance STEP.
const STEP: f64 = 0.02;
const HALF: i32 = 165;

/// P(κ₋ > x) and the density of κ₋ at x, in units of the spectrum.
///
/// The double integral over the ordered pairs of the two imaginary parts is one over the products of h at the nodes of one contour, since the indefinite
/// integral of a function sampled at x_j with distance d is d Σ_j f(x_j) (½ + Si(π(i − j))/π) (S. Haber, Math. Comput. 60, 279 (1993)). The contour
/// crosses the real axis at the saddle point and bends towards where e^{−xz} decays; all branch points lie on the axis.
pub(super) fn above(spectrum: &Spectrum, x: f64) -> (f64, f64) {
    let squares = spectrum.sum(|value| value * value);
    let (most, width) = (spectrum.sum(f64::abs), squares.sqrt());
    // Beyond all doubt.
    if x.abs() > 200.0 * (most + 10.0 * width) {
        return (f64::from(u8::from(x < 0.0)), 0.0);
    }
    let top = spectrum.values.last().copied().unwrap_or(0.0).max(0.0);
    if top == 0.0 && x >= 0.0 {
        return (0.0, 0.0);
    }
    let Some(c) = saddle_point(spectrum, x, top) else { return (0.0, 0.0) };
    let (z, h) = nodes(spectrum, x, c, top);
    let sine = sine_integrals();
    let zero = c64::new(0.0, 0.0);
    let (mut sum, mut slope) = (zero, zero);
    for i in 1..z.len() {
        let (mut inner, mut inner_slope) = (zero, zero);
        for j in 0..i {
            let term = (z[i] - z[j]) * h[j] * sine[i - j];
            inner += term;
            inner_slope += term * (z[i] + z[j]);
        }
        sum += h[i] * inner;
        slope += h[i] * inner_slope;
    }
    // i · sum, of which the real part counts.
    let factor = -(STEP / PI).powi(2) / 4.0;
    ((factor * sum.im).clamp(0.0, 1.0), (factor * slope.im).max(0.0))
}

/// Where −xc − ½ Σ ln(1 − 2λc) − 3/2 ln c is least.
fn saddle_point(spectrum: &Spectrum, x: f64, top: f64) -> Option<f64> {
    let slope = |c: f64| spectrum.sum(|value| value / (1.0 - 2.0 * value * c)) - 1.5 / c - x;
    let end = if top > 0.0 {
        0.5 / top * (1.0 - 1e-15)
    } else {
        (0.5 * spectrum.sum(|_| 1.0) + 1.5) / x.abs()
    };
    root(slope, end * 1e-15, end)
}

/// Points z on the contour, and h(z) dz.
fn nodes(spectrum: &Spectrum, x: f64, c: f64, top: f64) -> (Vec<c64>, Vec<c64>) {
    let curvature =
        1.5 / (c * c) + 2.0 * spectrum.sum(|value| (value / (1.0 - 2.0 * value * c)).powi(2));
    let width = curvature.sqrt().recip();
    let room = if top > 0.0 { c.min(0.5 / top - c) } else { c };
    // Many eigenvalues make h a Gaussian across the saddle point, which a sharp bend would leave.
    let squares = spectrum.sum(|value| value * value);
    let effective = squares * squares / spectrum.sum(|value| value.powi(4));
    let bend = if x == 0.0 { 0.0 } else { (3.0 / effective.sqrt()).clamp(0.3, 1.0) * x.signum() };
    (-HALF..=HALF)
        .map(|node| {
            let s = STEP * f64::from(node);
            let u = FRAC_PI_2 * s.sinh();
            let t = width * u.sinh();
            let slope = width * u.cosh() * FRAC_PI_2 * s.cosh();
            let q = t.hypot(room);
            let z = c64::new(c + bend * t * (t / (q + room)), t);
            let dz = c64::new(bend * t / q * slope, slope);
            let mut ln = z.ln() * -1.5 - z * x;
            for (value, count) in spectrum.pairs() {
                ln -= (1.0 - z * (2.0 * value)).ln() * (0.5 * count);
            }
            let h = ln.exp() * dz;
            if h.is_finite() && z.is_finite() {
                (z, h)
            } else {
                (c64::new(c, 0.0), c64::new(0.0, 0.0))
            }
        })
        .unzip()
}

/// Si(πm), m from 0: Si(x) = π/2 − (−1)^m f(x) there, with f(x) = ∫₀^∞ e^{−xt}/(1 + t²) dt.
fn sine_integrals() -> &'static [f64] {
    static TABLE: OnceLock<Vec<f64>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let rule = DoubleExponential::new(80);
        (0..=2 * HALF)
            .map(|m| {
                if m == 0 {
                    return 0.0;
                }
                let x = PI * f64::from(m);
                let decay = |t: f64| (-x * t).exp() / (1.0 + t * t);
                let nodes = rule.nodes(40.0 / x);
                let f = rule.step * nodes.map(|(t, weight)| weight * decay(t)).sum::<f64>();
                FRAC_PI_2 - if m % 2 == 0 { f } else { -f }
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::projections::pictures::PictureProbabilities;

    #[test]
    fn sine_integrals_of_tables() {
        // Si(π), the constant of Wilbraham and Gibbs, and Si(2π).
        assert!((sine_integrals()[1] - 1.851937051982466).abs() < 1e-14);
        assert!((sine_integrals()[2] - 1.418151576132628).abs() < 1e-14);
    }

    #[test]
    fn the_integral_gives_the_closed_form_of_sign_probabilities() {
        for (positive, negative) in
            [(2, 2), (3, 2), (2, 3), (5, 3), (20, 30), (500, 500), (520, 480)]
        {
            let spectrum = Spectrum::of_signs(positive, negative);
            let exact = PictureProbabilities::of_signs(positive, negative);
            let (bowl, cap) = (above(&spectrum, 0.0).0, above(&spectrum.mirrored(), 0.0).0);
            assert!((bowl - exact.bowl).abs() < 1e-10, "{positive} {negative}: {bowl} {exact:?}");
            assert!((cap - exact.cap).abs() < 1e-10, "{positive} {negative}: {cap} {exact:?}");
            assert!((exact.bowl + exact.saddle + exact.cap - 1.0).abs() < 1e-13);
        }
    }

    #[test]
    fn wishart_matrices_of_small_dimension() {
        // One eigenvalue −1: κ₋ = −η² − δ², of which P(χ²₂ < 1) = 1 − e^{−½}, and κ₊ = 0.
        let one = Spectrum::of_signs(0, 1);
        assert!((above(&one, -1.0).0 + (-0.5_f64).exp_m1()).abs() < 1e-9);
        // The smallest root of W₂(3) is exponential, P(κ₋ > x) = e^{−x} (A. Edelman, SIAM J. Matrix Anal. Appl. 9, 543 (1988)).
        let three = Spectrum::of_signs(3, 0);
        for x in [0.3_f64, 1.0, 4.0] {
            let (probability, density) = above(&three, x);
            assert!((probability - (-x).exp()).abs() < 1e-9, "{x}: {probability}");
            assert!((density - (-x).exp()).abs() < 1e-8, "{x}: {density}");
        }
    }
}
