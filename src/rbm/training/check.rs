//! Settings and data that a training refuses.

use crate::error::{Error, Result, require_count, require_positive};
use crate::ndarray::Array2;
use crate::rbm::Rbm;
use crate::rbm::training::engine::Plan;
use crate::rbm::training::method::{Coordinates, Method};
use crate::rbm::training::settings::RbmTraining;
use crate::rbm::training::stopping::EarlyStopping;

/// Gibbs steps of one update at most.
const MAX_STEPS: usize = 100_000;

/// Numbers that the chains' states and the matrices may take at most: 2 GB in single precision.
const MAX_NUMBERS: usize = 500_000_000;

/// Units of the smaller layer up to which the gradient can be enumerated at all.
const MAX_EXACT: usize = 40;

/// The plan of a training whose settings are in order.
pub(super) fn plan(training: &RbmTraining) -> Result<Plan> {
    let (rbm, data) = (&training.rbm, &*training.data);
    examples(rbm, "data", data)?;
    if let Some(held_out) = &training.held_out {
        examples(rbm, "held_out", held_out)?;
    }
    training.rate.check()?;
    if !(0.0..1.0).contains(&training.momentum) {
        return Err(Error::argument("momentum", training.momentum, "from 0 to below 1"));
    }
    for (name, value) in [("weight_decay", training.weight_decay), ("sparsity", training.sparsity)]
    {
        if !(0.0..=100.0).contains(&value) {
            return Err(Error::argument(name, value, "from 0 to 100 (10⁻⁵ to 10⁻² is usual)"));
        }
    }
    for (name, limit) in
        [("max_norm", training.max_norm), ("max_unit_norm", training.max_unit_norm)]
    {
        limit.map(|limit| require_positive(name, limit)).transpose()?;
    }
    let rows = data.nrows();
    let batch = training.batch.unwrap_or_else(|| default_batch(training, rows));
    if batch == 0 || batch > rows {
        let allowed = format!("from 1 to the number of examples, {rows}");
        return Err(Error::argument("batch", batch, allowed));
    }
    let asked = training.chains.map(|chains| require_count("chains", chains, 1)).transpose()?;
    let chains = asked.unwrap_or(batch);
    method(training.method)?;
    if training.method == Method::Exact && !may_be_exact(rbm) {
        return Err(Error::TooLarge {
            what: "The exact gradient".to_owned(),
            needs: format!("an enumeration of {} or {} units", rbm.visible.len(), rbm.hidden.len()),
            limit: format!("{MAX_EXACT} binary ones in the smaller discrete layer"),
            advice: "Use `pcd(1)`, or `tempered(1, 10)` where chains do not mix.".to_owned(),
        });
    }
    memory(rbm, training.method, batch, chains)?;
    stopping(training)?;
    if training.monitor_examples == 0 {
        return Err(Error::argument("monitor_examples", 0, "at least 1"));
    }
    if training.epochs == 0 {
        return Err(Error::argument("epochs", 0, "at least 1"));
    }
    Ok(Plan {
        method: training.method,
        coordinates: training.coordinates,
        rate: training.rate,
        momentum: training.momentum,
        decay: training.weight_decay,
        sparsity: training.sparsity,
        max_norm: training.max_norm,
        max_unit_norm: training.max_unit_norm,
        batch,
        chains,
        precisions: training.train_precisions,
        seed: training.seed,
    })
}

/// The exact gradient is that of all examples; others take a hundred at a time.
fn default_batch(training: &RbmTraining, rows: usize) -> usize {
    if training.method == Method::Exact { rows } else { rows.min(100) }
}

fn examples(rbm: &Rbm, name: &'static str, data: &Array2<f64>) -> Result<()> {
    if data.nrows() == 0 {
        return Err(Error::argument(name, "an array without rows", "at least one example"));
    }
    rbm.visible.allows_all(name, data)
}

fn method(method: Method) -> Result<()> {
    if method != Method::Exact && !(1..=MAX_STEPS).contains(&method.steps()) {
        let allowed = format!("the number of Gibbs steps of an update, from 1 to {MAX_STEPS}");
        return Err(Error::argument("k", method.steps(), allowed));
    }
    match method {
        Method::Tempered { rungs, .. } if !(2..=1000).contains(&rungs) => {
            Err(Error::argument("rungs", rungs, "from 2 to 1000 temperatures"))
        }
        _ => Ok(()),
    }
}

/// Whether one of the layers has few enough states; the enumeration itself says what it needs beyond.
fn may_be_exact(rbm: &Rbm) -> bool {
    let both = [&rbm.visible, &rbm.hidden];
    let continuous = both.iter().all(|layer| !layer.units().is_discrete());
    continuous || both.iter().any(|layer| layer.units().is_discrete() && layer.sites() <= MAX_EXACT)
}

fn memory(rbm: &Rbm, method: Method, batch: usize, chains: usize) -> Result<()> {
    let rungs = method.rungs().max(1);
    let columns = rbm.visible.len().saturating_add(rbm.hidden.len());
    let states = chains.saturating_mul(rungs).saturating_add(batch).saturating_mul(2);
    let numbers =
        states.saturating_mul(columns).saturating_add(rbm.weights.len().saturating_mul(3));
    if numbers <= MAX_NUMBERS {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: "This training".to_owned(),
        needs: format!("{numbers} numbers in memory"),
        limit: format!("{MAX_NUMBERS}"),
        advice: "Take fewer chains, temperatures or units.".to_owned(),
    })
}

fn stopping(training: &RbmTraining) -> Result<()> {
    let Some(rule) = training.early_stopping else { return Ok(()) };
    rule.check()?;
    let refuse = |why: &str, advice: &str| {
        Err(Error::Unsupported {
            what: "Early stopping".to_owned(),
            why: why.to_owned(),
            advice: advice.to_owned(),
        })
    };
    if training.held_out.is_none() {
        return refuse("there are no held-out examples", "Give some with `held_out(&examples)`.");
    }
    if training.record_every == 0 {
        return refuse("nothing is measured", "Set `record_every` to at least 1.");
    }
    let continuous = !training.rbm.visible.units().is_discrete();
    if continuous && matches!(rule, EarlyStopping::PseudoLikelihood { .. }) {
        return refuse(
            "the pseudo-likelihood is for discrete visible units",
            "Use `EarlyStopping::FreeEnergyGap`.",
        );
    }
    Ok(())
}

/// Whether all weights are 0, which learning could not tell apart.
pub(super) fn is_blank(rbm: &Rbm) -> bool {
    rbm.weights.iter().all(|&w| w == 0.0)
}

impl Coordinates {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Centered => "centred",
            Self::Standardized => "standardized",
        }
    }
}
