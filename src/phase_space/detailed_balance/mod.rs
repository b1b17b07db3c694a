//! Detailed balance along paths: jumps between cells counted forth and back.
//!
//! `settings` cuts the paths into pieces and the plane into cells, `count` counts the jumps of a piece, and `currents` makes rates with errors of them.

mod count;
mod currents;
mod settings;

pub use currents::JumpCurrents;
pub use settings::DetailedBalance;
