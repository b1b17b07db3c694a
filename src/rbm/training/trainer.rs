//! A machine that learns epoch by epoch, kept between them.

use std::fmt;
use std::path::Path;
use std::time::Instant;

use crate::error::Result;
use crate::ndarray::Array2;
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::rbm::Rbm;
use crate::rbm::batch::Real;
use crate::rbm::training::engine::{Engine, Plan, streams};
use crate::rbm::training::monitor::Monitor;
use crate::rbm::training::record::{Record, frame};
use crate::rbm::training::saved;
use crate::rbm::training::settings::RbmTraining;
use crate::rbm::training::stopping::Watch;

/// The engine in the precision chosen.
#[derive(Clone, Debug)]
pub(super) enum Precise {
    Single(Engine<f32>),
    Double(Engine<f64>),
}

/// The same expression for the engine of either precision.
macro_rules! either {
    ($precise:expr, $engine:ident => $value:expr) => {
        match $precise {
            $crate::rbm::training::trainer::Precise::Single($engine) => $value,
            $crate::rbm::training::trainer::Precise::Double($engine) => $value,
        }
    };
}
pub(super) use either;

/// A machine in the middle of learning, which can be kept in a variable, taught further, looked at, and saved.
///
/// [`RbmTraining::trainer`] makes one. All numbers are those of one long run, to the bit, however the epochs are divided.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let data = array![[0.0, 0.0, 1.0], [1.0, 1.0, 0.0]];
/// let mut trainer = Rbm::binary(3, 2)?.train(&data).pcd(1).trainer()?;
/// trainer.epochs(5)?;
/// let history = trainer.epochs(5)?;
/// assert_eq!(history.height(), 11); // The machine before learning, and ten epochs.
/// let figure = history.line("epoch", "pseudo_likelihood")?;
/// # figure.svg()?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct RbmTrainer {
    pub(super) settings: RbmTraining,
    pub(super) engine: Precise,
    monitor: Monitor,
    pub(super) records: Vec<Record>,
    pub(super) watch: Option<Watch>,
    pub(super) seconds: f64,
}

/// A machine that has learnt, with the record of how.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let data = array![[0.0, 0.0, 1.0], [1.0, 1.0, 0.0]];
/// let trained = Rbm::binary(3, 2)?.train(&data).pcd(1).chains(7).epochs(10).run()?;
/// assert!(trained.complete && !trained.stopped_early);
/// assert_eq!((trained.history.height(), trained.chains.dim()), (11, (7, 3)));
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct RbmTrained {
    /// The machine: that of the last epoch, or with early stopping that of the best one.
    pub rbm: Rbm,
    /// One row for the start and one for each measured epoch, see [`RbmTraining::run`].
    pub history: DataFrame,
    /// Whether all epochs were done, or learning was stopped early by held-out examples: false after a deadline.
    pub complete: bool,
    /// Whether held-out examples ended learning.
    pub stopped_early: bool,
    /// Visible states of the persistent chains of the machine itself, one a row; without rows for methods that have none.
    pub chains: Array2<f64>,
}

impl RbmTrainer {
    pub(super) fn new(settings: &RbmTraining, plan: Plan, rbm: &Rbm) -> Self {
        let data = &settings.data;
        let engine = if settings.double {
            Precise::Double(Engine::new(rbm, data, plan))
        } else {
            Precise::Single(Engine::new(rbm, data, plan))
        };
        let seed = plan.seed.child(streams::MONITOR);
        let held_out = settings.held_out.as_deref();
        let monitor = Monitor::new(data, held_out, settings.monitor_examples, seed);
        let watch = settings.early_stopping.map(Watch::new);
        let settings = settings.clone();
        Self { settings, engine, monitor, records: Vec::new(), watch, seconds: 0.0 }
    }

    /// Learns for so many further epochs and gives the history from the start.
    ///
    /// An epoch that a deadline interrupted is finished first and counts as one. After early stopping, nothing more is learnt.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = array![[0.0, 1.0], [1.0, 0.0]];
    /// let mut trainer = Rbm::binary(2, 2)?.train(&data).trainer()?;
    /// assert_eq!(trainer.epochs(3)?.height(), 4);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If parameters leave all bounds, or what is to be measured cannot be.
    pub fn epochs(&mut self, epochs: usize) -> Result<DataFrame> {
        self.advance(epochs)?;
        self.history()
    }

    /// As [`epochs`](Self::epochs); whether all were done, or learning is over.
    pub(super) fn advance(&mut self, epochs: usize) -> Result<bool> {
        let deadline = Deadline::new(self.settings.deadline)?;
        let begun = (Instant::now(), self.seconds);
        let (done, per_epoch) =
            either!(&self.engine, engine => (engine.updates, engine.updates_per_epoch()));
        let end = (done / per_epoch).saturating_add(epochs).saturating_mul(per_epoch);
        let mut progress = Progress::new("updates", end - done);
        if self.records.is_empty() {
            self.measure(0, false, &deadline)?;
        }
        for update in done..end {
            if self.stopped_early() {
                return Ok(true);
            }
            // One update at least, so that many short calls come to an end, too; but a sum over all states may be too long for any of them.
            let late = update > done && deadline.passed();
            if late || !either!(&mut self.engine, engine => engine.update(&deadline)?) {
                progress.stopped();
                self.seconds = begun.1 + begun.0.elapsed().as_secs_f64();
                return Ok(false);
            }
            progress.add(1);
            if (update + 1) % per_epoch == 0 {
                self.seconds = begun.1 + begun.0.elapsed().as_secs_f64();
                self.measure((update + 1) / per_epoch, update + 1 == end, &deadline)?;
            }
        }
        self.seconds = begun.1 + begun.0.elapsed().as_secs_f64();
        Ok(true)
    }

    /// Measures after an epoch if it is one of those that are measured.
    fn measure(&mut self, epoch: usize, last: bool, deadline: &Deadline) -> Result<()> {
        let due = |every: usize| every > 0 && epoch.is_multiple_of(every);
        let every = self.settings.record_every;
        let (squares, tried, done) = either!(&mut self.engine, engine => {
            let chains = &mut engine.chains;
            let counts = (std::mem::take(&mut chains.tried), std::mem::take(&mut chains.done));
            (std::mem::take(&mut engine.squares), counts.0, counts.1)
        });
        if !(due(every) || last && every > 0) {
            return Ok(());
        }
        let (rbm, rate, updates, per_epoch) = either!(&self.engine, engine => {
            (engine.rbm()?, engine.rate(), engine.updates, engine.updates_per_epoch())
        });
        let likelihood = due(self.settings.likelihood_every).then_some(deadline);
        let mut record = self.monitor.measure(&rbm, likelihood)?;
        (record.epoch, record.updates) = (epoch, updates);
        record.learning_rate = Some(rate);
        record.gradient_norm = (epoch > 0).then(|| (squares / per_epoch as f64).sqrt());
        record.swap_rate = (tried > 0).then(|| done as f64 / tried as f64);
        record.seconds = Some(self.seconds);
        if let Some(watch) = &mut self.watch {
            watch.look(&record, &rbm);
        }
        self.records.push(record);
        Ok(())
    }

    /// What was measured so far, see [`RbmTraining::run`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let mut trainer = Rbm::binary(2, 2)?.train(&array![[0.0, 1.0], [1.0, 0.0]]).trainer()?;
    /// trainer.epochs(2)?;
    /// assert_eq!(trainer.history()?.values("epoch")?, [0.0, 1.0, 2.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// None in practice: polars makes the frame.
    pub fn history(&self) -> Result<DataFrame> {
        frame(&self.records)
    }

    /// The machine as it is now.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let trainer = Rbm::binary(2, 2)?.train(&array![[0.0, 1.0], [1.0, 0.0]]).trainer()?;
    /// assert_eq!(trainer.rbm()?.w().dim(), (2, 2));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If its parameters have left all bounds.
    pub fn rbm(&self) -> Result<Rbm> {
        either!(&self.engine, engine => engine.rbm())
    }

    /// The machine as it is now, or with early stopping that of the best epoch so far.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let trainer = Rbm::binary(2, 2)?.train(&array![[0.0, 1.0], [1.0, 0.0]]).trainer()?;
    /// assert_eq!(trainer.best()?, trainer.rbm()?);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`rbm`](Self::rbm).
    pub fn best(&self) -> Result<Rbm> {
        match self.watch.as_ref().and_then(|watch| watch.best.as_ref()) {
            Some((_, rbm)) => Ok(rbm.clone()),
            None => self.rbm(),
        }
    }

    /// Visible states of the persistent chains of the machine itself, one a row: what it dreams of. Without rows before the first update, and for
    /// methods without such chains.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = array![[0.0, 1.0], [1.0, 0.0]];
    /// let mut trainer = Rbm::binary(2, 2)?.train(&data).pcd(1).chains(5).trainer()?;
    /// trainer.epochs(1)?;
    /// assert_eq!(trainer.chains().dim(), (5, 2));
    /// # Ok(()) }
    /// ```
    pub fn chains(&self) -> Array2<f64> {
        either!(&self.engine, engine => {
            let n = engine.shape().0;
            let states = if engine.updates > 0 && engine.chains.count > 0 {
                engine.chains.visible()
            } else {
                &[]
            };
            Array2::from_shape_fn((states.len() / n, n), |(k, i)| states[k * n + i].wide())
        })
    }

    /// Whether held-out examples have ended learning.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let trainer = Rbm::binary(2, 2)?.train(&array![[0.0, 1.0], [1.0, 0.0]]).trainer()?;
    /// assert!(!trainer.stopped_early());
    /// # Ok(()) }
    /// ```
    pub fn stopped_early(&self) -> bool {
        self.watch.as_ref().is_some_and(Watch::is_over)
    }

    /// Saves where learning stands: parameters, velocities, chains, history; not the data. The file is whole or not there at all.
    ///
    /// [`RbmTraining::resume`] goes on from it, to the bit as if there had been no break.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let file = std::env::temp_dir().join(format!("trainer-{}.statmech", std::process::id()));
    /// let data = array![[0.0, 1.0], [1.0, 0.0]];
    /// let training = Rbm::binary(2, 2)?.train(&data).pcd(1);
    /// let mut trainer = training.trainer()?;
    /// trainer.epochs(3)?;
    /// trainer.save(&file)?;
    /// let mut later = training.resume(&file)?;
    /// trainer.epochs(3)?;
    /// later.epochs(3)?;
    /// assert_eq!(later.rbm()?, trainer.rbm()?);
    /// # std::fs::remove_file(file).ok();
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        saved::save(self, path.as_ref())
    }
}

impl fmt::Debug for RbmTrainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (epochs, updates, method) = either!(&self.engine, engine => {
            (engine.epochs(), engine.updates, engine.plan.method.name())
        });
        let machine = &self.settings.rbm;
        write!(f, "RbmTrainer({machine:?}, {method}, {epochs} epochs, {updates} updates)")
    }
}

impl fmt::Debug for RbmTrained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (epochs, end) = (
            self.history.height().saturating_sub(1),
            match (self.complete, self.stopped_early) {
                (_, true) => "stopped early",
                (true, _) => "complete",
                (false, _) => "stopped by the deadline",
            },
        );
        write!(f, "RbmTrained({:?}, {epochs} epochs measured, {end})", self.rbm)
    }
}
