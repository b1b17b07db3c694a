//! The principal curvatures m ± r where m is normal and r Rayleigh distributed: many eigenvalues of like size.

use std::f64::consts::PI;

use crate::numeric::gaussian::{density, tail};
use crate::theory::projections::pictures::PictureProbabilities;

/// m ~ N(mean, spread²) and, independent of it, r with density r exp(−r²/2radius²)/radius².
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Many {
    pub mean: f64,
    pub spread: f64,
    pub radius: f64,
}

impl Many {
    /// P(m − r > x), and its density by x.
    pub fn above(&self, x: f64) -> (f64, f64) {
        let Self { mean, spread, radius } = *self;
        let (d, width) = (mean - x, spread.hypot(radius));
        if width == 0.0 {
            return (f64::from(u8::from(d > 0.0)), 0.0);
        }
        if spread == 0.0 {
            let within = (-0.5 * (d.max(0.0) / radius).powi(2)).exp();
            return (1.0 - within, d.max(0.0) / radius.powi(2) * within);
        }
        let below = |y: f64| tail(-y);
        let bell = (-0.5 * (d / width).powi(2)).exp() * below(d / width * (radius / spread));
        let probability = below(d / spread) - radius / width * bell;
        let slope = density(d / spread) * spread / width.powi(2)
            + radius / width * (d / width) / width * bell;
        (probability.clamp(0.0, 1.0), slope.max(0.0))
    }

    fn mirrored(&self) -> Self {
        Self { mean: -self.mean, ..*self }
    }

    /// P(m + r ≤ x), and its density by x.
    pub fn below(&self, x: f64) -> (f64, f64) {
        self.mirrored().above(-x)
    }

    pub fn pictures(&self) -> PictureProbabilities {
        let width = self.spread.hypot(self.radius);
        if width == 0.0 && self.mean == 0.0 {
            return PictureProbabilities { flat: 1.0, ..PictureProbabilities::NONE };
        }
        // 𝔼 exp(−m²/2radius²) = P(r > |m|), without the difference of numbers near 1.
        let saddle = if width > 0.0 {
            self.radius / width * (-0.5 * (self.mean / width).powi(2)).exp()
        } else {
            0.0
        };
        PictureProbabilities { bowl: self.above(0.0).0, saddle, cap: self.below(0.0).0, flat: 0.0 }
    }

    /// 𝔼r and Var r.
    pub fn radial(&self) -> (f64, f64) {
        (self.radius * (PI / 2.0).sqrt(), self.radius.powi(2) * (2.0 - PI / 2.0))
    }
}
