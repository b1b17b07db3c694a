//! The data of each kind of layer, drawn into a frame.

use super::axes::Axis;
use super::canvas::{Canvas, Paint, Point, Rect, Target};
use super::clip::{clip_path, clip_polygon, dashes, thinned};
use super::contour::contour_lines;
use super::layer::{Band, Field, Kind, Layer, Series};
use super::palette::{BLACK, GREY, Rgb, WHITE};
use super::panel::{BAND_OPACITY, Panel};
use super::raster::Raster;
use super::surface::SurfacePlot;
use crate::error::Result;

pub(super) const LINE_WIDTH: f64 = 1.7;

/// Draws the layers, in their order but with reference lines first.
pub(super) fn draw_data<T: Target>(canvas: &mut Canvas<T>, panel: &Panel<'_>) -> Result<()> {
    let solid_first = |kind: &Kind| !matches!(kind, Kind::HeatMap(_) | Kind::Image(_));
    for layer in panel.layers.iter().filter(|layer| !solid_first(&layer.kind)) {
        draw_layer(canvas, panel, layer, BLACK, 0)?;
    }
    for layer in panel.layers.iter().filter(|layer| matches!(layer.kind, Kind::Rule(_))) {
        draw_layer(canvas, panel, layer, GREY, 0)?;
    }
    let mut series = 0;
    for (layer, color) in panel.layers.iter().zip(&panel.colors) {
        if solid_first(&layer.kind) && !matches!(layer.kind, Kind::Rule(_)) {
            draw_layer(canvas, panel, layer, *color, series)?;
        }
        series += usize::from(matches!(layer.kind, Kind::Series(_)));
    }
    Ok(())
}

fn draw_layer<T: Target>(
    canvas: &mut Canvas<T>,
    panel: &Panel<'_>,
    layer: &Layer,
    color: Rgb,
    series: usize,
) -> Result<()> {
    match &layer.kind {
        Kind::Series(data) => draw_series(canvas, panel, layer, data, color, series),
        Kind::Band(band) => draw_band(canvas, panel, band, color),
        Kind::Bars(_) | Kind::Histogram(_) => draw_bars(canvas, panel, layer, color),
        Kind::HeatMap(field) => {
            let raster = field_raster(panel, field);
            canvas.image(panel.frame, &raster)
        }
        Kind::Contour(field, levels) => draw_contours(canvas, panel, layer, field, *levels),
        Kind::Surface(field) => surface_plot(panel, field)?.draw_cells(canvas, panel.frame),
        Kind::Image(values) => {
            let raster = Raster::from_fn(values.ncols(), values.nrows(), |column, row| {
                panel.colormap.color(values[[row, column]], panel.scale)
            });
            canvas.image(panel.frame, &raster)
        }
        Kind::Graph(graph) => {
            let places: Vec<Point> =
                graph.nodes.iter().filter_map(|node| panel.place(node.0, node.1)).collect();
            if places.len() == graph.nodes.len() { graph.draw(canvas, &places) } else { Ok(()) }
        }
        Kind::Rule(rule) => {
            let frame = panel.frame;
            let path = if rule.vertical {
                panel.place_x(rule.at).map(|x| [(x, frame.bottom), (x, frame.top)])
            } else {
                panel.place_y(rule.at).map(|y| [(frame.left, y), (frame.right, y)])
            };
            path.map_or(Ok(()), |path| draw_path(canvas, &path, frame, 1.2, color, true))
        }
    }
}

/// The lines of a path inside the frame, whole or dashed.
fn draw_path<T: Target>(
    canvas: &mut Canvas<T>,
    path: &[Point],
    frame: Rect,
    width: f64,
    color: Rgb,
    dashed: bool,
) -> Result<()> {
    for run in clip_path(path, frame) {
        if dashed {
            for dash in dashes(&run, 7.0, 4.5) {
                canvas.line(&dash, width, color)?;
            }
        } else {
            canvas.line(&thinned(run), width, color)?;
        }
    }
    Ok(())
}

fn draw_series<T: Target>(
    canvas: &mut Canvas<T>,
    panel: &Panel<'_>,
    layer: &Layer,
    data: &Series,
    color: Rgb,
    series: usize,
) -> Result<()> {
    let places: Vec<Option<Point>> =
        data.x.iter().zip(&data.y).map(|(x, y)| panel.place(*x, *y)).collect();
    if data.joined {
        for run in places.split(Option::is_none) {
            let path: Vec<Point> = run.iter().flatten().copied().collect();
            draw_path(canvas, &path, panel.frame, LINE_WIDTH, color, layer.dashed)?;
        }
    }
    if let Some(errors) = &data.err {
        for (i, err) in errors.iter().enumerate() {
            if places[i].is_some() && err.is_finite() {
                draw_error_bar(canvas, panel, data.x[i], data.y[i], err.abs(), color)?;
            }
        }
    }
    if data.marked {
        let near = Rect {
            left: panel.frame.left - 0.5,
            top: panel.frame.top - 0.5,
            right: panel.frame.right + 0.5,
            bottom: panel.frame.bottom + 0.5,
        };
        for place in places.into_iter().flatten().filter(|place| near.contains(*place)) {
            draw_marker(canvas, place, layer.marker_size, series, color)?;
        }
    }
    Ok(())
}

fn draw_error_bar<T: Target>(
    canvas: &mut Canvas<T>,
    panel: &Panel<'_>,
    x: f64,
    y: f64,
    err: f64,
    color: Rgb,
) -> Result<()> {
    let Some((x, _)) = panel.place(x, y) else { return Ok(()) };
    // On a logarithmic axis the lower end may lie at or under zero: then the bar leaves the frame.
    let low = panel.place_y(y - err).unwrap_or(panel.frame.bottom + 10.0);
    let high = panel.place_y(y + err).unwrap_or(panel.frame.top - 10.0);
    for path in [
        [(x, low), (x, high)],
        [(x - 3.0, low), (x + 3.0, low)],
        [(x - 3.0, high), (x + 3.0, high)],
    ] {
        draw_path(canvas, &path, panel.frame, 1.1, color, false)?;
    }
    Ok(())
}

/// One marker; series after the first have other shapes, so that they differ without colour.
pub(super) fn draw_marker<T: Target>(
    canvas: &mut Canvas<T>,
    (x, y): Point,
    radius: f64,
    series: usize,
    color: Rgb,
) -> Result<()> {
    let paint = Paint::solid(color);
    let corners = |points: &[(f64, f64)]| {
        points.iter().map(|(dx, dy)| (x + dx * radius, y + dy * radius)).collect::<Vec<_>>()
    };
    match series % 5 {
        1 => canvas.polygon(&corners(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]), paint),
        2 => canvas.polygon(&corners(&[(0.0, -1.25), (1.15, 0.8), (-1.15, 0.8)]), paint),
        3 => canvas.polygon(&corners(&[(0.0, -1.35), (1.2, 0.0), (0.0, 1.35), (-1.2, 0.0)]), paint),
        4 => canvas.polygon(&corners(&[(0.0, 1.25), (1.15, -0.8), (-1.15, -0.8)]), paint),
        _ => canvas.circle((x, y), radius, color),
    }
}

fn draw_band<T: Target>(
    canvas: &mut Canvas<T>,
    panel: &Panel<'_>,
    band: &Band,
    color: Rgb,
) -> Result<()> {
    let pairs: Vec<Option<(Point, Point)>> = (0..band.x.len())
        .map(|i| {
            Some((panel.place(band.x[i], band.lower[i])?, panel.place(band.x[i], band.upper[i])?))
        })
        .collect();
    for run in pairs.split(Option::is_none) {
        let lower = run.iter().flatten().map(|pair| pair.0);
        let upper = run.iter().flatten().rev().map(|pair| pair.1);
        let outline: Vec<Point> = lower.chain(upper).collect();
        canvas.polygon(
            &clip_polygon(&outline, panel.frame),
            Paint { rgb: color, alpha: BAND_OPACITY },
        )?;
    }
    Ok(())
}

/// The rectangles of a layer of bars with the row of each; bars of several layers stand side by side.
pub(super) fn bar_rects(panel: &Panel<'_>, layer: &Layer) -> Vec<(Rect, usize)> {
    let is_bars = |layer: &&Layer| matches!(layer.kind, Kind::Bars(_));
    let groups = panel.layers.iter().filter(is_bars).count().max(1);
    let own = panel.layers.iter().filter(is_bars).position(|l| std::ptr::eq(l, layer)).unwrap_or(0);
    let spans: Vec<(f64, f64, f64)> = match &layer.kind {
        Kind::Bars(bars) => {
            let width = if bars.names.is_empty() { bars.width } else { 0.76 };
            let center = |i: usize| match bars.names.get(i) {
                Some(name) => {
                    panel.names.iter().position(|n| n == name).map_or(f64::NAN, |p| p as f64)
                }
                None => bars.x[i],
            };
            let left = |i: usize| center(i) - width / 2.0 + width * own as f64 / groups as f64;
            let span = |i: usize| (left(i), left(i) + width / groups as f64, bars.heights[i]);
            (0..bars.heights.len()).map(span).collect()
        }
        Kind::Histogram(histogram) => (0..histogram.counts.len())
            .map(|i| (histogram.edges[i], histogram.edges[i + 1], histogram.counts[i]))
            .collect(),
        _ => Vec::new(),
    };
    let frame = panel.frame;
    let ground = panel.place_y(0.0).unwrap_or(frame.bottom).clamp(frame.top, frame.bottom);
    let rect = |(i, (from, to, height)): (usize, (f64, f64, f64))| {
        let (left, right) = (panel.place_x(from)?, panel.place_x(to)?);
        let end = panel.place_y(height)?.clamp(frame.top, frame.bottom);
        let rect = Rect {
            left: left.max(frame.left),
            right: right.min(frame.right),
            top: end.min(ground),
            bottom: end.max(ground),
        };
        (rect.left < rect.right).then_some((rect, i))
    };
    spans.into_iter().enumerate().filter_map(rect).collect()
}

fn draw_bars<T: Target>(
    canvas: &mut Canvas<T>,
    panel: &Panel<'_>,
    layer: &Layer,
    color: Rgb,
) -> Result<()> {
    let histogram = matches!(layer.kind, Kind::Histogram(_));
    let alpha = panel.opacity(layer);
    for (rect, row) in bar_rects(panel, layer) {
        // A thin gap tells neighbours apart, unless they are thin themselves.
        let gap = if histogram && rect.width() > 4.0 { 0.5 } else { 0.0 };
        let inner = Rect { left: rect.left + gap, right: rect.right - gap, ..rect };
        canvas.rect(inner, Paint { rgb: color, alpha })?;
        if let Kind::Bars(bars) = &layer.kind
            && let Some(err) = bars.err.as_ref().map(|err| err[row]).filter(|err| err.is_finite())
        {
            let x = panel.x.value((rect.center().0 - panel.frame.left) / panel.frame.width());
            draw_error_bar(canvas, panel, x, bars.heights[row], err.abs(), BLACK)?;
        }
    }
    Ok(())
}

/// A field as pixels: one for each cell where these are equally wide, else two for each pixel of the sheet.
fn field_raster(panel: &Panel<'_>, field: &Field) -> Raster {
    let (x_edges, y_edges) =
        (Field::edges(&field.x, panel.x.log), Field::edges(&field.y, panel.y.log));
    if fills(&panel.x, &x_edges) && fills(&panel.y, &y_edges) {
        let rows = field.y.len();
        return Raster::from_fn(field.x.len(), rows, |column, row| {
            panel.colormap.color(field.z[[rows - 1 - row, column]], panel.scale)
        });
    }
    let size = ((panel.frame.width() * 2.0) as usize, (panel.frame.height() * 2.0) as usize);
    let cell = |edges: &[f64], value: f64| {
        let after = edges.partition_point(|edge| *edge <= value);
        (after > 0 && after < edges.len()).then(|| after - 1)
    };
    let parts = |n: usize, axis: &Axis, edges: &[f64]| -> Vec<Option<usize>> {
        (0..n).map(|i| cell(edges, axis.value((i as f64 + 0.5) / n as f64))).collect()
    };
    let (width, height) = (size.0.max(1), size.1.max(1));
    let (columns, rows) = (parts(width, &panel.x, &x_edges), parts(height, &panel.y, &y_edges));
    Raster::from_fn(width, height, |x, y| match (columns[x], rows[height - 1 - y]) {
        (Some(column), Some(row)) => panel.colormap.color(field.z[[row, column]], panel.scale),
        _ => WHITE,
    })
}

/// Whether cells of equal width fill the axis.
fn fills(axis: &Axis, edges: &[f64]) -> bool {
    let cells = (edges.len() - 1) as f64;
    edges.iter().enumerate().all(|(i, edge)| {
        axis.place(*edge).is_some_and(|part| (part - i as f64 / cells).abs() * cells < 1e-3)
    })
}

fn draw_contours<T: Target>(
    canvas: &mut Canvas<T>,
    panel: &Panel<'_>,
    layer: &Layer,
    field: &Field,
    levels: usize,
) -> Result<()> {
    let over_map = panel.has(|kind| matches!(kind, Kind::HeatMap(_)));
    let own = layer.color.as_ref().map(super::palette::Color::rgb).transpose()?;
    let Some((low, high)) = super::axes::extent(field.z.iter().copied()) else { return Ok(()) };
    // Steps are round, so their number is only near the wanted one: take the nearest.
    let ticks = (levels..=2 * levels)
        .map(|count| super::axes::round_ticks(low, high, count))
        .min_by_key(|ticks| ticks.len().abs_diff(levels))
        .unwrap_or_default();
    for tick in ticks {
        let by_level = if over_map { BLACK } else { panel.colormap.color(tick.at, panel.scale) };
        let color = own.unwrap_or(by_level);
        for line in contour_lines(field, tick.at) {
            let path: Vec<Point> = line.iter().filter_map(|(x, y)| panel.place(*x, *y)).collect();
            let width = if over_map { 0.9 } else { LINE_WIDTH };
            draw_path(canvas, &path, panel.frame, width, color, layer.dashed)?;
        }
    }
    Ok(())
}

/// The surface of a panel with its three axes.
pub(super) fn surface_plot<'a>(panel: &'a Panel<'_>, field: &'a Field) -> Result<SurfacePlot<'a>> {
    let range = super::axes::extent(field.z.iter().copied()).unwrap_or((0.0, 1.0));
    let fewer = |axis: &Axis| Axis::exactly(axis.low, axis.high, axis.log, 5);
    Ok(SurfacePlot {
        field,
        axes: [fewer(&panel.x), fewer(&panel.y), Axis::around(range, false, (0.0, 0.0), 5)?],
        labels: [
            panel.x_label(),
            panel.y_label(),
            panel.style.color_label.as_deref().unwrap_or(&field.name),
        ],
        colormap: panel.colormap,
        scale: panel.scale,
        view: panel.style.view.unwrap_or((235.0, 30.0)),
    })
}
