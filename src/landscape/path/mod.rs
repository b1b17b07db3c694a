//! Paths between solutions: the straight line with its barrier, and curves that go around it.

mod barrier;
mod curve;
mod found;
mod interpolation;
mod search;

pub use curve::CurveKind;
pub use found::CurveFound;
pub use interpolation::{Interpolated, Interpolation};
pub use search::CurveSearch;
