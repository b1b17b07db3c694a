//! Fisher's information and the Hessian of the log-likelihood, exact, with hidden units too.
//!
//! With the statistics φ and a direction x, let u = x·φ/T². Products of both matrices with x are averages of φ with weights that cost one pass over all states:
//! the covariance of φ and u under P(v, h), of what φ and u are on average given v, and of φ and u given v. No matrix of states and parameters is kept.

use crate::boltzmann::BoltzmannMachine;
use crate::boltzmann::joint::{Joint, averages, combinations};
use crate::error::{Error, Result};
use crate::information::Distribution;
use crate::ndarray::Array2;
use crate::operator::dense::eigenvalues_symmetric;
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::Progress;
use crate::rayon::prelude::*;

/// The most parameters of a matrix of curvatures.
const MAX_PARAMETERS: usize = 2_000;

/// Columns between two looks at the clock.
const BATCH: usize = 16;

impl BoltzmannMachine {
    /// Fisher's information matrix of the visible distribution, I_ab = Σ_v P(v) ∂_a ln P(v) ∂_b ln P(v), a row for each of the
    /// [`parameters`](Self::parameters).
    ///
    /// It is the covariance over v of the conditional averages ⟨φ⟩_v/T; without hidden units, of the statistics s_i and s_i s_j themselves. It is minus the
    /// [`hessian`](Self::hessian) where the machine is its own target.
    ///
    /// # Errors
    /// Beyond [`MAX_PROBABILITIES`](crate::exact::MAX_PROBABILITIES) units or 2,000 parameters.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
    /// assert_eq!(machine.fisher()?, Array2::<f64>::eye(3)); // independent coins
    /// # Ok(())
    /// # }
    /// ```
    pub fn fisher(&self) -> Result<Array2<f64>> {
        let joint = Joint::of(self)?;
        let (free, posterior) = (joint.free(), joint.posterior());
        self.matrix(|u| {
            let mean = dot(&free, u);
            let conditional = self.conditional(&posterior, u);
            let chunks = free.chunks(1 << self.hidden).zip(conditional);
            chunks.flat_map(|(p, given)| p.iter().map(move |p| p * (given - mean))).collect()
        })
    }

    /// The Hessian of the log-likelihood Σ_v q(v) ln P(v) by the [`parameters`](Self::parameters): (⟨Cov(φ|v)⟩_q − Cov(φ))/T².
    ///
    /// Without hidden units the first term vanishes, so that the log-likelihood is concave and has one maximum; hidden units can make saddles.
    ///
    /// # Errors
    /// As for [`fisher`](Self::fisher), and if the target has not one probability for each visible state.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Binary, 2, 1)?.randomized(1.0, 1)?;
    /// let difference = machine.hessian(&machine.distribution()?)? + machine.fisher()?;
    /// assert!(difference.iter().all(|x| x.abs() < 1e-14));
    /// # Ok(())
    /// # }
    /// ```
    pub fn hessian(&self, target: &Distribution) -> Result<Array2<f64>> {
        self.check_target(target)?;
        let joint = Joint::of(self)?;
        let (free, posterior) = (joint.free(), joint.posterior());
        let clamped = joint.clamped(target.probabilities());
        self.matrix(|u| {
            let mean = dot(&free, u);
            let size = 1 << self.hidden;
            let given = self.conditional(&posterior, u);
            let given = given.iter().flat_map(|given| std::iter::repeat_n(given, size));
            let states = clamped.iter().zip(&free).zip(u).zip(given);
            states.map(|(((q, p), u), given)| q * (u - given) - p * (u - mean)).collect()
        })
    }

    /// Eigenvalues of [`fisher`](Self::fisher), ascending: columns `index`, `eigenvalue`. Small ones are directions in which the distribution hardly changes.
    ///
    /// # Errors
    /// As for [`fisher`](Self::fisher).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let spectrum = BoltzmannMachine::new(Coding::Spin, 3, 1)?.fisher_spectrum()?;
    /// // Nothing is connected to the hidden unit yet: its bias and weights do not matter.
    /// assert_eq!(spectrum.values("eigenvalue")?.iter().filter(|x| x.abs() < 1e-12).count(), 4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn fisher_spectrum(&self) -> Result<DataFrame> {
        spectrum(&self.fisher()?)
    }

    /// Eigenvalues of [`hessian`](Self::hessian), ascending: columns `index`, `eigenvalue`. Positive ones are directions in which the likelihood curves up.
    ///
    /// # Errors
    /// As for [`hessian`](Self::hessian).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Spin, 3, 0)?.randomized(1.0, 1)?;
    /// assert!(machine.hessian_spectrum(&Distribution::uniform(8)?)?.values("eigenvalue")?.iter().all(|&x| x < 0.0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn hessian_spectrum(&self, target: &Distribution) -> Result<DataFrame> {
        spectrum(&self.hessian(target)?)
    }

    /// The matrix whose column a is the averages of φ with the weights that `weigh` makes of u = φ_a/T².
    fn matrix(&self, weigh: impl Fn(&[f64]) -> Vec<f64> + Sync) -> Result<Array2<f64>> {
        let m = self.parameters.len();
        if m > MAX_PARAMETERS {
            return Err(Error::TooLarge {
                what: "A matrix of curvatures".to_owned(),
                needs: format!("{m}² entries"),
                limit: format!("those of {MAX_PARAMETERS} parameters"),
                advice: "Take a machine of fewer connections.".to_owned(),
            });
        }
        let column = |a: usize| {
            let mut direction = vec![0.0; m];
            direction[a] = self.temperature.powi(-2);
            averages(self, weigh(&combinations(self, &direction)))
        };
        let mut columns: Vec<Vec<f64>> = Vec::with_capacity(m);
        let mut progress = Progress::new("columns", m);
        while columns.len() < m {
            let end = m.min(columns.len() + BATCH);
            let next: Vec<Vec<f64>> = (columns.len()..end).into_par_iter().map(column).collect();
            progress.add(next.len());
            columns.extend(next);
        }
        // Symmetric but for rounding.
        Ok(Array2::from_shape_fn((m, m), |(a, b)| 0.5 * (columns[a][b] + columns[b][a])))
    }

    /// ⟨u⟩ given each visible state.
    fn conditional(&self, posterior: &[f64], u: &[f64]) -> Vec<f64> {
        let size = 1 << self.hidden;
        posterior.chunks(size).zip(u.chunks(size)).map(|(p, u)| dot(p, u)).collect()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn spectrum(matrix: &Array2<f64>) -> Result<DataFrame> {
    let values = eigenvalues_symmetric(matrix)?;
    let index: Vec<u64> = (0..values.len() as u64).collect();
    Ok(df!("index" => index, "eigenvalue" => values.to_vec())?)
}
