//! The lines of the phase diagram.

use crate::error::{Error, Result};
use crate::numeric::roots::root;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::rayon::prelude::*;
use crate::theory::ags::{CAPACITY, MIN_LOAD, require_load, require_temperature};
use crate::theory::ags::{retrieval, solve, spin_glass};

/// Nearer to T = 1, where the load of memories vanishes, its digits are lost.
pub(super) const WARMEST: f64 = 0.99999;

/// T_g = 1 + √α, below which the paramagnet freezes into the spin glass, continuously.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert_eq!(ags::spin_glass_temperature(0.25)?, 1.5);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `load` is not between 0 and 10⁶.
pub fn spin_glass_temperature(load: f64) -> Result<f64> {
    Ok(1.0 + require_load(load)?.sqrt())
}

/// α_M(T), the largest load at which there are memories; [`CAPACITY`] at T = 0.
///
/// It first rises with temperature, to 0.1382 at T = 0.02: a re-entrance that replica symmetry breaking removes (J.-P. Naef and A. Canning, J. Phys. I 2, 247 (1992)).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert!((ags::retrieval_load(0.0)? - ags::CAPACITY).abs() < 1e-15);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `t` is not between 0 and 0.99999; the load vanishes at T = 1, as ((1 − T)/1.95)².
pub fn retrieval_load(t: f64) -> Result<f64> {
    if require_temperature(t)? > WARMEST {
        return Err(Error::argument("temperature", t, "at most 0.99999; memories vanish at 1"));
    }
    Ok(solve::largest_load(t).1)
}

/// T_M, below which memories are (at least metastable) states; 1 − 1.95 √α for α → 0.
///
/// It is 0.046 at [`CAPACITY`], where it falls to 0: the little beyond ([`retrieval_load`]) is left out.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let t = ags::retrieval_temperature(0.1)?;
/// assert!(ags::retrieval(0.1, 0.99 * t).is_ok() && ags::retrieval(0.1, 1.01 * t).is_err());
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `load` is not 0 (where T_M = 1) or between 10⁻¹⁰ and [`CAPACITY`], above which there are no memories.
pub fn retrieval_temperature(load: f64) -> Result<f64> {
    if load == 0.0 {
        return Ok(1.0);
    }
    if !(MIN_LOAD..=CAPACITY).contains(&load) {
        let allowed = format!(
            "0, or between 1e-10 and the capacity {CAPACITY}, above which there are no memories"
        );
        return Err(Error::argument("load", load, allowed));
    }
    root(|t| solve::largest_load(t).1 - load, 0.0, WARMEST).ok_or_else(|| not_found(load))
}

/// T_c, below which memories have a lower free energy than the spin glass; 1 − 2.6 √α for α → 0.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let t = ags::global_temperature(0.03)?;
/// let difference = ags::retrieval(0.03, t)?.free_energy - ags::spin_glass(0.03, t)?.free_energy;
/// assert!(difference.abs() < 1e-12);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `load` is not 0 (where T_c = 1) or between 10⁻⁸ and [`global_load`], above which the spin glass is lower at every temperature.
pub fn global_temperature(load: f64) -> Result<f64> {
    if load == 0.0 {
        return Ok(1.0);
    }
    let most = global_load()?;
    if !(1e-8..=most).contains(&load) {
        let allowed = format!(
            "0, or between 1e-8 and {most}, above which the spin glass is lower than every memory"
        );
        return Err(Error::argument("load", load, allowed));
    }
    below(load, retrieval_temperature(load)?)
}

/// T_c of a load whose T_M is known.
fn below(load: f64, melting: f64) -> Result<f64> {
    root(|t| difference(load, t), 0.0, melting * (1.0 - 1e-9)).ok_or_else(|| not_found(load))
}

/// The load below which memories are the lowest states at T = 0: 0.05185 (printed as 0.051 in AGS 1985).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert!((ags::global_load()? - 0.051854330919).abs() < 1e-11);
/// # Ok(()) }
/// ```
///
/// # Errors
/// None in practice.
pub fn global_load() -> Result<f64> {
    root(|load| difference(load, 0.0), 0.01, CAPACITY * (1.0 - 1e-9))
        .ok_or_else(|| not_found(CAPACITY))
}

/// T_R, below which memories break replica symmetry; √(8α/9π) exp(−1/(2α)) for α → 0.
///
/// Source: AGS (1987).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let t = ags::replica_symmetry_temperature(0.1)?;
/// assert!(t < 0.01 && ags::retrieval(0.1, t)?.replicon.abs() < 1e-9);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `load` is not between 0.02 and [`CAPACITY`], or so near to it that no memory is stable at any temperature.
pub fn replica_symmetry_temperature(load: f64) -> Result<f64> {
    if !(0.02..=CAPACITY).contains(&load) {
        let allowed =
            format!("between 0.02, where the temperature is 1e-12, and the capacity {CAPACITY}");
        return Err(Error::argument("load", load, allowed));
    }
    let replicon = |ln_t: f64| retrieval(load, ln_t.exp()).map_or(f64::NAN, |state| state.replicon);
    let highest = retrieval_temperature(load)? * (1.0 - 1e-9);
    root(replicon, 1e-15_f64.ln(), highest.ln()).map(f64::exp).ok_or_else(|| {
        Error::argument(
            "load",
            load,
            "smaller: memories break replica symmetry up to where they vanish",
        )
    })
}

/// The phase diagram: one row for each load, columns `load`, `spin_glass_temperature` (T_g), `retrieval_temperature` (T_M), `global_temperature` (T_c), missing where
/// there is none.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let diagram = ags::phase_diagram(&[0.0, 0.02, 0.1, 0.2])?;
/// assert_eq!(diagram.column("global_temperature")?.null_count(), 2);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If there is no load, or one that is neither 0 nor between 10⁻⁸ and 10⁶.
pub fn phase_diagram(loads: &[f64]) -> Result<DataFrame> {
    if loads.is_empty() {
        return Err(Error::argument("loads", "an empty list", "at least one load"));
    }
    for &load in loads {
        if load != 0.0 && !(require_load(load)? >= 1e-8) {
            return Err(Error::argument("load", load, "0, or between 1e-8 and 1e6"));
        }
    }
    let glass =
        loads.iter().map(|&load| spin_glass_temperature(load)).collect::<Result<Vec<_>>>()?;
    let most = global_load()?;
    let lines: Vec<(Option<f64>, Option<f64>)> = loads
        .par_iter()
        .map(|&load| {
            let melting = retrieval_temperature(load).ok();
            let global = match melting {
                Some(_) if load == 0.0 => Some(1.0),
                Some(melting) if load <= most => below(load, melting).ok(),
                _ => None,
            };
            (melting, global)
        })
        .collect();
    let (melting, global): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
    Ok(df!(
        "load" => loads.to_vec(),
        "spin_glass_temperature" => glass,
        "retrieval_temperature" => melting,
        "global_temperature" => global,
    )?)
}

/// Free energy of the memory less that of the spin glass; NaN where one of them is not there.
fn difference(load: f64, t: f64) -> f64 {
    match (retrieval(load, t), spin_glass(load, t)) {
        (Ok(memory), Ok(glass)) => memory.free_energy - glass.free_energy,
        _ => f64::NAN,
    }
}

fn not_found(load: f64) -> Error {
    Error::argument("load", load, "such that the line is found")
}
