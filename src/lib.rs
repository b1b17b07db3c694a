//! Statistical mechanics of neural networks, for Rust notebooks.
//!
//! A notebook cell imports [`prelude`] and nothing else:
//!
//! ```
//! use statmech::prelude::*;
//! # fn main() -> statmech::Result<()> {
//! let ising = Ising::square(8)?;
//! let scan = ising.scan(linspace(1.5, 3.5, 5)).update(Update::Wolff).sweeps(500).seed(1).run()?;
//! let figure = scan.scatter("temperature", "energy")?.vline(ONSAGER_TC, "T_c");
//! # figure.svg()?;
//! # Ok(()) }
//! ```
//!
//! # Where to find what
//!
//! | topic | items |
//! |---|---|
//! | models | [`ising::Ising`], [`ising::Disorder`], [`spin::Lattice`] |
//! | neurons | [`neuron::Neuron`], [`neuron::Circuit`], [`neuron::Automaton`], [`neuron::realize`], [`neuron::Hebbian`] |
//! | perceptrons | [`perceptron::Examples`], [`perceptron::LearningRule`], [`perceptron::Separation`], [`perceptron::VersionSampling`], [`perceptron::PerceptronCapacity`], [`perceptron::LearningCurve`], [`perceptron::MultiPerceptron`] |
//! | linear classifiers | [`regression::SoftmaxRegression`] |
//! | associative memories | [`hopfield::Hopfield`], [`hopfield::Recall`], [`hopfield::patterns`], [`hopfield::experiment`]; [`dense_memory::DenseMemory`], [`dense_memory::ModernHopfield`] |
//! | Boltzmann machines | [`boltzmann::BoltzmannMachine`], [`boltzmann::BoltzmannLearning`], [`boltzmann::BoltzmannSampling`], [`boltzmann::DeepBoltzmann`] |
//! | restricted Boltzmann machines | [`rbm::Rbm`] of two [`rbm::Layer`]s, [`rbm::RbmTraining`], [`rbm::Gibbs`], [`rbm::RbmTempering`], [`rbm::Completion`], [`rbm::RbmExact`], [`rbm::AnnealedLnZ`], [`rbm::LnZMethods`] |
//! | theory of capacities and learning | [`theory::ags`], [`theory::sk`], [`theory::gardner`], [`theory::cover`], [`theory::version_space`], [`theory::learning`], [`theory::signal_to_noise`], [`theory::dense`] |
//! | networks and their losses | [`nn::Network`], [`nn::Dataset`], [`landscape::Objective`], [`landscape::Descent`] |
//! | slices of landscapes, paths, sharpness | [`landscape::Objective::plane`], [`landscape::RandomDirections`], [`landscape::PrincipalPath`], [`landscape::CurveSearch`], [`landscape::SharpnessEstimation`] |
//! | curvature of landscapes, critical points | [`landscape::SurfaceGeometry`], [`landscape::HessianProjection`], [`theory::projections::ProjectionTheory`], [`landscape::SliceCheck`], [`landscape::SliceTraceEstimation`], [`landscape::CriticalSearch`] |
//! | information | [`information::Distribution`], [`information::Channel`], [`information::Estimator`], [`information::maximum_entropy`], [`information::Coin`] |
//! | couplings from data | [`inverse::InverseIsing`], [`inverse::InferredIsing`], [`inverse::InverseComparison`] |
//! | ensembles in phase space | [`landscape::Objective::ensemble`], [`phase_space::GaussianCloud`], [`phase_space::PhaseDensity`] |
//! | data | [`data::digits`], [`data::mnist`], [`data::Images`] |
//! | exact quantities | [`exact::Enumeration`], [`exact::PartitionFunction`], [`exact::Elimination`], [`exact::kaufman`], [`exact::onsager`], [`exact::triangular`], [`exact::honeycomb`], [`exact::chain`], [`exact::CurieWeiss`] |
//! | sampling | [`sample::Scan`], [`sample::Simulation`], [`sample::Tempering`], [`sample::SnapshotSampling`], [`sample::Update`] |
//! | annealing, density of states | [`sample::Annealing`], [`sample::PopulationAnnealing`], [`sample::WangLandau`] |
//! | free energies | [`free_energy::FreeEnergies`] side by side; [`free_energy::SelfConsistent`], [`free_energy::HighTemperature`], [`free_energy::thermodynamic_integration`], [`free_energy::AnnealedImportance`], [`free_energy::Bennett`] |
//! | other temperatures from the same data | [`sample::Reweighting`] |
//! | operators and spectra | [`operator::Operator`], [`operator::Lanczos`], [`operator::SpectralDensity`], [`operator::TraceEstimator`], [`theory::spectra`] |
//! | estimates and errors | [`stats`] |
//! | tables and figures | [`frame::Frame`], [`plot::Plot`], [`plot::Figure`] |
//!
//! # Conventions
//!
//! - Units: k_B = 1; energies in units of the couplings; natural logarithms.
//! - Spins are ±1, the energy is E(s) = −Σ_{i<j} J_ij s_i s_j − Σ_i h_i s_i. Quantities in tables are per spin, except `ln_z`
//!   and the energies of a density of states, which belong to the whole system.
//! - A sampled quantity `x` has one standard error `x_err` beside it, autocorrelation included.
//! - Quantities come as one of four records, by what the method gives, and as rows of frames with the same names: [`exact::Caloric`] (ln Z and its
//!   derivatives by temperature), [`exact::Potential`] (by a field as well), [`exact::Thermodynamics`] (all moments of m), [`exact::Moments`] (each spin
//!   and pair); of infinite systems [`exact::Bulk`] and [`exact::BulkInField`].
//! - Every stochastic call takes a seed (default 0) and gives the same numbers on any number of threads.
//! - Settings are methods that return a changed copy; what they are called on stays as it was.
//! - Fallible functions return [`Result`]; the messages are sentences.
//! - What can take long prints its progress, and takes a `deadline` in seconds. After it, runs return what they have with `complete`
//!   false, tables of exact values have missing rows, and an exact number that was not reached is an error that says how far it came.
//!
//! Crates whose types appear in signatures are re-exported here, so that a notebook depends on this crate alone.

pub use {ndarray, ndarray_rand, num_bigint, plotters, polars, rand_xoshiro, rayon, statrs};

pub use ndarray_rand::rand;

pub mod boltzmann;
pub mod data;
pub mod dense_memory;
pub mod error;
pub mod exact;
mod file;
pub mod frame;
pub mod free_energy;
pub mod grid;
pub mod hopfield;
pub mod information;
pub mod inverse;
pub mod ising;
pub mod landscape;
mod memory;
pub mod neuron;
pub mod nn;
mod notebook;
mod numeric;
pub mod operator;
pub mod perceptron;
pub mod phase_space;
pub mod plot;
pub mod prelude;
pub mod progress;
pub mod random;
pub mod rbm;
pub mod regression;
pub mod sample;
mod samples;
mod setters;
mod simd;
pub mod spin;
pub mod stats;
mod tensors;
pub mod theory;

pub use error::{Error, Result};
