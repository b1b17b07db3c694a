//! Work done on a walker in a potential that changes, and what it tells of free energies.

mod potential;
mod protocol;
mod samples;

pub use protocol::WorkProtocol;
pub use samples::WorkSamples;
