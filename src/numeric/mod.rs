//! Numerical tools of the closed-form theories: roots and maxima of functions of one variable, Gaussian averages.

pub(crate) mod gaussian;
pub(crate) mod roots;
