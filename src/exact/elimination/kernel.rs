//! The loops over tables: sums over one spin, in logarithms.
//!
//! Everything is elementwise over slices of equal length, so it is vectorised, and split over threads without changing a bit.

#![allow(clippy::inline_always, reason = "each width must have its own copy of the loops")]

use crate::numeric::elementary::f64::exp_within;
use crate::rayon::prelude::*;
use crate::simd::{Width, widths};

/// Entries per task of a thread.
const CHUNK: usize = 1 << 13;

/// e^{−x} for x ≥ 0 to 2 units in the last place; 1e-307 stands for anything smaller.
#[inline(always)]
fn exp_minus(x: f64) -> f64 {
    exp_within(-x.min(707.0))
}

/// ln(1 + y) for 0 ≤ y ≤ 1: 2 artanh(y/(2 + y)), whose series in a square of at most 1/9 ends here at 1e-17.
#[inline(always)]
fn ln_one_plus(y: f64) -> f64 {
    let s = y / (2.0 + y);
    let z = s * s;
    let mut sum = 1.0 / 33.0;
    for k in (0..16_i32).rev() {
        sum = sum * z + 1.0 / f64::from(2 * k + 1);
    }
    2.0 * s * sum
}

#[inline(always)]
fn sum_logs(
    beta: f64,
    local: &[f64],
    up: &[f64],
    down: &[f64],
    shift: f64,
    log: &mut [f64],
    odds: &mut [f64],
) {
    let n = log.len();
    let (local, up, down, odds) = (&local[..n], &up[..n], &down[..n], &mut odds[..n]);
    for i in 0..n {
        let weight = beta * local[i];
        let (a, b) = (up[i] + weight, down[i] - weight);
        let difference = a - b;
        odds[i] = difference;
        log[i] = (a.max(b) - shift) + ln_one_plus(exp_minus(difference.abs()));
    }
}

#[inline(always)]
fn take_larger(
    local: &[f64],
    up: &[f64],
    down: &[f64],
    shift: f64,
    log: &mut [f64],
    odds: &mut [f64],
) {
    let n = log.len();
    let (local, up, down, odds) = (&local[..n], &up[..n], &down[..n], &mut odds[..n]);
    for i in 0..n {
        let (a, b) = (up[i] + local[i], down[i] - local[i]);
        odds[i] = a - b;
        log[i] = a.max(b) - shift;
    }
}

/// Mean and variance over the spin of an observable that has them given the spin, plus ±`own` for the spin itself.
#[inline(always)]
fn mix(
    odds: &[f64],
    own: &[f64],
    up: [&[f64]; 2],
    down: [&[f64]; 2],
    shift: f64,
    mean: &mut [f64],
    variance: &mut [f64],
) {
    let n = mean.len();
    let (odds, own, variance) = (&odds[..n], &own[..n], &mut variance[..n]);
    let (up, down) = (up.map(|table| &table[..n]), down.map(|table| &table[..n]));
    for i in 0..n {
        let (likelier, other) = split(odds[i]);
        let flip = odds[i] < 0.0;
        let (p, q) = if flip { (other, likelier) } else { (likelier, other) };
        let (a, b) = (up[0][i] + own[i], down[0][i] - own[i]);
        let step = a - b;
        mean[i] = if flip { (b - shift) + p * step } else { (a - shift) - q * step };
        variance[i] = p * up[1][i] + q * down[1][i] + p * q * step * step;
    }
}

/// The probabilities of the likelier and the other direction.
#[inline(always)]
fn split(odds: f64) -> (f64, f64) {
    let ratio = exp_minus(odds.abs());
    let likelier = 1.0 / (1.0 + ratio);
    (likelier, ratio * likelier)
}

#[inline(always)]
fn split_beliefs(belief: &[f64], odds: &[f64], up: &mut [f64], down: &mut [f64]) {
    let n = belief.len();
    let (odds, up, down) = (&odds[..n], &mut up[..n], &mut down[..n]);
    for i in 0..n {
        let (likelier, other) = split(odds[i]);
        let flip = odds[i] < 0.0;
        let (p, q) = if flip { (other, likelier) } else { (likelier, other) };
        up[i] = belief[i] * p;
        down[i] = belief[i] * q;
    }
}

widths!(fn sum_logs_wide(beta: f64, local: &[f64], up: &[f64], down: &[f64], shift: f64, log: &mut [f64], odds: &mut [f64]) = sum_logs);
widths!(fn take_larger_wide(local: &[f64], up: &[f64], down: &[f64], shift: f64, log: &mut [f64], odds: &mut [f64]) = take_larger);
widths!(fn mix_wide(odds: &[f64], own: &[f64], up: [&[f64]; 2], down: [&[f64]; 2], shift: f64, mean: &mut [f64], variance: &mut [f64]) = mix);
widths!(fn split_beliefs_wide(belief: &[f64], odds: &[f64], up: &mut [f64], down: &mut [f64]) = split_beliefs);

/// Calls `work` for each chunk of two tables with where it starts, on all threads where there is enough to do.
fn in_chunks(a: &mut [f64], b: &mut [f64], work: impl Fn(usize, &mut [f64], &mut [f64]) + Sync) {
    if a.len() <= CHUNK {
        return work(0, a, b);
    }
    let chunks = a.par_chunks_mut(CHUNK).zip(b.par_chunks_mut(CHUNK)).enumerate();
    chunks.for_each(|(index, (a, b))| work(index * CHUNK, a, b));
}

/// Calls `work` with shift 0 for the first entries, then for all with the shift that makes the first one 0; returns this shift.
fn relative_to_first(
    first: &mut [f64],
    second: &mut [f64],
    work: impl Fn(usize, f64, &mut [f64], &mut [f64]) + Sync,
) -> f64 {
    work(0, 0.0, &mut first[..1], &mut second[..1]);
    let shift = first[0];
    in_chunks(first, second, |at, first, second| work(at, shift, first, second));
    shift
}

/// `log` = ln(e^{up + β local} + e^{down − β local}) without its first entry, which is returned; `odds` = the difference of
/// these exponents.
pub(super) fn sum_over_spin(
    beta: f64,
    local: &[f64],
    both: &[f64],
    log: &mut [f64],
    odds: &mut [f64],
) -> f64 {
    let (width, (up, down)) = (Width::best(), both.split_at(log.len()));
    relative_to_first(log, odds, |at, shift, log, odds| {
        sum_logs_wide(width, beta, &local[at..], &up[at..], &down[at..], shift, log, odds);
    })
}

/// The larger of `up` + `local` and `down` − `local` without the first entry, which is returned; and their difference.
pub(super) fn best_of_spin(local: &[f64], both: &[f64], log: &mut [f64], odds: &mut [f64]) -> f64 {
    let (width, (up, down)) = (Width::best(), both.split_at(log.len()));
    relative_to_first(log, odds, |at, shift, log, odds| {
        take_larger_wide(width, &local[at..], &up[at..], &down[at..], shift, log, odds);
    })
}

/// Mean and variance of an observable given the separator, from those given the spin too (`both`: means, variances); means
/// without their first entry, which is returned.
pub(super) fn moments_over_spin(
    odds: &[f64],
    own: &[f64],
    both: [&[f64]; 2],
    mean: &mut [f64],
    variance: &mut [f64],
) -> f64 {
    let (width, size) = (Width::best(), mean.len());
    relative_to_first(mean, variance, |at, shift, mean, variance| {
        let up = both.map(|table| &table[at..size]);
        let down = both.map(|table| &table[size + at..]);
        mix_wide(width, &odds[at..], &own[at..], up, down, shift, mean, variance);
    })
}

/// Probabilities of separator and spin, from those of the separator.
pub(super) fn with_spin(belief: &[f64], odds: &[f64]) -> Vec<f64> {
    let mut both = vec![0.0; 2 * belief.len()];
    let (up, down) = both.split_at_mut(belief.len());
    let width = Width::best();
    in_chunks(up, down, |at, up, down| {
        let end = at + up.len();
        split_beliefs_wide(width, &belief[at..end], &odds[at..end], up, down);
    });
    both
}

/// Probability of the spin being up.
pub(super) fn up_probability(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_good_to_the_last_digits() {
        for k in 0..200_000 {
            let x = f64::from(k) * 0.0035;
            let relative = exp_minus(x) / (-x).exp() - 1.0;
            assert!(relative.abs() < 5e-16, "exp(−{x}): {relative}");
            let y = f64::from(k) / 199_999.0;
            let error = ln_one_plus(y) - y.ln_1p();
            assert!(error.abs() <= 5e-16 * y, "ln(1 + {y}): {error}");
        }
        assert!(exp_minus(f64::INFINITY) < 1e-300 && exp_minus(1e9) > 0.0);
        assert_eq!(ln_one_plus(0.0), 0.0);
    }

    #[test]
    fn all_widths_give_the_same_bits() {
        let table = |seed: f64| -> Vec<f64> {
            (0..37).map(|k| (seed * f64::from(k)).sin() * 30.0).collect()
        };
        let (local, up, down) = (table(1.0), table(2.0), table(3.0));
        let mut expected = [vec![0.0; 37], vec![0.0; 37], vec![0.0; 37], vec![0.0; 37]];
        let run = |width, out: &mut [Vec<f64>; 4]| {
            let [log, odds, mean, variance] = out;
            sum_logs_wide(width, 0.7, &local, &up, &down, 0.3, log, odds);
            mix_wide(width, odds, &local, [&up, &down], [&down, &up], 0.2, mean, variance);
        };
        run(Width::Baseline, &mut expected);
        for width in Width::available() {
            let mut out = expected.clone();
            run(width, &mut out);
            assert_eq!(out, expected, "{width:?}");
        }
    }
}
