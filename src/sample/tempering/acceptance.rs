//! Temperatures from a wanted rate of exchanges.

use crate::error::{Error, Result};
use crate::progress::Deadline;
use crate::sample::tempering::Tempering;
use crate::statrs::function::erf::erfc_inv;

/// Trial runs, each on the ladder that the one before it asked for.
const TRIALS: usize = 5;

/// Rates are taken to lie between these, where their inverse error function is well known.
const RATES: (f64, f64) = (1e-4, 0.999);

/// The most temperatures of a ladder made here.
const MAX_TEMPERATURES: usize = 4096;

impl Tempering {
    /// A ladder from the lowest to the highest of the temperatures given, on which neighbours exchange with this probability.
    ///
    /// Five trial runs with the present settings, each of a fifth of [`sweeps`](Self::sweeps) and
    /// [`thermalization`](Self::thermalization), start from the given temperatures and adapt their number and places.
    /// Where energies are normally distributed the rate between two temperatures is erfc(λ/2), with λ additive along the ladder
    /// (D. A. Kofke, J. Chem. Phys. 117, 6911 (2002); C. Predescu, M. Predescu and C. V. Ciobanu, J. Chem. Phys. 120, 4119 (2004)): the
    /// measured rates give λ for each gap, and the new ladder divides the whole λ evenly. The number of gaps is the nearest whole
    /// number, so that with few gaps the rates come out somewhat above or below.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let glass = Ising::edwards_anderson(Lattice::cubic(4), Disorder::PlusMinus, 1)?;
    /// let ladder = glass.tempering([0.7, 2.0]).sweeps(5_000).ladder_for_acceptance(0.4)?;
    /// let run = glass.tempering(ladder).sweeps(2_000).run()?;
    /// assert!(run.swap_rates().iter().all(|rate| (rate - 0.4).abs() < 0.1));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `target` is not between 0.01 and 0.95; if more than 4096 temperatures would be needed; as for [`run`](Self::run). If the deadline passes
    /// between two trials, the ladder is that of the last one.
    pub fn ladder_for_acceptance(&self, target: f64) -> Result<Vec<f64>> {
        if !(0.01..=0.95).contains(&target) {
            return Err(Error::argument("target", target, "a number from 0.01 to 0.95"));
        }
        let deadline = Deadline::new(self.deadline)?;
        let wanted = length(target);
        let part = |sweeps: i64| (sweeps / TRIALS as i64).max(sweeps.min(100));
        let thermalization = self.thermalization.unwrap_or(self.sweeps);
        let mut ladder = self.checked_temperatures()?;
        for trial in 0..TRIALS {
            let run = Self {
                temperatures: ladder.clone(),
                sweeps: part(self.sweeps),
                thermalization: Some(part(thermalization)),
                // A few replicas would not help, and moves between them are for long runs.
                replicas: 1,
                houdayer: false,
                seed: self.seed.child(u64::MAX - trial as u64),
                deadline: self.deadline.map(|_| deadline.left().as_secs_f64().max(1e-3)),
                ..self.clone()
            };
            let lengths: Vec<f64> = run.run()?.swap_rates().into_iter().map(length).collect();
            ladder = divided(&ladder, &lengths, wanted)?;
            if deadline.passed() {
                break;
            }
        }
        Ok(ladder)
    }
}

/// λ of a rate erfc(λ/2).
fn length(rate: f64) -> f64 {
    2.0 * erfc_inv(rate.clamp(RATES.0, RATES.1))
}

/// Divides a ladder with these lengths of its gaps into equal ones near `wanted`; inside a gap the length goes with ln T.
fn divided(ladder: &[f64], lengths: &[f64], wanted: f64) -> Result<Vec<f64>> {
    let whole: f64 = lengths.iter().sum();
    let gaps = (whole / wanted).round().max(1.0);
    if gaps >= MAX_TEMPERATURES as f64 {
        return Err(Error::TooLarge {
            what: "A ladder with this acceptance".to_owned(),
            needs: format!("{} temperatures", gaps + 1.0),
            limit: format!("{MAX_TEMPERATURES}"),
            advice: "Ask for a lower acceptance or a narrower range.".to_owned(),
        });
    }
    let gaps = gaps as usize;
    let mut new = vec![ladder[0]];
    let (mut gap, mut before) = (0, 0.0);
    for k in 1..gaps {
        let place = whole * k as f64 / gaps as f64;
        while gap + 1 < lengths.len() && before + lengths[gap] < place {
            before += lengths[gap];
            gap += 1;
        }
        let fraction = (place - before) / lengths[gap];
        let t = ladder[gap] * (ladder[gap + 1] / ladder[gap]).powf(fraction.clamp(0.0, 1.0));
        // Rounding must not make two temperatures equal.
        if new.last().is_some_and(|&last| t > last) && t < ladder[ladder.len() - 1] {
            new.push(t);
        }
    }
    new.push(ladder[ladder.len() - 1]);
    Ok(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ladder_is_divided_evenly() {
        let even = divided(&[1.0, 2.0, 4.0], &[1.0, 1.0], 0.5).unwrap();
        assert_eq!(even.len(), 5);
        for (k, t) in even.iter().enumerate() {
            assert!((t - 2_f64.powf(0.5 * k as f64)).abs() < 1e-12);
        }
        let skewed = divided(&[1.0, 2.0, 4.0], &[3.0, 1.0], 1.0).unwrap();
        assert!((skewed[3] - 2.0).abs() < 1e-12 && skewed.len() == 5);
        assert_eq!(divided(&[1.0, 2.0], &[0.01], 1.0).unwrap(), [1.0, 2.0]);
        assert!(divided(&[1.0, 2.0], &[1e9], 1.0).is_err());
    }

    #[test]
    fn lengths_invert_the_error_function() {
        // erfc(1/2) = 0.4795001221869535 (Abramowitz and Stegun, table 7.1: erf 0.5 = 0.5204998778).
        assert!((length(0.4795001221869535) - 1.0).abs() < 1e-9);
        assert!(length(0.0).is_finite() && length(1.0) > 0.0);
    }
}
