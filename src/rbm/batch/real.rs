//! The two precisions that batches are computed in.

use faer::traits::ComplexField;
use faer::{Accum, MatMut, MatRef};

use crate::numeric::product::multiply;
use crate::rbm::batch::descent::{self, Slopes};
use crate::rbm::batch::lanes::Lanes;
use crate::rbm::batch::logistic::{self, TwoValued};
use crate::simd::{Width, widths};

/// Single or double precision, with the loops written for it.
pub(in crate::rbm) trait Real:
    ComplexField + std::ops::MulAssign + Copy + Default + Send + Sync + 'static
{
    fn of(x: f64) -> Self;
    fn wide(self) -> f64;
    /// Inputs of a row become means.
    fn means(x: &mut [Self], fields: &[Self], unit: TwoValued);
    /// Inputs of a row become means, and `out` values drawn with them.
    fn draws(x: &mut [Self], fields: &[Self], out: &mut [Self], lanes: &mut Lanes, unit: TwoValued);
    /// `sums` += row · factor.
    fn accumulate(sums: &mut [Self], row: &[Self], factor: Self);
    fn dot(a: &[Self], b: &[Self]) -> Self;
    /// One row of weights changes, see [`descent`].
    fn slide(row: descent::Row<'_, Self>, slopes: Slopes<'_, Self>);

    /// `out` = factor · a b, or that much more.
    fn product(
        out: MatMut<'_, Self>,
        accum: Accum,
        a: MatRef<'_, Self>,
        b: MatRef<'_, Self>,
        factor: f64,
    ) {
        multiply(out, accum, a, b, Self::of(factor));
    }
}

/// Partial sums of a dot product, so that they fill whole registers.
const PARTS: usize = 32;

macro_rules! vectors {
    ($t:ty, $add:ident = $add_body:ident, $dot:ident = $dot_body:ident) => {
        #[inline(always)]
        fn $add_body(sums: &mut [$t], row: &[$t], factor: $t) {
            for (sum, x) in sums.iter_mut().zip(row) {
                *sum += factor * x;
            }
        }

        #[inline(always)]
        fn $dot_body(a: &[$t], b: &[$t]) -> $t {
            let mut parts = [0.0; PARTS];
            let (a_chunks, a_rest) = a.as_chunks::<PARTS>();
            let (b_chunks, b_rest) = b.as_chunks::<PARTS>();
            for (a, b) in a_chunks.iter().zip(b_chunks) {
                for l in 0..PARTS {
                    parts[l] += a[l] * b[l];
                }
            }
            let rest: $t = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
            parts.iter().sum::<$t>() + rest
        }

        widths!(fn $add(sums: &mut [$t], row: &[$t], factor: $t) = $add_body);
        widths!(fn $dot(a: &[$t], b: &[$t]) -> $t = $dot_body);
    };
}

vectors!(f32, add32 = add_of32, dot32 = dot_of32);
vectors!(f64, add64 = add_of64, dot64 = dot_of64);

macro_rules! real {
    ($t:ty, $means:ident, $draws:ident, $add:ident, $dot:ident, $slide:ident) => {
        impl Real for $t {
            fn of(x: f64) -> Self {
                x as $t
            }

            fn wide(self) -> f64 {
                f64::from(self)
            }

            fn means(x: &mut [Self], fields: &[Self], unit: TwoValued) {
                logistic::$means(Width::best(), x, fields, unit);
            }

            fn draws(
                x: &mut [Self],
                fields: &[Self],
                out: &mut [Self],
                lanes: &mut Lanes,
                unit: TwoValued,
            ) {
                logistic::$draws(Width::best(), x, fields, out, lanes, unit);
            }

            fn accumulate(sums: &mut [Self], row: &[Self], factor: Self) {
                $add(Width::best(), sums, row, factor);
            }

            fn dot(a: &[Self], b: &[Self]) -> Self {
                $dot(Width::best(), a, b)
            }

            fn slide(row: descent::Row<'_, Self>, slopes: Slopes<'_, Self>) {
                descent::$slide(Width::best(), row, slopes);
            }
        }
    };
}

real!(f32, means32, draws32, add32, dot32, slide32);
real!(f64, means64, draws64, add64, dot64, slide64);

/// The same numbers in another precision.
pub(in crate::rbm) fn converted<F: Real>(x: impl IntoIterator<Item = f64>) -> Vec<F> {
    x.into_iter().map(F::of).collect()
}

/// Σ over the rows, one number a column.
pub(in crate::rbm) fn column_sums<F: Real>(rows: &[F], columns: usize) -> Vec<f64> {
    // Partial sums over so many rows, that single precision keeps its digits.
    const PART: usize = 256;
    let mut total = vec![0.0; columns];
    let mut sums = vec![F::default(); columns];
    for part in rows.chunks(columns * PART) {
        sums.fill(F::default());
        part.chunks_exact(columns).for_each(|row| F::accumulate(&mut sums, row, F::of(1.0)));
        total.iter_mut().zip(&sums).for_each(|(total, sum)| *total += sum.wide());
    }
    total
}

/// Σ x².
pub(in crate::rbm) fn squares<F: Real>(x: &[F]) -> f64 {
    const PART: usize = 1024;
    x.chunks(PART).map(|part| F::dot(part, part).wide()).sum()
}
