//! The normal distribution: density, tail, and averages ∫Dz f(z), Dz = exp(−z²/2)/√(2π) dz.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// √(2π).
pub(crate) const SQRT_TAU: f64 = 2.506_628_274_631_000_5;

/// Averages end here, where the weight has fallen to 10⁻²².
const REACH: f64 = 10.0;

/// No panel is wider: 16 points then give e^{−z²/2} to the last digit.
const WIDEST: f64 = 2.0;

/// a² and (2h/π) exp(−a²) at a = (k + ½)h, h = ½: the midpoint sum of [`scaled_erfc`].
const MIDPOINTS: [(f64, f64); 13] = [
    (0.0625, 0.299024465103723674),
    (0.5625, 0.181367506089578852),
    (1.5625, 0.0667213767868924303),
    (3.0625, 0.0148875514877830364),
    (5.0625, 0.00201481099729877191),
    (7.5625, 0.000165385757940685851),
    (10.5625, 8.23407203766392347e-6),
    (14.0625, 2.4864743044832888e-7),
    (18.0625, 4.55413654670323976e-9),
    (22.5625, 5.05918871320090626e-11),
    (27.5625, 3.40885454079191122e-13),
    (33.0625, 1.39312093751869256e-15),
    (39.0625, 3.45320155623393709e-18),
];

/// Positive abscissae and weights of the 16-point Gauss–Legendre rule on [−1, 1].
const LEGENDRE: [(f64, f64); 8] = [
    (0.0950125098376374402, 0.189450610455068496),
    (0.281603550779258913, 0.182603415044923589),
    (0.458016777657227386, 0.169156519395002538),
    (0.617876244402643748, 0.149595988816576732),
    (0.755404408355003034, 0.124628971255533872),
    (0.865631202387831744, 0.0951585116824927848),
    (0.944575023073232576, 0.0622535239386478929),
    (0.989400934991649933, 0.0271524594117540949),
];

/// φ(x) = exp(−x²/2)/√(2π).
pub(crate) fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / SQRT_TAU
}

/// H(x) = ∫_x^∞ Dz.
pub(crate) fn tail(x: f64) -> f64 {
    if x < 0.0 {
        1.0 - tail(-x)
    } else {
        0.5 * (-0.5 * x * x).exp() * scaled_erfc(x * FRAC_1_SQRT_2)
    }
}

/// ln H(x), for any x without underflow.
pub(crate) fn ln_tail(x: f64) -> f64 {
    if x < 0.0 {
        (-tail(-x)).ln_1p()
    } else {
        // The square leaves the digits of the rest.
        -0.5 * x * x - SQRT_TAU.ln() + mills(x).ln()
    }
}

/// φ(x)/H(x), which grows like x.
pub(crate) fn hazard(x: f64) -> f64 {
    if x < 0.0 { density(x) / tail(x) } else { 1.0 / mills(x) }
}

/// H(x)/φ(x) for x ≥ 0.
fn mills(x: f64) -> f64 {
    if x > 1e8 { 1.0 / x } else { (0.25 * TAU).sqrt() * scaled_erfc(x * FRAC_1_SQRT_2) }
}

/// exp(x²) erfc(x) for x ≥ 0, all digits: the midpoint rule for (2x/π) ∫_0^∞ exp(−a²)/(x² + a²) da, and what its poles at ±ix add (C. Chiarella and
/// A. Reichel, Math. Comp. 22, 137 (1968)). Every term is positive; the libraries at hand keep eleven digits.
fn scaled_erfc(x: f64) -> f64 {
    let x2 = x * x;
    let sum: f64 = MIDPOINTS.iter().map(|(a2, weight)| weight / (x2 + a2)).sum();
    // exp(x² − 2πx/h) is lost beyond the saddle at x = π/h, from where the poles add nothing.
    let poles = if x < 6.0 { 2.0 * x2.exp() / (1.0 + (2.0 * TAU * x).exp()) } else { 0.0 };
    x * sum + poles
}

/// ln 2cosh u, without overflow.
pub(crate) fn ln_two_cosh(u: f64) -> f64 {
    u.abs() + (-2.0 * u.abs()).exp().ln_1p()
}

/// ln 2cosh u − u tanh u, the entropy of a spin in the field u.
pub(crate) fn spin_entropy(u: f64) -> f64 {
    let decay = (-2.0 * u.abs()).exp();
    if decay == 0.0 { 0.0 } else { decay.ln_1p() + 2.0 * u.abs() * decay / (1.0 + decay) }
}

/// sech² u, without overflow and with all its digits where it is small.
pub(crate) fn sech2(u: f64) -> f64 {
    let decay = (-2.0 * u.abs()).exp();
    4.0 * decay / ((1.0 + decay) * (1.0 + decay))
}

/// Points and weights of Gaussian averages of functions that change at one place, as tanh((z − centre)/scale) does.
///
/// Panels of 16 Gauss–Legendre points, of the width of the scale near the centre and doubling away from it.
#[derive(Clone, Debug)]
pub(crate) struct Gaussian {
    centre: f64,
    /// z − centre, which keeps its digits near the centre, and the weight.
    points: Vec<(f64, f64)>,
}

impl Gaussian {
    /// For functions smooth on the scale 1.
    pub(crate) fn smooth() -> Self {
        Self::graded(0.0, 1.0)
    }

    /// For functions that change near `centre` on the given `scale`, of either size.
    pub(crate) fn graded(centre: f64, scale: f64) -> Self {
        let near = centre.clamp(-REACH, REACH);
        let scale = scale.max(1e-18);
        let mut offsets = vec![0.0];
        let mut offset = 0.0_f64;
        while offset < 2.0 * REACH {
            offset += (2.0 * scale).max(offset).min(WIDEST);
            offsets.push(offset);
        }
        let below = offsets.iter().rev().map(|offset| (-offset).max(-REACH - near));
        let above = offsets.iter().skip(1).map(|offset| offset.min(REACH - near));
        let edges: Vec<f64> = below.chain(above).collect();
        let rule = Self::on(&edges, |offset| density(near + offset));
        let shift = near - centre;
        let points = rule.points.into_iter().map(|(offset, w)| (shift + offset, w)).collect();
        Self { centre, points }
    }

    /// Points and weights of ∫ weight(s) f(s) ds between two ends instead, both smooth on the scale 1.
    pub(crate) fn weighted(from: f64, to: f64, weight: impl Fn(f64) -> f64) -> Self {
        let panels = ((to - from) / WIDEST).ceil().clamp(1.0, 1000.0);
        let edge = |k: usize| from + (to - from) * k as f64 / panels;
        let edges: Vec<f64> = (0..=panels as usize).map(edge).collect();
        Self::on(&edges, weight)
    }

    /// A rule whose centre is 0.
    fn on(edges: &[f64], weight: impl Fn(f64) -> f64) -> Self {
        let mut points = Vec::with_capacity(16 * edges.len());
        for panel in edges.windows(2).filter(|panel| panel[1] > panel[0]) {
            let (middle, half) = (0.5 * (panel[0] + panel[1]), 0.5 * (panel[1] - panel[0]));
            for (x, w) in LEGENDRE {
                for z in [middle - half * x, middle + half * x] {
                    points.push((z, w * half * weight(z)));
                }
            }
        }
        Self { centre: 0.0, points }
    }

    /// ∫Dz f(z).
    pub(crate) fn mean(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.mean_about(|offset| f(self.centre + offset))
    }

    /// ∫Dz f(z − centre): near its centre, a steep function keeps the digits of its argument.
    pub(crate) fn mean_about(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.points.iter().map(|&(offset, w)| w * f(offset)).sum()
    }

    /// As [`mean_about`](Self::mean_about), of two functions at once.
    pub(crate) fn means_about(&self, f: impl Fn(f64) -> (f64, f64)) -> (f64, f64) {
        self.points.iter().fold((0.0, 0.0), |(a, b), &(offset, w)| {
            let (fa, fb) = f(offset);
            (a + w * fa, b + w * fb)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::LN_2;

    use crate::grid::linspace;

    #[test]
    fn tails_and_their_logarithms() {
        // 25 digits by mpmath.
        let expected = [
            (-3.0, -0.001350809964748193798841116),
            (0.0, -LN_2),
            (10.0, -53.23128515051247057834703),
            (40.0, -804.6084420137537881666069),
        ];
        for (x, exact) in expected {
            assert!(
                (ln_tail(x) - exact).abs() < 1e-14 * exact.abs(),
                "{x} {}",
                ln_tail(x) / exact - 1.0
            );
        }
        // Laplace's continued fraction 1/(x + 1/(x + 2/(x + …))) from the far side, by more terms nearer to 0.
        for x in linspace(1.0, 30.0, 117) {
            let fraction = (1..=2000).rev().fold(x, |rest, k| x + f64::from(k) / rest);
            assert!(
                (hazard(x) / fraction - 1.0).abs() < 1e-15,
                "{x} {}",
                hazard(x) / fraction - 1.0
            );
        }
        // The series of positive terms φ(x)(x + x³/3 + x⁵/15 + …) = ½ − H(x) near 0.
        for x in linspace(0.0, 3.0, 31) {
            let terms =
                (1..80).rev().fold(1.0, |rest, k| 1.0 + x * x / f64::from(2 * k + 1) * rest);
            assert!((0.5 - tail(x) - density(x) * x * terms).abs() < 2e-16, "{x}");
        }
        assert!((hazard(1e8) / 1e8 - 1.0).abs() < 1e-15 && hazard(-50.0) == density(-50.0));
        assert!((tail(1.0) + tail(-1.0) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn moments_of_any_rule() {
        for (centre, scale) in [(0.0, 1.0), (0.3, 1e-3), (-20.0, 0.1), (-1e3, 1e-9), (2.0, 1e9)] {
            let rule = Gaussian::graded(centre, scale);
            for (power, exact) in [(0, 1.0), (1, 0.0), (2, 1.0), (4, 3.0), (8, 105.0)] {
                let mean = rule.mean(|z| z.powi(power));
                assert!(
                    (mean - exact).abs() < 1e-13 * exact.max(1.0),
                    "{centre} {scale} {power} {mean}"
                );
            }
        }
        assert!((Gaussian::weighted(1.0, REACH, density).mean(|_| 1.0) - tail(1.0)).abs() < 1e-15);
        assert!((Gaussian::smooth().mean(f64::exp) - 0.5_f64.exp()).abs() < 1e-14);
    }

    #[test]
    fn sharp_steps_keep_their_digits() {
        // A step of tanh at a: between erf(a/√2) and its correction by the width.
        let (a, width) = (0.7, 1e-7);
        let mean = Gaussian::graded(-a, width).mean_about(|offset| (offset / width).tanh());
        assert!((mean - (1.0 - 2.0 * tail(a))).abs() < 1e-13);
        // Against a fine trapezoidal sum, exponentially accurate for this function.
        let u = |z: f64| 3.0 * (z + 0.4);
        let mean = Gaussian::graded(-0.4, 1.0 / 3.0).mean(|z| ln_two_cosh(u(z)));
        let sum: f64 = (-4000..=4000)
            .map(|k| f64::from(k) * 0.0025)
            .map(|z| density(z) * ln_two_cosh(u(z)) * 0.0025)
            .sum();
        assert!((mean - sum).abs() < 1e-13);
    }

    #[test]
    fn functions_of_a_spin_in_a_field() {
        for u in [-3.0, -0.1, 0.0, 1e-9, 2.0] {
            let (cosh, tanh) = (f64::cosh(u), f64::tanh(u));
            assert!((ln_two_cosh(u) - (2.0 * cosh).ln()).abs() < 1e-15);
            assert!((spin_entropy(u) - ((2.0 * cosh).ln() - u * tanh)).abs() < 1e-15);
            assert!((sech2(u) - 1.0 / (cosh * cosh)).abs() < 1e-15);
        }
        assert_eq!((ln_two_cosh(1e300), spin_entropy(1e300), sech2(1e300)), (1e300, 0.0, 0.0));
        assert!((TAU.sqrt() - SQRT_TAU).abs() < 1e-15);
    }
}
