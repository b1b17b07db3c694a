//! The Sherrington–Kirkpatrick spin glass: replica-symmetric state, and the de Almeida–Thouless line below which it is unstable.
//!
//! Every pair of N spins is coupled by a Gaussian number of mean 0 and variance 1/N (J = 1, T_c = 1), in a field h. Replica-symmetric, as N → ∞:
//!
//! q = ∫Dz tanh² β(√q z + h), f = −(β/4)(1 − q)² − T ∫Dz ln 2cosh β(√q z + h),
//!
//! stable where the replicon eigenvalue 1 − β² ∫Dz sech⁴ β(√q z + h) is positive. At T = 0 and h = 0 it gives f = −√(2/π) = −0.7979 and the impossible entropy
//! −1/(2π), where Parisi's exact solution has −0.7632 and 0.
//!
//! Sources: D. Sherrington and S. Kirkpatrick, Phys. Rev. Lett. 35, 1792 (1975); J. R. L. de Almeida and D. J. Thouless, J. Phys. A 11, 983 (1978).

use crate::error::{Error, Result, require_temperatures};
use crate::numeric::gaussian::{Gaussian, density, ln_two_cosh, sech2, spin_entropy, tail};
use crate::numeric::roots::root;
use crate::polars::df;
use crate::polars::prelude::*;

/// Fields beyond this align all spins, to the last digit.
const MAX_FIELD: f64 = 1e100;

/// The de Almeida–Thouless line is followed up to this field, where T is 7·10⁻¹⁵.
const MAX_LINE_FIELD: f64 = 8.0;

/// Quantities below this differ from those at 0 by less than their last digit.
const COLD: f64 = 1e-16;

/// The replica-symmetric state at one temperature and field, with J = 1; from [`at`].
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let state: SkState = sk::at(0.5, 0.0)?;
/// assert!(state.edwards_anderson > 0.5 && state.magnetization.abs() < 1e-12);
/// assert!(state.replicon < 0.0); // in the glass replica symmetry does not hold
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SkState {
    /// T.
    pub temperature: f64,
    /// h.
    pub field: f64,
    /// q, the Edwards–Anderson order parameter.
    pub edwards_anderson: f64,
    /// m = ∫Dz tanh β(√q z + h).
    pub magnetization: f64,
    /// f, per spin.
    pub free_energy: f64,
    /// e = f + Ts = −(β/2)(1 − q²) − hm, per spin.
    pub energy: f64,
    /// s, per spin; negative near T = 0.
    pub entropy: f64,
    /// 1 − β² ∫Dz sech⁴ β(√q z + h): replica symmetry is stable where it is positive. −∞ at T = 0.
    pub replicon: f64,
}

/// The replica-symmetric state at temperature `t` in field `h`.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert_eq!(sk::at(1.5, 0.0)?.edwards_anderson, 0.0);
/// assert!((sk::at(0.5, 0.0)?.edwards_anderson - 0.530368392051).abs() < 1e-12);
/// assert!((sk::at(0.0, 0.0)?.free_energy + 0.797884560803).abs() < 1e-12);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `t` is not a finite number from 0 to 10¹⁰⁰, or `h` not within ±10¹⁰⁰.
pub fn at(t: f64, h: f64) -> Result<SkState> {
    if !(0.0..=1e100).contains(&t) {
        return Err(Error::argument("temperature", t, "from 0 to 1e100"));
    }
    if !(h.abs() <= MAX_FIELD) {
        return Err(Error::argument("field", h, "within -1e100 and 1e100"));
    }
    if t < COLD {
        return Ok(frozen(t, h));
    }
    // By symmetry the field may point up.
    let q = overlap(t, h.abs());
    let fields = Fields::new(t, h.abs(), q);
    let magnetization = fields.mean(f64::tanh).min(1.0) * if h == 0.0 { 0.0 } else { h.signum() };
    let (slope, fourth) = (fields.mean(sech2), fields.mean(|u| sech2(u).powi(2)));
    let (free, spins) = (fields.mean(ln_two_cosh), fields.mean(spin_entropy));
    let susceptibility = slope / t;
    let free_energy = -0.25 * slope * susceptibility - t * free;
    let entropy = spins - 0.25 * susceptibility * susceptibility;
    Ok(SkState {
        temperature: t,
        field: h,
        edwards_anderson: q,
        magnetization,
        free_energy,
        energy: free_energy + t * entropy,
        entropy,
        replicon: 1.0 - fourth / t / t,
    })
}

/// T_AT(h), below which replica symmetry is broken, to 10 digits: 1 − (3/4)^{1/3} h^{2/3} for h → 0, and 4/(3√(2π)) exp(−h²/2) for large fields.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert!((sk::at_temperature(0.5)? - 0.535104943115).abs() < 1e-11);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `h` is not within ±8.
pub fn at_temperature(h: f64) -> Result<f64> {
    if !(h.abs() <= MAX_LINE_FIELD) {
        return Err(Error::argument("field", h, "within -8 and 8"));
    }
    if h.abs() < 1e-8 {
        // The corrections are of order h^{4/3}, as small here as the rounding errors of the root.
        return Ok(1.0 - 0.75_f64.cbrt() * h.abs().powf(2.0 / 3.0));
    }
    let replicon = |ln_t: f64| at(ln_t.exp(), h).map_or(f64::NAN, |state| state.replicon);
    root(replicon, 1e-15_f64.ln(), 0.0)
        .map(f64::exp)
        .ok_or_else(|| Error::argument("field", h, "within -8 and 8"))
}

/// h_AT(T), the field below which replica symmetry is broken, the inverse of [`at_temperature`].
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert!((sk::at_field(sk::at_temperature(0.5)?)? - 0.5).abs() < 1e-12);
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `t` is not between 10⁻¹⁴ and 1; above 1 replica symmetry is stable in any field.
pub fn at_field(t: f64) -> Result<f64> {
    if !(1e-14..=1.0).contains(&t) {
        let allowed = "between 1e-14 and 1, above which replica symmetry is stable in any field";
        return Err(Error::argument("temperature", t, allowed));
    }
    if t == 1.0 {
        return Ok(0.0);
    }
    let replicon = |ln_h: f64| at(t, ln_h.exp()).map_or(f64::NAN, |state| state.replicon);
    root(replicon, 1e-30_f64.ln(), MAX_LINE_FIELD.ln())
        .map(f64::exp)
        .ok_or_else(|| Error::argument("temperature", t, "further below 1"))
}

/// The replica-symmetric states along a list of temperatures in one field: columns `temperature`, `field`, `edwards_anderson`, `magnetization`, `free_energy`, `energy`,
/// `entropy`, `replicon`.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert_eq!(sk::frame(&linspace(0.1, 1.5, 15), 0.2)?.shape(), (15, 8));
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`at`]; also if there is no temperature, or one that is 0 (the replicon would be infinite).
pub fn frame(temperatures: &[f64], h: f64) -> Result<DataFrame> {
    require_temperatures(temperatures)?;
    let states = temperatures.iter().map(|&t| at(t, h)).collect::<Result<Vec<_>>>()?;
    let column = |f: fn(&SkState) -> f64| states.iter().map(f).collect::<Vec<_>>();
    Ok(df!(
        "temperature" => column(|s| s.temperature),
        "field" => column(|s| s.field),
        "edwards_anderson" => column(|s| s.edwards_anderson),
        "magnetization" => column(|s| s.magnetization),
        "free_energy" => column(|s| s.free_energy),
        "energy" => column(|s| s.energy),
        "entropy" => column(|s| s.entropy),
        "replicon" => column(|s| s.replicon),
    )?)
}

/// The de Almeida–Thouless line: columns `field` and `temperature`.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let line = sk::at_line(&linspace(0.0, 2.0, 21))?;
/// assert_eq!(line.lookup("field", 0.0, "temperature")?, 1.0);
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`at_temperature`]; also if there is no field.
pub fn at_line(fields: &[f64]) -> Result<DataFrame> {
    if fields.is_empty() {
        return Err(Error::argument("fields", "an empty list", "at least one field"));
    }
    let line = fields.iter().map(|&h| at_temperature(h)).collect::<Result<Vec<_>>>()?;
    Ok(df!("field" => fields.to_vec(), "temperature" => line)?)
}

/// The fields u = β(√q z + h) on spins.
struct Fields {
    rule: Gaussian,
    steepness: f64,
    constant: f64,
}

impl Fields {
    fn new(t: f64, h: f64, q: f64) -> Self {
        let width = q.sqrt();
        // A narrow width adds to a constant; a wide one is measured from where u = 0.
        if width * MAX_RATIO > h.abs() && width > 0.0 {
            let (centre, steepness) = (-h / width, width / t);
            Self { rule: Gaussian::graded(centre, 1.0 / steepness), steepness, constant: 0.0 }
        } else {
            Self { rule: Gaussian::smooth(), steepness: width / t, constant: h / t }
        }
    }

    fn mean(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.rule.mean_about(|offset| f(self.steepness * offset + self.constant))
    }
}

/// Where the mean of the fields is as many times their width, no spin sees their other sign.
const MAX_RATIO: f64 = 1e3;

/// q at T > 0 and h ≥ 0, where h = 0 below T = 1 has the solution q = 0 too, a maximum.
fn overlap(t: f64, h: f64) -> f64 {
    // Without a field: with b = β√q given, T = √q/b.
    let temperature =
        |b: f64| Gaussian::graded(0.0, 1.0 / b).mean_about(|z| (b * z).tanh().powi(2)).sqrt() / b;
    let without_field = if t < 1.0 {
        root(|ln_b: f64| temperature(ln_b.exp()) - t, 1e-9_f64.ln(), (1.001 / t).ln())
            .map_or(0.0, |ln_b| (ln_b.exp() * t).powi(2))
    } else {
        0.0
    };
    let excess = |q: f64| Fields::new(t, h, q).mean(|u| u.tanh().powi(2)) - q;
    if h == 0.0 || excess(without_field) <= 0.0 {
        return without_field;
    }
    root(excess, without_field, 1.0).unwrap_or(1.0)
}

/// The state at T = 0, where q = 1 and β(1 − q) = 2φ(h).
fn frozen(t: f64, h: f64) -> SkState {
    let magnetization = if h == 0.0 { 0.0 } else { 1.0 - 2.0 * tail(h) };
    let free_energy = -(h * magnetization + 2.0 * density(h));
    SkState {
        temperature: t,
        field: h,
        edwards_anderson: 1.0,
        magnetization,
        free_energy,
        energy: free_energy,
        entropy: -density(h).powi(2),
        replicon: f64::NEG_INFINITY,
    }
}
