//! 𝔼r and 𝔼mr of normal directions, by integrals over the characteristic function.

use crate::theory::projections::spectrum::Spectrum;

/// Steps of ln t, over which integrands fall off like t and 1/t: their trapezoid rule has errors below e^{−2π²/STEP}.
const STEP: f64 = 0.125;
const HALF: i32 = 320;

/// 𝔼r = ∫(1 − φ(t)) dt/t² and 𝔼mr = ∫(tr H − φ(t) Σ_j λ_j/(1 + λ_j²t²)) dt/t², φ(t) = Π_j(1 + λ_j²t²)^{−½}, in units of the spectrum.
pub(super) fn radial(spectrum: &Spectrum) -> (f64, f64) {
    let squares = spectrum.sum(|x| x * x);
    if squares == 0.0 {
        return (0.0, 0.0);
    }
    let scale = squares.sqrt();
    let (mut r, mut mr) = (0.0, 0.0);
    for node in -HALF..=HALF {
        let t = (STEP * f64::from(node)).exp() / scale;
        let ln = |x: f64| (x * x * t * t).ln_1p();
        let ln_phi = -0.5 * spectrum.sum(ln);
        let weight = STEP / t;
        r -= weight * ln_phi.exp_m1();
        mr -= weight * spectrum.sum(|x| x * (ln_phi - ln(x)).exp_m1());
    }
    (r, mr)
}
