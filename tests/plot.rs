//! Figures: what is drawn where, what is refused, and that nothing panics.

// Clippy allows `unwrap` in test functions, but not in their helpers.
#![allow(clippy::unwrap_used)]

use statmech::ndarray::{Array2, array};
use statmech::plot::Color;
use statmech::polars::prelude::*;
use statmech::prelude::*;

type Checked = statmech::Result<()>;

/// Follows the tags of an XML document; false if they do not close in order, or a character is not allowed.
fn well_formed(xml: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        let text = &rest[..start];
        let entities = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"];
        let bare = entities.iter().fold(text.to_string(), |text, entity| text.replace(entity, ""));
        if bare.contains('&') || bare.contains('>') {
            return false;
        }
        let Some(end) = rest[start..].find('>') else { return false };
        let tag = &rest[start + 1..start + end];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap_or(""));
        }
        if tag.matches('"').count() % 2 == 1 {
            return false;
        }
        rest = &rest[start + end + 1..];
    }
    open.is_empty() && !xml.chars().any(|c| c.is_control() && c != '\n')
}

struct Picture {
    width: usize,
    rgb: Vec<u8>,
}

impl Picture {
    fn of(figure: &Figure) -> Self {
        let bytes = figure.png().unwrap();
        let decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        let mut reader = decoder.read_info().unwrap();
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut rgb).unwrap();
        Self { width: info.width as usize, rgb }
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let i = (y * self.width + x) * 3;
        [self.rgb[i], self.rgb[i + 1], self.rgb[i + 2]]
    }

    /// Left, top, right and bottom of the pixels of one colour.
    fn extent_of(&self, color: [u8; 3]) -> (usize, usize, usize, usize) {
        let mut extent = (usize::MAX, usize::MAX, 0, 0);
        for (i, pixel) in self.rgb.chunks(3).enumerate() {
            if pixel == color {
                let (x, y) = (i % self.width, i / self.width);
                extent = (extent.0.min(x), extent.1.min(y), extent.2.max(x), extent.3.max(y));
            }
        }
        extent
    }

    fn count(&self, color: [u8; 3]) -> usize {
        self.rgb.chunks(3).filter(|pixel| *pixel == color).count()
    }
}

const PURPLE: [u8; 3] = [68, 1, 84];
const YELLOW: [u8; 3] = [253, 231, 37];
const BLUE: [u8; 3] = [0, 114, 178];

#[test]
fn text_is_escaped_and_the_document_is_well_formed() -> Checked {
    let frame = df!["x" => [1, 2, 3], "y" => [0.5, f64::NAN, 2.0], "name" => ["a<b", "\"q\" & 'r'", "\u{1}\u{E000}0"]]?;
    for figure in
        [frame.line("x", "y")?, frame.bars("name", "y")?, frame.scatter_by("x", "y", "name")?]
    {
        let svg = figure.title("1 < 2 & \"3\" > \u{0} 0").svg()?;
        assert!(well_formed(&svg), "{svg}");
        assert!(svg.contains("1 &lt; 2 &amp; &quot;3&quot; &gt;"));
        assert!(svg.contains("width=\"640\" height=\"420\""));
    }
    Ok(())
}

#[test]
fn heat_maps_run_upward_and_images_downward() -> Checked {
    let frame = df!["x" => [0, 1, 0, 1], "y" => [0, 0, 1, 1], "z" => [0.0, 0.5, 0.5, 1.0]]?;
    let map = Picture::of(&frame.heatmap("x", "y", "z")?.size(400, 300).color_bar(""));
    let (low, high) = (map.extent_of(PURPLE), map.extent_of(YELLOW));
    assert!(
        low.0 < high.0 && low.1 > high.1,
        "the cell (0, 0) is at the lower left: {low:?} {high:?}"
    );
    let image = Picture::of(&Figure::image(&array![[1.0, 0.0], [0.0, 0.0]])?.size(200, 200));
    assert_eq!(image.at(60, 60), [0, 0, 0], "entry (0, 0) is at the upper left, and ink");
    assert_eq!(image.at(140, 60), [255, 255, 255]);
    assert_eq!(image.at(60, 140), [255, 255, 255]);
    Ok(())
}

#[test]
fn spins_keep_their_squares() -> Checked {
    let spins = Array2::from_shape_fn((8, 8), |(r, c)| if (r + c) % 2 == 0 { 1i8 } else { -1 });
    let figure = Figure::image(&spins)?.size(220, 220);
    let picture = Picture::of(&figure);
    let (left, top, right, bottom) = picture.extent_of([0, 0, 0]);
    assert!((right - left).abs_diff(bottom - top) <= 1, "the image is square");
    let cell = (right - left + 1) as f64 / 8.0;
    for row in 0..8 {
        for column in 0..8 {
            let center = |i: usize, from: usize| from + ((i as f64 + 0.5) * cell) as usize;
            let expected = if (row + column) % 2 == 0 { 0 } else { 255 };
            assert_eq!(
                picture.at(center(column, left), center(row, top)),
                [expected; 3],
                "{row} {column}"
            );
        }
    }
    let svg = figure.svg()?;
    assert!(svg.contains("data:image/png;base64,") && svg.contains("pixelated"));
    assert!(svg.len() < 20_000);
    Ok(())
}

#[test]
fn bars_have_the_heights_of_their_values() -> Checked {
    let frame = df!["name" => ["a", "b"], "value" => [1.0, 0.5]]?;
    let picture = Picture::of(&frame.bars("name", "value")?.y_range(0.0, 1.0));
    let blue: Vec<usize> = (0..picture.width)
        .map(|x| (0..420).filter(|y| picture.at(x, *y) == BLUE).count())
        .filter(|count| *count > 0)
        .collect();
    let (full, half) = (blue[0], blue[blue.len() - 1]);
    assert!(full > 250 && full.abs_diff(2 * half) <= 3, "{full} {half}");
    Ok(())
}

#[test]
fn error_bars_reach_one_error_up_and_down() -> Checked {
    let rows = |err: f64| -> statmech::Result<(usize, usize)> {
        let frame = df!["x" => [1.0], "y" => [0.0], "sigma" => [err]]?;
        let picture = Picture::of(&frame.error_bars("x", "y", "sigma")?.y_range(-2.0, 2.0));
        let bluish = |y: usize| {
            (0..picture.width).any(|x| picture.at(x, y)[2] > picture.at(x, y)[0].saturating_add(60))
        };
        let rows: Vec<usize> = (0..420).filter(|y| bluish(*y)).collect();
        Ok((rows[0], rows[rows.len() - 1]))
    };
    let (long, short) = (rows(1.0)?, rows(0.5)?);
    assert!((long.0 + long.1).abs_diff(short.0 + short.1) <= 2, "both are about zero");
    assert!((long.1 - long.0).abs_diff(2 * (short.1 - short.0)) <= 4, "{long:?} {short:?}");
    assert!(long.1 - long.0 > 120);
    Ok(())
}

#[test]
fn groups_keep_their_order_and_error_bars_come_by_themselves() -> Checked {
    let frame = df![
        "temperature" => [1, 2, 1, 2], "energy" => [-2.0, -1.0, -1.9, -0.9],
        "size" => [32, 32, 8, 8], "energy_err" => [0.1, 0.1, 0.2, 0.2]
    ]?;
    let svg = frame.line_by("temperature", "energy", "size")?.y_range(-3.0, 0.0).svg()?;
    let (first, second) = (svg.find("L = 32").unwrap(), svg.find("L = 8").unwrap());
    assert!(first < second);
    let plain = frame
        .drop("energy_err")?
        .line_by("temperature", "energy", "size")?
        .y_range(-3.0, 0.0)
        .svg()?;
    let lines = |svg: &str| svg.matches("<polyline").count();
    assert_eq!(lines(&svg), lines(&plain) + 4 * 3, "a bar and two caps for each point");
    Ok(())
}

#[test]
fn legends_need_two_series_and_settings_reach_the_layer_added_last() -> Checked {
    let sine = Figure::curve("sine", 0.0, 6.0, f64::sin)?;
    assert!(!sine.svg()?.contains("sine"));
    assert!(sine.clone().legend(Legend::TopLeft).svg()?.contains("sine"));
    let cosine = Figure::curve("cosine", 0.0, 6.0, f64::cos)?;
    let both = sine.with(cosine.color("black")).vline(3.0, "π").label("renamed");
    let svg = both.svg()?;
    assert!(
        svg.contains("sine")
            && svg.contains("renamed")
            && !svg.contains("cosine")
            && svg.contains('π')
    );
    assert!(!both.clone().legend(Legend::Hidden).svg()?.contains("renamed"));
    assert!(Picture::of(&both.color(Color::Rgb(1, 200, 3))).count([1, 200, 3]) > 50);
    Ok(())
}

#[test]
fn settings_reach_all_groups_of_one_call_and_no_others() -> Checked {
    let frame = df!["x" => [0, 1, 0, 1, 0, 1], "y" => [0, 1, 2, 3, 4, 5], "kind" => ["a_b", "a_b", "c", "c", "d", "d"]]?;
    let groups = frame.line_by("x", "y", "kind")?;
    let picture = |figure: &Figure| Picture::of(&figure.legend(Legend::Hidden));
    let palette = [[0, 114, 178], [213, 94, 0], [0, 158, 115]];
    let apart = picture(&groups);
    let long: Vec<usize> = palette.iter().map(|color| apart.count(*color)).collect();
    assert!(long.iter().all(|count| *count > 100), "{long:?}");
    let alike = picture(&groups.color(Color::Rgb(1, 200, 3)));
    assert!(palette.iter().all(|color| alike.count(*color) == 0));
    assert!(alike.count([1, 200, 3]).abs_diff(long.iter().sum()) < 100, "{long:?}");

    // A line put over them keeps its colour, and theirs stay when it is coloured.
    let line = Figure::curve("line", 0.0, 1.0, |x| 5.0 - 5.0 * x)?;
    let over = picture(&groups.color("grey").with(line.color(Color::Rgb(1, 200, 3))));
    assert!(over.count([1, 200, 3]) > 100 && over.count([110, 110, 110]) > 300);

    let svg = groups.svg()?;
    assert!(["a b", "c", "d"].iter().all(|name| svg.lines().any(|line| line.trim() == *name)));
    let named = groups.color("grey").label("all of them").with(line).svg()?;
    assert!(named.contains("all of them") && !named.contains("a b"));
    Ok(())
}

#[test]
fn the_unusable_is_refused_in_sentences() -> Checked {
    let frame = df!["x" => [1.0, 2.0], "y" => [1.0, 2.0], "name" => ["a", "b"], "none" => [f64::NAN, f64::INFINITY]]?;
    let twice = df!["x" => [0, 0, 1, 1], "y" => [0, 0, 1, 1], "z" => [1, 2, 3, 4]]?;
    let negative = df!["x" => [1.0, 2.0], "y" => [-1.0, -2.0]]?;
    let line = || frame.line("x", "y");
    let cases: Vec<(statmech::Result<String>, &str)> = vec![
        (frame.line("x", "z").and_then(|f| f.svg()), "no usable column `z`"),
        (frame.line("x", "name").and_then(|f| f.svg()), "not numbers"),
        (frame.line("x", "none").and_then(|f| f.svg()), "no finite number"),
        (frame.head(Some(0)).line("x", "y").and_then(|f| f.svg()), "no rows"),
        (frame.histogram("x", 0).and_then(|f| f.svg()), "`bins`"),
        (twice.heatmap("x", "y", "z").and_then(|f| f.svg()), "several values at x = 0, y = 0"),
        (frame.contour("x", "y", "y", 0).and_then(|f| f.svg()), "`levels`"),
        (negative.line("x", "y").and_then(|f| f.y_log().svg()), "above zero"),
        (line().and_then(|f| f.size(0, 10).svg()), "`size`"),
        (line().and_then(|f| f.color("mauve").svg()), "vermilion"),
        (line().and_then(|f| f.x_range(2.0, f64::NAN).svg()), "`x_range`"),
        (line().and_then(|f| f.vline(f64::NAN, "").svg()), "`vline`"),
        (line().and_then(|f| f.directed().svg()), "graph"),
        (line().and_then(|f| Figure::grid(0, [f]).svg()), "`columns`"),
        (Figure::grid(2, Vec::<Figure>::new()).svg(), "`figures`"),
        (Figure::curve("f", 0.0, f64::NAN, |x| x).and_then(|f| f.svg()), "`to`"),
        (Figure::graph(&[(0.0, 0.0)], &[(0, 1)]).and_then(|f| f.svg()), "edge 0–1"),
        (
            Figure::graph(&[(0.0, 0.0)], &[]).and_then(|f| f.node_labels(["a", "b"]).svg()),
            "`node_labels`",
        ),
        (Figure::image(&Array2::<f64>::zeros((0, 3))).and_then(|f| f.svg()), "no finite entry"),
    ];
    for (i, (result, part)) in cases.into_iter().enumerate() {
        let sentence = result.map_or_else(|error| error.to_string(), |_| String::new());
        assert!(sentence.contains(part) && sentence.ends_with('.'), "case {i}: {sentence:?}");
    }
    Ok(())
}

#[test]
fn no_data_makes_it_panic_or_hang() -> Checked {
    let values =
        [0.0, -1.0, 1e-320, 1e-300, 1e300, -1e308, f64::MAX, f64::NAN, f64::INFINITY, 1.0 + 1e-16];
    let draw = |figure: statmech::Result<Figure>| {
        for figure in figure.into_iter().flat_map(|f| [f.clone(), f.clone().x_log(), f.y_log()]) {
            let figure = figure.size(160, 120);
            if let Ok(svg) = figure.svg() {
                // No number in it may be NaN, but the letters occur by chance in a picture.
                let numbers = svg.lines().filter(|line| !line.starts_with("<image"));
                assert!(
                    numbers.clone().all(|line| !line.contains("NaN") && !line.contains("inf")),
                    "{svg}"
                );
                assert!(well_formed(&svg));
                assert!(figure.sketch().is_ok() && figure.png().is_ok());
            }
        }
    };
    for a in values {
        for b in values {
            let frame = df!["x" => [a, b, 1.0], "y" => [b, a, a], "y_err" => [a, b, 0.1]]?;
            draw(frame.line("x", "y"));
            draw(frame.bars("x", "y"));
            draw(frame.band("x", "y", "y_err"));
            draw(frame.histogram("y", 3));
            let field =
                df!["x" => [0.0, a, 0.0, a], "y" => [0.0, 0.0, b, b], "z" => [a, b, 1.0, 2.0]]?;
            draw(field.heatmap("x", "y", "z"));
            draw(field.contour("x", "y", "z", 4));
            draw(field.surface("x", "y", "z"));
            draw(Figure::image(&array![[a, b]]));
            draw(
                Figure::graph(&[(a, b), (b, a)], &[(0, 1)])
                    .map(|f| f.edge_weights(&[a]).node_values(&[a, b])),
            );
            draw(Figure::curve("c", a, b, |x| x * x));
        }
    }
    let one = df!["x" => [2], "y" => [true]]?;
    draw(one.line("x", "y"));
    draw(one.heatmap("x", "y", "y"));
    Ok(())
}

#[test]
fn long_series_stay_small() -> Checked {
    let n = 100_000;
    let x: Vec<f64> = (0..n).map(f64::from).collect();
    let y: Vec<f64> =
        x.iter().map(|x| (x * 12.9898).sin() * 43758.5453).map(|v| v - v.floor()).collect();
    let frame = df!["step" => x, "energy" => y]?;
    assert!(frame.line("step", "energy")?.svg()?.len() < 150_000);
    assert!(frame.scatter("step", "energy")?.svg()?.len() < 1_500_000);
    Ok(())
}

#[test]
fn files_are_written_whole_or_not_at_all() -> Checked {
    let folder = std::env::temp_dir().join(format!("statmech-plot-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let figure = Figure::curve("tanh", -3.0, 3.0, f64::tanh)?;
    figure.save(folder.join("a.svg"))?;
    figure.save(folder.join("a.PNG"))?;
    assert!(figure.save(folder.join("a.pdf")).is_err());
    let broken = figure.clone().size(1, 1).save(folder.join("a.svg"));
    assert!(broken.is_err());
    assert!(std::fs::read_to_string(folder.join("a.svg")).unwrap().contains("</svg>"));
    assert!(figure.save(folder.join("missing").join("a.svg")).is_err());
    let mut names: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["a.PNG", "a.svg"], "nothing half-written is left");
    std::fs::remove_dir_all(&folder).unwrap();
    Ok(())
}

#[test]
fn grids_nested_deeply_are_drawn_or_refused_in_good_time() -> statmech::Result<()> {
    let mut figure = Figure::curve("x", 0.0, 1.0, |x| x)?;
    for _ in 0..40 {
        figure = Figure::grid(1, [&figure]);
    }
    // Either is fine; what counts is that it ends.
    drop(figure.svg());
    Ok(())
}

/// A bar of colours explains a contour's colours, and is left out where all lines have one.
#[test]
fn contours_of_one_color_have_no_bar() -> statmech::Result<()> {
    let (mut x, mut y, mut height) = (Vec::new(), Vec::new(), Vec::new());
    for k in 0..25 {
        x.push(f64::from(k % 5));
        y.push(f64::from(k / 5));
        height.push(f64::from(k % 5 + k / 5));
    }
    let contour =
        df!("x" => x, "y" => y, "altitude" => height)?.contour("x", "y", "altitude", 3)?;
    assert!(
        contour.svg()?.contains("altitude") && !contour.color("gray").svg()?.contains("altitude")
    );
    Ok(())
}
