//! Exact quantities by enumeration: ln Z, likelihood, KL, and the gradient as a difference of correlations.

use crate::boltzmann::joint::{Joint, averages, combinations};
use crate::boltzmann::states::require_few;
use crate::boltzmann::{BoltzmannGradient, BoltzmannMachine};
use crate::error::Result;
use crate::exact::check_summed;
use crate::information::Distribution;
use crate::ndarray::{Array1, Array2};
use crate::numeric::logistic::ln_sum_exp;
use crate::polars::df;
use crate::polars::prelude::DataFrame;

impl BoltzmannMachine {
    /// ln Z, with Z = Σ_s exp(−E(s)/T) over all states of all units.
    ///
    /// # Errors
    /// Beyond [`MAX_SUMMED`](crate::exact::MAX_SUMMED) units.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!((BoltzmannMachine::new(Coding::Binary, 3, 2)?.ln_z()? - 32_f64.ln()).abs() < 1e-14);
    /// # Ok(())
    /// # }
    /// ```
    pub fn ln_z(&self) -> Result<f64> {
        check_summed(self.n_units())?;
        let t = self.temperature;
        Ok(self.ising()?.partition_function(t)?.ln_z()? + self.constant() / t)
    }

    /// P(v), the distribution of the visible units, in the order of [`visible_states`](Self::visible_states).
    ///
    /// # Errors
    /// Beyond [`MAX_PROBABILITIES`](crate::exact::MAX_PROBABILITIES) units in all.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(BoltzmannMachine::new(Coding::Spin, 2, 3)?.distribution()?, Distribution::uniform(4)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn distribution(&self) -> Result<Distribution> {
        Distribution::from_weights(Joint::of(self)?.visible())
    }

    /// P(v, h) of all units, in the same order: off before on, and the last hidden unit changes fastest.
    ///
    /// # Errors
    /// As for [`distribution`](Self::distribution).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(BoltzmannMachine::new(Coding::Spin, 2, 3)?.joint_distribution()?.outcomes(), 32);
    /// # Ok(())
    /// # }
    /// ```
    pub fn joint_distribution(&self) -> Result<Distribution> {
        Distribution::from_weights(Joint::of(self)?.free())
    }

    /// The free energy F(v) = −T ln Σ_h exp(−E(v, h)/T) of each visible state, one a row: P(v) = exp(−F(v)/T)/Z.
    ///
    /// # Errors
    /// If a row has not a value of the coding for each visible unit; beyond [`MAX_PROBABILITIES`](crate::exact::MAX_PROBABILITIES) hidden units.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Binary, 2, 1)?;
    /// assert!((machine.free_energies(&array![[0, 1]])?[0] + 2_f64.ln()).abs() < 1e-15);
    /// # Ok(())
    /// # }
    /// ```
    pub fn free_energies(&self, rows: &Array2<i8>) -> Result<Array1<f64>> {
        self.coding.check("data", rows, self.visible)?;
        require_few("The free energy", self.hidden)?;
        if self.hidden == 0 {
            return self.energies(rows);
        }
        let free_energy = |row: crate::ndarray::ArrayView1<'_, i8>| {
            let values: Vec<(usize, i8)> = row.iter().copied().enumerate().collect();
            let rest = self.clamped(&values)?;
            let scaled: Vec<f64> = rest.parameters.iter().map(|x| x / self.temperature).collect();
            let inner = self.energy_within(row.iter().copied());
            Ok(inner - self.temperature * ln_sum_exp(&combinations(&rest, &scaled)))
        };
        rows.outer_iter().map(free_energy).collect()
    }

    /// What the first units, with these values, have of the energy among themselves.
    fn energy_within(&self, values: impl Iterator<Item = i8>) -> f64 {
        let values: Vec<f64> = values.map(f64::from).collect();
        let biases: f64 = values.iter().zip(&self.parameters).map(|(s, b)| s * b).sum();
        let bonds = self.bonds();
        let within = bonds.iter().filter(|(_, j, _)| *j < values.len());
        -biases - within.map(|&(i, j, w)| w * values[i] * values[j]).sum::<f64>()
    }

    /// The mean of ln P(v) over these visible states, one a row, in nats.
    ///
    /// # Errors
    /// As for [`free_energies`](Self::free_energies) and [`ln_z`](Self::ln_z).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Binary, 2, 0)?;
    /// assert!((machine.log_likelihood(&array![[0, 1], [1, 1]])? + 4_f64.ln()).abs() < 1e-14);
    /// # Ok(())
    /// # }
    /// ```
    pub fn log_likelihood(&self, rows: &Array2<i8>) -> Result<f64> {
        let mean = self.free_energies(rows)?.sum() / rows.nrows() as f64;
        Ok(-mean / self.temperature - self.ln_z()?)
    }

    /// The divergence D(target‖P) = Σ_v q(v) ln(q(v)/P(v)) of the machine from a distribution over visible states, in nats: what learning makes small.
    ///
    /// # Errors
    /// If the target has not one probability for each visible state; beyond [`MAX_PROBABILITIES`](crate::exact::MAX_PROBABILITIES) units in all.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
    /// let certain = Distribution::new([1.0, 0.0, 0.0, 0.0])?;
    /// assert!((machine.kl(&certain)? - 4_f64.ln()).abs() < 1e-15);
    /// # Ok(())
    /// # }
    /// ```
    pub fn kl(&self, target: &Distribution) -> Result<f64> {
        self.check_target(target)?;
        Ok(divergence(target, &Joint::of(self)?.visible_logs))
    }

    /// The gradient of the log-likelihood Σ_v q(v) ln P(v), which is minus that of [`kl`](Self::kl), by correlations:
    /// ∂/∂W_ij = (⟨s_i s_j⟩_clamped − ⟨s_i s_j⟩_free)/T and ∂/∂b_i = (⟨s_i⟩_clamped − ⟨s_i⟩_free)/T.
    ///
    /// Visible units are clamped to states of the target, hidden ones average over P(h|v).
    ///
    /// # Errors
    /// As for [`kl`](Self::kl).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
    /// let aligned = machine.empirical(&array![[1, 1], [-1, -1]])?;
    /// assert_eq!(machine.gradient(&aligned)?.values, array![0.0, 0.0, 1.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn gradient(&self, target: &Distribution) -> Result<BoltzmannGradient> {
        self.check_target(target)?;
        Ok(gradient(self, &Joint::of(self)?, target))
    }

    /// ⟨s_i⟩ and, as a symmetric matrix, ⟨s_i s_j⟩ of all units, connected or not.
    ///
    /// # Errors
    /// Beyond [`MAX_PROBABILITIES`](crate::exact::MAX_PROBABILITIES) units.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let (means, correlations) = BoltzmannMachine::new(Coding::Binary, 2, 0)?.moments()?;
    /// assert_eq!((means[0], correlations[(0, 1)], correlations[(0, 0)]), (0.5, 0.25, 0.5));
    /// # Ok(())
    /// # }
    /// ```
    pub fn moments(&self) -> Result<(Array1<f64>, Array2<f64>)> {
        let n = self.n_units();
        let complete = Self::new(self.coding, n, 0)?;
        let found = averages(&complete, Joint::of(self)?.free());
        let means: Array1<f64> = found.iter().take(n).copied().collect();
        let square = |i: usize| if self.coding.off() == 0 { means[i] } else { 1.0 };
        let mut correlations = Array2::from_diag(&(0..n).map(square).collect::<Array1<f64>>());
        for (&(i, j), &c) in complete.pairs.iter().zip(&found[n..]) {
            (correlations[(i, j)], correlations[(j, i)]) = (c, c);
        }
        Ok((means, correlations))
    }

    /// A table of the visible states: `state` (as text), `target`, `model`.
    ///
    /// # Errors
    /// As for [`kl`](Self::kl).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Binary, 2, 1)?.randomized(1.0, 1)?;
    /// let table = machine.comparison(&Distribution::uniform(4)?)?;
    /// let figure = table.bars("state", "target")?.with(table.bars("state", "model")?);
    /// # figure.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn comparison(&self, target: &Distribution) -> Result<DataFrame> {
        self.check_target(target)?;
        Ok(df!(
            "state" => self.visible_names()?,
            "target" => target.probabilities().to_vec(),
            "model" => self.distribution()?.probabilities().to_vec(),
        )?)
    }
}

/// Σ q (ln q − ln p).
pub(super) fn divergence(target: &Distribution, logs: &[f64]) -> f64 {
    let pairs = target.probabilities().iter().zip(logs).filter(|(q, _)| **q > 0.0);
    pairs.map(|(q, log)| q * (q.ln() - log)).sum::<f64>().max(0.0)
}

pub(super) fn gradient(
    machine: &BoltzmannMachine,
    joint: &Joint<'_>,
    target: &Distribution,
) -> BoltzmannGradient {
    let clamped = Array1::from(averages(machine, joint.clamped(target.probabilities())));
    let free = Array1::from(averages(machine, joint.free()));
    let none = Array1::zeros(clamped.len());
    BoltzmannGradient::new(machine, [clamped, none.clone()], [free, none])
}
