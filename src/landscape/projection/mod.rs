//! What slices along two directions show of the Hessian, and what they hide.

mod picture;
mod restricted;
mod sampling;
mod slice_check;
mod summary;

pub use picture::SlicePicture;
pub use sampling::{HessianProjection, ProjectedHessians};
pub use slice_check::{SliceCheck, SliceChecked};
