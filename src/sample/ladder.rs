//! Ladders of inverse temperatures from β = 0 down to what was asked for.

use crate::error::{Error, Result, require_positive, require_temperatures};

/// The standard deviation of β E between neighbouring rungs, by the variance at β = 0; smaller steps overlap better.
const STEP: f64 = 0.5;

/// The fewest and most steps chosen without being asked.
const FEWEST: usize = 10;
const MOST: usize = 20_000;

/// The most steps that may be asked for.
const LIMIT: i64 = 10_000_000;

/// Inverse temperatures 0 = β_0 < β_1 < …, with the rungs at which a result was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Ladder {
    /// β_0 = 0 is part of it.
    pub betas: Vec<f64>,
    /// Rung and temperature of each result, from hot to cold.
    pub marks: Vec<(usize, f64)>,
}

impl Ladder {
    /// Rungs at all of `temperatures`, and between them (and β = 0) as many that no step is longer than 1/`steps` of the way to the
    /// coldest; by default one where β E varies by ½ at infinite temperature.
    pub fn new(temperatures: &[f64], steps: Option<i64>, infinite_variance: f64) -> Result<Self> {
        require_temperatures(temperatures)?;
        for &t in temperatures {
            require_positive("inverse temperature", 1.0 / t)?;
        }
        if let Some(steps) = steps.filter(|steps| !(1..=LIMIT).contains(steps)) {
            let allowed = format!("a whole number from 1 to {LIMIT}");
            return Err(Error::argument("steps", steps, allowed));
        }
        let mut sorted = temperatures.to_vec();
        sorted.sort_by(|a, b| b.total_cmp(a));
        sorted.dedup();
        let coldest = sorted.last().map_or(1.0, |t| 1.0 / t);
        let wanted = coldest * infinite_variance.sqrt() / STEP;
        let steps = steps.map_or((wanted as usize).clamp(FEWEST, MOST), |steps| steps as usize);
        let longest = coldest / steps as f64;
        let (mut betas, mut marks) = (vec![0.0], Vec::with_capacity(sorted.len()));
        let mut last = 0.0;
        for t in sorted {
            let beta = 1.0 / t;
            // A hair less than a whole number of steps is that number.
            let count = ((beta - last) / longest - 1e-9).ceil().max(1.0) as usize;
            let width = (beta - last) / count as f64;
            betas.extend((1..count).map(|k| last + width * k as f64));
            betas.push(beta);
            marks.push((betas.len() - 1, t));
            last = beta;
        }
        Ok(Self { betas, marks })
    }

    /// The temperatures of all rungs but β = 0, from hot to cold.
    pub fn temperatures(&self) -> Result<Vec<f64>> {
        let temperatures: Vec<f64> = self.betas[1..].iter().map(|beta| 1.0 / beta).collect();
        if temperatures.iter().all(|t| t.is_finite()) {
            return Ok(temperatures);
        }
        let hottest = self.marks.first().map_or(f64::NAN, |mark| mark.1);
        let allowed = "so low that the hotter rungs of the ladder are finite too";
        Err(Error::argument("temperature", hottest, allowed))
    }

    /// The number of steps.
    pub fn steps(&self) -> usize {
        self.betas.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ladders_pass_all_temperatures_asked_for() {
        let ladder = Ladder::new(&[1.0, 4.0, 2.0, 2.0], Some(8), 1.0).unwrap();
        assert_eq!(ladder.betas, [0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0]);
        assert_eq!(ladder.marks, [(2, 4.0), (4, 2.0), (8, 1.0)]);
        assert_eq!(Ladder::new(&[0.5], None, 144.0).unwrap().steps(), 48);
        assert_eq!(Ladder::new(&[2.0], None, 0.0).unwrap().steps(), FEWEST);
    }

    #[test]
    fn bad_ladders_are_refused() {
        for t in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-310] {
            assert!(Ladder::new(&[1.0, t], None, 1.0).is_err());
        }
        assert!(Ladder::new(&[], None, 1.0).is_err());
        assert!(Ladder::new(&[1.0], Some(0), 1.0).is_err());
        assert!(Ladder::new(&[1.0], Some(i64::MAX), 1.0).is_err());
    }
}
