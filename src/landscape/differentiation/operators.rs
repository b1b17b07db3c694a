//! + − × ÷ between recorded numbers and plain ones, and sums over iterators.

use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::landscape::differentiation::Var;

fn add(a: Var, b: Var) -> Var {
    a.binary(b, a.value() + b.value(), [1.0, 1.0], [0.0; 3])
}

fn subtract(a: Var, b: Var) -> Var {
    a.binary(b, a.value() - b.value(), [1.0, -1.0], [0.0; 3])
}

fn multiply(a: Var, b: Var) -> Var {
    a.binary(b, a.value() * b.value(), [b.value(), a.value()], [0.0, 1.0, 0.0])
}

fn divide(a: Var, b: Var) -> Var {
    let r = b.value().recip();
    let quotient = a.value() / b.value();
    a.binary(b, quotient, [r, -quotient * r], [0.0, -r * r, 2.0 * quotient * r * r])
}

macro_rules! operator {
    ($trait:ident, $method:ident, $assign_trait:ident, $assign:ident, $function:ident) => {
        impl $trait for Var {
            type Output = Var;
            fn $method(self, other: Var) -> Var {
                $function(self, other)
            }
        }
        impl $trait<f64> for Var {
            type Output = Var;
            fn $method(self, other: f64) -> Var {
                $function(self, Var::constant(other))
            }
        }
        impl $trait<Var> for f64 {
            type Output = Var;
            fn $method(self, other: Var) -> Var {
                $function(Var::constant(self), other)
            }
        }
        impl $trait<&Var> for Var {
            type Output = Var;
            fn $method(self, other: &Var) -> Var {
                $function(self, *other)
            }
        }
        impl $trait<Var> for &Var {
            type Output = Var;
            fn $method(self, other: Var) -> Var {
                $function(*self, other)
            }
        }
        impl $trait<&Var> for &Var {
            type Output = Var;
            fn $method(self, other: &Var) -> Var {
                $function(*self, *other)
            }
        }
        impl $trait<f64> for &Var {
            type Output = Var;
            fn $method(self, other: f64) -> Var {
                $function(*self, Var::constant(other))
            }
        }
        impl $trait<&Var> for f64 {
            type Output = Var;
            fn $method(self, other: &Var) -> Var {
                $function(Var::constant(self), *other)
            }
        }
        impl $assign_trait for Var {
            fn $assign(&mut self, other: Var) {
                *self = $function(*self, other);
            }
        }
        impl $assign_trait<f64> for Var {
            fn $assign(&mut self, other: f64) {
                *self = $function(*self, Var::constant(other));
            }
        }
    };
}

operator!(Add, add, AddAssign, add_assign, add);
operator!(Sub, sub, SubAssign, sub_assign, subtract);
operator!(Mul, mul, MulAssign, mul_assign, multiply);
operator!(Div, div, DivAssign, div_assign, divide);

impl Neg for Var {
    type Output = Self;
    fn neg(self) -> Self {
        self.unary(-self.value(), -1.0, 0.0)
    }
}

impl Neg for &Var {
    type Output = Var;
    fn neg(self) -> Var {
        -*self
    }
}

impl Sum for Var {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::constant(0.0), add)
    }
}

impl<'a> Sum<&'a Var> for Var {
    fn sum<I: Iterator<Item = &'a Self>>(terms: I) -> Self {
        terms.copied().sum()
    }
}

impl Product for Var {
    fn product<I: Iterator<Item = Self>>(factors: I) -> Self {
        factors.fold(Self::constant(1.0), multiply)
    }
}

impl<'a> Product<&'a Var> for Var {
    fn product<I: Iterator<Item = &'a Self>>(factors: I) -> Self {
        factors.copied().product()
    }
}
