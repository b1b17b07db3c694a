//! Hebb's rule and its descendants, one sample at a time.

/// How a linear unit with output y = w·x changes its weights on a sample x.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let samples = array![[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]];
/// let length = |rule| -> statmech::Result<f64> {
///     let w = Hebbian::new(&samples)?.rule(rule).steps(2_000).seed(1).run()?.weights;
///     Ok(w.iter().map(|w| w * w).sum::<f64>().sqrt())
/// };
/// assert!((length(HebbRule::Oja)? - 1.0).abs() < 0.1 && length(HebbRule::Hebb)? > 1e3);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HebbRule {
    /// Δw = η y x (D. O. Hebb, The Organization of Behavior, 1949). On average dw/dt = C w: the direction tends to the leading eigenvector of the
    /// covariance C, but the length grows without bound, as e^{λ₁t}.
    Hebb,
    /// Δw = η y (x − y w) (E. Oja, J. Math. Biol. 15, 267 (1982)). The decay keeps the length near 1 and leaves the direction alone.
    #[default]
    Oja,
    /// Δw_k = η y_k (x − Σ_{j≤k} y_j w_j) (T. D. Sanger, Neural Networks 2, 459 (1989)): unit k learns what units 1 to k − 1 leave over, and so
    /// the k-th eigenvector.
    Sanger,
}

/// Outputs and what is left of a sample, kept between steps.
pub(super) struct Scratch {
    pub outputs: Vec<f64>,
    pub rest: Vec<f64>,
}

/// One sample: the weights of all units change.
pub(super) fn present(
    rule: HebbRule,
    weights: &mut [f64],
    x: &[f64],
    eta: f64,
    scratch: &mut Scratch,
) {
    for (y, w) in scratch.outputs.iter_mut().zip(weights.chunks_exact(x.len())) {
        *y = dot(w, x);
    }
    scratch.rest.copy_from_slice(x);
    for (&y, w) in scratch.outputs.iter().zip(weights.chunks_exact_mut(x.len())) {
        match rule {
            HebbRule::Hebb => add(w, eta * y, x),
            HebbRule::Oja => {
                for (w, x) in w.iter_mut().zip(x) {
                    *w += eta * y * (x - y * *w);
                }
            }
            HebbRule::Sanger => {
                add(&mut scratch.rest, -y, w);
                add(w, eta * y, &scratch.rest);
            }
        }
    }
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
    }
}

/// The inner product in eight interleaved sums, which the compiler can keep in registers side by side.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (left, right) = (a.chunks_exact(8), b.chunks_exact(8));
    let ends = left.remainder().iter().zip(right.remainder()).map(|(a, b)| a * b).sum::<f64>();
    for (a, b) in left.zip(right) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f64>() + ends
}
