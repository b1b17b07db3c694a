//! Sums over the inner block of spins, as contractions of a table with one short vector for each three spins.
//!
//! A table over `a` = 3d spins is a tensor of d indices with 8 values each, stored as rows of [`LANES`] numbers: the last three
//! spins are the slowest index, the first three are the lanes. What the outer spins do to three inner ones is a vector of
//! 8 factors, and the sum over them is one multiply-add for each state.

use crate::simd::widths;

/// States of three spins; the numbers in a row of a table.
pub(super) const LANES: usize = 8;
/// The most indices of a table: 12 spins, 32 KiB.
pub(super) const DIGITS: usize = 4;

/// The states of the first three spins.
pub(super) type Row = [f64; LANES];
/// A vector of 8 factors for each index of a table, those of the first three spins first.
pub(super) type Factors = [Row; DIGITS];

/// Sums out the slowest index: out[k] = Σ_q p_q table[q, k].
#[inline(always)]
fn fold(table: &[Row], p: &Row, out: &mut [Row]) {
    let (table, out) = (table.as_flattened(), out.as_flattened_mut());
    let m = table.len() / LANES;
    let part = |q: usize| &table[q * m..][..m];
    let (t0, t1, t2, t3) = (part(0), part(1), part(2), part(3));
    let (t4, t5, t6, t7) = (part(4), part(5), part(6), part(7));
    for (k, out) in out[..m].iter_mut().enumerate() {
        let low = (p[0] * t0[k] + p[1] * t1[k]) + (p[2] * t2[k] + p[3] * t3[k]);
        let high = (p[4] * t4[k] + p[5] * t5[k]) + (p[6] * t6[k] + p[7] * t7[k]);
        *out = low + high;
    }
}

#[inline(always)]
fn dot(a: &Row, b: &Row) -> f64 {
    let term = |q: usize| a[q] * b[q];
    ((term(0) + term(1)) + (term(2) + term(3))) + ((term(4) + term(5)) + (term(6) + term(7)))
}

/// Partial sums of a contraction: over the last three, six and nine spins of twelve.
#[derive(Clone, Debug)]
pub(super) struct Partial {
    two: [Row; 64],
    one: [Row; 8],
    zero: [Row; 1],
}

impl Partial {
    pub const NEW: Self =
        Self { two: [[0.0; LANES]; 64], one: [[0.0; LANES]; 8], zero: [[0.0; LANES]; 1] };
}

#[inline(always)]
fn contract_body(table: &[Row], p: &Factors, partial: &mut Partial) -> f64 {
    match table.len() {
        512 => {
            fold(table, &p[3], &mut partial.two);
            fold(&partial.two, &p[2], &mut partial.one);
            fold(&partial.one, &p[1], &mut partial.zero);
        }
        64 => {
            fold(table, &p[2], &mut partial.one);
            fold(&partial.one, &p[1], &mut partial.zero);
        }
        8 => fold(table, &p[1], &mut partial.zero),
        _ => partial.zero[0] = table[0],
    }
    dot(&partial.zero[0], &p[0])
}

widths!(
    /// Σ_s table[s] Π_d p_d[s_d].
    pub(super) fn contract(table: &[Row], p: &Factors, partial: &mut Partial) -> f64 = contract_body
);

/// The step back through [`fold`]: `adjoint[q, k]` becomes p_q `below[k]`.
#[inline(always)]
fn unfold(p: &Row, below: &[Row], adjoint: &mut [Row]) {
    let below = below.as_flattened();
    for (adjoint, p) in adjoint.as_flattened_mut().chunks_exact_mut(below.len()).zip(p) {
        for (adjoint, below) in adjoint.iter_mut().zip(below) {
            *adjoint = p * below;
        }
    }
}

/// The same for the table itself, whose derivatives grow by it.
#[inline(always)]
fn unfold_into(p: &Row, below: &[Row], total: &mut [Row]) {
    let below = below.as_flattened();
    for (total, p) in total.as_flattened_mut().chunks_exact_mut(below.len()).zip(p) {
        for (total, below) in total.iter_mut().zip(below) {
            *total += p * below;
        }
    }
}

/// Sums of products over M interleaved parts: each loop runs along memory.
#[inline(always)]
fn products<const M: usize>(a: &[f64], b: &[f64]) -> [f64; M] {
    let mut sums = [0.0; M];
    for (a, b) in a.chunks_exact(M).zip(b.chunks_exact(M)) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums
}

/// p_q Σ_k `below[k]` `table[q, k]` for each q: what each state of three spins contributes.
#[inline(always)]
fn shares(table: &[Row], p: &Row, below: &[Row]) -> Row {
    let below = below.as_flattened();
    let mut sums = [0.0; LANES];
    let parts = table.as_flattened().chunks_exact(below.len());
    for ((sum, table), p) in sums.iter_mut().zip(parts).zip(p) {
        let lanes: Row = if below.len() == 512 {
            products(&products::<64>(table, below), &[1.0; 64])
        } else {
            products(table, below)
        };
        let [a, b, c, d, e, f, g, h] = lanes;
        *sum = p * (((a + b) + (c + d)) + ((e + f) + (g + h)));
    }
    sums
}

/// Derivatives of the partial sums.
#[derive(Clone, Debug)]
pub(super) struct Adjoint {
    two: [Row; 64],
    one: [Row; 8],
}

impl Adjoint {
    pub const NEW: Self = Self { two: [[0.0; LANES]; 64], one: [[0.0; LANES]; 8] };
}

#[inline(always)]
fn differentiate_body(
    table: &[Row],
    p: &Factors,
    weight: f64,
    partial: &mut Partial,
    adjoint: &mut Adjoint,
    total: &mut [Row],
) -> Factors {
    contract_body(table, p, partial);
    let mut sums = [[0.0; LANES]; DIGITS];
    let zero: Row = std::array::from_fn(|q| weight * p[0][q]);
    sums[0] = std::array::from_fn(|q| zero[q] * partial.zero[0][q]);
    match table.len() {
        512 => {
            unfold(&p[1], &[zero], &mut adjoint.one);
            unfold(&p[2], &adjoint.one, &mut adjoint.two);
            unfold_into(&p[3], &adjoint.two, total);
            sums[1] = shares(&partial.one, &p[1], &[zero]);
            sums[2] = shares(&partial.two, &p[2], &adjoint.one);
            sums[3] = shares(table, &p[3], &adjoint.two);
        }
        64 => {
            unfold(&p[1], &[zero], &mut adjoint.one);
            unfold_into(&p[2], &adjoint.one, total);
            sums[1] = shares(&partial.one, &p[1], &[zero]);
            sums[2] = shares(table, &p[2], &adjoint.one);
        }
        8 => {
            unfold_into(&p[1], &[zero], total);
            sums[1] = shares(table, &p[1], &[zero]);
        }
        _ => {
            for lane in 0..LANES {
                total[0][lane] += zero[lane];
            }
        }
    }
    sums
}

widths!(
    /// Adds `weight` times the derivative of the contraction by each entry of the table to `total`, and returns `weight` times the part
    /// of the sum that belongs to each state of each three spins.
    pub(super) fn differentiate(
        table: &[Row],
        p: &Factors,
        weight: f64,
        partial: &mut Partial,
        adjoint: &mut Adjoint,
        total: &mut [Row],
    ) -> Factors = differentiate_body
);
