//! A protocol that changes a potential, and its runs forwards and backwards.

use std::sync::Arc;

use crate::error::{Error, Result, require_count, require_finite, require_positive};
use crate::ndarray::Array1;
use crate::phase_space::patience::{Work, grace, require_patience, require_time};
use crate::phase_space::require::require_numbers;
use crate::phase_space::work::potential::{Equilibrium, Potential};
use crate::phase_space::work::samples::WorkSamples;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::setters::setters;
use crate::stats::MIN_SERIES;

/// Steps whose pairs are summed: some seconds.
const MOST_EXACT: usize = 50_000;

/// Samples between two looks at the clock.
const BATCH: usize = 1024;

/// Steps of a run between two looks at the clock.
const LOOK: usize = 4096;

/// Settings of a protocol that changes a one-dimensional potential U(x, λ) from λ = 0 to 1 within a time; [`run`](Self::run) measures the work.
///
/// A walker starts in equilibrium at temperature T. In each of the steps λ changes at once, which costs the work U(x, λ') − U(x, λ), and then the walker moves for a while at rest: dx = −∂U/∂x dt + √(2T) dW.
/// That motion keeps exp(−U/T) exactly at any step (it is solved exactly in a harmonic trap, and proposals are accepted or refused in any other potential), so that Jarzynski's equality ⟨e^{−W/T}⟩ = e^{−ΔF/T}
/// (Phys. Rev. Lett. 78, 2690 (1997)) and Crooks' relation P(W)/P_rev(−W) = e^{(W−ΔF)/T} (Phys. Rev. E 60, 2721 (1999)) hold without error of the time step. Each run is made forwards and,
/// from equilibrium at λ = 1, backwards.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // A trap dragged by 2 within a time of 1: ΔF = 0, and the work is Gaussian.
/// let protocol = WorkProtocol::drag(1.0, 2.0)?;
/// let work = protocol.samples(4000).seed(1).run()?;
/// let (mean, variance) = protocol.exact_work()?;
/// assert!((mean - variance / 2.0).abs() < 1e-12);
/// let estimates = work.estimates()?;
/// assert!(estimates.values("free_energy")?[2].abs() < 4.0 * estimates.values("free_energy_err")?[2]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct WorkProtocol {
    potential: Potential,
    temperature: f64,
    time: f64,
    steps: i64,
    samples: usize,
    seed: Seed,
    deadline: Option<f64>,
}

impl WorkProtocol {
    /// A trap ½ k x² that is moved by a distance at constant speed: ΔF = 0.
    ///
    /// # Errors
    /// If the stiffness is not a finite number above 0 or the distance is not finite.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(WorkProtocol::drag(1.0, 2.0)?.free_energy()?, 0.0);
    /// # Ok(()) }
    /// ```
    pub fn drag(stiffness: f64, distance: f64) -> Result<Self> {
        Self::harmonic(stiffness, stiffness, distance)
    }

    /// A trap ½ k x² whose stiffness changes linearly in time: ΔF = (T/2) ln(k₁/k₀).
    ///
    /// # Errors
    /// If a stiffness is not a finite number above 0.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let protocol = WorkProtocol::stiffening(1.0, 4.0)?;
    /// assert!((protocol.free_energy()? - 2_f64.ln()).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn stiffening(from: f64, to: f64) -> Result<Self> {
        Self::harmonic(from, to, 0.0)
    }

    /// A trap that is moved and whose stiffness changes at the same time.
    ///
    /// # Errors
    /// As [`drag`](Self::drag) and [`stiffening`](Self::stiffening).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!(WorkProtocol::harmonic(1.0, 3.0, 2.0).is_ok() && WorkProtocol::harmonic(1.0, 0.0, 2.0).is_err());
    /// # Ok(()) }
    /// ```
    pub fn harmonic(from: f64, to: f64, distance: f64) -> Result<Self> {
        require_positive("stiffness", from)?;
        require_positive("stiffness", to)?;
        require_finite("distance", distance)?;
        Ok(Self::new(Potential::Harmonic { from, to, distance }))
    }

    /// Any potential U(x, λ), whose density exp(−U/T) lies between `low` and `high` for λ = 0 and 1.
    ///
    /// # Errors
    /// If the range is empty or not finite.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // A double well that is tilted.
    /// let wells = WorkProtocol::from_fn(-4.0, 4.0, |x, lambda| (x * x - 1.0).powi(2) - lambda * x)?;
    /// assert!(wells.free_energy()? < 0.0);
    /// # Ok(()) }
    /// ```
    pub fn from_fn(
        low: f64,
        high: f64,
        energy: impl Fn(f64, f64) -> f64 + Send + Sync + 'static,
    ) -> Result<Self> {
        if !(low < high && (high - low).is_finite()) {
            return Err(Error::argument(
                "range",
                format!("{low} to {high}"),
                "finite and not empty",
            ));
        }
        Ok(Self::new(Potential::Function { energy: Arc::new(energy), low, high }))
    }

    fn new(potential: Potential) -> Self {
        Self {
            potential,
            temperature: 1.0,
            time: 1.0,
            steps: 100,
            samples: 1000,
            seed: Seed::default(),
            deadline: None,
        }
    }

    setters! { "WorkProtocol::drag(1.0, 2.0)?":
        /// The time that the change takes; default 1. In units of the mobility, in which a trap relaxes at the rate k.
        time;
        /// Steps of the change; default 100.
        steps;
        /// Runs in each direction; default 1000, at least 16.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which there are fewer samples and `complete` is false; default none.
        deadline;
    }

    /// The temperature; default 1.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let protocol = WorkProtocol::stiffening(1.0, 4.0)?.temperature(0.5);
    /// assert!((protocol.free_energy()? - 0.5 * 2_f64.ln()).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn temperature(&self, temperature: f64) -> Self {
        Self { temperature, ..self.clone() }
    }

    /// ΔF = −T ln(Z₁/Z₀): in closed form for traps, else by the midpoint rule on 2¹⁴ cells.
    ///
    /// # Errors
    /// If the temperature is not a finite number above 0, or a closure gives no finite energies, or its density reaches past the range.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let trap = WorkProtocol::from_fn(-9.0, 9.0, |x, lambda| (0.5 + lambda) * x * x)?;
    /// assert!((trap.free_energy()? - 0.5 * 3_f64.ln()).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn free_energy(&self) -> Result<f64> {
        let t = require_positive("temperature", self.temperature)?;
        if let (Some((from, _)), Some((to, _))) =
            (self.potential.trap(0.0), self.potential.trap(1.0))
        {
            return Ok(0.5 * t * (to.ln() - from.ln()));
        }
        let at = |lambda| self.potential.equilibrium(lambda, t);
        let (Some(first), Some(last)) = (at(0.0)?, at(1.0)?) else { return Ok(0.0) };
        Ok(last.free_energy - first.free_energy)
    }

    /// Mean and variance of the work forwards in a harmonic trap, exact for the steps as they are; O(steps²).
    ///
    /// The work of a dragged trap is Gaussian. For many steps its mean is v² (t − (1 − e^{−kt})/k), as if friction alone acted at late times, and its variance 2T times that
    /// (O. Mazonka and C. Jarzynski, arXiv:cond-mat/9912121).
    ///
    /// # Errors
    /// [`Error::Unsupported`] of closures; if a setting is out of range.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let (mean, _) = WorkProtocol::drag(2.0, 1.0)?.steps(2000).exact_work()?;
    /// assert!((mean - (1.0 - (1.0 - (-2_f64).exp()) / 2.0)).abs() < 1e-3);
    /// # Ok(()) }
    /// ```
    pub fn exact_work(&self) -> Result<(f64, f64)> {
        let steps = self.check()?;
        if steps > MOST_EXACT {
            return Err(Error::argument("steps", steps, format!("at most {MOST_EXACT} here")));
        }
        let t = self.temperature;
        let at = |k: usize| self.potential.trap(k as f64 / steps as f64);
        let (mut mean, mut variance) = (0.0, t / at(0).map_or(1.0, |trap| trap.0));
        // Each change of energy a x² + b x + c: its a and slope 2 a m + b at the mean, the variance of x there, and what of x is kept until the next.
        let mut changes: Vec<[f64; 4]> = Vec::with_capacity(steps);
        let mut work = 0.0;
        for k in 0..steps {
            let (Some((k0, c0)), Some((k1, c1))) = (at(k), at(k + 1)) else {
                return Err(Error::Unsupported {
                    what: "The exact distribution of the work".to_string(),
                    why: "the potential is a closure and not harmonic".to_string(),
                    advice: "Compare samples with `free_energy()`.".to_string(),
                });
            };
            let (a, b) = (0.5 * (k1 - k0), k0 * c0 - k1 * c1);
            work += a * (mean * mean + variance) + b * mean + 0.5 * (k1 * c1 * c1 - k0 * c0 * c0);
            let kept = (-k1 * self.time / steps as f64).exp();
            changes.push([a, 2.0 * a * mean + b, variance, kept]);
            mean = c1 + kept * (mean - c1);
            variance = kept * kept * variance + t / k1 * (1.0 - kept * kept);
        }
        let mut spread = 0.0;
        for (first, [a, slope, variance, kept]) in changes.iter().enumerate() {
            let mut covariance = *variance;
            spread += 2.0 * a * a * covariance * covariance + slope * slope * covariance;
            let mut keep = *kept;
            for [b, other, _, next] in &changes[first + 1..] {
                covariance *= keep;
                spread +=
                    2.0 * (2.0 * a * b * covariance * covariance + slope * other * covariance);
                keep = *next;
            }
        }
        if work.is_finite() && spread.is_finite() {
            return Ok((work, spread));
        }
        let given = format!("{self:?}, whose work overflows");
        Err(Error::argument("distance, stiffness", given, "smaller, so that energies stay finite"))
    }

    /// Measures the work of all runs, in both directions.
    ///
    /// # Errors
    /// If a setting is out of range, or a closure gives no finite energies where its density lies, or its density reaches past the range; if a deadline (of two seconds at least) passes before
    /// 16 runs are made, or without a deadline all take more than 10¹⁰ steps.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let work = WorkProtocol::stiffening(1.0, 4.0)?.samples(2000).run()?;
    /// // The second law, on average.
    /// assert!(work.forward.mean().unwrap_or(0.0) > work.free_energy);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<WorkSamples> {
        let (deadline, whole) = (Deadline::new(self.deadline)?, grace(self.deadline)?);
        let steps = self.check()?;
        require_patience(Work::steps(2.0 * steps as f64 * self.samples as f64), self.deadline)?;
        let free_energy = self.free_energy()?;
        let starts = [self.equilibrium(0.0)?, self.equilibrium(1.0)?];
        let mut progress = Progress::new("runs", self.samples);
        let mut works: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
        while works[0].len() < self.samples {
            let first = works[0].len();
            if first >= MIN_SERIES && deadline.passed() {
                progress.stopped();
                break;
            }
            // The first look comes early, so that few slow runs stop in time.
            let size = if first == 0 { MIN_SERIES } else { BATCH };
            let batch = first..self.samples.min(first + size);
            let limit = if first == 0 { &whole } else { &deadline };
            let along = |direction: usize| -> Option<Vec<f64>> {
                let seed = self.seed.child(direction as u64);
                let start = starts[direction].as_ref();
                let one =
                    |k: usize| self.work(steps, direction == 1, start, seed.child(k as u64), limit);
                batch.clone().into_par_iter().map(one).collect()
            };
            // Of a round that the deadline cuts short nothing is kept.
            let (Some(forth), Some(back)) = (along(0), along(1)) else {
                if first == 0 {
                    require_time(&whole, "the first 16 runs")?;
                }
                progress.stopped();
                break;
            };
            progress.add(batch.len());
            works[0].extend(forth);
            works[1].extend(back);
        }
        let complete = works[0].len() == self.samples;
        if let Some(w) = works.iter().flatten().find(|w| !w.is_finite()) {
            let given = format!("one that gives the work {w}");
            return Err(Error::argument("energy", given, "finite wherever walkers can be"));
        }
        let [forward, reverse] = works.map(Array1::from_vec);
        let temperature = self.temperature;
        let (time, seed) = (self.time, self.seed.number());
        Ok(WorkSamples { forward, reverse, free_energy, temperature, time, steps, seed, complete })
    }

    fn equilibrium(&self, lambda: f64) -> Result<Option<Equilibrium>> {
        self.potential.equilibrium(lambda, self.temperature)
    }

    /// The work of one run, or none if the deadline passes on its way.
    fn work(
        &self,
        steps: usize,
        reverse: bool,
        start: Option<&Equilibrium>,
        seed: Seed,
        deadline: &Deadline,
    ) -> Option<f64> {
        let mut generator = seed.generator();
        let (t, rest) = (self.temperature, self.time / steps as f64);
        let at = |k: usize| {
            let part = k as f64 / steps as f64;
            if reverse { 1.0 - part } else { part }
        };
        let mut x = self.potential.start(at(0), t, start, &mut generator);
        let mut work = 0.0;
        for k in 1..=steps {
            if k.is_multiple_of(LOOK) && deadline.passed() {
                return None;
            }
            let (before, after) = (at(k - 1), at(k));
            work += self.potential.energy(x, after) - self.potential.energy(x, before);
            // After the last change nothing depends on the walker any more.
            if k < steps {
                x = self.potential.relax(x, after, t, rest, &mut generator);
            }
        }
        Some(work)
    }

    fn check(&self) -> Result<usize> {
        require_positive("temperature", self.temperature)?;
        require_positive("time", self.time)?;
        if self.samples < MIN_SERIES {
            return Err(Error::argument("samples", self.samples, format!("at least {MIN_SERIES}")));
        }
        require_numbers("The works of all runs", &[2, self.samples])?;
        let steps = require_count("steps", self.steps, 1)?;
        require_numbers("The steps of a run", &[steps])?;
        Ok(steps)
    }
}
