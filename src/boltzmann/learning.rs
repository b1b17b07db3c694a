//! Learning: settings and the run.

use std::fmt;

use crate::boltzmann::chain::Cooling;
use crate::boltzmann::exact::{divergence, gradient};
use crate::boltzmann::joint::Joint;
use crate::boltzmann::learned::{BoltzmannLearned, State};
use crate::boltzmann::phases::{Chains, Data, Plan, sweeps_of_an_epoch};
use crate::boltzmann::{BoltzmannGradient, BoltzmannMachine, Phases};
use crate::error::{Error, Result, require_finite, require_positive};
use crate::information::Distribution;
use crate::ndarray::{Array1, Array2, Axis};
use crate::operator::dense::solve_positive;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::sample::{Schedule, sweeps};
use crate::setters::setters;

/// Up to so many units the divergence is followed exactly while averages are sampled.
const FOLLOWED: usize = 14;

/// What the natural gradient adds to the diagonal of Fisher's matrix, in units of its mean.
const DAMPING: f64 = 1e-6;

/// Settings of learning; [`run`](Self::run) gives the machine and the record.
///
/// In every epoch the parameters climb the log-likelihood of the data: with velocity v ← μ v + η (g − λ W), parameters ← parameters + v, where g =
/// (⟨φ⟩_clamped − ⟨φ⟩_free)/T over all data, η is the learning rate, μ the momentum, and λ the weight decay (of weights, not of biases). Hidden units
/// need a start that is not symmetric: [`randomized`](BoltzmannMachine::randomized) weights.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let target = Distribution::from_weights([4.0, 1.0, 1.0, 2.0])?;
/// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
/// let learned = machine.learn_distribution(&target)?.epochs(200).run()?;
/// assert!(learned.machine.kl(&target)? < 1e-6);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct BoltzmannLearning {
    machine: BoltzmannMachine,
    data: Data,
    phases: Phases,
    learning_rate: f64,
    momentum: f64,
    weight_decay: f64,
    natural: bool,
    epochs: usize,
    record_every: usize,
    chains: i64,
    thermalization: i64,
    sweeps: i64,
    hot: Option<f64>,
    seed: Seed,
    deadline: Option<f64>,
}

impl BoltzmannMachine {
    /// Settings of learning from visible states, one a row.
    ///
    /// # Errors
    /// If there is no row, or one has not a value of the coding for each visible unit.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Binary, 2, 0)?;
    /// assert!(machine.learn(&array![[0, 1], [1, 1]])?.epochs(10).run().is_ok());
    /// assert!(machine.learn(&array![[0, 2]]).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn learn(&self, rows: &Array2<i8>) -> Result<BoltzmannLearning> {
        Ok(self.learning(Data::from_rows(self, rows)?))
    }

    /// Settings of learning a distribution over the [`visible_states`](Self::visible_states).
    ///
    /// # Errors
    /// If there is not a probability for each; beyond [`MAX_PROBABILITIES`](crate::exact::MAX_PROBABILITIES) visible units.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Binary, 2, 0)?;
    /// assert!(machine.learn_distribution(&Distribution::uniform(3)?).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn learn_distribution(&self, target: &Distribution) -> Result<BoltzmannLearning> {
        Ok(self.learning(Data::from_distribution(self, target)?))
    }

    fn learning(&self, data: Data) -> BoltzmannLearning {
        BoltzmannLearning {
            machine: self.clone(),
            data,
            phases: Phases::default(),
            learning_rate: 0.1,
            momentum: 0.0,
            weight_decay: 0.0,
            natural: false,
            epochs: 500,
            record_every: 1,
            chains: 100,
            thermalization: 20,
            sweeps: 10,
            hot: None,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl BoltzmannLearning {
    /// How averages are found; default [`Phases::Exact`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
    /// let learning = machine.learn(&array![[1, 1], [-1, -1], [1, -1]])?.epochs(3);
    /// // Sampled averages have errors, exact ones have none.
    /// let errors = learning.phases(Phases::Persistent).run()?.history.values("gradient_err")?;
    /// assert!(errors[0] > 0.0 && learning.run()?.history.values("gradient_err")?[0] == 0.0);
    /// # Ok(()) }
    /// ```
    pub fn phases(&self, phases: Phases) -> Self {
        Self { phases, ..self.clone() }
    }

    /// The momentum μ, from 0 to below 1; default 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
    /// let learning = machine.learn(&array![[1, 1], [-1, -1], [1, -1]])?.epochs(20);
    /// let (slow, fast) = (learning.run()?, learning.momentum(0.5).run()?);
    /// assert!(fast.history.values("kl")?[20] < slow.history.values("kl")?[20]);
    /// # Ok(()) }
    /// ```
    pub fn momentum(&self, momentum: f64) -> Self {
        Self { momentum, ..self.clone() }
    }

    /// The weight decay λ; default 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
    /// let learning = machine.learn(&array![[1, 1], [-1, -1], [1, -1]])?;
    /// let (free, bound) = (learning.run()?.machine, learning.weight_decay(0.1).run()?.machine);
    /// assert!(0.0 < bound.bonds()[0].2 && bound.bonds()[0].2 < free.bonds()[0].2);
    /// # Ok(()) }
    /// ```
    pub fn weight_decay(&self, decay: f64) -> Self {
        Self { weight_decay: decay, ..self.clone() }
    }

    /// Whether steps follow the natural gradient, the inverse of Fisher's matrix times the gradient (S. Amari, Neural Comput. 10, 251 (1998)), for
    /// [`Phases::Exact`]; default no. Without hidden units this is Newton's method, and a rate of 1 converges quadratically where the target is within reach.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
    /// let learning = machine.learn(&array![[1, 1], [-1, -1], [1, -1], [-1, 1], [1, 1]])?;
    /// let newton = learning.natural_gradient(true).learning_rate(1.0).epochs(8).run()?;
    /// assert!(newton.history.values("kl")?[8] < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn natural_gradient(&self, natural: bool) -> Self {
        Self { natural, ..self.clone() }
    }

    /// The temperature from which chains are annealed; default 5 T.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
    /// let learning = machine.learn(&array![[1, 1]])?.phases(Phases::Annealed).epochs(3);
    /// assert!(learning.annealed_from(10.0).run().is_ok() && learning.annealed_from(0.5).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn annealed_from(&self, hot: f64) -> Self {
        Self { hot: Some(hot), ..self.clone() }
    }

    setters! { "BoltzmannMachine::new(Coding::Spin, 2, 0)?.learn(&array![[1, 1]])?.phases(Phases::Annealed).epochs(3)":
        /// The learning rate η; default 0.1.
        learning_rate;
        /// Passes through all data, each with one step of all parameters; default 500.
        epochs;
        /// The history has a row for every so many epochs, and for the last; default 1.
        record_every;
        /// Chains of the free phase, at least 2, and at least so many (two for each distinct row) of the clamped phase; default 100.
        chains;
        /// Sweeps of annealing before averages are taken, in every epoch or, for persistent chains, in the first; default 20.
        thermalization;
        /// Sweeps over which each chain averages in an epoch; default 10.
        sweeps;
        /// The seed of the chains; default 0.
        seed;
        /// A limit in seconds, after which the machine is as learned so far and `complete` is false; default none.
        deadline;
    }

    /// Learns.
    ///
    /// # Errors
    /// If a setting is out of range; beyond [`MAX_PROBABILITIES`](crate::exact::MAX_PROBABILITIES) units for [`Phases::Exact`]; if parameters grow
    /// beyond all bounds, since the learning rate is too large.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Binary, 3, 1)?.randomized(0.1, 1)?;
    /// let learned = machine.learn(&parity_patterns(2, Coding::Binary)?)?.learning_rate(2.0).momentum(0.9).epochs(400).run()?;
    /// let kl = learned.history.values("kl")?;
    /// assert!(kl[400] < kl[0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn run(&self) -> Result<BoltzmannLearned> {
        self.check()?;
        let exact = self.phases == Phases::Exact;
        let chains = if exact { None } else { Some(self.chains_of(&self.machine)?) };
        let state = State::new(&self.machine, chains);
        self.advance(state, self.epochs)
    }

    /// The gradient of the first step, with its errors where it is sampled.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
    /// let sampled = machine.learn(&array![[1, 1]])?.phases(Phases::Annealed).gradient()?;
    /// assert!((sampled.values[0] - 1.0).abs() < 4.0 * sampled.errors[0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn gradient(&self) -> Result<BoltzmannGradient> {
        self.check()?;
        if self.phases == Phases::Exact {
            return self.exact(&self.machine).map(|found| found.gradient);
        }
        self.chains_of(&self.machine)?.gradient(&self.machine, &self.data, &self.plan()?)
    }

    /// These settings for a run that has begun with others: machine and data stay, and chains begin or end with the need for them.
    pub(super) fn onward(&self, changed: Self, state: &mut State) -> Result<Self> {
        let (machine, data) = (self.machine.clone(), self.data.clone());
        let next = Self { machine, data, ..changed };
        next.check()?;
        if next.phases != self.phases {
            state.pending = None;
            let exact = next.phases == Phases::Exact;
            state.chains = if exact { None } else { Some(next.chains_of(&state.machine)?) };
        }
        Ok(next)
    }

    fn check(&self) -> Result<()> {
        require_positive("learning_rate", self.learning_rate)?;
        if !(0.0..1.0).contains(&self.momentum) {
            return Err(Error::argument("momentum", self.momentum, "from 0 to below 1"));
        }
        if !(require_finite("weight_decay", self.weight_decay)? >= 0.0) {
            return Err(Error::argument("weight_decay", self.weight_decay, "at least 0"));
        }
        for (name, value) in [("epochs", self.epochs), ("record_every", self.record_every)] {
            if value == 0 {
                return Err(Error::argument(name, value, "at least 1"));
            }
        }
        sweeps("chains", self.chains, 2)?;
        if self.natural && self.phases != Phases::Exact {
            return Err(Error::Unsupported {
                what: "The natural gradient".to_owned(),
                why: format!("`Phases::{:?}` does not know Fisher's matrix", self.phases),
                advice: "Use `Phases::Exact`, or the plain gradient with momentum.".to_owned(),
            });
        }
        self.plan().map(|_| ())
    }

    fn chains_of(&self, machine: &BoltzmannMachine) -> Result<Chains> {
        Chains::new(machine, &self.data, sweeps("chains", self.chains, 2)?, self.seed)
    }

    fn plan(&self) -> Result<Plan> {
        let cold = self.machine.temperature;
        let hot = require_positive("temperature to anneal from", self.hot.unwrap_or(5.0 * cold))?;
        if hot < cold {
            let allowed = format!("at least the machine's, {cold}");
            return Err(Error::argument("temperature to anneal from", hot, allowed));
        }
        let before = sweeps_of_an_epoch("thermalization", self.thermalization, 0)?;
        let cooling = Cooling { hot, sweeps: before, schedule: Schedule::Geometric };
        let persistent = self.phases == Phases::Persistent;
        let sweeps = sweeps_of_an_epoch("sweeps", self.sweeps, 1)?;
        Ok(Plan { cooling, sweeps, persistent })
    }

    /// Goes on for so many epochs.
    pub(super) fn advance(&self, mut state: State, epochs: usize) -> Result<BoltzmannLearned> {
        let plan = self.plan()?;
        let deadline = Deadline::new(self.deadline)?;
        let end = state.epoch.saturating_add(epochs);
        let mut progress = Progress::new("epochs", epochs);
        let mut found = match state.pending.take() {
            Some(found) => found,
            None => self.found(&mut state, &plan, end)?,
        };
        let begin = state.epoch;
        while state.epoch < end {
            self.step(&mut state, &found)?;
            found = self.found(&mut state, &plan, end)?;
            progress.add(1);
            if deadline.passed() && state.epoch < end {
                progress.stopped();
                break;
            }
        }
        let complete = state.epoch == begin.saturating_add(epochs);
        state.pending = Some(found);
        if !complete && state.history.last() != Some(state.epoch) {
            self.record(&mut state)?;
        }
        BoltzmannLearned::new(self.clone(), state, complete)
    }

    /// The gradient at the present parameters, and a row of the history if it is time for one.
    fn found(&self, state: &mut State, plan: &Plan, end: usize) -> Result<Found> {
        let found = match &mut state.chains {
            None => self.exact(&state.machine)?,
            Some(chains) => {
                Found { gradient: chains.gradient(&state.machine, &self.data, plan)?, kl: None }
            }
        };
        if state.epoch.is_multiple_of(self.record_every) || state.epoch == end {
            let kl = found.kl.map_or_else(|| self.followed(&state.machine), |kl| Ok(Some(kl)))?;
            state.history.push(state.epoch, &state.machine, &found.gradient, kl, self.entropy());
        }
        Ok(found)
    }

    /// The row of an epoch that a deadline made the last.
    fn record(&self, state: &mut State) -> Result<()> {
        if let Some(found) = &state.pending {
            let kl = found.kl.map_or_else(|| self.followed(&state.machine), |kl| Ok(Some(kl)))?;
            state.history.push(state.epoch, &state.machine, &found.gradient, kl, self.entropy());
        }
        Ok(())
    }

    fn entropy(&self) -> f64 {
        -self.data.weights.iter().map(|w| w * w.ln()).sum::<f64>()
    }

    fn exact(&self, machine: &BoltzmannMachine) -> Result<Found> {
        let joint = Joint::of(machine)?;
        let target = self.target()?;
        let gradient = gradient(machine, &joint, target);
        Ok(Found { gradient, kl: Some(divergence(target, &joint.visible_logs)) })
    }

    fn followed(&self, machine: &BoltzmannMachine) -> Result<Option<f64>> {
        if machine.n_units() > FOLLOWED { Ok(None) } else { machine.kl(self.target()?).map(Some) }
    }

    fn target(&self) -> Result<&Distribution> {
        self.data.target.as_ref().ok_or_else(|| Error::TooLarge {
            what: format!("Exact learning with {} visible units", self.machine.visible),
            needs: "a probability for each of their states".to_owned(),
            limit: format!("those of {} units", crate::exact::MAX_PROBABILITIES),
            advice: "Use `Phases::Persistent` or `Phases::Annealed`.".to_owned(),
        })
    }

    /// One step of the parameters.
    fn step(&self, state: &mut State, found: &Found) -> Result<()> {
        let n = state.machine.n_units();
        let mut direction = found.gradient.values.clone();
        let parameters = &state.machine.parameters;
        for (k, w) in parameters.iter().enumerate().skip(n) {
            direction[k] -= self.weight_decay * w;
        }
        if self.natural {
            direction = natural(&state.machine, &direction)?;
        }
        state.velocity = &state.velocity * self.momentum + &direction * self.learning_rate;
        let moved = parameters + &state.velocity;
        state.machine = state.machine.with_parameters(&moved).map_err(|_| {
            let allowed =
                format!("smaller: parameters grew beyond bounds in epoch {}", state.epoch + 1);
            Error::argument("learning_rate", self.learning_rate, allowed)
        })?;
        state.epoch += 1;
        Ok(())
    }
}

/// A gradient and, where it is known, the divergence.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub gradient: BoltzmannGradient,
    pub kl: Option<f64>,
}

/// (I + damping)⁻¹ g with Fisher's matrix I.
fn natural(machine: &BoltzmannMachine, gradient: &Array1<f64>) -> Result<Array1<f64>> {
    let mut fisher = machine.fisher()?;
    let damping = DAMPING * fisher.diag().mean().unwrap_or(0.0) + f64::MIN_POSITIVE;
    fisher.diag_mut().iter_mut().for_each(|x| *x += damping);
    let solution = solve_positive(&fisher, &gradient.clone().insert_axis(Axis(1)))?;
    solution.map(|x| x.column(0).to_owned()).ok_or_else(|| Error::Unsupported {
        what: "The natural gradient".to_owned(),
        why: "Fisher's matrix is singular: some parameters no longer change the distribution"
            .to_owned(),
        advice: "Use a weight decay, or the plain gradient.".to_owned(),
    })
}

impl fmt::Debug for BoltzmannLearning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { machine, phases, learning_rate, epochs, data, .. } = self;
        let rows = data.rows.nrows();
        write!(
            f,
            "BoltzmannLearning({machine:?}, {rows} distinct states, {phases:?}, rate {learning_rate}, {epochs} epochs)"
        )
    }
}
