//! Settings of a training, and the run.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::error::Result;
use crate::ndarray::Array2;
use crate::random::Seed;
use crate::rbm::Rbm;
use crate::rbm::training::check;
use crate::rbm::training::engine::streams;
use crate::rbm::training::method::{Coordinates, Method};
use crate::rbm::training::rate::LearningRate;
use crate::rbm::training::saved;
use crate::rbm::training::stopping::EarlyStopping;
use crate::rbm::training::trainer::{RbmTrained, RbmTrainer};
use crate::setters::setters;

impl Rbm {
    /// Settings of a training on these examples, one a row; [`run`](RbmTraining::run) starts it, and [`trainer`](RbmTraining::trainer) does it in parts.
    ///
    /// A machine whose weights are all 0 starts from [`initialized`](Self::initialized) with the training's seed, any other from where it is.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = array![[0.0, 0.0, 1.0, 1.0], [1.0, 1.0, 0.0, 0.0]];
    /// let trained = Rbm::binary(4, 2)?.train(&data).exact().learning_rate(0.5).epochs(1000).run()?;
    /// // Nearly ln 2, the entropy of two equally likely examples.
    /// assert!(trained.rbm.log_likelihood(&data)? > -0.72);
    /// # Ok(()) }
    /// ```
    pub fn train(&self, data: &Array2<f64>) -> RbmTraining {
        RbmTraining {
            rbm: self.clone(),
            data: Arc::new(data.clone()),
            held_out: None,
            method: Method::Persistent { steps: 1 },
            coordinates: Coordinates::Plain,
            double: false,
            rate: LearningRate::Constant(0.05),
            momentum: 0.0,
            weight_decay: 0.0,
            sparsity: 0.0,
            max_norm: None,
            max_unit_norm: None,
            batch: None,
            chains: None,
            epochs: 20,
            early_stopping: None,
            record_every: 1,
            monitor_examples: 500,
            likelihood_every: 0,
            train_precisions: true,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

/// Settings of a training; [`run`](Self::run) gives the machine and the history.
///
/// The gradient of the mean log-likelihood is ⟨v_i h_μ⟩_data − ⟨v_i h_μ⟩_model for W_iμ, and the same differences of means for the fields. In both
/// averages hidden units enter with their mean given v. Each update moves all parameters by the learning rate times the gradient of one batch.
///
/// Random streams belong to the update, layer and block of columns they are for: results are the same on any number of threads and however epochs are divided.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let digits = digits()?.take(200).binarized().mapv(|s| f64::from((s + 1) / 2));
/// let training = Rbm::binary(64, 16)?.train(&digits).pcd(1).centered().batch(20).seed(1);
/// let trained = training.epochs(5).run()?;
/// let history = trained.history.values("pseudo_likelihood")?;
/// assert!(history[5] > history[0]);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct RbmTraining {
    pub(super) rbm: Rbm,
    pub(super) data: Arc<Array2<f64>>,
    pub(super) held_out: Option<Arc<Array2<f64>>>,
    pub(super) method: Method,
    pub(super) coordinates: Coordinates,
    pub(super) double: bool,
    pub(super) rate: LearningRate,
    pub(super) momentum: f64,
    pub(super) weight_decay: f64,
    pub(super) sparsity: f64,
    pub(super) max_norm: Option<f64>,
    pub(super) max_unit_norm: Option<f64>,
    pub(super) batch: Option<usize>,
    pub(super) chains: Option<i64>,
    pub(super) epochs: usize,
    pub(super) early_stopping: Option<EarlyStopping>,
    pub(super) record_every: usize,
    pub(super) monitor_examples: usize,
    pub(super) likelihood_every: usize,
    pub(super) train_precisions: bool,
    pub(super) seed: Seed,
    pub(super) deadline: Option<f64>,
}

/// Setters of one value each: the documentation with the call for its example, then name, type and the field's new value.
macro_rules! plain_setters {
    ($($(#[$doc:meta])+ $example:literal $name:ident($($arg:ident: $type:ty),*) $field:ident = $value:expr;)+) => {
        $(
            $(#[$doc])+
            #[doc = concat!(
                "\n```\nuse statmech::prelude::*;\n# fn main() -> statmech::Result<()> {\n",
                "let data = array![[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0]];\n",
                "let training = Rbm::binary(3, 2)?.train(&data).epochs(2);\n",
                $example, "\n# Ok(()) }\n```",
            )]
            pub fn $name(&self, $($arg: $type),*) -> Self {
                Self { $field: $value, ..self.clone() }
            }
        )+
    };
}

impl RbmTraining {
    plain_setters! {
        /// Contrastive divergence CD-k: the model's average is over states k Gibbs steps from the examples of the batch. Biased, with little noise.
        ///
        /// Source: G. E. Hinton, Neural Comput. 14, 1771 (2002).
        "assert!(training.cd(1).run().is_ok() && training.cd(0).run().is_err());"
        cd(k: usize) method = Method::Contrastive { steps: k };
        /// Persistent contrastive divergence PCD-k: chains that live on between updates, k Gibbs steps each time; this with k = 1 is the default.
        ///
        /// They start at random examples. Source: T. Tieleman, ICML 2008.
        "assert!(training.pcd(5).run().is_ok() && training.pcd(0).run().is_err());"
        pcd(k: usize) method = Method::Persistent { steps: k };
        /// PCD-k with chains at so many inverse temperatures, evenly from 0 to 1, which exchange their states after each step, so that those at 1 change modes.
        ///
        /// All of the energy is divided by the temperature where both layers are discrete, else the coupling alone. Costs half as much again as so
        /// many times the chains; the history's `swap_rate` should be above 0.1. Source: G. Desjardins, A. Courville, Y. Bengio, P. Vincent and O.
        /// Delalleau, AISTATS 2010.
        "assert!(training.tempered(1, 4).run().is_ok() && training.tempered(1, 1).run().is_err());"
        tempered(k: usize, rungs: usize) method = Method::Tempered { steps: k, rungs };
        /// The exact gradient, by enumeration of the smaller layer ([`Rbm::gradient`]); the batch is all of the data unless set.
        "assert!(training.exact().run().is_ok());"
        exact() method = Method::Exact;
        /// Steps in v and h as they are; the default.
        "assert!(training.plain().run().is_ok());"
        plain() coordinates = Coordinates::Plain;
        /// Steps in v − μ and h − λ, with μ the data's means and λ a running mean of the hidden units over the data: it converges faster, and learns
        /// data and their negative equally well. The machine and what it can represent stay the same.
        ///
        /// λ moves by 1 % of the difference with each batch. Source: J. Melchior, A. Fischer and L. Wiskott, J. Mach. Learn. Res. 17, 99 (2016).
        "assert!(training.centered().run().is_ok());"
        centered() coordinates = Coordinates::Centered;
        /// Steps in (v − μ)/σ_v and (h − λ)/σ_h: centred, and with the data's standard deviations as units. No variance counts as smaller than a
        /// tenth of its layer's mean variance. Take a learning rate about the square of a standard deviation smaller than otherwise.
        "assert!(training.standardized().learning_rate(0.005).run().is_ok());"
        standardized() coordinates = Coordinates::Standardized;
        /// Single precision for states, weights and matrix products, the default; fields and all that is measured are in double precision.
        /// Probabilities have 23 bits.
        "assert!(training.single_precision().run().is_ok());"
        single_precision() double = false;
        /// Double precision throughout, at about half the speed.
        "assert!(training.double_precision().run().is_ok());"
        double_precision() double = true;
        /// The learning rate η, a number or a [`LearningRate`] that changes; default 0.05.
        "assert!(training.learning_rate(0.1).run().is_ok() && training.learning_rate(0.0).run().is_err());"
        learning_rate(rate: impl Into<LearningRate>) rate = rate.into();
        /// The fraction of a step that is repeated in the next one, from 0 to below 1; default 0.
        "assert!(training.momentum(0.5).run().is_ok() && training.momentum(1.0).run().is_err());"
        momentum(momentum: f64) momentum = momentum;
        /// L2 decay: each update takes η · `decay` · W off the weights; default 0.
        "assert!(training.weight_decay(1e-4).run().is_ok() && training.weight_decay(-1.0).run().is_err());"
        weight_decay(decay: f64) weight_decay = decay;
        /// L1 decay: each update moves the weights η · `strength` towards 0, where they stay if they reach it; default 0.
        "assert!(training.sparsity(1e-4).run().is_ok() && training.sparsity(f64::NAN).run().is_err());"
        sparsity(strength: f64) sparsity = strength;
        /// A limit on the Frobenius norm of all weights, which are scaled down if they pass it; default none.
        "assert!(training.max_norm(10.0).run().is_ok() && training.max_norm(0.0).run().is_err());"
        max_norm(limit: f64) max_norm = Some(limit);
        /// A limit on the norm of each hidden unit's weights, which are scaled down if they pass it; default none.
        "assert!(training.max_unit_norm(3.0).run().is_ok() && training.max_unit_norm(0.0).run().is_err());"
        max_unit_norm(limit: f64) max_unit_norm = Some(limit);
        /// Examples of one update; default 100, or all if there are fewer. Each epoch takes all examples in a new random order; the last batch may be smaller.
        "assert!(training.batch(2).run().is_ok() && training.batch(4).run().is_err());"
        batch(examples: usize) batch = Some(examples);
        /// Persistent chains, at each temperature; default as many as a batch has examples.
        "assert!(training.pcd(1).chains(10).run().is_ok() && training.chains(0).run().is_err());"
        chains(chains: i64) chains = Some(chains);
        /// Times that all examples are taken; default 20.
        "assert!(training.epochs(3).run().is_ok() && training.epochs(0).run().is_err());"
        epochs(epochs: usize) epochs = epochs;
        /// Examples that are not learnt from, but measured; default none.
        "assert!(training.held_out(&array![[0.0, 0.0, 1.0]]).run().is_ok());"
        held_out(examples: &Array2<f64>) held_out = Some(Arc::new(examples.clone()));
        /// When held-out examples end learning; default never.
        "assert!(training.early_stopping(EarlyStopping::FreeEnergyGap { patience: 2 }).run().is_err());"
        early_stopping(rule: EarlyStopping) early_stopping = Some(rule);
        /// Epochs between two rows of the history; default 1. The last epoch has one, too; with 0 there are none.
        "assert_eq!(training.record_every(2).run()?.history.height(), 2);"
        record_every(epochs: usize) record_every = epochs;
        /// Examples that are looked at for a row of the history, the first of the data and of those held out; default 500.
        "assert!(training.monitor_examples(2).run().is_ok());"
        monitor_examples(examples: usize) monitor_examples = examples;
        /// Epochs between two log-likelihoods in the history; default 0, never. ln Z is exact where a layer has at most 2¹⁶ states, and else an
        /// [estimate](Rbm::ln_z_annealed) of 100 runs of 1000 steps with its error, too low on average, so that the log-likelihood is too high. Missing where the
        /// deadline leaves no time for it.
        "assert!(training.likelihood_every(1).run()?.history.values(\"log_likelihood\")?[2] < 0.0);"
        likelihood_every(epochs: usize) likelihood_every = epochs;
        /// Whether precisions of Gaussian and ReLU visible units are learnt, too; default true. Those of hidden units stay, since weights can stand
        /// in for them.
        "assert!(training.train_precisions(false).run().is_ok());"
        train_precisions(learnt: bool) train_precisions = learnt;
    }

    setters! { "Rbm::binary(2, 2)?.train(&array![[0.0, 1.0], [1.0, 0.0]])":
        /// The seed; default 0.
        seed;
        /// A limit in seconds for each run or call of `epochs`, after which the machine is returned as it is and `complete` is false; default none.
        /// Passed by at most one update and what is measured after it; an exact gradient is given up in the middle of its sum, and its update not made.
        deadline;
    }

    /// Learns for all epochs.
    ///
    /// The history has one row for the start and one for each measured epoch: `epoch`, `updates`, `learning_rate`; of the first
    /// [`monitor_examples`](Self::monitor_examples) examples `pseudo_likelihood` in nats per site with `pseudo_likelihood_err` (of all sites in small
    /// machines, else of one random site of each example, the same after each epoch; missing for continuous visible units) and that of held-out
    /// examples, `reconstruction_error` (mean square per visible unit of v − ⟨v⟩ given the hidden means given v), mean `free_energy` F(v) = −ln Σ_h
    /// e^(−E) of training and `free_energy_held_out` of held-out examples, and the second minus the first as `free_energy_gap` with its error,
    /// `log_likelihood` in nats per example (with `log_likelihood_err` where ln Z is estimated) and that of held-out ones where
    /// [asked for](Self::likelihood_every), `saturated` (the fraction of hidden units whose mean over the examples lies within 1 % of an end of their
    /// range; missing for unbounded ones); `gradient_norm` (root mean square over the epoch's updates, of weights and fields in the coordinates
    /// chosen, without decay), `weight_norm` (Frobenius), `largest_singular_value`, `stable_rank` (the square of their ratio: about the number of
    /// modes learnt), `swap_rate` of tempered chains and `seconds` of learning.
    ///
    /// # Errors
    /// If data are empty, of another width or have values that the visible units do not take; a setting lies outside its bounds; the exact gradient
    /// or likelihood is out of reach; or parameters leave all bounds, which a smaller learning rate cures.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = array![[1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]];
    /// let trained = Rbm::spin(3, 2)?.train(&data).pcd(1).epochs(10).run()?;
    /// assert!(trained.complete && trained.history.height() == 11);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<RbmTrained> {
        let mut trainer = self.trainer()?;
        let complete = trainer.advance(self.epochs)?;
        Ok(RbmTrained {
            rbm: trainer.best()?,
            history: trainer.history()?,
            complete,
            stopped_early: trainer.stopped_early(),
            chains: trainer.chains(),
        })
    }

    /// The training in parts: a trainer that has not learnt yet.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let mut trainer = Rbm::binary(2, 2)?.train(&array![[0.0, 1.0], [1.0, 0.0]]).trainer()?;
    /// trainer.epochs(5)?;
    /// assert_eq!(trainer.history()?.height(), 6);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn trainer(&self) -> Result<RbmTrainer> {
        let plan = check::plan(self)?;
        let blank = check::is_blank(&self.rbm);
        let start = if blank {
            self.rbm.initialized(&self.data, self.seed.child(streams::START))?
        } else {
            self.rbm.clone()
        };
        Ok(RbmTrainer::new(self, plan, &start))
    }

    /// The trainer that was [saved](RbmTrainer::save) in this file, to go on with these settings.
    ///
    /// Machine, data, method, batch, chains, precision and seed have to be those of the file; rates, momentum and decays may be others.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let training = Rbm::binary(2, 2)?.train(&array![[0.0, 1.0], [1.0, 0.0]]);
    /// assert!(training.resume("no such file").is_err());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`run`](Self::run), or if the file cannot be read, is damaged, or is of another training.
    pub fn resume(&self, path: impl AsRef<Path>) -> Result<RbmTrainer> {
        let mut trainer = self.trainer()?;
        saved::load(&mut trainer, path.as_ref())?;
        Ok(trainer)
    }
}

impl fmt::Debug for RbmTraining {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (machine, rows, epochs) = (&self.rbm, self.data.nrows(), self.epochs);
        let (method, coordinates) = (self.method.name(), self.coordinates.name());
        write!(
            f,
            "RbmTraining({machine:?}, {rows} examples, {method}, {coordinates} gradient, {epochs} epochs)"
        )
    }
}
