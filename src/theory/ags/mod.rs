//! The Hopfield network with P = αN random patterns and Hebb's couplings: replica theory of Amit, Gutfreund and Sompolinsky.
//!
//! Near one pattern the state is described by its overlap m with it, by q = ⟨s⟩² averaged over neurons, and by the noise αr of the overlaps with all
//! other patterns, which at temperature T = 1/β obey
//!
//! m = ∫Dz tanh β(√(αr) z + m), q = ∫Dz tanh² β(√(αr) z + m), r = q/(1 − C)², C = β(1 − q),
//!
//! and whose free energy per neuron is
//!
//! f = α/2 + m²/2 + (αT/2)[ln(1 − C) − βq/(1 − C)] + (αβ/2) r(1 − q) − T ∫Dz ln 2cosh β(√(αr) z + m).
//!
//! Solutions with m > 0 are memories ([`retrieval`]); those with m = 0 < q the spin glass ([`spin_glass`]); m = q = 0 the paramagnet ([`paramagnet`]).
//! Lines of the phase diagram, from above: T_g below which there is a spin glass ([`spin_glass_temperature`]), T_M below which memories are metastable
//! ([`retrieval_temperature`]), T_c below which they are the lowest states ([`global_temperature`]). At T = 0 memories last up to
//! [`CAPACITY`]. All within replica symmetry, which memories break only below a very low temperature ([`AgsState::replicon`]).
//!
//! Energies are those of couplings J_ij = (1/N) Σ_μ ξ_i^μ ξ_j^μ without a diagonal.
//!
//! Sources: D. J. Amit, H. Gutfreund and H. Sompolinsky, Phys. Rev. Lett. 55, 1530 (1985), and Ann. Phys. 173, 30 (1987).

mod lines;
mod mixture;
mod solve;

pub use lines::{
    global_load, global_temperature, phase_diagram, replica_symmetry_temperature, retrieval_load,
    retrieval_temperature, spin_glass_temperature,
};
pub use mixture::{Mixture, mixture};

use crate::error::{Error, Result};
use crate::exact::CurieWeiss;
use crate::numeric::gaussian::{Gaussian, ln_two_cosh, sech2, spin_entropy};
use crate::polars::df;
use crate::polars::prelude::*;

/// α_c, the load above which no memory is left at T = 0: 0.137906, where m = [`OVERLAP_AT_CAPACITY`].
pub const CAPACITY: f64 = 0.13790556649493173784;

/// The overlap m of memories at T = 0 and α = [`CAPACITY`]: 0.96742, or 1.6 % wrong bits.
pub const OVERLAP_AT_CAPACITY: f64 = 0.96741711568529159198;

/// The largest load of the spin glass and the paramagnet.
const MAX_LOAD: f64 = 1e6;

/// Loads of memories below this, but 0, are too close to one pattern's for 64 bits.
const MIN_LOAD: f64 = 1e-10;

/// One solution of the equations, with its free energy; from [`retrieval`], [`spin_glass`] and [`paramagnet`].
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let state: AgsState = ags::retrieval(0.02, 0.5)?;
/// assert!((state.energy - state.free_energy - state.temperature * state.entropy).abs() < 1e-12);
/// assert!(state.overlap > 0.9 && state.replicon > 0.0);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgsState {
    /// α = P/N.
    pub load: f64,
    /// T.
    pub temperature: f64,
    /// m, the overlap with one pattern; a fraction (1 − m)/2 of its bits is wrong.
    pub overlap: f64,
    /// q, the Edwards–Anderson order parameter.
    pub edwards_anderson: f64,
    /// r, the mean square of the overlaps with all other patterns, in units of 1/N.
    pub noise: f64,
    /// C = (1 − q)/T, the susceptibility of one neuron to its field.
    pub susceptibility: f64,
    /// f, per neuron.
    pub free_energy: f64,
    /// e = f + Ts, per neuron.
    pub energy: f64,
    /// s = −∂f/∂T, per neuron; negative near T = 0, where replica symmetry fails.
    pub entropy: f64,
    /// 1 − αβ² ∫Dz sech⁴ β(√(αr) z + m)/(1 − C)²: replica symmetry is stable where it is positive (AGS 1987). −∞ at T = 0 and α > 0.
    pub replicon: f64,
}

/// The memory at this load and temperature: the solution with the largest overlap, a minimum of the free energy.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let memory = ags::retrieval(0.1, 0.0)?;
/// assert!((memory.overlap - 0.9979992663).abs() < 1e-10);
/// assert!(ags::retrieval(0.14, 0.0).is_err());
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `load` is not 0 or at least 10⁻¹⁰, `t` not a finite number at least 0, or if there is no memory: above the load
/// [`retrieval_load`]`(t)`, or for T ≥ 1.
pub fn retrieval(load: f64, t: f64) -> Result<AgsState> {
    require_temperature(t)?;
    if !(load == 0.0 || load >= MIN_LOAD) || !load.is_finite() {
        return Err(Error::argument("load", load, "0, or a finite number from 1e-10"));
    }
    if t >= lines::WARMEST && !(load == 0.0 && t < 1.0) {
        let allowed = "below 0.99999: no memory lasts above 1, nor next to it under a load";
        return Err(Error::argument("temperature", t, allowed));
    }
    if load == 0.0 {
        let m = if t == 0.0 { 1.0 } else { CurieWeiss::new(2)?.limit(t)?.magnetization };
        return Ok(state(load, t, m, 0.0));
    }
    let (best, most) = solve::largest_load(t);
    if load > most {
        let allowed = format!("at most {most} at temperature {t}: no memory lasts above it");
        return Err(Error::argument("load", load, allowed));
    }
    let solution = solve::retrieval(load, t, best).ok_or_else(|| {
        Error::argument("load", load, format!("such that a memory is found at temperature {t}"))
    })?;
    Ok(state(load, t, solution.overlap, solution.width))
}

/// The spin glass at this load and temperature: m = 0 < q.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let glass = ags::spin_glass(0.1, 0.8)?;
/// assert!((glass.free_energy + 0.6996441075).abs() < 1e-10 && glass.overlap == 0.0);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `load` is not above 0 and at most 10⁶, or `t` not at least 0 and below T_g = 1 + √α.
pub fn spin_glass(load: f64, t: f64) -> Result<AgsState> {
    require_temperature(t)?;
    let top = spin_glass_temperature(load)?;
    let missing = || {
        Error::argument(
            "temperature",
            t,
            format!("below {top} at load {load}: there is no spin glass above it"),
        )
    };
    if load == 0.0 {
        return Err(Error::argument(
            "load",
            load,
            "above 0: without noise of other patterns there is no spin glass",
        ));
    }
    if load < MIN_LOAD {
        return Err(Error::argument(
            "load",
            load,
            "at least 1e-10, below which 1 − C is lost in rounding",
        ));
    }
    let width = if t < top { solve::spin_glass(load, t) } else { None };
    Ok(state(load, t, 0.0, width.ok_or_else(missing)?))
}

/// The paramagnet at this load and temperature: m = q = r = 0, f = α/2 + (αT/2) ln(1 − β) − T ln 2. Stable above T_g, and a formal solution between 1 and T_g.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let hot = ags::paramagnet(0.1, 2.0)?;
/// assert!((hot.entropy - 2.0_f64.ln() + 0.05 * (1.0 - 2.0_f64.ln())).abs() < 1e-15);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `load` is not between 0 and 10⁶, or `t` not a finite number above 1.
pub fn paramagnet(load: f64, t: f64) -> Result<AgsState> {
    require_load(load)?;
    if !(require_temperature(t)? > 1.0) {
        return Err(Error::argument(
            "temperature",
            t,
            "above 1: the paramagnet has no free energy below it",
        ));
    }
    Ok(state(load, t, 0.0, 0.0))
}

/// Memories along a list of loads at one temperature: columns `load`, `temperature`, `overlap`, `edwards_anderson`, `noise`, `free_energy`, `energy`, `entropy`,
/// `replicon`, and `free_energy_glass` of the spin glass. Where there is no memory (or no glass), its columns are missing values.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let frame = ags::frame(&linspace(0.02, 0.16, 8), 0.0)?;
/// assert_eq!(frame.column("overlap")?.null_count(), 2);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If there is no load, or a load or the temperature is not allowed by [`retrieval`] (other than for want of a memory).
pub fn frame(loads: &[f64], t: f64) -> Result<DataFrame> {
    if loads.is_empty() {
        return Err(Error::argument("loads", "an empty list", "at least one load"));
    }
    require_temperature(t)?;
    for &load in loads {
        require_load(load)?;
    }
    let memories: Vec<Option<AgsState>> =
        loads.iter().map(|&load| retrieval(load, t).ok()).collect();
    let column = |f: fn(&AgsState) -> f64| -> Vec<Option<f64>> {
        memories.iter().map(|memory| memory.as_ref().map(f)).collect()
    };
    let glass = |load: &f64| spin_glass(*load, t).ok().map(|glass| glass.free_energy);
    Ok(df!(
        "load" => loads.to_vec(),
        "temperature" => vec![t; loads.len()],
        "overlap" => column(|s| s.overlap),
        "edwards_anderson" => column(|s| s.edwards_anderson),
        "noise" => column(|s| s.noise),
        "free_energy" => column(|s| s.free_energy),
        "energy" => column(|s| s.energy),
        "entropy" => column(|s| s.entropy),
        "replicon" => column(|s| s.replicon),
        "free_energy_glass" => loads.iter().map(glass).collect::<Vec<_>>(),
    )?)
}

/// The state of overlap m in fields of mean m and width √(αr), for which both are solutions.
fn state(load: f64, t: f64, overlap: f64, width: f64) -> AgsState {
    let m = overlap;
    let cold = solve::is_cold(t);
    // 1 − q = TC, which at T = 0 is 0 where C is not.
    let (c, free_spin, spin_entropy, fourth) = if cold {
        // Without noise the fields are m, and all spins follow.
        let (c, free) = if width > 0.0 {
            let (flat, slope) = solve::cold_means(m / width);
            (slope / width, m * flat + slope * width)
        } else {
            (0.0, m)
        };
        (c, -free, 0.0, if load > 0.0 { f64::INFINITY } else { 0.0 })
    } else {
        let steepness = width / t;
        let field = |offset: f64| if width > 0.0 { steepness * offset } else { m / t };
        let centre = if width > 0.0 { -m / width } else { 0.0 };
        let rule = Gaussian::graded(centre, 1.0 / steepness);
        let (slope, fourth) = rule.means_about(|offset| {
            let slope = sech2(field(offset));
            (slope, slope * slope)
        });
        let (free, entropy) =
            rule.means_about(|offset| (ln_two_cosh(field(offset)), spin_entropy(field(offset))));
        (slope / t, -t * free, entropy, fourth / t / t)
    };
    let rest = 1.0 - c;
    let q = if width == 0.0 && m == 0.0 { 0.0 } else { 1.0 - c * t };
    let r = q / (rest * rest);
    let patterns = 1.0 - q / rest + t * (-c).ln_1p() + r * c;
    let free_energy = 0.5 * m * m + 0.5 * load * patterns + free_spin;
    let entropy = spin_entropy - 0.5 * load * ((-c).ln_1p() + c / rest);
    AgsState {
        load,
        temperature: t,
        overlap,
        edwards_anderson: q,
        noise: r,
        susceptibility: c,
        free_energy,
        energy: free_energy + t * entropy,
        entropy,
        replicon: 1.0 - if load > 0.0 { load * fourth / (rest * rest) } else { 0.0 },
    }
}

fn require_temperature(t: f64) -> Result<f64> {
    if t.is_finite() && t >= 0.0 {
        Ok(t)
    } else {
        Err(Error::argument("temperature", t, "a finite number, at least 0"))
    }
}

fn require_load(load: f64) -> Result<f64> {
    if (0.0..=MAX_LOAD).contains(&load) {
        Ok(load)
    } else {
        Err(Error::argument("load", load, "between 0 and 1e6"))
    }
}
