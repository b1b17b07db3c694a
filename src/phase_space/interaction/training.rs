//! The strength of interaction along training, on data and on shuffled labels.

use crate::error::{Error, Result, require_count, require_positive};
use crate::inverse::InverseMethod;
use crate::landscape::Objective;
use crate::ndarray::Array1;
use crate::nn::{Dataset, Network};
use crate::phase_space::interaction::hessian_blocks::{neuron_blocks, off_block_fraction};
use crate::phase_space::interaction::pairs::Active;
use crate::phase_space::interaction::strength::{NUMBERS, Options, matrices, numbers};
use crate::phase_space::patience::{grace, require_time};
use crate::phase_space::require::require_numbers;
use crate::polars::df;
use crate::polars::prelude::{Column, DataFrame};
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::setters::setters;
use crate::stats::mean_and_error;

/// Steps times weights times examples at most, without a deadline: hours.
const MOST_WORK: f64 = 3e13;

/// Columns of numbers: loss, accuracy, the six, the Hessian's fraction.
const COLUMNS: usize = 9;

/// Settings of a study of how interaction comes about in training; [`run`](Self::run) trains and measures.
///
/// Networks from different seeds are trained by Adam on the whole data set, and as a null model on the same inputs with the targets shuffled among them: what both have is made by training as
/// such, what only the first have by what there is to learn. Step 0 is the other null model, random weights.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let x = Array2::from_shape_fn((40, 1), |(i, _)| i as f64 / 10.0 - 2.0);
/// let data = Dataset::regression(&x, &x.mapv(|x| (2.0 * x).sin()))?;
/// let study = Network::mlp([1, 6, 1]).interaction_training(&data).checkpoints([0, 20]).runs(3).run()?;
/// assert_eq!(study.height(), 4); // two checkpoints, two kinds of targets
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct InteractionTraining {
    network: Network,
    data: Dataset,
    hidden: usize,
    checkpoints: Vec<usize>,
    learning_rate: f64,
    runs: i64,
    hessian: bool,
    seed: Seed,
    deadline: Option<f64>,
}

/// The numbers at each checkpoint of one network.
type Track = Vec<[f64; COLUMNS]>;

impl Network {
    /// How interaction comes about when this network is trained on these data.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::from_images(&digits()?.take(100));
    /// let study = Network::mlp([64, 6, 10]).interaction_training(&data).checkpoints([0, 10]).runs(2).run()?;
    /// assert!(study.values("correlation")?.iter().all(|r| (0.0..1.0).contains(r)));
    /// # Ok(()) }
    /// ```
    pub fn interaction_training(&self, data: &Dataset) -> InteractionTraining {
        InteractionTraining {
            network: self.clone(),
            data: data.clone(),
            hidden: 0,
            checkpoints: vec![0, 1, 3, 10, 30, 100, 300],
            learning_rate: 0.01,
            runs: 8,
            hessian: false,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl InteractionTraining {
    setters! { "Network::mlp([1, 4, 1]).interaction_training(&Dataset::regression(&array![[0.0], [1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [7.0]], &array![[0.0], [1.0], [0.0], [1.0], [0.0], [1.0], [0.0], [1.0]])?).checkpoints([0, 5])":
        /// Networks of each kind, from seeds of their own; default 8. Errors are over them.
        runs;
        /// Adam's learning rate; default 0.01.
        learning_rate;
        /// The seed of the starts and of the shuffled targets; default 0.
        seed;
        /// A limit in seconds, after which rows rest on the networks that were finished and `complete` is false; default none. One pair has to be finished, within two seconds or the limit if that is longer.
        deadline;
    }

    /// Sets the hidden layer, counted from 0; default the first.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::from_images(&digits()?.take(50));
    /// let settings = Network::mlp([64, 5, 4, 10]).interaction_training(&data).checkpoints([0]).runs(2);
    /// assert!(settings.hidden(1).run().is_ok() && settings.hidden(2).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn hidden(&self, hidden: usize) -> Self {
        Self { hidden, ..self.clone() }
    }

    /// Sets the steps at which interaction is measured, rising; default 0, 1, 3, 10, 30, 100, 300.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::from_images(&digits()?.take(50));
    /// let settings = Network::mlp([64, 5, 10]).interaction_training(&data).runs(2);
    /// assert!(settings.checkpoints([5, 2]).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn checkpoints(&self, steps: impl IntoIterator<Item = usize>) -> Self {
        Self { checkpoints: steps.into_iter().collect(), ..self.clone() }
    }

    /// Measures the Hessian between neurons as well ([`off_block_fraction`]); default not, as it takes a product for each incoming weight at each checkpoint.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let x = Array2::from_shape_fn((40, 1), |(i, _)| i as f64 / 10.0 - 2.0);
    /// let data = Dataset::regression(&x, &x.mapv(|x| (2.0 * x).sin()))?;
    /// let study = Network::mlp([1, 6, 1]).interaction_training(&data).checkpoints([0, 20]).runs(2).hessian(true).run()?;
    /// assert!(study.values("hessian_off_block")?.iter().all(|f| (0.0..1.0).contains(f)));
    /// # Ok(()) }
    /// ```
    pub fn hessian(&self, hessian: bool) -> Self {
        Self { hessian, ..self.clone() }
    }

    /// Trains and measures: a row for each kind of targets and each checkpoint; means over networks and their errors.
    ///
    /// Columns: `targets` ("data", "shuffled"), `step`; `loss`, `accuracy` (of classifiers), `correlation`, `multi_information`, `information`, `coupling`, `partial_correlation`, `participation`
    /// (see [`ConnectivityEstimation`](crate::phase_space::ConnectivityEstimation)) and `hessian_off_block` (where asked for), each with its `_err`; `n_units`, `n_examples`, `runs`, `learning_rate`, `seed`, `complete`.
    ///
    /// # Errors
    /// If a setting is out of range, the network does not fit the data, training leaves the range of numbers, or at some checkpoint fewer than two neurons vary; if the deadline passes before a pair of networks is finished, or all would take days without one.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::from_images(&digits()?.take(100));
    /// let study = Network::mlp([64, 6, 10]).interaction_training(&data).checkpoints([0, 30]).runs(2).run()?;
    /// let loss = study.values("loss")?;
    /// assert!(loss[1] < loss[0] && loss[1] < loss[3]);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<DataFrame> {
        let (deadline, whole) = (Deadline::new(self.deadline)?, grace(self.deadline)?);
        let runs = self.check()?;
        let mut progress = Progress::new("networks", 2 * runs);
        let mut tracks: Vec<[Track; 2]> = Vec::new();
        while tracks.len() < runs && (tracks.is_empty() || !deadline.passed()) {
            // One at a time where time is short.
            let some = if self.deadline.is_some() { 1 } else { 4 };
            let next = tracks.len()..runs.min(tracks.len() + some);
            let limit = if tracks.is_empty() { &whole } else { &deadline };
            let pairs = next.into_par_iter().map(|run| self.pair(run, limit));
            match pairs.collect::<Result<Vec<_>>>() {
                Ok(pairs) => tracks.extend(pairs),
                // What the deadline cut short is left out.
                Err(_) if !tracks.is_empty() && deadline.passed() => break,
                Err(error) => return Err(error),
            }
            progress.add(2 * some);
        }
        let complete = tracks.len() == runs;
        if !complete {
            progress.stopped();
        }
        self.frame(&tracks, complete)
    }

    /// A network trained on the data, and the same one on shuffled targets.
    fn pair(&self, run: usize, whole: &Deadline) -> Result<[Track; 2]> {
        let seed = self.seed.child(run as u64);
        let start = self.network.initial(seed)?;
        let shuffled = self.data.with_shuffled_targets(seed.child(1));
        Ok([self.track(&self.data, &start, whole)?, self.track(&shuffled, &start, whole)?])
    }

    fn track(&self, data: &Dataset, start: &Array1<f64>, whole: &Deadline) -> Result<Track> {
        let objective = self.network.loss(data)?;
        let last = self.checkpoints.last().copied().unwrap_or(0);
        if last == 0 {
            return Ok(vec![self.measure(data, &objective, start, whole)?]);
        }
        let steps = i64::try_from(last).unwrap_or(i64::MAX);
        let mut descent = objective
            .descend(start)
            .adam()
            .learning_rate(self.learning_rate)
            .steps(steps)
            .points(last + 1);
        if let Some(seconds) = whole.seconds_left() {
            descent = descent.deadline(seconds);
        }
        let path = descent.run()?.path;
        require_time(whole, "the first pair of networks")?;
        // A descent that has come to rest early stays where it is.
        let at = |step: &usize| path.row((*step).min(path.nrows() - 1)).to_owned();
        let measured =
            self.checkpoints.iter().map(|step| self.measure(data, &objective, &at(step), whole));
        measured.collect()
    }

    fn measure(
        &self,
        data: &Dataset,
        objective: &Objective,
        theta: &Array1<f64>,
        whole: &Deadline,
    ) -> Result<[f64; COLUMNS]> {
        require_time(whole, "the first pair of networks")?;
        let options =
            Options { shrinkage: None, method: InverseMethod::PseudoLikelihood, l2: None };
        let active = Active::of(&self.network.activations(theta, data.inputs(), self.hidden)?)?;
        let six = numbers(&active, &matrices(&active, &options, None)?)?;
        let mut all = [f64::NAN; COLUMNS];
        all[0] = objective.loss(theta)?;
        all[1] = objective.accuracy(theta).unwrap_or(f64::NAN);
        all[2..8].copy_from_slice(&six);
        if self.hessian {
            let blocks = neuron_blocks(&self.network, data, theta, self.hidden, whole)?;
            all[8] = off_block_fraction(&blocks)?;
        }
        Ok(all)
    }

    fn check(&self) -> Result<usize> {
        let runs = require_count("runs", self.runs, 2)?;
        require_positive("learning_rate", self.learning_rate)?;
        let rising = self.checkpoints.windows(2).all(|pair| pair[0] < pair[1]);
        if self.checkpoints.is_empty() || !rising {
            let given = format!("{:?}", self.checkpoints);
            return Err(Error::argument("checkpoints", given, "at least one step, rising"));
        }
        let last = self.checkpoints.last().copied().unwrap_or(0);
        let points = last.saturating_add(1);
        require_numbers(
            "The path to the last checkpoint",
            &[self.network.n_parameters()?, points],
        )?;
        if runs > 100_000 {
            return Err(Error::argument("runs", runs, "at most 100,000"));
        }
        let size = self.network.n_parameters()? as f64 * self.data.count() as f64;
        if self.deadline.is_none() && !(2.0 * runs as f64 * last as f64 * size <= MOST_WORK) {
            return Err(Error::TooLarge {
                what: format!("{runs} pairs of networks"),
                needs: format!("{last} steps of {size:.1e} weights times examples for each"),
                limit: format!("{MOST_WORK:.0e} for all multiplied, without a deadline"),
                advice: "Set a `deadline`, or take earlier checkpoints, fewer runs or examples."
                    .to_owned(),
            });
        }
        Ok(runs)
    }

    fn frame(&self, tracks: &[[Track; 2]], complete: bool) -> Result<DataFrame> {
        let conditions: Vec<(usize, usize)> =
            (0..2).flat_map(|kind| (0..self.checkpoints.len()).map(move |at| (kind, at))).collect();
        let rows = conditions.len();
        let mut frame = df!(
            "targets" => conditions.iter().map(|(kind, _)| ["data", "shuffled"][*kind]).collect::<Vec<_>>(),
            "step" => conditions.iter().map(|(_, at)| self.checkpoints[*at] as u64).collect::<Vec<_>>(),
        )?;
        let names = ["loss", "accuracy"].into_iter().chain(NUMBERS).chain(["hessian_off_block"]);
        for (q, name) in names.enumerate() {
            let cells: Vec<(Option<f64>, Option<f64>)> = (conditions.iter())
                .map(|&(kind, at)| {
                    let values: Vec<f64> = tracks.iter().map(|track| track[kind][at][q]).collect();
                    let (mean, error) = mean_and_error(&values).unwrap_or((values[0], f64::NAN));
                    (mean.is_finite().then_some(mean), error.is_finite().then_some(error))
                })
                .collect();
            if cells.iter().any(|cell| cell.0.is_some()) {
                let (means, errors): (Vec<_>, Vec<_>) = cells.into_iter().unzip();
                frame.with_column(Column::new(name.into(), means))?;
                frame.with_column(Column::new(format!("{name}_err").into(), errors))?;
            }
        }
        let units = self.network.incoming(self.hidden).map_or(0, |units| units.len());
        let settings = df!(
            "n_units" => vec![units as u64; rows],
            "n_examples" => vec![self.data.count() as u64; rows],
            "runs" => vec![tracks.len() as u64; rows],
            "learning_rate" => vec![self.learning_rate; rows],
            "seed" => vec![self.seed.number(); rows],
            "complete" => vec![complete; rows],
        )?;
        Ok(frame.hstack(settings.columns())?)
    }
}
