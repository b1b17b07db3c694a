//! Free energy from sampled energies, integrated from infinite temperature.

use crate::error::{Error, Result, require_finite, require_positive};
use crate::frame::columns::numbers;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::sample::{Tempered, TimeSeries, estimate_by_blocks};
use crate::spin::PairModel;

/// β, e, its error, c T² = −∂e/∂β and its error, at one temperature of the scan.
#[derive(Clone, Copy)]
struct Point {
    beta: f64,
    energy: f64,
    energy_err: f64,
    variance: f64,
    variance_err: f64,
}

impl Point {
    /// At β = 0, where ⟨E²⟩ = Σ J² + Σ h².
    fn infinite(model: &PairModel) -> Self {
        Self {
            beta: 0.0,
            energy: 0.0,
            energy_err: 0.0,
            variance: model.infinite_variance() / model.n_spins() as f64,
            variance_err: 0.0,
        }
    }
}

/// ln Z and free energy at the temperatures of a scan: ln Z(β)/N = ln 2 − ∫₀^β e dβ'.
///
/// Between neighbouring points the integral is the trapezoid with the end correction (Δβ²/12)(e'_k − e'_{k+1}), where e' = −c T² comes from
/// the heat capacity; at β = 0 both are known, e = 0 and e' = −(Σ J² + Σ h²)/N. Its own error is of order Δβ⁵ e''''/720 a step: let the
/// scan begin at a high temperature (T = 10 J, say) and pass any transition in small steps.
///
/// Where the scan's updates pass no barrier (a ferromagnet in a weak field, a glass), cold runs stay in one of several phases and ln Z is off by more
/// than its error, with nothing in the data to tell: temper instead, and take [`tempered_integration`], whose error also knows that the temperatures are
/// correlated.
///
/// Returns columns `temperature`, `ln_z`, `ln_z_err` (whole system), `free_energy`, `free_energy_err` (per spin), from hot to cold. Errors
/// are the sampling errors of energies and heat capacities, taken as independent between temperatures.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::free_energy::thermodynamic_integration;
/// use statmech::prelude::*;
/// let ising = Ising::square(4)?;
/// let temperatures = [20.0, 10.0, 6.0, 4.5, 3.5, 3.0];
/// let scan = ising.scan(temperatures).sweeps(5_000).run()?;
/// let frame = thermodynamic_integration(&ising.model(), &scan)?;
/// let sampled = frame.column("ln_z")?.f64()?.get(5).unwrap_or(f64::NAN);
/// assert!((sampled - ising.enumerate()?.at(3.0)?.ln_z).abs() < 0.1);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If the frame has no rows or lacks one of the columns `n_spins`, `temperature`, `energy`, `energy_err`, `heat_capacity`,
/// `heat_capacity_err`, was made for another number of spins, or has a temperature that is not a finite number above 0 or a quantity that is
/// not finite.
pub fn thermodynamic_integration(model: &PairModel, scan: &DataFrame) -> Result<DataFrame> {
    let n = model.n_spins() as f64;
    let points = points(scan, n)?;
    let mut last = Point::infinite(model);
    let mut ln_z = std::f64::consts::LN_2;
    // Variance from points left behind; the last point's weights still grow by the next interval.
    let (mut settled, mut half, mut square) = (0.0, 0.0, 0.0);
    let (mut ln_zs, mut errors) = (Vec::new(), Vec::new());
    for point in &points {
        let step = point.beta - last.beta;
        let correction = step * step / 12.0;
        ln_z -= 0.5 * step * (last.energy + point.energy)
            + correction * (point.variance - last.variance);
        let weights = (half + 0.5 * step, square - correction);
        settled += (weights.0 * last.energy_err).powi(2) + (weights.1 * last.variance_err).powi(2);
        (half, square) = (0.5 * step, correction);
        let open = (half * point.energy_err).powi(2) + (square * point.variance_err).powi(2);
        ln_zs.push(n * ln_z);
        errors.push(n * (settled + open).sqrt());
        last = *point;
    }
    frame(points.iter().map(|point| 1.0 / point.beta).collect(), ln_zs, errors, n)
}

/// ln Z and free energy at the temperatures of a parallel tempering run, by the integral of [`thermodynamic_integration`].
///
/// Errors are those of the integral as a whole, measured once per exchange: they know that the temperatures have the same configurations one after the
/// other. Let the ladder begin at a high temperature.
///
/// Returns columns `temperature`, `ln_z`, `ln_z_err` (whole system), `free_energy`, `free_energy_err` (per spin), from hot to cold.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::free_energy::tempered_integration;
/// use statmech::prelude::*;
/// // Local updates would hardly pass from one magnetized phase to the other.
/// let ising = Ising::on(Lattice::rectangle(3, 5))?.field(0.1)?;
/// let tempered = ising.tempering(geomspace(0.8, 10.0, 16)).sweeps(2_000).run()?;
/// let frame = tempered_integration(&tempered)?;
/// let (ln_z, error) = (frame.values("ln_z")?[15], frame.values("ln_z_err")?[15]);
/// assert!((ln_z - ising.enumerate()?.at(0.8)?.ln_z).abs() < 4.0 * error);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If an energy is not finite.
pub fn tempered_integration(tempered: &Tempered) -> Result<DataFrame> {
    let model = tempered.model();
    let n = model.n_spins() as f64;
    let mut last = Point::infinite(&model);
    let mut ln_z = std::f64::consts::LN_2;
    // What each measurement adds: of points left behind, and of the last one, whose weights still grow by the next interval.
    let mut settled: Vec<f64> = Vec::new();
    let (mut half, mut square) = (0.0, 0.0);
    let mut rung = Rung::default();
    let (mut temperatures, mut ln_zs, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for (k, t) in tempered.temperatures().into_iter().enumerate().rev() {
        let next = Rung::of(&tempered.series(k)?)?;
        let point = Point { beta: 1.0 / t, energy: next.energy, variance: next.variance, ..last };
        let step = point.beta - last.beta;
        let correction = step * step / 12.0;
        ln_z -= 0.5 * step * (last.energy + point.energy)
            + correction * (point.variance - last.variance);
        settled.resize(next.energies.len(), 0.0);
        rung.add(&mut settled, half + 0.5 * step, square - correction);
        (half, square) = (0.5 * step, correction);
        let mut open = settled.clone();
        next.add(&mut open, half, square);
        temperatures.push(t);
        ln_zs.push(n * ln_z);
        errors.push(n * estimate_by_blocks(&open)?.error);
        (last, rung) = (point, next);
    }
    frame(temperatures, ln_zs, errors, n)
}

/// What was measured at one temperature, at each time averaged over replicas.
#[derive(Default)]
struct Rung {
    energies: Vec<f64>,
    /// N (e − ⟨e⟩)².
    squares: Vec<f64>,
    energy: f64,
    variance: f64,
}

impl Rung {
    fn of(series: &[TimeSeries]) -> Result<Self> {
        let length = series.first().map_or(0, TimeSeries::len);
        let mean = |value: &dyn Fn(f64) -> f64| -> Vec<f64> {
            let at = |k: usize| series.iter().map(|series| value(series.energy[k])).sum::<f64>();
            (0..length).map(|k| at(k) / series.len() as f64).collect()
        };
        let n = series.first().map_or(0.0, |series| series.n_spins as f64);
        let energies = mean(&|e| e);
        let energy = estimate_by_blocks(&energies)?;
        let squares = mean(&|e| n * (e - energy.mean).powi(2));
        // The squares miss the variance of the mean itself.
        let variance = squares.iter().sum::<f64>() / length as f64 + n * energy.error.powi(2);
        Ok(Self { energies, squares, energy: energy.mean, variance })
    }

    /// Adds to each time what this temperature contributes to −ln Z/N.
    fn add(&self, total: &mut [f64], weight: f64, square: f64) {
        for ((total, energy), squared) in total.iter_mut().zip(&self.energies).zip(&self.squares) {
            *total += weight * energy + square * squared;
        }
    }
}

fn frame(
    temperatures: Vec<f64>,
    ln_zs: Vec<f64>,
    errors: Vec<f64>,
    n_spins: f64,
) -> Result<DataFrame> {
    let per_spin = |values: &[f64], sign: f64| -> Vec<f64> {
        values.iter().zip(&temperatures).map(|(value, t)| sign * t * (value / n_spins)).collect()
    };
    let (free, free_err) = (per_spin(&ln_zs, -1.0), per_spin(&errors, 1.0));
    Ok(df!(
        "temperature" => temperatures,
        "ln_z" => ln_zs,
        "ln_z_err" => errors,
        "free_energy" => free,
        "free_energy_err" => free_err,
    )?)
}

/// The scan's rows, from hot to cold.
fn points(scan: &DataFrame, n: f64) -> Result<Vec<Point>> {
    if scan.height() == 0 {
        return Err(Error::argument(
            "scan",
            "a frame without rows",
            "at least one temperature long",
        ));
    }
    if let Some(other) = numbers(scan, "n_spins")?.into_iter().find(|&spins| spins != n) {
        let given = format!("a frame for {other} spins");
        return Err(Error::argument("scan", given, format!("made for this model of {n} spins")));
    }
    let energies = numbers(scan, "energy")?.into_iter().zip(numbers(scan, "energy_err")?);
    let capacities =
        numbers(scan, "heat_capacity")?.into_iter().zip(numbers(scan, "heat_capacity_err")?);
    let rows = numbers(scan, "temperature")?.into_iter().zip(energies).zip(capacities);
    let mut points: Vec<Point> = rows
        .map(|((t, (energy, energy_err)), (capacity, capacity_err))| Point {
            beta: 1.0 / t,
            energy,
            energy_err,
            variance: capacity * t * t,
            variance_err: capacity_err * t * t,
        })
        .collect();
    for point in &points {
        require_positive("temperature", 1.0 / point.beta)?;
        require_finite("energy", point.energy)?;
        require_finite("energy_err", point.energy_err)?;
        require_finite("heat_capacity", point.variance)?;
        require_finite("heat_capacity_err", point.variance_err)?;
    }
    points.sort_by(|a, b| a.beta.total_cmp(&b.beta));
    Ok(points)
}
