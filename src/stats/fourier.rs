//! Covariances at many lags by fast Fourier transforms.

/// Σ_i x_i x_{i+t} for t = 0 … `max_lag`, which is below the length, in time n log(max_lag) and the memory of a few times `max_lag`.
///
/// The series is cut into parts; each is multiplied with itself and what follows, and the products of all are added before the one transform back.
pub(super) fn lagged_products(x: &[f64], max_lag: usize) -> Vec<f64> {
    let part = (max_lag + 1).next_power_of_two().max(2048);
    let size = 2 * part;
    let roots: Vec<(f64, f64)> = (0..part)
        .map(|k| {
            let (sine, cosine) = (std::f64::consts::PI * k as f64 / part as f64).sin_cos();
            (cosine, -sine)
        })
        .collect();
    let mut spectrum = vec![(0.0, 0.0); size];
    for start in (0..x.len()).step_by(part) {
        // The part as real numbers and, with what follows, as imaginary ones: one transform for both.
        let mut both = vec![(0.0, 0.0); size];
        for (cell, &value) in both[..part].iter_mut().zip(&x[start..]) {
            cell.0 = value;
        }
        for (cell, &value) in both[..part + max_lag].iter_mut().zip(&x[start..]) {
            cell.1 = value;
        }
        transform(&mut both, &roots);
        for k in 0..size {
            let (z, mirror) = (both[k], both[(size - k) % size]);
            let a = (0.5 * (z.0 + mirror.0), 0.5 * (z.1 - mirror.1));
            let b = (0.5 * (z.1 + mirror.1), 0.5 * (mirror.0 - z.0));
            // conj(A) B
            spectrum[k].0 += a.0 * b.0 + a.1 * b.1;
            spectrum[k].1 += a.0 * b.1 - a.1 * b.0;
        }
    }
    // The transform back is the transform of the conjugate, as the result is real.
    for z in &mut spectrum {
        z.1 = -z.1;
    }
    transform(&mut spectrum, &roots);
    spectrum[..=max_lag].iter().map(|z| z.0 / size as f64).collect()
}

/// The discrete Fourier transform in place, radix 2 (J. W. Cooley and J. W. Tukey, Math. Comput. 19, 297 (1965)); `roots[k]` is
/// exp(−2πik/n).
fn transform(data: &mut [(f64, f64)], roots: &[(f64, f64)]) {
    let n = data.len();
    let bits = n.trailing_zeros();
    for i in 0..n {
        let j = i.reverse_bits() >> (usize::BITS - bits);
        if i < j {
            data.swap(i, j);
        }
    }
    let mut half = 1;
    while half < n {
        let step = n / (2 * half);
        for pair in data.chunks_exact_mut(2 * half) {
            let (low, high) = pair.split_at_mut(half);
            for ((a, b), root) in low.iter_mut().zip(high).zip(roots.iter().step_by(step)) {
                let turned = (b.0 * root.0 - b.1 * root.1, b.0 * root.1 + b.1 * root.0);
                *b = (a.0 - turned.0, a.1 - turned.1);
                *a = (a.0 + turned.0, a.1 + turned.1);
            }
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::testing::autoregressive;

    #[test]
    fn products_are_the_direct_sums() {
        for (n, max_lag) in [(1, 0), (100, 99), (5_000, 300), (5_000, 4_999), (4_096, 2_047)] {
            let x = autoregressive(0.9, n, 1);
            let found = lagged_products(&x, max_lag);
            assert_eq!(found.len(), max_lag + 1);
            for lag in [0, 1, 2, max_lag / 3, max_lag / 2, max_lag] {
                if lag <= max_lag {
                    let direct: f64 = x.iter().zip(&x[lag..]).map(|(x, y)| x * y).sum();
                    assert!((found[lag] - direct).abs() < 1e-9, "{n} {lag}: {}", found[lag]);
                }
            }
        }
    }
}
