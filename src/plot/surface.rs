//! A surface in perspective-free projection, far cells first.

use super::axes::{Axis, Tick};
use super::canvas::{Align, Canvas, Paint, Point, Rect, Target, TextStyle};
use super::layer::Field;
use super::palette::{Colormap, GREY, GRID, INK, mix};
use crate::error::Result;

/// At most this many cells along a side are drawn: finer grids are sampled.
const MOST_CELLS: usize = 36;

/// From the unit cube to the sheet, seen from an azimuth and an elevation in degrees.
struct View {
    sine: (f64, f64),
    cosine: (f64, f64),
    center: Point,
    scale: (f64, f64),
}

impl View {
    fn new((azimuth, elevation): (f64, f64), rect: Rect) -> Self {
        let (a, e) = (azimuth.to_radians(), elevation.to_radians());
        let mut view = Self {
            sine: (a.sin(), e.sin()),
            cosine: (a.cos(), e.cos()),
            center: (0.0, 0.0),
            scale: (1.0, 1.0),
        };
        let corners: Vec<Point> = (0..8)
            .map(|i| view.place([f64::from(i & 1), f64::from(i >> 1 & 1), f64::from(i >> 2)]))
            .collect();
        let span = |pick: fn(&Point) -> f64| {
            let (low, high) = corners
                .iter()
                .map(pick)
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
            (low, (high - low).max(1e-9))
        };
        let ((left, width), (top, height)) = (span(|p| p.0), span(|p| p.1));
        // The sheet may be stretched by a third, but no more, or the picture looks wrong.
        let (sx, sy) = (rect.width() / width, rect.height() / height);
        view.scale = (sx.min(sy * 1.35), sy.min(sx * 1.35));
        let middle = rect.center();
        view.center = (
            middle.0 - view.scale.0 * (left + width / 2.0),
            middle.1 - view.scale.1 * (top + height / 2.0),
        );
        view
    }

    /// Moves the cube's middle to the origin, turns it about the vertical, then toward the eye.
    fn turned(&self, [x, y, z]: [f64; 3]) -> (f64, f64, f64) {
        let (x, y, z) = (x - 0.5, y - 0.5, (z - 0.5) * 0.75);
        let across = -x * self.sine.0 + y * self.cosine.0;
        let toward = x * self.cosine.0 + y * self.sine.0;
        let up = z * self.cosine.1 - toward * self.sine.1;
        (across, up, toward)
    }

    fn place(&self, point: [f64; 3]) -> Point {
        let (across, up, _) = self.turned(point);
        (self.center.0 + self.scale.0 * across, self.center.1 - self.scale.1 * up)
    }

    /// Larger is nearer to the eye.
    fn nearness(&self, point: [f64; 3]) -> f64 {
        let (_, _, toward) = self.turned(point);
        toward
    }
}

/// Everything about the surface that does not depend on the sheet.
pub(super) struct SurfacePlot<'a> {
    pub field: &'a Field,
    pub axes: [Axis; 3],
    pub labels: [&'a str; 3],
    pub colormap: Colormap,
    pub scale: (f64, f64),
    pub view: (f64, f64),
}

impl SurfacePlot<'_> {
    /// The box behind the surface: floor, walls, ticks and labels.
    pub fn draw_box<T: Target>(
        &self,
        canvas: &mut Canvas<T>,
        rect: Rect,
        sheet: Rect,
    ) -> Result<()> {
        let view = View::new(self.view, rect);
        // The far walls, and the near edges of the floor.
        let far_x =
            f64::from(u8::from(view.nearness([1.0, 0.5, 0.5]) < view.nearness([0.0, 0.5, 0.5])));
        let far_y =
            f64::from(u8::from(view.nearness([0.5, 1.0, 0.5]) < view.nearness([0.5, 0.0, 0.5])));
        for (axis, from_to) in [
            (0, [[None, Some(0.0), Some(0.0)], [None, Some(1.0), Some(0.0)]]),
            (1, [[Some(0.0), None, Some(0.0)], [Some(1.0), None, Some(0.0)]]),
            (0, [[None, Some(far_y), Some(0.0)], [None, Some(far_y), Some(1.0)]]),
            (1, [[Some(far_x), None, Some(0.0)], [Some(far_x), None, Some(1.0)]]),
            (2, [[Some(far_x), Some(0.0), None], [Some(far_x), Some(1.0), None]]),
            (2, [[Some(0.0), Some(far_y), None], [Some(1.0), Some(far_y), None]]),
        ] {
            for t in self.marks(axis).map(|(t, _)| t).chain([0.0, 1.0]) {
                let end = |place: [Option<f64>; 3]| view.place(place.map(|v| v.unwrap_or(t)));
                canvas.line(&[end(from_to[0]), end(from_to[1])], 0.8, GRID)?;
            }
        }
        let near = (1.0 - far_x, 1.0 - far_y);
        self.draw_axis(canvas, &view, sheet, 0, |t| [t, near.1, 0.0])?;
        self.draw_axis(canvas, &view, sheet, 1, |t| [near.0, t, 0.0])?;
        // The upright axis stands at whichever silhouette corner is further left.
        let corners = [[near.0, far_y, 0.0], [far_x, near.1, 0.0]];
        let left = if view.place(corners[0]).0 < view.place(corners[1]).0 {
            corners[0]
        } else {
            corners[1]
        };
        self.draw_axis(canvas, &view, sheet, 2, |t| [left[0], left[1], t])
    }

    fn marks(&self, axis: usize) -> impl Iterator<Item = (f64, &Tick)> {
        let axis = &self.axes[axis];
        axis.ticks.iter().filter_map(|tick| {
            axis.place(tick.at).filter(|t| (-1e-9..=1.0 + 1e-9).contains(t)).map(|t| (t, tick))
        })
    }

    fn draw_axis<T: Target>(
        &self,
        canvas: &mut Canvas<T>,
        view: &View,
        sheet: Rect,
        axis: usize,
        at: impl Fn(f64) -> [f64; 3],
    ) -> Result<()> {
        let middle = view.place([0.5, 0.5, if axis == 2 { 0.5 } else { 0.0 }]);
        let (from, to) = (view.place(at(0.0)), view.place(at(1.0)));
        canvas.line(&[from, to], 1.0, INK)?;
        let center = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
        let away = if axis == 2 {
            (-1.0, 0.0)
        } else {
            let (dx, dy) = (center.0 - middle.0, center.1 - middle.1);
            let length = dx.hypot(dy).max(1e-9);
            (dx / length, dy / length)
        };
        let align = if away.0 < -0.3 {
            Align::End
        } else if away.0 > 0.3 {
            Align::Start
        } else {
            Align::Middle
        };
        let mut widest = 0.0f64;
        for (t, tick) in self.marks(axis) {
            let (x, y) = view.place(at(t));
            canvas.line(&[(x, y), (x + 5.0 * away.0, y + 5.0 * away.1)], 1.0, INK)?;
            let place = (x + 8.0 * away.0, y + 8.0 * away.1 + 4.0 + 4.0 * away.1.max(0.0));
            canvas.text(&tick.text, place, TextStyle::new(12.0, align, INK))?;
            widest = widest.max(super::font::text_width(&tick.text, 12.0)?);
        }
        let style = TextStyle::new(13.0, Align::Middle, INK);
        if axis == 2 {
            let x = center.0 - 16.0 - widest;
            return canvas.text(self.labels[2], (x, center.1), style.upward());
        }
        // Under the numbers, and no further out than the sheet.
        let half = super::font::text_width(self.labels[axis], 13.0)? / 2.0;
        let x = center.0
            + (10.0 + widest / 2.0) * away.0
            + half * away.0.signum() * away.0.abs().min(0.85);
        let x = x.min(sheet.right - half - 4.0).max(sheet.left + half + 4.0);
        let y = (center.1 + 40.0 * away.1.max(0.5) + 8.0).min(sheet.bottom - 8.0);
        canvas.text(self.labels[axis], (x, y), style)
    }

    /// The surface itself, far cells first.
    pub fn draw_cells<T: Target>(&self, canvas: &mut Canvas<T>, rect: Rect) -> Result<()> {
        let view = View::new(self.view, rect);
        let (columns, rows) = (sampled(self.field.x.len()), sampled(self.field.y.len()));
        let point = |row: usize, column: usize| {
            let z = self.field.z[[row, column]];
            let place = [
                self.axes[0].place(self.field.x[column])?,
                self.axes[1].place(self.field.y[row])?,
                self.axes[2].place(z)?,
            ];
            Some((place, z))
        };
        let mut cells = Vec::new();
        for pair_y in rows.windows(2) {
            for pair_x in columns.windows(2) {
                let corners = [
                    point(pair_y[0], pair_x[0]),
                    point(pair_y[0], pair_x[1]),
                    point(pair_y[1], pair_x[1]),
                    point(pair_y[1], pair_x[0]),
                ];
                if let [Some(a), Some(b), Some(c), Some(d)] = corners {
                    let corners = [a, b, c, d];
                    let nearness: f64 = corners.iter().map(|(p, _)| view.nearness(*p)).sum();
                    cells.push((nearness, corners));
                }
            }
        }
        cells.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (_, corners) in cells {
            let value = corners.iter().map(|(_, z)| z / 4.0).sum();
            let color = self.colormap.color(value, self.scale);
            let path: Vec<Point> = corners.iter().map(|(place, _)| view.place(*place)).collect();
            canvas.polygon(&path, Paint::solid(color))?;
            let outline: Vec<Point> = path.iter().chain(path.first()).copied().collect();
            canvas.line(&outline, 0.5, mix(color, GREY, 0.45))?;
        }
        Ok(())
    }
}

/// All indices below `n`, or evenly spread ones with both ends if there are too many.
fn sampled(n: usize) -> Vec<usize> {
    let steps = (n - 1).min(MOST_CELLS);
    (0..=steps).map(|i| i * (n - 1) / steps.max(1)).collect()
}
