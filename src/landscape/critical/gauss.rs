//! Minimisation of the squared gradient.

use crate::error::Result;
use crate::landscape::critical::find::{CriticalSearch, Ended, Place};
use crate::landscape::critical::record::Record;
use crate::landscape::vector::norm;
use crate::ndarray::{Array1, Array2};
use crate::operator::dense::eigen_symmetric;
use crate::progress::{Deadline, Progress};

/// Steps of conjugate gradients at most, for one step of the search.
const INNER: usize = 200;

/// The residual of the step equation to which conjugate gradients go, as a fraction of H∇L.
const INNER_TOLERANCE: f64 = 1e-3;

/// The damping starts at this fraction of the largest squared curvature.
const FIRST_DAMPING: f64 = 1e-3;

/// The Hessian at a point, as far as steps need it.
enum Hessian {
    Dense { values: Array1<f64>, modes: Array2<f64> },
    Products,
}

impl CriticalSearch {
    /// Levenberg–Marquardt for the equations ∇L = 0, whose derivative is H.
    pub(super) fn descend_gradient(
        &self,
        deadline: Deadline,
        progress: &mut Progress,
    ) -> Result<Ended> {
        let mut place = self.objective.place(self.start.clone())?;
        let mut record = Record::default();
        let (mut damping, mut growth, mut length): (Option<f64>, f64, f64) = (None, 2.0, 0.0);
        loop {
            let hessian = self.hessian(&place)?;
            record.push(place.loss, place.norm, length, hessian.negative());
            let mut converged = place.norm <= self.tolerance;
            let complete = converged || !deadline.passed();
            if !complete {
                progress.stopped();
            }
            let mut stuck = converged || !complete || record.steps() as i64 >= self.steps;
            while !stuck {
                let image = self.objective.hessian_vector(&place.theta, &place.gradient)?;
                let damp = *damping.get_or_insert(FIRST_DAMPING * hessian.scale(&place, &image));
                let mut taken = self.step(&hessian, &place, &image, damp)?;
                let full = norm(&taken);
                if let Some(longest) = self.longest
                    && full > longest
                {
                    taken *= longest / full;
                }
                length = norm(&taken);
                let next = self.objective.place(&place.theta + &taken).ok();
                // What the linear model of ∇L promises of ½|∇L|².
                let predicted = -image.dot(&taken) - 0.5 * self.squared_image(&place, &taken)?;
                let gained = next.as_ref().map_or(f64::NAN, |next| {
                    0.5 * (place.norm - next.norm) * (place.norm + next.norm)
                });
                let ratio = gained / predicted;
                match next {
                    Some(next) if ratio > 1e-4 => {
                        // H. B. Nielsen's rule (1999), smooth in the ratio.
                        let factor = (1.0 - (2.0 * ratio - 1.0).powi(3)).max(1.0 / 3.0);
                        damping = Some(damp * factor);
                        growth = 2.0;
                        place = next;
                        break;
                    }
                    _ => {
                        damping = Some(damp * growth);
                        growth *= 2.0;
                    }
                }
                // No way further down that numbers can tell.
                let size = norm(&place.theta).max(1.0);
                stuck = !(length > f64::EPSILON * size) || growth > 1e30 || deadline.passed();
                converged = place.norm <= self.tolerance;
            }
            if stuck {
                let theta = place.theta;
                return Ok(Ended { theta, record, converged, complete });
            }
            progress.add(1);
        }
    }

    fn hessian(&self, place: &Place) -> Result<Hessian> {
        if place.theta.len() > self.dense {
            return Ok(Hessian::Products);
        }
        let (values, modes) = eigen_symmetric(&self.objective.hessian(&place.theta)?)?;
        Ok(Hessian::Dense { values, modes })
    }

    /// |H p|².
    fn squared_image(&self, place: &Place, p: &Array1<f64>) -> Result<f64> {
        let image = self.objective.hessian_vector(&place.theta, p)?;
        Ok(image.dot(&image))
    }

    /// p with (H² + μ) p = −H ∇L.
    fn step(
        &self,
        hessian: &Hessian,
        place: &Place,
        image: &Array1<f64>,
        damping: f64,
    ) -> Result<Array1<f64>> {
        match hessian {
            Hessian::Dense { values, modes } => {
                let along = modes.t().dot(&place.gradient);
                let components = Array1::from_shape_fn(values.len(), |k| {
                    let below = values[k] * values[k] + damping;
                    if below > 0.0 { -values[k] * along[k] / below } else { 0.0 }
                });
                Ok(modes.dot(&components))
            }
            Hessian::Products => self.conjugate_gradients(place, image, damping),
        }
    }

    fn conjugate_gradients(
        &self,
        place: &Place,
        image: &Array1<f64>,
        damping: f64,
    ) -> Result<Array1<f64>> {
        let mut p = Array1::zeros(image.len());
        let mut residual = -image;
        let mut direction = residual.clone();
        let mut squared = residual.dot(&residual);
        let target = squared * INNER_TOLERANCE * INNER_TOLERANCE;
        for _ in 0..INNER {
            if !(squared > target) {
                break;
            }
            let once = self.objective.hessian_vector(&place.theta, &direction)?;
            let twice = self.objective.hessian_vector(&place.theta, &once)? + damping * &direction;
            let along = once.dot(&once) + damping * direction.dot(&direction);
            let step = squared / along;
            if !step.is_finite() {
                break;
            }
            p.scaled_add(step, &direction);
            residual.scaled_add(-step, &twice);
            let next = residual.dot(&residual);
            direction = &residual + (next / squared) * &direction;
            squared = next;
        }
        Ok(p)
    }
}

impl Hessian {
    fn negative(&self) -> Option<usize> {
        match self {
            Self::Dense { values, .. } => Some(values.iter().filter(|&&x| x < 0.0).count()),
            Self::Products => None,
        }
    }

    /// A squared curvature: the largest, or that along the gradient.
    fn scale(&self, place: &Place, image: &Array1<f64>) -> f64 {
        let squared = match self {
            Self::Dense { values, .. } => values.iter().fold(0.0_f64, |most, x| most.max(x * x)),
            Self::Products => (norm(image) / place.norm).powi(2),
        };
        if squared > 0.0 { squared } else { 1.0 }
    }
}
