//! The legend: what it says and where it hides the least.

use super::canvas::{Point, Rect};
use super::font::text_width;
use super::layer::Kind;
use super::panel::{Panel, TICK_SIZE};
use super::style::Legend;
use crate::error::Result;

pub(super) const ENTRY_HEIGHT: f64 = 18.0;
/// Room for the sample of a line left of the text.
pub(super) const SAMPLE_WIDTH: f64 = 24.0;
pub(super) const PADDING: f64 = 7.0;
/// Distance from the frame.
const GAP: f64 = 8.0;

/// A measured and placed legend.
pub(super) struct LegendBox {
    /// Layers by number, with what to write.
    pub entries: Vec<(usize, String)>,
    pub width: f64,
    pub height: f64,
    pub corner: Point,
}

impl LegendBox {
    pub fn measure(panel: &Panel<'_>) -> Result<Option<Self>> {
        let wanted = panel.style.legend;
        let mut entries: Vec<(usize, String)> = Vec::new();
        for (i, layer) in panel.layers.iter().enumerate() {
            if layer.is_series()
                && let Some(label) = layer.label.as_ref().filter(|label| !label.is_empty())
            {
                entries.push((i, label.clone()));
            }
        }
        let fewest = if wanted == Legend::Auto { 2 } else { 1 };
        if wanted == Legend::Hidden || entries.len() < fewest {
            return Ok(None);
        }
        let mut widest = 0.0f64;
        for (_, label) in &entries {
            widest = widest.max(text_width(label, TICK_SIZE)?);
        }
        Ok(Some(Self {
            width: widest + SAMPLE_WIDTH + 8.0 + 2.0 * PADDING,
            height: entries.len() as f64 * ENTRY_HEIGHT + 2.0 * PADDING - 4.0,
            entries,
            corner: (0.0, 0.0),
        }))
    }

    pub fn rect(&self) -> Rect {
        let (left, top) = self.corner;
        Rect { left, top, right: left + self.width, bottom: top + self.height }
    }

    fn at(&self, frame: Rect, place: Legend) -> Point {
        let (left, right) = (frame.left + GAP, frame.right - GAP - self.width);
        let (top, bottom) = (frame.top + GAP, frame.bottom - GAP - self.height);
        match place {
            Legend::TopLeft => (left, top),
            Legend::BottomLeft => (left, bottom),
            Legend::BottomRight => (right, bottom),
            _ => (right, top),
        }
    }

    /// Takes the corner asked for, or the emptiest one; false if each would hide too much.
    pub fn settle(&mut self, panel: &Panel<'_>) -> bool {
        if panel.style.legend != Legend::Auto {
            self.corner = self.at(panel.frame, panel.style.legend);
            return true;
        }
        self.corner = self.at(panel.frame, Legend::TopRight);
        if panel.has(|k| matches!(k, Kind::HeatMap(_) | Kind::Image(_) | Kind::Surface(_)))
            || self.width > panel.frame.width() * 0.7
            || self.height > panel.frame.height() * 0.7
        {
            return false;
        }
        let ink = ink(panel);
        let corners = [Legend::TopRight, Legend::TopLeft, Legend::BottomRight, Legend::BottomLeft];
        let mut best: Option<(usize, Point)> = None;
        for place in corners {
            self.corner = self.at(panel.frame, place);
            let rect = self.rect();
            let hidden = ink.iter().filter(|p| rect.contains(**p)).count();
            if best.is_none_or(|(least, _)| hidden < least) {
                best = Some((hidden, self.corner));
            }
        }
        let Some((hidden, corner)) = best else { return false };
        self.corner = corner;
        hidden * 100 <= ink.len()
    }

    pub fn settle_beside(&mut self, panel: &Panel<'_>) {
        let right = panel.outer.right - 10.0 - self.width;
        self.corner = (right, panel.frame.top);
    }
}

/// Points every few pixels along everything that a legend should not hide.
fn ink(panel: &Panel<'_>) -> Vec<Point> {
    let mut ink = Vec::new();
    for layer in panel.layers {
        match &layer.kind {
            Kind::Series(s) => {
                let places: Vec<_> =
                    s.x.iter().zip(&s.y).map(|(x, y)| panel.place(*x, *y)).collect();
                ink.extend(places.iter().flatten());
                if s.joined {
                    for pair in places.windows(2) {
                        if let [Some(from), Some(to)] = pair {
                            ink.extend(along(*from, *to));
                        }
                    }
                }
            }
            Kind::Band(band) => {
                for ((x, low), high) in band.x.iter().zip(&band.lower).zip(&band.upper) {
                    if let (Some(from), Some(to)) = (panel.place(*x, *low), panel.place(*x, *high))
                    {
                        ink.extend(along(from, to));
                    }
                }
            }
            Kind::Bars(_) | Kind::Histogram(_) => {
                for (rect, _) in super::draw::bar_rects(panel, layer) {
                    let top = (f64::midpoint(rect.left, rect.right), rect.top);
                    ink.extend(along(top, (top.0, rect.bottom)));
                }
            }
            _ => {}
        }
    }
    ink.retain(|point| panel.frame.contains(*point));
    ink
}

fn along(from: Point, to: Point) -> impl Iterator<Item = Point> {
    let steps = ((to.0 - from.0).hypot(to.1 - from.1) / 5.0).clamp(1.0, 400.0) as usize;
    (0..=steps).map(move |i| {
        let part = i as f64 / steps as f64;
        (from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1))
    })
}
