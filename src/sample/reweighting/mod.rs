//! One run's data at other temperatures: single and multiple histogram reweighting.

mod average;
mod histogram;
mod peak;
mod solve;

use std::fmt;

use crate::error::{Error, Result, require_finite, require_positive, require_temperatures};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::sample::reweighting::average::{Averages, Measured, Weighted, Weights};
use crate::sample::reweighting::histogram::Histogram;
use crate::sample::reweighting::solve::Problem;
use crate::sample::series::{TimeSeries, slowest};
use crate::spin::binder;
use crate::stats::{Estimate, MIN_SERIES, estimate};

pub use peak::Peak;

/// A temperature is supported by the data if at least so many independent values count there.
const MIN_EFFECTIVE: f64 = 32.0;

/// The most series: the work grows with their square.
const MAX_MERGED: usize = 256;

/// About so many blocks in all are left out one at a time for the errors.
const BLOCKS: usize = 512;

/// A reference at infinite temperature.
const ALL_STATES: f64 = 0.0;

/// Thermal averages at any temperature between (and somewhat beyond) those of one or more measured series.
///
/// A state of energy E, drawn at some of the temperatures 1/β_k, has at 1/β the weight
///
/// w ∝ exp(−βE)/Σ_k n_k exp(f_k − β_k E), with exp(−f_i) = Σ exp(−β_i E)/Σ_k n_k exp(f_k − β_k E)
///
/// over all measured states, where f_k = −ln Z(β_k) up to a common constant. n_k is the effective number of values of series k, n/(2τ), and
/// each value counts 1/(2τ) (τ: the longer of the energy's and |m|'s). For one series this is A. M. Ferrenberg and R. H. Swendsen, Phys. Rev. Lett. 61, 2635 (1988); for several it
/// is their multiple-histogram method, Phys. Rev. Lett. 63, 1195 (1989), which as written here, without bins, is the multistate Bennett
/// acceptance ratio of M. R. Shirts and J. D. Chodera, J. Chem. Phys. 129, 124105 (2008), eq. 11. States of equal energy are summed
/// first; more than 8192 different energies are gathered in so many bins. The f_k are found by Newton's method to 1e-10.
///
/// Temperatures with fewer than 32 independent values are refused. Of states that no run has visited neither this number nor an error knows:
/// give it equilibrated series, with temperatures close enough to share their energies.
///
/// Errors are a jackknife over 8 to 64 blocks of every series, of 20 τ each where it is long enough, with the f_k solved again each time.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let ising = Ising::square(8)?;
/// let runs = ising.scan([2.2, 2.4, 2.6]).sweeps(4_000).seed(1).run_series()?;
/// let reweighting = Reweighting::new(&runs)?;
/// let curve = reweighting.frame(&linspace(2.2, 2.6, 21))?;
/// let peak = reweighting.maximum("heat_capacity", 2.2, 2.6)?;
/// assert_eq!(curve.height(), 21);
/// assert!((peak.temperature - 2.35).abs() < 0.1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Reweighting {
    n_spins: usize,
    symmetric: bool,
    /// Hot to cold.
    temperatures: Vec<f64>,
    values: usize,
    weighted: Weighted,
    /// β and ln Z there, where it is known.
    reference: Option<(f64, f64)>,
    deadline: Option<f64>,
}

/// The names and functions of the quantities that depend on no reference.
type Quantity = (&'static str, fn(&Averages, &Reweighting) -> f64);

const QUANTITIES: [Quantity; 7] = [
    ("energy", |x, all| (all.weighted.ground() + x.energy) / all.n()),
    ("heat_capacity", |x, all| x.energy_variance * x.beta * x.beta / all.n()),
    ("magnetization", |x, _| x.m),
    ("abs_magnetization", |x, _| x.abs_m),
    ("susceptibility", |x, all| (x.m2 - x.abs_m * x.abs_m).max(0.0) * x.beta * all.n()),
    ("susceptibility_full", |x, all| {
        let squared = if all.symmetric { 0.0 } else { x.m * x.m };
        (x.m2 - squared).max(0.0) * x.beta * all.n()
    }),
    ("binder", |x, _| binder(x.m2, x.m4)),
];

impl Reweighting {
    /// Merges series of one model at any temperatures, in any order; two may have the same one.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let ising = Ising::square(8)?;
    /// let one = ising.simulation(2.5)?.measure(4_000)?;
    /// let other = ising.simulation(2.7)?.seed(1).measure(4_000)?;
    /// assert!(Reweighting::new(&[one, other])?.frame(&[2.6])?.values("ess")?[0] > 32.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no series or there are more than 256, they differ in the number of spins or one of them has a field and another not, one is shorter than
    /// [`MIN_SERIES`] or makes no sense, all together count as fewer than 32 independent values, or neighbouring ones hardly share
    /// an energy: when the error of ln Z's difference between the colder and the hotter ones would be above ½.
    pub fn new(series: &[TimeSeries]) -> Result<Self> {
        check(series)?;
        let mut sorted = series.to_vec();
        sorted.sort_by(|a, b| b.temperature.total_cmp(&a.temperature));
        let runs = sorted.iter().map(inefficiency).collect::<Result<Vec<_>>>()?;
        let weights: Vec<f64> = runs.iter().map(|run| 0.5 / run.tau).collect();
        let most = (BLOCKS / sorted.len()).clamp(8, 64);
        let blocks: Vec<usize> = runs
            .iter()
            .map(|run| ((run.n as f64 / (20.0 * run.tau)) as usize).clamp(8, most))
            .collect();
        let histogram = Histogram::new(&sorted, &weights, &blocks);
        let n_spins = sorted[0].n_spins;
        let numbers: Vec<f64> =
            runs.iter().zip(&weights).map(|(run, w)| run.n as f64 * w).collect();
        let effective: f64 = numbers.iter().sum();
        if effective < MIN_EFFECTIVE {
            let given = format!("{effective:.0} independent values in all");
            let allowed = format!("so long that they count as {MIN_EFFECTIVE} or more");
            return Err(Error::argument("series", given, allowed));
        }
        let means: Vec<f64> =
            runs.iter().map(|run| run.mean * n_spins as f64 - histogram.ground).collect();
        let betas: Vec<f64> = sorted.iter().map(|run| 1.0 / run.temperature).collect();
        let counts: Vec<f64> = histogram.sums.iter().map(|sums| sums[0]).collect();
        let problem = Problem {
            levels: &histogram.levels,
            counts: &counts,
            numbers: &numbers,
            betas: &betas,
            means: &means,
        };
        let solution = problem.solve()?;
        Ok(Self {
            n_spins,
            symmetric: sorted[0].symmetric,
            temperatures: sorted.iter().map(|run| run.temperature).collect(),
            values: runs.iter().map(|run| run.n).sum(),
            weighted: Weighted::new(histogram, &solution, &numbers),
            reference: None,
            deadline: None,
        })
    }

    /// A temperature at which ln Z of the whole system is known, from which [`frame`](Self::frame) counts; infinity for 2^N states.
    ///
    /// Default: infinity, if the data reach so far; otherwise none, and `ln_z` and `free_energy` are missing values.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let ising = Ising::square(4)?;
    /// let runs = ising.scan([2.5]).sweeps(4_000).run_series()?;
    /// let reweighting = Reweighting::new(&runs)?.reference(2.5, ising.kaufman(2.5)?.ln_z)?;
    /// let frame = reweighting.frame(&[2.6])?;
    /// assert!((frame.values("ln_z")?[0] - ising.kaufman(2.6)?.ln_z).abs() < 0.01);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the temperature is not above 0, the data do not support it, or `ln_z` is not finite.
    pub fn reference(&self, temperature: f64, ln_z: f64) -> Result<Self> {
        require_finite("ln_z", ln_z)?;
        if temperature.is_nan() || temperature <= 0.0 {
            return Err(Error::argument("temperature", temperature, "a number above 0"));
        }
        let beta = 1.0 / temperature;
        self.supported(beta)?;
        Ok(Self { reference: Some((beta, ln_z)), ..self.clone() })
    }

    /// A limit in seconds for [`frame`](Self::frame), after which its later rows are missing values; default none.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let runs = Ising::square(8)?.scan([2.5]).sweeps(4_000).run_series()?;
    /// let reweighting = Reweighting::new(&runs)?.deadline(60.0);
    /// assert_eq!(reweighting.frame(&[2.4, 2.6])?.column("energy")?.null_count(), 0);
    /// # Ok(()) }
    /// ```
    pub fn deadline(&self, seconds: f64) -> Self {
        Self { deadline: Some(seconds), ..self.clone() }
    }

    /// The averages at these temperatures, per spin except `ln_z`.
    ///
    /// Columns: `temperature`; `energy`, `heat_capacity`, `magnetization`, `abs_magnetization`, `susceptibility`,
    /// `susceptibility_full`, `binder` as [`Thermodynamics`](crate::exact::Thermodynamics) defines them, then `ln_z` and `free_energy`
    /// counted from the [`reference`](Self::reference), each followed by `_err`; `ess`, the number of independent values that count at
    /// this temperature, (Σw)²/Σw²; `complete`, false where the deadline left missing values.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let runs = Ising::square(8)?.scan([2.5]).sweeps(4_000).run_series()?;
    /// let frame = Reweighting::new(&runs)?.frame(&linspace(2.45, 2.55, 11))?;
    /// assert_eq!(frame.height(), 11);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If a temperature is not a finite number above 0 or is not supported by the data, with fewer than 32 independent values: the
    /// message gives the range that is.
    pub fn frame(&self, temperatures: &[f64]) -> Result<DataFrame> {
        require_temperatures(temperatures)?;
        for &t in temperatures {
            self.supported(1.0 / t)?;
        }
        let deadline = Deadline::new(self.deadline)?;
        let mut progress = Progress::new("temperatures", temperatures.len());
        let reference = self.reference_averages();
        let mut columns = vec![(Vec::new(), Vec::new()); QUANTITIES.len() + 2];
        let (mut ess, mut complete) = (Vec::new(), Vec::new());
        for &t in temperatures {
            if deadline.passed() {
                ess.push(None);
                complete.push(false);
                for (values, errors) in &mut columns {
                    values.push(None);
                    errors.push(None);
                }
                continue;
            }
            let weights = self.weighted.weights(1.0 / t);
            let cells = self.row(&weights, reference.as_ref());
            for ((values, errors), cell) in columns.iter_mut().zip(cells) {
                values.push(cell.map(|cell| cell.value));
                errors.push(cell.map(|cell| cell.error));
            }
            ess.push(Some(weights.ess));
            complete.push(true);
            progress.add(1);
        }
        let mut frame = df!("temperature" => temperatures.to_vec())?;
        let names = QUANTITIES.iter().map(|quantity| quantity.0).chain(["ln_z", "free_energy"]);
        for (name, (values, errors)) in names.zip(columns) {
            frame.with_column(Column::new(name.into(), values))?;
            frame.with_column(Column::new(format!("{name}_err").into(), errors))?;
        }
        frame.with_column(Column::new("ess".into(), ess))?;
        frame.with_column(Column::new("complete".into(), complete))?;
        Ok(frame)
    }

    /// ln Z(T₁) − ln Z(T₂) of the whole system.
    ///
    /// `ess` is the smaller number of independent values of the two temperatures, and `tau` what it makes of `n`, all values together.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let ising = Ising::square(4)?;
    /// let runs = ising.scan([2.5, 3.0, 3.5]).sweeps(4_000).run_series()?;
    /// let difference = Reweighting::new(&runs)?.ln_z_difference(2.5, 3.5)?;
    /// let exact = ising.enumerate()?;
    /// let exact = exact.at(2.5)?.ln_z - exact.at(3.5)?.ln_z;
    /// assert!((difference.mean - exact).abs() < 4.0 * difference.error);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If a temperature is not a finite number above 0, or is not supported by the data.
    pub fn ln_z_difference(&self, t1: f64, t2: f64) -> Result<Estimate> {
        let first = self.supported(1.0 / require_positive("t1", t1)?)?;
        let second = self.supported(1.0 / require_positive("t2", t2)?)?;
        let ess = first.ess.min(second.ess);
        let (one, other) = (self.both(&first), self.both(&second));
        let difference = self.difference(&one, &other, 0.0);
        let tau = self.values as f64 / (2.0 * ess);
        Ok(Estimate::new(difference.value, difference.error, tau, None, self.values))
    }

    /// The lowest and the highest temperature that the data support, with 32 independent values or more; infinity where they reach
    /// so far. Gaps between are possible, and are refused when met.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let runs = Ising::square(8)?.scan([2.5]).sweeps(4_000).run_series()?;
    /// let (low, high) = Reweighting::new(&runs)?.range();
    /// assert!(low < 2.5 && 2.5 < high);
    /// # Ok(())
    /// # }
    /// ```
    pub fn range(&self) -> (f64, f64) {
        let last = self.temperatures.len() - 1;
        let (hot, cold) = (1.0 / self.temperatures[0], 1.0 / self.temperatures[last]);
        let ok = |beta: f64| self.weighted.weights(beta).ess >= MIN_EFFECTIVE;
        let low = if ok(0.0) { 0.0 } else { border(hot, 0.0, ok) };
        // The ground state alone may support all lower temperatures.
        let mut high = cold;
        while ok(2.0 * high) && high < 1e6 * cold {
            high *= 2.0;
        }
        (1.0 / border(high, 2.0 * high, ok), 1.0 / low)
    }

    fn n(&self) -> f64 {
        self.n_spins as f64
    }

    /// The weights at β, if the data support it.
    fn supported(&self, beta: f64) -> Result<Weights> {
        let weights = self.weighted.weights(beta);
        // Where β is so large that all weights underflow, the number is not one.
        if weights.ess >= MIN_EFFECTIVE {
            return Ok(weights);
        }
        let (low, high) = self.range();
        Err(Error::argument(
            "temperature",
            format!("{} with {:.1} independent values", 1.0 / beta, weights.ess),
            format!(
                "where the data count as {MIN_EFFECTIVE} independent values or more, between {low:.4} and {high:.4}"
            ),
        ))
    }

    fn both(&self, weights: &Weights) -> (Averages, Vec<Averages>) {
        (self.weighted.whole(weights), self.weighted.without_blocks(weights))
    }

    /// ln Z of the whole system at the first temperature less that at the second, plus a constant.
    fn difference(
        &self,
        one: &(Averages, Vec<Averages>),
        other: &(Averages, Vec<Averages>),
        constant: f64,
    ) -> Measured {
        // Energies were counted from the lowest.
        let shift = constant - (one.0.beta - other.0.beta) * self.weighted.ground();
        let without: Vec<f64> =
            one.1.iter().zip(&other.1).map(|(one, other)| one.ln_z - other.ln_z).collect();
        Measured { value: one.0.ln_z - other.0.ln_z + shift, error: self.weighted.error(&without) }
    }

    /// The averages at the reference and ln Z there, if there is one.
    fn reference_averages(&self) -> Option<((Averages, Vec<Averages>), f64)> {
        let known = self.reference.unwrap_or((ALL_STATES, self.n() * std::f64::consts::LN_2));
        let weights = self.weighted.weights(known.0);
        (weights.ess >= MIN_EFFECTIVE).then(|| (self.both(&weights), known.1))
    }

    /// All quantities in the order of the frame's columns.
    fn row(
        &self,
        weights: &Weights,
        reference: Option<&((Averages, Vec<Averages>), f64)>,
    ) -> Vec<Option<Measured>> {
        let here = self.both(weights);
        let mut cells: Vec<_> = QUANTITIES
            .iter()
            .map(|(_, function)| {
                Some(self.weighted.measured(&here.0, &here.1, |x| function(x, self)))
            })
            .collect();
        let ln_z = reference.map(|(there, ln_z)| self.difference(&here, there, *ln_z));
        let per_spin = 1.0 / (here.0.beta * self.n());
        let free_energy = ln_z
            .map(|ln_z| Measured { value: -ln_z.value * per_spin, error: ln_z.error * per_spin });
        cells.extend([ln_z, free_energy]);
        cells
    }
}

impl fmt::Debug for Reweighting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, sweeps, n) = (self.temperatures.len(), self.values, self.n_spins);
        let (high, low) = (self.temperatures[0], self.temperatures[count - 1]);
        write!(f, "Reweighting({count} series, {sweeps} sweeps of {n} spins, T = {low} to {high})")
    }
}

/// Between a supported β and another one, the supported one nearest to the other.
fn border(mut inside: f64, mut outside: f64, ok: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..40 {
        let middle = 0.5 * (inside + outside);
        if ok(middle) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    inside
}

fn check(series: &[TimeSeries]) -> Result<()> {
    let Some(first) = series.first() else {
        return Err(Error::argument("series", "an empty list", "at least one series"));
    };
    if series.len() > MAX_MERGED {
        return Err(Error::argument(
            "series",
            series.len(),
            format!("at most {MAX_MERGED} of them"),
        ));
    }
    for run in series {
        run.check()?;
        if run.len() < MIN_SERIES {
            let allowed = format!("at least {MIN_SERIES} sweeps long each");
            return Err(Error::argument("series", format!("one of {} sweeps", run.len()), allowed));
        }
        if run.n_spins != first.n_spins || run.symmetric != first.symmetric {
            let given = format!("{run:?} beside {first:?}");
            return Err(Error::argument("series", given, "measured on one model"));
        }
    }
    Ok(())
}

/// The energy's estimate, with the longer autocorrelation time of energy and |m|, that of m too where there is a field.
fn inefficiency(run: &TimeSeries) -> Result<Estimate> {
    let energy = estimate(&run.energy)?;
    let absolute: Vec<f64> = run.magnetization.iter().map(|m| m.abs()).collect();
    let absolute = estimate(&absolute)?;
    let tau = if energy.error > 0.0 && absolute.error > 0.0 {
        slowest(&[energy, absolute])
    } else {
        // A frozen run counts as one value, whatever froze.
        energy.tau.max(absolute.tau)
    };
    Ok(Estimate { tau, ..energy })
}
