//! Mixture states: what a network remembers that it was never told.

use super::require::{patterns_at, require_samples, require_sizes, require_some};
use super::rule::StorageRule;
use crate::error::{Error, Result};
use crate::hopfield::check;
use crate::hopfield::patterns::random_patterns;
use crate::ndarray::{Array1, Array2};
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::samples::run_samples;
use crate::setters::setters;
use crate::stats::{fraction_error, mean_and_error};
use crate::theory::ags;

/// More patterns than this in one mixture are not asked for.
const HIGHEST_ORDER: usize = 999;

/// The mixture of an odd number of patterns (or their negatives): at each unit the sign of the majority.
///
/// `members` are indices of rows and signs, `[(0, 1), (3, -1), (4, 1)]` for ξ⁰ − ξ³ + ξ⁴.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let patterns = array![[1, 1, -1, 1], [1, -1, -1, 1], [-1, 1, 1, 1]];
/// assert_eq!(mixture_state(&patterns, &[(0, 1), (1, 1), (2, 1)])?, array![1, 1, -1, 1]);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If an entry is not ±1, the number of members is not odd, an index is not that of a pattern or comes twice, or a sign is not ±1.
pub fn mixture_state(patterns: &Array2<i8>, members: &[(usize, i8)]) -> Result<Array1<i8>> {
    let size = check::patterns(patterns)?;
    require_order("members", members.len())?;
    for (k, (index, sign)) in members.iter().enumerate() {
        if *index >= patterns.nrows() {
            let allowed = format!("indices below {}, the number of patterns", patterns.nrows());
            return Err(Error::argument("members", index, allowed));
        }
        if members[..k].iter().any(|(other, _)| other == index) {
            let given = format!("pattern {index} twice");
            return Err(Error::argument("members", given, "different patterns"));
        }
        if sign.unsigned_abs() != 1 {
            return Err(Error::argument("members", sign, "given with signs +1 or -1"));
        }
    }
    let majority = |i: usize| {
        let sum: i32 = members.iter().map(|(mu, sign)| i32::from(patterns[(*mu, i)] * *sign)).sum();
        if sum > 0 { 1 } else { -1 }
    };
    Ok((0..size).map(majority).collect())
}

fn require_order(name: &'static str, order: usize) -> Result<()> {
    if order % 2 == 1 && order <= HIGHEST_ORDER {
        return Ok(());
    }
    let allowed = format!("an odd number up to {HIGHEST_ORDER}: an even mixture has ties");
    Err(Error::argument(name, order, allowed))
}

/// Settings of an experiment on mixture states: are they fixed points, and where do they go if not?
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let frame = MixtureScan::new().sizes([1000]).loads([0.005]).samples(10).run()?;
/// assert!((frame.lookup("order", 3.0, "energy")? + 0.375).abs() < 0.02);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct MixtureScan {
    rules: Vec<StorageRule>,
    orders: Vec<usize>,
    sizes: Vec<usize>,
    loads: Vec<f64>,
    samples: usize,
    seed: Seed,
    deadline: Option<f64>,
}

#[derive(Clone, Copy)]
struct Condition {
    rule: StorageRule,
    size: usize,
    count: usize,
    order: usize,
}

/// What is measured of one mixture.
struct Sampled {
    stable: f64,
    energy: f64,
    kept: f64,
    final_energy: f64,
}

impl Default for MixtureScan {
    fn default() -> Self {
        Self::new()
    }
}

impl MixtureScan {
    /// Hebb's rule with the defaults of the setters.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert_eq!(MixtureScan::new().samples(4).run()?.height(), 4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new() -> Self {
        Self {
            rules: vec![StorageRule::Hebb],
            orders: vec![1, 3, 5, 7],
            sizes: vec![500],
            loads: vec![0.02],
            samples: 40,
            seed: Seed::default(),
            deadline: None,
        }
    }

    setters! { "MixtureScan::new().sizes([50]).loads([0.1]).samples(5)":
        /// The rules of storage; default Hebb's.
        rules;
        /// The numbers of units N, column `n_units`; default 500.
        sizes;
        /// The loads α; at least as many patterns are stored as are mixed. Default 0.02.
        loads;
        /// Samples of patterns; default 40.
        samples;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which rows hold the samples done so far and `complete` is false; default none.
        deadline;
    }

    /// The numbers of patterns mixed, odd ones; default 1 (a pattern), 3, 5 and 7.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let scan = MixtureScan::new().sizes([100]).samples(4);
    /// assert_eq!(scan.orders([1, 3]).run()?.values("order")?, [1.0, 3.0]);
    /// assert!(scan.orders([2]).run().is_err()); // ties
    /// # Ok(()) }
    /// ```
    pub fn orders(&self, orders: impl IntoIterator<Item = usize>) -> Self {
        Self { orders: orders.into_iter().collect(), ..self.clone() }
    }

    /// Runs the experiment: a row for each rule, size, load and order, in this order of nesting.
    ///
    /// Columns: `rule`, `n_units`, `load`, `n_patterns`, `order` n; `stable` (the fraction of mixtures that are fixed points), `energy` (of the mixture, per unit), `overlap` (of the mixture with the state that the
    /// dynamics at T = 0 ends in), `final_energy` (of that state, per unit), each with `_err` (one standard error over samples; that of `stable` is not 0 where all agree); `energy_theory` (Hebb's rule for N → ∞ at
    /// vanishing load, [`ags::mixture`]; else missing); then `samples` (as done), `seed`, `complete`.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = MixtureScan::new().orders([3]).sizes([1000]).loads([0.003]).samples(10).run()?;
    /// assert!((frame.values("energy_theory")?[0] + 0.375).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If a list is empty, a size is below 2, a load is not above 0, an order is even or above 999; if there are fewer than 2 samples, or the deadline is not a finite number above 0.
    pub fn run(&self) -> Result<DataFrame> {
        let conditions = self.conditions()?;
        let deadline = Deadline::new(self.deadline)?;
        let samples = run_samples(conditions.len(), self.samples, deadline, |row, sample| {
            self.sample(conditions[row], sample)
        })?;
        let moments = |of: fn(&Sampled) -> f64| -> (Vec<Option<f64>>, Vec<Option<f64>>) {
            samples
                .iter()
                .map(|samples| mean_and_error(&samples.iter().map(of).collect::<Vec<_>>()))
                .map(|both| (both.map(|(mean, _)| mean), both.map(|(_, error)| error)))
                .unzip()
        };
        let (stable, _) = moments(|s| s.stable);
        // Not 0 where all samples agree.
        let stable_err: Vec<Option<f64>> = samples
            .iter()
            .map(|samples| {
                let fixed = samples.iter().filter(|s| s.stable > 0.5).count();
                (samples.len() > 1).then(|| fraction_error(fixed, samples.len()))
            })
            .collect();
        let (energy, energy_err) = moments(|s| s.energy);
        let (overlap, overlap_err) = moments(|s| s.kept);
        let (final_energy, final_energy_err) = moments(|s| s.final_energy);
        let theory = conditions
            .iter()
            .map(|c| {
                let mixture = || Ok(ags::mixture(c.order, 0.0)?.free_energy);
                (c.rule == StorageRule::Hebb).then(mixture).transpose()
            })
            .collect::<Result<Vec<_>>>()?;
        let first = df!(
            "rule" => conditions.iter().map(|c| c.rule.name()).collect::<Vec<_>>(),
            "n_units" => conditions.iter().map(|c| c.size as u64).collect::<Vec<_>>(),
            "load" => conditions.iter().map(|c| c.count as f64 / c.size as f64).collect::<Vec<_>>(),
            "n_patterns" => conditions.iter().map(|c| c.count as u64).collect::<Vec<_>>(),
            "order" => conditions.iter().map(|c| c.order as u64).collect::<Vec<_>>(),
            "stable" => stable,
            "stable_err" => stable_err,
            "energy" => energy,
            "energy_err" => energy_err,
            "energy_theory" => theory,
        )?;
        let rest = df!(
            "overlap" => overlap,
            "overlap_err" => overlap_err,
            "final_energy" => final_energy,
            "final_energy_err" => final_energy_err,
            "samples" => samples.iter().map(|s| s.len() as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); conditions.len()],
            "complete" => samples.iter().map(|s| s.len() == self.samples).collect::<Vec<_>>(),
        )?;
        Ok(first.hstack(rest.columns())?)
    }

    fn conditions(&self) -> Result<Vec<Condition>> {
        require_some("rules", &self.rules)?;
        require_some("orders", &self.orders)?;
        require_sizes(&self.sizes)?;
        require_some("loads", &self.loads)?;
        require_samples(self.samples)?;
        let mut conditions = Vec::new();
        for &rule in &self.rules {
            for &size in &self.sizes {
                for &load in &self.loads {
                    for &order in &self.orders {
                        require_order("orders", order)?;
                        let count = patterns_at(load, size)?.max(order);
                        conditions.push(Condition { rule, size, count, order });
                    }
                }
            }
        }
        Ok(conditions)
    }

    fn sample(&self, condition: Condition, sample: usize) -> Result<Sampled> {
        let Condition { rule, size, count, order } = condition;
        let seed = self.seed.child(size as u64).child(sample as u64);
        let patterns = random_patterns(count, size, seed.child(0))?;
        let network = rule.store(&patterns)?;
        let members: Vec<(usize, i8)> = (0..order).map(|mu| (mu, 1)).collect();
        let mixture = mixture_state(&patterns, &members)?;
        let recalled = network.recall(&mixture).seed(seed.child(1)).run()?;
        let agreement: i32 =
            mixture.iter().zip(&recalled.state).map(|(a, b)| i32::from(a * b)).sum();
        let n = size as f64;
        Ok(Sampled {
            stable: if recalled.flips == 0 { 1.0 } else { 0.0 },
            energy: network.energy(&mixture)? / n,
            kept: f64::from(agreement) / n,
            final_energy: recalled.energy,
        })
    }
}
