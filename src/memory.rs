//! Refusing what does not fit, before it is allocated.

use std::fs;

use crate::error::{Error, Result};

const GIB: f64 = 1_073_741_824.0;
/// Taken where the system does not say what is left.
const ASSUMED: f64 = 8.0 * GIB;

/// Refuses a computation that needs more bytes than the system has left.
pub(crate) fn require(what: &str, bytes: f64, advice: &str) -> Result<()> {
    let left = available();
    if bytes <= 0.9 * left {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: what.to_owned(),
        needs: format!("{:.1} GiB of memory", bytes / GIB),
        limit: format!("nine tenths of the {:.1} GiB that are left", left / GIB),
        advice: advice.to_owned(),
    })
}

/// Bytes that can still be had, as far as the system says.
fn available() -> f64 {
    let free = fs::read_to_string("/proc/meminfo").ok().and_then(|text| free_bytes(&text));
    let number = |path: &str| fs::read_to_string(path).ok()?.trim().parse::<f64>().ok();
    let group = number("/sys/fs/cgroup/memory.max")
        .map(|most| most - number("/sys/fs/cgroup/memory.current").unwrap_or(0.0));
    match (free, group) {
        (Some(free), Some(group)) => free.min(group.max(0.0)),
        (Some(bytes), None) | (None, Some(bytes)) => bytes,
        (None, None) => ASSUMED,
    }
}

fn free_bytes(meminfo: &str) -> Option<f64> {
    let line = meminfo.lines().find(|line| line.starts_with("MemAvailable:"))?;
    let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_read_and_more_is_refused() {
        let text = "MemTotal:  8000 kB\nMemAvailable:   2048 kB\n";
        assert_eq!(free_bytes(text), Some(2_097_152.0));
        assert_eq!(free_bytes("MemTotal: 8000 kB"), None);
        assert!(require("This", 1e3, "").is_ok());
        let refused = require("This basis", 1e18, "Take less.").unwrap_err().to_string();
        assert!(refused.starts_with("This basis needs 931322574.6 GiB"), "{refused}");
        assert!(require("This", f64::NAN, "").is_err());
    }
}
