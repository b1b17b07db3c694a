//! Parallel tempering: machines of weaker couplings that exchange their states with the one of interest.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::ndarray::Array2;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rbm::Rbm;
use crate::rbm::sample::ladders::Ladders;
use crate::rbm::sample::path::Path;
use crate::rbm::sample::states::{Start, TEMPERING, check_size, count};
use crate::rbm::sample::tempered::RbmTempered;
use crate::sample::{Limits, advance};
use crate::setters::setters;
use crate::stats::MIN_SERIES;

/// Settings of parallel tempering; [`run`](Self::run) gives the samples and what was measured.
///
/// Each chain is a ladder of machines λ, from weak couplings to the machine itself at λ = 1. At each step all of them make a step of block Gibbs
/// sampling, and neighbours exchange their states (v, h) with probability min(1, exp((λ' − λ)(G(v, h) − G(v', h')))), where P_λ ∝ exp(−E_0 + λ G)
/// with the whole G of the system.
///
/// For discrete units λ is the inverse temperature, G = −E. Where there are Gaussian or ReLU units, whose energy keeps them from running away, it
/// scales the couplings only, G = v W h, and E_0 keeps the fields. With [`data`](Self::data) E_0 belongs to independent units with the data's means,
/// which leaves less for G to do.
///
/// Sources: K. Hukushima and K. Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996); for these machines G. Desjardins et al., AISTATS 9, 145 (2010), and K.
/// Cho, T. Raiko and A. Ilin, IJCNN (2010).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // Two phases, all up and all down, which plain chains hardly leave.
/// let rbm = Rbm::spin(8, 2)?.weights(&Array2::from_elem((8, 2), 1.5))?;
/// let tempered = rbm.tempering(linspace(0.0, 1.0, 8)).chains(16).steps(400).seed(1).run()?;
/// assert!(tempered.swap_rates().iter().all(|rate| *rate > 0.2));
/// assert_eq!(tempered.visible().ncols(), 8);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct RbmTempering {
    pub(super) rbm: Rbm,
    pub(super) lambdas: Vec<f64>,
    data: Option<Arc<Array2<f64>>>,
    chains: i64,
    steps: i64,
    thermalization: Option<i64>,
    thinning: Option<i64>,
    pub(super) start: Start,
    pub(super) seed: Seed,
    deadline: Option<f64>,
}

impl Rbm {
    /// Settings of parallel tempering over these machines λ, ascending, the last of them 1; from 0 on for [`ln_z`](RbmTempered::ln_z).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Rbm::binary(4, 3)?.tempering([0.5, 1.0]).steps(50).run()?;
    /// assert!(tempered.complete());
    /// # Ok(())
    /// # }
    /// ```
    pub fn tempering(&self, lambdas: impl IntoIterator<Item = f64>) -> RbmTempering {
        RbmTempering {
            rbm: self.clone(),
            lambdas: lambdas.into_iter().collect(),
            data: None,
            chains: 16,
            steps: 1_000,
            thermalization: None,
            thinning: None,
            start: Start::Random,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl RbmTempering {
    setters! { "Rbm::binary(4, 3)?.tempering([0.0, 1.0]).steps(20)":
        /// Independent ladders; default 16. From 8 on errors come from their scatter, below from blocks of the run.
        chains;
        /// Steps that are measured, each followed by exchanges; default 1000.
        steps;
        /// Steps before; default as many as [`steps`](Self::steps).
        thermalization;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which the result holds what was measured so far and `complete` is false; default none.
        deadline;
    }

    /// The same settings with another ladder.
    pub(in crate::rbm) fn ladder(&self, lambdas: Vec<f64>) -> Self {
        Self { lambdas, ..self.clone() }
    }

    /// Keeps the states at λ = 1 after every so many steps; by default those after the last step only.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Rbm::binary(4, 3)?.tempering([0.5, 1.0]).chains(3).steps(50).thinning(10).run()?;
    /// assert_eq!(tempered.visible().nrows(), 15);
    /// # Ok(())
    /// # }
    /// ```
    pub fn thinning(&self, steps: i64) -> Self {
        Self { thinning: Some(steps), ..self.clone() }
    }

    /// Takes for λ = 0 independent visible units with the means of these data, one example a row, and hidden units with the inputs that these means give;
    /// default the layers without their couplings.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let data = array![[1.0, 0.0], [1.0, 1.0]];
    /// let settings = Rbm::binary(2, 3)?.tempering([0.0, 1.0]).data(&data).steps(50);
    /// assert!(settings.run()?.ln_z().is_ok());
    /// # Ok(())
    /// # }
    /// ```
    pub fn data(&self, data: &Array2<f64>) -> Self {
        Self { data: Some(Arc::new(data.clone())), ..self.clone() }
    }

    /// Starts all machines at rows of the data, drawn at random. By default visible units start by themselves, as at λ = 0.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let data = array![[1.0, 0.0], [1.0, 1.0]];
    /// let settings = Rbm::binary(2, 3)?.tempering([0.0, 1.0]).start_from_data(&data).steps(50);
    /// assert!(settings.run()?.complete());
    /// # Ok(())
    /// # }
    /// ```
    pub fn start_from_data(&self, data: &Array2<f64>) -> Self {
        Self { start: Start::Data(Arc::new(data.clone())), ..self.clone() }
    }

    /// Runs all ladders.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Rbm::spin(4, 3)?.tempering([0.5, 1.0]).steps(50).run()?;
    /// // Without couplings all exchanges are accepted.
    /// assert_eq!(tempered.swap_rates(), [1.0]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the machine is not [normalisable](Rbm::is_normalizable); if there are fewer than two λ, they do not ascend within 0 to 1, or the last is
    /// not 1; if `chains` or `thinning` is below 1, `steps` below 16 or `thermalization` below 0; if data have no rows, another number of columns or
    /// values that the units do not take; if states and measurements would not fit in memory; if the deadline is not a finite number above 0.
    pub fn run(&self) -> Result<RbmTempered> {
        check_lambdas("lambdas", &self.lambdas)?;
        self.rbm.require_normalizable()?;
        let chains = count("chains", self.chains, 1)?;
        let steps = count("steps", self.steps, MIN_SERIES as i64)?;
        let warm_up = count("thermalization", self.thermalization.unwrap_or(self.steps), 0)?;
        let thinning = self.thinning.map(|every| count("thinning", every, 1)).transpose()?;
        self.start.check(&self.rbm)?;
        let path = self.path()?;
        let (n, m) = path.shape();
        let kept = thinning.map_or(1, |every| steps / every).max(1);
        let rungs = self.lambdas.len();
        // States with their inputs; what is kept, in blocks and then together; the series of energies and tilts.
        let (states, kept) = ([chains, rungs, n + m, 2], [chains, kept, n + m, 2]);
        check_size("Parallel tempering", &[&states, &kept, &[chains, rungs, steps, 2]])?;
        let deadline = Deadline::new(self.deadline)?;

        let mut parts =
            Ladders::all(&path, &self.lambdas, chains, &self.start, self.seed.child(TEMPERING));
        let total = warm_up.saturating_add(steps);
        let mut progress = Progress::new("steps of blocks", total.saturating_mul(parts.len()));
        let share = warm_up as f64 / total as f64;
        let first = Limits {
            least: 0,
            part: deadline.share(share.min(0.9)),
            whole: deadline,
            reserve: 1 + MIN_SERIES,
        };
        let thermalized = advance(&mut parts, warm_up, first, &mut progress, |part, count| {
            (0..count).for_each(|_| part.step(&path));
            Ok(())
        })?;
        let rest = Limits { least: MIN_SERIES, part: deadline, whole: deadline, reserve: 0 };
        let measured = advance(&mut parts, steps, rest, &mut progress, |part, count| {
            (0..count).for_each(|_| part.measure(&path, thinning));
            Ok(())
        })?;
        let complete = thermalized == warm_up && measured == steps;
        if !complete {
            progress.stopped();
        }
        RbmTempered::new(path, &self.lambdas, parts, (measured, thermalized), self.seed, complete)
    }

    pub(super) fn path(&self) -> Result<Path> {
        let discrete = |units: crate::rbm::Units| units.is_discrete();
        match &self.data {
            Some(data) => Path::of_data(&self.rbm, data),
            None if discrete(self.rbm.visible.units) && discrete(self.rbm.hidden.units) => {
                Ok(Path::of_energy(&self.rbm))
            }
            None => Ok(Path::of_coupling(&self.rbm)),
        }
    }
}

/// Refuses what is not an ascending list within 0 to 1 that ends at 1.
pub(crate) fn check_lambdas(name: &'static str, lambdas: &[f64]) -> Result<()> {
    const ALLOWED: &str = "at least two numbers from 0 to 1, ascending, the last of them 1";
    let refuse = |given: String| Err(Error::argument(name, given, ALLOWED));
    if lambdas.len() < 2 {
        return refuse(format!("{} of them", lambdas.len()));
    }
    if let Some(outside) = lambdas.iter().find(|lambda| !(0.0..=1.0).contains(*lambda)) {
        return refuse(outside.to_string());
    }
    if let Some([first, second]) = lambdas.windows(2).find(|pair| pair[0] >= pair[1]) {
        return refuse(format!("{first} followed by {second}"));
    }
    match lambdas.last() {
        Some(1.0) => Ok(()),
        last => refuse(format!("a list that ends with {}", last.copied().unwrap_or(f64::NAN))),
    }
}

impl fmt::Debug for RbmTempering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rbm, chains, steps, .. } = self;
        write!(
            f,
            "RbmTempering({rbm:?}, {} rungs, {chains} chains × {steps} steps)",
            self.lambdas.len()
        )
    }
}
