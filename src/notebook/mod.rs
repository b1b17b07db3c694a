//! What the crate says to the notebook that runs it: results in rich form, progress lines, deadlines.

pub(crate) mod content;
pub mod progress;
