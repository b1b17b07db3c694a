//! Ways down a landscape, with the path that they take.

mod optimizer;
mod record;
mod run;

pub use optimizer::Optimizer;
pub use record::Descended;
pub use run::Descent;
