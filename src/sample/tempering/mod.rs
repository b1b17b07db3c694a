//! Replica exchange Monte Carlo, "parallel tempering".

mod acceptance;
mod blocks;
mod bundle;
mod houdayer;
mod kernel;
mod overlap;
mod packed;
mod plan;
mod result;
mod scalar;
mod shared;

pub use result::Tempered;

pub(crate) use blocks::estimate_by_blocks;

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result, require_positive};
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::sample::check_memory;
use crate::sample::rounds::{Limits, advance};
use crate::sample::settings::{SiteOrder, Start, Update, sweeps};
use crate::sample::simulation::MAX_MEASURED;
use crate::setters::setters;
use crate::spin::{PairModel, Quanta};
use crate::stats::MIN_SERIES;

use bundle::Bundle;
use shared::{Packing, Shared, houdayer_temperatures};

/// Settings of a parallel tempering run; [`run`](Self::run) gives the result.
///
/// Each replica is one system at every temperature of the ladder. After every [`swap_interval`](Self::swap_interval) sweeps neighbouring
/// temperatures exchange their configurations with probability min(1, exp((β₁ − β₂)(E₁ − E₂))), E the total energy, in turn (T₀ T₁),
/// (T₂ T₃), … and (T₁ T₂), (T₃ T₄), …. So configurations walk up to high temperatures, where they forget, and down again, and
/// spin glasses equilibrate that a single temperature would keep in one valley. Two or more replicas give the overlaps
/// q = (1/N) Σ_i s_i s'_i. Source: K. Hukushima and K. Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996).
///
/// Where all couplings and fields are small multiples of one quantum (Σ_j |J_ij| + |h_i| at most 15 of them: ±J on any
/// lattice with up to 15 neighbours), there are at most 64 temperatures, and the order of sites is left open or
/// checkerboard, 64 systems are kept in a machine word and updated together, each with its own random bits and exact
/// probabilities. On the cubic lattice this is about 15 times as fast as one by one if temperatures times replicas fill the word, as 32
/// temperatures in two replicas do. Only model and settings decide, and the numbers are the same on every processor and number of
/// threads. Threads share out the words; else the pairs of replicas and, in large systems, their temperatures.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let glass = Ising::edwards_anderson(Lattice::cubic(4), Disorder::PlusMinus, 1)?;
/// let tempered = glass.tempering(geomspace(0.6, 2.4, 8)).sweeps(2_000).seed(1).run()?;
/// let frame = tempered.frame()?;
/// let overlap = frame.values("overlap_squared")?;
/// assert!(overlap[0] > 0.3 && overlap[7] < 0.1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "settings return a changed copy and leave the original as it was"]
pub struct Tempering {
    model: Arc<PairModel>,
    temperatures: Vec<f64>,
    replicas: i64,
    sweeps: i64,
    thermalization: Option<i64>,
    swap_interval: i64,
    update: Update,
    order: Option<SiteOrder>,
    houdayer: bool,
    seed: Seed,
    start: Start,
    deadline: Option<f64>,
}

impl Tempering {
    pub(crate) fn new(model: Arc<PairModel>, temperatures: Vec<f64>) -> Self {
        Self {
            model,
            temperatures,
            replicas: 2,
            sweeps: 10_000,
            thermalization: None,
            swap_interval: 1,
            update: Update::HeatBath,
            order: None,
            houdayer: false,
            seed: Seed::default(),
            start: Start::Random,
            deadline: None,
        }
    }

    /// Systems at each temperature, 1 or an even number; default 2. Overlaps are taken of the replicas 0 and 1, 2 and 3, …, so that
    /// the pairs are independent of each other.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let tempering = Ising::square(4)?.tempering([2.0, 3.0]).sweeps(100);
    /// assert_eq!(tempering.replicas(4).run()?.overlaps(0)?.dim(), (2, 100)); // two pairs
    /// assert!(tempering.replicas(3).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn replicas(&self, replicas: i64) -> Self {
        Self { replicas, ..self.clone() }
    }

    /// Sweeps between exchanges; default 1. Energies, magnetizations and overlaps are measured just before each exchange.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let tempering = Ising::square(4)?.tempering([2.0, 3.0]).sweeps(200);
    /// assert_eq!(tempering.swap_interval(5).run()?.overlaps(0)?.dim(), (1, 40));
    /// # Ok(()) }
    /// ```
    pub fn swap_interval(&self, sweeps: i64) -> Self {
        Self { swap_interval: sweeps, ..self.clone() }
    }

    /// Whether to make a cluster move between the two replicas of each pair after the sweeps before an exchange; default no.
    ///
    /// A connected cluster of sites where the two differ is exchanged (without a field, one of sites where they agree is turned over in both, if
    /// those are fewer), which keeps the sum of their energies. It helps where such clusters do not span the
    /// lattice: in two dimensions, or on diluted graphs. It is made at temperatures up to the root mean square of the
    /// couplings, above which it only costs time. Sources: J. Houdayer, Eur. Phys. J. B 22, 479 (2001); Z. Zhu, A. J. Ochoa and
    /// H. G. Katzgraber, Phys. Rev. Lett. 115, 077201 (2015) for the restriction to low temperatures.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let glass = Ising::edwards_anderson(Lattice::square(4), Disorder::PlusMinus, 1)?;
    /// let frame = glass.tempering([0.8, 1.4, 2.0]).houdayer(true).sweeps(2_000).seed(1).run()?.frame()?;
    /// let (energy, error) = (frame.values("energy")?[0], frame.values("energy_err")?[0]);
    /// assert!((energy - glass.enumerate()?.at(0.8)?.energy).abs() < 4.0 * error);
    /// # Ok(()) }
    /// ```
    pub fn houdayer(&self, houdayer: bool) -> Self {
        Self { houdayer, ..self.clone() }
    }

    setters! { "Ising::square(4)?.tempering([2.0, 3.0])":
        /// Sweeps measured at each temperature; default 10 000. What remains beyond a whole number of
        /// [`swap_interval`](Self::swap_interval)s is left out.
        sweeps;
        /// Sweeps before measuring, with exchanges; default as many as [`sweeps`](Self::sweeps), since glasses are slow.
        thermalization;
        /// How spins change; default [`Update::HeatBath`], which with a fixed order of sites moves at least as often as Metropolis
        /// (see [`crate::sample`]). Cluster updates are refused.
        update;
        /// Which site comes next. By default the fastest order that the model allows: one class of mutually unbonded sites after the other
        /// where 64 systems share a word ("colors" in the frame), else [`SiteOrder::Sequential`].
        order;
        /// The starting configurations; default [`Start::Random`].
        start;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which the result holds what was measured so far and `complete` is false; default none.
        ///
        /// Thermalization gets its share of the time, at most nine tenths. The limit is passed by about one round at most.
        deadline;
    }

    /// Runs the simulation.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let settings = Ising::square(4)?.tempering([2.0, 2.5, 3.0]).sweeps(500);
    /// assert!(settings.seed(1).run()?.complete());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there are fewer than two temperatures, they do not ascend, or one is not a finite number above 0; if the replicas are neither 1
    /// nor an even number up to 1024; if `swap_interval` is below 1, `sweeps` below 16 swap intervals or `thermalization` below 0; if the
    /// systems would need more than 2 GiB or the measurements would not fit in memory; if the update is one of clusters, or the order does not fit the model; if Houdayer moves
    /// are asked for with one replica or above their temperatures; if the deadline is not a finite number above 0, or passes
    /// before 16 measurements.
    pub fn run(&self) -> Result<Tempered> {
        let shared = self.shared()?;
        let replicas = self.checked_replicas()?;
        let rounds = sweeps("sweeps", self.sweeps, 1)? / shared.interval;
        if rounds < MIN_SERIES {
            let allowed = format!("at least {MIN_SERIES} times `swap_interval`");
            return Err(Error::argument("sweeps", self.sweeps, allowed));
        }
        let systems = shared.temperatures.len().saturating_mul(replicas);
        check_memory("Parallel tempering", systems, self.model.n_spins())?;
        let total = rounds.saturating_mul(systems);
        if total > MAX_MEASURED {
            return Err(Error::TooLarge {
                what: "This run".to_owned(),
                needs: format!("{total} measurements in memory"),
                limit: format!("{MAX_MEASURED}"),
                advice: "Take fewer sweeps, replicas or temperatures, or a longer `swap_interval`."
                    .to_owned(),
            });
        }
        let warm_up = sweeps("thermalization", self.thermalization.unwrap_or(self.sweeps), 0)?
            .div_ceil(shared.interval);
        let deadline = Deadline::new(self.deadline)?;
        let mut bundles = self.bundles(&shared, replicas)?;
        let all = bundles.len().saturating_mul(warm_up.saturating_add(rounds));
        let mut progress = Progress::new("rounds of sweeps and exchanges", all);

        let share = warm_up as f64 / (warm_up as f64 + rounds as f64);
        let first = Limits {
            least: 0,
            part: deadline.share(share.min(0.9)),
            whole: deadline,
            reserve: 1 + MIN_SERIES,
        };
        let thermalized = advance(&mut bundles, warm_up, first, &mut progress, |bundle, count| {
            bundle.advance(&shared, count, false);
            Ok(())
        })?;
        let rest = Limits { least: MIN_SERIES, part: deadline, whole: deadline, reserve: 0 };
        let measured = advance(&mut bundles, rounds, rest, &mut progress, |bundle, count| {
            bundle.advance(&shared, count, true);
            Ok(())
        })?;
        let done = (measured * shared.interval, thermalized * shared.interval);
        let complete = measured == rounds && thermalized == warm_up;
        Ok(Tempered::new(self, &shared, bundles, done, complete))
    }

    fn shared(&self) -> Result<Shared> {
        let temperatures = self.checked_temperatures()?;
        let interval = sweeps("swap_interval", self.swap_interval, 1)?;
        self.update.require_single_spin("parallel tempering")?;
        let houdayer = match self.houdayer {
            true if self.replicas < 2 => {
                return Err(Error::argument(
                    "replicas",
                    self.replicas,
                    "2 or more for Houdayer moves",
                ));
            }
            true => houdayer_temperatures(&self.model, &temperatures)?,
            false => 0,
        };
        let quanta = Quanta::of(&self.model);
        let open = matches!(self.order, None | Some(SiteOrder::Checkerboard));
        let packing = open
            .then(|| Packing::of(&self.model, &quanta, &temperatures, self.update))
            .flatten()
            .filter(|packing| self.order.is_none() || packing.plan.n_colors <= 2);
        let bonds = self.model.couplings().bonds().into_iter();
        let links =
            bonds.filter(|bond| bond.2 != 0.0).map(|(i, j, _)| (i as u32, j as u32)).collect();
        Ok(Shared {
            model: Arc::clone(&self.model),
            quanta,
            temperatures,
            update: self.update,
            order: self.order.unwrap_or(SiteOrder::Sequential),
            start: self.start,
            interval,
            houdayer,
            links,
            packing,
        })
    }

    /// The same settings at other temperatures.
    pub(crate) fn temperatures(&self, temperatures: Vec<f64>) -> Self {
        Self { temperatures, ..self.clone() }
    }

    fn checked_temperatures(&self) -> Result<Vec<f64>> {
        for &t in &self.temperatures {
            require_positive("temperature", t)?;
        }
        if self.temperatures.len() < 2 {
            let given = format!("{} of them", self.temperatures.len());
            return Err(Error::argument("temperatures", given, "at least two to exchange"));
        }
        match self.temperatures.windows(2).find(|pair| pair[0] >= pair[1]) {
            Some(pair) => {
                let given = format!("{} followed by {}", pair[0], pair[1]);
                Err(Error::argument("temperatures", given, "in ascending order, all different"))
            }
            None => Ok(self.temperatures.clone()),
        }
    }

    fn checked_replicas(&self) -> Result<usize> {
        match self.replicas {
            1 => Ok(1),
            even if even % 2 == 0 && (2..=1024).contains(&even) => Ok(even as usize),
            given => Err(Error::argument("replicas", given, "1 or an even number up to 1024")),
        }
    }

    /// Independent groups of replicas: pairs, or as many as share a word.
    fn bundles(&self, shared: &Shared, replicas: usize) -> Result<Vec<Bundle>> {
        let most = match &shared.packing {
            Some(_) => Packing::replicas_per_word(shared.temperatures.len()).max(2),
            None => 2,
        };
        let starts = (0..replicas).step_by(most).enumerate();
        starts
            .map(|(index, start)| {
                let count = most.min(replicas - start);
                Bundle::new(shared, count, self.seed.child(index as u64))
            })
            .collect()
    }
}

impl fmt::Debug for Tempering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (model, count) = (&self.model, self.temperatures.len());
        let (replicas, sweeps, update) = (self.replicas, self.sweeps, self.update.name());
        write!(
            f,
            "Tempering({model:?}, {count} temperatures, {replicas} replicas, {sweeps} sweeps, {update})"
        )
    }
}
