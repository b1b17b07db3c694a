//! Numerical methods that know nothing of physics.

pub(crate) mod gaussian;
pub(crate) mod quadrature;
pub(crate) mod roots;
