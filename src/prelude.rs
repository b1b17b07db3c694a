//! What a notebook cell imports: `use statmech::prelude::*`.
//!
//! Neither `Result` nor `Error` is here: evcxr's wrapper of each cell names the standard ones.

pub use crate::boltzmann::{
    BoltzmannGradient, BoltzmannLearned, BoltzmannLearning, BoltzmannMachine, BoltzmannSamples,
    BoltzmannSampling, Coding, DeepBoltzmann, DeepLearned, DeepLearning, DeepPosterior,
    DeepPretrained, DeepPretraining, Phases, bars_and_stripes, encoder_patterns, parity_patterns,
    shifter_patterns,
};
pub use crate::data::{Images, digits, mnist, mosaic};
pub use crate::dense_memory::{
    DenseCapacity, DenseMemory, DenseRecall, DenseRecalled, Interaction, Lost, ModernHopfield,
    ModernRecalled,
};
pub use crate::exact::{
    Bulk, BulkInField, Caloric, CurieWeiss, Elimination, Enumeration, HONEYCOMB_TC, Marginals,
    Moments, ONSAGER_TC, PartitionFunction, Potential, TRIANGULAR_TC, Thermodynamics, chain,
    honeycomb, kaufman, onsager, triangular,
};
pub use crate::frame::{Frame, stack};
pub use crate::free_energy::{AnnealedImportance, Bennett, bennett_ratio};
pub use crate::free_energy::{Approximation, FreeEnergies, HighTemperature, SelfConsistent};
pub use crate::free_energy::{
    SelfConsistentSolution, tempered_integration, thermodynamic_integration,
};
pub use crate::grid::{geomspace, linspace};
pub use crate::hopfield::experiment::{
    BasinScan, CapacityScan, MeasuredCapacity, MixtureScan, RetrievalMap, RetrievalScan,
    StorageRule, bits_per_coupling, mixture_state,
};
pub use crate::hopfield::patterns::{
    biased_patterns, correlated_patterns, corrupted, flipped, noisy, occluded, random_patterns,
    rectangle,
};
pub use crate::hopfield::{
    Association, Associator, FixedPoints, Hopfield, MarginTrained, MarginTraining, Recall,
    RecallMany, Recalled, Sequence, Stopped, Unlearned, Unlearning,
};
pub use crate::information::{
    BIT, Channel, ChannelCapacity, Coin, Distribution, Estimator, Joint, LeastBiased,
    MaximumEntropy, binary_entropy, conditional_information, entropy_of_counts, entropy_of_samples,
    exponential_entropy, gaussian_entropy, maximum_entropy, mutual_information_of_counts,
    mutual_information_of_samples, normal_entropy,
};
pub use crate::inverse::{InferredIsing, InverseComparison, InverseIsing, InverseMethod};
pub use crate::ising::{Disorder, Ising};
pub use crate::landscape::{
    CriticalClassification, CriticalFound, CriticalKind, CriticalPoint, CriticalPoints,
    CriticalSearch, CriticalSurvey, CurveFound, CurveKind, CurveSearch, GaussianCurvature,
    HessianProjection, Interpolated, Interpolation, LossSlice, PrincipalCurvatureSearch,
    PrincipalCurvatures, PrincipalPath, ProjectedHessians, RandomDirections, Sharpness,
    SharpnessEstimation, SharpnessMeasure, SliceCheck, SliceChecked, SliceFit, SlicePicture,
    SliceTraceEstimate, SliceTraceEstimation, Slicing, Subspace, SurfaceGeometry, TraceComparison,
    TraceMethods,
};
pub use crate::landscape::{
    Derivative, Descended, Descent, Evaluations, Objective, Optimizer, ParameterBlock,
    ParameterRole, Var,
};
pub use crate::learning::bounds::{self, PacBayes};
pub use crate::learning::{
    BiasVariance, CapacityTable, ComplexitySampling, Dichotomies, GeneralizationGap,
    HypothesisClass, LinearClass, RandomFeatureRegression, RidgeExperiment, VcDimension,
    massart_bound, sauer_bound,
};
pub use crate::ndarray::{Array1, Array2, Axis, array, s};
pub use crate::neuron::{
    Automaton, Circuit, Contradiction, HebbRule, Hebbian, Learned, Neuron, Realization,
    boolean_functions, is_threshold_function, realize,
};
pub use crate::nn::{Activation, Dataset, Initialization, Network, Precision};
pub use crate::operator::{BulkLaw, DiagonalBlock, SpectralBulk};
pub use crate::operator::{
    DensityEstimation, Diagonal, DiagonalEstimation, Eigenpairs, Inertia, InertiaEstimation,
    Lanczos, Operator, Probe, SpectralDensity, SpectralSum, SpectralSumEstimation, TraceEstimate,
    TraceEstimation, TraceEstimator,
};
pub use crate::perceptron::{
    BinaryPerceptrons, Examples, LearningCurve, LearningRule, MultiPerceptron, MultiTrained,
    MultiTraining, Perceptron, PerceptronCapacity, PerceptronTrained, PerceptronTraining,
    Separation, VersionSamples, VersionSampling,
};
pub use crate::phase_space::{
    ConnectivityEstimation, DetailedBalance, Ensemble, EnsembleHistory, FokkerPlanck,
    FokkerPlanckSolution, FunctionalConnectivity, GaussianCloud, Hamiltonian, HamiltonianFlow,
    InteractionTraining, JumpCurrents, Langevin, LangevinSamples, LangevinScheme,
    OrnsteinUhlenbeck, PhaseDensity, StochasticDescent, StochasticDescentStatistics, Symplectic,
    Transport, Transported, WorkProtocol, WorkSamples, off_block_fraction,
};
pub use crate::plot::{Colormap, Figure, Legend, Plot};
pub use crate::polars::df;
pub use crate::polars::prelude::{
    AnyValue, ChunkAgg, ChunkCompareEq, ChunkCompareIneq, Column, DataFrame, DataType, NamedFrom,
    SortMultipleOptions,
};
pub use crate::random::Seed;
pub use crate::rbm::{
    AnnealedLnZ, Completed, Completion, Gibbs, GibbsSamples, Layer, LnZMethods, Rbm, RbmExact,
    RbmGradient, RbmStatistics, RbmTempered, RbmTempering, Units,
};
pub use crate::rbm::{EarlyStopping, LearningRate, RbmTrained, RbmTrainer, RbmTraining};
pub use crate::regression::{SoftmaxFit, SoftmaxRegression};
pub use crate::sample::{
    Annealed, Annealing, EntropyEstimate, Observables, Peak, PopulationAnnealing, Reweighting,
    Scan, Schedule, Simulation, SiteOrder, SnapshotSampling, Snapshots, Start, Target, Tempered,
    Tempering, TimeSeries, Update, WangLandau,
};
pub use crate::spin::Lattice;
pub use crate::stats::Estimate;
pub use crate::theory::ags::{AgsState, Mixture};
pub use crate::theory::learning_curves::Student;
pub use crate::theory::projections::{
    DirectionKind, PictureProbabilities, ProjectionTheory, SliceCurvatures,
};
pub use crate::theory::ridge::{FeatureMoments, RidgeState, RidgeTheory};
pub use crate::theory::sk::SkState;
pub use crate::theory::spectra::{MarchenkoPastur, Semicircle};
pub use crate::theory::version_space::VersionSpace;
pub use crate::theory::{
    ags, cover, dense, gardner, learning_curves, ridge, signal_to_noise, sk, version_space,
};
