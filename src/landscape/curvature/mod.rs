//! The trace of the Hessian from what a loss shows along random directions, without products with the Hessian.

mod budget;
mod comparison;
mod estimate;
mod estimation;
mod slice;
mod stencil;
mod step;

use crate::landscape::Block;
use crate::operator::DiagonalBlock;

pub use comparison::{TraceComparison, TraceMethods};
pub use estimate::SliceTraceEstimate;
pub use estimation::SliceTraceEstimation;
pub use stencil::SliceFit;

impl From<Block> for DiagonalBlock {
    fn from(block: Block) -> Self {
        Self::from(&block)
    }
}

impl From<&Block> for DiagonalBlock {
    fn from(block: &Block) -> Self {
        Self::from((block.name(), block.count()))
    }
}
