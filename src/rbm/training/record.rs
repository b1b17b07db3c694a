//! One row of the history.

use crate::error::Result;
use crate::polars::prelude::{Column, DataFrame};

/// Makes the record, its columns' names in order, and both directions between it and a list of numbers.
macro_rules! record {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// What was measured after an epoch; missing where it does not apply.
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub(super) struct Record {
            pub epoch: usize,
            pub updates: usize,
            $($(#[$doc])* pub $name: Option<f64>,)+
        }

        impl Record {
            const NAMES: &'static [&'static str] = &[$(stringify!($name)),+];

            /// All numbers but the counts.
            pub fn values(&self) -> Vec<Option<f64>> {
                vec![$(self.$name),+]
            }

            /// The record with these numbers, in the order of [`values`](Self::values).
            pub fn with_values(epoch: usize, updates: usize, values: &[Option<f64>]) -> Self {
                let mut values = values.iter().copied();
                Self { epoch, updates, $($name: values.next().flatten()),+ }
            }
        }
    };
}

record! {
    learning_rate,
    pseudo_likelihood,
    pseudo_likelihood_err,
    pseudo_likelihood_held_out,
    reconstruction_error,
    free_energy,
    free_energy_held_out,
    free_energy_gap,
    free_energy_gap_err,
    log_likelihood,
    log_likelihood_err,
    log_likelihood_held_out,
    gradient_norm,
    weight_norm,
    largest_singular_value,
    stable_rank,
    saturated,
    swap_rate,
    seconds,
}

impl Record {
    /// How many numbers [`values`](Self::values) gives.
    pub fn width() -> usize {
        Self::NAMES.len()
    }
}

/// Records as a frame, one row each.
pub(super) fn frame(records: &[Record]) -> Result<DataFrame> {
    let counts = |of: fn(&Record) -> usize| -> Vec<u64> {
        records.iter().map(|record| of(record) as u64).collect()
    };
    let mut columns = vec![
        Column::new("epoch".into(), counts(|record| record.epoch)),
        Column::new("updates".into(), counts(|record| record.updates)),
    ];
    let rows: Vec<Vec<Option<f64>>> = records.iter().map(Record::values).collect();
    for (k, name) in Record::NAMES.iter().enumerate() {
        let values: Vec<Option<f64>> = rows.iter().map(|row| row[k]).collect();
        columns.push(Column::new((*name).into(), values));
    }
    Ok(DataFrame::new_infer_height(columns)?)
}
