//! Free energies that make several series agree.

use crate::error::{Error, Result};

/// Steps of ln Z below this end the iteration.
const TOLERANCE: f64 = 1e-10;
const MAX_STEPS: usize = 200;

/// Across any cut between colder and hotter series the error of ln Z's difference may be so large.
const MAX_CUT_ERROR: f64 = 0.5;

/// Counts c_m at the levels x_m, effective numbers n_k of values of the series and their β_k in ascending order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Problem<'a> {
    pub levels: &'a [f64],
    pub counts: &'a [f64],
    pub numbers: &'a [f64],
    pub betas: &'a [f64],
    /// Mean energies above the lowest, where the iteration starts from.
    pub means: &'a [f64],
}

/// The solution of exp(−f_i) = Σ_m c_m exp(−β_i x_m)/D_m with D_m = Σ_k n_k exp(f_k − β_k x_m) and f_0 = 0; f_k = −ln Z_k.
#[derive(Clone, Debug)]
pub(super) struct Solution {
    /// ln D_m.
    pub ln_denominators: Vec<f64>,
    /// p_mk = n_k exp(f_k − β_k x_m)/D_m, row by row.
    pub shares: Vec<f64>,
    /// The lower Cholesky factor of the Hessian for f_1, f_2, ….
    factor: Vec<f64>,
    series: usize,
}

/// The state of the iteration at one f: the convex function Σ_m c_m ln D_m − Σ_k n_k f_k and its gradient.
struct Point {
    value: f64,
    gradient: Vec<f64>,
    ln_denominators: Vec<f64>,
    shares: Vec<f64>,
}

impl Problem<'_> {
    /// Newton's method on the convex function whose gradient vanishes at the solution, halving steps that would rise and falling back to
    /// the fixed-point iteration where the Hessian is singular.
    pub fn solve(&self) -> Result<Solution> {
        let series = self.betas.len();
        let mut f = self.start();
        let mut point = self.at(&f);
        for _ in 0..MAX_STEPS {
            let factor = cholesky(self.hessian(&point.shares), series - 1);
            let step = match &factor {
                Some(factor) => substitute(factor, &point.gradient[1..]),
                None => self.fixed_point(&point),
            };
            let largest = step.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
            let reach = f.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
            // Rounding alone moves f by some units of its last place.
            let converged = largest <= TOLERANCE.max(1e-14 * reach);
            let mut fraction = 1.0;
            let next = loop {
                let moved: Vec<f64> = std::iter::once(0.0)
                    .chain(f[1..].iter().zip(&step).map(|(f, step)| f - fraction * step))
                    .collect();
                let next = self.at(&moved);
                if converged || next.value <= point.value + 1e-12 * point.value.abs() {
                    break Some((moved, next));
                }
                fraction *= 0.5;
                if fraction < 1e-6 {
                    break None;
                }
            };
            let Some(next) = next else { break };
            (f, point) = next;
            if converged && let Some(factor) = factor {
                self.check_overlap(&point.shares)?;
                let Point { ln_denominators, shares, .. } = point;
                return Ok(Solution { ln_denominators, shares, factor, series });
            }
        }
        self.check_overlap(&point.shares)?;
        Err(no_overlap("the free energies did not converge".to_owned()))
    }

    /// f from the trapezoidal integral of the mean energies.
    fn start(&self) -> Vec<f64> {
        let mut f = vec![0.0];
        for k in 1..self.betas.len() {
            let step = self.betas[k] - self.betas[k - 1];
            f.push(f[k - 1] + 0.5 * step * (self.means[k] + self.means[k - 1]));
        }
        f
    }

    fn at(&self, f: &[f64]) -> Point {
        let series = self.betas.len();
        let offsets: Vec<f64> = f.iter().zip(self.numbers).map(|(f, n)| f + n.ln()).collect();
        let mut value = -f.iter().zip(self.numbers).map(|(f, n)| f * n).sum::<f64>();
        let mut gradient: Vec<f64> = self.numbers.iter().map(|n| -n).collect();
        let mut ln_denominators = Vec::with_capacity(self.levels.len());
        let mut shares = vec![0.0; self.levels.len() * series];
        let rows = shares.chunks_exact_mut(series);
        for ((&x, &count), row) in self.levels.iter().zip(self.counts).zip(rows) {
            let mut largest = f64::NEG_INFINITY;
            for ((share, offset), beta) in row.iter_mut().zip(&offsets).zip(self.betas) {
                *share = offset - beta * x;
                largest = largest.max(*share);
            }
            let mut sum = 0.0;
            for share in &mut *row {
                *share = (*share - largest).exp();
                sum += *share;
            }
            for (share, gradient) in row.iter_mut().zip(&mut gradient) {
                *share /= sum;
                *gradient += count * *share;
            }
            let ln_denominator = largest + sum.ln();
            value += count * ln_denominator;
            ln_denominators.push(ln_denominator);
        }
        Point { value, gradient, ln_denominators, shares }
    }

    /// Σ_m c_m (p_mk δ_kl − p_mk p_ml) for k, l ≥ 1.
    fn hessian(&self, shares: &[f64]) -> Vec<f64> {
        let series = self.betas.len();
        let size = series - 1;
        let mut hessian = vec![0.0; size * size];
        for (row, &count) in shares.chunks_exact(series).zip(self.counts) {
            for (k, &p) in row[1..].iter().enumerate() {
                let weight = count * p;
                if weight == 0.0 {
                    continue;
                }
                hessian[k * size + k] += weight;
                for (entry, other) in hessian[k * size..=k * size + k].iter_mut().zip(&row[1..]) {
                    *entry -= weight * other;
                }
            }
        }
        hessian
    }

    /// The step to f_k = −ln Σ_m c_m exp(−β_k x_m)/D_m, as f less the new one.
    fn fixed_point(&self, point: &Point) -> Vec<f64> {
        let ratio = |k: usize| ((point.gradient[k] + self.numbers[k]) / self.numbers[k]).ln();
        (1..self.betas.len()).map(|k| ratio(k) - ratio(0)).collect()
    }

    /// Refuses series between which ln Z is hardly known: the variance across a cut is 1/Σ c p(1 − p) − 1/n_cold − 1/n_hot.
    fn check_overlap(&self, shares: &[f64]) -> Result<()> {
        let series = self.betas.len();
        for cut in 1..series {
            let hot: f64 = self.numbers[..cut].iter().sum();
            let cold: f64 = self.numbers[cut..].iter().sum();
            let rows = shares.chunks_exact(series).zip(self.counts);
            let shared: f64 = rows
                .map(|(row, count)| {
                    let (hot, cold) =
                        (row[..cut].iter().sum::<f64>(), row[cut..].iter().sum::<f64>());
                    count * hot * cold
                })
                .sum();
            let variance = 1.0 / shared - 1.0 / hot - 1.0 / cold;
            // An infinite or undefined variance is not known either.
            let known = variance <= MAX_CUT_ERROR * MAX_CUT_ERROR;
            if !known {
                let (low, high) = (1.0 / self.betas[cut], 1.0 / self.betas[cut - 1]);
                return Err(no_overlap(format!(
                    "the series at T = {low} and T = {high} hardly share an energy"
                )));
            }
        }
        Ok(())
    }
}

fn no_overlap(why: String) -> Error {
    Error::Unsupported {
        what: "Reweighting".to_owned(),
        why,
        advice: "Measure at temperatures between them, or longer.".to_owned(),
    }
}

impl Solution {
    /// D'_m/D_m for counts and numbers that differ a little: a few steps with the Hessian of the whole data.
    pub fn perturbed(&self, counts: &[f64], numbers: &[f64], whole: &[f64]) -> Vec<f64> {
        let mut ratios: Vec<f64> = numbers.iter().zip(whole).map(|(new, old)| new / old).collect();
        let mut denominators = self.mix(&ratios);
        // The error falls by the relative change of the data with each step.
        for _ in 0..3 {
            let mut gradient: Vec<f64> = numbers.iter().map(|n| -n).collect();
            let rows = self.shares.chunks_exact(self.series);
            for ((row, count), denominator) in rows.zip(counts).zip(&denominators) {
                let weight = count / denominator;
                for ((sum, share), ratio) in gradient.iter_mut().zip(row).zip(&ratios) {
                    *sum += weight * share * ratio;
                }
            }
            let step = substitute(&self.factor, &gradient[1..]);
            for (ratio, step) in ratios[1..].iter_mut().zip(step) {
                *ratio *= (-step).exp();
            }
            denominators = self.mix(&ratios);
        }
        denominators
    }

    fn mix(&self, ratios: &[f64]) -> Vec<f64> {
        let rows = self.shares.chunks_exact(self.series);
        rows.map(|row| row.iter().zip(ratios).map(|(share, ratio)| share * ratio).sum()).collect()
    }
}

/// The lower factor of a positive definite matrix given by its lower triangle; none where it is singular.
fn cholesky(mut matrix: Vec<f64>, size: usize) -> Option<Vec<f64>> {
    for j in 0..size {
        let scale = matrix[j * size + j];
        for i in j..size {
            let (row_i, row_j) = (i * size, j * size);
            let known: f64 = (0..j).map(|k| matrix[row_i + k] * matrix[row_j + k]).sum();
            matrix[row_i + j] -= known;
        }
        let pivot = matrix[j * size + j];
        let definite = pivot > 1e-13 * scale;
        if !definite {
            return None;
        }
        let root = pivot.sqrt();
        for i in j..size {
            matrix[i * size + j] /= root;
        }
    }
    Some(matrix)
}

/// Solves L Lᵀ x = b.
fn substitute(factor: &[f64], b: &[f64]) -> Vec<f64> {
    let size = b.len();
    let mut x = b.to_vec();
    for i in 0..size {
        let known: f64 = (0..i).map(|k| factor[i * size + k] * x[k]).sum();
        x[i] = (x[i] - known) / factor[i * size + i];
    }
    for i in (0..size).rev() {
        let known: f64 = (i + 1..size).map(|k| factor[k * size + i] * x[k]).sum();
        x[i] = (x[i] - known) / factor[i * size + i];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts as large as the probabilities of a known density of states are solved exactly by its partition functions.
    #[test]
    fn expected_counts_give_the_exact_free_energies() {
        let levels: Vec<f64> = (0..20).map(|k| 4.0 * f64::from(k)).collect();
        let states: Vec<f64> =
            (0..20).map(|k| (-(f64::from(k) - 12.0).powi(2) / 9.0).exp()).collect();
        let betas = [0.1, 0.2, 0.35, 0.5];
        let numbers = [100.0, 50.0, 80.0, 30.0];
        let z = |beta: f64| -> f64 {
            levels.iter().zip(&states).map(|(x, g)| g * (-beta * x).exp()).sum()
        };
        let mean = |&beta: &f64| -> f64 {
            let sum = levels.iter().zip(&states).map(|(x, g)| x * g * (-beta * x).exp());
            sum.sum::<f64>() / z(beta)
        };
        let counts: Vec<f64> = levels
            .iter()
            .zip(&states)
            .map(|(x, g)| {
                let runs = betas.iter().zip(&numbers);
                runs.map(|(&beta, n)| n * g * (-beta * x).exp() / z(beta)).sum()
            })
            .collect();
        let means: Vec<f64> = betas.iter().map(mean).collect();
        let problem = Problem {
            levels: &levels,
            counts: &counts,
            numbers: &numbers,
            betas: &betas,
            means: &means,
        };
        let solution = problem.solve().unwrap();
        // c_m/D_m is the density of states, up to one factor.
        let density: Vec<f64> =
            counts.iter().zip(&solution.ln_denominators).map(|(c, d)| c / d.exp()).collect();
        for (found, exact) in density.iter().zip(&states) {
            assert!((found / density[0] / (exact / states[0]) - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn single_values_and_their_histogram_give_the_same_and_obey_wham() {
        // Some values of three series, each its own level for the one problem, gathered by energy for the other.
        let values: Vec<f64> = (0..300).map(|k| f64::from((k * k + 3 * k) % 17)).collect();
        let (numbers, betas) = ([100.0, 120.0, 80.0], [0.0, 0.05, 0.12]);
        let ones = vec![1.0; values.len()];
        let mut counts = vec![0.0; 17];
        for x in &values {
            counts[*x as usize] += 1.0;
        }
        let levels: Vec<f64> = (0..17).map(f64::from).collect();
        let problem = |levels: &[f64], counts: &[f64]| {
            let means = &[8.0; 3];
            Problem { levels, counts, numbers: &numbers, betas: &betas, means }.solve().unwrap()
        };
        let (single, gathered) = (problem(&values, &ones), problem(&levels, &counts));
        for (x, ln_denominator) in values.iter().zip(&single.ln_denominators) {
            assert!((ln_denominator - gathered.ln_denominators[*x as usize]).abs() < 1e-9);
        }
        // Ferrenberg and Swendsen's equations, iterated to the end.
        let mut z = [1.0; 3];
        for _ in 0..100_000 {
            let density: Vec<f64> = levels
                .iter()
                .zip(&counts)
                .map(|(x, count)| {
                    let sum: f64 = (0..3).map(|k| numbers[k] * (-betas[k] * x).exp() / z[k]).sum();
                    count / sum
                })
                .collect();
            let sum = |beta: f64| -> f64 {
                levels.iter().zip(&density).map(|(x, g)| g * (-beta * x).exp()).sum()
            };
            z = [1.0, sum(betas[1]) / sum(betas[0]), sum(betas[2]) / sum(betas[0])];
        }
        for (x, ln_denominator) in levels.iter().zip(&gathered.ln_denominators) {
            let sum: f64 = (0..3).map(|k| numbers[k] * (-betas[k] * x).exp() / z[k]).sum();
            assert!((ln_denominator - sum.ln()).abs() < 1e-9);
        }
    }

    #[test]
    fn perturbed_solutions_are_those_of_the_perturbed_problem() {
        let levels = [0.0, 4.0, 8.0, 12.0];
        let counts = [300.0, 500.0, 400.0, 200.0];
        let numbers = [700.0, 400.0, 300.0];
        let betas = [0.05, 0.1, 0.2];
        let means = [6.0, 5.0, 4.0];
        let problem = |counts: &[f64], numbers: &[f64]| {
            let all = Problem { levels: &levels, counts, numbers, betas: &betas, means: &means };
            all.solve().unwrap()
        };
        let whole = problem(&counts, &numbers);
        let fewer_counts = [290.0, 480.0, 390.0, 190.0];
        let fewer = [700.0, 350.0, 300.0];
        let direct = problem(&fewer_counts, &fewer);
        let ratios = whole.perturbed(&fewer_counts, &fewer, &numbers);
        let denominators = direct.ln_denominators.iter().zip(&whole.ln_denominators);
        for ((direct, whole), ratio) in denominators.zip(ratios) {
            let exact = (direct - whole).exp();
            assert!((ratio / exact - 1.0).abs() < 1e-4, "{ratio} for {exact}");
        }
    }

    #[test]
    fn series_without_a_common_energy_are_refused() {
        let problem = Problem {
            levels: &[0.0, 1.0, 100.0, 101.0],
            counts: &[50.0, 50.0, 50.0, 50.0],
            numbers: &[100.0, 100.0],
            betas: &[0.01, 10.0],
            means: &[100.5, 0.5],
        };
        let message = problem.solve().unwrap_err().to_string();
        assert!(message.contains("hardly share"), "{message}");
    }
}
