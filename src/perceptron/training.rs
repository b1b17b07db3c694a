//! Training a perceptron: settings and the run.

use crate::error::{Error, Result, require_positive};
use crate::ndarray::Array1;
use crate::perceptron::closed::{hebb, pseudo_inverse};
use crate::perceptron::course::{Course, Setup};
use crate::perceptron::examples::Examples;
use crate::perceptron::nearest::{End, Goal, nearest};
use crate::perceptron::rosenblatt::{pocket, rosenblatt};
use crate::perceptron::rows::Rows;
use crate::perceptron::rule::LearningRule;
use crate::perceptron::stable::{adatron, max_stability, minover};
use crate::perceptron::trained::PerceptronTrained;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::setters::setters;

/// Up to so many numbers the largest stability, or that there is none, is found out after the training.
const SMALL: usize = 1 << 20;

impl Examples {
    /// Settings of a training by this rule; [`run`](PerceptronTraining::run) starts it.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let learned = Examples::blobs(40, 6.0, 1)?.train(LearningRule::Rosenblatt).bias(true).seed(2).run()?;
    /// println!("{}", learned.verdict());
    /// assert!(learned.updates as f64 <= learned.bound.unwrap_or(0.0));
    /// # Ok(()) }
    /// ```
    pub fn train(&self, rule: LearningRule) -> PerceptronTraining {
        PerceptronTraining {
            examples: self.clone(),
            rule,
            epochs: rule.epochs(),
            updates: usize::MAX,
            tolerance: rule.tolerance(),
            bias: false,
            shuffled: true,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

/// Settings of a training; [`run`](Self::run) gives the perceptron and the record.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let teacher = Perceptron::random(20, 1)?;
/// let training = Examples::from_teacher(&teacher, 40, 2)?.train(LearningRule::MinOver).tolerance(0.05);
/// assert!(training.run()?.stability > 0.0);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct PerceptronTraining {
    examples: Examples,
    rule: LearningRule,
    epochs: usize,
    updates: usize,
    tolerance: f64,
    bias: bool,
    shuffled: bool,
    seed: Seed,
    deadline: Option<f64>,
}

impl PerceptronTraining {
    /// The most changes of the weights; default without limit. A run with fewer goes the same way as one with more.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let training = Examples::blobs(40, 4.0, 1)?.train(LearningRule::Rosenblatt).bias(true);
    /// let (whole, cut) = (training.run()?, training.updates(1).run()?);
    /// assert!(whole.updates > 1 && cut.updates == 1 && !cut.converged);
    /// # Ok(()) }
    /// ```
    pub fn updates(&self, updates: usize) -> Self {
        Self { updates, ..self.clone() }
    }

    /// How near to the largest stability MinOver (default 0.01) and AdaTron (10⁻⁶) have to come, relatively. Other rules ignore it.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let training = Examples::random(20, 20, 1)?.train(LearningRule::MinOver);
    /// let (rough, fine) = (training.tolerance(0.1).run()?, training.tolerance(0.001).run()?);
    /// assert!(rough.updates < fine.updates && rough.stability < fine.stability);
    /// # Ok(()) }
    /// ```
    pub fn tolerance(&self, tolerance: f64) -> Self {
        Self { tolerance, ..self.clone() }
    }

    /// Whether there is a bias, learned as the weight of one more input that is always 1; default no.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Inputs 1 and 2 on one side: no plane through the origin parts them.
    /// let line = Examples::new(array![[1.0], [2.0]], array![-1, 1])?.train(LearningRule::Rosenblatt);
    /// assert_eq!((line.bias(false).epochs(50).run()?.errors, line.bias(true).run()?.errors), (1, 0));
    /// # Ok(()) }
    /// ```
    pub fn bias(&self, bias: bool) -> Self {
        Self { bias, ..self.clone() }
    }

    /// Whether each pass of Rosenblatt's rule (and of the averaged one) takes the examples in a new random order; default yes.
    /// Without it the course is the same for all seeds.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let training = Examples::blobs(40, 4.0, 1)?.train(LearningRule::Rosenblatt).bias(true).shuffled(false);
    /// assert_eq!(training.seed(1).run()?.perceptron, training.seed(2).run()?.perceptron);
    /// # Ok(()) }
    /// ```
    pub fn shuffled(&self, shuffled: bool) -> Self {
        Self { shuffled, ..self.clone() }
    }

    setters! { "Examples::blobs(10, 6.0, 1)?.train(LearningRule::Rosenblatt)":
        /// The most epochs: passes through the examples (Rosenblatt, averaged, pocket; default 1,000), sweeps (AdaTron; 10,000) or single steps (MinOver;
        /// 100,000). The other rules need one.
        epochs;
        /// The seed of random orders; default 0.
        seed;
        /// A limit in seconds, after which the weights are those found so far and `complete` is false; default none.
        deadline;
    }

    /// Trains.
    ///
    /// For examples that the rule does not learn, this is no error: [`PerceptronTrained::verdict`] says what happened.
    ///
    /// # Errors
    /// [`Error::Argument`] for settings of 0 or out of range; [`Error::Unsupported`] if Gibbs or Bayes are asked about examples that
    /// no perceptron learns; [`Error::TooLarge`] for the pseudo-inverse of more than 2,000 examples of more than 2,000 inputs.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let xor = Examples::xor().train(LearningRule::Rosenblatt).bias(true).epochs(100).run()?;
    /// assert!(xor.errors > 0 && xor.separable == Some(false));
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<PerceptronTrained> {
        for (name, value) in [("epochs", self.epochs), ("updates", self.updates)] {
            if value == 0 {
                return Err(Error::argument(name, value, "at least 1"));
            }
        }
        require_positive("tolerance", self.tolerance)?;
        if self.tolerance >= 1.0 {
            return Err(Error::argument("tolerance", self.tolerance, "below 1"));
        }
        let deadline = Deadline::new(self.deadline)?;
        if matches!(self.rule, LearningRule::Gibbs | LearningRule::Bayes) {
            return self.sampled();
        }
        let setup = Setup::new(
            Rows::new(&self.examples, self.bias),
            (self.epochs, self.updates),
            self.tolerance,
            (self.shuffled, self.seed),
            deadline,
        );
        let course = match self.rule {
            LearningRule::Hebb => hebb(&setup),
            LearningRule::PseudoInverse => pseudo_inverse(&setup)?,
            LearningRule::Averaged => rosenblatt(&setup, true),
            LearningRule::Pocket => pocket(&setup),
            LearningRule::MinOver => minover(&setup),
            LearningRule::AdaTron => adatron(&setup),
            LearningRule::MaxStability => max_stability(&setup),
            _ => rosenblatt(&setup, false),
        };
        self.trained(&setup.rows, course, deadline)
    }

    fn trained(
        &self,
        rows: &Rows,
        course: Course,
        deadline: Deadline,
    ) -> Result<PerceptronTrained> {
        // Rosenblatt's weights are sums of inputs; where only the direction counts, |w| = √N.
        let factor = match self.rule {
            LearningRule::MinOver | LearningRule::AdaTron | LearningRule::MaxStability => {
                rows.normalizing(&course.weights)
            }
            LearningRule::PseudoInverse => 1.0 / rows.scale,
            _ => rows.scale,
        };
        let perceptron = rows.perceptron(&course.weights, factor, self.bias);
        let mut fields = vec![0.0; rows.count];
        let errors = rows.errors(&course.weights, &mut fields);
        let mistakes_counted =
            matches!(self.rule, LearningRule::Rosenblatt | LearningRule::Averaged);
        let bound = if mistakes_counted && course.converged {
            Some(Self::mistake_bound(rows, &course.weights, deadline))
        } else {
            None
        };
        Ok(PerceptronTrained {
            separable: if errors == 0 { Some(true) } else { Self::separable(rows, deadline) },
            perceptron,
            rule: self.rule,
            epochs: course.epochs,
            updates: course.updates,
            converged: course.converged,
            complete: course.complete,
            examples: rows.count,
            errors,
            stability: rows.stability(&course.weights, &mut fields) * rows.scale,
            bound,
            stability_bound: course.stability_bound.map(|bound| bound * rows.scale),
            strengths: course.strengths.map(Array1::from_vec),
            history: course.history.frame()?,
        })
    }

    /// (R/γ)² with the largest γ, or with that of the weights found where the largest takes too long.
    fn mistake_bound(rows: &Rows, weights: &[f64], deadline: Deadline) -> f64 {
        let mut fields = vec![0.0; rows.count];
        let mut stability = rows.stability(weights, &mut fields);
        if rows.count * rows.dimension <= SMALL {
            let best = nearest(rows, Goal::Optimum, deadline);
            if best.end == End::Separates {
                stability = stability.max(best.stability);
            }
        }
        (rows.radius() / stability).powi(2)
    }

    /// Whether the examples that were not learned could have been, where that is quickly found out.
    fn separable(rows: &Rows, deadline: Deadline) -> Option<bool> {
        if rows.count * rows.dimension > SMALL {
            return None;
        }
        match nearest(rows, Goal::Decide, deadline).end {
            End::Separates => Some(true),
            End::Vanishes => Some(false),
            End::Undecided => None,
        }
    }

    /// Gibbs' and Bayes' rules: one member of the version space, or its centre.
    fn sampled(&self) -> Result<PerceptronTrained> {
        let examples = if self.bias { self.examples.extended() } else { self.examples.clone() };
        let mut space = examples.version_space().seed(self.seed);
        if let Some(seconds) = self.deadline {
            space = space.deadline(seconds);
        }
        let sampled = space.run()?;
        let chosen = if self.rule == LearningRule::Gibbs {
            sampled.member(sampled.count() - 1)?
        } else {
            sampled.center()
        };
        let rows = Rows::new(&self.examples, self.bias);
        let mut weights = rows.zeros();
        for (w, found) in weights.iter_mut().zip(&chosen.weights) {
            *w = *found;
        }
        let mut fields = vec![0.0; rows.count];
        rows.fields(&weights, &mut fields);
        let mut history = crate::perceptron::course::History::default();
        history.add(1, sampled.count(), &fields, 1.0, rows.scale / rows.normalizing(&weights));
        let errors = rows.errors(&weights, &mut fields);
        Ok(PerceptronTrained {
            perceptron: rows.perceptron(&weights, 1.0, self.bias),
            rule: self.rule,
            separable: Some(true),
            epochs: 1,
            updates: sampled.count(),
            converged: sampled.complete,
            complete: sampled.complete,
            examples: rows.count,
            errors,
            stability: rows.stability(&weights, &mut fields) * rows.scale,
            bound: None,
            stability_bound: None,
            strengths: None,
            history: history.frame()?,
        })
    }
}
