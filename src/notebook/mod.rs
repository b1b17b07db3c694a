//! What the crate says to the notebook that runs it: results in rich form.

pub(crate) mod content;
