//! Roots within a bracket and maxima, of functions of one variable.

/// Far beyond what bisection alone needs to exhaust the digits of a number.
const MAX_STEPS: usize = 300;

/// The root of `f` between `a` and `b`, to the last digits; none where `f` has the same sign at both ends, or is NaN.
///
/// R. P. Brent, *Algorithms for Minimization without Derivatives* (1973), chapter 4: interpolation, with bisection wherever it
/// would not be faster.
pub(crate) fn root(mut f: impl FnMut(f64) -> f64, mut a: f64, mut b: f64) -> Option<f64> {
    let (mut fa, mut fb) = (f(a), f(b));
    if fa == 0.0 {
        return Some(a);
    }
    if fb == 0.0 {
        return Some(b);
    }
    if !(fa * fb.signum() < 0.0) {
        return None;
    }
    // b is the best estimate, the root lies between b and c, and a is the estimate before b.
    let (mut c, mut fc) = (a, fa);
    let (mut step, mut before) = (b - a, b - a);
    for _ in 0..MAX_STEPS {
        if fb.signum() == fc.signum() {
            (c, fc) = (a, fa);
            (step, before) = (b - a, b - a);
        }
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let tolerance = 2.0 * f64::EPSILON * b.abs() + f64::MIN_POSITIVE;
        let half = 0.5 * (c - b);
        if half.abs() <= tolerance || fb == 0.0 {
            return Some(b);
        }
        (step, before) = match interpolated((a, fa), (b, fb), (c, fc)) {
            Some(next)
                if before.abs() >= tolerance
                    && fa.abs() > fb.abs()
                    && next * half > 0.0
                    && next.abs()
                        < (1.5 * half.abs() - 0.5 * tolerance).min(0.5 * before.abs()) =>
            {
                (next, step)
            }
            _ => (half, half),
        };
        (a, fa) = (b, fb);
        b += if step.abs() > tolerance { step } else { tolerance.copysign(half) };
        fb = f(b);
        if fb.is_nan() {
            return None;
        }
    }
    Some(b)
}

/// The step from b to the root of the inverse parabola through three points, or of the straight line where two agree.
fn interpolated((a, fa): (f64, f64), (b, fb): (f64, f64), (c, fc): (f64, f64)) -> Option<f64> {
    let s = fb / fa;
    let (p, q) = if a == c {
        ((c - b) * s, s - 1.0)
    } else {
        let (q, r) = (fa / fc, fb / fc);
        (s * ((c - b) * q * (q - r) - (b - a) * (r - 1.0)), -(q - 1.0) * (r - 1.0) * (s - 1.0))
    };
    let step = p / q;
    step.is_finite().then_some(step)
}

/// Where `f` is largest and its value there: the best point of the ascending `grid`, refined between its neighbours.
///
/// Golden-section search with parabolic steps (Brent 1973, chapter 5). The place is good to the square root of the precision
/// of `f`, the value to all digits.
pub(crate) fn maximum(mut f: impl FnMut(f64) -> f64, grid: &[f64]) -> Option<(f64, f64)> {
    let values: Vec<f64> = grid.iter().map(|&x| f(x)).collect();
    let best = (0..grid.len())
        .filter(|&k| !values[k].is_nan())
        .max_by(|&a, &b| values[a].total_cmp(&values[b]))?;
    let (mut low, mut high) = (grid[best.saturating_sub(1)], grid[(best + 1).min(grid.len() - 1)]);
    // x is the best place, w the second best, v the one before.
    let (mut x, mut fx) = (grid[best], values[best]);
    let (mut w, mut fw, mut v, mut fv) = (x, fx, x, fx);
    let (mut step, mut before) = (0.0_f64, 0.0_f64);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        let tolerance = 1e-9 * x.abs() + 1e-300;
        if (x - middle).abs() <= 2.0 * tolerance - 0.5 * (high - low) {
            break;
        }
        let (r, q) = ((x - w) * (fx - fv), (x - v) * (fx - fw));
        let parabola = ((x - v) * q - (x - w) * r) / (2.0 * (r - q));
        let next = x + parabola;
        if before.abs() > tolerance
            && parabola.abs() < 0.5 * before.abs()
            && next > low + tolerance
            && next < high - tolerance
        {
            (step, before) = (parabola, step);
        } else {
            before = if x < middle { high - x } else { low - x };
            step = 0.381_966_011_250_105_1 * before;
        }
        let u = x + if step.abs() >= tolerance { step } else { tolerance.copysign(step) };
        let fu = f(u);
        if fu >= fx {
            *(if u < x { &mut high } else { &mut low }) = x;
            (v, fv, w, fw, x, fx) = (w, fw, x, fx, u, fu);
        } else {
            *(if u < x { &mut low } else { &mut high }) = u;
            if fu >= fw || w == x {
                (v, fv, w, fw) = (w, fw, u, fu);
            } else if fu >= fv || v == x || v == w {
                (v, fv) = (u, fu);
            }
        }
    }
    Some((x, fx))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::linspace;

    #[test]
    fn roots_to_the_last_digit() {
        type Case = (fn(f64) -> f64, f64, f64, f64);
        let cases: [Case; 5] = [
            (|x| x * x - 2.0, 0.0, 2.0, std::f64::consts::SQRT_2),
            (|x| x.cos(), 0.0, 3.0, std::f64::consts::FRAC_PI_2),
            (|x| (x - 1e-7).powi(3), -5.0, 8.0, 1e-7),
            (|x| if x < 0.3 { -1.0 } else { 1.0 }, 0.0, 1.0, 0.3),
            (|x| x.exp() - 1e300, 0.0, 709.0, 300.0 * std::f64::consts::LN_10),
        ];
        for (f, a, b, exact) in cases {
            for (a, b) in [(a, b), (b, a)] {
                let found = root(f, a, b).unwrap();
                assert!((found - exact).abs() <= 1e-15 * exact.abs().max(0.01), "{found} {exact}");
            }
        }
    }

    #[test]
    fn few_evaluations_where_the_function_is_smooth() {
        let mut calls = 0;
        let found = root(
            |x| {
                calls += 1;
                x.exp() - 3.0
            },
            0.0,
            10.0,
        );
        assert!((found.unwrap() - 3.0_f64.ln()).abs() < 1e-15 && calls < 20, "{calls}");
    }

    #[test]
    fn no_sign_change_is_no_root() {
        assert!(root(|x| x * x + 1.0, -1.0, 1.0).is_none());
        assert!(root(|_| f64::NAN, -1.0, 1.0).is_none());
        assert!(
            root(
                |x| if x == 1.0 {
                    1.0
                } else if x == -1.0 {
                    -1.0
                } else {
                    f64::NAN
                },
                -1.0,
                1.0
            )
            .is_none()
        );
    }

    #[test]
    fn maxima_inside_and_at_the_ends() {
        let (x, value) = maximum(|x| x * (-x).exp(), &linspace(0.1, 5.0, 7)).unwrap();
        assert!((x - 1.0).abs() < 1e-7 && (value - (-1.0_f64).exp()).abs() < 1e-16);
        let (x, _) = maximum(|x| x, &linspace(0.0, 1.0, 5)).unwrap();
        assert_eq!(x, 1.0);
        assert!(maximum(|x| x, &[]).is_none());
    }
}
