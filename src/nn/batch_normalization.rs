//! Batch normalisation: each channel's numbers over all examples and pixels shifted and scaled to mean 0 and variance 1, then by a learned scale and shift.
//!
//! x̂ = s (x − ⟨x⟩) with s = (⟨(x − ⟨x⟩)²⟩ + ε)^(−½), y = γ x̂ + β (Ioffe and Szegedy, arXiv:1502.03167); averages run over the examples that pass
//! together, through which derivatives go as well.

use crate::nn::convolution::Shape;
use crate::nn::layer::Line;
use crate::nn::matrix::{Factor, Matrix};
use crate::nn::normalization::{along, mean, mean_product, normal, product};
use crate::nn::real::Real;
use crate::rayon::prelude::*;

/// A scale γ and a shift β for each channel.
#[derive(Clone, Debug)]
pub(crate) struct BatchNormalization {
    pub shape: Shape,
    pub scale: usize,
    pub shift: usize,
}

/// What comes back through a channel: the adjoint of its inputs, and the derivatives by its scale and shift.
struct Back<R> {
    adjoint: Vec<R>,
    scale: R,
    shift: R,
}

impl BatchNormalization {
    /// The numbers of one channel, example by example.
    fn gathered<R: Real>(&self, data: &[R], channel: usize) -> Vec<R> {
        let (count, area) = (self.shape.count(), self.shape.area());
        let range = channel * area..(channel + 1) * area;
        data.chunks_exact(count).flat_map(|row| &row[range.clone()]).copied().collect()
    }

    /// Writes the channels to where `gathered` has them from.
    fn scatter<R: Real>(&self, channels: &[Vec<R>], mut out: Matrix<R>) -> Matrix<R> {
        let (count, area) = (self.shape.count(), self.shape.area());
        out.data.par_chunks_exact_mut(count).enumerate().for_each(|(example, row)| {
            for (part, channel) in row.chunks_exact_mut(area).zip(channels) {
                part.copy_from_slice(&channel[example * area..(example + 1) * area]);
            }
        });
        out
    }

    fn channels<T: Send>(&self, of: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
        (0..self.shape.channels).into_par_iter().map(of).collect()
    }

    pub fn forward<R: Real>(&self, theta: &[R], input: Factor<'_, R>) -> Matrix<R> {
        let channels = self.channels(|k| {
            let mut x = normal(&self.gathered(input.data(), k)).x;
            let (scale, shift) = (theta[self.scale + k], theta[self.shift + k]);
            for x in &mut x {
                *x = scale * *x + shift;
            }
            x
        });
        self.scatter(&channels, input.blank(input.rows(), input.columns()))
    }

    /// γ R{x̂} + R{γ} x̂ + R{β}.
    pub fn tangent<R: Real>(
        &self,
        line: Line<'_, R>,
        input: Factor<'_, R>,
        tangent: Option<Factor<'_, R>>,
    ) -> Matrix<R> {
        let Some(tangent) = tangent else { return self.forward(line.v, input) };
        let channels = self.channels(|k| {
            let normal = normal(&self.gathered(input.data(), k));
            let (mut y, _) = along(&normal, &self.gathered(tangent.data(), k));
            let scale = line.theta[self.scale + k];
            let (turned, shifted) = (line.v[self.scale + k], line.v[self.shift + k]);
            y.iter_mut().zip(&normal.x).for_each(|(y, x)| *y = scale * *y + turned * *x + shifted);
            y
        });
        self.scatter(&channels, input.blank(input.rows(), input.columns()))
    }

    /// s γ (g − ⟨g⟩ − x̂ ⟨g x̂⟩).
    pub fn backward<R: Real>(
        &self,
        theta: &[R],
        input: Factor<'_, R>,
        g: &Matrix<R>,
        gradient: Option<&mut [R]>,
    ) -> Matrix<R> {
        let backs = self.channels(|k| {
            let (normal, g) = (normal(&self.gathered(input.data(), k)), self.gathered(&g.data, k));
            let factor = normal.s * theta[self.scale + k];
            let (mean, m) = (mean(&g), mean_product(&g, &normal.x));
            let pairs = g.iter().zip(&normal.x);
            let adjoint = pairs.map(|(g, x)| factor * (*g - mean - *x * m)).collect();
            Back { adjoint, scale: product(&g, &normal.x), shift: R::total(&g) }
        });
        self.finish(backs, gradient, g.blank(g.rows, g.columns))
    }

    /// R{·} of the backward pass.
    pub fn backward_tangent<R: Real>(
        &self,
        line: Line<'_, R>,
        input: Factor<'_, R>,
        tangent: Option<Factor<'_, R>>,
        g: &Matrix<R>,
        r: &Matrix<R>,
        gradient: &mut [R],
    ) -> Matrix<R> {
        let backs = self.channels(|k| {
            let normal = normal(&self.gathered(input.data(), k));
            let x = &normal.x;
            let (change, q) = tangent.map_or_else(
                || (vec![R::ZERO; x.len()], R::ZERO),
                |tangent| along(&normal, &self.gathered(tangent.data(), k)),
            );
            let (g, r) = (self.gathered(&g.data, k), self.gathered(&r.data, k));
            let (scale, turned) = (line.theta[self.scale + k], line.v[self.scale + k]);
            // h = γ g, and R{h}.
            let h: Vec<R> = g.iter().map(|g| scale * *g).collect();
            let rh: Vec<R> = g.iter().zip(&r).map(|(g, r)| turned * *g + scale * *r).collect();
            let (mean_h, mean_rh, m) = (mean(&h), mean(&rh), mean_product(&h, x));
            let rm = mean_product(&rh, x) + mean_product(&h, &change);
            let adjoint = (0..x.len()).map(|i| {
                let bracket = rh[i] - mean_rh - change[i] * m - x[i] * rm;
                normal.s * (bracket - q * normal.s * (h[i] - mean_h - x[i] * m))
            });
            let scale = product(&r, x) + product(&g, &change);
            Back { adjoint: adjoint.collect(), scale, shift: R::total(&r) }
        });
        self.finish(backs, Some(gradient), r.blank(r.rows, r.columns))
    }

    fn finish<R: Real>(
        &self,
        backs: Vec<Back<R>>,
        gradient: Option<&mut [R]>,
        out: Matrix<R>,
    ) -> Matrix<R> {
        if let Some(gradient) = gradient {
            for (k, back) in backs.iter().enumerate() {
                gradient[self.scale + k] += back.scale;
                gradient[self.shift + k] += back.shift;
            }
        }
        let channels: Vec<Vec<R>> = backs.into_iter().map(|back| back.adjoint).collect();
        self.scatter(&channels, out)
    }
}
