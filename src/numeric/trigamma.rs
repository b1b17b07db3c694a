//! The derivative of the digamma function.

/// ψ'(x) = Σ_{k≥0} 1/(x + k)² for x above 0, to about 10⁻¹⁵: its recurrence up to 12, and the asymptotic series from there.
pub(crate) fn trigamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < 12.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let series =
        1.0 / 6.0 - y * (1.0 / 30.0 - y * (1.0 / 42.0 - y * (1.0 / 30.0 - y * 5.0 / 66.0)));
    sum + 1.0 / x + 0.5 * y + y / x * series
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn known_values() {
        assert!((trigamma(1.0) - PI * PI / 6.0).abs() < 1e-14);
        assert!((trigamma(0.5) - PI * PI / 2.0).abs() < 1e-14);
        // ψ'(x) − ψ'(x + 1) = 1/x².
        assert!((trigamma(30.0) - trigamma(31.0) - 1.0 / 900.0).abs() < 1e-17);
    }
}
