//! Roots of the equations of state, each a search in one variable.
//!
//! Fields are h = σz + m, of width σ = √(αr). With the ratio y = m/σ given, the first equation alone decides σ, and the other two give the load at which
//! this is a solution: α = σ²(1 − C)²/q. As a function of y the load rises from 0 to the largest at which there are memories, and falls again; memories are the
//! falling branch, the rising one are maxima of the free energy between them and the spin glass.

use crate::grid::geomspace;
use crate::numeric::gaussian::{Gaussian, density, sech2, tail};
use crate::numeric::roots::{maximum, root};

/// Quantities below this differ from those at 0 by less than their last digit: to first order they are linear in T.
const COLD: f64 = 1e-16;

/// A solution with m > 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Solution {
    /// The load it belongs to.
    pub load: f64,
    /// m.
    pub overlap: f64,
    /// σ = √(αr).
    pub width: f64,
}

pub(super) fn is_cold(t: f64) -> bool {
    t < COLD
}

/// ∫Dz sign(z + y), and 2φ(y), which is the derivative of it by y.
pub(super) fn cold_means(y: f64) -> (f64, f64) {
    (1.0 - 2.0 * tail(y), 2.0 * density(y))
}

/// The solution with m/σ = y at temperature T < 1.
pub(super) fn with_ratio(y: f64, t: f64) -> Option<Solution> {
    if is_cold(t) {
        let (overlap, slope) = cold_means(y);
        // C = slope/σ, and σ(1 − C) = √α.
        let width = overlap / y;
        let rest = width - slope;
        return (rest > 0.0).then_some(Solution { load: rest * rest, overlap, width });
    }
    let rule = |b: f64| Gaussian::graded(-y, 1.0 / b);
    // b = σ/T. The excess E tanh b(z + y) − ybT is concave in b, 0 at b = 0 and negative from b = 1/(yT): Newton's steps from there fall onto the root.
    let mut b = 1.0 / (t * y);
    for _ in 0..200 {
        let (mean, slope) = rule(b).means_about(|offset| {
            let tanh = (b * offset).tanh();
            (tanh, offset * (1.0 - tanh * tanh))
        });
        let next = b - (mean - y * b * t) / (slope - y * t);
        if !(next > 0.0 && next < b * (1.0 - 4.0 * f64::EPSILON)) {
            break;
        }
        b = next;
    }
    let slope = rule(b).mean_about(|offset| sech2(b * offset));
    let (width, rest, q) = (b * t, 1.0 - slope / t, 1.0 - slope);
    (rest > 0.0).then_some(Solution { load: (width * rest).powi(2) / q, overlap: width * y, width })
}

/// The ratio y at which the load is largest, and that load.
pub(super) fn largest_load(t: f64) -> (f64, f64) {
    let load = |ln_y: f64| with_ratio(ln_y.exp(), t).map_or(0.0, |solution| solution.load);
    let grid: Vec<f64> = geomspace(0.5, 6.0, 7).iter().map(|y| y.ln()).collect();
    maximum(load, &grid).map_or((1.0, 0.0), |(ln_y, most)| (ln_y.exp(), most))
}

/// The solution of this load on the branch of memories, beyond the ratio `best` of the largest load.
pub(super) fn retrieval(load: f64, t: f64, best: f64) -> Option<Solution> {
    let excess = |ln_y: f64| match with_ratio(ln_y.exp(), t) {
        Some(solution) => solution.load - load,
        None => f64::NAN,
    };
    let (low, mut high) = (best.ln(), best.ln() + 0.5);
    while excess(high) > 0.0 && high < 40.0 {
        high += 1.0;
    }
    // At the largest load itself both ends may fall below it by a rounding error.
    let ln_y = if excess(low) <= 0.0 { low } else { root(excess, low, high)? };
    with_ratio(ln_y.exp(), t)
}

/// σ of the spin glass at T < T_g.
pub(super) fn spin_glass(load: f64, t: f64) -> Option<f64> {
    if is_cold(t) {
        return Some(load.sqrt() + cold_means(0.0).1);
    }
    // With b = σ/T given, T = (1 − q) + √(αq)/b, which falls from T_g to 0.
    let temperature = |b: f64| {
        let rule = Gaussian::graded(0.0, 1.0 / b);
        let (slope, q) = rule.means_about(|z| (sech2(b * z), (b * z).tanh().powi(2)));
        slope + (load * q).sqrt() / b
    };
    let most = 1.001 * (load.sqrt() + 1.0) / t;
    let ln_b = root(|ln_b: f64| temperature(ln_b.exp()) - t, 1e-7_f64.ln(), most.ln())?;
    Some(ln_b.exp() * t)
}
