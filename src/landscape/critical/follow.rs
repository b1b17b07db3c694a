//! Eigenvector following: up along the lowest modes, down along the others.

use crate::error::Result;
use crate::landscape::critical::find::{CriticalSearch, Ended, Place};
use crate::landscape::critical::record::Record;
use crate::landscape::vector::norm;
use crate::ndarray::{Array1, Array2};
use crate::operator::dense::eigen_symmetric;
use crate::progress::{Deadline, Progress};

/// Curvatures below this fraction of the largest are taken for that much, so that steps along flat modes stay finite.
const FLATTEST: f64 = 1e-6;

/// Steps are no longer halved below this fraction of the first.
const SHORTEST: f64 = 1e-4;

impl CriticalSearch {
    pub(super) fn follow(
        &self,
        index: usize,
        deadline: Deadline,
        progress: &mut Progress,
    ) -> Result<Ended> {
        let (mut radius, longest) = self.lengths();
        let shortest = SHORTEST * radius;
        let mut place = self.objective.place(self.start.clone())?;
        let mut record = Record::default();
        let (mut length, mut complete) = (0.0, true);
        loop {
            let hessian = self.objective.hessian(&place.theta)?;
            let (values, modes) = eigen_symmetric(&hessian)?;
            let negative = values.iter().filter(|&&x| x < 0.0).count();
            record.push(place.loss, place.norm, length, Some(negative));
            let converged = place.norm <= self.tolerance;
            if deadline.passed() && !converged {
                progress.stopped();
                complete = false;
            }
            if converged || !complete || record.steps() as i64 >= self.steps {
                let theta = place.theta;
                return Ok(Ended { theta, record, converged, complete });
            }
            let newton = step(&place, &values, &modes, index);
            // Losses do not tell whether a step is good, as they rise along some modes and fall along others; gradients do.
            loop {
                let full = norm(&newton);
                let scale = if full > radius { radius / full } else { 1.0 };
                let taken = &newton * scale;
                let expected = hessian.dot(&taken);
                let next = self.objective.place(&place.theta + &taken).ok();
                let off = next.as_ref().map_or(f64::NAN, |next| {
                    let change = norm(&expected).max(1e-12 * place.norm);
                    norm(&(&next.gradient - &place.gradient - &expected)) / change
                });
                let current = scale * full;
                match next {
                    Some(next) if off <= 0.9 || current <= shortest => {
                        if off < 0.3 && scale < 1.0 {
                            radius = (1.5 * radius).min(longest);
                        } else if !(off < 0.6) {
                            radius = (0.5 * current).max(shortest);
                        }
                        length = current;
                        place = next;
                        break;
                    }
                    None if current <= 1e-12 * shortest => {
                        let theta = place.theta;
                        return Ok(Ended { theta, record, converged: false, complete });
                    }
                    _ => radius = 0.5 * current,
                }
            }
            progress.add(1);
        }
    }
}

/// −Σ v (v·∇L)/(±|λ|), minus for the `index` lowest modes.
fn step(place: &Place, values: &Array1<f64>, modes: &Array2<f64>, index: usize) -> Array1<f64> {
    let most = values.iter().fold(f64::MIN_POSITIVE, |most, x| most.max(x.abs()));
    let along = modes.t().dot(&place.gradient);
    let components = Array1::from_shape_fn(values.len(), |k| {
        let curvature = values[k].abs().max(FLATTEST * most);
        along[k] / if k < index { curvature } else { -curvature }
    });
    modes.dot(&components)
}
