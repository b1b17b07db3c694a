//! All 2^N states of a small system.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result, require_positive};
use crate::exact::thermodynamics::{Sums, Thermodynamics};
use crate::exact::walk::walk;
use crate::notebook::progress::{Deadline, Progress};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::spin::{PairModel, Quanta};

/// The most spins that are enumerated: 2²⁸ states, a few seconds for each walk.
pub const MAX_ENUMERATED: usize = 28;

/// A joint histogram with more cells than this is not kept: each of 256 chunks has one (64 MB in all).
const MAX_CELLS: f64 = 65_536.0;

/// A rough cost of one state in the walk, for the estimate in the error message.
const SECONDS_PER_STATE: f64 = 5e-9;

/// The exact statistics of a system of at most [`MAX_ENUMERATED`] spins.
///
/// Where all energies are integer multiples of one quantum (J = ±1, h = 0.5, …) the number of states at each energy
/// and magnetization is counted once, exactly, and every temperature costs microseconds. Otherwise each temperature walks through
/// all states again (about 2^N · 5 ns per thread).
///
/// Weights are taken relative to the ground state, so low temperatures do not overflow.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let exact = Ising::square(4)?.enumerate()?;
/// assert_eq!(exact.ground_energy(), -32.0);
/// assert_eq!(exact.ground_states(), 2);
/// assert!((exact.at(0.01)?.ln_z - (3200.0 + 2_f64.ln())).abs() < 1e-9);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Enumeration {
    model: Arc<PairModel>,
    quanta: Arc<Quanta>,
    ground: f64,
    ground_states: u64,
    /// States by energy in units and total magnetization, where energies are integers.
    histogram: Option<BTreeMap<(i64, i32), u64>>,
    deadline: Option<f64>,
}

impl Enumeration {
    pub(crate) fn new(model: Arc<PairModel>) -> Result<Self> {
        let n = model.n_spins();
        if n > MAX_ENUMERATED {
            return Err(too_large(n));
        }
        let quanta = Arc::new(Quanta::of(&model));
        let reach = quanta.largest_energy();
        let integers = quanta.max_local.is_some();
        if integers && (2.0 * reach + 1.0) * (n as f64 + 1.0) <= MAX_CELLS {
            Ok(Self::counted(model, quanta, reach as usize))
        } else {
            Ok(Self::walked(model, quanta))
        }
    }

    /// Counts the states of each energy and magnetization.
    fn counted(model: Arc<PairModel>, quanta: Arc<Quanta>, reach: usize) -> Self {
        let columns = model.n_spins() + 1;
        let offset = reach as f64;
        let chunks = walk(
            &model,
            &quanta,
            || vec![0_u32; (2 * reach + 1) * columns],
            |counts, energy, magnetization| {
                let down = (columns as i32 - 1 - magnetization) / 2;
                counts[(energy + offset) as usize * columns + down as usize] += 1;
            },
        );
        let mut histogram = BTreeMap::new();
        for counts in chunks {
            for (cell, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                let energy = (cell / columns) as i64 - reach as i64;
                let magnetization = columns as i32 - 1 - 2 * (cell % columns) as i32;
                *histogram.entry((energy, magnetization)).or_insert(0) += u64::from(count);
            }
        }
        let ground = histogram.keys().next().map_or(0, |key| key.0);
        let ground_states = histogram.range(..(ground + 1, i32::MIN)).map(|(_, count)| count).sum();
        let ground = ground as f64 * quanta.unit;
        Self { model, quanta, ground, ground_states, histogram: Some(histogram), deadline: None }
    }

    /// Finds the ground energy; sums over states are left to each temperature.
    fn walked(model: Arc<PairModel>, quanta: Arc<Quanta>) -> Self {
        let resolution = 1e-12 * quanta.largest_energy();
        let lowest = |best: &mut (f64, u64), energy: f64, count: u64| {
            if energy < best.0 - resolution {
                *best = (energy, count);
            } else if energy <= best.0 + resolution {
                best.1 += count;
            }
        };
        let chunks =
            walk(&model, &quanta, || (f64::INFINITY, 0), |best, energy, _| lowest(best, energy, 1));
        let mut best = (f64::INFINITY, 0);
        for (energy, count) in chunks {
            lowest(&mut best, energy, count);
        }
        let ground = best.0 * quanta.unit;
        Self { model, quanta, ground, ground_states: best.1, histogram: None, deadline: None }
    }

    /// The exact quantities at temperature `t`.
    ///
    /// # Errors
    /// If `t` is not a finite number above 0.
    pub fn at(&self, t: f64) -> Result<Thermodynamics> {
        require_positive("temperature", t)?;
        let sums = match &self.histogram {
            Some(histogram) => {
                let mut sums = Sums::default();
                for (&(energy, magnetization), &count) in histogram {
                    let excitation = energy as f64 * self.quanta.unit - self.ground;
                    let weight = count as f64 * (-excitation / t).exp();
                    sums.add(weight, excitation, f64::from(magnetization));
                }
                sums
            }
            None => self.walk_at(t),
        };
        let mut exact = sums.thermodynamics(t, self.model.n_spins(), self.ground);
        if !self.model.has_field() {
            // By symmetry; the sum leaves rounding errors.
            exact.magnetization = 0.0;
        }
        Ok(exact)
    }

    fn walk_at(&self, t: f64) -> Sums {
        let (unit, ground) = (self.quanta.unit, self.ground);
        let chunks =
            walk(&self.model, &self.quanta, Sums::default, |sums, energy, magnetization| {
                let excitation = energy * unit - ground;
                sums.add((-excitation / t).exp(), excitation, f64::from(magnetization));
            });
        chunks.into_iter().fold(Sums::default(), Sums::merge)
    }

    /// A limit in seconds for [`frame`](Self::frame), which matters where each temperature takes a walk; default none.
    pub fn deadline(&self, seconds: f64) -> Self {
        Self { deadline: Some(seconds), ..self.clone() }
    }

    /// One row per temperature: `temperature`, `ln_z` (whole system), and per spin `free_energy`, `energy`, `heat_capacity`, `entropy`,
    /// `magnetization`, `abs_magnetization`, `susceptibility`, `susceptibility_full`, `binder`. See [`Thermodynamics`].
    ///
    /// After the [`deadline`](Self::deadline) the temperatures left have missing values; the first is always computed.
    ///
    /// # Errors
    /// If there is no temperature, or one, or the deadline, is not a finite number above 0.
    pub fn frame(&self, temperatures: &[f64]) -> Result<DataFrame> {
        if temperatures.is_empty() {
            return Err(Error::argument(
                "temperatures",
                "an empty list",
                "at least one temperature",
            ));
        }
        let deadline = Deadline::new(self.deadline)?;
        let mut progress = Progress::new("temperatures", temperatures.len());
        let mut rows = Vec::with_capacity(temperatures.len());
        for &t in temperatures {
            require_positive("temperature", t)?;
            let late = !rows.is_empty() && deadline.passed();
            rows.push(if late { None } else { Some(self.at(t)?) });
            progress.add(1);
        }
        let column = |value: fn(&Thermodynamics) -> f64| {
            rows.iter().map(|row| row.as_ref().map(value)).collect::<Vec<_>>()
        };
        Ok(df!(
            "temperature" => temperatures,
            "ln_z" => column(|row| row.ln_z),
            "free_energy" => column(|row| row.free_energy),
            "energy" => column(|row| row.energy),
            "heat_capacity" => column(|row| row.heat_capacity),
            "entropy" => column(|row| row.entropy),
            "magnetization" => column(|row| row.magnetization),
            "abs_magnetization" => column(|row| row.abs_magnetization),
            "susceptibility" => column(|row| row.susceptibility),
            "susceptibility_full" => column(|row| row.susceptibility_full),
            "binder" => column(|row| row.binder),
        )?)
    }

    /// The number of states at each energy: columns `total_energy` (of the whole system) and `states`, ascending.
    ///
    /// # Errors
    /// If the energies are not multiples of one quantum (real-valued couplings), since then nearly every level is a single state.
    pub fn density_of_states(&self) -> Result<DataFrame> {
        let Some(histogram) = &self.histogram else {
            return Err(Error::Unsupported {
                what: "The density of states".to_owned(),
                why: "the couplings and fields are not multiples of one quantum of energy"
                    .to_owned(),
                advice: "Use integer couplings, or `at(t)` for thermal averages.".to_owned(),
            });
        };
        let mut levels = BTreeMap::new();
        for (&(energy, _), &count) in histogram {
            *levels.entry(energy).or_insert(0_u64) += count;
        }
        let energies: Vec<f64> = levels.keys().map(|&e| e as f64 * self.quanta.unit).collect();
        let states: Vec<u64> = levels.into_values().collect();
        Ok(df!("total_energy" => energies, "states" => states)?)
    }

    /// The lowest energy E₀, in total.
    pub fn ground_energy(&self) -> f64 {
        self.ground
    }

    /// How many states have the lowest energy (to within 1e-12 of the energy scale).
    pub fn ground_states(&self) -> u64 {
        self.ground_states
    }
}

impl fmt::Debug for Enumeration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (states, ground) = (1_u64 << self.model.n_spins(), self.ground);
        write!(f, "Enumeration({states} states, E0 = {ground} in {} of them)", self.ground_states)
    }
}

fn too_large(n: usize) -> Error {
    let years = SECONDS_PER_STATE * (n as f64).exp2() / 3.156e7;
    let time = match years {
        years if years > 1e6 => "longer than mankind has existed".to_owned(),
        years if years > 1.0 => format!("some {years:.0} years"),
        years if years * 365.25 > 1.0 => format!("some {:.0} days", years * 365.25),
        years => format!("some {:.0} seconds", years * 3.156e7),
    };
    Error::TooLarge {
        what: format!("Enumerating {n} spins"),
        needs: format!("2^{n} states ({time} on one thread)"),
        limit: format!("the {MAX_ENUMERATED} spins allowed"),
        advice: "Sample instead, with `scan(temperatures)` or `simulation(t)`.".to_owned(),
    }
}
