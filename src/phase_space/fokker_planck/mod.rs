//! Densities on a grid: the Fokker–Planck equation as a Markov process between cells.

mod generator;
mod settings;
mod solution;
mod stationary;

pub use settings::FokkerPlanck;
pub use solution::FokkerPlanckSolution;
