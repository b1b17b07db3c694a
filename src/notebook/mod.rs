//! What a computation says to the notebook that runs it: progress lines and deadlines.

pub mod progress;
