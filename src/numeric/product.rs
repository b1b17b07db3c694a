//! Matrix products on the calling thread.

use faer::linalg::matmul::matmul;
use faer::traits::ComplexField;
use faer::{Accum, MatMut, MatRef, Par};

use crate::simd::clear_registers;

/// `out` = `factor` · a b, or that much more. For many products at a time the threads are the caller's, so that results do not depend on their number.
pub(crate) fn multiply<F: ComplexField>(
    out: MatMut<'_, F>,
    accum: Accum,
    a: MatRef<'_, F>,
    b: MatRef<'_, F>,
    factor: F,
) {
    matmul(out, accum, a, b, factor, Par::Seq);
    clear_registers();
}
