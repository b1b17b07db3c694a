//! Axes: from numbers to places, with ticks at round values.

use crate::error::{Error, Result};

/// Beyond this a difference of two numbers could overflow: such values count as infinite.
const LARGEST: f64 = 1e307;
/// A range relatively narrower than this counts as a single value, which needs a wider axis.
const NARROWEST: f64 = 1e-9;

/// Whether a value can be placed on an axis.
pub(super) fn drawable(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// The smallest and the largest of the values that can be drawn.
pub(super) fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|v| drawable(*v)).fold(None, |range, v| match range {
        None => Some((v, v)),
        Some((low, high)) => Some((v.min(low), v.max(high))),
    })
}

/// The range itself, or a wider one around it where it is (almost) a single value.
pub(super) fn widened(low: f64, high: f64) -> (f64, f64) {
    let magnitude = low.abs().max(high.abs());
    if high - low > magnitude * NARROWEST && high - low > 1e-305 {
        return (low, high);
    }
    let half = if magnitude > 1e-300 { magnitude * 0.1 } else { 1.0 };
    (low - half, high + half)
}

/// One mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub at: f64,
    pub text: String,
}

/// A linear or logarithmic axis from `low` to `high`.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub low: f64,
    pub high: f64,
    pub log: bool,
    pub ticks: Vec<Tick>,
    /// Marks without a number, between the decades of a logarithmic axis.
    pub minor: Vec<f64>,
}

impl Axis {
    /// An axis for data that span `low` to `high`, with `padding` as a part of the span on either side
    /// and room for about `count` ticks.
    pub fn around(data: (f64, f64), log: bool, padding: (f64, f64), count: usize) -> Result<Self> {
        if !log {
            let (low, high) = widened(data.0, data.1);
            let span = high - low;
            return Ok(Self::exactly(
                low - span * padding.0,
                high + span * padding.1,
                false,
                count,
            ));
        }
        if data.0 <= 0.0 || data.0.is_nan() {
            return Err(Error::Figure(
                "a logarithmic axis needs data or a range above zero".to_string(),
            ));
        }
        // Below lie the subnormal numbers, whose logarithms have no digits.
        let (mut low, mut high) = (data.0.log10().max(-305.0), data.1.log10().max(-305.0));
        if high - low <= NARROWEST {
            (low, high) = (low - 0.5, high + 0.5);
        }
        let span = high - low;
        let power = |exponent: f64| 10f64.powf(exponent.clamp(-307.0, 307.0));
        Ok(Self::exactly(
            power(low - span * padding.0),
            power(high + span * padding.1),
            true,
            count,
        ))
    }

    /// An axis whose ends are as given.
    pub fn exactly(low: f64, high: f64, log: bool, count: usize) -> Self {
        let mut axis = Self { low, high, log, ticks: Vec::new(), minor: Vec::new() };
        if log {
            axis.mark_decades(count);
        } else {
            axis.ticks = round_ticks(low, high, count);
        }
        axis
    }

    /// An axis of names at 0, 1, 2, ….
    pub fn of_names(names: &[String]) -> Self {
        let ticks = names
            .iter()
            .enumerate()
            .map(|(i, name)| Tick { at: i as f64, text: name.clone() })
            .collect();
        Self { low: -0.6, high: names.len() as f64 - 0.4, log: false, ticks, minor: Vec::new() }
    }

    /// The place of a value, 0 at `low` and 1 at `high`; none for what has no place.
    pub fn place(&self, value: f64) -> Option<f64> {
        if !drawable(value) || (self.log && value <= 0.0) {
            return None;
        }
        let place = if self.log {
            (value.log10() - self.low.log10()) / (self.high.log10() - self.low.log10())
        } else {
            // Halves, since the ends of an axis given by hand may be far apart.
            (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0)
        };
        // Far outside is as good as any other far outside, and keeps later arithmetic finite.
        Some(place.clamp(-1e4, 1e4))
    }

    /// The value at a place: the inverse of [`Axis::place`].
    pub fn value(&self, place: f64) -> f64 {
        if self.log {
            10f64.powf(self.low.log10() + (self.high.log10() - self.low.log10()) * place)
        } else {
            self.low + (self.high - self.low) * place
        }
    }

    fn mark_decades(&mut self, count: usize) {
        let first = self.low.log10().ceil() as i32;
        let last = (self.high.log10() + 1e-9).floor() as i32;
        let within = |v: f64| v >= self.low * (1.0 - 1e-9) && v <= self.high * (1.0 + 1e-9);
        if last - first < 1 {
            self.ticks = round_ticks(self.low, self.high, count);
            self.ticks.retain(|tick| tick.at > 0.0);
            return;
        }
        let plain = first >= -3 && last <= 4;
        let stride = ((last - first) as usize / count.max(2) + 1) as i32;
        for exponent in (first - 1)..=last {
            let decade = 10f64.powi(exponent);
            if exponent >= first && (exponent - first) % stride == 0 {
                let text = if plain {
                    decimal(decade, (-exponent).max(0) as usize)
                } else {
                    power_of_ten(exponent)
                };
                self.ticks.push(Tick { at: decade, text });
            }
            if stride == 1 {
                self.minor.extend((2..10).map(|i| f64::from(i) * decade).filter(|v| within(*v)));
            }
        }
    }
}

/// About `count` round values between two numbers, printed with the decimals that tell them apart.
pub(super) fn round_ticks(low: f64, high: f64, count: usize) -> Vec<Tick> {
    let rough = (high / 2.0 - low / 2.0) / count.max(1) as f64 * 2.0;
    if !(rough.is_finite() && rough > 1e-306) {
        return Vec::new();
    }
    let mut exponent = rough.log10().floor() as i32;
    let leading = rough / 10f64.powi(exponent);
    let mut digit = [1, 2, 5].into_iter().find(|d| leading <= f64::from(*d) * 1.0001).unwrap_or(10);
    if digit == 10 {
        (digit, exponent) = (1, exponent + 1);
    }
    // Each value is rounded once, from whole numbers, so that no error adds up.
    let at = |k: f64| {
        let count = k * f64::from(digit);
        if exponent < 0 { count / 10f64.powi(-exponent) } else { count * 10f64.powi(exponent) }
    };
    let step = at(1.0);
    if !(step.is_finite() && step > 0.0) {
        return Vec::new();
    }
    let (first, last) = ((low / step - 1e-6).ceil(), (high / step + 1e-6).floor());
    let scientific = low.abs().max(high.abs()) >= 1e5 || exponent < -4;
    (0..=((last - first).clamp(0.0, 50.0) as usize))
        .map(|i| at(first + i as f64))
        .filter(|v| v.is_finite())
        .map(|v| Tick { at: v, text: number(v, exponent, scientific) })
        .collect()
}

/// A number with its last digit at `10^exponent`.
fn number(value: f64, exponent: i32, scientific: bool) -> String {
    if value == 0.0 {
        return "0".to_string();
    }
    if !scientific {
        return decimal(value, (-exponent).max(0) as usize);
    }
    let mut leading = value.abs().log10().floor() as i32;
    let scaled = |by: i32| {
        // In two steps, since 10^308 times ten is no number.
        value / 10f64.powi(by / 2) / 10f64.powi(by - by / 2)
    };
    if scaled(leading).abs() >= 9.999999999 {
        leading += 1;
    }
    let mantissa = decimal(scaled(leading), (leading - exponent).max(0) as usize);
    match mantissa.as_str() {
        "1" => power_of_ten(leading),
        "−1" => format!("−{}", power_of_ten(leading)),
        mantissa => format!("{mantissa}×{}", power_of_ten(leading)),
    }
}

fn decimal(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}").replace('-', "−")
}

fn power_of_ten(exponent: i32) -> String {
    let plain = exponent.to_string();
    let digits = plain.chars().map(|c| match c {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        _ => '⁹',
    });
    format!("10{}", digits.collect::<String>())
}

/// A value in few characters, for a sketch or a caption.
pub(super) fn short(value: f64) -> String {
    if value == 0.0 || (value.abs() >= 1e-3 && value.abs() < 1e5) {
        let text = format!("{value:.3}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        return text.replace('-', "−");
    }
    format!("{value:.2e}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.text.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_and_carry_no_rounding_error() {
        assert_eq!(texts(&round_ticks(0.0, 0.5, 5)), ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]);
        assert_eq!(texts(&round_ticks(-1.0, 1.0, 4)), ["−1.0", "−0.5", "0", "0.5", "1.0"]);
        assert_eq!(texts(&round_ticks(0.0, 4e5, 4)), ["0", "10⁵", "2×10⁵", "3×10⁵", "4×10⁵"]);
        assert_eq!(texts(&round_ticks(0.0, 3e-300, 3)), ["0", "10⁻³⁰⁰", "2×10⁻³⁰⁰", "3×10⁻³⁰⁰"]);
        assert_eq!(
            texts(&round_ticks(1e6, 1e6 + 0.2, 2)),
            ["1.0000000×10⁶", "1.0000001×10⁶", "1.0000002×10⁶"]
        );
    }

    #[test]
    fn any_range_ends_in_an_axis() {
        let values = [0.0, 1e-320, 1e-300, 1.0, 1e300, 1e307, -1e307, -3.5, 1.0 + 1e-15];
        for low in values {
            for high in values {
                let (low, high) = extent([low, high]).unwrap();
                let axis = Axis::around((low, high), false, (0.05, 0.05), 6).unwrap();
                assert!(axis.low < axis.high && axis.ticks.len() < 60, "{low} {high} {axis:?}");
                assert!(axis.place(low).unwrap() >= 0.0 && axis.place(high).unwrap() <= 1.0);
                if low > 0.0 {
                    let axis = Axis::around((low, high), true, (0.05, 0.05), 6).unwrap();
                    assert!(axis.low < axis.high && axis.ticks.len() < 60, "{low} {high} {axis:?}");
                }
            }
        }
    }

    #[test]
    fn logarithmic_axes_mark_decades() {
        let axis = Axis::around((1.0, 1000.0), true, (0.0, 0.0), 6).unwrap();
        assert_eq!(texts(&axis.ticks), ["1", "10", "100", "1000"]);
        assert!((axis.place(10.0).unwrap() - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(axis.place(0.0), None);
        assert_eq!(axis.place(f64::NAN), None);
        let axis = Axis::around((1e-9, 1e3), true, (0.0, 0.0), 6).unwrap();
        assert_eq!(axis.ticks[0].text, "10⁻⁹");
        assert!(Axis::around((-1.0, 5.0), true, (0.0, 0.0), 6).is_err());
    }
}
