//! How many patterns a dense memory holds, measured.

use super::experiment::Costs;
use super::interaction::Interaction;
use crate::error::{Error, Result};
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::setters::setters;
use crate::stats::mean_and_error;
use crate::theory::dense;

/// Samples are counted in whole rounds of so many: those that end early must not count more often at a deadline.
const ROUND: usize = 20;
/// The most elementary steps of one sample, about ten seconds.
const MOST_STEPS: f64 = 2e10;
/// A sample is given up after this many times the patterns that are expected.
const BEYOND: f64 = 50.0;

/// When a capacity experiment counts a memory as full.
///
/// ```
/// use statmech::prelude::*;
/// let criteria = [Lost::One, Lost::Any];
/// assert_eq!(criteria.map(Lost::name), ["one", "any"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lost {
    /// A given pattern is no longer a strict fixed point; the default. Most others still are.
    #[default]
    One,
    /// Some pattern of all those stored is no longer a strict fixed point.
    Any,
}

impl Lost {
    /// The name in the `lost` column: "one", "any".
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(Lost::Any.name(), "any");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Any => "any",
        }
    }
}

/// Settings of a capacity experiment: random patterns are added one at a time until one is lost; [`run`](Self::run) gives a row for each size.
///
/// A pattern is lost when the flip of some neuron does not raise the energy, so that recall would leave it. Counted are the patterns stored
/// before that, averaged over samples of patterns.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let cubic = DenseCapacity::new(Interaction::Polynomial(3)).sizes([20, 40]).samples(100).run()?;
/// let capacity = cubic.values("capacity")?;
/// assert!(capacity[1] > 2.5 * capacity[0]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct DenseCapacity {
    interaction: Interaction,
    sizes: Vec<usize>,
    lost: Lost,
    samples: usize,
    seed: Seed,
    deadline: Option<f64>,
}

impl DenseCapacity {
    /// An experiment with this interaction.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let full = DenseCapacity::new(Interaction::Exponential(1.0)).sizes([12]).lost(Lost::Any).run()?;
    /// assert_eq!(full.height(), 1);
    /// # Ok(()) }
    /// ```
    pub fn new(interaction: Interaction) -> Self {
        Self {
            interaction,
            sizes: vec![10, 20, 40],
            lost: Lost::default(),
            samples: 200,
            seed: Seed::default(),
            deadline: None,
        }
    }

    setters! { "DenseCapacity::new(Interaction::Polynomial(2)).sizes([20, 40]).samples(20)":
        /// The numbers of neurons N, column `n_units`; default 10, 20, 40.
        sizes;
        /// Samples of patterns for each size; default 200.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which rows hold the samples done so far, in whole rounds of 20, and `complete` is false; default none.
        deadline;
    }

    /// When the memory counts as full; default [`Lost::One`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = DenseCapacity::new(Interaction::Polynomial(2)).sizes([40]).samples(40);
    /// let (one, any) = (settings.run()?, settings.lost(Lost::Any).run()?);
    /// assert!(any.values("capacity")?[0] < one.values("capacity")?[0]);
    /// # Ok(()) }
    /// ```
    pub fn lost(&self, lost: Lost) -> Self {
        Self { lost, ..self.clone() }
    }

    /// Runs the experiment: one row for each size.
    ///
    /// Columns: `interaction`, `degree` (missing for the exponential), `beta` (missing for polynomials), `n_units` N, `lost`, `capacity` (mean number of
    /// patterns stored before the first loss; missing where the deadline left no round) with `capacity_err` (one standard error over samples),
    /// `gaussian`, `predicted`, `samples` (as done), `seed`, `complete`.
    ///
    /// `gaussian` is the number of patterns at which ln 2 flips are expected to pay if the others' noise, of the right variance at this N, were Gaussian: close to the
    /// measured number where powers are low; missing for the exponential, whose noise is nothing like that.
    ///
    /// `predicted` is the leading growth for large N, approached slowly, as ln N grows:
    /// - polynomial, [`Lost::One`]: N^{n−1} / (2 (2n−3)!! ln N), [`dense::perfect_patterns`]; twice that where it is rectified, since half of the
    ///   overlaps make no noise;
    /// - polynomial, [`Lost::Any`]: 1/n of that, for N^n neurons of all patterns together must be right instead of N. With n = 2 it is the
    ///   N/(4 ln N) of McEliece et al. (IEEE Trans. Inf. Theory 33, 461 (1987));
    /// - exponential with β = 1, [`Lost::Any`]: 2^{N/2}, [`dense::exponential_rate`]; the birthdays' law of two patterns a flip apart gives
    ///   the factor √(π/2N) that is missing there;
    /// - otherwise missing.
    ///
    /// # Errors
    /// If there is no size or one below 2, if there are fewer than 20 samples, if the interaction is out of its range, if a sample would take about 10 seconds or more, or if
    /// the deadline is not a finite number above 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let hopfield = DenseCapacity::new(Interaction::Polynomial(2)).sizes([100]).run()?;
    /// let ratio = hopfield.values("capacity")?[0] / hopfield.values("predicted")?[0];
    /// assert!(0.7 < ratio && ratio < 1.6);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<DataFrame> {
        self.check()?;
        let deadline = Deadline::new(self.deadline)?;
        let mut progress = Progress::new("samples", self.samples.saturating_mul(self.sizes.len()));
        let mut counts = Vec::with_capacity(self.sizes.len());
        for (index, &size) in self.sizes.iter().enumerate() {
            let seed = self.seed.child(index as u64);
            counts.push(self.counts(size, seed, deadline, &mut progress)?);
        }
        if counts.iter().any(|counts| counts.len() < self.samples) {
            progress.stopped();
        }
        self.frame(&counts)
    }

    fn check(&self) -> Result<()> {
        self.interaction.check()?;
        if self.samples < ROUND {
            let allowed = format!("at least {ROUND}, for an error of the mean");
            return Err(Error::argument("samples", self.samples, allowed));
        }
        if self.sizes.is_empty() {
            return Err(Error::argument(
                "sizes",
                "an empty list",
                "at least one number of neurons",
            ));
        }
        for &size in &self.sizes {
            if size < 2 {
                return Err(Error::argument("sizes", size, "made of numbers of 2 or more neurons"));
            }
            let expected = self.expected(size);
            let steps = size as f64
                * match self.lost {
                    Lost::One => expected,
                    Lost::Any => expected * expected,
                };
            if !(steps <= MOST_STEPS) {
                return Err(Error::TooLarge {
                    what: format!("A capacity experiment with {size} neurons"),
                    needs: format!("about {expected:.0e} patterns in each sample"),
                    limit: format!("{MOST_STEPS:.0e} steps"),
                    advice: "Take fewer neurons, or an interaction that is less steep.".to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Patterns that a sample may be expected to hold, within a factor of a few.
    fn expected(&self, size: usize) -> f64 {
        match (self.interaction, self.lost) {
            (Interaction::Exponential(_), Lost::Any) => 2_f64.powf(size as f64 / 2.0),
            // The noise Σ e^{2x} of P patterns is as strong as the signal e^{2N} at (e²/cosh 2)^N.
            (Interaction::Exponential(_), Lost::One) => 1.964_f64.powf(size as f64),
            _ => self.predicted(size).unwrap_or(f64::INFINITY).max(1.0),
        }
    }

    fn gaussian(&self, size: usize) -> Option<f64> {
        self.interaction.degree()?;
        Some(Costs::new(self.interaction, size, 1).gaussian(self.lost == Lost::Any))
    }

    fn predicted(&self, size: usize) -> Option<f64> {
        let one = |degree: u32| dense::perfect_patterns(size, degree as usize).ok();
        let one = match self.interaction {
            Interaction::Exponential(beta) => {
                let rate = dense::exponential_rate(0.0).ok()?;
                return (beta == 1.0 && self.lost == Lost::Any).then(|| (rate * size as f64).exp());
            }
            Interaction::Polynomial(degree) => one(degree)?,
            Interaction::RectifiedPolynomial(degree) => 2.0 * one(degree)?,
        };
        Some(match self.lost {
            Lost::One => one,
            Lost::Any => one / f64::from(self.interaction.degree()?),
        })
    }

    /// The samples' numbers of patterns, in whole rounds.
    fn counts(
        &self,
        size: usize,
        seed: Seed,
        deadline: Deadline,
        progress: &mut Progress,
    ) -> Result<Vec<f64>> {
        let most = (BEYOND * (self.expected(size) + 20.0)) as usize;
        let costs = Costs::new(self.interaction, size, most);
        let mut counts = Vec::new();
        while counts.len() < self.samples {
            let end = (counts.len() + ROUND).min(self.samples);
            let sample = |index: usize| {
                let seed = seed.child(index as u64);
                match self.lost {
                    Lost::One => costs.first_lost(seed, most, deadline),
                    Lost::Any => costs.any_lost(seed, most, deadline),
                }
            };
            let round: Vec<Option<usize>> =
                (counts.len()..end).into_par_iter().map(sample).collect();
            let Some(round) = round.into_iter().collect::<Option<Vec<usize>>>() else {
                if deadline.passed() {
                    break;
                }
                return Err(Error::TooLarge {
                    what: format!("A sample with {size} neurons"),
                    needs: format!("more than {most} patterns"),
                    limit: "what is kept in memory".to_owned(),
                    advice: "Take fewer neurons, or an interaction that is less steep.".to_owned(),
                });
            };
            progress.add(round.len());
            counts.extend(round.into_iter().map(|count| count as f64));
            if deadline.passed() {
                break;
            }
        }
        Ok(counts)
    }

    fn frame(&self, counts: &[Vec<f64>]) -> Result<DataFrame> {
        let height = counts.len();
        let beta = match self.interaction {
            Interaction::Exponential(beta) => Some(beta),
            _ => None,
        };
        let means: Vec<Option<(f64, f64)>> =
            counts.iter().map(|counts| mean_and_error(counts)).collect();
        let predicted: Vec<Option<f64>> =
            self.sizes.iter().map(|size| self.predicted(*size)).collect();
        Ok(df!(
            "interaction" => vec![self.interaction.name(); height],
            "degree" => vec![self.interaction.degree(); height],
            "beta" => vec![beta; height],
            "n_units" => self.sizes.iter().map(|size| *size as u64).collect::<Vec<_>>(),
            "lost" => vec![self.lost.name(); height],
            "capacity" => means.iter().map(|mean| mean.map(|(mean, _)| mean)).collect::<Vec<_>>(),
            "capacity_err" => means.iter().map(|mean| mean.map(|(_, error)| error)).collect::<Vec<_>>(),
            "gaussian" => self.sizes.iter().map(|size| self.gaussian(*size)).collect::<Vec<_>>(),
            "predicted" => predicted,
            "samples" => counts.iter().map(|counts| counts.len() as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); height],
            "complete" => counts.iter().map(|counts| counts.len() == self.samples).collect::<Vec<_>>(),
        )?)
    }
}
