//! Sampling a machine, free or with some units clamped.

use std::fmt;

use crate::boltzmann::BoltzmannMachine;
use crate::boltzmann::chain::{Chain, Cooling, Walk};
use crate::boltzmann::states::number;
use crate::error::{Error, Result, require_positive};
use crate::frame::Frame;
use crate::ndarray::{Array2, s};
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::sample::{Schedule, sweeps};
use crate::setters::setters;
use crate::stats::mean_and_error;

/// The most values that samples may have: 1 GiB.
const MAX_VALUES: usize = 1 << 30;

/// What a chain takes besides its states, whose units are a byte each.
const CHAIN_BYTES: usize = 256;

/// Settings of sampling; [`run`](Self::run) gives the states.
///
/// Independent chains start with random units and are annealed to the machine's temperature; in a sweep each unit that is not clamped is set once, in
/// order, by its sigmoid. Both codings of a machine walk alike: the same seed gives the same units on.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let machine = BoltzmannMachine::new(Coding::Binary, 3, 1)?.randomized(1.0, 1)?;
/// let samples = machine.sample().sweeps(50).seed(2).run()?;
/// assert_eq!(samples.states.dim(), (100 * 50, 4));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct BoltzmannSampling {
    machine: BoltzmannMachine,
    clamped: Vec<(usize, i8)>,
    chains: i64,
    thermalization: i64,
    sweeps: i64,
    hot: Option<f64>,
    schedule: Schedule,
    seed: Seed,
    deadline: Option<f64>,
}

/// States drawn from a machine.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
/// let samples: BoltzmannSamples = machine.sample().clamp(&[(0, 1)]).run()?;
/// assert!(samples.complete && samples.visible().column(0).iter().all(|&s| s == 1));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct BoltzmannSamples {
    /// The states, one a row with a column for each unit, clamped ones included: all of the first chain, then all of the second, ….
    pub states: Array2<i8>,
    /// How many chains there are, each with as many rows.
    pub chains: usize,
    /// One row per sweep, from the start of the cooling: `sweep`, `temperature`, `energy` (mean over the chains, of the whole machine), `energy_err`.
    pub trace: DataFrame,
    /// Whether all sweeps were done before the deadline.
    pub complete: bool,
    machine: BoltzmannMachine,
    exact: bool,
}

impl BoltzmannMachine {
    /// Settings of sampling from this machine.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
    /// assert_eq!(machine.sample().chains(4).sweeps(5).run()?.states.nrows(), 20);
    /// # Ok(())
    /// # }
    /// ```
    pub fn sample(&self) -> BoltzmannSampling {
        BoltzmannSampling {
            machine: self.clone(),
            clamped: Vec::new(),
            chains: 100,
            thermalization: 100,
            sweeps: 100,
            hot: None,
            schedule: Schedule::default(),
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl BoltzmannSampling {
    /// Units that are held at a value: pairs of the unit and the value; default none.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let pair = BoltzmannMachine::new(Coding::Binary, 2, 0)?.with_parameters(&array![0.0, 0.0, 9.0])?;
    /// let samples = pair.sample().clamp(&[(0, 1)]).run()?;
    /// assert!(samples.states.column(1).iter().filter(|&&s| s == 1).count() > 9_900);
    /// # Ok(()) }
    /// ```
    pub fn clamp(&self, values: &[(usize, i8)]) -> Self {
        Self { clamped: values.to_vec(), ..self.clone() }
    }

    /// Sweeps before the first state is kept start at this temperature and cool down to the machine's; by default they all are at the machine's.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let machine = BoltzmannMachine::new(Coding::Spin, 3, 0)?;
    /// let samples = machine.sample().annealed_from(4.0).run()?;
    /// let t = samples.trace.values("temperature")?;
    /// assert!(t[0] > 3.5 && t[199] == 1.0);
    /// # Ok(()) }
    /// ```
    pub fn annealed_from(&self, hot: f64) -> Self {
        Self { hot: Some(hot), ..self.clone() }
    }

    /// How the temperature falls; default [`Schedule::Geometric`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let cooled = BoltzmannMachine::new(Coding::Spin, 3, 0)?.sample().annealed_from(4.0);
    /// let half = |schedule| -> statmech::Result<f64> {
    ///     Ok(cooled.schedule(schedule).run()?.trace.values("temperature")?[50])
    /// };
    /// assert!(half(Schedule::Geometric)? < half(Schedule::Linear)?);
    /// # Ok(()) }
    /// ```
    pub fn schedule(&self, schedule: Schedule) -> Self {
        Self { schedule, ..self.clone() }
    }

    setters! { "BoltzmannMachine::new(Coding::Spin, 3, 0)?.sample()":
        /// Independent chains, at least 2; default 100.
        chains;
        /// Sweeps of each chain before the first state is kept; default 100.
        thermalization;
        /// Sweeps after that, each of which gives a state of each chain; default 100.
        sweeps;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which the states so far are returned with `complete` false; default none.
        deadline;
    }

    /// Runs the chains.
    ///
    /// # Errors
    /// If there are fewer than 2 chains, `sweeps` is below 1, `thermalization` is below 0, the temperature to start from is not finite or below the
    /// machine's, a clamped unit or value is not one of the machine, or the states need more than 1 GiB.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Spin, 3, 0)?;
    /// assert!(machine.sample().annealed_from(4.0).run().is_ok() && machine.sample().annealed_from(0.5).run().is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn run(&self) -> Result<BoltzmannSamples> {
        let machine = &self.machine;
        let count = sweeps("sweeps", self.sweeps, 1)?;
        let before = sweeps("thermalization", self.thermalization, 0)?;
        let cooling = Cooling { hot: self.hot()?, sweeps: before, schedule: self.schedule };
        let chains = sweeps("chains", self.chains, 2)?;
        self.check_size(chains, count.saturating_add(before), count)?;
        let fixed = machine.fixed(&self.clamped)?;
        let deadline = Deadline::new(self.deadline)?;
        let model = machine.pair_model()?;
        let units: Vec<usize> = (0..machine.n_units()).filter(|&i| fixed[i].is_none()).collect();
        let spins: Vec<i8> = fixed.iter().map(|s| if *s == Some(1) { 1 } else { -1 }).collect();
        let walk = Walk { model: &model, units: &units, temperature: machine.temperature };
        let mut walkers: Vec<Chain> = (0..chains as u64)
            .map(|k| Chain::new(spins.clone(), &units, self.seed.child(k)))
            .collect();
        let mut kept = vec![Vec::new(); chains];
        let mut trace = Trace::default();
        let total = before + count;
        let mut progress = Progress::new("sweeps", total);
        let mut complete = true;
        for sweep in 0..total {
            // After the deadline one state of each chain is still taken.
            let late = deadline.passed() && sweep < total - 1;
            let temperature = if late {
                machine.temperature
            } else {
                cooling.temperature(sweep, machine.temperature)
            };
            let keep = sweep >= before || late;
            let energies: Vec<f64> = walkers
                .par_iter_mut()
                .zip(&mut kept)
                .with_min_len(16)
                .map(|(chain, kept)| {
                    chain.sweep(&walk, temperature);
                    if keep {
                        kept.extend_from_slice(&chain.spins);
                    }
                    chain.energy(&model) - machine.constant()
                })
                .collect();
            trace.push(sweep, temperature, &energies);
            progress.add(1);
            if late {
                progress.stopped();
                complete = false;
                break;
            }
        }
        let values: Vec<i8> =
            kept.concat().into_iter().map(|s| machine.coding.value(s == 1)).collect();
        let shape = (values.len() / machine.n_units(), machine.n_units());
        let states = Array2::from_shape_vec(shape, values).map_err(|_| {
            Error::argument("states", "rows of different length", "of equal length")
        })?;
        let exact = self.clamped.is_empty();
        let trace = trace.frame()?;
        Ok(BoltzmannSamples { states, chains, trace, complete, machine: machine.clone(), exact })
    }

    fn hot(&self) -> Result<f64> {
        let cold = self.machine.temperature;
        let hot = require_positive("temperature", self.hot.unwrap_or(cold))?;
        if hot < cold {
            let allowed = format!("at least the machine's, {cold}");
            return Err(Error::argument("temperature to anneal from", hot, allowed));
        }
        Ok(hot)
    }

    fn check_size(&self, chains: usize, total: usize, count: usize) -> Result<()> {
        let each = self.machine.n_units().saturating_mul(count).saturating_add(CHAIN_BYTES);
        let values = chains.saturating_mul(each);
        if values > MAX_VALUES || total > MAX_VALUES / 32 {
            return Err(Error::TooLarge {
                what: format!("A sample of {chains} chains and {total} sweeps"),
                needs: format!("{values} values"),
                limit: format!("{MAX_VALUES} values and {} sweeps", MAX_VALUES / 32),
                advice: "Take fewer chains or sweeps.".to_owned(),
            });
        }
        Ok(())
    }
}

impl BoltzmannSamples {
    /// The visible units of the states, one state a row.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 3)?;
    /// assert_eq!(machine.sample().run()?.visible().ncols(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn visible(&self) -> Array2<i8> {
        self.states.slice(s![.., ..self.machine.visible]).to_owned()
    }

    /// How often each visible state came: `state`, `probability`, `probability_err` (from the scatter between chains) and, for few enough units and
    /// if none was clamped, `probability_exact`.
    ///
    /// # Errors
    /// Beyond [`MAX_PROBABILITIES`](crate::exact::MAX_PROBABILITIES) visible units.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let coin = BoltzmannMachine::new(Coding::Binary, 1, 0)?.sample().run()?.frequencies()?;
    /// assert!((coin.values("probability")?[1] - 0.5).abs() < 4.0 * coin.values("probability_err")?[1]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn frequencies(&self) -> Result<DataFrame> {
        let names = self.machine.visible_names()?;
        let rows = self.states.nrows() / self.chains;
        let mut shares = vec![vec![0.0; self.chains]; names.len()];
        for (k, state) in self.states.outer_iter().enumerate() {
            let visible = state.iter().take(self.machine.visible);
            shares[number(visible)][k / rows] += 1.0 / rows as f64;
        }
        let found: Vec<(f64, f64)> = shares
            .iter()
            .map(|share| mean_and_error(share).unwrap_or((f64::NAN, f64::NAN)))
            .collect();
        let (mean, error): (Vec<f64>, Vec<f64>) = found.into_iter().unzip();
        let frame = df!("state" => names, "probability" => mean, "probability_err" => error)?;
        if self.exact && self.machine.n_units() <= crate::exact::MAX_PROBABILITIES {
            let exact = self.machine.distribution()?.probabilities().to_vec();
            return frame.with_values("probability_exact", exact);
        }
        Ok(frame)
    }
}

#[derive(Default)]
struct Trace {
    sweeps: Vec<u64>,
    temperatures: Vec<f64>,
    energies: Vec<f64>,
    errors: Vec<f64>,
}

impl Trace {
    fn push(&mut self, sweep: usize, temperature: f64, energies: &[f64]) {
        let (mean, error) = mean_and_error(energies).unwrap_or((f64::NAN, f64::NAN));
        self.sweeps.push(sweep as u64 + 1);
        self.temperatures.push(temperature);
        self.energies.push(mean);
        self.errors.push(error);
    }

    fn frame(self) -> Result<DataFrame> {
        Ok(df!(
            "sweep" => self.sweeps,
            "temperature" => self.temperatures,
            "energy" => self.energies,
            "energy_err" => self.errors,
        )?)
    }
}

impl fmt::Debug for BoltzmannSampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { machine, chains, sweeps, clamped, .. } = self;
        let clamped = clamped.len();
        write!(
            f,
            "BoltzmannSampling({machine:?}, {chains} chains × {sweeps} sweeps, {clamped} units clamped)"
        )
    }
}

impl fmt::Debug for BoltzmannSamples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, units) = self.states.dim();
        let cut = if self.complete { "" } else { ", stopped by the deadline" };
        write!(
            f,
            "BoltzmannSamples({rows} states of {units} units from {} chains{cut})",
            self.chains
        )
    }
}
