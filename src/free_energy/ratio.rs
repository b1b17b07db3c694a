//! Bennett's acceptance ratio: ln Z between two temperatures from the energies at both.

use crate::error::{Error, Result, require_positive};
use crate::numeric::logistic::softplus;
use crate::sample::TimeSeries;
use crate::stats::{Estimate, estimate};

/// The constant C need not be known better than this: its error enters ln Z squared.
const TOLERANCE: f64 = 1e-7;

/// ln(Z(T₂)/Z(T₁)) from energies measured at both temperatures, `hot` at T₁ and `cold` at T₂ (in whichever order).
///
/// With u_k = E/T_k and Fermi's function f(x) = 1/(1 + eˣ), Z₂/Z₁ = e^−C ⟨f(u₂ − u₁ − C)⟩₁/⟨f(u₁ − u₂ + C)⟩₂ for any C; the one that makes
/// the error smallest, C = ln(Z₁ n₂/(Z₂ n₁)), solves n₁⟨f⟩₁ = n₂⟨f⟩₂, with effective numbers n of measurements. The error is that of the two
/// means, autocorrelation included. Source: C. H. Bennett, J. Comput. Phys. 22, 245 (1976), eqs. 10–12.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::free_energy::bennett_ratio;
/// use statmech::prelude::*;
/// let ising = Ising::square(4)?;
/// let hot = ising.simulation(3.0)?.seed(1).measure(5_000)?;
/// let cold = ising.simulation(2.5)?.seed(2).measure(5_000)?;
/// let ratio = bennett_ratio(&hot, &cold)?;
/// let exact = ising.enumerate()?;
/// assert!((ratio.mean - (exact.at(2.5)?.ln_z - exact.at(3.0)?.ln_z)).abs() < 4.0 * ratio.error);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If the series are of different numbers of spins, a temperature is not a finite number above 0, or a series has fewer than 16 values or one
/// that is not finite.
pub fn bennett_ratio(hot: &TimeSeries, cold: &TimeSeries) -> Result<Estimate> {
    if hot.n_spins != cold.n_spins {
        let given = format!("series of {} and {} spins", hot.n_spins, cold.n_spins);
        return Err(Error::argument("series", given, "of the same model"));
    }
    let (hot, cold) = (Energies::of(hot)?, Energies::of(cold)?);
    let link = Link::new(&hot, &cold)?;
    let (left, right) = (estimate(&link.hot)?, estimate(&link.cold)?);
    let n = left.n + right.n;
    let error = left.error.hypot(right.error);
    Ok(Estimate {
        mean: link.ln_ratio,
        error,
        tau: 0.5,
        tau_err: 0.0,
        ess: left.ess + right.ess,
        n,
    })
}

/// Total energies at an inverse temperature, and how many of them count as independent.
pub(crate) struct Energies {
    beta: f64,
    pub values: Vec<f64>,
    ess: f64,
}

impl Energies {
    fn of(series: &TimeSeries) -> Result<Self> {
        Self::pooled(std::slice::from_ref(series))
    }

    /// The energies of all series, which are of one temperature, one series after the other.
    pub fn pooled(series: &[TimeSeries]) -> Result<Self> {
        let mut pooled = Self { beta: f64::NAN, values: Vec::new(), ess: 0.0 };
        for series in series {
            require_positive("temperature", series.temperature)?;
            let n = series.n_spins as f64;
            let energies: Vec<f64> = series.energy.iter().map(|e| e * n).collect();
            pooled.beta = 1.0 / series.temperature;
            pooled.ess += estimate(&energies)?.ess;
            pooled.values.extend(energies);
        }
        Ok(pooled)
    }

    /// The values of independent series at one inverse temperature, one series after the other.
    pub fn of_chains<'a>(beta: f64, chains: impl Iterator<Item = &'a Vec<f64>>) -> Result<Self> {
        let mut pooled = Self { beta, values: Vec::new(), ess: 0.0 };
        for chain in chains {
            pooled.ess += estimate(chain)?.ess;
            pooled.values.extend(chain);
        }
        Ok(pooled)
    }

    pub fn at(beta: f64, values: Vec<f64>) -> Result<Self> {
        let ess = estimate(&values)?.ess;
        Ok(Self { beta, values, ess })
    }
}

/// ln Z between two temperatures, and by how much each measurement moves it.
pub(crate) struct Link {
    pub ln_ratio: f64,
    /// f/⟨f⟩ of the measurements at the first temperature, and at the second.
    pub hot: Vec<f64>,
    pub cold: Vec<f64>,
}

impl Link {
    pub fn new(hot: &Energies, cold: &Energies) -> Result<Self> {
        let step = cold.beta - hot.beta;
        let offset = (cold.ess / hot.ess).ln();
        // u₂ − u₁ of every measurement; the root lies where Fermi's functions turn over.
        let up: Vec<f64> = hot.values.iter().map(|e| step * e).collect();
        let down: Vec<f64> = cold.values.iter().map(|e| step * e).collect();
        let all = || up.iter().chain(&down).copied();
        let margin = offset.abs() + 50.0;
        let mut low = all().fold(f64::INFINITY, f64::min) - margin;
        let mut high = all().fold(f64::NEG_INFINITY, f64::max) + margin;
        if !(low.is_finite() && high.is_finite()) {
            return Err(Error::argument(
                "energy",
                "an infinite E/T",
                "so small that E/T is finite",
            ));
        }
        // n₁⟨f⟩₁/(n₂⟨f⟩₂) grows with C.
        while high - low > TOLERANCE * (1.0 + low.abs().max(high.abs())) {
            let c = 0.5 * (low + high);
            if ln_mean_fermi(&up, c, 1.0) - ln_mean_fermi(&down, c, -1.0) < offset {
                low = c;
            } else {
                high = c;
            }
        }
        let c = 0.5 * (low + high);
        let (first, second) = (ln_mean_fermi(&up, c, 1.0), ln_mean_fermi(&down, c, -1.0));
        let shares = |differences: &[f64], sign: f64, mean: f64| -> Vec<f64> {
            differences.iter().map(|x| (ln_fermi(sign * (x - c)) - mean).exp()).collect()
        };
        Ok(Self {
            ln_ratio: first - second - c,
            hot: shares(&up, 1.0, first),
            cold: shares(&down, -1.0, second),
        })
    }
}

/// ln f(x) = −ln(1 + eˣ), without overflow.
fn ln_fermi(x: f64) -> f64 {
    -softplus(x)
}

/// ln⟨f(±(x − c))⟩.
fn ln_mean_fermi(differences: &[f64], c: f64, sign: f64) -> f64 {
    let terms = || differences.iter().map(|x| ln_fermi(sign * (x - c)));
    let largest = terms().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = terms().map(|term| (term - largest).exp()).sum();
    largest + (sum / differences.len() as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fermi_functions_keep_their_digits() {
        for x in [-800.0, -30.0, -1.0, 0.0, 1.0, 30.0, 800.0_f64] {
            let expected = if x > 700.0 { -x } else { -(1.0 + x.exp()).ln() };
            assert!((ln_fermi(x) - expected).abs() < 1e-12 * (1.0 + x.abs()), "{x}");
        }
    }

    #[test]
    fn two_levels_are_solved_by_hand() {
        // Energies 0 and 1 with weights 1 and e^−β: at β = 0 half and half, at β = ln 3 three to one; Z goes from 2 to 4/3.
        let hot = Energies::at(0.0, [0.0, 1.0, 0.0, 1.0].repeat(24)).unwrap();
        let cold = Energies::at(3_f64.ln(), [0.0, 0.0, 1.0, 0.0].repeat(24)).unwrap();
        let link = Link::new(&hot, &cold).unwrap();
        assert!((link.ln_ratio - (2.0 / 3.0_f64).ln()).abs() < 1e-12, "{}", link.ln_ratio);
        let mean = |shares: &[f64]| shares.iter().sum::<f64>() / shares.len() as f64;
        assert!((mean(&link.hot) - 1.0).abs() < 1e-12 && (mean(&link.cold) - 1.0).abs() < 1e-12);
    }
}
