//! What a method says of ln Z, and whether to believe it.

use crate::error::Result;
use crate::frame::columns::numbers;
use crate::polars::prelude::DataFrame;

/// Replicas under parallel tempering have not forgotten their starts with a larger R̂ than this.
const MAX_R_HAT: f64 = 1.1;

/// The doubt in what a deadline has cut.
pub(super) const CUT: &str = "The deadline passed before the end.";

/// Two estimates that lie so many standard errors apart are not both right.
const APART: f64 = 4.0;

/// The same for the backward runs of annealed importance sampling against the forward ones: where they have missed states that are rare and count much,
/// their error is that of the others alone.
const BACKWARD_APART: f64 = 2.0;

/// So many forward runs, or half of them, have to contribute for backward ones to be believed. How many backward runs contribute does not tell: most
/// seem to where the states that matter are missing.
const FORWARD_ESS: f64 = 100.0;

/// What one method says of ln Z.
pub(super) struct Value {
    pub ln_z: f64,
    /// None where there is no statistical error.
    pub error: Option<f64>,
    /// Why the value is in doubt; empty if it is not.
    pub doubt: String,
    /// The effective number of runs over the one that backward runs ask for, where runs are weighted.
    pub support: Option<f64>,
}

impl Value {
    pub fn new(ln_z: f64, error: f64) -> Self {
        Self { ln_z, error: Some(error), doubt: String::new(), support: None }
    }

    pub fn without_error(ln_z: f64, doubt: &str) -> Self {
        Self { error: None, doubt: doubt.to_owned(), ..Self::new(ln_z, 0.0) }
    }

    /// Notes how many of the runs contribute.
    pub fn supported_by(&mut self, effective: f64, runs: f64) {
        self.support = Some(effective / FORWARD_ESS.min(0.5 * runs));
    }

    /// Keeps the first of several doubts.
    pub fn doubt_if(&mut self, doubtful: bool, why: &str) {
        if doubtful && self.doubt.is_empty() {
            why.clone_into(&mut self.doubt);
        }
    }

    /// The doubt in runs whose replicas have not forgotten their starts.
    pub fn doubt_start(&mut self, r_hat: Option<f64>) {
        match r_hat {
            Some(r_hat) => {
                let why = format!("The replicas disagree, R̂ = {r_hat:.2}.");
                self.doubt_if(!(r_hat <= MAX_R_HAT), &why);
            }
            None => self.doubt_if(true, "There were too few sweeps to tell."),
        }
    }
}

pub(super) struct Row {
    pub method: &'static str,
    pub kind: &'static str,
    pub value: Result<Value>,
    pub seconds: f64,
}

impl Row {
    pub fn converged(&self) -> bool {
        self.value.as_ref().is_ok_and(|value| value.doubt.is_empty())
    }

    /// Why the method failed, or its value is in doubt.
    pub fn note(&self) -> String {
        match &self.value {
            Ok(value) => value.doubt.clone(),
            Err(error) => error.to_string(),
        }
    }
}

/// The coldest row of a frame of free energies.
pub(super) fn last(frame: &DataFrame) -> Result<Value> {
    let at = |name: &str| -> Result<f64> {
        let values = numbers(frame, name)?;
        Ok(values.last().copied().unwrap_or(f64::NAN))
    };
    let mut value = Value::new(at("ln_z")?, at("ln_z_err")?);
    let cut = numbers(frame, "complete").is_ok_and(|c| c.iter().any(|&c| c != 1.0));
    value.doubt_if(cut, CUT);
    Ok(value)
}

/// The bounds of annealed importance sampling have to meet, and the others to agree with population annealing, which passes no barrier.
pub(super) fn doubt_what_disagrees(rows: &mut [Row]) {
    let value = |rows: &[Row], method: &str| {
        let row = rows.iter().find(|row| row.method == method && row.converged());
        row.and_then(|row| row.value.as_ref().ok()).map(|value| (value.ln_z, value.error))
    };
    let both = [value(rows, "annealed_forward"), value(rows, "annealed_reverse")];
    let population = value(rows, "population_annealing");
    let forward = rows.iter().find(|row| row.method == "annealed_forward");
    let support = forward.and_then(|row| row.value.as_ref().ok()?.support).unwrap_or(0.0);
    for row in rows {
        let (others, apart): (&[_], f64) = match row.method {
            "annealed_forward" => (&[both[1]], APART),
            "annealed_reverse" => (&[both[0]], BACKWARD_APART),
            "thermodynamic_integration" | "bennett" | "wang_landau" => (&[population], APART),
            _ => (&[], APART),
        };
        let Ok(value) = &mut row.value else { continue };
        let thin = row.method == "annealed_reverse" && !(support >= 1.0);
        value.doubt_if(thin, "Few of the forward runs contribute.");
        for (ln_z, error) in others.iter().flatten() {
            let error = error.unwrap_or(0.0).hypot(value.error.unwrap_or(0.0));
            // Where nothing fluctuates any more, rounding errors remain.
            let rounding = 1e-6 * (1.0 + ln_z.abs());
            let agrees = (value.ln_z - ln_z).abs() <= apart * error + rounding;
            let what = match row.method {
                "annealed_forward" | "annealed_reverse" => "The other direction disagrees.",
                _ => "Population annealing disagrees.",
            };
            value.doubt_if(!agrees, what);
        }
    }
}
