//! Contractions that carry more than one number: moments of the energy, and sums at each magnetization.

use super::contract::{DIGITS, Factors, LANES, Row};
use crate::simd::widths;

/// A table of weights, of weights times excitation and of weights times its square.
pub(super) type Orders = [Vec<Row>; 3];

/// Factors p = exp(−e), e p and e² p for each index.
pub(super) type FactorOrders = [Factors; 3];

/// Sums out the slowest index of the table's three orders: those of a product are
/// (p₀w₀, p₀w₁ + p₁w₀, p₀w₂ + 2p₁w₁ + p₂w₀).
#[inline(always)]
fn fold(tables: [&[Row]; 3], digit: usize, p: &FactorOrders, outs: [&mut [Row]; 3]) {
    let [w0, w1, w2] = tables.map(<[Row]>::as_flattened);
    let m = w0.len() / LANES;
    let [out0, out1, out2] = outs.map(|out| &mut out.as_flattened_mut()[..m]);
    for q in 0..LANES {
        let (p0, p1, p2) = (p[0][digit][q], p[1][digit][q], p[2][digit][q]);
        let twice = 2.0 * p1;
        let (w0, w1, w2) = (&w0[q * m..][..m], &w1[q * m..][..m], &w2[q * m..][..m]);
        if q == 0 {
            for k in 0..m {
                out0[k] = p0 * w0[k];
                out1[k] = p0 * w1[k] + p1 * w0[k];
                out2[k] = p0 * w2[k] + (twice * w1[k] + p2 * w0[k]);
            }
        } else {
            for k in 0..m {
                out0[k] += p0 * w0[k];
                out1[k] += p0 * w1[k] + p1 * w0[k];
                out2[k] += p0 * w2[k] + (twice * w1[k] + p2 * w0[k]);
            }
        }
    }
}

/// Partial sums of each order.
#[derive(Clone, Debug)]
pub(super) struct PartialOrders {
    two: [[Row; 64]; 3],
    one: [[Row; 8]; 3],
    zero: [[Row; 1]; 3],
}

impl PartialOrders {
    pub const NEW: Self = Self {
        two: [[[0.0; LANES]; 64]; 3],
        one: [[[0.0; LANES]; 8]; 3],
        zero: [[[0.0; LANES]; 1]; 3],
    };
}

fn parts<const M: usize>(orders: &[[Row; M]; 3]) -> [&[Row]; 3] {
    [&orders[0], &orders[1], &orders[2]]
}

fn parts_mut<const M: usize>(orders: &mut [[Row; M]; 3]) -> [&mut [Row]; 3] {
    orders.each_mut().map(<[Row; M]>::as_mut_slice)
}

#[inline(always)]
fn contract_orders_body(
    tables: &Orders,
    p: &FactorOrders,
    partial: &mut PartialOrders,
) -> [f64; 3] {
    let PartialOrders { two, one, zero } = partial;
    let whole = [&tables[0][..], &tables[1][..], &tables[2][..]];
    match whole[0].len() {
        512 => {
            fold(whole, 3, p, parts_mut(two));
            fold(parts(two), 2, p, parts_mut(one));
            fold(parts(one), 1, p, parts_mut(zero));
        }
        64 => {
            fold(whole, 2, p, parts_mut(one));
            fold(parts(one), 1, p, parts_mut(zero));
        }
        8 => fold(whole, 1, p, parts_mut(zero)),
        _ => *zero = [[whole[0][0]], [whole[1][0]], [whole[2][0]]],
    }
    let mut sums = [0.0; 3];
    for q in 0..LANES {
        let (p0, p1, p2) = (p[0][0][q], p[1][0][q], p[2][0][q]);
        let (w0, w1, w2) = (zero[0][0][q], zero[1][0][q], zero[2][0][q]);
        sums[0] += p0 * w0;
        sums[1] += p0 * w1 + p1 * w0;
        sums[2] += p0 * w2 + (2.0 * p1 * w1 + p2 * w0);
    }
    sums
}

widths!(
    /// Σ_s w(s), Σ_s w(s) x(s) and Σ_s w(s) x(s)², where weights multiply and excitations x add over table and factors.
    pub(super) fn contract_orders(
        tables: &Orders,
        p: &FactorOrders,
        partial: &mut PartialOrders,
    ) -> [f64; 3] = contract_orders_body
);

/// Sums over the states with 0, 1, … 12 spins down.
pub(super) type ByDown = [f64; 3 * DIGITS + 1];

/// Partial sums for each number of spins down among those summed out.
#[derive(Clone, Debug)]
pub(super) struct PartialByDown {
    two: [[Row; 64]; 4],
    one: [[Row; 8]; 7],
    zero: [[Row; 1]; 10],
}

impl PartialByDown {
    pub const NEW: Self = Self {
        two: [[[0.0; LANES]; 64]; 4],
        one: [[[0.0; LANES]; 8]; 7],
        zero: [[[0.0; LANES]; 1]; 10],
    };
}

/// Sums out the slowest index of a table; `outs[d]` grows by the sum over states of it with d spins down.
#[inline(always)]
fn fold_by_down<const M: usize>(table: &[Row], p: &Row, outs: &mut [[Row; M]]) {
    let table = table.as_flattened();
    let m = M * LANES;
    let part = |q: usize| &table[q * m..][..m];
    let (t0, t1, t2, t3) = (part(0), part(1), part(2), part(3));
    let (t4, t5, t6, t7) = (part(4), part(5), part(6), part(7));
    let [out0, out1, out2, out3, ..] = outs else { return };
    let (out0, out1) = (out0.as_flattened_mut(), out1.as_flattened_mut());
    let (out2, out3) = (out2.as_flattened_mut(), out3.as_flattened_mut());
    for k in 0..m {
        out0[k] += p[0] * t0[k];
        out1[k] += (p[1] * t1[k] + p[2] * t2[k]) + p[4] * t4[k];
        out2[k] += (p[3] * t3[k] + p[5] * t5[k]) + p[6] * t6[k];
        out3[k] += p[7] * t7[k];
    }
}

#[inline(always)]
fn contract_by_down_body(table: &[Row], p: &Factors, partial: &mut PartialByDown) -> ByDown {
    let PartialByDown { two, one, zero } = partial;
    *zero = [[[0.0; LANES]; 1]; 10];
    let digits = match table.len() {
        512 => {
            *two = [[[0.0; LANES]; 64]; 4];
            *one = [[[0.0; LANES]; 8]; 7];
            fold_by_down(table, &p[3], two);
            for (down, table) in two.iter().enumerate() {
                fold_by_down(table, &p[2], &mut one[down..]);
            }
            for (down, table) in one.iter().enumerate() {
                fold_by_down(table, &p[1], &mut zero[down..]);
            }
            4
        }
        64 => {
            *one = [[[0.0; LANES]; 8]; 7];
            fold_by_down(table, &p[2], one);
            for (down, table) in one[..4].iter().enumerate() {
                fold_by_down(table, &p[1], &mut zero[down..]);
            }
            3
        }
        8 => {
            fold_by_down(table, &p[1], zero);
            2
        }
        _ => {
            zero[0][0] = table[0];
            1
        }
    };
    let mut sums = [0.0; 3 * DIGITS + 1];
    for (down, row) in zero[..3 * digits - 2].iter().enumerate() {
        for q in 0..LANES {
            sums[down + q.count_ones() as usize] += p[0][q] * row[0][q];
        }
    }
    sums
}

widths!(
    /// Σ_s table[s] Π_d p_d[s_d] over the states with each number of spins down.
    pub(super) fn contract_by_down(
        table: &[Row],
        p: &Factors,
        partial: &mut PartialByDown,
    ) -> ByDown = contract_by_down_body
);

/// Minimises over the slowest index: out[k] = min_q (table[q, k] + e_q).
#[inline(always)]
fn fold_lowest(table: &[Row], e: &Row, out: &mut [Row]) {
    let (table, out) = (table.as_flattened(), out.as_flattened_mut());
    let m = table.len() / LANES;
    let part = |q: usize| &table[q * m..][..m];
    let (t0, t1, t2, t3) = (part(0), part(1), part(2), part(3));
    let (t4, t5, t6, t7) = (part(4), part(5), part(6), part(7));
    let less = |a: f64, b: f64| if a < b { a } else { b };
    for (k, out) in out[..m].iter_mut().enumerate() {
        let a = less(t0[k] + e[0], t1[k] + e[1]);
        let b = less(t2[k] + e[2], t3[k] + e[3]);
        let c = less(t4[k] + e[4], t5[k] + e[5]);
        let d = less(t6[k] + e[6], t7[k] + e[7]);
        *out = less(less(a, b), less(c, d));
    }
}

#[inline(always)]
fn lowest_body(table: &[Row], e: &Factors) -> f64 {
    let (mut two, mut one, mut zero) = ([[0.0; LANES]; 64], [[0.0; LANES]; 8], [[0.0; LANES]; 1]);
    match table.len() {
        512 => {
            fold_lowest(table, &e[3], &mut two);
            fold_lowest(&two, &e[2], &mut one);
            fold_lowest(&one, &e[1], &mut zero);
        }
        64 => {
            fold_lowest(table, &e[2], &mut one);
            fold_lowest(&one, &e[1], &mut zero);
        }
        8 => fold_lowest(table, &e[1], &mut zero),
        _ => zero[0] = table[0],
    }
    zero[0].iter().zip(e[0]).fold(f64::INFINITY, |least, (energy, e)| least.min(energy + e))
}

widths!(
    /// min_s (table[s] + Σ_d e_d[s_d]).
    pub(super) fn lowest(table: &[Row], e: &Factors) -> f64 = lowest_body
);
