//! What all replicas of a run have in common.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::sample::settings::{SiteOrder, Start, Update};
use crate::sample::tempering::kernel::{SYSTEMS, Table};
use crate::sample::tempering::plan::Plan;
use crate::spin::{PairModel, Quanta};

/// Model, ladder and moves of a run.
#[derive(Debug)]
pub(super) struct Shared {
    pub model: Arc<PairModel>,
    pub quanta: Quanta,
    pub temperatures: Vec<f64>,
    pub update: Update,
    pub order: SiteOrder,
    pub start: Start,
    /// Sweeps between exchanges.
    pub interval: usize,
    /// Houdayer moves are made at this many of the lowest temperatures.
    pub houdayer: usize,
    /// The coupled pairs, for the link overlap.
    pub links: Vec<(u32, u32)>,
    /// The layout for 64 systems in a word, if the model and the settings allow it.
    pub packing: Option<Packing>,
}

/// Layout and acceptance probabilities of 64 systems in a word.
#[derive(Debug)]
pub(super) struct Packing {
    pub plan: Plan,
    /// By the number of bonds of a site.
    pub tables: Vec<Table>,
}

impl Shared {
    pub fn beta(&self, k: usize) -> f64 {
        1.0 / self.temperatures[k]
    }
}

impl Packing {
    /// Replicas of `temperatures` systems each that share a word, an even number or one.
    pub fn replicas_per_word(temperatures: usize) -> usize {
        if 2 * temperatures <= SYSTEMS { 2 * (SYSTEMS / 2 / temperatures) } else { 1 }
    }

    /// None where local fields are not a few quanta, or there are more temperatures than bits.
    pub fn of(
        model: &PairModel,
        quanta: &Quanta,
        temperatures: &[f64],
        update: Update,
    ) -> Option<Self> {
        if temperatures.len() > SYSTEMS {
            return None;
        }
        let plan = Plan::of(model, quanta)?;
        // Unused bits hold further systems that nobody looks at.
        let betas = std::array::from_fn(|bit| 1.0 / temperatures[bit % temperatures.len()]);
        let tables = (0..=plan.max_weight())
            .map(|weight| Table::new(weight, quanta.unit, update, &betas))
            .collect();
        Some(Self { plan, tables })
    }
}

/// The number of low temperatures at which Houdayer moves make sense: up to the root mean square of the couplings.
pub(super) fn houdayer_temperatures(model: &PairModel, temperatures: &[f64]) -> Result<usize> {
    let values = model.couplings().values();
    let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let coupled = values.iter().filter(|&&value| value != 0.0);
    let squares: f64 = coupled.clone().map(|value| (value / largest).powi(2)).sum();
    let scale = largest * (squares / coupled.count().max(1) as f64).sqrt();
    match temperatures.iter().filter(|&&t| t <= scale * (1.0 + 1e-12)).count() {
        0 => Err(Error::Unsupported {
            what: "Houdayer's cluster move".to_owned(),
            why: format!(
                "it is made at temperatures up to the root mean square of the couplings, {scale}, and there is none"
            ),
            advice: "Leave it out, or add lower temperatures.".to_owned(),
        }),
        count => Ok(count),
    }
}
