Ok::<(), std::fmt::Error>(())?;
