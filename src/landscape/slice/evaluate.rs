//! Losses and accuracies of one or several objectives at many points.

use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::landscape::Objective;
use crate::progress::{Deadline, Progress};
use crate::rayon::prelude::*;

/// Points of a picture at most.
pub(super) const MAX_POINTS: usize = 4_000_000;

/// From so many parameters on, a network's evaluation keeps all threads busy, and one copy of θ is enough.
const LARGE: usize = 1 << 18;

/// A chunk of points grows as long as it takes less than this.
const PATIENCE: Duration = Duration::from_millis(50);

/// Objectives over the same parameters, by name: the losses of training and test data, say.
#[derive(Clone, Debug)]
pub(in crate::landscape) struct Sets {
    names: Vec<String>,
    objectives: Vec<Objective>,
    accuracy: bool,
}

/// What was found at the points, in their order.
#[derive(Clone, Debug)]
pub(in crate::landscape) struct Evaluated {
    /// Points that were reached.
    pub points: usize,
    /// Whether these are all.
    pub complete: bool,
    /// A row for each point and set: the loss, NaN where it is not defined.
    pub losses: Vec<f64>,
    /// The accuracies alike; empty unless asked for.
    pub accuracies: Vec<f64>,
}

impl Sets {
    pub fn new(objective: &Objective) -> Self {
        let names = vec!["training".to_string()];
        Self { names, objectives: vec![objective.clone()], accuracy: false }
    }

    /// The same with another name of the first set.
    pub fn named(&self, name: &str) -> Self {
        let mut new = self.clone();
        new.names[0] = name.to_string();
        new
    }

    pub fn beside(&self, name: &str, objective: &Objective) -> Self {
        let mut new = self.clone();
        new.names.push(name.to_string());
        new.objectives.push(objective.clone());
        new
    }

    pub fn with_accuracy(&self, accuracy: bool) -> Self {
        Self { accuracy, ..self.clone() }
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn dimension(&self) -> usize {
        self.objectives[0].dimension()
    }

    /// Refuses sets that have a name twice or not the same parameters, and a θ at which one of them has no loss; gives the losses.
    pub fn check(&self, theta: &[f64]) -> Result<Vec<f64>> {
        let (n, mut losses) = (self.dimension(), Vec::new());
        for (k, (name, objective)) in self.names.iter().zip(&self.objectives).enumerate() {
            if self.names[..k].contains(name) {
                return Err(Error::argument("beside", format!("`{name}`"), "a new name"));
            }
            if objective.dimension() != n {
                return Err(Error::Shape {
                    what: "The parameters of an objective beside the first",
                    expected: format!("[{n}]"),
                    given: format!("[{}]", objective.dimension()),
                });
            }
            losses.push(objective.loss_at(theta)?);
            if self.accuracy {
                objective.function.accuracy(theta)?;
            }
        }
        Ok(losses)
    }

    /// Refuses what [check](Self::check) does, and the end of a path at which a loss is infinite, since nothing rises above it.
    pub fn check_end(&self, theta: &[f64]) -> Result<()> {
        match self.check(theta)?.into_iter().find(|loss| !loss.is_finite()) {
            Some(loss) => {
                let given = format!("one whose loss is {loss}");
                Err(Error::argument("from, to", given, "where the loss is finite"))
            }
            None => Ok(()),
        }
    }

    /// All sets at `count` points; `place` writes the parameters of a point.
    pub fn evaluate(
        &self,
        unit: &str,
        count: usize,
        deadline: Deadline,
        place: &(dyn Fn(usize, &mut [f64]) + Sync),
    ) -> Result<Evaluated> {
        let (n, examples) = (self.dimension(), self.objectives[0].examples());
        let mut progress = Progress::new(unit, count);
        let (mut rows, mut done) = (Vec::new(), 0);
        let alone = n >= LARGE && examples > 0;
        let mut chunk = if alone { 1 } else { crate::rayon::current_num_threads() };
        let mut theta = vec![0.0; n];
        while done < count {
            if deadline.passed() {
                progress.stopped();
                break;
            }
            let started = Instant::now();
            let end = count.min(done + chunk);
            if alone {
                for k in done..end {
                    rows.push(self.at(k, place, &mut theta)?);
                }
            } else {
                let found: Result<Vec<_>> = (done..end)
                    .into_par_iter()
                    .map_init(|| vec![0.0; n], |theta, k| self.at(k, place, theta))
                    .collect();
                rows.extend(found?);
            }
            progress.add(end - done);
            done = end;
            if started.elapsed() < PATIENCE {
                chunk = (2 * chunk).min(1 << 16);
            }
        }
        let losses = rows.iter().flat_map(|(losses, _)| losses.iter().copied()).collect();
        let accuracies = rows.iter().flat_map(|(_, rates)| rates.iter().copied()).collect();
        Ok(Evaluated { points: done, complete: done == count, losses, accuracies })
    }

    fn at(
        &self,
        k: usize,
        place: &(dyn Fn(usize, &mut [f64]) + Sync),
        theta: &mut [f64],
    ) -> Result<(Vec<f64>, Vec<f64>)> {
        place(k, theta);
        let (mut losses, mut accuracies) = (Vec::new(), Vec::new());
        for objective in &self.objectives {
            objective.counters.losses(1);
            losses.push(objective.function.loss(theta)?);
            if self.accuracy {
                accuracies.push(objective.function.accuracy(theta)?);
            }
        }
        Ok((losses, accuracies))
    }
}

/// Refuses more points than a picture has.
pub(super) fn require_points(points: usize) -> Result<()> {
    if points <= MAX_POINTS {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: "A slice".to_string(),
        needs: format!("{points} points"),
        limit: format!("{MAX_POINTS}"),
        advice: "Take a coarser grid.".to_string(),
    })
}

/// The documented setters of runs that look at several objectives at once, kept in the field `sets`; `$settings` is an expression for such a run, of an objective like `$other`.
macro_rules! sets_setters {
    ($settings:literal, $other:literal) => {
        /// Evaluates another objective of the same parameters beside the first, such as the loss of test data; its rows have this name in the column `set`.
        #[doc = concat!(
            "\n```\n# fn main() -> statmech::Result<()> {\nuse statmech::prelude::*;\nlet settings = ", $settings,
            ";\nlet result = settings.beside(\"test\", &", $other,
            ").run()?;\nassert!(result.of(\"test\").is_ok() && settings.run()?.of(\"test\").is_err());\n# Ok(())\n# }\n```",
        )]
        pub fn beside(&self, set: &str, objective: &$crate::landscape::Objective) -> Self {
            Self { sets: self.sets.beside(set, objective), ..self.clone() }
        }

        /// Sets the name of the first objective in the column `set`; default "training".
        #[doc = concat!(
            "\n```\n# fn main() -> statmech::Result<()> {\nuse statmech::prelude::*;\nlet settings = ", $settings,
            ";\nlet result = settings.set(\"mine\").run()?;\nassert!(result.of(\"mine\").is_ok() && result.of(\"training\").is_err());\n# Ok(())\n# }\n```",
        )]
        pub fn set(&self, name: &str) -> Self {
            Self { sets: self.sets.named(name), ..self.clone() }
        }

        /// Whether the accuracy of classifiers is evaluated as well; default false.
        #[doc = concat!(
            "\n```\n# fn main() -> statmech::Result<()> {\nuse statmech::prelude::*;\nlet settings = ", $settings,
            ";\nassert!(settings.accuracy(true).run().is_err()); // no classifier\n# Ok(())\n# }\n```",
        )]
        pub fn accuracy(&self, wanted: bool) -> Self {
            Self { sets: self.sets.with_accuracy(wanted), ..self.clone() }
        }
    };
}
pub(in crate::landscape) use sets_setters;
