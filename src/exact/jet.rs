//! Numbers that carry their first two derivatives: analytic derivatives of closed forms without writing them out.

use std::ops::{Add, Mul, Sub};

/// A value with its first and second derivative by one variable, here β = 1/T.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Jet {
    pub value: f64,
    pub first: f64,
    pub second: f64,
}

impl Jet {
    pub fn constant(value: f64) -> Self {
        Self { value, first: 0.0, second: 0.0 }
    }

    /// `slope` · β at this β.
    pub fn linear(slope: f64, beta: f64) -> Self {
        Self { value: slope * beta, first: slope, second: 0.0 }
    }

    /// g(self) for a function g of this value and these two derivatives.
    fn chain(self, value: f64, first: f64, second: f64) -> Self {
        Self {
            value,
            first: first * self.first,
            second: second * self.first * self.first + first * self.second,
        }
    }

    pub fn scale(self, factor: f64) -> Self {
        Self {
            value: factor * self.value,
            first: factor * self.first,
            second: factor * self.second,
        }
    }

    pub fn exp(self) -> Self {
        let value = self.value.exp();
        self.chain(value, value, value)
    }

    /// e^x − 1.
    pub fn exp_m1(self) -> Self {
        let slope = self.value.exp();
        self.chain(self.value.exp_m1(), slope, slope)
    }

    pub fn ln(self) -> Self {
        let inverse = 1.0 / self.value;
        self.chain(self.value.ln(), inverse, -inverse * inverse)
    }

    /// ln(1 + x).
    pub fn ln_1p(self) -> Self {
        let inverse = 1.0 / (1.0 + self.value);
        self.chain(self.value.ln_1p(), inverse, -inverse * inverse)
    }

    /// 1/x.
    pub fn recip(self) -> Self {
        let inverse = 1.0 / self.value;
        self.chain(inverse, -inverse * inverse, 2.0 * inverse.powi(3))
    }

    pub fn sqrt(self) -> Self {
        let value = self.value.sqrt();
        let first = 0.5 * self.first / value;
        // From (√x)'' = (x''/2 − (√x)'²)/√x, which underflows later than x^{3/2}.
        Self { value, first, second: (0.5 * self.second - first * first) / value }
    }
}

impl Add for Jet {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            first: self.first + other.first,
            second: self.second + other.second,
        }
    }
}

impl Sub for Jet {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + other.scale(-1.0)
    }
}

impl Mul for Jet {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self {
            value: self.value * other.value,
            first: self.first * other.value + self.value * other.first,
            second: self.second * other.value
                + 2.0 * self.first * other.first
                + self.value * other.second,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_agree_with_central_differences() {
        let functions: [fn(Jet) -> Jet; 7] = [
            |x| (x * x).exp(),
            |x| x.exp_m1().scale(3.0),
            Jet::ln,
            |x| (x * x - x).ln_1p(),
            |x| x.recip() + Jet::constant(2.0),
            |x| (x * x * x).sqrt(),
            |x| (x + x.sqrt()).recip(),
        ];
        for (index, function) in functions.into_iter().enumerate() {
            let at = |x: f64| function(Jet::linear(1.0, x));
            let (x, d) = (1.3, 1e-5);
            let (low, here, high) = (at(x - d), at(x), at(x + d));
            assert!((here.first - (high.value - low.value) / (2.0 * d)).abs() < 1e-7, "{index}");
            assert!((here.second - (high.first - low.first) / (2.0 * d)).abs() < 1e-7, "{index}");
        }
    }
}
