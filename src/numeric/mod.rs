//! Numerical methods and special functions.

pub(crate) mod binomial;
pub(crate) mod bisection;
pub(crate) mod elementary;
pub(crate) mod exponential;
pub(crate) mod finite;
pub(crate) mod flow;
pub(crate) mod gaussian;
pub(crate) mod lbfgs;
pub(crate) mod logistic;
pub(crate) mod product;
pub(crate) mod quadrature;
pub(crate) mod roots;
pub(crate) mod trigamma;
pub(crate) mod vector;
