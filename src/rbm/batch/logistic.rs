//! Units with two values: their means and draws from the inputs, fused into one loop over a row, in single and in double precision.
//!
//! The exponential is an argument reduction to |r| ≤ ½ ln 2 and a polynomial, without branches so that it runs on whole registers: within 3 · 10⁻⁷ of
//! the mean in single precision and 10⁻¹⁵ in double. A uniform number has 23 or 52 random bits.

use crate::numeric::elementary;
use crate::rbm::batch::lanes::{LANES, Lanes};
use crate::simd::widths;

/// Two values low and low + span, the upper one with probability σ(slope · (input + field)).
#[derive(Clone, Copy, Debug)]
pub(in crate::rbm) struct TwoValued {
    pub slope: f64,
    pub low: f64,
    pub span: f64,
}

/// The loops of one precision: type, uniforms of one draw, their number, the largest argument of exponentials, the two public loops and their bodies.
macro_rules! loops {
    ($t:ident, $count:expr, $uniforms:ident, $most:expr, $probability:ident,
        $means:ident = $means_body:ident, $draws:ident = $draws_body:ident) => {
        /// The probability of the upper value.
        #[inline(always)]
        fn $probability(x: $t, field: $t, slope: $t) -> $t {
            let a = slope * (x + field);
            1.0 / (1.0 + elementary::$t::exp_within((-a).max(-$most).min($most)))
        }

        #[inline(always)]
        fn $means_body(x: &mut [$t], fields: &[$t], unit: TwoValued) {
            let (slope, low, span) = (unit.slope as $t, unit.low as $t, unit.span as $t);
            for (x, &b) in x.iter_mut().zip(fields) {
                *x = low + span * $probability(*x, b, slope);
            }
        }

        #[inline(always)]
        fn $draws_body(
            x: &mut [$t],
            fields: &[$t],
            out: &mut [$t],
            lanes: &mut Lanes,
            unit: TwoValued,
        ) {
            const COUNT: usize = $count;
            let (slope, low, span) = (unit.slope as $t, unit.low as $t, unit.span as $t);
            let draw = |x: &mut [$t; COUNT],
                        b: &[$t; COUNT],
                        out: &mut [$t; COUNT],
                        uniform: &[$t; COUNT]| {
                for l in 0..COUNT {
                    let p = $probability(x[l], b[l], slope);
                    x[l] = low + span * p;
                    out[l] = low + if uniform[l] < p { span } else { 0.0 };
                }
            };
            let (xs, x_rest) = x.as_chunks_mut::<COUNT>();
            let (bs, b_rest) = fields.as_chunks::<COUNT>();
            let (outs, out_rest) = out.as_chunks_mut::<COUNT>();
            for ((x, b), out) in xs.iter_mut().zip(bs).zip(outs) {
                draw(x, b, out, &$uniforms(lanes.draw()));
            }
            if !x_rest.is_empty() {
                let rest = x_rest.len();
                let (mut x, mut b, mut drawn) = ([0.0; COUNT], [0.0; COUNT], [0.0; COUNT]);
                x[..rest].copy_from_slice(x_rest);
                b[..rest].copy_from_slice(b_rest);
                draw(&mut x, &b, &mut drawn, &$uniforms(lanes.draw()));
                x_rest.copy_from_slice(&x[..rest]);
                out_rest.copy_from_slice(&drawn[..rest]);
            }
        }

        widths!(
            /// Inputs of a row become means.
            pub(super) fn $means(x: &mut [$t], fields: &[$t], unit: TwoValued) = $means_body
        );
        widths!(
            /// Inputs of a row become means, and `out` values drawn with them.
            pub(super) fn $draws(x: &mut [$t], fields: &[$t], out: &mut [$t], lanes: &mut Lanes, unit: TwoValued) = $draws_body
        );
    };
}

/// Odd multiples of 2⁻²⁴.
#[inline(always)]
fn uniforms32(bits: [u64; LANES]) -> [f32; 2 * LANES] {
    const STEP: f32 = 1.0 / (1_u32 << 23) as f32;
    let mut out = [0.0; 2 * LANES];
    for l in 0..LANES {
        // Conversions of signed numbers are in every set of instructions.
        out[l] = ((bits[l] as u32 >> 9) as i32 as f32 + 0.5) * STEP;
        out[l + LANES] = (((bits[l] >> 41) as i32) as f32 + 0.5) * STEP;
    }
    out
}

/// Odd multiples of 2⁻⁵³.
#[inline(always)]
fn uniforms64(bits: [u64; LANES]) -> [f64; LANES] {
    // The bits as those of a number in [1, 2).
    bits.map(|bits| f64::from_bits(bits >> 12 | 1.0_f64.to_bits()) - (1.0 - 0.5 * f64::EPSILON))
}

loops!(f32, 16, uniforms32, 80.0, probability32, means32 = means_of32, draws32 = draws_of32);
loops!(f64, 8, uniforms64, 700.0, probability64, means64 = means_of64, draws64 = draws_of64);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::logistic::sigmoid;
    use crate::random::Seed;
    use crate::simd::Width;

    const BINARY: TwoValued = TwoValued { slope: 1.0, low: 0.0, span: 1.0 };
    const SPIN: TwoValued = TwoValued { slope: 2.0, low: -1.0, span: 2.0 };

    #[test]
    fn means_are_those_of_the_standard_functions() {
        let inputs: Vec<f64> = (-4000..4000).map(|k| 0.0251 * f64::from(k)).collect();
        let fields = vec![0.3; inputs.len()];
        let narrow = |x: &[f64]| x.iter().map(|&x| x as f32).collect::<Vec<_>>();
        for width in Width::available() {
            let (mut double, mut single) = (inputs.clone(), narrow(&inputs));
            means64(width, &mut double, &fields, BINARY);
            means32(width, &mut single, &narrow(&fields), BINARY);
            for (k, x) in inputs.iter().enumerate() {
                let expected = sigmoid(x + 0.3);
                assert!((double[k] - expected).abs() < 1e-15 * expected.max(1e-290), "{x}");
                let near = f64::from(single[k]) - expected;
                // An input of 80 has an error of 4 · 10⁻⁶ in single precision already.
                assert!(near.abs() < 1e-5 * expected.max(1e-29), "{x} {near}");
                assert!(near.abs() < 3e-7);
            }
            let mut spins = inputs.clone();
            means64(width, &mut spins, &fields, SPIN);
            let wrong = |(x, mean): (&f64, &f64)| ((x + 0.3).tanh() - mean).abs() > 1e-15;
            assert!(!inputs.iter().zip(&spins).any(wrong));
            let mut far = [-1e30, 1e30, f32::INFINITY, f32::NEG_INFINITY];
            means32(width, &mut far, &[0.0; 4], BINARY);
            assert!(far[0] < 1e-34 && far[1] == 1.0 && far[2] == 1.0 && far[3] < 1e-34);
        }
    }

    #[test]
    fn draws_have_their_probabilities_and_the_same_bits_on_all_widths() {
        // A length with a rest.
        let n = 37;
        let inputs: Vec<f64> = (0..n).map(|k| 0.3 * f64::from(k) - 5.0).collect();
        let fields: Vec<f64> = (0..n).map(|k| 0.1 * f64::from(k % 3)).collect();
        let narrow = |x: &[f64]| x.iter().map(|&x| x as f32).collect::<Vec<_>>();
        let draws = 20_000;
        let mut sums = Vec::new();
        for width in Width::available() {
            let (mut lanes, mut single_lanes) =
                (Lanes::new(Seed::new(1)), Lanes::new(Seed::new(2)));
            let mut counts = vec![[0.0; 2]; n as usize];
            let (mut out, mut single_out) = (vec![0.0; n as usize], vec![0.0; n as usize]);
            for _ in 0..draws {
                let (mut x, mut single) = (inputs.clone(), narrow(&inputs));
                draws64(width, &mut x, &fields, &mut out, &mut lanes, SPIN);
                let fields = narrow(&fields);
                draws32(width, &mut single, &fields, &mut single_out, &mut single_lanes, BINARY);
                for (k, count) in counts.iter_mut().enumerate() {
                    assert!(out[k].abs() == 1.0 && single_out[k] * (1.0 - single_out[k]) == 0.0);
                    count[0] += out[k];
                    count[1] += f64::from(single_out[k]);
                }
            }
            for (k, count) in counts.iter().enumerate() {
                let a = inputs[k] + fields[k];
                let (p, q) = (sigmoid(2.0 * a), sigmoid(a));
                let n = f64::from(draws);
                assert!(
                    (count[0] / n - a.tanh()).abs()
                        < 4.0 * 2.0 * (p * (1.0 - p) / n).sqrt() + 1e-3 * p.min(1.0 - p)
                );
                assert!((count[1] / n - q).abs() < 4.0 * (q * (1.0 - q) / n).sqrt());
            }
            sums.push(counts);
        }
        assert!(sums.windows(2).all(|pair| pair[0] == pair[1]));
    }

    #[test]
    fn uniform_numbers_lie_between_0_and_1() {
        assert!(uniforms32([0; LANES]).iter().all(|&u| u > 0.0));
        assert!(uniforms32([u64::MAX; LANES]).iter().all(|&u| u < 1.0));
        assert!(uniforms64([0; LANES]).iter().all(|&u| u == 0.5 * f64::EPSILON));
        assert!(uniforms64([u64::MAX; LANES]).iter().all(|&u| u < 1.0));
    }
}
