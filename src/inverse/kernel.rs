//! Sums over many states of ±1, in a form that compilers vectorise.

use crate::simd::widths;

/// Products at once.
const LANES: usize = 16;

#[inline(always)]
fn local_fields_body(spins: &[i8], couplings: &[f64], field: f64, out: &mut [f64]) {
    for (row, out) in spins.chunks_exact(couplings.len()).zip(out) {
        let mut lanes = [0.0; LANES];
        let (blocks, values) = (row.chunks_exact(LANES), couplings.chunks_exact(LANES));
        let rest: f64 = blocks
            .remainder()
            .iter()
            .zip(values.remainder())
            .map(|(&s, coupling)| f64::from(s) * coupling)
            .sum();
        for (block, values) in blocks.zip(values) {
            for k in 0..LANES {
                lanes[k] += f64::from(block[k]) * values[k];
            }
        }
        *out = field + rest + lanes.iter().sum::<f64>();
    }
}

widths!(
    /// h + Σ_j J_j s_j in each state, a row of `spins` for each entry of `out`.
    pub(super) fn local_fields(spins: &[i8], couplings: &[f64], field: f64, out: &mut [f64])
        = local_fields_body
);

#[inline(always)]
fn weighted_sums_body(spins: &[i8], weights: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (row, &weight) in spins.chunks_exact(out.len()).zip(weights) {
        for (sum, &s) in out.iter_mut().zip(row) {
            *sum += weight * f64::from(s);
        }
    }
}

widths!(
    /// Σ_μ w_μ s_j over states μ.
    pub(super) fn weighted_sums(spins: &[i8], weights: &[f64], out: &mut [f64]) = weighted_sums_body
);

/// Σ_μ w_μ x_j x_k over states μ for k ≤ j, where x is the state with 1 in place of spin `one`; four states at once.
#[inline(always)]
fn curvature_body(spins: &[i8], one: usize, weights: &[f64], out: &mut [f64]) {
    let count = weights.len();
    let n = spins.len() / count.max(1);
    out.fill(0.0);
    let mut x = vec![0.0; 4 * n];
    for (block, weights) in spins.chunks(4 * n).zip(weights.chunks(4)) {
        for (x, &s) in x.iter_mut().zip(block) {
            *x = f64::from(s);
        }
        x[block.len()..].fill(0.0);
        for k in 0..4 {
            x[k * n + one] = 1.0;
        }
        let weight = |k: usize| weights.get(k).copied().unwrap_or(0.0);
        let w = [weight(0), weight(1), weight(2), weight(3)];
        let (a, rest) = x.split_at(n);
        let (b, rest) = rest.split_at(n);
        let (c, d) = rest.split_at(n);
        for j in 0..n {
            let (p, q, r, t) = (w[0] * a[j], w[1] * b[j], w[2] * c[j], w[3] * d[j]);
            let row = &mut out[j * n..=j * n + j];
            let end = row.len();
            let (a, b, c, d) = (&a[..end], &b[..end], &c[..end], &d[..end]);
            for k in 0..end {
                row[k] += (p * a[k] + q * b[k]) + (r * c[k] + t * d[k]);
            }
        }
    }
}

widths!(
    /// The lower triangle of Σ_μ w_μ x xᵀ, with x a state with 1 in place of spin `one`.
    pub(super) fn curvature(spins: &[i8], one: usize, weights: &[f64], out: &mut [f64])
        = curvature_body
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rand::Rng;
    use crate::random::Seed;
    use crate::simd::Width;

    #[test]
    fn sums_are_those_of_plain_loops_on_every_width() {
        let mut generator = Seed::new(3).generator();
        for (n, count) in [(2, 1), (5, 7), (37, 21), (16, 4)] {
            let spins: Vec<i8> =
                (0..n * count).map(|_| if generator.random() { 1 } else { -1 }).collect();
            let theta: Vec<f64> = (0..n).map(|_| generator.random()).collect();
            let weights: Vec<f64> = (0..count).map(|_| generator.random()).collect();
            let s = |k: usize, j: usize| f64::from(spins[k * n + j]);
            for width in Width::available() {
                let mut fields = vec![0.0; count];
                local_fields(width, &spins, &theta, 0.3, &mut fields);
                for (k, field) in fields.iter().enumerate() {
                    let plain = 0.3 + (0..n).map(|j| theta[j] * s(k, j)).sum::<f64>();
                    assert!((field - plain).abs() < 1e-12);
                }
                let mut sums = vec![9.0; n];
                weighted_sums(width, &spins, &weights, &mut sums);
                let mut table = vec![9.0; n * n];
                curvature(width, &spins, 1, &weights, &mut table);
                let x = |k: usize, j: usize| if j == 1 { 1.0 } else { s(k, j) };
                for j in 0..n {
                    let plain: f64 = (0..count).map(|k| weights[k] * s(k, j)).sum();
                    assert!((sums[j] - plain).abs() < 1e-12);
                    for l in 0..=j {
                        let plain: f64 = (0..count).map(|k| weights[k] * x(k, j) * x(k, l)).sum();
                        assert!((table[j * n + l] - plain).abs() < 1e-12);
                    }
                }
            }
        }
    }
}
