//! A ladder of machines from a wanted rate of exchanges.

use crate::error::{Error, Result};
use crate::rayon::prelude::*;
use crate::rbm::sample::block::{Block, block_sizes};
use crate::rbm::sample::moments::Moments;
use crate::rbm::sample::path::Path;
use crate::rbm::sample::states::{PILOT, Start};
use crate::rbm::sample::tempering::{RbmTempering, check_lambdas};
use crate::statrs::function::erf::erfc_inv;

/// Places of the pilot, and its chains and steps at each place.
const PLACES: usize = 64;
const CHAINS: usize = 64;
const STEPS: usize = 4;

/// The most rungs of a ladder made here.
const MAX_RUNGS: usize = 1_024;

impl RbmTempering {
    /// A ladder from the first to the last λ given, on which neighbours exchange with about this probability.
    ///
    /// Where G is normally distributed with standard deviation σ(λ), neighbours exchange with probability erfc(½∫σ dλ) (D. A. Kofke, J. Chem. Phys.
    /// 117, 6911 (2002)). σ is measured in 64 chains that go once from the first λ to the last, with 4 steps at each of 64 places, and the rungs
    /// divide ∫σ dλ evenly. Chains that have not come to equilibrium at their places, and a σ that has a peak, leave some rates off the target: see
    /// `swap_rates` of the run.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let rbm = Rbm::spin(20, 5)?.weights(&Array2::from_shape_fn((20, 5), |(i, k)| ((3 * i + k) as f64).sin()))?;
    /// let ladder = rbm.tempering([0.0, 1.0]).ladder_for_acceptance(0.5)?;
    /// let tempered = rbm.tempering(ladder).steps(200).run()?;
    /// assert!(tempered.swap_rates().iter().all(|rate| *rate > 0.3));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the machine is not [normalisable](crate::rbm::Rbm::is_normalizable); if `target` is not between 0.01 and 0.95; if more than 1024 rungs
    /// would be needed; if the λ or the data do not fit, as for [`run`](Self::run).
    pub fn ladder_for_acceptance(&self, target: f64) -> Result<Vec<f64>> {
        if !(0.01..=0.95).contains(&target) {
            return Err(Error::argument("target", target, "a probability between 0.01 and 0.95"));
        }
        check_lambdas("lambdas", &self.lambdas)?;
        self.rbm.require_normalizable()?;
        let path = self.path()?;
        let (first, last) = (self.lambdas[0], 1.0);
        let places: Vec<f64> = crate::grid::linspace(first, last, PLACES + 1);
        let widths = self.widths(&path, &places);
        let mut lengths = vec![0.0];
        for (pair, step) in widths.windows(2).zip(places.windows(2)) {
            let before = lengths.last().copied().unwrap_or(0.0);
            lengths.push(before + 0.5 * (pair[0] + pair[1]) * (step[1] - step[0]));
        }
        let whole = lengths.last().copied().unwrap_or(0.0);
        let gaps = (whole / (2.0 * erfc_inv(target))).ceil().max(1.0);
        if !(gaps < MAX_RUNGS as f64) {
            return Err(Error::TooLarge {
                what: "A ladder of this rate of exchanges".to_owned(),
                needs: format!("{gaps} rungs"),
                limit: format!("{MAX_RUNGS}"),
                advice: "Take a lower rate, or weights that are not so large.".to_owned(),
            });
        }
        let gaps = gaps as usize;
        let inner = (1..gaps).map(|k| {
            let length = whole * k as f64 / gaps as f64;
            let after = lengths.partition_point(|&l| l <= length).clamp(1, PLACES);
            let (low, high) = (lengths[after - 1], lengths[after]);
            let part = if high > low { (length - low) / (high - low) } else { 0.5 };
            places[after - 1] + part * (places[after] - places[after - 1])
        });
        Ok(std::iter::once(first).chain(inner).chain([last]).collect())
    }

    /// The standard deviation of G at each place, among chains that have passed all places before.
    fn widths(&self, path: &Path, places: &[f64]) -> Vec<f64> {
        let start = match &self.start {
            Start::Random | Start::Given(_) => Start::Random,
            data @ Start::Data(_) => data.clone(),
        };
        let seed = self.seed.child(PILOT);
        let blocks = start.blocks(path, &block_sizes(CHAINS), &path.visible_shift, seed);
        let along = |mut block: Block| -> Vec<Moments> {
            let at = |&lambda: &f64| {
                block.lambdas.fill(lambda);
                (0..STEPS).for_each(|_| block.step(path));
                let mut moments = Moments::default();
                (0..block.rows).for_each(|row| moments.add(block.tilt(path, row)));
                moments
            };
            places.iter().map(at).collect()
        };
        let all: Vec<Vec<Moments>> = blocks.into_par_iter().map(along).collect();
        let together = |k: usize| {
            let moments = all.iter().fold(Moments::default(), |sum, one| sum.and(one[k]));
            moments.error().unwrap_or(0.0) * moments.n.sqrt()
        };
        (0..places.len()).map(together).collect()
    }
}
