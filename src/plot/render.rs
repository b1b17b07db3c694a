//! A figure on a sheet: titles, axes, legends around the data, as SVG or PNG.

use super::axes::{Axis, Tick};
use super::canvas::{Align, Bitmap, Canvas, PLACEHOLDER, Paint, Rect, Svg, Target, TextStyle};
use super::draw::{LINE_WIDTH, draw_data, draw_marker, surface_plot};
use super::figure::{Content, Figure};
use super::font::text_width;
use super::layer::{Kind, Layer};
use super::legend::{ENTRY_HEIGHT, LegendBox, PADDING, SAMPLE_WIDTH};
use super::palette::{GREY, GRID, INK, WHITE};
use super::panel::{LABEL_SIZE, NOTE_HEIGHT, Panel, TICK_LENGTH, TICK_SIZE, TITLE_SIZE};
use super::raster::Raster;
use crate::error::Result;
use crate::plotters::backend::{BitMapBackend, SVGBackend};

const DEFAULT_SIZE: (u32, u32) = (640, 420);
const DEFAULT_PANEL: (u32, u32) = (400, 320);
/// plotters draws at whole units: an SVG has ten to a pixel, and a PNG is drawn larger and averaged.
const SVG_UNITS: f64 = 10.0;
const OVERSAMPLING: usize = 4;

impl Figure {
    /// The figure as an SVG document that needs nothing else.
    ///
    /// # Errors
    /// If a setting or the data cannot be drawn.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let svg = Figure::curve("m", -3.0, 3.0, f64::tanh)?.title("a < b").svg()?;
    /// assert!(svg.starts_with("<svg") && svg.contains("a &lt; b"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn svg(&self) -> Result<String> {
        svg(self)
    }

    /// The figure as a PNG file with the pixels of [`size`](Figure::size).
    ///
    /// # Errors
    /// If a setting or the data cannot be drawn.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let png = Figure::curve("m", -3.0, 3.0, f64::tanh)?.png()?;
    /// assert_eq!(&png[1..4], b"PNG");
    /// # Ok(())
    /// # }
    /// ```
    pub fn png(&self) -> Result<Vec<u8>> {
        let sheet = sheet(self);
        // Large sheets need less smoothing, and would need much memory.
        let oversampling = if sheet.width() * sheet.height() > 2e6 { 2 } else { OVERSAMPLING };
        rasterize(sheet, oversampling, 1, |canvas| draw_figure(canvas, self, sheet))?.png()
    }

    /// Width and height on the sheet.
    pub(super) fn pixels(&self) -> (u32, u32) {
        match (&self.content, self.style.size) {
            (_, Some((width, height))) => (width.clamp(80, 4000), height.clamp(60, 4000)),
            (Content::Axes(_), None) => DEFAULT_SIZE,
            (Content::Grid { columns, panels }, None) => {
                let own = |panel: &Self| match panel.content {
                    Content::Axes(_) => panel.style.size.unwrap_or(DEFAULT_PANEL),
                    Content::Grid { .. } => panel.pixels(),
                };
                // Once for each panel: grids may hold grids.
                let sizes: Vec<_> = panels.iter().map(own).collect();
                let width = sizes.iter().map(|size| size.0).max().unwrap_or(DEFAULT_PANEL.0);
                let height = sizes.iter().map(|size| size.1).max().unwrap_or(DEFAULT_PANEL.1);
                let rows = panels.len().div_ceil(*columns).max(1) as u32;
                let title = if self.style.title.is_some() { 30 } else { 0 };
                let columns = *columns as u32;
                (
                    width.saturating_mul(columns).min(4000),
                    (height.saturating_mul(rows) + title).min(4000),
                )
            }
        }
    }
}

fn svg(figure: &Figure) -> Result<String> {
    let (width, height) = figure.pixels();
    let units = |pixels: u32| (f64::from(pixels) * SVG_UNITS) as u32;
    let mut document = String::new();
    let backend = SVGBackend::with_string(&mut document, (units(width), units(height)));
    let mut canvas = Canvas {
        target: Svg { backend, images: Vec::new() },
        scale: SVG_UNITS,
        origin: (0.0, 0.0),
    };
    draw_figure(&mut canvas, figure, sheet(figure))?;
    canvas.finish()?;
    let images = std::mem::take(&mut canvas.target.images);
    drop(canvas);
    Ok(completed(&document, (width, height), &images))
}

/// Puts pictures in the place of their marks, and the head of the document in pixels.
fn completed(document: &str, (width, height): (u32, u32), images: &[String]) -> String {
    let units = |pixels: u32| (f64::from(pixels) * SVG_UNITS) as u32;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {} {}\" stroke-linejoin=\"round\">\n",
        units(width),
        units(height)
    );
    // plotters writes an element on a line, or on three where it holds text.
    let mut lines = document.lines().skip(1).peekable();
    while let Some(line) = lines.next() {
        let mark = lines.peek().and_then(|next| next.strip_prefix(PLACEHOLDER));
        if let Some(image) =
            mark.and_then(|mark| mark.parse::<usize>().ok()).and_then(|i| images.get(i))
        {
            svg.push_str(image);
            lines.next();
            lines.next();
        } else {
            // Only what differs from the defaults of SVG.
            svg.push_str(&line.replace(" opacity=\"1\"", "").replace(" stroke=\"none\"", ""));
        }
        svg.push('\n');
    }
    svg
}

fn sheet(figure: &Figure) -> Rect {
    let (width, height) = figure.pixels();
    Rect { left: 0.0, top: 0.0, right: f64::from(width), bottom: f64::from(height) }
}

/// Draws a part of the sheet on a bitmap of `scale` times its size, averaged down to `keep` times the size.
fn rasterize(
    part: Rect,
    scale: usize,
    keep: usize,
    draw: impl FnOnce(&mut Canvas<Bitmap<'_>>) -> Result<()>,
) -> Result<Raster> {
    let mut raster = Raster::white(part.width() as usize * scale, part.height() as usize * scale);
    let size = (raster.width as u32, raster.height as u32);
    let backend = BitMapBackend::with_buffer(&mut raster.rgb, size);
    let origin = (part.left, part.top);
    let mut canvas = Canvas { target: Bitmap(backend), scale: scale as f64, origin };
    draw(&mut canvas)?;
    canvas.finish()?;
    drop(canvas);
    Ok(raster.shrunk(scale / keep))
}

fn draw_figure<T: Target>(canvas: &mut Canvas<T>, figure: &Figure, sheet: Rect) -> Result<()> {
    canvas.rect(sheet, Paint::solid(WHITE))?;
    draw_content(canvas, figure, sheet)
}

fn draw_content<T: Target>(canvas: &mut Canvas<T>, figure: &Figure, area: Rect) -> Result<()> {
    figure.check()?;
    match &figure.content {
        Content::Axes(layers) => draw_panel(canvas, &Panel::new(layers, &figure.style, area)?),
        Content::Grid { columns, panels } => {
            let mut area = area;
            if let Some(title) = &figure.style.title {
                let style = TextStyle::new(TITLE_SIZE + 1.0, Align::Middle, INK);
                canvas.text(title, (area.center().0, area.top + 22.0), style)?;
                area.top += 30.0;
            }
            let rows = panels.len().div_ceil(*columns).max(1);
            let (width, height) = (area.width() / *columns as f64, area.height() / rows as f64);
            for (i, panel) in panels.iter().enumerate() {
                let left = area.left + (i % columns) as f64 * width;
                let top = area.top + (i / columns) as f64 * height;
                let cell = Rect { left, top, right: left + width, bottom: top + height };
                draw_content(canvas, panel, cell)?;
            }
            Ok(())
        }
    }
}

fn draw_panel<T: Target>(canvas: &mut Canvas<T>, panel: &Panel<'_>) -> Result<()> {
    let surface = panel.layers.iter().find_map(|layer| match &layer.kind {
        Kind::Surface(field) => Some(field),
        _ => None,
    });
    draw_titles(canvas, panel, surface.is_none())?;
    if let Some(field) = surface {
        surface_plot(panel, field)?.draw_box(canvas, panel.frame, panel.outer)?;
    } else if !panel.is_bare() {
        draw_grid(canvas, panel)?;
    }
    if T::VECTOR && panel.is_dense() {
        draw_as_picture(canvas, panel)?;
    } else {
        draw_data(canvas, panel)?;
    }
    if surface.is_none() && !panel.is_bare() {
        draw_axes(canvas, panel)?;
    } else if panel.has(|kind| matches!(kind, Kind::Image(_))) {
        draw_frame(canvas, panel.frame)?;
    }
    draw_color_bar(canvas, panel)?;
    match &panel.legend {
        Some(legend) => draw_legend(canvas, panel, legend),
        None => Ok(()),
    }
}

/// Many shapes as one picture over the vector axes, at twice the resolution of the sheet.
fn draw_as_picture<T: Target>(canvas: &mut Canvas<T>, panel: &Panel<'_>) -> Result<()> {
    // Markers on the edge stand out of the frame.
    let part = Rect {
        left: (panel.frame.left - 8.0).floor(),
        top: (panel.frame.top - 8.0).floor(),
        right: (panel.frame.right + 8.0).ceil(),
        bottom: (panel.frame.bottom + 8.0).ceil(),
    };
    let picture = rasterize(part, OVERSAMPLING, 2, |canvas| draw_data(canvas, panel))?;
    canvas.image(part, &picture.into_overlay())
}

fn draw_titles<T: Target>(canvas: &mut Canvas<T>, panel: &Panel<'_>, flat: bool) -> Result<()> {
    let (frame, outer) = (panel.frame, panel.outer);
    if let Some(title) = &panel.style.title {
        // A long title is set smaller rather than cut off.
        let room = outer.width() - 16.0;
        let size =
            TITLE_SIZE.min(TITLE_SIZE * room / text_width(title, TITLE_SIZE)?.max(1.0)).max(7.0);
        let half = text_width(title, size)? / 2.0;
        let x = frame.center().0.min(outer.right - 8.0 - half).max(outer.left + 8.0 + half);
        let notes = panel.notes.iter().map(|note| note.row + 1).max().unwrap_or(0);
        let images = panel.is_bare();
        let top = if images { frame.top - 10.0 } else { outer.top + TITLE_SIZE + 7.0 };
        let y = if images && notes == 0 { top } else { outer.top + TITLE_SIZE + 7.0 };
        canvas.text(title, (x, y), TextStyle::new(size, Align::Middle, INK))?;
    }
    let label = TextStyle::new(LABEL_SIZE, Align::Middle, INK);
    if flat {
        // Beside the frame for pictures, else beyond the numbers of the ticks.
        let numbers = if panel.is_bare() { (0.0, 0.0) } else { panel.numbers()? };
        let below = frame.bottom + numbers.1 + LABEL_SIZE + 8.0;
        canvas.text(panel.x_label(), (frame.center().0, below), label)?;
        let left = frame.left - numbers.0 - 10.0;
        canvas.text(panel.y_label(), (left, frame.center().1), label.upward())?;
    }
    for note in &panel.notes {
        let y = frame.top - 6.0 - note.row as f64 * NOTE_HEIGHT;
        canvas.text(&note.text, (note.x, y), TextStyle::new(TICK_SIZE, Align::Middle, GREY))?;
    }
    for layer in panel.layers {
        if let Kind::Rule(rule) = &layer.kind
            && !rule.vertical
            && let Some(y) = panel.place_y(rule.at)
            && y >= frame.top - 0.5
            && y <= frame.bottom + 0.5
        {
            let style = TextStyle::new(TICK_SIZE, Align::Start, GREY);
            canvas.text(&rule.label, (frame.right + 6.0, y + 4.3), style)?;
        }
    }
    Ok(())
}

/// The ticks of an axis inside its frame, each with its part of the way.
fn marks(axis: &Axis) -> impl Iterator<Item = (f64, &Tick)> {
    axis.ticks.iter().filter_map(|tick| {
        axis.place(tick.at)
            .filter(|part| (-1e-6..=1.0 + 1e-6).contains(part))
            .map(|part| (part, tick))
    })
}

fn draw_grid<T: Target>(canvas: &mut Canvas<T>, panel: &Panel<'_>) -> Result<()> {
    let frame = panel.frame;
    if panel.has(|kind| matches!(kind, Kind::HeatMap(_))) {
        return Ok(());
    }
    if panel.names.is_empty() {
        for (part, _) in marks(&panel.x) {
            let x = frame.left + part * frame.width();
            canvas.line(&[(x, frame.top), (x, frame.bottom)], 0.8, GRID)?;
        }
    }
    for (part, _) in marks(&panel.y) {
        let y = frame.bottom - part * frame.height();
        canvas.line(&[(frame.left, y), (frame.right, y)], 0.8, GRID)?;
    }
    Ok(())
}

fn draw_frame<T: Target>(canvas: &mut Canvas<T>, frame: Rect) -> Result<()> {
    let Rect { left, top, right, bottom } = frame;
    canvas.line(
        &[(left, top), (right, top), (right, bottom), (left, bottom), (left, top)],
        1.0,
        INK,
    )
}

fn draw_axes<T: Target>(canvas: &mut Canvas<T>, panel: &Panel<'_>) -> Result<()> {
    let frame = panel.frame;
    draw_frame(canvas, frame)?;
    // Where names would overlap even upright, every second or third is written.
    let slot = frame.width() / panel.names.len().max(1) as f64;
    let stride = if panel.names.is_empty() { 1 } else { (14.0 / slot).ceil().max(1.0) as usize };
    for (part, tick) in marks(&panel.x).step_by(stride) {
        let x = frame.left + part * frame.width();
        canvas.line(&[(x, frame.bottom), (x, frame.bottom + TICK_LENGTH)], 1.0, INK)?;
        let below = frame.bottom + TICK_LENGTH;
        if panel.names_upward {
            let style = TextStyle::new(TICK_SIZE, Align::End, INK).upward();
            canvas.text(&tick.text, (x + 4.3, below + 4.0), style)?;
        } else {
            let style = TextStyle::new(TICK_SIZE, Align::Middle, INK);
            canvas.text(&tick.text, (x, below + TICK_SIZE + 2.0), style)?;
        }
    }
    for (part, tick) in marks(&panel.y) {
        let y = frame.bottom - part * frame.height();
        canvas.line(&[(frame.left - TICK_LENGTH, y), (frame.left, y)], 1.0, INK)?;
        let style = TextStyle::new(TICK_SIZE, Align::End, INK);
        canvas.text(&tick.text, (frame.left - TICK_LENGTH - 4.0, y + 4.3), style)?;
    }
    for x in panel.x.minor.iter().filter_map(|at| panel.place_x(*at)) {
        canvas.line(&[(x, frame.bottom), (x, frame.bottom + 3.0)], 0.8, INK)?;
    }
    for y in panel.y.minor.iter().filter_map(|at| panel.place_y(*at)) {
        canvas.line(&[(frame.left - 3.0, y), (frame.left, y)], 0.8, INK)?;
    }
    Ok(())
}

fn draw_color_bar<T: Target>(canvas: &mut Canvas<T>, panel: &Panel<'_>) -> Result<()> {
    let Some(bar) = &panel.color_bar else { return Ok(()) };
    let shades = Raster::from_fn(1, 128, |_, row| panel.colormap.at(1.0 - row as f64 / 127.0));
    canvas.image(bar.rect, &shades)?;
    draw_frame(canvas, bar.rect)?;
    let right = bar.rect.right;
    let mut widest = 0.0f64;
    for (part, tick) in marks(&bar.axis) {
        let y = bar.rect.bottom - part * bar.rect.height();
        canvas.line(&[(right, y), (right + TICK_LENGTH, y)], 1.0, INK)?;
        let style = TextStyle::new(TICK_SIZE, Align::Start, INK);
        canvas.text(&tick.text, (right + TICK_LENGTH + 4.0, y + 4.3), style)?;
        widest = widest.max(text_width(&tick.text, TICK_SIZE)?);
    }
    let x = right + TICK_LENGTH + 4.0 + widest + LABEL_SIZE + 3.0;
    let style = TextStyle::new(LABEL_SIZE, Align::Middle, INK).upward();
    canvas.text(&bar.label, (x, bar.rect.center().1), style)
}

fn draw_legend<T: Target>(
    canvas: &mut Canvas<T>,
    panel: &Panel<'_>,
    legend: &LegendBox,
) -> Result<()> {
    let rect = legend.rect();
    canvas.rect(rect, Paint { rgb: WHITE, alpha: 0.85 })?;
    let Rect { left, top, right, bottom } = rect;
    let outline = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    canvas.line(&outline, 0.8, [200, 200, 200])?;
    for (row, (index, label)) in legend.entries.iter().enumerate() {
        let y = top + PADDING + (row as f64 + 0.5) * ENTRY_HEIGHT - 2.0;
        draw_sample(canvas, panel, *index, (left + PADDING, y))?;
        let x = left + PADDING + SAMPLE_WIDTH + 8.0;
        canvas.text(label, (x, y + 4.3), TextStyle::new(TICK_SIZE, Align::Start, INK))?;
    }
    Ok(())
}

/// A piece of the layer's line, marker or area, from the given point rightward.
fn draw_sample<T: Target>(
    canvas: &mut Canvas<T>,
    panel: &Panel<'_>,
    index: usize,
    (x, y): (f64, f64),
) -> Result<()> {
    let layer: &Layer = &panel.layers[index];
    let color = panel.colors[index];
    let Kind::Series(series) = &layer.kind else {
        let alpha = panel.opacity(layer);
        let rect =
            Rect { left: x + 3.0, right: x + SAMPLE_WIDTH - 3.0, top: y - 5.0, bottom: y + 5.0 };
        return canvas.rect(rect, Paint { rgb: color, alpha });
    };
    if series.joined && layer.dashed {
        canvas.line(&[(x, y), (x + 7.0, y)], LINE_WIDTH, color)?;
        canvas.line(&[(x + 11.5, y), (x + 18.5, y)], LINE_WIDTH, color)?;
    } else if series.joined {
        canvas.line(&[(x, y), (x + SAMPLE_WIDTH, y)], LINE_WIDTH, color)?;
    }
    if series.marked {
        let before =
            panel.layers[..index].iter().filter(|l| matches!(l.kind, Kind::Series(_))).count();
        draw_marker(
            canvas,
            (x + SAMPLE_WIDTH / 2.0, y),
            layer.marker_size.min(6.0),
            before,
            color,
        )?;
    }
    Ok(())
}
