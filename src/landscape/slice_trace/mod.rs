//! The trace of the Hessian from what a loss shows along random directions, without products with the Hessian.

mod budget;
mod comparison;
mod estimate;
mod estimation;
mod method;
mod ray;
mod stencil;
mod step;

pub use comparison::{TraceComparison, TraceMethods};
pub use estimate::SliceTraceEstimate;
pub use estimation::SliceTraceEstimation;
pub use stencil::SliceFit;
