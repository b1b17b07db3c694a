//! Weights that give the curvature of a slice from its values at symmetric points.

use crate::error::{Error, Result};

/// More points gain nothing: their fits are limited by rounding.
const MOST: usize = 33;

/// What is fitted to a slice L(θ + tη) at evenly spaced points from −t to t, for its curvature at 0.
///
/// With 3 points both are the central difference (L(t) − 2L(0) + L(−t))/t², whose bias is t²/12 times the fourth derivative.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // Fourth derivative 24: the central difference is off by 2t², five interpolated points by nothing.
/// let quartic = Objective::exact(1, |x| x[0].powi(4))?;
/// let slices = quartic.slice_trace(&array![0.0]).step_size(0.1).samples(9);
/// assert!((slices.run()?.value - 0.02).abs() < 1e-12);
/// let fitted = slices.points(5).fit(SliceFit::Interpolating).run()?;
/// assert!(fitted.value.abs() < 1e-12);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum SliceFit {
    /// A parabola by least squares: more points average rounding and noise of the loss, while the bias stays of order t².
    #[default]
    Quadratic,
    /// The polynomial through all points: with p of them the bias is of order t^(p − 1), and rounding counts more.
    Interpolating,
}

impl SliceFit {
    /// The name in tables.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert_eq!(SliceFit::Quadratic.name(), "quadratic");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Quadratic => "quadratic",
            Self::Interpolating => "interpolating",
        }
    }
}

/// What is known of the loss at a point of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// L.
    Loss,
    /// The slope η·∇L.
    Slope,
}

/// The curvature is Σ_j w_j (L(x_j t) + L(−x_j t) − 2L(0)) / t², or Σ_j w_j (s(x_j t) − s(−x_j t)) / t with the slopes s.
#[derive(Clone, Debug)]
pub(super) struct Stencil {
    pub known: Known,
    /// The points x_j above 0, the last of which is 1, and their weights.
    pub weights: Vec<(f64, f64)>,
    /// The bias is of the order of this power of t.
    pub order: i32,
}

impl Stencil {
    pub fn new(known: Known, fit: SliceFit, points: usize) -> Result<Self> {
        if !(3..=MOST).contains(&points) || points.is_multiple_of(2) {
            let allowed = format!("an odd number from 3 to {MOST}");
            return Err(Error::argument("points", points, allowed));
        }
        let side = points / 2;
        let x: Vec<f64> = (1..=side).map(|j| j as f64 / side as f64).collect();
        let squares = || x.iter().map(|x| x * x);
        let sum: f64 = squares().sum();
        let mean = 2.0 * sum / points as f64;
        // Squared deviations of x² over all points, 0 and the negative ones included.
        let spread = 2.0 * squares().map(|u| (u - mean).powi(2)).sum::<f64>() + mean * mean;
        // The Lagrange polynomial of one point in x² over the others, at 0.
        let share = |j: usize| -> f64 {
            let u = x[j] * x[j];
            squares().enumerate().filter(|&(i, _)| i != j).map(|(_, v)| v / (v - u)).product()
        };
        let weight = |j: usize| match (known, fit) {
            (Known::Loss, SliceFit::Quadratic) => 2.0 * (x[j] * x[j] - mean) / spread,
            (Known::Loss, SliceFit::Interpolating) => share(j) / (x[j] * x[j]),
            (Known::Slope, SliceFit::Quadratic) => 0.5 * x[j] / sum,
            (Known::Slope, SliceFit::Interpolating) => 0.5 * share(j) / x[j],
        };
        let order = match fit {
            SliceFit::Quadratic => 2,
            SliceFit::Interpolating => 2 * side as i32,
        };
        Ok(Self { known, weights: (0..side).map(|j| (x[j], weight(j))).collect(), order })
    }

    /// The power of 1/t that rounding is multiplied by.
    pub fn power(&self) -> i32 {
        match self.known {
            Known::Loss => 2,
            Known::Slope => 1,
        }
    }

    /// The standard deviations, for values with independent errors of 1 and t = 1, of what the outer points and the centre do.
    pub fn amplification(&self) -> (f64, f64) {
        let squares: f64 = self.weights.iter().map(|(_, w)| w * w).sum();
        let center = match self.known {
            Known::Loss => 2.0 * self.weights.iter().map(|(_, w)| w).sum::<f64>().abs(),
            Known::Slope => 0.0,
        };
        ((2.0 * squares).sqrt(), center)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a stencil makes of x^k at t = 1.
    fn of_power(stencil: &Stencil, k: i32) -> f64 {
        let difference = |x: f64| match stencil.known {
            Known::Loss => x.powi(k) + (-x).powi(k) - if k == 0 { 2.0 } else { 0.0 },
            Known::Slope if k == 0 => 0.0,
            Known::Slope => f64::from(k) * (x.powi(k - 1) - (-x).powi(k - 1)),
        };
        stencil.weights.iter().map(|&(x, w)| w * difference(x)).sum()
    }

    #[test]
    fn parabolas_are_exact_and_interpolation_more() -> Result<()> {
        for known in [Known::Loss, Known::Slope] {
            for points in (3..=13).step_by(2) {
                let least = Stencil::new(known, SliceFit::Quadratic, points)?;
                let through = Stencil::new(known, SliceFit::Interpolating, points)?;
                for stencil in [&least, &through] {
                    for (k, value) in [(0, 0.0), (1, 0.0), (2, 2.0), (3, 0.0)] {
                        assert!((of_power(stencil, k) - value).abs() < 1e-11, "{points} {k}");
                    }
                }
                for k in 4..=through.order + 1 {
                    assert!(of_power(&through, k).abs() < 1e-8, "{points} {k}");
                }
                assert!(of_power(&through, through.order + 2).abs() > 1e-6);
                assert!(of_power(&least, 4) > 0.5);
                // Fits of more points average more of the rounding.
                assert!(least.amplification().0 <= through.amplification().0 + 1e-12);
            }
        }
        Ok(())
    }

    #[test]
    fn least_squares_by_hand() -> Result<()> {
        // The parabola nearest to 16, 1, 0, 1, 16 at −2 … 2 has the term (31/7) x²; here the points lie half as far apart.
        let stencil = Stencil::new(Known::Loss, SliceFit::Quadratic, 5)?;
        assert!((of_power(&stencil, 4) * 4.0 - 2.0 * 31.0 / 7.0).abs() < 1e-12);
        for points in [0, 1, 2, 4, 35, usize::MAX] {
            assert!(Stencil::new(Known::Loss, SliceFit::Quadratic, points).is_err());
        }
        Ok(())
    }
}
