//! Draws every kind of figure into the folder named by `STATMECH_GALLERY`, to be looked at.

use statmech::ndarray::Array2;
use statmech::polars::prelude::*;
use statmech::prelude::*;

type Drawn = statmech::Result<Figure>;
type Entry = (&'static str, fn() -> Drawn);

fn scan() -> statmech::Result<DataFrame> {
    let mut rows = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for size in [8, 16, 32] {
        for i in 0..21 {
            let t = 1.5 + 0.1 * f64::from(i);
            let width = 0.6 / f64::from(size).sqrt();
            rows.0.push(t);
            rows.1.push(
                2.0 / (1.0 + ((t - 2.27) / width).powi(2)) + 0.2 * (t * 31.0).sin().abs() / 5.0,
            );
            rows.2.push(0.05 + 0.02 * (t * 17.0).sin().abs());
            rows.3.push(size);
            rows.4.push(0.5 * (1.0 - ((t - 2.27) / width / 2.0).tanh()));
        }
    }
    Ok(
        df!["temperature" => rows.0, "heat_capacity" => rows.1, "heat_capacity_err" => rows.2, "size" => rows.3, "abs_magnetization" => rows.4]?,
    )
}

fn plane(n: usize) -> statmech::Result<DataFrame> {
    let mut rows = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..n {
        for j in 0..n {
            let at = |k: usize| -1.0 + 2.0 * k as f64 / (n - 1) as f64;
            let (x, y) = (at(i), at(j));
            rows.0.push(x);
            rows.1.push(y);
            rows.2.push(x * x - y * y + 0.3 * (5.0 * x).sin());
        }
    }
    Ok(df!["alpha" => rows.0, "beta" => rows.1, "loss" => rows.2]?)
}

fn curve() -> Drawn {
    Ok(Figure::curve("tanh βh", -3.0, 3.0, f64::tanh)?
        .with(Figure::curve("1/h", -3.0, 3.0, |h| 1.0 / h)?.dashed())
        .x_label("field h")
        .y_label("magnetization ⟨s⟩")
        .y_range(-2.0, 2.0)
        .title("Mean field: ⟨s⟩ = tanh βh & more <x>")
        .hline(1.0, "saturation"))
}

fn line_by() -> Drawn {
    Ok(scan()?
        .line_by("temperature", "heat_capacity", "size")?
        .vline(2.269, "T_c")
        .vline(2.4, "T*")
        .title("Heat capacity of the square lattice"))
}

fn crowded() -> Drawn {
    let mut figure = Figure::curve("k = 0", 0.0, 6.3, f64::sin)?;
    for k in 1..10 {
        let label = format!("phase k = {k}");
        figure = figure.with(Figure::curve(&label, 0.0, 6.3, |x| (x + 0.62 * f64::from(k)).sin())?);
    }
    Ok(figure.title("Ten curves"))
}

fn band() -> Drawn {
    let x: Vec<f64> = (0..50).map(|i| f64::from(i) / 10.0).collect();
    let y: Vec<f64> = x.iter().map(|x| (-x).exp()).collect();
    let low: Vec<f64> = y.iter().map(|y| y - 0.1).collect();
    let high: Vec<f64> = y.iter().map(|y| y + 0.1).collect();
    let frame = df!["time" => x, "overlap" => y, "low" => low, "high" => high]?;
    Ok(frame
        .band("time", "low", "high")?
        .label("±1σ")
        .with(frame.line("time", "overlap")?)
        .title("Decay"))
}

fn scatter() -> Drawn {
    let x: Vec<f64> = (0..60).map(|i| f64::from(i % 20)).collect();
    let y: Vec<f64> = (0..60)
        .map(|i| f64::from(i % 20) * 0.1 + f64::from(i / 20) + 0.3 * f64::from(i).sin())
        .collect();
    let g: Vec<&str> = (0..60).map(|i| ["hebb", "storkey", "pseudo-inverse"][i / 20]).collect();
    Ok(df!["load" => x, "overlap" => y, "rule" => g]?
        .scatter_by("load", "overlap", "rule")?
        .title("Three rules"))
}

fn dense() -> Drawn {
    let n = 6000;
    let x: Vec<f64> =
        (0..n).map(|i| (f64::from(i) * 0.7).sin() * (f64::from(i) * 0.37).cos()).collect();
    let y: Vec<f64> =
        (0..n).map(|i| (f64::from(i) * 1.3).cos() * (f64::from(i) * 0.91).sin()).collect();
    Ok(df!["x" => x, "y" => y]?.scatter("x", "y")?.marker_size(1.2).title("6000 points"))
}

fn bars() -> Drawn {
    let frame = df!["state" => ["↑↑↑", "↑↑↓", "↑↓↑", "↓↓↓"], "data" => [0.4, 0.1, 0.2, 0.3], "model" => [0.37, 0.14, 0.19, 0.3], "model_err" => [0.02, 0.02, 0.02, 0.03]]?;
    Ok(frame
        .bars("state", "data")?
        .with(frame.bars("state", "model")?)
        .y_label("probability P")
        .title("Learned and true"))
}

fn long_names() -> Drawn {
    let names: Vec<String> = (0..14).map(|i| format!("a rather long name {i}")).collect();
    let values: Vec<f64> = (0..14).map(|i| f64::from(i) - 4.5).collect();
    Ok(df!["name" => names, "value" => values]?
        .bars("name", "value")?
        .title("Long names, negative bars"))
}

fn histogram() -> Drawn {
    let sum = |i: i32| {
        (0..12)
            .map(|k| {
                ((f64::from(i) * 12.9898 + f64::from(k) * 78.233).sin() * 43758.5453)
                    .rem_euclid(1.0)
            })
            .sum::<f64>()
            - 6.0
    };
    let values: Vec<f64> = (0..5000).map(sum).collect();
    let wide: Vec<f64> = values.iter().map(|v| 1.5 * v + 2.0).collect();
    let frame = df!["before" => values, "after" => wide]?;
    Ok(frame
        .histogram("before", 40)?
        .with(frame.histogram("after", 40)?)
        .x_label("curvature κ")
        .title("Histograms"))
}

fn heatmap() -> Drawn {
    Ok(plane(41)?
        .heatmap("alpha", "beta", "loss")?
        .title("A heat map")
        .colormap(Colormap::Diverging))
}

fn contour() -> Drawn {
    Ok(plane(61)?.contour("alpha", "beta", "loss", 10)?.title("Contours"))
}

fn both() -> Drawn {
    let frame = plane(61)?;
    Ok(frame
        .heatmap("alpha", "beta", "loss")?
        .with(frame.contour("alpha", "beta", "loss", 8)?)
        .title("Heat map with contours"))
}

fn surface() -> Drawn {
    Ok(plane(21)?.surface("alpha", "beta", "loss")?.title("A surface"))
}

fn fine_surface() -> Drawn {
    Ok(plane(80)?.surface("alpha", "beta", "loss")?.view(300.0, 45.0).title("A fine surface"))
}

fn spins() -> Drawn {
    let spins =
        Array2::from_shape_fn(
            (32, 32),
            |(r, c)| if (r * 7 + c * 13 + r * c) % 11 < 5 { 1i8 } else { -1 },
        );
    Ok(Figure::image(&spins)?.title("T = 2.27"))
}

fn weights() -> Drawn {
    let w = Array2::from_shape_fn((8, 12), |(r, c)| (r as f64 - 3.0) * (c as f64 - 5.0) / 10.0);
    Ok(Figure::image(&w)?
        .colormap(Colormap::Diverging)
        .color_bar("weight w")
        .x_label("hidden unit")
        .y_label("visible unit")
        .title("Weights"))
}

fn graph() -> Drawn {
    let ring: Vec<(f64, f64)> = (0..7)
        .map(|i| {
            let a = f64::from(i) * 0.8976;
            (a.cos(), a.sin())
        })
        .collect();
    let edges: Vec<(usize, usize)> =
        (0..7).map(|i| (i, (i + 1) % 7)).chain([(0, 3), (2, 5), (5, 2), (1, 1)]).collect();
    let weights: Vec<f64> = (0..11).map(|i| f64::from(i) / 5.0 - 1.0).collect();
    Ok(Figure::graph(&ring, &edges)?
        .edge_weights(&weights)
        .node_labels(["x1", "x2", "AND", "OR", "h5", "h6", "out"])
        .directed()
        .title("A network"))
}

fn spin_graph() -> Drawn {
    let nodes: Vec<(f64, f64)> = (0..16).map(|i| (f64::from(i % 4), f64::from(i / 4))).collect();
    let edges: Vec<(usize, usize)> = (0..16)
        .flat_map(|i| [(i, (i + 4)), (i, i + 1)])
        .filter(|(a, b)| *b < 16 && (b - a == 4 || b % 4 != 0))
        .collect();
    let values: Vec<f64> = (0..16).map(|i| if i % 3 == 0 { 1.0 } else { -1.0 }).collect();
    Ok(Figure::graph(&nodes, &edges)?.node_values(&values).title("Spins"))
}

fn log_log() -> Drawn {
    let x: Vec<f64> = (1..40).map(|i| f64::from(i * i)).collect();
    let y: Vec<f64> = x.iter().map(|x| 3.0 * x.powf(-1.75)).collect();
    let e: Vec<f64> = y.iter().map(|y| y * 0.3).collect();
    Ok(df!["distance" => x, "correlation" => y, "correlation_err" => e]?
        .line("distance", "correlation")?
        .x_log()
        .y_log()
        .title("Power law"))
}

fn grid() -> Drawn {
    Ok(Figure::grid(2, [line_by()?, heatmap()?, spins()?, surface()?]).title("Four panels"))
}

fn snapshots() -> Drawn {
    Ok(Figure::grid(3, [spins()?.title("T = 1.5"), spins()?, spins()?.title("T = 4")])
        .size(720, 270))
}

fn large() -> Drawn {
    Ok(df!["n" => [1e5, 2e5, 3e5], "free_energy" => [1.000001e-7, 1.000002e-7, 1.000004e-7]]?
        .line("n", "free_energy")?
        .title("Awkward numbers"))
}

#[test]
fn gallery() -> statmech::Result<()> {
    let figures: [Entry; 23] = [
        ("curve", curve),
        ("line_by", line_by),
        ("crowded", crowded),
        ("band", band),
        ("scatter", scatter),
        ("dense", dense),
        ("bars", bars),
        ("long_names", long_names),
        ("histogram", histogram),
        ("heatmap", heatmap),
        ("contour", contour),
        ("both", both),
        ("surface", surface),
        ("fine_surface", fine_surface),
        ("spins", spins),
        ("weights", weights),
        ("graph", graph),
        ("spin_graph", spin_graph),
        ("log_log", log_log),
        ("grid", grid),
        ("snapshots", snapshots),
        ("large", large),
        ("size", || Ok(curve()?.size(300, 200))),
    ];
    let folder = std::env::var_os("STATMECH_GALLERY").map(std::path::PathBuf::from);
    let mut sizes = Vec::new();
    for (name, draw) in figures {
        let figure = draw()?;
        let svg = figure.svg()?;
        sizes.push((name, svg.len()));
        let sketch = figure.sketch()?;
        assert!(sketch.lines().all(|line| line.chars().count() <= 74), "{name}:\n{sketch}");
        if let Some(folder) = &folder {
            figure.save(folder.join(format!("{name}.svg")))?;
            figure.save(folder.join(format!("{name}.png")))?;
            std::fs::write(folder.join(format!("{name}.txt")), sketch).ok();
        }
    }
    for (name, size) in sizes {
        // Six thousand points, and a surface of two thousand cells, are pictures inside.
        let limit = if ["dense", "fine_surface"].contains(&name) { 250_000 } else { 150_000 };
        assert!(size < limit, "{name} takes {size} bytes");
    }
    Ok(())
}
