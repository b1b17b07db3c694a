//! Numbers shifted and scaled to mean 0 and variance 1, and what goes backwards through that.
//!
//! x̂ = s (x − ⟨x⟩) with s = (⟨(x − ⟨x⟩)²⟩ + ε)^(−½). The layers that normalise differ in which numbers they take together, and share the rest.

use crate::nn::real::Real;

const EPSILON: f64 = 1e-5;

/// x̂ and s.
pub(super) struct Standard<R> {
    pub x: Vec<R>,
    s: R,
}

/// R{x̂} for a tangent t of x: s (c − x̂ q) with c = t − ⟨t⟩ and q = ⟨x̂ c⟩.
pub(super) struct Along<R> {
    pub x: Vec<R>,
    q: R,
}

impl<R: Real> Along<R> {
    /// That of a tangent of 0.
    pub fn still(count: usize) -> Self {
        Self { x: vec![R::ZERO; count], q: R::ZERO }
    }
}

impl<R: Real> Standard<R> {
    pub fn of(values: &[R]) -> Self {
        let mut x = centered(values);
        let s = R::ONE / Real::sqrt(mean_product(&x, &x) + R::of(EPSILON));
        for x in &mut x {
            *x *= s;
        }
        Self { x, s }
    }

    pub fn along(&self, tangent: &[R]) -> Along<R> {
        let mut x = centered(tangent);
        let q = mean_product(&self.x, &x);
        x.iter_mut().zip(&self.x).for_each(|(c, x)| *c = self.s * (*c - *x * q));
        Along { x, q }
    }

    /// The derivative by x from h, that by x̂: s (h − ⟨h⟩ − x̂ ⟨h x̂⟩).
    pub fn back(&self, h: &[R]) -> Vec<R> {
        let (mean, m) = (mean(h), mean_product(h, &self.x));
        h.iter().zip(&self.x).map(|(h, x)| self.s * (*h - mean - *x * m)).collect()
    }

    /// R{·} of [`back`](Self::back), from R{x̂} and R{h}.
    pub fn back_along(&self, along: &Along<R>, h: &[R], rh: &[R]) -> Vec<R> {
        let m = mean_product(h, &self.x);
        let rm = mean_product(rh, &self.x) + mean_product(h, &along.x);
        let (mean, back) = (mean(rh), self.back(h));
        (0..h.len())
            .map(|i| {
                let bracket = rh[i] - mean - along.x[i] * m - self.x[i] * rm;
                self.s * (bracket - along.q * back[i])
            })
            .collect()
    }
}

fn mean<R: Real>(values: &[R]) -> R {
    R::total(values) * R::of(1.0 / values.len() as f64)
}

pub(super) fn product<R: Real>(a: &[R], b: &[R]) -> R {
    a.iter().zip(b).map(|(a, b)| *a * *b).sum()
}

fn mean_product<R: Real>(a: &[R], b: &[R]) -> R {
    product(a, b) * R::of(1.0 / a.len() as f64)
}

fn centered<R: Real>(values: &[R]) -> Vec<R> {
    let mean = mean(values);
    values.iter().map(|x| *x - mean).collect()
}
