//! Paths between solutions: the straight line with its barrier, and curves that go around it.

mod barrier;
mod connection;
mod curve;
mod interpolation;

pub use connection::{Connected, Connection};
pub use curve::Curve;
pub use interpolation::{Interpolated, Interpolation};
