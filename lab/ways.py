"""What `make latency` compares: three ways to a first figure, each as a user would write it."""

import shutil
import subprocess
from dataclasses import dataclass, field
from typing import Optional

import kernels
import paths

ARITHMETIC = [
    "let a = 1.5;",
    "a * 2.0",
    "let v: Vec<f64> = (0..10).map(f64::from).collect();",
    "v.iter().sum::<f64>()",
]


@dataclass
class Way:
    """One way: its kernel and its cells. `first` is the first cell with a result."""

    name: str
    kernel: str
    first: str
    dependencies: Optional[str] = None
    figure: Optional[str] = None
    later: list = field(default_factory=list)
    temporary_folder: Optional[object] = None


def bare() -> Way:
    """evcxr alone."""
    later = [
        *ARITHMETIC,
        "v.len()",
        "let w = v.clone();",
        "w.first().copied()",
        "let s = String::from(\"spin\");",
        "s.to_uppercase()",
        "fn square(x: f64) -> f64 { x * x }",
        "square(a)",
    ]
    return Way("bare evcxr", kernels.PLAIN, first="let x = 1.5;\nx * 2.0", later=later)


def has_font_libraries() -> bool:
    """Whether plotters' default features can be linked here."""
    program = shutil.which("pkg-config")
    return bool(program) and subprocess.run([program, "--exists", "fontconfig", "freetype2"], check=False).returncode == 0


def plotters_line() -> str:
    """plotters with its default features; where the system's font libraries are missing, as its own guide for notebooks has it."""
    if has_font_libraries():
        return ':dep plotters = { version = "0.3.7", features = ["evcxr"] }'
    return ':dep plotters = { version = "0.3.7", default-features = false, features = ["evcxr", "all_series", "all_elements"] }'


def handmade() -> Way:
    """What one writes without this crate: polars, plotters and ndarray behind `:dep`."""
    frame = """use polars::prelude::*;
let t: Vec<f64> = (0..41).map(|i| 1.5 + 0.05 * i as f64).collect();
let e: Vec<f64> = t.iter().map(|t| -(2.0 / t).tanh()).collect();
let df = df!("temperature" => &t, "energy" => &e)?;
df"""
    figure = """use plotters::prelude::*;
evcxr_figure((640, 400), |root| {
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(10)
        .x_label_area_size(30)
        .y_label_area_size(40)
        .build_cartesian_2d(1.5..3.5, -1.0..0.0)?;
    chart.configure_mesh().draw()?;
    chart.draw_series(LineSeries::new(t.iter().zip(&e).map(|(t, e)| (*t, *e)), &BLUE))?;
    Ok(())
})"""
    return Way(
        "hand-made",
        kernels.PLAIN,
        first=frame,
        dependencies=f':dep polars = "0.55"\n{plotters_line()}\n:dep ndarray = "0.17"',
        figure=figure,
        later=[*ARITHMETIC, *FRAME],
        temporary_folder=paths.HANDMADE,
    )


# Everyday calls on a frame `df` with a column `temperature`.
FRAME = [
    "df.height()",
    "let c = df.column(\"temperature\")?.clone();",
    "c.len()",
    "df.head(Some(3))",
    "let n = df.width();",
    "n + 1",
    "let d = df.clone();",
]


def statmech() -> Way:
    """This crate, through the warm start."""
    frame = """use statmech::prelude::*;
let df = Ising::square(8)?.scan(linspace(1.5, 3.5, 11)).sweeps(200).seed(1).run()?;
df"""
    return Way(
        "statmech",
        paths.KERNEL_NAME,
        first=frame,
        dependencies=':dep statmech = "0.1"',
        figure='df.line("temperature", "energy")?',
        later=[*ARITHMETIC, *FRAME],
    )


WAYS = {"bare": bare, "handmade": handmade, "statmech": statmech}
