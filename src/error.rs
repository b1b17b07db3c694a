//! One error type whose messages are sentences for the reader of a notebook.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error as ThisError;

/// The result of every fallible function of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, as a sentence: what was given, what is allowed, what to do.
///
/// [`Display`](fmt::Display) and [`Debug`] print the same sentence, since a notebook cell shows the first
/// after a failed `?` and the second when the last line of a cell is an `Err`.
///
/// ```
/// use statmech::Error;
/// let error = Error::argument("temperature", -1.0, "a finite number above 0");
/// assert_eq!(error.to_string(), "`temperature` must be a finite number above 0, but -1 was given.");
/// assert_eq!(format!("{error:?}"), error.to_string());
/// ```
#[derive(ThisError)]
#[non_exhaustive]
pub enum Error {
    /// A setting lies outside what is allowed.
    #[error("`{name}` must be {allowed}, but {given} was given.")]
    Argument {
        /// The argument's name as the caller wrote it.
        name: &'static str,
        /// What was given, printed.
        given: String,
        /// What is allowed, to follow "must be".
        allowed: String,
    },
    /// Two shapes that have to agree do not.
    #[error("{what} must have shape {expected}, but its shape is {given}.")]
    Shape {
        /// The array or frame.
        what: &'static str,
        /// The shape that fits.
        expected: String,
        /// The shape found.
        given: String,
    },
    /// The exact computation asked for would not end, or not fit.
    #[error("{what} needs {needs}, beyond {limit}. {advice}")]
    TooLarge {
        /// The computation.
        what: String,
        /// Its cost for what was given.
        needs: String,
        /// The limit that it passes.
        limit: String,
        /// What to use instead.
        advice: String,
    },
    /// A method does not apply to the model it was called for.
    #[error("{what} cannot be used here: {why}. {advice}")]
    Unsupported {
        /// The method.
        what: String,
        /// The reason.
        why: String,
        /// What to use instead.
        advice: String,
    },
    /// A DataFrame lacks a column, or a column has another type.
    #[error("The frame has no usable column `{column}`: {why}. Its columns are: {columns}.")]
    Column {
        /// The column asked for.
        column: String,
        /// What is wrong with it.
        why: String,
        /// The names that exist.
        columns: String,
    },
    /// A figure could not be drawn.
    #[error("The figure could not be drawn: {0}.")]
    Figure(String),
    /// polars refused an operation on a frame.
    #[error("polars: {0}")]
    Polars(#[from] crate::polars::prelude::PolarsError),
    /// A file could not be read or written.
    #[error("`{}` could not be {action}: {source}.", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// "read" or "written".
        action: &'static str,
        /// The operating system's reason.
        source: std::io::Error,
    },
}

impl Error {
    /// An argument outside what is allowed; `allowed` follows the words "must be".
    ///
    /// ```
    /// use statmech::Error;
    /// let error = Error::argument("sweeps", 0, "at least 1");
    /// assert_eq!(error.to_string(), "`sweeps` must be at least 1, but 0 was given.");
    /// ```
    pub fn argument(
        name: &'static str,
        given: impl fmt::Display,
        allowed: impl fmt::Display,
    ) -> Self {
        Self::Argument { name, given: given.to_string(), allowed: allowed.to_string() }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Refuses a value that is not a finite number above zero (NaN included).
pub(crate) fn require_positive(name: &'static str, value: f64) -> Result<f64> {
    if value.is_finite() && value > 0.0 {
        Ok(value)
    } else {
        Err(Error::argument(name, value, "a finite number above 0"))
    }
}

/// Refuses a value that is not from 0 to 10¹⁰⁰ (NaN included), beyond which squares and their sums may overflow.
pub(crate) fn require_amount(name: &'static str, value: f64) -> Result<f64> {
    if (0.0..=1e100).contains(&value) {
        Ok(value)
    } else {
        Err(Error::argument(name, value, "a number from 0 to 1e100"))
    }
}

/// A count as a reader wrote it, from `least` on.
pub(crate) fn require_count(name: &'static str, given: i64, least: i64) -> Result<usize> {
    match usize::try_from(given) {
        Ok(count) if given >= least => Ok(count),
        _ => Err(Error::argument(name, given, format!("a whole number of at least {least}"))),
    }
}

/// 1/T, of a temperature at which it and energies up to `largest` over T are finite.
pub(crate) fn require_beta(t: f64, largest: f64) -> Result<f64> {
    let beta = 1.0 / require_positive("temperature", t)?;
    if beta.is_finite() && (largest * beta).is_finite() {
        Ok(beta)
    } else {
        let allowed = "so high that 1/T and energies over T stay finite and do not overflow \
            (at lower ones ground states are all that counts)";
        Err(Error::argument("temperature", t, allowed))
    }
}

/// Refuses an empty list of temperatures, and any that is not a finite number above 0.
pub(crate) fn require_temperatures(temperatures: &[f64]) -> Result<()> {
    if temperatures.is_empty() {
        return Err(Error::argument("temperatures", "an empty list", "at least one temperature"));
    }
    temperatures.iter().try_for_each(|&t| require_positive("temperature", t).map(|_| ()))
}

/// Refuses NaN and infinities.
pub(crate) fn require_finite(name: &'static str, value: f64) -> Result<f64> {
    if value.is_finite() { Ok(value) } else { Err(Error::argument(name, value, "a finite number")) }
}
