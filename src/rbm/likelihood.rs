//! Pseudo-likelihood: how well each visible unit is predicted by all others.

use std::sync::Mutex;

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::numeric::logistic::softplus;
use crate::progress::Progress;
use crate::rand::Rng;
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::rbm::Rbm;
use crate::rbm::units::Units;
use crate::stats::Estimate;

impl Rbm {
    /// The pseudo-likelihood of the data, (1/(M n)) Σ_k Σ_i ln P(v_i | all other v_j) over M examples and n visible sites, in nats **per site**.
    ///
    /// It needs no ln Z, and lies between −ln 2 (for two values; −ln q for q colours) of a machine that knows nothing and 0. Being an average over
    /// sites, it does not grow with their number;
    /// [scikit-learn's `score_samples`](https://scikit-learn.org/stable/modules/generated/sklearn.neural_network.BernoulliRBM.html) is n times a
    /// [one-site estimate](Self::stochastic_pseudo_likelihood) of it. Costs M n logarithms for each hidden unit. Source: J. Besag, The Statistician
    /// 24, 179 (1975).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Weights 0: each unit is predicted by its own field alone, here not at all.
    /// for n in [2, 50] {
    ///     let value = Rbm::binary(n, 3)?.pseudo_likelihood(&Array2::zeros((4, n)))?;
    ///     assert!((value + 2_f64.ln()).abs() < 1e-14);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the visible units are continuous, or the data do not fit the visible layer.
    pub fn pseudo_likelihood(&self, data: &Array2<f64>) -> Result<f64> {
        let of_examples = self.pseudo_likelihoods(data)?;
        Ok(of_examples.sum() / of_examples.len() as f64)
    }

    /// The pseudo-likelihood of each example, a row of the data, (1/n) Σ_i ln P(v_i | all other v_j), in nats per site.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(2, 1)?.weights(&array![[2.0], [2.0]])?;
    /// // Units that agree are likelier.
    /// let values = rbm.pseudo_likelihoods(&array![[1.0, 1.0], [1.0, -1.0]])?;
    /// assert!(values[0] > -0.1 && values[1] < -2.0);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`pseudo_likelihood`](Self::pseudo_likelihood).
    pub fn pseudo_likelihoods(&self, data: &Array2<f64>) -> Result<Array1<f64>> {
        let rows = self.examples(data)?;
        let sites = self.visible.sites();
        Ok(self.of_each(rows, |_, conditional| {
            (0..sites).map(|site| conditional.of_site(site)).sum::<f64>() / sites as f64
        }))
    }

    /// The pseudo-likelihood estimated from one random site of each example, in nats per site, with its standard error over examples and sites.
    ///
    /// It is n times cheaper than the [exact one](Self::pseudo_likelihood), and its mean over seeds.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(2, 1)?.weights(&array![[0.5], [0.5]])?;
    /// let estimate = rbm.stochastic_pseudo_likelihood(&Array2::ones((10, 2)), 1)?;
    /// assert!((estimate.mean - rbm.pseudo_likelihood(&array![[1.0, 1.0]])?).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`pseudo_likelihood`](Self::pseudo_likelihood), or if there are fewer than two examples.
    pub fn stochastic_pseudo_likelihood(
        &self,
        data: &Array2<f64>,
        seed: impl Into<Seed>,
    ) -> Result<Estimate> {
        let rows = self.examples(data)?;
        let (sites, seed) = (self.visible.sites(), seed.into());
        let values = self.of_each(rows, |row, conditional| {
            conditional.of_site(seed.child(row as u64).generator().random_range(0..sites))
        });
        let count = values.len();
        let Some((mean, error)) = crate::stats::mean_and_error(&values.to_vec()) else {
            return Err(Error::argument(
                "data",
                format!("{count} example"),
                "at least two examples",
            ));
        };
        Ok(Estimate::new(mean, error, 0.5, None, count))
    }

    fn examples(&self, data: &Array2<f64>) -> Result<Vec<Vec<f64>>> {
        if self.visible.options().is_none() {
            return Err(Error::Unsupported {
                what: "The pseudo-likelihood".to_owned(),
                why: format!(
                    "{} visible units are continuous, and the distribution of one given all others has no closed form",
                    self.visible.units.name()
                ),
                advice: "Use `log_likelihood(data)` where a layer is small, or free energies."
                    .to_owned(),
            });
        }
        self.visible.allows_all("data", data)?;
        Ok(data.rows().into_iter().map(|row| row.to_vec()).collect())
    }

    fn of_each(
        &self,
        rows: Vec<Vec<f64>>,
        f: impl Fn(usize, &mut Conditional<'_>) -> f64 + Sync,
    ) -> Array1<f64> {
        let progress = Mutex::new(Progress::new("examples", rows.len()));
        let values: Vec<f64> = rows
            .par_iter()
            .enumerate()
            .map(|(row, state)| {
                let mut inputs = vec![0.0; self.hidden.len()];
                self.hidden_inputs_into(state, &mut inputs);
                let ln_hidden = self.hidden.log_partition(&inputs);
                let changed = inputs.clone();
                let value =
                    f(row, &mut Conditional { rbm: self, state, inputs, ln_hidden, changed });
                if let Ok(mut progress) = progress.lock() {
                    progress.add(1);
                }
                value
            })
            .collect();
        values.into()
    }
}

fn add<'a>(inputs: &mut [f64], step: f64, row: impl Iterator<Item = &'a f64>) {
    inputs.iter_mut().zip(row).for_each(|(input, w)| *input += step * w);
}

/// An example with what it does to the hidden layer.
struct Conditional<'a> {
    rbm: &'a Rbm,
    state: &'a [f64],
    inputs: Vec<f64>,
    ln_hidden: f64,
    changed: Vec<f64>,
}

impl Conditional<'_> {
    /// ln P of the value at a site given all others: −ln Σ e^{F(v) − F(v')} over all values there.
    fn of_site(&mut self, site: usize) -> f64 {
        let rbm = self.rbm;
        let b = &rbm.visible.b;
        if let Units::Potts { colors } = rbm.visible.units {
            let first = site * colors;
            let own = (first..first + colors).find(|&c| self.state[c] == 1.0).unwrap_or(first);
            let others = (first..first + colors).filter(|&c| c != own);
            let ratios: Vec<f64> =
                others.map(|c| self.change(&[(c, 1.0), (own, -1.0)]) + b[c] - b[own]).collect();
            let top = ratios.iter().fold(0.0_f64, |top, x| top.max(*x));
            let sum: f64 = (-top).exp() + ratios.iter().map(|x| (x - top).exp()).sum::<f64>();
            return -(top + sum.ln());
        }
        let flipped = if rbm.visible.units == Units::Spin {
            -self.state[site]
        } else {
            1.0 - self.state[site]
        };
        let step = flipped - self.state[site];
        let ratio = self.change(&[(site, step)]) + b[site] * step;
        -softplus(ratio)
    }

    /// What steps of visible columns do to the logarithm of the hidden layer's sum.
    fn change(&mut self, steps: &[(usize, f64)]) -> f64 {
        self.changed.copy_from_slice(&self.inputs);
        for &(column, step) in steps {
            let weights = self.rbm.weights.row(column);
            match weights.as_slice() {
                Some(row) => add(&mut self.changed, step, row.iter()),
                None => add(&mut self.changed, step, weights.iter()),
            }
        }
        self.rbm.hidden.log_partition(&self.changed) - self.ln_hidden
    }
}
