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

/// The setters of both builders, from an expression for settings and what takes the first result out of a run.
///
/// The settings of their examples are two units with J₁₂ = −1 that start at (1, 1).
macro_rules! setters {
    ($settings:literal, $first:literal) => {
        setters! { @write $settings, $first, "asynchronous()", "assert_eq!(ended.stopped, Stopped::FixedPoint);",
            /// Every unit once a sweep, one after the other, in a new random order each sweep: the default.
            ///
            /// With symmetric couplings at T = 0 the energy never rises.
            asynchronous(): |settings| settings.dynamics = Dynamics::Asynchronous
        }
        setters! { @write $settings, $first, "sequential()", "assert_eq!(ended.state, array![-1, 1]); // the first unit gives way",
            /// Every unit once a sweep, one after the other, from the first to the last.
            sequential(): |settings| settings.dynamics = Dynamics::Sequential
        }
        setters! { @write $settings, $first, "synchronous()", "assert_eq!(ended.stopped, Stopped::TwoCycle);",
            /// All units at once, each in the field of the state before.
            ///
            /// With symmetric couplings at T = 0 it ends in a fixed point or a cycle of two states (E. Goles-Chacc, F. Fogelman-Soulié and D. Pellegrin,
            /// Discrete Appl. Math. 12, 261 (1985)), which is detected exactly. At T > 0 this is the dynamics of W. A. Little, Math. Biosci. 19, 101 (1974),
            /// which does not sample exp(−E/T).
            synchronous(): |settings| settings.dynamics = Dynamics::Synchronous
        }
        setters! { @write $settings, $first, "temperature(0.5)", "assert_eq!((ended.stopped, ended.sweeps), (Stopped::Sweeps, 100));",
            /// The temperature T of the heat bath, P(s_i = +1) = 1/(1 + exp(−2 h_i / T)) in the field h_i; default 0, where units take the sign of their field and
            /// keep their state in a field of zero.
            temperature(temperature: f64): |settings| settings.temperature = temperature
        }
        setters! { @write $settings, $first, "temperature(0.5).sweeps(7)", "assert_eq!(ended.sweeps, 7);",
            /// The most sweeps (N updates each, one step if synchronous); default 100. At T > 0 all of them are done.
            sweeps(sweeps: usize): |settings| settings.sweeps = sweeps
        }
        setters! { @write $settings, $first, "seed(Seed::new(7).child(1))", "assert_eq!(ended.state.sum(), 0); // one unit gives way: chance says which",
            /// The seed of random orders and of the heat bath; default 0.
            seed(seed: impl Into<Seed>): |settings| settings.seed = seed.into()
        }
        setters! { @write $settings, $first, "deadline(60.0)", "assert!(ended.complete() && settings.deadline(-1.0).run().is_err());",
            /// A limit in seconds, after which states are returned as they are, stopped by the [deadline](crate::hopfield::Stopped::Deadline); default none.
            deadline(seconds: f64): |settings| settings.deadline = Some(seconds)
        }
        setters! { @write $settings, $first, "clamped(&array![true, false])", "assert_eq!(ended.state, array![1, -1]);",
            /// Units that keep the state they start in, true for each: what is known of a pattern to be completed; default none.
            clamped(units: &Array1<bool>): |settings| settings.clamped = units.to_vec()
        }
    };
    (@write $settings:literal, $first:literal, $call:literal, $then:literal,
        $(#[$doc:meta])+ $name:ident($($argument:ident: $type:ty)?): $change:expr
    ) => {
        $(#[$doc])+
        #[doc = concat!(
            "\n```\n# fn main() -> statmech::Result<()> {\nuse statmech::prelude::*;\n",
            "let pair = Hopfield::from_couplings(&array![[0.0, -1.0], [-1.0, 0.0]])?;\n",
            "let settings = ", $settings, ";\n", "let ended = &settings.", $call, ".run()?", $first, ";\n", $then,
            "\n# Ok(())\n# }\n```",
        )]
        pub fn $name(&self, $($argument: $type)?) -> Self {
            self.with($change)
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
        let size = network.n_units();
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
        let energy = run.energy() / self.network.n_units() as f64;
        let overlaps = self.network.overlaps_with(run.state());
        let state = Array1::from(run.into_state());
        Recalled { state, partner, stopped, sweeps, flips, energy, overlaps }
    }
}
