//! The result of a parallel tempering run.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::rayon::prelude::*;
use crate::sample::series::{Observables, TimeSeries};
use crate::sample::table::{Row, observed, with_exact};
use crate::sample::tempering::Tempering;
use crate::sample::tempering::blocks::estimate_by_blocks;
use crate::sample::tempering::bundle::Bundle;
use crate::sample::tempering::overlap::{Histogram, OverlapEstimates};
use crate::sample::tempering::shared::Shared;
use crate::spin::PairModel;
use crate::stats::Estimate;

/// What a [`Tempering`] run has measured: tables, series, and the configurations at the end.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let glass = Ising::sherrington_kirkpatrick(32, 5)?;
/// let tempered = glass.tempering([0.4, 0.7, 1.1]).sweeps(1_000).seed(1).run()?;
/// assert_eq!(tempered.frame()?.height(), 3);
/// assert_eq!(tempered.overlaps(0)?.dim(), (1, 1000));
/// assert_eq!(tempered.series(2)?.len(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Tempered {
    model: Arc<PairModel>,
    temperatures: Vec<f64>,
    settings: Settings,
    /// By replica, then by temperature.
    series: Vec<Vec<TimeSeries>>,
    /// By pair, then by temperature.
    overlaps: Vec<Vec<Vec<f64>>>,
    link_overlaps: Vec<Vec<Vec<f64>>>,
    spins: Vec<Vec<Vec<i8>>>,
    swap_rates: Vec<f64>,
    round_trips: u64,
}

/// What the frame says of how the numbers came about.
#[derive(Clone)]
struct Settings {
    update: &'static str,
    order: &'static str,
    sweeps: usize,
    thermalization: usize,
    interval: usize,
    seed: u64,
    complete: bool,
}

impl Tempered {
    pub(super) fn new(
        tempering: &Tempering,
        shared: &Shared,
        bundles: Vec<Bundle>,
        (sweeps, thermalization): (usize, usize),
        complete: bool,
    ) -> Self {
        let order = match (&shared.packing, tempering.order) {
            (Some(_), None) => "colors",
            _ => shared.order.name(),
        };
        let count = shared.temperatures.len();
        let mut result = Self {
            model: Arc::clone(&shared.model),
            temperatures: shared.temperatures.clone(),
            settings: Settings {
                update: shared.update.name(),
                order,
                sweeps,
                thermalization,
                interval: shared.interval,
                seed: tempering.seed.number(),
                complete,
            },
            series: Vec::new(),
            overlaps: Vec::new(),
            link_overlaps: Vec::new(),
            spins: Vec::new(),
            swap_rates: vec![0.0; count - 1],
            round_trips: 0,
        };
        let mut swaps = vec![0_u64; count - 1];
        for bundle in bundles {
            for replica in 0..bundle.measured.series.len() {
                let spins = (0..count).map(|k| bundle.spins(shared, replica, k));
                result.spins.push(spins.collect());
            }
            let part = bundle.measured;
            result.series.extend(part.series);
            result.overlaps.extend(part.overlaps);
            result.link_overlaps.extend(part.link_overlaps);
            result.round_trips += part.round_trips;
            for (gap, (sum, number)) in part.swaps.into_iter().enumerate() {
                result.swap_rates[gap] += sum;
                swaps[gap] += number;
            }
        }
        for (rate, number) in result.swap_rates.iter_mut().zip(swaps) {
            *rate /= number as f64;
        }
        result.series.iter_mut().flatten().for_each(|series| series.complete = complete);
        result
    }

    /// One row per temperature, ascending; quantities per spin.
    ///
    /// The columns of [`Scan::run`](crate::sample::Scan::run) from `model` to `binder_err`, over all replicas. Then, with two or more
    /// replicas, of the overlap q = (1/N) Σ_i s_i s'_i: `overlap` ⟨q⟩, `abs_overlap` ⟨|q|⟩ (also `_tau`), `overlap_squared` ⟨q²⟩ (also
    /// `_tau`), `overlap_fourth` ⟨q⁴⟩, `overlap_binder` ½(3 − ⟨q⁴⟩/⟨q²⟩²), `spin_glass_susceptibility` N⟨q²⟩, and
    /// `link_overlap`, the mean of s_i s_j s'_i s'_j over coupled pairs, each followed by `_err`; τ is in sweeps. Then
    /// `swap_rate`, the mean probability of an exchange with the next higher temperature (missing in the last row);
    /// `round_trips` of all walkers together; `replicas`, `update`, `order`, `sweeps` (measured), `thermalization` (as done),
    /// `swap_interval`, `seed`, `complete`; up to 20 spins also the exact values that `Scan` has.
    ///
    /// Errors are from the scatter of 8 to 32 blocks of the run: at one temperature the configurations come and go, so that a series
    /// may look uncorrelated after a few steps and still have a slow part, the number of configurations in each valley. Where there are valleys of
    /// different magnetization, errors of Binder cumulants have come out up to 10 % too small in runs of 1000 to 3000 sweeps.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Ising::square(4)?.tempering([2.0, 3.0]).sweeps(200).run()?;
    /// assert_eq!(tempered.frame()?.values("swap_rate")?.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Without a field a configuration and its mirror image have the same weight, and at each measurement one of the two is recorded at random: ⟨m⟩ and
    /// ⟨q⟩, which are 0, do not wait for the whole system to turn over.
    ///
    /// # Errors
    /// None in practice; polars' constructor can fail.
    pub fn frame(&self) -> Result<DataFrame> {
        let count = self.temperatures.len();
        let interval = self.settings.interval as f64;
        let mut rows = (0..count)
            .into_par_iter()
            .map(|k| Observables::of(&self.at(k), estimate_by_blocks))
            .collect::<Result<Vec<_>>>()?;
        for row in &mut rows {
            row.energy.tau *= interval;
            row.energy.tau_err *= interval;
            row.abs_magnetization.tau *= interval;
            row.abs_magnetization.tau_err *= interval;
        }
        let rows: Vec<Row> = rows.into_iter().map(Row::from).collect();
        let mut frame = observed(&self.model, &self.temperatures, &rows)?;
        if !self.overlaps.is_empty() {
            frame = frame.hstack(self.overlap_columns()?.columns())?;
        }
        let number = |value: usize| vec![value as u64; count];
        let mut rates: Vec<Option<f64>> = self.swap_rates.iter().copied().map(Some).collect();
        rates.push(None);
        let settings = &self.settings;
        let settings = df!(
            "swap_rate" => rates,
            "round_trips" => vec![self.round_trips; count],
            "replicas" => number(self.series.len()),
            "update" => vec![settings.update; count],
            "order" => vec![settings.order; count],
            "sweeps" => number(settings.sweeps),
            "thermalization" => number(settings.thermalization),
            "swap_interval" => number(settings.interval),
            "seed" => vec![settings.seed; count],
            "complete" => vec![settings.complete; count],
        )?;
        frame = frame.hstack(settings.columns())?;
        with_exact(&self.model, &self.temperatures, frame)
    }

    fn overlap_columns(&self) -> Result<DataFrame> {
        let rows = (0..self.temperatures.len())
            .into_par_iter()
            .map(|k| OverlapEstimates::of(&part(&self.overlaps, k), &part(&self.link_overlaps, k)))
            .collect::<Result<Vec<_>>>()?;
        let n = self.model.n_spins() as f64;
        let interval = self.settings.interval as f64;
        let mean = |of: fn(&OverlapEstimates) -> Estimate| -> Vec<f64> {
            rows.iter().map(|row| of(row).mean).collect()
        };
        let error = |of: fn(&OverlapEstimates) -> Estimate| -> Vec<f64> {
            rows.iter().map(|row| of(row).error).collect()
        };
        let tau = |of: fn(&OverlapEstimates) -> Estimate| -> Vec<f64> {
            rows.iter().map(|row| interval * of(row).tau).collect()
        };
        let times_n = |values: Vec<f64>| values.into_iter().map(|x| n * x).collect::<Vec<_>>();
        Ok(df!(
            "overlap" => mean(|row| row.overlap),
            "overlap_err" => error(|row| row.overlap),
            "abs_overlap" => mean(|row| row.abs),
            "abs_overlap_err" => error(|row| row.abs),
            "abs_overlap_tau" => tau(|row| row.abs),
            "overlap_squared" => mean(|row| row.squared),
            "overlap_squared_err" => error(|row| row.squared),
            "overlap_squared_tau" => tau(|row| row.squared),
            "overlap_fourth" => mean(|row| row.fourth),
            "overlap_fourth_err" => error(|row| row.fourth),
            "overlap_binder" => mean(|row| row.binder),
            "overlap_binder_err" => error(|row| row.binder),
            "spin_glass_susceptibility" => times_n(mean(|row| row.squared)),
            "spin_glass_susceptibility_err" => times_n(error(|row| row.squared)),
            "link_overlap" => mean(|row| row.link),
            "link_overlap_err" => error(|row| row.link),
        )?)
    }

    /// The distribution P(q) of the overlap at each temperature: columns `temperature`, `overlap` (the middle of a bin), `density` and
    /// `density_err`.
    ///
    /// ∫P(q) dq = 1. Up to 100 spins each of the N + 1 possible values has a bin; beyond, equally many share one of about a hundred
    /// (fewer in the last).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Ising::square(4)?.tempering([2.0, 3.0]).sweeps(200).run()?;
    /// let coldest: f64 = tempered.overlap_histogram()?.values("density")?[..17].iter().sum();
    /// assert!((coldest * 2.0 / 16.0 - 1.0).abs() < 1e-12);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there was only one replica.
    pub fn overlap_histogram(&self) -> Result<DataFrame> {
        self.require_pairs()?;
        let histograms = (0..self.temperatures.len())
            .into_par_iter()
            .map(|k| Histogram::of(self.model.n_spins(), &part(&self.overlaps, k)))
            .collect::<Result<Vec<_>>>()?;
        let temperatures = self.temperatures.iter().zip(&histograms);
        let temperatures: Vec<f64> =
            temperatures.flat_map(|(&t, histogram)| vec![t; histogram.centers.len()]).collect();
        let column = |of: fn(&Histogram) -> &Vec<f64>| -> Vec<f64> {
            histograms.iter().flat_map(of).copied().collect()
        };
        Ok(df!(
            "temperature" => temperatures,
            "overlap" => column(|histogram| &histogram.centers),
            "density" => column(|histogram| &histogram.density),
            "density_err" => column(|histogram| &histogram.error),
        )?)
    }

    /// Energies and magnetizations at the temperature of index `k`, one series per replica, one entry per exchange: for reweighting.
    /// Without a field the sign of each magnetization is random.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Ising::square(4)?.tempering([2.0, 3.0]).sweeps(200).run()?;
    /// assert_eq!((tempered.series(0)?.len(), tempered.series(0)?[0].temperature), (2, 2.0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no such temperature.
    pub fn series(&self, k: usize) -> Result<Vec<TimeSeries>> {
        self.check_index(k)?;
        Ok(self.at(k).into_iter().cloned().collect())
    }

    /// The overlaps at the temperature of index `k`: an array of shape (pairs of replicas, measurements).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Ising::square(4)?.tempering([2.0, 3.0]).sweeps(200).run()?;
    /// assert_eq!(tempered.overlaps(1)?.dim(), (1, 200));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no such temperature, or was only one replica.
    pub fn overlaps(&self, k: usize) -> Result<Array2<f64>> {
        self.check_index(k)?;
        self.require_pairs()?;
        let series = part(&self.overlaps, k);
        Ok(Array2::from_shape_fn((series.len(), series[0].len()), |(pair, step)| {
            series[pair][step]
        }))
    }

    /// The last configuration of a replica (from 0) at the temperature of index `k`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Ising::square(4)?.tempering([2.0, 3.0]).sweeps(200).run()?;
    /// assert_eq!(tempered.spins(0, 1)?.len(), 16);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no such temperature or replica.
    pub fn spins(&self, k: usize, replica: usize) -> Result<Array1<i8>> {
        self.check_index(k)?;
        let Some(ladder) = self.spins.get(replica) else {
            let allowed = format!("the index of one of {} replicas", self.spins.len());
            return Err(Error::argument("replica", replica, allowed));
        };
        Ok(Array1::from(ladder[k].clone()))
    }

    /// The ladder of temperatures.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Ising::square(4)?.tempering([2.0, 3.0]).sweeps(200).run()?;
    /// assert_eq!(tempered.temperatures(), [2.0, 3.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn temperatures(&self) -> Vec<f64> {
        self.temperatures.clone()
    }

    /// The mean probability of an exchange between each temperature and the next.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Ising::square(4)?.tempering([2.0, 3.0]).sweeps(200).run()?;
    /// assert!(tempered.swap_rates()[0] > 0.1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn swap_rates(&self) -> Vec<f64> {
        self.swap_rates.clone()
    }

    /// How often a configuration went from the lowest to the highest temperature and back, over all replicas.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Ising::square(4)?.tempering([2.0, 3.0]).sweeps(200).run()?;
    /// assert!(tempered.round_trips() > 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn round_trips(&self) -> u64 {
        self.round_trips
    }

    /// Whether everything asked for was done before the deadline.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let tempered = Ising::square(4)?.tempering([2.0, 3.0]).sweeps(200).run()?;
    /// assert!(tempered.complete());
    /// # Ok(())
    /// # }
    /// ```
    pub fn complete(&self) -> bool {
        self.settings.complete
    }

    pub(crate) fn model(&self) -> Arc<PairModel> {
        Arc::clone(&self.model)
    }

    fn at(&self, k: usize) -> Vec<&TimeSeries> {
        self.series.iter().map(|ladder| &ladder[k]).collect()
    }

    fn check_index(&self, k: usize) -> Result<()> {
        let count = self.temperatures.len();
        if k < count {
            return Ok(());
        }
        Err(Error::argument("k", k, format!("the index of one of {count} temperatures")))
    }

    fn require_pairs(&self) -> Result<()> {
        if self.overlaps.is_empty() {
            return Err(Error::argument("replicas", 1, "2 or more for overlaps"));
        }
        Ok(())
    }
}

/// The series of all pairs at one temperature.
fn part(overlaps: &[Vec<Vec<f64>>], k: usize) -> Vec<&[f64]> {
    overlaps.iter().map(|pair| pair[k].as_slice()).collect()
}

impl fmt::Debug for Tempered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (model, count) = (&self.model, self.temperatures.len());
        let (replicas, sweeps) = (self.series.len(), self.settings.sweeps);
        write!(
            f,
            "Tempered({model:?}, {count} temperatures, {replicas} replicas, {sweeps} sweeps, {} round trips)",
            self.round_trips
        )
    }
}
