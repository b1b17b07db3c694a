"""The warm start does what it promises, in real kernels."""

import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import kernels  # noqa: E402
import paths  # noqa: E402

SECONDS = 120
START = ':dep statmech = "0.1"\nuse statmech::prelude::*;'

# One value of each public type, made as a reader would make it, without a type annotation.
TYPES = {
    "Ising": "let ising = Ising::square(4)?;",
    "Lattice": "let lattice = Lattice::square(4).open();",
    "PairModel": "let pair_model = ising.model();",
    "Couplings": "let couplings = statmech::spin::Couplings::from_bonds(2, &[(0, 1, 1.0)])?;",
    "Enumeration": "let enumeration = ising.enumerate()?;",
    "Thermodynamics": "let thermodynamics = enumeration.at(2.0)?;",
    "Torus": "let torus = statmech::exact::kaufman::Torus::new(3, 4)?;",
    "Caloric": "let caloric = torus.at(2.0)?;",
    "Elimination": "let elimination = ising.elimination()?;",
    "Marginals": "let marginals = elimination.marginals(2.0)?;",
    "Potential": "let potential = elimination.at(2.0)?;",
    "Bulk": "let bulk = triangular::at(2.0)?;",
    "BulkInField": "let bulk_in_field = chain::infinite(1.0, 0.1, 2.0)?;",
    "CurieWeiss": "let curie_weiss = CurieWeiss::new(100)?;",
    "PartitionFunction": "let partition_function = ising.partition_function(2.0)?;",
    "Moments": "let moments = partition_function.moments()?;",
    "SelfConsistentSolution": "let self_consistent_solution = ising.mean_field(2.0)?;",
    "Approximation": "let approximation = Approximation::Bethe;",
    "SelfConsistent": "let self_consistent = ising.approximation(2.0, approximation);",
    "HighTemperature": "let high_temperature = ising.high_temperature(5.0)?;",
    "FreeEnergies": "let free_energies = ising.free_energies(3.0).sweeps(2_000);",
    "Scan": "let settings = ising.scan([1.5, 2.5]).sweeps(200);",
    "Simulation": "let mut simulation = ising.simulation(2.0)?;",
    "TimeSeries": "let series = simulation.measure(100)?;",
    "Estimate": "let estimate = statmech::stats::estimate(&series.energy)?;",
    "Bootstrap": "let bootstrap = statmech::stats::bootstrap(&[series.energy.clone()], 20, 1, |s| s[0][0])?;",
    "Equilibration": 'let equilibration = series.equilibration("energy")?;',
    "Target": 'let target = Target::relative("energy", 0.01)?;',
    "Reweighting": "let reweighting = Reweighting::new(&ising.scan([2.2, 2.6]).sweeps(2000).run_series()?)?;",
    "Peak": 'let peak = reweighting.maximum("heat_capacity", 2.0, 3.0)?;',
    "Observables": "let observables = series.observables()?;",
    "Tempering": "let tempering = ising.tempering([1.5, 2.5]).sweeps(200);",
    "Tempered": "let tempered = tempering.run()?;",
    "Disorder": "let disorder = Disorder::Gaussian;",
    "Update": "let update = Update::Wolff;",
    "SiteOrder": "let order = SiteOrder::Random;",
    "Start": "let start = Start::Up;",
    "SnapshotSampling": "let snapshot_sampling = ising.snapshots(2.0).samples(20);",
    "Snapshots": "let snapshots = snapshot_sampling.run()?;",
    "Images": "let images = digits()?;",
    "SoftmaxRegression": "let softmax_regression = SoftmaxRegression::new(&images.take(50).pixels(), images.take(50).labels())?;",
    "SoftmaxFit": "let softmax_fit = softmax_regression.run()?;",
    "Distribution": "let distribution = Distribution::uniform(2)?;",
    "Joint": "let joint = Joint::from_weights(array![[1.0, 2.0]])?;",
    "Channel": "let channel = Channel::binary_symmetric(0.1)?;",
    "ChannelCapacity": "let channel_capacity = channel.capacity()?;",
    "Estimator": "let estimator = Estimator::default();",
    "MaximumEntropy": "let maximum = maximum_entropy(&array![[0.0, 1.0]], &array![0.3]);",
    "LeastBiased": "let least_biased = maximum.run()?;",
    "Coin": "let coin = Coin::jeffreys();",
    "InverseMethod": "let inverse_method = InverseMethod::Exact;",
    "InverseIsing": "let inverse_ising = InverseIsing::new(&ising.enumerate()?.draw(4.0, 2_000, 1)?)?;",
    "InferredIsing": "let inferred_ising = inverse_ising.run()?;",
    "InverseComparison": "let inverse_comparison = InverseComparison::new(&ising, 4.0)?.counts([500]);",
    "Seed": "let seed = Seed::new(3);",
    "Generator": "let generator = seed.generator();",
    "Layer": "let layer = Layer::spin(2)?;",
    "Units": "let units = layer.units();",
    "Rbm": "let rbm = Rbm::spin(4, 3)?;",
    "Gibbs": "let gibbs = rbm.gibbs().chains(5).steps(10);",
    "GibbsSamples": "let gibbs_samples = gibbs.run()?;",
    "RbmTempering": "let rbm_tempering = rbm.tempering([0.0, 1.0]).steps(50);",
    "RbmTempered": "let rbm_tempered = rbm_tempering.run()?;",
    "Completion": "let completion = rbm.completion(&gibbs_samples.visible, [0, 1]).steps(10);",
    "Completed": "let completed = completion.run()?;",
    "AnnealedLnZ": "let annealed_ln_z = rbm.ln_z_annealed().steps(20);",
    "LnZMethods": "let ln_z_methods = rbm.ln_z_methods().steps(2_000);",
    "AgsState": "let ags_state = ags::retrieval(0.1, 0.0)?;",
    "Mixture": "let mixture = ags::mixture(3, 0.2)?;",
    "VersionSpace": "let version_space = version_space::spherical(1.0, 0.0)?;",
    "Student": "let student = Student::Gibbs;",
    "SkState": "let sk_state = sk::at(0.5, 0.1)?;",
    "Annealing": "let annealing = ising.annealing().sweeps(50);",
    "Schedule": "let schedule = Schedule::Linear;",
    "Annealed": "let annealed = annealing.run()?;",
    "PopulationAnnealing": "let population = ising.population_annealing([2.0]).population(50);",
    "WangLandau": "let wang_landau = ising.wang_landau().sweeps(500);",
    "EntropyEstimate": "let entropy_estimate = wang_landau.run()?;",
    "AnnealedImportance": "let annealed_importance = ising.annealed_importance([2.0]).runs(50);",
    "Bennett": "let bennett = ising.bennett([2.0]).sweeps(100);",
    "Hopfield": "let hopfield = Hopfield::hebb(&random_patterns(3, 50, 1)?)?;",
    "Recall": "let recall = hopfield.recall(&hopfield.pattern(0)?);",
    "Recalled": "let recalled = recall.run()?;",
    "Stopped": "let stopped = recalled.stopped;",
    "RecallMany": "let recall_many = hopfield.recall_many(&hopfield.patterns());",
    "FixedPoints": "let fixed_points = Hopfield::hebb(&random_patterns(2, 9, 1)?)?.fixed_points()?;",
    "StorageRule": "let storage_rule = StorageRule::Storkey;",
    "RetrievalScan": "let retrieval_scan = RetrievalScan::new().sizes([50]).samples(2);",
    "CapacityScan": "let capacity_scan = CapacityScan::new(storage_rule).sizes([20, 30]).samples(4);",
    "MeasuredCapacity": "let measured_capacity = capacity_scan.run()?;",
    "BasinScan": "let basin_scan = BasinScan::new().sizes([50]).samples(2);",
    "RetrievalMap": "let retrieval_map = RetrievalMap::new().size(50).samples(2);",
    "MixtureScan": "let mixture_scan = MixtureScan::new().sizes([50]).samples(2);",
    "Associator": "let associator = Associator::hebb(&array![[1, -1, 1]], &array![[1, -1]])?;",
    "Association": "let association = associator.recall(&array![1, -1, 1])?;",
    "Sequence": "let sequence = Sequence::new(&array![[1, 1], [1, -1]])?;",
    "Interaction": "let interaction = Interaction::Polynomial(3);",
    "Lost": "let lost = Lost::Any;",
    "DenseMemory": "let dense_memory = DenseMemory::polynomial(&array![[1, -1, 1]], 3)?;",
    "DenseRecall": "let dense_recall = dense_memory.recall(&array![1, 1, 1]);",
    "DenseRecalled": "let dense_recalled = dense_recall.run()?;",
    "DenseCapacity": "let dense_capacity = DenseCapacity::new(interaction).sizes([10]);",
    "ModernHopfield": "let modern = ModernHopfield::new(&array![[1.0, 0.0], [0.0, 1.0]], 5.0)?;",
    "ModernRecalled": "let modern_recalled = modern.recall(&array![0.6, 0.4])?;",
    "MarginTraining": "let margin_training = Hopfield::perceptron(&hopfield.patterns());",
    "MarginTrained": "let margin_trained = margin_training.run()?;",
    "Unlearning": "let unlearning = hopfield.unlearn().dreams(5);",
    "Unlearned": "let unlearned = unlearning.run()?;",
    "Neuron": "let neuron = Neuron::and(2)?;",
    "Circuit": "let circuit = Circuit::flip_flop()?;",
    "Automaton": "let automaton = circuit.automaton()?;",
    "Realization": "let realization = realize(&[false, true, true, false])?;",
    "Contradiction": "let contradiction = match realization.clone() { Realization::Impossible(c) => Some(c), _ => None };",
    "HebbRule": "let hebb_rule = HebbRule::Sanger;",
    "Hebbian": "let hebbian = Hebbian::new(&digits()?.pixels())?.steps(100);",
    "Learned": "let learned = hebbian.run()?;",
    "Examples": "let examples = Examples::blobs(20, 6.0, 1)?;",
    "Perceptron": "let perceptron = Perceptron::random(2, 1)?;",
    "LearningRule": "let rule = LearningRule::Rosenblatt;",
    "PerceptronTraining": "let training = examples.train(rule).bias(true);",
    "PerceptronTrained": "let trained = training.run()?;",
    "Separation": "let separation = examples.separation()?;",
    "VersionSampling": "let version_sampling = Examples::random(5, 8, 1)?.version_space().samples(40);",
    "VersionSamples": "let version_samples = version_sampling.run()?;",
    "HypothesisClass": "let hypothesis_class = HypothesisClass::Rays;",
    "Dichotomies": "let dichotomies = hypothesis_class.dichotomies(&array![[0.0], [1.0]])?;",
    "VcDimension": "let vc_dimension = dichotomies.vc_dimension()?;",
    "ComplexitySampling": "let complexity_sampling = dichotomies.rademacher_sampling().samples(10);",
    "LinearClass": "let linear_class = LinearClass::new(&array![[1.0], [2.0]], 1.0)?;",
    "PacBayes": "let pac_bayes = PacBayes::linear(&perceptron, &examples, 0.05)?;",
    "GeneralizationGap": "let generalization_gap = GeneralizationGap::new(&examples, &examples).sizes([10]).samples(2);",
    "BiasVariance": "let bias_variance = BiasVariance::new(|x| x * x).degrees([1]).samples(5);",
    "RidgeTheory": "let ridge_theory = RidgeTheory::isotropic(0.5, 1.0, 0.2)?;",
    "RidgeState": "let ridge_state = ridge_theory.at(0.1)?;",
    "FeatureMoments": "let feature_moments = FeatureMoments::relu();",
    "RidgeExperiment": "let ridge_experiment = RidgeExperiment::new(20, [0.5]).samples(2);",
    "RandomFeatureRegression": "let random_feature_regression = RandomFeatureRegression::new(&images.take(20), &images.skip(1_780)).samples(2);",
    "CapacityTable": "let capacity_table = CapacityTable::new().samples(20);",
    "BinaryPerceptrons": "let binary_perceptrons = examples.binary_perceptrons()?;",
    "PerceptronCapacity": "let capacity = PerceptronCapacity::new([5], [1.0, 2.0]).samples(20);",
    "LearningCurve": "let learning_curve = LearningCurve::new([rule], 5, [1.0]).samples(5);",
    "MultiTraining": "let multi_training = MultiPerceptron::train(&digits()?.take(100));",
    "MultiTrained": "let multi_trained = multi_training.run()?;",
    "MultiPerceptron": "let multi_perceptron = multi_trained.perceptron.clone();",
    "Objective": "let objective = Objective::exact(2, |x| x[0] * x[0] + x[1].exp())?;",
    "Derivative": "let derivative = objective.gradient_with_error(&array![1.0, 0.0])?;",
    "Evaluations": "let evaluations = objective.evaluations();",
    "Var": "let var = Var::constant(1.0);",
    "Descent": "let descent = objective.descend(&array![1.0, 0.0]).steps(10);",
    "Descended": "let descended = descent.run()?;",
    "Optimizer": "let optimizer = Optimizer::Momentum(0.9);",
    "SurfaceGeometry": "let geometry = objective.geometry(&array![1.0, 0.0])?;",
    "GaussianCurvature": "let gaussian_curvature = geometry.gaussian_curvature()?;",
    "PrincipalCurvatureSearch": "let principal_search = geometry.principal();",
    "PrincipalCurvatures": "let principal_curvatures = principal_search.run()?;",
    "DirectionKind": "let unit_directions = DirectionKind::Unit;",
    "PictureProbabilities": "let pictures = PictureProbabilities::of_signs(3, 2);",
    "ProjectionTheory": "let projection = ProjectionTheory::of_signs(3, 2, 1)?.directions(unit_directions);",
    "SliceCurvatures": "let slice_curvatures = projection.curvatures();",
    "HessianProjection": "let hessian_projection = objective.projected_hessians(&array![1.0, 0.0]).samples(10);",
    "ProjectedHessians": "let projected_hessians = hessian_projection.run()?;",
    "SliceCheck": "let slice_check = objective.slice_check(&array![1.0, 0.0], &array![1.0, 0.0], &array![1.0, 1.0]);",
    "SliceChecked": "let slice_checked = slice_check.run()?;",
    "SlicePicture": "let picture = slice_checked.picture;",
    "CriticalClassification": "let classification = objective.classify(&array![1.0, 0.0]);",
    "CriticalPoint": "let critical_point = classification.run()?;",
    "CriticalKind": "let critical_kind = critical_point.kind;",
    "CriticalSearch": "let critical_search = objective.find_critical(&array![1.0, 0.0]).steps(5);",
    "CriticalFound": "let critical_found = critical_search.run()?;",
    "CriticalSurvey": "let critical_survey = objective.critical_points(&array![[1.0, 0.0]]).steps(5);",
    "CriticalPoints": "let critical_points = critical_survey.run()?;",
    "SliceFit": "let slice_fit = SliceFit::Interpolating;",
    "SliceTraceEstimation": "let slice_trace_estimation = objective.slice_trace(&array![1.0, 0.0]).points(5).fit(slice_fit);",
    "SliceTraceEstimate": "let slice_trace_estimate = slice_trace_estimation.run()?;",
    "TraceMethods": "let trace_methods = objective.trace_methods(&array![1.0, 0.0]).budgets([400]).runs(3);",
    "TraceComparison": "let trace_comparison = trace_methods.run()?;",
    "RandomDirections": "let random_directions = objective.random_directions(2).orthonormal();",
    "Slicing": "let slicing = objective.plane(&array![1.0, 0.0], &random_directions.run()?).over([-1.0, 0.0, 1.0]);",
    "LossSlice": "let slice = slicing.run()?;",
    "Subspace": "let subspace = Subspace::through(&array![[0.0, 0.0], [1.0, 1.0]])?;",
    "PrincipalPath": "let principal_path = PrincipalPath::new(&descended.path)?;",
    "Interpolation": "let interpolation = objective.interpolate(&array![1.0, 0.0], &array![0.0, 1.0]);",
    "Interpolated": "let interpolated = interpolation.run()?;",
    "CurveKind": "let curve_kind = CurveKind::Chain(2);",
    "CurveSearch": "let curve_search = objective.connect(&array![1.0, 0.0], &array![0.0, 1.0]).curve(curve_kind);",
    "CurveFound": "let curve_found = curve_search.run()?;",
    "SharpnessMeasure": "let sharpness_measure = SharpnessMeasure::Trace;",
    "SharpnessEstimation": "let sharpness_estimation = objective.sharpness(&array![1.0, 0.0]).measures([sharpness_measure]);",
    "Sharpness": "let sharpness = sharpness_estimation.run()?;",
    "Transport": "let transport = Objective::quadratic(&array![[1.0]], &array![0.0])?.transport(&array![1.0]).points(3);",
    "Transported": "let transported = transport.run()?;",
    "Symplectic": "let symplectic = Symplectic::Yoshida;",
    "Hamiltonian": "let hamiltonian = Objective::quadratic(&array![[1.0]], &array![0.0])?.hamiltonian(&array![1.0]).scheme(symplectic).points(3);",
    "HamiltonianFlow": "let hamiltonian_flow = hamiltonian.run()?;",
    "LangevinScheme": "let langevin_scheme = LangevinScheme::Baoab;",
    "Langevin": "let langevin = Objective::quadratic(&array![[1.0]], &array![0.0])?.langevin(&Array2::zeros((3, 1)), 1.0).scheme(langevin_scheme).steps(10);",
    "LangevinSamples": "let langevin_samples = langevin.run()?;",
    "OrnsteinUhlenbeck": "let ornstein_uhlenbeck = OrnsteinUhlenbeck::new(&array![[1.0]], &array![[0.5]])?;",
    "FokkerPlanck": "let fokker_planck = Objective::quadratic(&array![[1.0]], &array![0.0])?.fokker_planck(1.0).points(3);",
    "FokkerPlanckSolution": "let fokker_planck_solution = fokker_planck.run()?;",
    "StochasticDescent": "let stochastic_descent = Network::mlp([1, 1]).weight_decay(1.0).loss(&Dataset::regression(&array![[0.0], [0.0]], &array![[1.0], [-1.0]])?)?.stochastic_descent(&array![0.0, 0.0]).steps(20);",
    "StochasticDescentStatistics": "let stochastic_descent_statistics = stochastic_descent.run()?;",
    "WorkProtocol": "let work_protocol = WorkProtocol::drag(1.0, 1.0)?.samples(50);",
    "WorkSamples": "let work_samples = work_protocol.run()?;",
    "Network": "let network = Network::mlp([64, 8, 10]).relu();",
    "ParameterBlock": "let block = network.blocks()?[0].clone();",
    "ParameterRole": "let role = block.role();",
    "Dataset": "let dataset = Dataset::from_images(&digits()?.take(20));",
    "Activation": "let activation = Activation::Gelu;",
    "Initialization": "let initialization = Initialization::He;",
    "Precision": "let precision = Precision::Single;",
    "RbmTraining": "let rbm_training = Rbm::binary(2, 2)?.train(&array![[0.0, 1.0], [1.0, 0.0]]);",
    "RbmTrainer": "let rbm_trainer = rbm_training.trainer()?;",
    "RbmTrained": "let rbm_trained = rbm_training.epochs(2).run()?;",
    "LearningRate": "let learning_rate = LearningRate::Constant(0.1);",
    "EarlyStopping": "let early_stopping = EarlyStopping::PseudoLikelihood { patience: 3 };",
    "Operator": "let operator = ising.operator()?;",
    "Lanczos": "let lanczos = operator.lanczos(2);",
    "Eigenpairs": "let eigenpairs = lanczos.run()?;",
    "Probe": "let probe = Probe::Rademacher;",
    "TraceEstimator": "let trace_estimator = TraceEstimator::XTrace;",
    "TraceEstimation": "let trace_estimation = operator.trace().estimator(trace_estimator);",
    "TraceEstimate": "let trace_estimate = operator.trace().run()?;",
    "DiagonalEstimation": "let diagonal_estimation = operator.diagonal().probe(probe);",
    "Diagonal": "let operator_diagonal = diagonal_estimation.run()?;",
    "DiagonalBlock": 'let diagonal_block = DiagonalBlock::from(("layer", 2));',
    "DensityEstimation": "let density_estimation = operator.density().probes(4);",
    "SpectralDensity": "let spectral_density = density_estimation.run()?;",
    "SpectralBulk": "let spectral_bulk = spectral_density.semicircle()?;",
    "BulkLaw": "let bulk_law = spectral_bulk.law;",
    "SpectralSumEstimation": "let spectral_sum_estimation = operator.spectral_sum(f64::exp).probes(4);",
    "SpectralSum": "let spectral_sum = spectral_sum_estimation.run()?;",
    "InertiaEstimation": "let inertia_estimation = operator.inertia();",
    "Inertia": "let inertia = inertia_estimation.run()?;",
    "Semicircle": "let semicircle = Semicircle::new(1.0)?;",
    "MarchenkoPastur": "let marchenko_pastur = MarchenkoPastur::new(0.5, 1.0)?;",
    "Coding": "let coding = Coding::Spin;",
    "Phases": "let phases = Phases::Persistent;",
    "BoltzmannMachine": "let boltzmann_machine = BoltzmannMachine::new(coding, 3, 1)?.randomized(0.1, 1)?;",
    "BoltzmannGradient": "let boltzmann_gradient = boltzmann_machine.gradient(&Distribution::uniform(8)?)?;",
    "BoltzmannLearning": "let boltzmann_learning = boltzmann_machine.learn(&parity_patterns(2, coding)?)?.phases(phases).epochs(3);",
    "BoltzmannLearned": "let boltzmann_learned = boltzmann_learning.run()?;",
    "BoltzmannSampling": "let boltzmann_sampling = boltzmann_machine.sample().sweeps(5);",
    "BoltzmannSamples": "let boltzmann_samples = boltzmann_sampling.run()?;",
    "DeepBoltzmann": "let deep_boltzmann = DeepBoltzmann::new(&[4, 3, 2])?;",
    "DeepPosterior": "let deep_posterior = deep_boltzmann.infer(&array![[0, 1, 1, 0]])?;",
    "DeepPretraining": "let deep_pretraining = deep_boltzmann.pretrain(&bars_and_stripes(2, Coding::Binary)?)?.epochs(3);",
    "DeepPretrained": "let deep_pretrained = deep_pretraining.run()?;",
    "DeepLearning": "let deep_learning = deep_boltzmann.learn(&bars_and_stripes(2, Coding::Binary)?)?.epochs(3);",
    "DeepLearned": "let deep_learned = deep_learning.run()?;",
    "Figure": "let figure = Figure::image(&simulation.snapshot()?)?;",
    "Error": 'let error = statmech::Error::argument("n", 0, "at least 1");',
    "RbmExact": "let rbm_exact = rbm.exact().deadline(60.0);",
    "RbmStatistics": "let rbm_statistics = rbm.statistics()?;",
    "RbmGradient": "let rbm_gradient = rbm.gradient(&array![[1.0, -1.0, 1.0, 1.0]])?;",
    "GaussianCloud": "let gaussian_cloud = GaussianCloud::new(&array![0.0], &array![[1.0]])?;",
    "PhaseDensity": "let phase_density = PhaseDensity::new(&gaussian_cloud.sample(50, 1)?)?;",
    "Ensemble": "let ensemble = Objective::quadratic(&array![[1.0]], &array![0.0])?.ensemble(20).times([0.0, 1.0]);",
    "EnsembleHistory": "let ensemble_history = ensemble.run()?;",
    "ConnectivityEstimation": "let connectivity_estimation = ConnectivityEstimation::new(&Network::mlp([1, 3, 1]).activations(&Network::mlp([1, 3, 1]).initial(1)?, &gaussian_cloud.sample(50, 1)?, 0)?)?;",
    "FunctionalConnectivity": "let functional_connectivity = connectivity_estimation.run()?;",
    "DetailedBalance": "let detailed_balance = DetailedBalance::new(&[OrnsteinUhlenbeck::new(&array![[1.0]], &array![[0.5]])?.path(1000, 0.1, 1)?], 0.1)?;",
    "JumpCurrents": "let jump_currents = detailed_balance.run()?;",
    "InteractionTraining": "let interaction_training = Network::mlp([64, 4, 10]).interaction_training(&Dataset::from_images(&digits()?.take(30)));",
}
# Types that no cell keeps: settings of a figure, passed where they are named.
PASSED = {"Color", "Colormap", "Legend"}

# Everyday polars and ndarray: each result is kept, and none needs a written type.
EVERYDAY = [
    'let scan = ising.scan(linspace(1.5, 3.5, 5)).sweeps(200).run()?;',
    'let rows = scan.height();\nlet shape = scan.shape();',
    'let head = scan.head(Some(3));\nlet part = scan.select(["temperature", "energy"])?;',
    'let column = scan.column("energy")?.clone();\nlet name = column.name().to_string();',
    'let hot = scan.filter(&scan.column("temperature")?.f64()?.gt(2.0))?;\nlet hot_rows = hot.height();',
    'let energies = scan.values("energy")?;\nlet first = energies[0];',
    'let chunked = scan.column("energy")?.f64()?.clone();\nlet mean = chunked.mean();\nlet all = chunked.to_vec();',
    'let copy = scan.clone();\nlet both = scan.vstack(&copy)?;',
    'let frame = df!("x" => [1.0, 2.0], "y" => [3.0, 4.0])?;\nlet kind = frame.column("x")?.dtype().clone();',
    'let a = array![[1.0, 2.0], [3.0, 4.0]];\nlet b = a.dot(&a);\nlet means = a.mean_axis(Axis(0)).unwrap();',
    'let row = a.row(0).to_owned();\nlet product = row.dot(&row);\nlet sum = a.sum();\nlet scaled = &a * 2.0;',
    'let t = a.t().to_owned();\nlet corner = a.slice(s![0..1, ..]).to_owned();\nlet line = a.slice(s![.., 1]).to_owned();',
    'let spins = simulation.spins();\nlet energy = ising.energy(&spins)?;\nlet element = a[[0, 1]];\nlet squares = a.mapv(|x| x * x);',
]
KEPT = (
    "rows shape head part column name hot hot_rows energies first chunked mean all copy both frame kind a b means row "
    "product sum scaled t corner line spins energy element squares"
).split()


class Kernel:
    """A running statmech kernel."""

    def __init__(self, argv=None):
        self.manager = kernels.manager(paths.KERNEL_NAME, kind="KernelManager")
        if argv:
            self.manager.kernel_spec.argv = argv
        self.manager.start_kernel(**kernels.start_options(paths.KERNEL_NAME), cwd=str(paths.NOTEBOOKS))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=kernels.STARTUP_SECONDS)

    def run(self, code: str) -> str:
        """Run a cell; its shown text. A failure of any kind raises."""
        shown, failed = [], []

        def hear(message):
            content, kind = message["content"], message["header"]["msg_type"]
            if kind == "error":
                failed.append("\n".join(content["traceback"]))
            elif kind == "stream":
                (failed if content["name"] == "stderr" else shown).append(content["text"])
            elif kind in ("execute_result", "display_data"):
                shown.append(content["data"].get("text/plain", ""))

        self.client.execute_interactive(code, output_hook=hear, timeout=SECONDS)
        if failed:
            raise AssertionError(f"the cell\n{code}\nfailed:\n" + "\n".join(failed))
        return "\n".join(shown)

    def completions(self, code: str) -> "list[str]":
        """What completion offers at the end of `code`."""
        reply = self.client.complete(code, len(code), reply=True, timeout=SECONDS)
        return reply["content"]["matches"]

    def documentation(self, code: str) -> str:
        """What inspection shows at the end of `code`."""
        reply = self.client.inspect(code, len(code), reply=True, timeout=SECONDS)
        return "\n".join(reply["content"]["data"].values())

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def public_types() -> "set[str]":
    """The public structs and enums that can be reached from outside."""
    found = set()
    for path in (paths.ROOT / "src").rglob("*.rs"):
        if "#![doc(hidden)]" not in path.read_text():
            found |= set(re.findall(r"^pub (?:struct|enum) (\w+)", path.read_text(), re.MULTILINE))
    exported = (paths.ROOT / "src").rglob("*.rs")
    text = "\n".join(path.read_text() for path in exported)
    # `pub` inside a private module counts only if something re-exports it.
    return {name for name in found if re.search(rf"pub use [^;]*\b{name}\b", text)}


@unittest.skipIf(kernels.missing(paths.KERNEL_NAME), "the statmech kernel is not installed")
class WarmKernel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kernel = Kernel()
        cls.addClassCleanup(cls.kernel.stop)
        cls.kernel.run(START)
        cls.kernel.run("\n".join(TYPES.values()))

    def test_every_public_type_is_tried(self):
        tried = set(TYPES) | PASSED
        self.assertEqual(public_types() - tried, set(), "add a value of these types to TYPES")

    def test_every_public_type_is_kept_across_cells(self):
        names = [re.match(r"let (?:mut )?(\w+)", line)[1] for line in TYPES.values()]
        shown = self.kernel.run("\n".join(f'println!("{name} {{}}", std::mem::size_of_val(&{name}));' for name in names))
        self.assertEqual([line.split()[0] for line in shown.splitlines() if line.strip() not in ("", "()")], names)

    def test_everyday_calls_need_no_annotation(self):
        for cell in EVERYDAY:
            with self.subTest(cell=cell):
                self.kernel.run(cell)
        self.kernel.run("\n".join(f"let _ = &{name};" for name in KEPT))

    def test_completion_and_documentation_know_the_crate(self):
        self.assertTrue(any(match.startswith("square(") for match in self.kernel.completions("Ising::sq")))
        self.assertTrue(any(match.startswith("mean_field(") for match in self.kernel.completions("ising.mean")))
        self.assertIn("pub fn square", self.kernel.documentation("Ising::square"))

    def test_results_show_themselves_in_both_forms(self):
        shown = self.kernel.run('df!("energy" => [-1.5])?')
        self.assertIn("1 row × 1 column", shown)
        self.assertGreater(len(self.kernel.run("figure")), 20)

    def test_the_readme_example_runs_as_it_stands(self):
        [example] = re.findall(r"```rust\n(.*?)```", (paths.ROOT / "README.md").read_text(), re.DOTALL)
        self.assertIn("energy per spin", self.kernel.run(example))

    def test_an_error_reads_as_a_sentence(self):
        with self.assertRaisesRegex(AssertionError, "must be"):
            self.kernel.run("let nothing = Ising::square(0)?;")

    def test_two_notebooks_at_once(self):
        answers = []

        def work():
            kernel = Kernel()
            try:
                kernel.run(START)
                answers.append(kernel.run("Ising::square(2)?.n_spins()"))
            finally:
                kernel.stop()

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.assertEqual([answer.strip() for answer in answers], ["4", "4"])


@unittest.skipIf(kernels.missing(paths.KERNEL_NAME), "the statmech kernel is not installed")
class Edit(unittest.TestCase):
    def test_an_edit_of_the_sources_reaches_the_next_kernel(self):
        with tempfile.TemporaryDirectory() as folder:
            checkout = Path(folder) / "checkout"
            skip = shutil.ignore_patterns(".git", ".venv", ".lab", "notebooks", "target", "__pycache__")
            shutil.copytree(paths.ROOT, checkout, ignore=skip)
            root = checkout / "src" / "lib.rs"
            root.write_text(root.read_text() + "\npub mod edited;\n")
            (checkout / "src" / "edited.rs").write_text(
                "//! An edit.\n/// Twice the argument.\npub fn twice(x: u32) -> u32 {\n    2 * x\n}\n"
            )
            build = subprocess.run(
                [sys.executable, str(checkout / "lab" / "template.py")], capture_output=True, text=True, check=True
            )
            self.assertNotIn("Compiling polars", build.stderr)
            template = Path(build.stdout.strip())
            try:
                argv = [sys.executable, str(checkout / "lab" / "launch.py"), "{connection_file}"]
                kernel = Kernel(argv)
                try:
                    kernel.run(START)
                    kernel.run("let doubled = statmech::edited::twice(21);")
                    self.assertEqual(kernel.run("doubled").strip(), "42")
                finally:
                    kernel.stop()
            finally:
                shutil.rmtree(template, ignore_errors=True)


if __name__ == "__main__":
    unittest.main()
