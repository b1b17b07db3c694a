//! Naive mean field: the best distribution of independent spins.

use crate::error::{Result, require_positive};
use crate::ndarray::Array1;
use crate::notebook::progress::Progress;
use crate::rand::Rng;
use crate::random::{Generator, Seed};
use crate::spin::PairModel;

/// Sweeps over all spins before giving up; near a critical point the last digits take thousands.
const MAX_ITERATIONS: usize = 10_000;

/// Work of all starts together, in about nanoseconds: some ten seconds.
const MOST_WORK: usize = 3_000_000_000;

/// Work of a spin in a sweep, most of it the hyperbolic tangent; each coupling adds 1.
const SPIN_WORK: usize = 16;

/// Converged when no magnetization moves by more than this in a sweep.
const TOLERANCE: f64 = 1e-12;

/// Random starting points tried besides all spins up.
const RANDOM_STARTS: u64 = 4;

/// A solution of m_i = tanh((h_i + Σ_j J_ij m_j)/T), the lowest in free energy that was found.
///
/// F = −Σ_{i<j} J_ij m_i m_j − Σ h_i m_i − T Σ_i S(m_i) with S(m) = −Σ_± (1 ± m)/2 · ln((1 ± m)/2) is an upper bound of the true
/// free energy (Gibbs, Bogoliubov). Energies are per spin. Source: M. Opper and D. Saad (eds), *Advanced Mean Field
/// Methods* (2001), chapter 2.
#[derive(Clone, Debug, PartialEq)]
pub struct MeanField {
    /// The temperature T.
    pub temperature: f64,
    /// m_i for each spin.
    pub magnetizations: Array1<f64>,
    /// Free energy F/N.
    pub free_energy: f64,
    /// Energy per spin.
    pub energy: f64,
    /// Entropy per spin.
    pub entropy: f64,
    /// Σ m_i/N.
    pub magnetization: f64,
    /// Sweeps that were needed.
    pub iterations: usize,
    /// The largest change of a magnetization in the last sweep.
    pub residual: f64,
    /// Whether the residual came below 1e-12 within 10 000 sweeps, and within about ten seconds of work for all starts.
    pub converged: bool,
}

/// Solves the mean-field equations one spin at a time from five starting points (all up, and four random ones) and keeps
/// the solution of lowest free energy.
///
/// Each step minimises F over one m_i, so F never rises. Near a critical point m tends to its limit so slowly that the last digits are not
/// reached: each start has at most 10 000 sweeps, and all five together about 3·10⁹/(16 N + 2 bonds), some ten seconds, after which the
/// best solution is returned with `converged` false. This limit is a number of sweeps and not a time, so the result is the same everywhere.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // Curie–Weiss with N = 1000 at T = 0.5 J: m = tanh(2m) = 0.9575 up to 1/N.
/// let solution = Ising::complete(1000)?.mean_field(0.5)?;
/// assert!(solution.converged && (solution.magnetization.abs() - 0.9575).abs() < 1e-3);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `temperature` is not a finite number above 0.
pub fn mean_field(model: &PairModel, temperature: f64) -> Result<MeanField> {
    require_positive("temperature", temperature)?;
    let n = model.n_spins();
    let work = SPIN_WORK.saturating_mul(n).saturating_add(model.couplings().values().len());
    let starts = RANDOM_STARTS as usize + 1;
    let mut left = (MOST_WORK / work.max(1)).min(starts * MAX_ITERATIONS);
    let mut progress = Progress::new("mean-field sweeps, or fewer", left);
    // What one start leaves of its share is for the others.
    let mut next = |m: Vec<f64>, starts_left: usize| {
        let limit = (left / starts_left).clamp(1, MAX_ITERATIONS);
        let solution = solve(model, temperature, m, limit, &mut progress);
        left = left.saturating_sub(solution.iterations);
        solution
    };
    let mut best = next(vec![1.0; n], starts);
    for start in 0..RANDOM_STARTS {
        let mut generator: Generator = Seed::default().child(start).generator();
        let m = (0..n).map(|_| generator.random_range(-1.0..1.0)).collect();
        let candidate = next(m, (RANDOM_STARTS - start) as usize);
        if candidate.free_energy < best.free_energy - 1e-12 {
            best = candidate;
        }
    }
    Ok(best)
}

fn solve(
    model: &PairModel,
    temperature: f64,
    mut m: Vec<f64>,
    limit: usize,
    progress: &mut Progress,
) -> MeanField {
    let (mut iterations, mut residual) = (0, f64::INFINITY);
    while iterations < limit && residual > TOLERANCE {
        residual = 0.0;
        for i in 0..m.len() {
            let updated = ((field(model, &m, i) + model.fields()[i]) / temperature).tanh();
            residual = f64::max(residual, (updated - m[i]).abs());
            m[i] = updated;
        }
        iterations += 1;
        progress.add(1);
    }
    let n = m.len() as f64;
    let pairs = (0..m.len()).map(|i| m[i] * (0.5 * field(model, &m, i) + model.fields()[i]));
    let energy = -pairs.sum::<f64>() / n;
    let entropy = m.iter().map(|&m| binary_entropy(m)).sum::<f64>() / n;
    MeanField {
        temperature,
        free_energy: energy - temperature * entropy,
        energy,
        entropy,
        magnetization: m.iter().sum::<f64>() / n,
        magnetizations: Array1::from(m),
        iterations,
        residual,
        converged: residual <= TOLERANCE,
    }
}

/// Σ_j J_ij m_j.
fn field(model: &PairModel, m: &[f64], i: usize) -> f64 {
    let (neighbors, values) = model.couplings().row(i);
    neighbors.iter().zip(values).map(|(&j, value)| value * m[j as usize]).sum()
}

/// Entropy of a spin of mean m.
fn binary_entropy(m: f64) -> f64 {
    let term = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
    term(0.5 * (1.0 + m)) + term(0.5 * (1.0 - m))
}
