//! What parallel tempering has measured.

use std::fmt;

use crate::error::Result;
use crate::ndarray::Array2;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::rbm::sample::ladders::{Ladders, Measured};
use crate::rbm::sample::path::Path;
use crate::rbm::sample::states::rows_of;
use crate::sample::estimate_by_blocks;
use crate::stats::{mean_and_error, r_hat};

/// From so many ladders on, errors come from their scatter.
const MANY: usize = 8;

/// The shortest run of which R̂ is told.
const LEAST: usize = 32;

/// What [`RbmTempering::run`](super::RbmTempering::run) has measured: states at λ = 1, and the energies along the ladder.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let rbm = Rbm::spin(6, 3)?.weights(&Array2::from_elem((6, 3), 0.4))?;
/// let tempered = rbm.tempering(linspace(0.0, 1.0, 5)).steps(200).seed(1).run()?;
/// assert_eq!(tempered.frame()?.height(), 5);
/// assert_eq!(tempered.visible().dim(), (16, 6));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RbmTempered {
    pub(in crate::rbm) path: Path,
    pub(in crate::rbm) lambdas: Vec<f64>,
    pub(in crate::rbm) measured: Vec<Measured>,
    visible: Array2<f64>,
    hidden: Array2<f64>,
    swap_rates: Vec<f64>,
    round_trips: u64,
    /// Measured, and before.
    steps: (usize, usize),
    seed: Seed,
    complete: bool,
}

impl RbmTempered {
    pub(super) fn new(
        path: Path,
        lambdas: &[f64],
        mut parts: Vec<Ladders>,
        steps: (usize, usize),
        seed: Seed,
        complete: bool,
    ) -> Result<Self> {
        parts.iter_mut().for_each(Ladders::keep_last);
        let kept = parts.first().map_or(0, |part| part.visible.len());
        let (mut visible, mut hidden) = (Vec::new(), Vec::new());
        for place in 0..kept {
            for part in &parts {
                visible.extend_from_slice(&part.visible[place]);
                hidden.extend_from_slice(&part.hidden[place]);
            }
        }
        let rate = |gap: usize| {
            let sum: f64 = parts.iter().map(|part| part.swaps[gap].0).sum();
            let number: usize = parts.iter().map(|part| part.swaps[gap].1).sum();
            sum / number as f64
        };
        let (n, m) = path.shape();
        Ok(Self {
            swap_rates: (0..lambdas.len() - 1).map(rate).collect(),
            round_trips: parts.iter().map(|part| part.round_trips).sum(),
            measured: parts.into_iter().flat_map(|part| part.measured).collect(),
            visible: rows_of(visible, n)?,
            hidden: rows_of(hidden, m)?,
            path,
            lambdas: lambdas.to_vec(),
            steps,
            seed,
            complete,
        })
    }

    /// Visible states at λ = 1, one a row: all chains at the first step kept, then all chains at the next.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Rbm::spin(6, 3)?.tempering([0.0, 1.0]).chains(4).steps(50).run()?;
    /// assert_eq!(tempered.visible().dim(), (4, 6));
    /// # Ok(())
    /// # }
    /// ```
    pub fn visible(&self) -> Array2<f64> {
        self.visible.clone()
    }

    /// The hidden states that the [`visible`](Self::visible) ones were drawn with, one a row in the same order.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Rbm::spin(6, 3)?.tempering([0.0, 1.0]).chains(4).steps(50).run()?;
    /// assert_eq!(tempered.hidden().dim(), (4, 3));
    /// # Ok(())
    /// # }
    /// ```
    pub fn hidden(&self) -> Array2<f64> {
        self.hidden.clone()
    }

    /// The mean probability of an exchange between each rung and the next.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Rbm::spin(6, 3)?.tempering([0.0, 0.5, 1.0]).steps(50).run()?;
    /// assert_eq!(tempered.swap_rates().len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn swap_rates(&self) -> Vec<f64> {
        self.swap_rates.clone()
    }

    /// How often a state went from the first rung to the last and back, in all ladders together.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Rbm::spin(6, 3)?.tempering([0.0, 1.0]).steps(50).run()?;
    /// assert!(tempered.round_trips() > 100);
    /// # Ok(())
    /// # }
    /// ```
    pub fn round_trips(&self) -> u64 {
        self.round_trips
    }

    /// Whether all steps asked for were made.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert!(Rbm::spin(6, 3)?.tempering([0.0, 1.0]).steps(50).run()?.complete());
    /// # Ok(())
    /// # }
    /// ```
    pub fn complete(&self) -> bool {
        self.complete
    }

    /// One row a rung. Columns: `lambda`; `energy` and `energy_err`, the mean of E(v, h) of the machine of interest in states of this rung (whole
    /// system); `r_hat` of G over the chains, above 1.1 where the run was too short (missing with one chain or below 32 steps); `swap_rate` with the
    /// next rung (missing in the last row); `round_trips` of all chains; `chains`, `steps` (measured), `thermalization` (as done), `seed`,
    /// `complete`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let rbm = Rbm::spin(6, 3)?.weights(&Array2::from_elem((6, 3), 0.4))?;
    /// let frame = rbm.tempering([0.0, 0.5, 1.0]).steps(200).run()?.frame()?;
    /// let energy = frame.values("energy")?;
    /// assert!(energy[0] > energy[2]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If a measured energy is not finite.
    pub fn frame(&self) -> Result<DataFrame> {
        let rungs = self.lambdas.len();
        let energies = (0..rungs)
            .into_par_iter()
            .map(|k| self.mean(|measured| &measured.energy[k]))
            .collect::<Result<Vec<_>>>()?;
        let r_hats = (0..rungs).map(|k| self.r_hat_at(k)).collect::<Result<Vec<_>>>()?;
        let mut rates: Vec<Option<f64>> = self.swap_rates.iter().copied().map(Some).collect();
        rates.push(None);
        let number = |value: usize| vec![value as u64; rungs];
        Ok(df!(
            "lambda" => self.lambdas.clone(),
            "energy" => energies.iter().map(|e| e.0).collect::<Vec<_>>(),
            "energy_err" => energies.iter().map(|e| e.1).collect::<Vec<_>>(),
            "r_hat" => r_hats,
            "swap_rate" => rates,
            "round_trips" => vec![self.round_trips; rungs],
            "chains" => number(self.measured.len()),
            "steps" => number(self.steps.0),
            "thermalization" => number(self.steps.1),
            "seed" => vec![self.seed.number(); rungs],
            "complete" => vec![self.complete; rungs],
        )?)
    }

    /// Steps measured, and steps before.
    pub(in crate::rbm) fn steps(&self) -> (usize, usize) {
        self.steps
    }

    pub(in crate::rbm) fn seed(&self) -> Seed {
        self.seed
    }

    /// The largest R̂ of any rung.
    pub(in crate::rbm) fn r_hat(&self) -> Result<Option<f64>> {
        let all = (0..self.lambdas.len()).map(|k| self.r_hat_at(k));
        Ok(all
            .collect::<Result<Option<Vec<f64>>>>()?
            .and_then(|all| all.into_iter().reduce(f64::max)))
    }

    fn r_hat_at(&self, k: usize) -> Result<Option<f64>> {
        if self.steps.0 < LEAST || self.measured.len() < 2 {
            return Ok(None);
        }
        let chains: Vec<Vec<f64>> = self.measured.iter().map(|one| one.tilt[k].clone()).collect();
        r_hat(&chains).map(Some)
    }

    fn mean(&self, of: impl Fn(&Measured) -> &Vec<f64>) -> Result<(f64, f64)> {
        let series: Vec<&[f64]> = self.measured.iter().map(|one| of(one).as_slice()).collect();
        mean_over_chains(&series)
    }
}

impl fmt::Debug for RbmTempered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rungs, chains, steps) = (self.lambdas.len(), self.measured.len(), self.steps.0);
        write!(f, "RbmTempered({:?}, {rungs} rungs, {chains} chains, {steps} steps)", self.path.rbm)
    }
}

/// The mean of independent series of one length and its error: from the scatter of many series, of few from blocks of their mean at each step.
pub(in crate::rbm) fn mean_over_chains(series: &[&[f64]]) -> Result<(f64, f64)> {
    let length = series.first().map_or(0, |first| first.len());
    if series.len() >= MANY {
        let means: Vec<f64> =
            series.iter().map(|values| values.iter().sum::<f64>() / length as f64).collect();
        if let Some(result) = mean_and_error(&means) {
            return Ok(result);
        }
    }
    let at = |k: usize| series.iter().map(|values| values[k]).sum::<f64>() / series.len() as f64;
    let pooled: Vec<f64> = (0..length).map(at).collect();
    let estimate = estimate_by_blocks(&pooled)?;
    Ok((estimate.mean, estimate.error))
}
