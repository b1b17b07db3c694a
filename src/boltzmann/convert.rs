//! The same distribution in other clothes: the other coding, an Ising model, some units held fixed.

use crate::boltzmann::{BoltzmannMachine, Coding};
use crate::error::{Error, Result};
use crate::ising::Ising;
use crate::ndarray::Array1;
use crate::spin::{Couplings, PairModel};

/// Parameters in another coding, and what E loses by them: E(s) = E'(s') − constant.
struct Recoded {
    parameters: Array1<f64>,
    constant: f64,
}

impl BoltzmannMachine {
    /// The machine with the same distribution whose units take the values of this coding; the temperature stays.
    ///
    /// With x = (1 + s)/2: W_ij of 0/1 units become couplings W_ij/4 and fields b_i/2 + Σ_j W_ij/4, and J_ij of ±1 units become
    /// 4 J_ij and 2 h_i − 2 Σ_j J_ij. Energies shift by a constant, which [`ln_z`](Self::ln_z) notices and probabilities do not.
    ///
    /// # Errors
    /// If energies overflow.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let binary = BoltzmannMachine::new(Coding::Binary, 3, 1)?.randomized(1.0, 1)?;
    /// let spin = binary.recoded(Coding::Spin)?;
    /// assert!(binary.distribution()?.kl(&spin.distribution()?)? < 1e-14);
    /// # Ok(())
    /// # }
    /// ```
    pub fn recoded(&self, coding: Coding) -> Result<Self> {
        let machine = Self { coding, ..self.clone() };
        if coding == self.coding {
            return Ok(machine);
        }
        machine.with_parameters(&self.in_coding(coding).parameters)
    }

    fn in_coding(&self, coding: Coding) -> Recoded {
        let n = self.n_units();
        let mut parameters = self.parameters.clone();
        let weights: f64 = self.parameters.iter().skip(n).sum();
        let biases: f64 = self.parameters.iter().take(n).sum();
        let (pair, single, constant) = match (self.coding, coding) {
            (Coding::Binary, Coding::Spin) => (0.25, 0.5, 0.25 * weights + 0.5 * biases),
            (Coding::Spin, Coding::Binary) => (4.0, 2.0, weights - biases),
            _ => return Recoded { parameters, constant: 0.0 },
        };
        parameters.iter_mut().take(n).for_each(|b| *b *= single);
        parameters.iter_mut().skip(n).for_each(|w| *w *= pair);
        // What a partner that is half on, or off by one, adds to a bias.
        let shift = if coding == Coding::Spin { 0.25 } else { -2.0 };
        for (i, j, w) in self.bonds() {
            parameters[i] += shift * w;
            parameters[j] += shift * w;
        }
        Recoded { parameters, constant }
    }

    /// The Ising model with the same distribution at the machine's temperature: for enumeration, sampling by any method, annealing, mean
    /// field and free energies. Spin i is +1 where unit i is on.
    ///
    /// # Errors
    /// If energies overflow.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Binary, 6, 0)?.randomized(1.0, 3)?;
    /// let best = machine.ising()?.annealing().sweeps(200).run()?;
    /// assert_eq!(6.0 * best.energy, machine.ising()?.enumerate()?.ground_energy());
    /// # Ok(())
    /// # }
    /// ```
    pub fn ising(&self) -> Result<Ising> {
        let spin = self.in_coding(Coding::Spin).parameters;
        let fields = spin.iter().take(self.n_units()).copied().collect();
        Ising::from_bonds(self.n_units(), &self.couplings(&spin))?.site_fields(&fields)
    }

    /// The same as a model that samplers work on.
    pub(super) fn pair_model(&self) -> Result<PairModel> {
        let spin = self.in_coding(Coding::Spin).parameters;
        let n = self.n_units();
        let couplings = Couplings::from_bonds(n, &self.couplings(&spin))?;
        PairModel::new("boltzmann", vec![n], couplings, spin.iter().take(n).copied().collect())
    }

    fn couplings(&self, parameters: &Array1<f64>) -> Vec<(usize, usize, f64)> {
        let weights = parameters.iter().skip(self.n_units());
        self.pairs.iter().zip(weights).map(|(&(i, j), &w)| (i, j, w)).collect()
    }

    /// What [`ising`](Self::ising) adds to the energy of a state.
    pub(super) fn constant(&self) -> f64 {
        self.in_coding(Coding::Spin).constant
    }

    /// The machine of the other units, given the values of these: P(rest | clamped). Units keep their order; the energy loses what the
    /// clamped units have among themselves.
    ///
    /// Clamped units may be visible or hidden. If no visible unit is left, the hidden ones that are become visible.
    ///
    /// # Errors
    /// If a unit is listed twice, is not one of the machine, or its value is not in the coding; if all units are clamped.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let pair = BoltzmannMachine::new(Coding::Binary, 2, 0)?.with_parameters(&array![0.0, -1.0, 3.0])?;
    /// assert_eq!(pair.clamped(&[(0, 1)])?.biases(), array![2.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn clamped(&self, values: &[(usize, i8)]) -> Result<Self> {
        let fixed = self.fixed(values)?;
        let free: Vec<usize> = (0..self.n_units()).filter(|&i| fixed[i].is_none()).collect();
        if free.is_empty() {
            return Err(Error::argument("clamped units", "all of them", "fewer than all units"));
        }
        let mut position = vec![0; self.n_units()];
        free.iter().enumerate().for_each(|(k, &i)| position[i] = k);
        let mut biases: Vec<f64> = free.iter().map(|&i| self.parameters[i]).collect();
        let (mut pairs, mut weights) = (Vec::new(), Vec::new());
        for (i, j, w) in self.bonds() {
            match (fixed[i], fixed[j]) {
                (None, None) => {
                    pairs.push((position[i], position[j]));
                    weights.push(w);
                }
                (Some(s), None) => biases[position[j]] += w * f64::from(s),
                (None, Some(s)) => biases[position[i]] += w * f64::from(s),
                (Some(_), Some(_)) => {}
            }
        }
        let visible = free.iter().filter(|&&i| i < self.visible).count();
        let (visible, hidden) = match visible {
            0 => (free.len(), 0),
            some => (some, free.len() - some),
        };
        let parameters: Array1<f64> = biases.into_iter().chain(weights).collect();
        let machine = Self {
            visible,
            hidden,
            pairs: pairs.into(),
            parameters: parameters.clone(),
            ..self.clone()
        };
        machine.with_parameters(&parameters)
    }

    /// The value of each unit that is clamped.
    pub(super) fn fixed(&self, values: &[(usize, i8)]) -> Result<Vec<Option<i8>>> {
        let mut fixed = vec![None; self.n_units()];
        for &(i, value) in values {
            let Some(place) = fixed.get_mut(i) else {
                let allowed = format!("a unit below {}", self.n_units());
                return Err(Error::argument("clamped unit", i, allowed));
            };
            if value != 1 && value != self.coding.off() {
                let given = format!("{value} (unit {i})");
                return Err(Error::argument("clamped value", given, self.coding.allowed()));
            }
            if place.replace(value).is_some() {
                return Err(Error::argument(
                    "clamped units",
                    format!("{i} twice"),
                    "listed once each",
                ));
            }
        }
        Ok(fixed)
    }
}
