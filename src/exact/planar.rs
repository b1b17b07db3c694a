//! What the infinite triangular and honeycomb lattices share: ⟨ln(A ∓ B (cos p + cos q + cos(p + q)))⟩ over all wave numbers.

use std::f64::consts::{FRAC_PI_3, PI};

use crate::exact::jet::Jet;
use crate::numeric::quadrature::DoubleExponential;

/// Half the number of nodes of the integrals; doubling it changes nothing at 1e-13 for |T/T_c − 1| above 1e-8.
const NODES: i32 = 240;

/// ⟨ln(A − B Σ cos)⟩ with A = 3B + gap²; the gap vanishes at T_c.
///
/// The integral over q leaves (1/π) ∫₀^π 2 ln[(√(a − b) + √(a + b))/2] dp, a = A − B cos p, b = 2B cos(p/2).
pub(super) fn mean_log(gap: Jet, b: Jet) -> Jet {
    let gap = gap * gap;
    integral(PI, |p| {
        let x = (0.5 * p).cos();
        let one_minus = 2.0 * (0.25 * p).sin().powi(2);
        let lower = gap + b.scale(2.0 * one_minus * (2.0 + x));
        let upper = gap + b.scale(2.0 * (1.0 + x) * (2.0 - x));
        logarithm(lower, upper)
    })
}

/// ⟨ln(A + B Σ cos)⟩ with A = 3B/2 + gap: the frustrated case, where the gap vanishes at T = 0, at p = 2π/3.
pub(super) fn mean_log_frustrated(gap: Jet, b: Jet) -> Jet {
    let at = |distance: f64| {
        // p = 2π/3 + distance; cos(p/2) − ½ without its cancellation.
        let x = FRAC_PI_3 + 0.5 * distance;
        let shift = -2.0 * (FRAC_PI_3 + 0.25 * distance).sin() * (0.25 * distance).sin();
        let lower = gap + b.scale(2.0 * shift * shift);
        let upper = gap + b.scale(2.0 * (x.cos() + 0.5).powi(2));
        logarithm(lower, upper)
    };
    integral(2.0 * FRAC_PI_3, |y| at(-y)) + integral(FRAC_PI_3, at)
}

fn logarithm(lower: Jet, upper: Jet) -> Jet {
    (lower.sqrt() + upper.sqrt()).scale(0.5).ln().scale(2.0)
}

/// (1/π) ∫₀^width, by double exponential nodes, which crowd at 0 where the integrand bends sharply near T_c.
fn integral(width: f64, integrand: impl Fn(f64) -> Jet) -> Jet {
    let rule = DoubleExponential::new(NODES);
    let terms = rule.nodes(width).map(|(p, weight)| integrand(p).scale(weight));
    terms.fold(Jet::default(), |sum, term| sum + term).scale(rule.step / PI)
}
