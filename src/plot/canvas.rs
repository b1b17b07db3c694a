//! Drawing in fractional pixels on the backends of plotters.

use super::font::{HEIGHT_PER_EM, font, run_width, runs, text_width};
use super::palette::Rgb;
use super::raster::Raster;
use crate::error::{Error, Result};
use crate::plotters::backend::{BitMapBackend, SVGBackend};
use crate::plotters::prelude::DrawingBackend;
use crate::plotters::style::text_anchor::{HPos, Pos, VPos};
use crate::plotters::style::{FontTransform, RGBAColor, ShapeStyle};

pub(super) type Point = (f64, f64);

/// A rectangle in pixels, y downward.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub fn center(&self) -> Point {
        (f64::midpoint(self.left, self.right), f64::midpoint(self.top, self.bottom))
    }

    pub fn contains(&self, (x, y): Point) -> bool {
        x >= self.left && x <= self.right && y >= self.top && y <= self.bottom
    }
}

/// A colour with its opacity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    pub rgb: Rgb,
    pub alpha: f64,
}

impl Paint {
    pub fn solid(rgb: Rgb) -> Self {
        Self { rgb, alpha: 1.0 }
    }
}

/// Where the given point lies in a line of text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Align {
    Start,
    Middle,
    End,
}

/// How a text is written: `size` in pixels per em.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextStyle {
    pub size: f64,
    pub align: Align,
    pub rgb: Rgb,
    /// Reading upward instead of rightward.
    pub upward: bool,
}

impl TextStyle {
    pub fn new(size: f64, align: Align, rgb: Rgb) -> Self {
        Self { size, align, rgb, upward: false }
    }

    pub fn upward(self) -> Self {
        Self { upward: true, ..self }
    }
}

/// A backend of plotters together with what it cannot do alike on paper and screen.
pub(super) trait Target {
    type Backend: DrawingBackend;
    /// plotters' font size that gives glyphs of one pixel per em.
    const SIZE_PER_EM: f64;
    /// How far the baseline lies under the top anchor, in em.
    const BASELINE: f64;
    /// Whether shapes stay shapes in the result.
    const VECTOR: bool;

    fn backend(&mut self) -> &mut Self::Backend;
    fn stroke(&mut self, points: &[(i32, i32)], style: ShapeStyle) -> Result<()>;
    fn image(&mut self, corner: (i32, i32), size: (i32, i32), raster: &Raster) -> Result<()>;
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Figure(error.to_string())
}

/// The bitmap backend.
pub(super) struct Bitmap<'a>(pub BitMapBackend<'a>);

impl<'a> Target for Bitmap<'a> {
    type Backend = BitMapBackend<'a>;
    const SIZE_PER_EM: f64 = HEIGHT_PER_EM;
    const BASELINE: f64 = HEIGHT_PER_EM / 2.0;
    const VECTOR: bool = false;

    fn backend(&mut self) -> &mut Self::Backend {
        &mut self.0
    }

    /// Segment by segment with round joints: plotters' own wide paths fray at sharp turns.
    fn stroke(&mut self, points: &[(i32, i32)], style: ShapeStyle) -> Result<()> {
        let half = f64::from(style.stroke_width) / 2.0;
        let fill = style.color;
        for pair in points.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let along = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
            let length = along.0.hypot(along.1);
            if length == 0.0 {
                continue;
            }
            let (dx, dy) = (-along.1 / length * half, along.0 / length * half);
            let corner = |(x, y): (i32, i32), side: f64| {
                (
                    (f64::from(x) + side * dx).round() as i32,
                    (f64::from(y) + side * dy).round() as i32,
                )
            };
            let quad = [corner(from, 1.0), corner(to, 1.0), corner(to, -1.0), corner(from, -1.0)];
            self.0.fill_polygon(quad, &fill).map_err(failed)?;
        }
        if style.stroke_width > 3 && points.len() > 2 {
            for joint in &points[1..points.len() - 1] {
                self.0.draw_circle(*joint, half as u32, &fill, true).map_err(failed)?;
            }
        }
        Ok(())
    }

    fn image(&mut self, corner: (i32, i32), size: (i32, i32), raster: &Raster) -> Result<()> {
        let (width, height) = (size.0.max(1) as usize, size.1.max(1) as usize);
        let copy = raster.stretched(width, height);
        self.0.blit_bitmap(corner, (width as u32, height as u32), &copy.rgb).map_err(failed)
    }
}

/// The SVG backend. Pictures become PNGs inside the SVG, for which placeholders stand while drawing.
pub(super) struct Svg<'a> {
    pub backend: SVGBackend<'a>,
    pub images: Vec<String>,
}

/// Starts the text of a placeholder; [`Canvas::text`] lets no such character through.
pub(super) const PLACEHOLDER: char = '\u{E000}';

impl<'a> Target for Svg<'a> {
    type Backend = SVGBackend<'a>;
    // Both are fixed in plotters-svg: `font-size` is the size over 1.24, `dy` of a top anchor 0.76em.
    const SIZE_PER_EM: f64 = 1.24;
    const BASELINE: f64 = 0.76;
    const VECTOR: bool = true;

    fn backend(&mut self) -> &mut Self::Backend {
        &mut self.backend
    }

    fn stroke(&mut self, points: &[(i32, i32)], style: ShapeStyle) -> Result<()> {
        self.backend.draw_path(points.iter().copied(), &style).map_err(failed)
    }

    /// Coarse pictures are enlarged, since not every viewer keeps their pixels sharp.
    fn image(&mut self, corner: (i32, i32), size: (i32, i32), raster: &Raster) -> Result<()> {
        let factor = (600 / raster.width.max(raster.height)).max(1);
        let sharp = raster.stretched(raster.width * factor, raster.height * factor);
        let style = font(10.0)?.color(&RGBAColor(0, 0, 0, 1.0));
        let mark = format!("{PLACEHOLDER}{}", self.images.len());
        self.images.push(format!(
            "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" \
             image-rendering=\"pixelated\" style=\"image-rendering:pixelated\" href=\"{}\"/>",
            corner.0,
            corner.1,
            size.0,
            size.1,
            sharp.data_uri()?
        ));
        self.backend.draw_text(&mark, &style, corner).map_err(failed)
    }
}

/// A sheet in logical pixels over a backend with `scale` device units per pixel.
pub(super) struct Canvas<T: Target> {
    pub target: T,
    pub scale: f64,
    /// The point of the sheet in the corner of the backend.
    pub origin: Point,
}

impl<T: Target> Canvas<T> {
    fn device(&self, (x, y): Point) -> (i32, i32) {
        let device = |place: f64, origin: f64| ((place - origin) * self.scale).round() as i32;
        (device(x, self.origin.0), device(y, self.origin.1))
    }

    fn style(&self, paint: Paint, width: f64) -> ShapeStyle {
        let [r, g, b] = paint.rgb;
        ShapeStyle {
            color: RGBAColor(r, g, b, paint.alpha),
            filled: true,
            stroke_width: ((width * self.scale).round() as u32).max(1),
        }
    }

    /// Joins points, leaving out those that fall on the pixel of the one before.
    pub fn line(&mut self, points: &[Point], width: f64, rgb: Rgb) -> Result<()> {
        let mut path: Vec<_> = points.iter().map(|point| self.device(*point)).collect();
        path.dedup();
        if path.len() < 2 {
            return Ok(());
        }
        let style = self.style(Paint::solid(rgb), width);
        self.target.stroke(&path, style)
    }

    pub fn polygon(&mut self, points: &[Point], paint: Paint) -> Result<()> {
        let mut path: Vec<_> = points.iter().map(|point| self.device(*point)).collect();
        path.dedup();
        if path.len() < 3 {
            return Ok(());
        }
        let style = self.style(paint, 1.0);
        self.target.backend().fill_polygon(path, &style).map_err(failed)
    }

    pub fn rect(&mut self, rect: Rect, paint: Paint) -> Result<()> {
        let corners = [
            (rect.left, rect.top),
            (rect.right, rect.top),
            (rect.right, rect.bottom),
            (rect.left, rect.bottom),
        ];
        let (from, to) = (self.device(corners[0]), self.device(corners[2]));
        if from.0 == to.0 || from.1 == to.1 {
            return Ok(());
        }
        // The two backends disagree on whether the last row belongs to a rectangle; not on polygons.
        self.polygon(&corners, paint)
    }

    pub fn circle(&mut self, center: Point, radius: f64, rgb: Rgb) -> Result<()> {
        let (center, radius) = (self.device(center), (radius * self.scale).round().max(1.0) as u32);
        let style = self.style(Paint::solid(rgb), 1.0);
        self.target.backend().draw_circle(center, radius, &style, true).map_err(failed)
    }

    /// Writes a line of text whose baseline passes through the point.
    pub fn text(&mut self, text: &str, at: Point, style: TextStyle) -> Result<()> {
        // XML knows no control characters.
        let text: String = text
            .chars()
            .filter(|c| *c != PLACEHOLDER && *c != '\u{FFFE}' && *c != '\u{FFFF}')
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        if text.trim().is_empty() {
            return Ok(());
        }
        let pieces = runs(&text, style.size);
        if pieces.len() < 2 {
            return self.run(&text, at, style);
        }
        let width = text_width(&text, style.size)?;
        let mut along = match style.align {
            Align::Start => 0.0,
            Align::Middle => -width / 2.0,
            Align::End => -width,
        };
        for piece in pieces {
            let place = if style.upward {
                (at.0 + piece.drop, at.1 - along)
            } else {
                (at.0 + along, at.1 + piece.drop)
            };
            let look = TextStyle { size: piece.size, align: Align::Start, ..style };
            self.run(&piece.text, place, look)?;
            along += run_width(&piece.text, piece.size)?;
        }
        Ok(())
    }

    /// Writes a piece of text in one size.
    fn run(&mut self, text: &str, at: Point, style: TextStyle) -> Result<()> {
        let horizontal = match style.align {
            Align::Start => HPos::Left,
            Align::Middle => HPos::Center,
            Align::End => HPos::Right,
        };
        let lift = T::BASELINE * style.size;
        let (turn, at) = if style.upward {
            (FontTransform::Rotate270, (at.0 - lift, at.1))
        } else {
            (FontTransform::None, (at.0, at.1 - lift))
        };
        let [r, g, b] = style.rgb;
        let look = font(style.size * self.scale * T::SIZE_PER_EM)?
            .transform(turn)
            .color(&RGBAColor(r, g, b, 1.0))
            .pos(Pos::new(horizontal, VPos::Top));
        let at = self.device(at);
        self.target.backend().draw_text(text, &look, at).map_err(failed)
    }

    /// Fills a rectangle with a picture, its first row on top.
    pub fn image(&mut self, rect: Rect, raster: &Raster) -> Result<()> {
        let (from, to) =
            (self.device((rect.left, rect.top)), self.device((rect.right, rect.bottom)));
        self.target.image(from, (to.0 - from.0, to.1 - from.1), raster)
    }

    pub fn finish(&mut self) -> Result<()> {
        self.target.backend().present().map_err(failed)
    }
}
