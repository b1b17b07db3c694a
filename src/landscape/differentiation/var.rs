//! A number that knows how it was computed.

use std::cmp::Ordering;
use std::fmt;

use crate::landscape::differentiation::recording::{Operation, append};
use crate::numeric::gaussian;

/// The number of a recording that constants belong to.
const CONSTANT: u32 = 0;

/// The number that marks what mixes recordings, or was computed on another thread.
const STRANGER: u32 = u32::MAX;

/// A real number in a closure given to [`Objective::exact`](crate::landscape::Objective::exact), which records what is done with it.
///
/// It is `Copy` and mixes with `f64` in + − × ÷; comparisons look at the values; `sum()` and `product()` work over iterators of it. Functions have the
/// names that `f64`'s have. At points where a function has no derivative (|x| and max at a tie, √x at 0) the one-sided value that the
/// formula gives is taken.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // A softmax in one line: −ln p_0.
/// let surprise = Objective::exact(3, |x| x.iter().map(|x| x.exp()).sum::<Var>().ln() - x[0])?;
/// assert_eq!(surprise.gradient(&array![0.0, 0.0, 0.0])?, array![1.0 / 3.0 - 1.0, 1.0 / 3.0, 1.0 / 3.0]);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct Var {
    value: f64,
    place: u32,
    recording: u32,
}

impl Var {
    /// A number that does not depend on the variables.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(Var::constant(2.0).sqrt().value(), 2_f64.sqrt());
    /// ```
    pub fn constant(value: f64) -> Self {
        Self { value, place: 0, recording: CONSTANT }
    }

    /// The number without its history.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!((Var::constant(2.0) * 3.0).value(), 6.0);
    /// ```
    pub fn value(self) -> f64 {
        self.value
    }

    pub(super) fn recorded(value: f64, place: u32, recording: u32) -> Self {
        Self { value, place, recording }
    }

    pub(super) fn is_constant(self) -> bool {
        self.recording == CONSTANT
    }

    pub(super) fn place_in(self, recording: u32) -> Option<u32> {
        (self.recording == recording).then_some(self.place)
    }

    fn stranger(value: f64) -> Self {
        Self { value, place: 0, recording: STRANGER }
    }

    /// f(x) with f'(x) and f''(x).
    pub(super) fn unary(self, value: f64, first: f64, second: f64) -> Self {
        if self.is_constant() {
            return Self::constant(value);
        }
        let operands = [self.place, 0];
        let operation = Operation { operands, first: [first, 0.0], second: [second, 0.0, 0.0] };
        match append(self.recording, operation) {
            Some(place) => Self { value, place, recording: self.recording },
            None => Self::stranger(value),
        }
    }

    /// f(x, y) with its derivatives by x and y, and the second ones by x twice, both, and y twice.
    pub(super) fn binary(self, other: Self, value: f64, first: [f64; 2], second: [f64; 3]) -> Self {
        if other.is_constant() {
            return self.unary(value, first[0], second[0]);
        }
        if self.is_constant() {
            return other.unary(value, first[1], second[2]);
        }
        if self.recording != other.recording {
            return Self::stranger(value);
        }
        let operation = Operation { operands: [self.place, other.place], first, second };
        match append(self.recording, operation) {
            Some(place) => Self { value, place, recording: self.recording },
            None => Self::stranger(value),
        }
    }

    /// 1/x.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].recip())?.gradient(&array![2.0])?[0];
    /// assert!((slope + 0.25).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn recip(self) -> Self {
        let r = self.value.recip();
        self.unary(r, -r * r, 2.0 * r * r * r)
    }

    /// x to a whole power.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].powi(3))?.gradient(&array![2.0])?[0];
    /// assert!((slope - 12.0).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn powi(self, n: i32) -> Self {
        let (x, k) = (self.value, f64::from(n));
        let second = if n == 0 || n == 1 { 0.0 } else { k * (k - 1.0) * power(x, n, 2) };
        let first = if n == 0 { 0.0 } else { k * power(x, n, 1) };
        self.unary(x.powi(n), first, second)
    }

    /// x to a real power.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].powf(1.5))?.gradient(&array![4.0])?[0];
    /// assert!((slope - 3.0).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn powf(self, p: f64) -> Self {
        let x = self.value;
        let first = if p == 0.0 { 0.0 } else { p * x.powf(p - 1.0) };
        let second = if p == 0.0 || p == 1.0 { 0.0 } else { p * (p - 1.0) * x.powf(p - 2.0) };
        self.unary(x.powf(p), first, second)
    }

    /// x to a power that is a variable itself, for x above 0: exp(y ln x).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let gradient = Objective::exact(2, |x| x[0].pow(x[1]))?.gradient(&array![2.0, 3.0])?;
    /// assert!((gradient[0] - 12.0).abs() < 1e-13 && (gradient[1] - 8.0 * 2_f64.ln()).abs() < 1e-13);
    /// # Ok(()) }
    /// ```
    pub fn pow(self, exponent: Self) -> Self {
        if exponent.is_constant() {
            return self.powf(exponent.value);
        }
        (exponent * self.ln()).exp()
    }

    /// √x.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].sqrt())?.gradient(&array![4.0])?[0];
    /// assert!((slope - 0.25).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.unary(root, 0.5 / root, -0.25 / (root * self.value))
    }

    /// eˣ.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].exp())?.gradient(&array![0.5])?[0];
    /// assert!((slope - 0.5_f64.exp()).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn exp(self) -> Self {
        let e = self.value.exp();
        self.unary(e, e, e)
    }

    /// eˣ − 1.
    /// Keeps its digits near x = 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Objective::exact(1, |x| x[0].exp_m1())?.loss(&array![1e-20])?, 1e-20);
    /// # Ok(()) }
    /// ```
    pub fn exp_m1(self) -> Self {
        let e = self.value.exp();
        self.unary(self.value.exp_m1(), e, e)
    }

    /// The natural logarithm.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].ln())?.gradient(&array![4.0])?[0];
    /// assert!((slope - 0.25).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn ln(self) -> Self {
        let r = self.value.recip();
        self.unary(self.value.ln(), r, -r * r)
    }

    /// ln(1 + x).
    /// Keeps its digits near x = 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Objective::exact(1, |x| x[0].ln_1p())?.loss(&array![1e-20])?, 1e-20);
    /// # Ok(()) }
    /// ```
    pub fn ln_1p(self) -> Self {
        let r = (1.0 + self.value).recip();
        self.unary(self.value.ln_1p(), r, -r * r)
    }

    /// The sine.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].sin())?.gradient(&array![0.5])?[0];
    /// assert!((slope - 0.5_f64.cos()).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn sin(self) -> Self {
        let (sin, cos) = self.value.sin_cos();
        self.unary(sin, cos, -sin)
    }

    /// The cosine.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].cos())?.gradient(&array![0.5])?[0];
    /// assert!((slope + 0.5_f64.sin()).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn cos(self) -> Self {
        let (sin, cos) = self.value.sin_cos();
        self.unary(cos, -sin, -cos)
    }

    /// The tangent.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].tan())?.gradient(&array![0.5])?[0];
    /// assert!((slope - 1.0 - 0.5_f64.tan().powi(2)).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn tan(self) -> Self {
        let t = self.value.tan();
        let slope = 1.0 + t * t;
        self.unary(t, slope, 2.0 * t * slope)
    }

    /// The arc tangent.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].atan())?.gradient(&array![1.0])?[0];
    /// assert!((slope - 0.5).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn atan(self) -> Self {
        let slope = (1.0 + self.value * self.value).recip();
        self.unary(self.value.atan(), slope, -2.0 * self.value * slope * slope)
    }

    /// The hyperbolic sine.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].sinh())?.gradient(&array![0.5])?[0];
    /// assert!((slope - 0.5_f64.cosh()).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn sinh(self) -> Self {
        let (s, c) = (self.value.sinh(), self.value.cosh());
        self.unary(s, c, s)
    }

    /// The hyperbolic cosine.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].cosh())?.gradient(&array![0.5])?[0];
    /// assert!((slope - 0.5_f64.sinh()).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn cosh(self) -> Self {
        let (s, c) = (self.value.sinh(), self.value.cosh());
        self.unary(c, s, c)
    }

    /// The hyperbolic tangent.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].tanh())?.gradient(&array![0.5])?[0];
    /// assert!((slope - 1.0 + 0.5_f64.tanh().powi(2)).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn tanh(self) -> Self {
        let t = self.value.tanh();
        // 1/cosh², since 1 − t² would lose its digits far out.
        let slope = self.value.cosh().recip().powi(2);
        self.unary(t, slope, -2.0 * t * slope)
    }

    /// 1/(1 + e⁻ˣ).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].sigmoid())?.gradient(&array![0.0])?[0];
    /// assert!((slope - 0.25).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn sigmoid(self) -> Self {
        let (p, q) = logistic(self.value);
        self.unary(p, p * q, p * q * (q - p))
    }

    /// ln(1 + eˣ).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].softplus())?.gradient(&array![0.0])?[0];
    /// assert!((slope - 0.5).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn softplus(self) -> Self {
        let x = self.value;
        let (p, q) = logistic(x);
        self.unary(x.max(0.0) + (-x.abs()).exp().ln_1p(), p, p * q)
    }

    /// max(x, 0), with derivative 0 at 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rectified = Objective::exact(2, |x| x[0].relu() + x[1].relu())?;
    /// assert_eq!(rectified.gradient(&array![-1.0, 2.0])?, array![0.0, 1.0]);
    /// # Ok(()) }
    /// ```
    pub fn relu(self) -> Self {
        let positive = self.value > 0.0;
        self.unary(self.value.max(0.0), if positive { 1.0 } else { 0.0 }, 0.0)
    }

    /// x Φ(x), Φ the distribution function of the normal distribution.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slope = Objective::exact(1, |x| x[0].gelu())?.gradient(&array![0.0])?[0];
    /// assert!((slope - 0.5).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    pub fn gelu(self) -> Self {
        let x = self.value;
        let (below, density) = (gaussian::tail(-x), gaussian::density(x));
        self.unary(x * below, below + x * density, density * (2.0 - x * x))
    }

    /// |x|, with derivative 0 at 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let norm = Objective::exact(2, |x| x[0].abs() + x[1].abs())?;
    /// assert_eq!(norm.gradient(&array![-3.0, 2.0])?, array![-1.0, 1.0]);
    /// # Ok(()) }
    /// ```
    pub fn abs(self) -> Self {
        let x = self.value;
        let sign = if x == 0.0 { 0.0 } else { x.signum() };
        self.unary(x.abs(), sign, 0.0)
    }

    /// The larger of two; the first at a tie.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Objective::exact(2, |x| x[0].max(x[1]))?.gradient(&array![1.0, 2.0])?, array![0.0, 1.0]);
    /// # Ok(()) }
    /// ```
    pub fn max(self, other: impl Into<Self>) -> Self {
        let other = other.into();
        if other.value > self.value { other } else { self }
    }

    /// The smaller of two; the first at a tie.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Objective::exact(2, |x| x[0].min(x[1]))?.gradient(&array![1.0, 2.0])?, array![1.0, 0.0]);
    /// # Ok(()) }
    /// ```
    pub fn min(self, other: impl Into<Self>) -> Self {
        let other = other.into();
        if other.value < self.value { other } else { self }
    }
}

/// xⁿ⁻ᵈ; exponents near the least that there is are as good as infinite.
fn power(x: f64, n: i32, less: i32) -> f64 {
    x.powi(n.saturating_sub(less))
}

/// 1/(1 + e⁻ˣ) and 1/(1 + eˣ), both to full relative precision.
fn logistic(x: f64) -> (f64, f64) {
    let e = (-x.abs()).exp();
    let (large, small) = (1.0 / (1.0 + e), e / (1.0 + e));
    if x >= 0.0 { (large, small) } else { (small, large) }
}

impl fmt::Debug for Var {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.value, f)
    }
}

impl From<f64> for Var {
    fn from(value: f64) -> Self {
        Self::constant(value)
    }
}

impl PartialEq for Var {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialEq<f64> for Var {
    fn eq(&self, other: &f64) -> bool {
        self.value == *other
    }
}

impl PartialOrd for Var {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl PartialOrd<f64> for Var {
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        self.value.partial_cmp(other)
    }
}
