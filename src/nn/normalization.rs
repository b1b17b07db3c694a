//! Layer normalisation: each example's numbers shifted and scaled to mean 0 and variance 1, then by learned scales and shifts.
//!
//! x̂ = s (x − ⟨x⟩) with s = (⟨(x − ⟨x⟩)²⟩ + ε)^(−½), y = γ x̂ + β (Ba, Kiros and Hinton, arXiv:1607.06450); averages run over all numbers of
//! an example. No example sees another, so that results do not depend on batches.

use crate::nn::convolution::Shape;
use crate::nn::layer::Line;
use crate::nn::matrix::{Factor, Matrix};
use crate::nn::real::Real;
use crate::nn::standard::Standard;
use crate::rayon::prelude::*;

/// Examples whose gradients are added up one after the other.
const EXAMPLES: usize = 16;

/// Scales γ and shifts β, one for each channel.
#[derive(Clone, Debug)]
pub(crate) struct Normalization {
    pub shape: Shape,
    pub scale: usize,
    pub shift: usize,
}

impl Normalization {
    fn area(&self) -> usize {
        self.shape.area()
    }

    fn scales<'a, R>(&self, theta: &'a [R]) -> &'a [R] {
        &theta[self.scale..self.scale + self.shape.channels]
    }

    fn shifts<'a, R>(&self, theta: &'a [R]) -> &'a [R] {
        &theta[self.shift..self.shift + self.shape.channels]
    }

    /// Each number times the factor of its channel.
    fn scaled<R: Real>(&self, factors: &[R], values: &[R]) -> Vec<R> {
        let channels = values.chunks_exact(self.area()).zip(factors);
        channels.flat_map(|(channel, factor)| channel.iter().map(move |x| *x * *factor)).collect()
    }

    /// y += γ x + β.
    fn add_affine<R: Real>(&self, scales: &[R], shifts: Option<&[R]>, x: &[R], y: &mut [R]) {
        let channels = y.chunks_exact_mut(self.area()).zip(x.chunks_exact(self.area()));
        for (k, (y, x)) in channels.enumerate() {
            let shift = shifts.map_or(R::ZERO, |shifts| shifts[k]);
            y.iter_mut().zip(x).for_each(|(y, x)| *y += scales[k] * *x + shift);
        }
    }

    pub fn forward<R: Real>(&self, theta: &[R], input: Factor<'_, R>) -> Matrix<R> {
        let mut out = input.zeros(input.rows(), input.columns());
        let rows = out.data.par_chunks_exact_mut(input.columns());
        rows.zip(input.data().par_chunks_exact(input.columns())).for_each(|(y, x)| {
            self.add_affine(self.scales(theta), Some(self.shifts(theta)), &Standard::of(x).x, y);
        });
        out
    }

    /// γ R{x̂} + R{γ} x̂ + R{β}.
    pub fn tangent<R: Real>(
        &self,
        line: Line<'_, R>,
        input: Factor<'_, R>,
        tangent: Option<Factor<'_, R>>,
    ) -> Matrix<R> {
        let n = input.columns();
        let mut out = self.forward(line.v, input);
        if let Some(tangent) = tangent {
            let rows = out.data.par_chunks_exact_mut(n).zip(tangent.data().par_chunks_exact(n));
            rows.zip(input.data().par_chunks_exact(n)).for_each(|((y, t), x)| {
                let change = Standard::of(x).along(t).x;
                self.add_affine(self.scales(line.theta), None, &change, y);
            });
        }
        out
    }

    pub fn backward<R: Real>(
        &self,
        theta: &[R],
        input: Factor<'_, R>,
        g: &Matrix<R>,
        gradient: Option<&mut [R]>,
        wanted: bool,
    ) -> Option<Matrix<R>> {
        let n = input.columns();
        if let Some(gradient) = gradient {
            self.add_gradient(gradient, g.rows, |row| {
                let x = Standard::of(&input.data()[row * n..(row + 1) * n]).x;
                vec![(g.data[row * n..(row + 1) * n].to_vec(), x)]
            });
        }
        wanted.then(|| {
            let mut out = g.zeros(g.rows, n);
            let rows = out.data.par_chunks_exact_mut(n).zip(g.data.par_chunks_exact(n));
            rows.zip(input.data().par_chunks_exact(n)).for_each(|((out, g), x)| {
                let h = self.scaled(self.scales(theta), g);
                out.copy_from_slice(&Standard::of(x).back(&h));
            });
            out
        })
    }

    /// R{·} of the backward pass, with the tangent of the input if it has one.
    pub fn backward_tangent<R: Real>(
        &self,
        line: Line<'_, R>,
        input: Factor<'_, R>,
        tangent: Option<Factor<'_, R>>,
        g: &Matrix<R>,
        r: &Matrix<R>,
        product: &mut [R],
    ) -> Option<Matrix<R>> {
        let n = input.columns();
        let row_of = |data: &[R], row: usize| data[row * n..(row + 1) * n].to_vec();
        self.add_gradient(product, g.rows, |row| {
            let standard = Standard::of(&input.data()[row * n..(row + 1) * n]);
            let mut pairs = Vec::new();
            if let Some(tangent) = tangent {
                let change = standard.along(&tangent.data()[row * n..(row + 1) * n]);
                pairs.push((row_of(&g.data, row), change.x));
            }
            pairs.push((row_of(&r.data, row), standard.x));
            pairs
        });
        let tangent = tangent?;
        let mut out = g.zeros(g.rows, n);
        out.data.par_chunks_exact_mut(n).enumerate().for_each(|(row, out)| {
            let range = row * n..(row + 1) * n;
            let standard = Standard::of(&input.data()[range.clone()]);
            let change = standard.along(&tangent.data()[range.clone()]);
            let (g, r) = (&g.data[range.clone()], &r.data[range]);
            let h = self.scaled(self.scales(line.theta), g);
            let mut rh = self.scaled(self.scales(line.v), g);
            rh.iter_mut().zip(self.scaled(self.scales(line.theta), r)).for_each(|(a, b)| *a += b);
            out.copy_from_slice(&standard.back_along(&change, &h, &rh));
        });
        Some(out)
    }

    /// Adds Σ g x̂ to the scales and Σ g to the shifts; of several pairs (g, x̂) of a row only the last one counts for the shifts.
    fn add_gradient<R: Real>(
        &self,
        gradient: &mut [R],
        rows: usize,
        pairs: impl Fn(usize) -> Vec<(Vec<R>, Vec<R>)> + Sync + Send,
    ) {
        let (channels, area) = (self.shape.channels, self.area());
        let groups = (0..rows.div_ceil(EXAMPLES)).into_par_iter().map(|group| {
            let mut sums = (vec![R::ZERO; channels], vec![R::ZERO; channels]);
            for row in group * EXAMPLES..rows.min((group + 1) * EXAMPLES) {
                let pairs = pairs(row);
                for (k, (g, x)) in pairs.iter().enumerate() {
                    let both = g.chunks_exact(area).zip(x.chunks_exact(area)).enumerate();
                    for (channel, (g, x)) in both {
                        sums.0[channel] += g.iter().zip(x).map(|(g, x)| *g * *x).sum::<R>();
                        if k + 1 == pairs.len() {
                            sums.1[channel] += R::total(g);
                        }
                    }
                }
            }
            sums
        });
        for (scales, shifts) in groups.collect::<Vec<_>>() {
            for k in 0..channels {
                gradient[self.scale + k] += scales[k];
                gradient[self.shift + k] += shifts[k];
            }
        }
    }
}
