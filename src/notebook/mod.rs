//! What a notebook shows.

pub(crate) mod content;
