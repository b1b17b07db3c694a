//! How the average over the machine is found, and in which coordinates a step is taken.

/// Where the average over the machine comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// So many Gibbs steps from the examples of the batch.
    Contrastive { steps: usize },
    /// So many Gibbs steps of chains that live on between updates.
    Persistent { steps: usize },
    /// Chains at so many temperatures that exchange their states.
    Tempered { steps: usize, rungs: usize },
    /// Enumeration of the smaller layer.
    Exact,
}

impl Method {
    pub fn steps(self) -> usize {
        match self {
            Self::Contrastive { steps }
            | Self::Persistent { steps }
            | Self::Tempered { steps, .. } => steps,
            Self::Exact => 0,
        }
    }

    pub fn rungs(self) -> usize {
        match self {
            Self::Tempered { rungs, .. } => rungs,
            Self::Persistent { .. } => 1,
            Self::Contrastive { .. } | Self::Exact => 0,
        }
    }

    pub fn name(self) -> String {
        match self {
            Self::Contrastive { steps } => format!("CD-{steps}"),
            Self::Persistent { steps } => format!("PCD-{steps}"),
            Self::Tempered { steps, rungs } => format!("PCD-{steps} at {rungs} temperatures"),
            Self::Exact => "exact gradient".to_owned(),
        }
    }
}

/// The coordinates of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coordinates {
    /// v and h as they are.
    Plain,
    /// v − μ and h − λ.
    Centered,
    /// (v − μ)/σ and (h − λ)/σ.
    Standardized,
}
