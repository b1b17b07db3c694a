//! ln Z from parallel tempering.

use crate::error::{Error, Result};
use crate::free_energy::{Energies, Link};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::rbm::RbmTempered;
use crate::rbm::sample::mean_over_chains;

impl RbmTempered {
    /// ln Z of each machine of the ladder, from λ = 0 where it is known: by Bennett's acceptance ratio between neighbours, and by thermodynamic
    /// integration, d ln Z/dλ = ⟨G⟩.
    ///
    /// Errors know that a rung's measurements enter both of its links, and that all rungs of a ladder are correlated with one another and in time:
    /// they come from the scatter of chains, or from blocks of the run with fewer than 8. The integral follows the trapezoidal rule with the slopes
    /// of ⟨G⟩ at both ends, its variances; its error knows nothing of what the rule misses with few rungs. A run that was too short spoils both: see
    /// `r_hat`.
    ///
    /// Columns: `lambda`; `ln_z`, `ln_z_err` (Bennett); `ln_z_integrated`, `ln_z_integrated_err`; `r_hat`, the largest of all rungs (missing with one
    /// chain or below 32 steps); `chains`, `steps`, `thermalization`, `seed`, `complete`.
    ///
    /// Source: C. H. Bennett, J. Comput. Phys. 22, 245 (1976).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let rbm = Rbm::spin(6, 3)?.weights(&Array2::from_elem((6, 3), 0.3))?;
    /// let frame = rbm.tempering(linspace(0.0, 1.0, 5)).seed(1).run()?.ln_z()?;
    /// let (ln_z, error) = (frame.values("ln_z")?[4], frame.values("ln_z_err")?[4]);
    /// assert!(ln_z > 9.0 * 2_f64.ln() && error < 0.05);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the ladder does not start at λ = 0, or an energy is not finite.
    pub fn ln_z(&self) -> Result<DataFrame> {
        if self.lambdas[0] != 0.0 {
            let given = format!("a ladder that starts at λ = {}", self.lambdas[0]);
            return Err(Error::argument(
                "lambdas",
                given,
                "a list that starts at 0, where ln Z is known",
            ));
        }
        let (bennett, bennett_errors) = self.linked()?;
        let (integral, integral_errors) = self.integrated()?;
        let rungs = self.lambdas.len();
        let number = |value: usize| vec![value as u64; rungs];
        let (steps, warm_up) = self.steps();
        Ok(df!(
            "lambda" => self.lambdas.clone(),
            "ln_z" => bennett,
            "ln_z_err" => bennett_errors,
            "ln_z_integrated" => integral,
            "ln_z_integrated_err" => integral_errors,
            "r_hat" => vec![self.r_hat()?; rungs],
            "chains" => number(self.measured.len()),
            "steps" => number(steps),
            "thermalization" => number(warm_up),
            "seed" => vec![self.seed().number(); rungs],
            "complete" => vec![self.complete(); rungs],
        )?)
    }

    /// Bennett's ratios, added up.
    fn linked(&self) -> Result<(Vec<f64>, Vec<f64>)> {
        // −G takes the place of an energy.
        let rung = |k: usize| {
            let minus: Vec<Vec<f64>> =
                self.measured.iter().map(|one| one.tilt[k].iter().map(|g| -g).collect()).collect();
            Energies::of_chains(self.lambdas[k], minus.iter())
        };
        let mut last = rung(0)?;
        let (mut ln_zs, mut errors) = (vec![self.path.ln_z_base()], vec![0.0]);
        // By how much each measurement has moved ln Z so far, chain by chain.
        let mut settled = Moves::none(self);
        for k in 1..self.lambdas.len() {
            let next = rung(k)?;
            let link = Link::new(&last, &next)?;
            settled.add(&link.hot, 1.0);
            settled.add(&link.cold, -1.0);
            ln_zs.push(ln_zs[k - 1] + link.ln_ratio);
            errors.push(settled.error()?);
            last = next;
        }
        Ok((ln_zs, errors))
    }

    /// ∫⟨G⟩ dλ.
    fn integrated(&self) -> Result<(Vec<f64>, Vec<f64>)> {
        let (mut ln_zs, mut errors) = (vec![self.path.ln_z_base()], vec![0.0]);
        let mut settled = Moves::none(self);
        let rung = |k: usize| -> (Vec<f64>, Vec<f64>) {
            let all: Vec<f64> =
                self.measured.iter().flat_map(|one| one.tilt[k].iter().copied()).collect();
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            let squares = all.iter().map(|g| (g - mean).powi(2)).collect();
            (all, squares)
        };
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let mut last = rung(0);
        for k in 1..self.lambdas.len() {
            let next = rung(k);
            let step = self.lambdas[k] - self.lambdas[k - 1];
            let (half, square) = (0.5 * step, step * step / 12.0);
            settled.add(&last.0, half);
            settled.add(&next.0, half);
            settled.add(&last.1, square);
            settled.add(&next.1, -square);
            let rise =
                half * (mean(&last.0) + mean(&next.0)) + square * (mean(&last.1) - mean(&next.1));
            ln_zs.push(ln_zs[k - 1] + rise);
            errors.push(settled.error()?);
            last = next;
        }
        Ok((ln_zs, errors))
    }
}

/// What each chain contributes at each time to a sum over rungs.
struct Moves(Vec<Vec<f64>>);

impl Moves {
    fn none(tempered: &RbmTempered) -> Self {
        Self(tempered.measured.iter().map(|one| vec![0.0; one.tilt[0].len()]).collect())
    }

    /// Adds values that come one chain after the other.
    fn add(&mut self, values: &[f64], factor: f64) {
        let all = self.0.iter_mut().flatten();
        all.zip(values).for_each(|(sum, value)| *sum += factor * value);
    }

    fn error(&self) -> Result<f64> {
        let series: Vec<&[f64]> = self.0.iter().map(Vec::as_slice).collect();
        Ok(mean_over_chains(&series)?.1)
    }
}
