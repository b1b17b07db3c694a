//! Interaction of neurons on a set of examples: settings, errors, null model.

use crate::error::{Error, Result, require_count};
use crate::information::have_neighbor;
use crate::inverse::InverseMethod;
use crate::ndarray::{Array1, Array2};
use crate::nn::{Dataset, Network};
use crate::phase_space::interaction::pairs::Active;
use crate::phase_space::interaction::strength::{Matrices, NUMBERS, Options, matrices, numbers};
use crate::phase_space::patience::{Work, require_patience};
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::rand::seq::SliceRandom;
use crate::random::Seed;
use crate::rayon::current_num_threads;
use crate::rayon::prelude::*;
use crate::setters::setters;

/// Distances between examples that a run without a deadline may take: hours, as the search meets only part of them.
const MOST_DISTANCES: f64 = 1e12;

/// Settings of a measurement of how strongly neurons interact; [`run`](Self::run) measures.
///
/// Six numbers with a definition each, over the n neurons that vary (a constant one says nothing):
///
/// | quantity | definition |
/// |---|---|
/// | `correlation` | √⟨r_ij²⟩ over pairs, r Pearson's correlation |
/// | `multi_information` | −ln det R/(2n), nats per neuron: the total correlation of a Gaussian with these correlations, without the bias of a finite sample |
/// | `information` | ⟨I(s_i; s_j)⟩ over pairs, nats, with s_i = ±1 above and below the neuron's median; less the bias 1/(2N) of N examples (Miller and Madow) |
/// | `coupling` | √⟨J_ij²⟩ of the Ising model with the same statistics of spins s, by pseudo-likelihood |
/// | `partial_correlation` | √⟨p_ij²⟩, p_ij = −P_ij/√(P_ii P_jj), P the inverse of the shrunk correlations: couplings of a Gaussian |
/// | `participation` | (tr C)²/(n tr C²) of the covariance, between 1/n and 1: the fraction of dimensions in use |
///
/// The null model shuffles each neuron's activations over the examples by itself, which leaves every neuron's own distribution and destroys all dependence; what exceeds it is interaction.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let network = Network::mlp([64, 8, 10]);
/// let data = Dataset::from_images(&digits()?.take(300));
/// let found = network.functional_connectivity(&data, &network.initial(1)?, 0)?.run()?;
/// let correlation = &found.frame.head(Some(1));
/// assert!(correlation.values("beyond")?[0] > 5.0 * correlation.values("beyond_err")?[0]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct ConnectivityEstimation {
    active: Active,
    options: Options,
    neighbors: Option<usize>,
    groups: i64,
    shuffles: i64,
    seed: Seed,
    deadline: Option<f64>,
}

/// Matrices of dependence between neurons, and its strength in numbers; see [`ConnectivityEstimation`].
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let sample = GaussianCloud::new(&array![0.0, 0.0], &array![[1.0, 0.8], [0.8, 1.0]])?.sample(200, 1)?;
/// let found: FunctionalConnectivity = ConnectivityEstimation::new(&sample)?.run()?;
/// assert_eq!((found.neurons, found.couplings.dim(), found.frame.height()), (vec![0, 1], (2, 2), 6));
/// assert!(found.couplings[(0, 1)] > 0.0);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct FunctionalConnectivity {
    /// The neurons that vary, in the order of rows and columns.
    pub neurons: Vec<usize>,
    /// Pearson's correlations r_ij.
    pub correlations: Array2<f64>,
    /// Mutual information of the binarised activations, nats; entropies on the diagonal.
    pub information: Array2<f64>,
    /// −½ ln(1 − r²), nats: the mutual information of two Gaussians; infinite on the diagonal.
    pub gaussian_information: Array2<f64>,
    /// Mutual information from neighbours, nats, where it was asked for; NaN on the diagonal, where activations coincide, and of pairs that a deadline left out.
    pub neighbor_information: Option<Array2<f64>>,
    /// Ising couplings J_ij of the binarised activations, zero on the diagonal.
    pub couplings: Array2<f64>,
    /// Partial correlations, ones on the diagonal.
    pub partial_correlations: Array2<f64>,
    /// λ in (1 − λ) R + λ I, whose inverse the partial correlations are from.
    pub shrinkage: f64,
    /// A row for each number: `quantity`, `value`, `value_err`, `null`, `null_err`, `beyond`, `beyond_err`, `n_examples`, `n_units`, `silent`, `seed`, `complete`.
    pub frame: DataFrame,
    /// Whether all groups, shuffles and pairs were done: false if the deadline came before.
    pub complete: bool,
}

impl Network {
    /// How strongly the units of a hidden layer interact on a data set; layers are counted as by [`activations`](Self::activations).
    ///
    /// # Errors
    /// As [`activations`](Self::activations) and [`ConnectivityEstimation::new`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::mlp([64, 8, 10]);
    /// let data = Dataset::from_images(&digits()?.take(300));
    /// let found = network.functional_connectivity(&data, &network.initial(1)?, 0)?.run()?;
    /// let figure = Figure::image(&found.correlations)?.colormap(Colormap::Diverging);
    /// # Ok(()) }
    /// ```
    pub fn functional_connectivity(
        &self,
        data: &Dataset,
        theta: &Array1<f64>,
        hidden: usize,
    ) -> Result<ConnectivityEstimation> {
        ConnectivityEstimation::new(&self.activations(theta, data.inputs(), hidden)?)
    }
}

impl ConnectivityEstimation {
    /// From activations, a row for each example and a column for each neuron.
    ///
    /// # Errors
    /// If there are fewer than 8 examples or not 2 to 512 neurons, a number is not finite, or fewer than two neurons vary.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let truth = GaussianCloud::new(&array![0.0, 0.0], &array![[1.0, 0.8], [0.8, 1.0]])?;
    /// let found = ConnectivityEstimation::new(&truth.sample(2_000, 1)?)?.run()?;
    /// assert!((found.correlations[(0, 1)] - 0.8).abs() < 0.03);
    /// # Ok(()) }
    /// ```
    pub fn new(activations: &Array2<f64>) -> Result<Self> {
        let options =
            Options { shrinkage: None, method: InverseMethod::PseudoLikelihood, l2: None };
        let active = Active::of(activations)?;
        let seed = Seed::default();
        // Where there are few examples, groups of four at least.
        let groups = active.examples().min(80) as i64 / 4;
        Ok(Self { active, options, neighbors: None, groups, shuffles: 10, seed, deadline: None })
    }

    setters! { "ConnectivityEstimation::new(&GaussianCloud::new(&array![0.0, 0.0], &array![[1.0, 0.8], [0.8, 1.0]])?.sample(100, 1)?)?":
        /// The seed of the shuffles and of the groups; default 0.
        seed;
        /// A limit in seconds, after which errors and null model rest on what was done (missing if that is fewer than two) and `complete` is false; default none.
        deadline;
    }

    /// Sets λ of the shrunk correlations (1 − λ) R + λ I, 0 to 1; default Schäfer and Strimmer's, which makes the expected squared error least.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sample = GaussianCloud::new(&array![0.0, 0.0], &array![[1.0, 0.8], [0.8, 1.0]])?.sample(100, 1)?;
    /// let found = ConnectivityEstimation::new(&sample)?.shrinkage(0.0).run()?;
    /// // For two neurons there is nothing to hold fixed.
    /// assert!((found.partial_correlations[(0, 1)] - found.correlations[(0, 1)]).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn shrinkage(&self, lambda: f64) -> Self {
        Self { options: Options { shrinkage: Some(lambda), ..self.options }, ..self.clone() }
    }

    /// Sets how couplings are inferred; default [`InverseMethod::PseudoLikelihood`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sample = GaussianCloud::new(&array![0.0, 0.0], &array![[1.0, 0.8], [0.8, 1.0]])?.sample(200, 1)?;
    /// let settings = ConnectivityEstimation::new(&sample)?.l2(0.0);
    /// let (exact, pair) = (settings.method(InverseMethod::Exact).run()?, settings.method(InverseMethod::IndependentPair).run()?);
    /// assert!((exact.couplings[(0, 1)] - pair.couplings[(0, 1)]).abs() < 1e-6);
    /// # Ok(()) }
    /// ```
    pub fn method(&self, method: InverseMethod) -> Self {
        Self { options: Options { method, ..self.options }, ..self.clone() }
    }

    /// Sets the penalty ½ λ₂ Σ J² per example of methods that take one; default 1/N, a Gaussian prior of variance 1 on each coupling, which keeps the couplings of
    /// neurons finite that are never seen in all four states.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Two neurons that always agree.
    /// let same = Array2::from_shape_fn((50, 2), |(k, _)| (k as f64).sin());
    /// let settings = ConnectivityEstimation::new(&same)?.shrinkage(0.1);
    /// assert!(settings.run().is_ok() && settings.l2(0.0).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn l2(&self, l2: f64) -> Self {
        Self { options: Options { l2: Some(l2), ..self.options }, ..self.clone() }
    }

    /// Adds the mutual information of each pair of activations from k-th neighbours ([`mutual_information_of_samples`](crate::information::mutual_information_of_samples)); default not, as it takes O(N² n²).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sample = GaussianCloud::new(&array![0.0, 0.0], &array![[1.0, 0.8], [0.8, 1.0]])?.sample(500, 1)?;
    /// let found = ConnectivityEstimation::new(&sample)?.neighbors(4).run()?;
    /// let information = found.neighbor_information.map_or(0.0, |i| i[(0, 1)]);
    /// assert!((information - found.gaussian_information[(0, 1)]).abs() < 0.1);
    /// # Ok(()) }
    /// ```
    pub fn neighbors(&self, k: usize) -> Self {
        Self { neighbors: Some(k), ..self.clone() }
    }

    /// Sets how many groups of examples are left out in turn for the errors, 2 to 1000, or 0 for no errors; default 20, or a quarter of the examples if that is less.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sample = GaussianCloud::new(&array![0.0, 0.0], &array![[1.0, 0.8], [0.8, 1.0]])?.sample(100, 1)?;
    /// assert_eq!(ConnectivityEstimation::new(&sample)?.groups(0).run()?.frame.column("value_err")?.null_count(), 6);
    /// # Ok(()) }
    /// ```
    pub fn groups(&self, groups: i64) -> Self {
        Self { groups, ..self.clone() }
    }

    /// Sets how often the null model is drawn, at least twice, or 0 for none; default 10.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sample = GaussianCloud::new(&array![0.0, 0.0], &array![[1.0, 0.8], [0.8, 1.0]])?.sample(100, 1)?;
    /// let null = ConnectivityEstimation::new(&sample)?.shuffles(200).run()?.frame.values("null")?[0];
    /// // Of one pair the mean of |r| is near 0.8/√N.
    /// assert!((null - 0.08).abs() < 0.02);
    /// # Ok(()) }
    /// ```
    pub fn shuffles(&self, shuffles: i64) -> Self {
        Self { shuffles, ..self.clone() }
    }

    /// Measures: matrices, and the six numbers with errors and null model.
    ///
    /// `value_err` is the jackknife's over groups of examples. `null` is the mean over shuffles, and `null_err` the scatter of one shuffle. `beyond` = value − null has the
    /// error of both; it is zero without interaction, where `value_err` is up to √2 too large, since squares lie flat at 0.
    ///
    /// # Errors
    /// If a setting is out of range; if the couplings or partial correlations have no finite value for these activations (see [`l2`](Self::l2) and [`shrinkage`](Self::shrinkage)).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sample = GaussianCloud::new(&array![0.0, 0.0], &array![[1.0, 0.8], [0.8, 1.0]])?.sample(1_000, 1)?;
    /// let found = ConnectivityEstimation::new(&sample)?.run()?;
    /// // −¼ ln(1 − 0.8²) nats per neuron.
    /// let (value, error) = (found.frame.values("value")?[1], found.frame.values("value_err")?[1]);
    /// assert!((value - 0.2554).abs() < 4.0 * error);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<FunctionalConnectivity> {
        let (groups, shuffles) = self.check()?;
        let deadline = Deadline::new(self.deadline)?;
        let mut progress = Progress::new("measurements", 1 + groups + shuffles);
        let whole = matrices(&self.active, &self.options, deadline.seconds_left())?;
        let value = numbers(&self.active, &whole)?;
        let order = self.order();
        let without = |group: usize| {
            let kept: Vec<usize> = order
                .iter()
                .enumerate()
                .filter(|(at, _)| at % groups != group)
                .map(|(_, k)| *k)
                .collect();
            self.strength(&self.active.rows(&kept)?)
        };
        // Couplings may have been cut short as well.
        let mut complete = !deadline.passed();
        let mut all = |count: usize,
                       one: &(dyn Fn(usize) -> Result<[f64; 6]> + Sync)|
         -> Result<Vec<[f64; 6]>> {
            let mut found: Vec<[f64; 6]> = Vec::new();
            while found.len() < count && !deadline.passed() {
                // With a deadline, no more at a time than there are threads for.
                let some = if self.deadline.is_some() { current_num_threads() } else { 8 };
                let next = found.len()..count.min(found.len() + some);
                progress.add(next.len());
                found.extend(next.into_par_iter().map(one).collect::<Result<Vec<_>>>()?);
            }
            complete &= found.len() == count;
            Ok(found)
        };
        let left_out = all(groups, &without)?;
        let nulls = all(shuffles, &|k| self.strength(&self.shuffled(k)?))?;
        let neighbors = self.neighbors.map(|k| self.active.neighbor_information(k, &deadline));
        let neighbors = neighbors.transpose()?;
        complete &= neighbors.as_ref().is_none_or(|(_, all)| *all);
        if !complete {
            progress.stopped();
        }
        let frame = self.frame(&value, &left_out, &nulls, complete)?;
        Ok(self.finished(whole, neighbors.map(|found| found.0), frame, complete))
    }

    fn finished(
        &self,
        whole: Matrices,
        neighbor_information: Option<Array2<f64>>,
        frame: DataFrame,
        complete: bool,
    ) -> FunctionalConnectivity {
        let Matrices { correlations, information, couplings, partial, shrinkage } = whole;
        FunctionalConnectivity {
            neurons: self.active.neurons.clone(),
            gaussian_information: correlations.mapv(|r| -0.5 * (1.0 - r * r).max(0.0).ln()),
            neighbor_information,
            correlations,
            information,
            couplings,
            partial_correlations: partial,
            shrinkage,
            frame,
            complete,
        }
    }

    /// The six numbers of other activations with the same settings.
    fn strength(&self, active: &Active) -> Result<[f64; 6]> {
        numbers(active, &matrices(active, &self.options, None)?)
    }

    /// The examples in an order from which groups are dealt.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.active.examples()).collect();
        order.shuffle(&mut self.seed.child(u64::MAX).generator());
        order
    }

    /// Each neuron's activations in an order of their own.
    fn shuffled(&self, k: usize) -> Result<Active> {
        let seed = self.seed.child(k as u64);
        let mut values = self.active.values.clone();
        for (i, mut column) in values.columns_mut().into_iter().enumerate() {
            let mut shuffled = column.to_vec();
            shuffled.shuffle(&mut seed.child(i as u64).generator());
            column.assign(&Array1::from(shuffled));
        }
        Active::of(&values)
    }

    fn check(&self) -> Result<(usize, usize)> {
        let count =
            |name, value: i64| if value == 0 { Ok(0) } else { require_count(name, value, 2) };
        let (groups, shuffles) = (count("groups", self.groups)?, count("shuffles", self.shuffles)?);
        let examples = self.active.examples();
        if groups > 1000 || groups > examples / 4 {
            let allowed = format!("at most 1000, and a quarter of the {examples} examples");
            return Err(Error::argument("groups", groups, allowed));
        }
        if shuffles > 100_000 {
            return Err(Error::argument("shuffles", shuffles, "at most 100,000"));
        }
        if let Some(k) = self.neighbors
            && !have_neighbor(examples, k)
        {
            let allowed =
                "at least 1 and below the number of examples less 1, which is at most 50,000";
            return Err(Error::argument(
                "neighbors",
                format!("{k} of {examples} examples"),
                allowed,
            ));
        }
        if self.neighbors.is_some() {
            // For each pair of neurons, of each pair of examples at most.
            let distances = (examples as f64 * self.active.count() as f64).powi(2);
            let (what, advice) = ("distances between examples", "fewer examples or neurons");
            let work = Work { count: distances, most: MOST_DISTANCES, what, advice };
            require_patience(work, self.deadline)?;
        }
        match self.options.shrinkage {
            Some(lambda) if !((0.0..=1.0).contains(&lambda)) => {
                Err(Error::argument("shrinkage", lambda, "between 0 and 1"))
            }
            _ => Ok((groups, shuffles)),
        }
    }

    fn frame(
        &self,
        value: &[f64; 6],
        left_out: &[[f64; 6]],
        nulls: &[[f64; 6]],
        complete: bool,
    ) -> Result<DataFrame> {
        // The jackknife's error is (n − 1)/√n times the scatter of its n values.
        let groups = left_out.len() as f64;
        let errors =
            column_scatter(left_out).map(|(_, scatter)| scatter * (groups - 1.0) / groups.sqrt());
        let nulls = column_scatter(nulls);
        let real = |x: f64| x.is_finite().then_some(x);
        let column =
            |value: &dyn Fn(usize) -> f64| (0..6).map(|q| real(value(q))).collect::<Vec<_>>();
        let (neurons, silent) = (self.active.count(), self.active.silent);
        Ok(df!(
            "quantity" => NUMBERS,
            "value" => column(&|q| value[q]),
            "value_err" => column(&|q| errors[q]),
            "null" => column(&|q| nulls[q].0),
            "null_err" => column(&|q| nulls[q].1),
            "beyond" => column(&|q| value[q] - nulls[q].0),
            "beyond_err" => column(&|q| errors[q].hypot(nulls[q].1)),
            "n_examples" => vec![self.active.examples() as u64; 6],
            "n_units" => vec![neurons as u64; 6],
            "silent" => vec![silent as u64; 6],
            "seed" => vec![self.seed.number(); 6],
            "complete" => vec![complete; 6],
        )?)
    }
}

/// Mean and standard deviation of each number; NaN of fewer than two rows.
fn column_scatter(rows: &[[f64; 6]]) -> [(f64, f64); 6] {
    std::array::from_fn(|q| {
        let values: Vec<f64> = rows.iter().map(|row| row[q]).collect();
        match crate::stats::mean_and_error(&values) {
            Some((mean, error)) => (mean, error * (values.len() as f64).sqrt()),
            None => (f64::NAN, f64::NAN),
        }
    })
}
