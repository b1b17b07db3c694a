//! What is measured after an epoch.

use crate::error::Result;
use crate::frame::Frame;
use crate::ndarray::{Array1, Array2, s};
use crate::progress::Deadline;
use crate::random::Seed;
use crate::rbm::training::record::Record;
use crate::rbm::{Layer, Rbm, RbmExact, Units};
use crate::stats::mean_and_error;

/// Up to so many multiplications the pseudo-likelihood is the exact one, of all sites.
const CHEAP: usize = 1 << 22;

/// Binary units of a layer up to which ln Z is enumerated.
const ENUMERATED: f64 = 16.0;

/// A hidden unit counts as saturated if its mean over the examples lies within this fraction of its range from an end.
const SATURATED: f64 = 0.01;

/// The examples that are looked at, and how.
#[derive(Clone, Debug)]
pub(super) struct Monitor {
    pub data: Array2<f64>,
    pub held_out: Option<Array2<f64>>,
    pub seed: Seed,
}

impl Monitor {
    /// Looks at the first so many examples of each set.
    pub fn new(
        data: &Array2<f64>,
        held_out: Option<&Array2<f64>>,
        most: usize,
        seed: Seed,
    ) -> Self {
        let first = |rows: &Array2<f64>| rows.slice(s![..rows.nrows().min(most), ..]).to_owned();
        Self { data: first(data), held_out: held_out.map(first), seed }
    }

    /// Measures the machine; log-likelihoods only where asked for, and before their deadline.
    pub fn measure(&self, rbm: &Rbm, likelihood: Option<&Deadline>) -> Result<Record> {
        let mut record = Record::default();
        if rbm.visible.units().is_discrete() {
            let (mean, error) = self.pseudo_likelihood(rbm, &self.data)?;
            (record.pseudo_likelihood, record.pseudo_likelihood_err) = (Some(mean), error);
            if let Some(held_out) = &self.held_out {
                record.pseudo_likelihood_held_out = Some(self.pseudo_likelihood(rbm, held_out)?.0);
            }
        }
        let hidden = rbm.hidden_means(&self.data)?;
        let n = rbm.visible.len();
        let reconstructed = rbm.over_hidden(hidden.view(), n, |_, inputs, out| {
            let rows = inputs.chunks_exact(n).zip(out.chunks_exact_mut(n));
            rows.for_each(|(inputs, out)| rbm.visible.mean(inputs, out));
        });
        let squares = (&reconstructed - &self.data).mapv(|x| x * x);
        record.reconstruction_error = squares.mean();
        record.saturated = saturated(rbm.hidden.units(), &hidden);
        self.free_energies(rbm, &mut record)?;
        if let Some(deadline) = likelihood {
            self.likelihoods(rbm, deadline, &mut record)?;
        }
        let largest = rbm.largest_singular_value()?;
        let norm = rbm.weights.iter().map(|w| w * w).sum::<f64>().sqrt();
        record.weight_norm = Some(norm);
        record.largest_singular_value = Some(largest);
        record.stable_rank = (largest > 0.0).then(|| (norm / largest).powi(2));
        Ok(record)
    }

    /// Per site, with its error where there is one.
    fn pseudo_likelihood(&self, rbm: &Rbm, data: &Array2<f64>) -> Result<(f64, Option<f64>)> {
        let cost = data.len().saturating_mul(rbm.hidden.len());
        if cost <= CHEAP || data.nrows() < 2 {
            let values = rbm.pseudo_likelihoods(data)?.to_vec();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            return Ok((mean, mean_and_error(&values).map(|(_, error)| error)));
        }
        // The same sites after each epoch: differences between epochs are the machine's.
        let estimate = rbm.stochastic_pseudo_likelihood(data, self.seed)?;
        Ok((estimate.mean, Some(estimate.error)))
    }

    /// Exact where a layer is small, else by annealed importance sampling from independent units with the data's means; missing after the deadline.
    fn likelihoods(&self, rbm: &Rbm, deadline: &Deadline, record: &mut Record) -> Result<()> {
        let ln_z = if enumerable(rbm) {
            match RbmExact::before(rbm, deadline).ln_z() {
                Err(_) if deadline.passed() => return Ok(()),
                ln_z => ln_z?,
            }
        } else {
            let annealed = rbm.ln_z_annealed().data(&self.data).reverse(false).seed(self.seed);
            let frame = match deadline.seconds_left() {
                Some(seconds) => annealed.deadline(seconds).run()?,
                None => annealed.run()?,
            };
            // Longer steps would give too high a likelihood, and no sign of it in a figure.
            if frame.values("complete")?.first() != Some(&1.0) {
                return Ok(());
            }
            record.log_likelihood_err = frame.values("ln_z_err")?.first().copied();
            frame.values("ln_z")?.first().copied().unwrap_or(f64::NAN)
        };
        record.log_likelihood = record.free_energy.map(|free_energy| -free_energy - ln_z);
        record.log_likelihood_held_out =
            record.free_energy_held_out.map(|free_energy| -free_energy - ln_z);
        Ok(())
    }

    fn free_energies(&self, rbm: &Rbm, record: &mut Record) -> Result<()> {
        let of = |data: &Array2<f64>| -> Result<(f64, Option<f64>)> {
            let values: Array1<f64> = rbm.free_energies(data)?;
            let mean = values.sum() / values.len() as f64;
            Ok((mean, mean_and_error(&values.to_vec()).map(|(_, error)| error)))
        };
        let (mean, error) = of(&self.data)?;
        record.free_energy = Some(mean);
        if let Some(held_out) = &self.held_out {
            let (other, other_error) = of(held_out)?;
            record.free_energy_held_out = Some(other);
            record.free_energy_gap = Some(other - mean);
            record.free_energy_gap_err =
                error.zip(other_error).map(|(error, other)| error.hypot(other));
        }
        Ok(())
    }
}

/// Whether one layer has at most 2¹⁶ states, so that an enumeration after each epoch costs little.
fn enumerable(rbm: &Rbm) -> bool {
    let bits = |units: Units, sites: usize| match units {
        Units::Potts { colors } => sites as f64 * (colors as f64).log2(),
        _ => sites as f64,
    };
    let few = |layer: &Layer| {
        layer.units().is_discrete() && bits(layer.units(), layer.sites()) <= ENUMERATED
    };
    few(&rbm.visible) || few(&rbm.hidden)
}

/// The fraction of hidden units, or sites, that do the same whatever they see; none for units without bounds.
fn saturated(units: Units, means: &Array2<f64>) -> Option<f64> {
    let averages: Vec<f64> =
        means.columns().into_iter().map(|x| x.sum() / x.len() as f64).collect();
    let edge = |p: f64| p.min(1.0 - p) < SATURATED;
    let (count, of) = match units {
        Units::Binary => (averages.iter().filter(|&&p| edge(p)).count(), averages.len()),
        Units::Spin => {
            (averages.iter().filter(|&&m| edge(f64::midpoint(1.0, m))).count(), averages.len())
        }
        Units::Potts { colors } => {
            let sites = averages.chunks_exact(colors);
            let top = |site: &&[f64]| site.iter().any(|&p| p > 1.0 - SATURATED);
            (sites.clone().filter(top).count(), sites.len())
        }
        Units::Gaussian | Units::Relu => return None,
    };
    Some(count as f64 / of as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ndarray::array;

    #[test]
    fn saturated_units_are_those_that_do_not_depend_on_the_example() {
        let means = array![[0.0, 1.0, 1.0, 0.5], [1.0, 1.0, 0.0, 0.001]];
        assert_eq!(saturated(Units::Binary, &means), Some(0.25));
        let spins = means.mapv(|p| 2.0 * p - 1.0);
        assert_eq!(saturated(Units::Spin, &spins), Some(0.25));
        let colours = array![[0.0, 1.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0]];
        assert_eq!(saturated(Units::Potts { colors: 2 }, &colours), Some(0.5));
        assert_eq!(saturated(Units::Relu, &means), None);
    }
}
