//! Numerical methods that know nothing of physics.

pub(crate) mod quadrature;
