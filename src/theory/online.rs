//! On-line learning by the perceptron rule: differential equations for the length and the angle of the student.

use std::f64::consts::PI;

use crate::numeric::gaussian::SQRT_TAU;

/// The largest load; the number of steps grows as α^{2/3}.
pub(super) const MAX_LOAD: f64 = 1e6;

/// Where the integration starts, from the first order in √α.
const START: f64 = 1e-16;

/// 1 − R of a student that sees each of αN examples once and adds σx/√N where it errs, from J = 0.
///
/// With l = |J|, δ = 1 − R and ε = arccos(R)/π: dl/dα = −δ/√(2π) + ε/(2l), dδ/dα = [R dl/dα − δ/√(2π)]/l. (M. Biehl and P. Riegler, Europhys. Lett. 28, 525 (1994).)
pub(super) fn misalignment(load: f64) -> f64 {
    let first_order = |load: f64| [(0.5 * load).sqrt(), 1.0 - (load / PI).sqrt()];
    if load <= START {
        return first_order(load)[1];
    }
    let (mut alpha, mut state) = (START, first_order(START));
    while alpha < load {
        // A hundredth of the load so far, and within the time in which the angle follows the length.
        let step = (0.01 * alpha).min(0.3 * state[0]).min(load - alpha);
        state = runge_kutta(state, step);
        alpha = if step == load - alpha { load } else { alpha + step };
    }
    state[1]
}

fn runge_kutta(state: [f64; 2], step: f64) -> [f64; 2] {
    let ahead = |slope: [f64; 2], by: f64| [state[0] + by * slope[0], state[1] + by * slope[1]];
    let first = slope(state);
    let second = slope(ahead(first, 0.5 * step));
    let third = slope(ahead(second, 0.5 * step));
    let fourth = slope(ahead(third, step));
    let mean = [0, 1].map(|k| (first[k] + 2.0 * (second[k] + third[k]) + fourth[k]) / 6.0);
    ahead(mean, step)
}

fn slope([length, misalignment]: [f64; 2]) -> [f64; 2] {
    let error = 2.0 / PI * (0.5 * misalignment).sqrt().asin();
    let pull = misalignment / SQRT_TAU;
    let longer = 0.5 * error / length - pull;
    [longer, ((1.0 - misalignment) * longer - pull) / length]
}
