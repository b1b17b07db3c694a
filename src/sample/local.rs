//! Single-spin updates with local fields kept up to date.

use crate::error::{Error, Result};
use crate::file::{Reader, Writer};
use crate::rand::RngCore;
use crate::random::Generator;
use crate::sample::settings::{Rule, SiteOrder};
use crate::spin::{PairModel, Quanta};

/// Sums of real numbers are made afresh after so many sweeps, before rounding errors could add up.
const REFRESH: u32 = 256;

/// What single-spin updates need besides the spins; energies and fields are in units of the quanta.
#[derive(Clone, Debug)]
pub(super) struct LocalUpdates {
    dynamics: Dynamics,
    state: State,
}

/// Single-spin updates at one temperature, without any state: replicas share them.
#[derive(Clone, Debug)]
pub(crate) struct Dynamics {
    acceptance: Acceptance,
    /// The sites in their fixed order; none for random sites.
    order: Option<Vec<u32>>,
}

#[derive(Clone, Debug)]
enum Acceptance {
    /// By s_i h_i^{local} + center, where that is an integer.
    Table {
        thresholds: Vec<u64>,
        center: f64,
    },
    Real(Rule),
}

/// Local fields Σ_j J_ij s_j + h_i, energy and magnetization of the present configuration.
#[derive(Clone, Debug)]
pub(super) struct State {
    local: Vec<f64>,
    pub energy: f64,
    pub magnetization: i64,
    /// Sweeps left until sums of real numbers are refreshed.
    countdown: u32,
}

impl LocalUpdates {
    pub fn new(
        model: &PairModel,
        quanta: &Quanta,
        rule: Rule,
        order: SiteOrder,
        spins: &[i8],
    ) -> Result<Self> {
        let dynamics = Dynamics::new(model, quanta, rule, order)?;
        Ok(Self { dynamics, state: State::of(model, quanta, spins) })
    }

    /// What the spins do not tell: sums of real numbers depend in their last digits on how they came about.
    pub fn save(&self, out: &mut Writer) {
        out.u32(self.state.countdown);
        out.f64(self.state.energy);
        let real = matches!(self.dynamics.acceptance, Acceptance::Real(_));
        out.f64s(if real { &self.state.local } else { &[] });
    }

    /// Restores what [`save`](Self::save) wrote.
    pub fn load(&mut self, from: &mut Reader) -> Result<()> {
        let (countdown, energy, local) = (from.u32()?, from.f64()?, from.f64s()?);
        let real = matches!(self.dynamics.acceptance, Acceptance::Real(_));
        let expected = if real { self.state.local.len() } else { 0 };
        let finite = energy.is_finite() && local.iter().all(|x| x.is_finite());
        if !((1..=REFRESH).contains(&countdown) && local.len() == expected && finite) {
            return Err(from.refuse("its local fields do not belong to its spins"));
        }
        self.state.countdown = countdown;
        self.state.energy = energy;
        if real {
            self.state.local = local;
        }
        Ok(())
    }

    /// One sweep; returns energy (in units) and magnetization, both in total.
    pub fn sweep(
        &mut self,
        model: &PairModel,
        quanta: &Quanta,
        spins: &mut [i8],
        generator: &mut Generator,
    ) -> (f64, i64) {
        self.dynamics.sweep(model, quanta, spins, generator, &mut self.state);
        (self.state.energy, self.state.magnetization)
    }

    /// Exchanges what belongs to the configurations; tables and order stay.
    pub fn exchange(&mut self, other: &mut Self) {
        std::mem::swap(&mut self.state, &mut other.state);
    }

    /// Takes up spins that were changed from outside; returns their energy (in units) and magnetization.
    pub fn restart(&mut self, model: &PairModel, quanta: &Quanta, spins: &[i8]) -> (f64, i64) {
        self.state = State::of(model, quanta, spins);
        (self.state.energy, self.state.magnetization)
    }
}

impl Dynamics {
    pub(super) fn new(
        model: &PairModel,
        quanta: &Quanta,
        rule: Rule,
        order: SiteOrder,
    ) -> Result<Self> {
        let order = match order {
            SiteOrder::Random => None,
            SiteOrder::Sequential => Some((0..model.n_spins() as u32).collect()),
            SiteOrder::Checkerboard => Some(sublattices(model)?),
        };
        let acceptance = match quanta.max_local {
            Some(max) => {
                let field = |k: usize| (k as f64 - max as f64) * quanta.unit;
                let thresholds = (0..=2 * max).map(|k| rule.threshold(field(k))).collect();
                Acceptance::Table { thresholds, center: max as f64 }
            }
            None => Acceptance::Real(Rule { beta: rule.beta * quanta.unit, ..rule }),
        };
        Ok(Self { acceptance, order })
    }

    /// One sweep over the spins that `state` describes.
    pub(super) fn sweep(
        &self,
        model: &PairModel,
        quanta: &Quanta,
        spins: &mut [i8],
        generator: &mut Generator,
        state: &mut State,
    ) {
        if quanta.max_local.is_none() {
            state.countdown -= 1;
            if state.countdown == 0 {
                *state = State::of(model, quanta, spins);
            }
        }
        let mut visit = Visit { model, quanta, spins, generator, state };
        let order = self.order.as_deref();
        match &self.acceptance {
            Acceptance::Table { thresholds, center } => {
                visit.sites(order, |x| thresholds[(x + center) as usize]);
            }
            Acceptance::Real(rule) => visit.sites(order, |x| rule.threshold(x)),
        }
    }
}

impl State {
    pub fn of(model: &PairModel, quanta: &Quanta, spins: &[i8]) -> Self {
        let local: Vec<f64> =
            (0..spins.len()).map(|i| local_field(model, quanta, spins, i)).collect();
        let sites = spins.iter().zip(&local).zip(&quanta.fields);
        let doubled: f64 = sites.map(|((&s, x), h)| f64::from(s) * (x + h)).sum();
        let magnetization = spins.iter().map(|&s| i64::from(s)).sum();
        Self { local, energy: -0.5 * doubled, magnetization, countdown: REFRESH }
    }

    /// s_i h_i^{local} of spin `i`, half of what its flip would cost.
    #[inline]
    pub fn alignment(&self, spins: &[i8], i: usize) -> f64 {
        f64::from(spins[i]) * self.local[i]
    }

    /// Flips spin `i`.
    #[inline]
    pub fn flip(&mut self, model: &PairModel, quanta: &Quanta, spins: &mut [i8], i: usize) {
        let s = f64::from(spins[i]);
        self.energy += 2.0 * s * self.local[i];
        self.magnetization -= 2 * i64::from(spins[i]);
        spins[i] = -spins[i];
        let twice = 2.0 * s;
        let neighbors = model.couplings().row(i).0;
        let values = &quanta.couplings[model.couplings().entries(i)];
        for (&j, value) in neighbors.iter().zip(values) {
            self.local[j as usize] -= twice * value;
        }
    }
}

/// Σ_j J_ij s_j + h_i in units of the quanta.
#[inline]
pub(super) fn local_field(model: &PairModel, quanta: &Quanta, spins: &[i8], i: usize) -> f64 {
    let neighbors = model.couplings().row(i).0;
    let values = &quanta.couplings[model.couplings().entries(i)];
    let pairs = neighbors.iter().zip(values);
    quanta.fields[i] + pairs.map(|(&j, value)| value * f64::from(spins[j as usize])).sum::<f64>()
}

/// One of n sites, or n itself, which is nobody (see the page of [`crate::sample`]).
///
/// The upper half of a random u64 decides. Sites differ in probability by at most 2⁻³² n relatively, which is one in a thousand for the
/// largest model and does not touch the balance condition.
#[inline]
pub(super) fn site_or_nobody(generator: &mut Generator, n: usize) -> usize {
    (((generator.next_u64() >> 32) * (n as u64 + 1)) >> 32) as usize
}

struct Visit<'a> {
    model: &'a PairModel,
    quanta: &'a Quanta,
    spins: &'a mut [i8],
    generator: &'a mut Generator,
    state: &'a mut State,
}

impl Visit<'_> {
    #[inline]
    fn sites(&mut self, order: Option<&[u32]>, threshold: impl Fn(f64) -> u64) {
        if let Some(order) = order {
            for &i in order {
                self.attempt(i as usize, &threshold);
            }
            return;
        }
        let n = self.spins.len();
        for _ in 0..=n {
            let i = site_or_nobody(self.generator, n);
            if i < n {
                self.attempt(i, &threshold);
            }
        }
    }

    #[inline]
    fn attempt(&mut self, i: usize, threshold: &impl Fn(f64) -> u64) {
        let limit = threshold(self.state.alignment(self.spins, i));
        if limit == u64::MAX || self.generator.next_u64() < limit {
            self.state.flip(self.model, self.quanta, self.spins, i);
        }
    }
}

/// All sites of one sublattice, then all of the other; sites in ascending order within each.
fn sublattices(model: &PairModel) -> Result<Vec<u32>> {
    let n = model.n_spins();
    let mut color = vec![0_i8; n];
    let mut reached = Vec::new();
    for seed in 0..n {
        if color[seed] != 0 {
            continue;
        }
        color[seed] = 1;
        reached.push(seed);
        while let Some(i) = reached.pop() {
            for &j in model.couplings().row(i).0 {
                let j = j as usize;
                if color[j] == 0 {
                    color[j] = -color[i];
                    reached.push(j);
                } else if color[j] == color[i] {
                    return Err(Error::Unsupported {
                        what: "Checkerboard order".to_owned(),
                        why: "the bonds do not fall into two sublattices (there is a loop of odd length)"
                            .to_owned(),
                        advice: "Use `SiteOrder::Sequential` or `SiteOrder::Random`.".to_owned(),
                    });
                }
            }
        }
    }
    let mut sites: Vec<u32> = (0..n as u32).collect();
    sites.sort_by_key(|&i| -color[i as usize]);
    Ok(sites)
}
