//! Double exponential quadrature: nodes that crowd at the ends of the interval, where integrands may bend sharply or be singular.

use std::f64::consts::FRAC_PI_2;

/// Trapezoid rule in u, |u| ≤ 4, after x = ½ width (1 + tanh(½π sinh u)): ∫₀^width f(x) dx ≈ step · Σ weight · f(x).
///
/// The weights fall off doubly exponentially, below 1e-35 of the largest at the ends, and the error about exponentially with the number of
/// nodes. Source: H. Takahasi and M. Mori, Publ. RIMS 9, 721 (1974).
#[derive(Clone, Copy, Debug)]
pub(crate) struct DoubleExponential {
    half: i32,
    /// The distance of nodes in u, by which the weighted sum is to be multiplied.
    pub step: f64,
}

impl DoubleExponential {
    /// The rule of 2 `half` + 1 nodes.
    pub fn new(half: i32) -> Self {
        Self { half, step: 4.0 / f64::from(half) }
    }

    /// Nodes x in (0, width), ascending, each with its weight. Near 0 they keep their relative accuracy: put the sharp bend there.
    pub fn nodes(self, width: f64) -> impl Iterator<Item = (f64, f64)> {
        (-self.half..=self.half).map(move |node| {
            let u = self.step * f64::from(node);
            let stretched = FRAC_PI_2 * u.sinh();
            let x = width / (1.0 + (-2.0 * stretched).exp());
            let weight = FRAC_PI_2 * u.cosh() / stretched.cosh().powi(2) * width / 2.0;
            (x, weight)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integral(width: f64, integrand: impl Fn(f64) -> f64) -> f64 {
        let rule = DoubleExponential::new(160);
        rule.step * rule.nodes(width).map(|(x, weight)| weight * integrand(x)).sum::<f64>()
    }

    #[test]
    fn smooth_and_singular_integrands_keep_their_digits() {
        assert!((integral(3.0, |x| x * x) - 9.0).abs() < 1e-13);
        assert!((integral(FRAC_PI_2, f64::cos) - 1.0).abs() < 1e-14);
        // A logarithm and a root at 0.
        assert!((integral(1.0, f64::ln) + 1.0).abs() < 1e-14);
        assert!((integral(1.0, |x| 1.0 / x.sqrt()) - 2.0).abs() < 1e-12);
        // A bend much narrower than the interval: ∫₀¹ √(ε² + x²) dx.
        let (narrow, root) = (1e-6_f64, 1e-6_f64.hypot(1.0));
        let exact = 0.5 * (root + narrow * narrow * (1.0 / narrow).asinh());
        assert!((integral(1.0, |x| narrow.hypot(x)) - exact).abs() < 1e-14);
    }
}
