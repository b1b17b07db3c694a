//! The course of the dynamics, for one start or many.

use crate::error::{Error, Result};
use crate::hopfield::Hopfield;
use crate::hopfield::noise::{Noise, shuffle};
use crate::hopfield::recalled::{Recalled, Stopped};
use crate::hopfield::weights::Run;
use crate::ndarray::Array1;
use crate::progress::{Deadline, Progress};
use crate::random::{Generator, Seed};

/// Which units are updated when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dynamics {
    /// Every unit once a sweep, in a new random order each.
    Asynchronous,
    /// Every unit once a sweep, from the first to the last.
    Sequential,
    /// All at once.
    Synchronous,
}

/// What [`Recall`] and [`RecallMany`] have in common.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub dynamics: Dynamics,
    pub temperature: f64,
    pub sweeps: usize,
    pub seed: Seed,
    pub deadline: Option<f64>,
    pub clamped: Vec<bool>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            dynamics: Dynamics::Asynchronous,
            temperature: 0.0,
            sweeps: 100,
            seed: Seed::default(),
            deadline: None,
            clamped: Vec::new(),
        }
    }
}

/// The setters of both builders.
macro_rules! setters {
    () => {
        /// Every unit once a sweep, one after the other, in a new random order each sweep: the default.
        ///
        /// With symmetric couplings at T = 0 the energy never rises.
        pub fn asynchronous(&self) -> Self {
            self.with(|settings| settings.dynamics = Dynamics::Asynchronous)
        }

        /// Every unit once a sweep, one after the other, from the first to the last.
        pub fn sequential(&self) -> Self {
            self.with(|settings| settings.dynamics = Dynamics::Sequential)
        }

        /// All units at once, each in the field of the state before.
        ///
        /// With symmetric couplings at T = 0 it ends in a fixed point or a cycle of two states (E. Goles-Chacc, F. Fogelman-Soulié and D. Pellegrin,
        /// Discrete Appl. Math. 12, 261 (1985)), which is detected exactly. At T > 0 this is the dynamics of W. A. Little, Math. Biosci. 19, 101 (1974),
        /// which does not sample exp(−E/T).
        pub fn synchronous(&self) -> Self {
            self.with(|settings| settings.dynamics = Dynamics::Synchronous)
        }

        /// The temperature T of the heat bath, P(s_i = +1) = 1/(1 + exp(−2 h_i / T)) in the field h_i; default 0, where units take the sign of their field and
        /// keep their state in a field of zero.
        pub fn temperature(&self, temperature: f64) -> Self {
            self.with(|settings| settings.temperature = temperature)
        }

        /// The most sweeps (N updates each, one step if synchronous); default 100. At T > 0 all of them are done.
        pub fn sweeps(&self, sweeps: usize) -> Self {
            self.with(|settings| settings.sweeps = sweeps)
        }

        /// The seed of random orders and of the heat bath; default 0.
        pub fn seed(&self, seed: impl Into<Seed>) -> Self {
            let seed = seed.into();
            self.with(|settings| settings.seed = seed)
        }

        /// A limit in seconds, after which states are returned as they are, stopped by the [deadline](crate::hopfield::Stopped::Deadline); default none.
        pub fn deadline(&self, seconds: f64) -> Self {
            self.with(|settings| settings.deadline = Some(seconds))
        }

        /// Units that keep the state they start in, true for each: what is known of a pattern to be completed; default none.
        pub fn clamped(&self, units: &Array1<bool>) -> Self {
            self.with(|settings| settings.clamped = units.to_vec())
        }
    };
}
pub(super) use setters;

/// A network, settings in order, and the time there is: what every start has in common.
#[derive(Debug)]
pub(super) struct Course<'a> {
    network: &'a Hopfield,
    settings: &'a Settings,
    /// The units that are updated.
    units: Vec<u32>,
    deadline: Deadline,
}

impl Settings {
    /// The course that these settings give this network.
    pub fn course<'a>(&'a self, network: &'a Hopfield) -> Result<Course<'a>> {
        if !(self.temperature >= 0.0 && self.temperature.is_finite()) {
            let allowed = "0 or a finite number above";
            return Err(Error::argument("temperature", self.temperature, allowed));
        }
        if self.sweeps == 0 {
            return Err(Error::argument("sweeps", 0, "at least 1"));
        }
        let size = network.size();
        if !self.clamped.is_empty() && self.clamped.len() != size {
            return Err(Error::Shape {
                what: "The array of clamped units",
                expected: format!("({size},)"),
                given: format!("({},)", self.clamped.len()),
            });
        }
        let free = |i: &u32| !self.clamped.get(*i as usize).copied().unwrap_or(false);
        let units = (0..size as u32).filter(free).collect();
        let deadline = Deadline::new(self.deadline)?;
        Ok(Course { network, settings: self, units, deadline })
    }
}

impl Course<'_> {
    /// The dynamics from one checked state; `observe` sees the start, and the state after each sweep with its flips.
    pub fn follow(
        &self,
        start: Vec<i8>,
        generator: Generator,
        mut progress: Option<&mut Progress>,
        mut observe: impl FnMut(&Run<'_>, usize),
    ) -> Recalled {
        let settings = self.settings;
        let cold = settings.temperature == 0.0;
        let mut run = self.network.at(start);
        let mut noise = Noise { temperature: settings.temperature, generator };
        let mut order = self.units.clone();
        let mut before: Option<Vec<i8>> = None;
        let (mut sweeps, mut flips) = (0, 0);
        let mut partner = None;
        observe(&run, 0);
        let stopped = loop {
            if self.deadline.passed() {
                break Stopped::Deadline;
            }
            if sweeps == settings.sweeps {
                // A fixed point may have been reached by the last of them.
                let fixed = cold && run.is_settled(&self.units);
                break if fixed { Stopped::FixedPoint } else { Stopped::Sweeps };
            }
            let cycles = cold && settings.dynamics == Dynamics::Synchronous;
            let previous = cycles.then(|| run.state().to_vec());
            let flipped = match settings.dynamics {
                Dynamics::Synchronous => run.step(&self.units, &mut noise),
                Dynamics::Sequential => run.sweep(&order, &mut noise),
                Dynamics::Asynchronous => {
                    shuffle(&mut order, &mut noise.generator);
                    run.sweep(&order, &mut noise)
                }
            };
            if flipped == 0 && cold && (run.is_exact() || run.is_settled(&self.units)) {
                break Stopped::FixedPoint;
            }
            sweeps += 1;
            flips += flipped;
            if let Some(progress) = progress.as_mut() {
                progress.add(1);
            }
            observe(&run, flipped);
            if previous.is_some() && before.as_deref() == Some(run.state()) {
                partner = previous.map(Array1::from);
                break Stopped::TwoCycle;
            }
            before = previous;
        };
        run.refresh();
        let energy = run.energy() / self.network.size() as f64;
        let overlaps = self.network.overlaps_with(run.state());
        let state = Array1::from(run.into_state());
        Recalled { state, partner, stopped, sweeps, flips, energy, overlaps }
    }
}
