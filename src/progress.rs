//! Progress as whole lines, and limits of time.

use std::time::{Duration, Instant};

use crate::error::{Result, require_positive};

/// Nothing is printed before this, and then one line about as often.
const INTERVAL: Duration = Duration::from_secs(2);

/// Reports a long computation on standard output: done, rate and time left, one whole line about every two seconds and none
/// in the first two. (Notebook kernels pass output on line by line, so a bar redrawn in place would show nothing.)
///
/// The environment variable `STATMECH_PROGRESS=off` silences it.
///
/// ```
/// use statmech::progress::Progress;
/// let mut progress = Progress::new("sweeps", 1000);
/// for _ in 0..1000 {
///     progress.add(1);
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Progress {
    unit: String,
    total: usize,
    /// Whether the work may be done long before the total.
    open: bool,
    done: usize,
    started: Instant,
    next: Instant,
    silent: bool,
}

impl Progress {
    /// Progress towards `total` steps, named in the plural ("sweeps").
    ///
    /// ```
    /// use statmech::progress::Progress;
    /// let images = ["a.png", "b.png"];
    /// let mut progress = Progress::new("images", images.len());
    /// images.iter().for_each(|_| progress.add(1));
    /// assert!(format!("{progress:?}").contains("done: 2"));
    /// ```
    pub fn new(unit: impl Into<String>, total: usize) -> Self {
        let started = Instant::now();
        let silent = std::env::var_os("STATMECH_PROGRESS").is_some_and(|value| value == "off");
        let next = started + INTERVAL;
        Self { unit: unit.into(), total, open: false, done: 0, started, next, silent }
    }

    /// Progress of a search that ends when it has found what it looks for, after `most` steps at the latest: lines tell the steps and the time so far, as no
    /// fraction and no time left can be known.
    ///
    /// ```
    /// use statmech::progress::Progress;
    /// let mut progress = Progress::at_most("products", 10_000);
    /// progress.add(90);
    /// ```
    pub fn at_most(unit: impl Into<String>, most: usize) -> Self {
        Self { open: true, ..Self::new(unit, most) }
    }

    /// Counts further steps, and prints a line if one is due.
    ///
    /// ```
    /// use statmech::progress::Progress;
    /// let mut progress = Progress::new("sweeps", 1000);
    /// progress.add(10);
    /// progress.add(20);
    /// assert!(format!("{progress:?}").contains("done: 30"));
    /// ```
    pub fn add(&mut self, steps: usize) {
        self.done = self.done.saturating_add(steps);
        if self.silent || self.done >= self.total {
            return;
        }
        let now = Instant::now();
        if now >= self.next {
            self.next = now + INTERVAL;
            println!("{}", self.line(now - self.started));
        }
    }

    /// Says that the deadline ended the work, and how far it came.
    ///
    /// ```
    /// use statmech::progress::{Deadline, Progress};
    /// # fn main() -> statmech::Result<()> {
    /// let (deadline, mut progress) = (Deadline::new(Some(1e-3))?, Progress::new("steps", usize::MAX));
    /// while !deadline.passed() {
    ///     progress.add(1);
    /// }
    /// progress.stopped(); // … stopped by the deadline at 0 %: 31 415 of 18 446 744 073 709 551 615 steps
    /// # Ok(()) }
    /// ```
    pub fn stopped(&self) {
        if !self.silent {
            println!("{}", self.stop_line());
        }
    }

    fn stop_line(&self) -> String {
        let percent = 100.0 * self.done as f64 / self.total.max(1) as f64;
        let (done, total) = (whole(self.done), whole(self.total));
        format!("… stopped by the deadline at {percent:.0} %: {done} of {total} {}", self.unit)
    }

    /// The ellipsis marks progress for readers of the output, human or not.
    fn line(&self, elapsed: Duration) -> String {
        let seconds = elapsed.as_secs_f64();
        let rate = self.done as f64 / seconds;
        if self.open {
            let (done, most) = (whole(self.done), grouped(self.total as f64));
            let (rate, so_far) = (grouped(rate), duration(seconds));
            return format!(
                "… {done} {}, {rate} per second, {so_far} so far (at most {most})",
                self.unit
            );
        }
        let left = self.total.saturating_sub(self.done) as f64 / rate;
        let percent = 100.0 * self.done as f64 / self.total.max(1) as f64;
        format!(
            "… {percent:.0} % of {} {}, {} per second, {} left",
            grouped(self.total as f64),
            self.unit,
            grouped(rate),
            duration(left),
        )
    }
}

fn whole(count: usize) -> String {
    if count < 10 { count.to_string() } else { grouped(count as f64) }
}

/// A number with its digits in groups of three, or with one decimal below 10.
fn grouped(value: f64) -> String {
    if value < 10.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 100.0 => format!("{s:.0} s"),
        s if s < 6000.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

/// A moment after which a computation should return what it has; or none.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::progress::Deadline;
/// assert!(!Deadline::new(Some(3600.0))?.passed());
/// assert!(!Deadline::new(None)?.passed());
/// assert!(Deadline::new(Some(f64::NAN)).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    started: Instant,
    /// Time allowed; none is without limit.
    allowed: Option<Duration>,
}

impl Deadline {
    /// A deadline so many seconds from now, or none.
    ///
    /// ```
    /// use statmech::progress::Deadline;
    /// # fn main() -> statmech::Result<()> {
    /// assert!(Deadline::new(Some(1e-9))?.passed() && !Deadline::new(None)?.passed());
    /// assert!(Deadline::new(Some(0.0)).is_err());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the seconds are not a finite number above 0.
    pub fn new(seconds: Option<f64>) -> Result<Self> {
        let allowed = match seconds {
            // More seconds than a Duration holds are as good as no limit.
            Some(seconds) => {
                Duration::try_from_secs_f64(require_positive("deadline", seconds)?).ok()
            }
            None => None,
        };
        Ok(Self { started: Instant::now(), allowed })
    }

    /// Whether the moment has passed.
    ///
    /// ```
    /// use statmech::progress::Deadline;
    /// # fn main() -> statmech::Result<()> {
    /// let (deadline, mut rounds) = (Deadline::new(Some(0.01))?, 0_u64);
    /// while !deadline.passed() {
    ///     rounds += 1;
    /// }
    /// assert!(rounds > 0);
    /// # Ok(()) }
    /// ```
    pub fn passed(&self) -> bool {
        self.allowed.is_some_and(|allowed| self.started.elapsed() >= allowed)
    }

    /// The deadline of a first part that may take this fraction (0 to 1) of the whole time.
    pub(crate) fn share(self, fraction: f64) -> Self {
        Self { allowed: self.allowed.map(|allowed| allowed.mul_f64(fraction)), ..self }
    }

    /// The seconds left for a part that takes a deadline of its own, which is above 0; none without limit.
    pub(crate) fn seconds_left(&self) -> Option<f64> {
        self.allowed.map(|_| self.left().as_secs_f64().max(1e-3))
    }

    /// The time left, or for ever.
    pub(crate) fn left(&self) -> Duration {
        self.allowed.map_or(Duration::MAX, |allowed| allowed.saturating_sub(self.started.elapsed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_done_how_fast_and_what_is_left() {
        let mut progress = Progress::new("sweeps", 1_000_000);
        progress.done = 250_000;
        let line = progress.line(Duration::from_secs(50));
        assert_eq!(line, "… 25 % of 1 000 000 sweeps, 5 000 per second, 2 min left");
        assert_eq!(
            progress.stop_line(),
            "… stopped by the deadline at 25 %: 250 000 of 1 000 000 sweeps"
        );
        progress.add(usize::MAX);
        assert_eq!(progress.done, usize::MAX);
    }

    #[test]
    fn a_search_tells_no_time_left() {
        let mut progress = Progress::at_most("products", 10_000);
        progress.done = 90;
        let line = progress.line(Duration::from_secs(45));
        assert_eq!(line, "… 90 products, 2.0 per second, 45 s so far (at most 10 000)");
    }

    #[test]
    fn deadlines_pass() {
        assert!(Deadline::new(Some(1e-9)).unwrap().passed());
        assert!(!Deadline::new(Some(1e300)).unwrap().passed());
        let whole = Deadline::new(Some(100.0)).unwrap();
        assert!(whole.share(0.0).passed());
        assert!(whole.left() > Duration::from_secs(90) && whole.share(0.0).left().is_zero());
        assert!(whole.seconds_left().unwrap() > 90.0);
        assert!(whole.share(0.0).seconds_left().unwrap() > 0.0);
        assert_eq!(Deadline::new(None).unwrap().seconds_left(), None);
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Deadline::new(Some(bad)).is_err());
        }
    }
}
