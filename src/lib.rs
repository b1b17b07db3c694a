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
//! # The chapters
//!
//! Each notebook of the book is a chapter, and the modules that it works with carry its name where they can. `00_tour` gives a taste in under a minute.
//!
//! | chapter | modules | main items |
//! |---|---|---|
//! | `01_neurons` | [`neuron`] | [`Neuron`](neuron::Neuron), [`Circuit`](neuron::Circuit), [`Automaton`](neuron::Automaton), [`realize`](neuron::realize), [`Hebbian`](neuron::Hebbian) |
//! | `02_perceptron` | [`perceptron`]; [`theory::cover`], [`theory::gardner`], [`theory::version_space`], [`theory::learning_curves`] | [`Examples`](perceptron::Examples), [`LearningRule`](perceptron::LearningRule), [`Separation`](perceptron::Separation), [`VersionSampling`](perceptron::VersionSampling), [`PerceptronCapacity`](perceptron::PerceptronCapacity), [`LearningCurve`](perceptron::LearningCurve), [`MultiPerceptron`](perceptron::MultiPerceptron) |
//! | `03_information` | [`information`], [`inverse`] | [`Distribution`](information::Distribution), [`Channel`](information::Channel), [`Estimator`](information::Estimator), [`maximum_entropy`](information::maximum_entropy()), [`Coin`](information::Coin); [`InverseIsing`](inverse::InverseIsing), [`InferredIsing`](inverse::InferredIsing), [`InverseComparison`](inverse::InverseComparison) |
//! | `04_ising` | [`ising`], [`spin`], [`sample`], [`exact`], [`free_energy`]; [`theory::sk`] | [`Ising`](ising::Ising), [`Lattice`](spin::Lattice), [`Disorder`](ising::Disorder); [`Scan`](sample::Scan), [`Simulation`](sample::Simulation), [`Tempering`](sample::Tempering), [`Annealing`](sample::Annealing), [`PopulationAnnealing`](sample::PopulationAnnealing), [`WangLandau`](sample::WangLandau), [`Reweighting`](sample::Reweighting); [`onsager`](exact::onsager), [`kaufman`](mod@exact::kaufman), [`Enumeration`](exact::Enumeration), [`PartitionFunction`](exact::PartitionFunction), [`Elimination`](exact::Elimination); [`FreeEnergies`](free_energy::FreeEnergies), [`SelfConsistent`](free_energy::SelfConsistent) |
//! | `05_hopfield` | [`hopfield`], [`dense_memory`]; [`theory::ags`], [`theory::signal_to_noise`], [`theory::dense`] | [`Hopfield`](hopfield::Hopfield), [`Recall`](hopfield::Recall), [`patterns`](hopfield::patterns), [`experiment`](hopfield::experiment), [`Sequence`](hopfield::Sequence), [`Associator`](hopfield::Associator); [`DenseMemory`](dense_memory::DenseMemory), [`ModernHopfield`](dense_memory::ModernHopfield), [`DenseCapacity`](dense_memory::DenseCapacity) |
//! | `06_boltzmann` | [`boltzmann`] | [`BoltzmannMachine`](boltzmann::BoltzmannMachine), [`BoltzmannLearning`](boltzmann::BoltzmannLearning), [`BoltzmannSampling`](boltzmann::BoltzmannSampling), [`DeepBoltzmann`](boltzmann::DeepBoltzmann) |
//! | `07_rbm` | [`rbm`], [`data`], [`regression`] | [`Rbm`](rbm::Rbm) of two [`Layer`](rbm::Layer)s, [`RbmTraining`](rbm::RbmTraining), [`Gibbs`](rbm::Gibbs), [`RbmTempering`](rbm::RbmTempering), [`Completion`](rbm::Completion), [`RbmExact`](rbm::RbmExact), [`AnnealedLnZ`](rbm::AnnealedLnZ), [`LnZMethods`](rbm::LnZMethods); [`SoftmaxRegression`](regression::SoftmaxRegression) |
//! | `08_projections` | [`landscape`]; [`theory::projections`] | [`Objective`](landscape::Objective), [`SurfaceGeometry`](landscape::SurfaceGeometry), [`Objective::plane`](landscape::Objective::plane), [`HessianProjection`](landscape::HessianProjection), [`SliceCheck`](landscape::SliceCheck), [`ProjectionTheory`](theory::projections::ProjectionTheory) |
//! | `09_curvature` | [`landscape`], [`operator`] | [`SliceTraceEstimation`](landscape::SliceTraceEstimation), [`TraceMethods`](landscape::TraceMethods), [`Operator`](operator::Operator), [`TraceEstimator`](operator::TraceEstimator), [`DiagonalEstimation`](operator::DiagonalEstimation) |
//! | `10_hessian_directions` | [`nn`], [`landscape`], [`operator`]; [`theory::spectra`] | [`Network`](nn::Network), [`Dataset`](nn::Dataset), [`Descent`](landscape::Descent), [`RandomDirections`](landscape::RandomDirections), [`PrincipalPath`](landscape::PrincipalPath), [`CurveSearch`](landscape::CurveSearch), [`SharpnessEstimation`](landscape::SharpnessEstimation), [`CriticalSearch`](landscape::CriticalSearch), [`Lanczos`](operator::Lanczos), [`SpectralDensity`](operator::SpectralDensity) |
//! | `11_phase_space` | [`phase_space`] | [`ConnectivityEstimation`](phase_space::ConnectivityEstimation), [`InteractionTraining`](phase_space::InteractionTraining); [`Ensemble`](phase_space::Ensemble), [`GaussianCloud`](phase_space::GaussianCloud), [`PhaseDensity`](phase_space::PhaseDensity); [`Transport`](phase_space::Transport), [`Hamiltonian`](phase_space::Hamiltonian), [`Langevin`](phase_space::Langevin), [`FokkerPlanck`](phase_space::FokkerPlanck), [`StochasticDescent`](phase_space::StochasticDescent), [`OrnsteinUhlenbeck`](phase_space::OrnsteinUhlenbeck), [`DetailedBalance`](phase_space::DetailedBalance) with [`JumpCurrents`](phase_space::JumpCurrents), [`WorkProtocol`](phase_space::WorkProtocol) |
//! | `12_learning_theory` | [`learning`]; [`theory::ridge`] | [`HypothesisClass`](learning::HypothesisClass), [`Dichotomies`](learning::Dichotomies), [`LinearClass`](learning::LinearClass), [`bounds`](learning::bounds), [`GeneralizationGap`](learning::GeneralizationGap), [`BiasVariance`](learning::BiasVariance), [`RidgeExperiment`](learning::RidgeExperiment), [`RandomFeatureRegression`](learning::RandomFeatureRegression), [`CapacityTable`](learning::CapacityTable) |
//!
//! What every chapter uses:
//!
//! | topic | items |
//! |---|---|
//! | tables and figures | [`frame::Frame`], [`frame::stack`], [`plot::Plot`], [`plot::Figure`] |
//! | estimates and errors | [`stats`], [`stats::Estimate`] |
//! | data | [`data::digits`], [`data::mnist`], [`data::Images`] |
//! | seeds, progress, limits of time | [`random::Seed`], [`progress::Progress`], [`progress::Deadline`] |
//! | grids of temperatures, loads and the like | [`grid::linspace`], [`grid::geomspace`] |
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
pub mod learning;
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
