//! The step of a slice: as long as its curvature allows, since rounding is divided by its square.

use crate::error::{Error, Result};
use crate::landscape::Objective;
use crate::landscape::slice_trace::ray::Ray;
use crate::landscape::slice_trace::stencil::Stencil;
use crate::operator::Probe;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::rayon::prelude::*;

/// Steps that are tried, each a quarter of the one before.
const LEVELS: usize = 14;
const RATIO: f64 = 0.25;
/// Directions in which they are tried.
const PILOTS: usize = 3;
/// Curvatures of successive steps that differ by less than this fraction agree.
const AGREEMENT: f64 = 0.2;

/// Where and along what the loss is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    pub objective: &'a Objective,
    pub theta: &'a [f64],
    /// L(θ).
    pub center: f64,
    pub probe: Probe,
    pub seed: Seed,
}

impl<'a> Setting<'a> {
    pub fn ray(&self, index: usize) -> Ray<'a> {
        Ray::new(self.objective, self.theta, self.center, self.probe, self.seed, index)
    }
}

/// The curvatures of all pilots at one step; none where the loss is not finite.
struct Level {
    step: f64,
    curvatures: Option<Vec<f64>>,
}

/// Two successive steps.
#[derive(Clone, Copy, Debug)]
struct Pair {
    /// The longer one.
    step: f64,
    /// By how much the curvatures differ, and that as a fraction of the curvatures.
    change: f64,
    relative: f64,
}

/// The step t that balances the bias A t^m against the rounding w σ/t^q, with A from how the curvature changes with the step, and σ from differences of
/// the loss; and σ.
///
/// From the longest step (the largest |θ_i|, at least 1) curvatures are followed to short ones. Long steps may agree by themselves, as in a wide bowl with
/// ripples on it; so the shortest steps that agree count, beyond which rounding sets in.
pub(super) fn choose(
    setting: Setting<'_>,
    stencil: &Stencil,
    deadline: Deadline,
) -> Result<(f64, f64)> {
    let levels = follow(setting, stencil, deadline);
    let pairs: Vec<Option<Pair>> = levels.windows(2).map(|two| pair(&two[0], &two[1])).collect();
    let agrees = |k: usize| pairs[k].is_some_and(|pair| pair.relative < AGREEMENT);
    let plateau = (0..pairs.len()).rev().find(|&k| agrees(k)).map(|last| {
        let first = (0..=last).rev().take_while(|&k| agrees(k)).last().unwrap_or(last);
        (first, last + 1)
    });
    let (first, last) = plateau.unwrap_or((0, pairs.len()));
    let (outer, center) = stencil.amplification();
    let rounding = outer.hypot(center);
    let nowhere = || {
        Error::argument(
            "theta",
            "one around which no step was found whose losses are finite",
            "inside of the region where the loss is finite (or set `step_size`)",
        )
    };
    // Curvatures may agree by chance where rounding is large: no change counts for less than what this noise makes of it. Without any curvature a
    // pair agrees for no reason, and counts only if there is no other.
    let smallest = |noise: f64| {
        let score = |pair: &Pair| {
            let floor = rounding * noise / (pair.step * RATIO).powi(stencil.power());
            (pair.relative.is_infinite(), pair.change.max(floor))
        };
        let order = |a: &Pair, b: &Pair| {
            let (a, b) = (score(a), score(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        };
        let tried = (first..last).filter_map(|k| pairs[k].map(|pair| (k, pair)));
        tried.min_by(|(_, a), (_, b)| order(a, b)).ok_or_else(nowhere)
    };
    let noise_at = |step: f64| setting.ray(0).noise(stencil.known, step);
    if plateau.is_none() {
        let (_, pair) = smallest(0.0)?;
        return Ok((pair.step, noise_at(pair.step)?));
    }
    // Over long steps the loss itself has differences of high order, so that a first look finds too much noise, and a second one less.
    let longest = pairs[first].map_or(1.0, |pair| pair.step);
    let (_, rough) = smallest(noise_at(longest)?)?;
    let noise = noise_at(rough.step)?;
    let (best, pair) = smallest(noise)?;
    if noise == 0.0 {
        return Ok((pair.step, noise));
    }
    // Where the change is smallest rounding has a share in it: one step up it is the bias alone.
    let coarser = if best > first { pairs[best - 1].unwrap_or(pair) } else { pair };
    let bias = coarser.change / coarser.step.powi(stencil.order);
    let (order, power) = (f64::from(stencil.order), f64::from(stencil.power()));
    let balanced = (power * rounding * noise / (order * bias)).powf(1.0 / (order + power));
    Ok((balanced.clamp(pair.step * RATIO, coarser.step), noise))
}

/// The curvatures of the pilots along the ladder of steps; after the deadline only until two steps can be compared.
fn follow(setting: Setting<'_>, stencil: &Stencil, deadline: Deadline) -> Vec<Level> {
    let largest = setting.theta.iter().fold(1.0_f64, |most, x| most.max(x.abs()));
    let mut levels: Vec<Level> = Vec::new();
    for level in 0..LEVELS {
        let two = levels.windows(2).any(|two| pair(&two[0], &two[1]).is_some());
        if two && deadline.passed() {
            break;
        }
        let step = largest * RATIO.powi(level as i32);
        let curvature = |pilot: usize| setting.ray(pilot).curvature(stencil, step);
        let found: Result<Vec<f64>> = (0..PILOTS).into_par_iter().map(curvature).collect();
        // Outside of its domain a loss is NaN, which is an error elsewhere.
        let curvatures = found.ok().filter(|all| all.iter().all(|x| x.is_finite()));
        levels.push(Level { step, curvatures });
    }
    levels
}

fn pair(long: &Level, short: &Level) -> Option<Pair> {
    let (a, b) = (long.curvatures.as_ref()?, short.curvatures.as_ref()?);
    let root = |sum: f64| (sum / a.len() as f64).sqrt();
    let change = root(a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum());
    let size = root(b.iter().map(|b| b * b).sum());
    // No curvature at all tells nothing: single precision does not see the shortest steps.
    let relative = if size > 0.0 { change / size } else { f64::INFINITY };
    Some(Pair { step: long.step, change, relative })
}
