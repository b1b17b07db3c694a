//! Offsets and scales of the units, the coordinates of a step.

use crate::rbm::Units;
use crate::rbm::batch::{Real, converted};
use crate::rbm::layer::Layer;
use crate::rbm::training::method::Coordinates;

/// Weight of the newest batch in the running averages of the hidden units.
const NEWEST: f64 = 0.01;

/// A variance counts as no smaller than this fraction of the layer's mean variance.
const LEAST_VARIANCE: f64 = 0.1;

/// Running means and variances of one layer over the data, and what steps make of them.
#[derive(Clone, Debug)]
pub(super) struct Offsets<F> {
    coordinates: Coordinates,
    pub mean: Vec<f64>,
    pub variance: Vec<f64>,
    /// μ or λ: the means, or zeros.
    pub offset: Vec<F>,
    /// 1/σ², or ones.
    pub scale: Vec<F>,
}

impl<F: Real> Offsets<F> {
    pub fn new(coordinates: Coordinates, mean: Vec<f64>, variance: Vec<f64>) -> Self {
        let (offset, scale) = (vec![F::of(0.0); mean.len()], vec![F::of(1.0); mean.len()]);
        let mut offsets = Self { coordinates, mean, variance, offset, scale };
        offsets.refresh();
        offsets
    }

    /// A batch with these means and variances has passed.
    pub fn follow(&mut self, mean: &[f64], variance: &[f64]) {
        for (old, new) in [(&mut self.mean, mean), (&mut self.variance, variance)] {
            old.iter_mut().zip(new).for_each(|(old, new)| *old += NEWEST * (new - *old));
        }
        self.refresh();
    }

    fn refresh(&mut self) {
        if self.coordinates != Coordinates::Plain {
            self.offset = converted(self.mean.iter().copied());
        }
        if self.coordinates == Coordinates::Standardized {
            let average = self.variance.iter().sum::<f64>() / self.variance.len() as f64;
            let least = LEAST_VARIANCE * average;
            let inverse =
                |variance: &f64| if least > 0.0 { 1.0 / variance.max(least) } else { 1.0 };
            self.scale = converted(self.variance.iter().map(inverse));
        }
    }
}

/// Variances over states whose conditional means are these rows: exact for discrete units, with the variance 1/γ of Gaussian units for continuous ones.
pub(super) fn variances<F: Real>(layer: &Layer, means: &[F], average: &[f64]) -> Vec<f64> {
    match layer.units() {
        Units::Binary | Units::Potts { .. } => average.iter().map(|p| p * (1.0 - p)).collect(),
        Units::Spin => average.iter().map(|m| 1.0 - m * m).collect(),
        Units::Gaussian | Units::Relu => {
            let rows = (means.len() / average.len()).max(1) as f64;
            let mut variance: Vec<f64> = layer.gamma().iter().map(|gamma| 1.0 / gamma).collect();
            for row in means.chunks_exact(average.len()) {
                for ((sum, x), average) in variance.iter_mut().zip(row).zip(average) {
                    *sum += (x.wide() - average).powi(2) / rows;
                }
            }
            variance
        }
    }
}
