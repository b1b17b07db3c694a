//! Critical points: what kind they are, and how they are found.

mod classify;
mod find;
mod follow;
mod gauss;
mod many;
mod record;

pub use classify::{CriticalClassification, CriticalKind, CriticalPoint};
pub use find::{CriticalFound, CriticalSearch};
pub use many::{CriticalPoints, CriticalSurvey};
