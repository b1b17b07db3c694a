//! The inner loops of sums over states: 32 states at a time, side by side in vector registers.

use crate::simd::widths;

/// States side by side.
pub(super) const LANES: usize = 32;

#[inline(always)]
fn multiply_body(z: &[f64], table: &[f64], product: &mut [f64; LANES]) {
    let mut p = *product;
    let (rows, _) = table.as_chunks::<LANES>();
    for (z, row) in z.iter().zip(rows) {
        for l in 0..LANES {
            p[l] *= 1.0 + z * row[l];
        }
    }
    *product = p;
}

widths!(
    /// Multiplies each lane by Π_i (1 + z_i t_i,lane).
    pub(super) fn multiply(z: &[f64], table: &[f64], product: &mut [f64; LANES]) = multiply_body
);

#[inline(always)]
fn multiply_sums_body(z: &[f64], table: &[f64], colors: usize, product: &mut [f64; LANES]) {
    let mut p = *product;
    let (rows, _) = table.as_chunks::<LANES>();
    for (z, rows) in z.chunks_exact(colors).zip(rows.chunks_exact(colors)) {
        let mut sums = [0.0; LANES];
        for (z, row) in z.iter().zip(rows) {
            for l in 0..LANES {
                sums[l] += z * row[l];
            }
        }
        for l in 0..LANES {
            p[l] *= sums[l];
        }
    }
    *product = p;
}

widths!(
    /// Multiplies each lane by the product over sites of Σ_c z_c t_c,lane.
    pub(super) fn multiply_sums(z: &[f64], table: &[f64], colors: usize, product: &mut [f64; LANES]) = multiply_sums_body
);

#[inline(always)]
fn add_squares_body(z: &[f64], table: &[f64], sum: &mut [f64; LANES]) {
    let mut s = *sum;
    let (rows, _) = table.as_chunks::<LANES>();
    for (z, row) in z.iter().zip(rows) {
        for l in 0..LANES {
            let total = z + row[l];
            s[l] += total * total;
        }
    }
    *sum = s;
}

widths!(
    /// Adds Σ_i (z_i + t_i,lane)² to each lane.
    pub(super) fn add_squares(z: &[f64], table: &[f64], sum: &mut [f64; LANES]) = add_squares_body
);

/// A positive normal number as a factor from 1 to 2 and a power of two.
pub(super) fn split(value: f64) -> (f64, i64) {
    let bits = value.to_bits();
    let mantissa = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000);
    (mantissa, (bits >> 52) as i64 - 1023)
}

/// Moves each lane's power of two into its exponent.
pub(super) fn rescale(product: &mut [f64; LANES], exponents: &mut [i64; LANES]) {
    for (p, exponent) in product.iter_mut().zip(exponents) {
        let (mantissa, power) = split(*p);
        *p = mantissa;
        *exponent = exponent.wrapping_add(power);
    }
}

/// 2ᵏ for k ≤ 0, and 0 where that is below all normal numbers.
pub(super) fn power_of_two(k: i64) -> f64 {
    if k < -1022 { 0.0 } else { f64::from_bits(((1023 + k) as u64) << 52) }
}
