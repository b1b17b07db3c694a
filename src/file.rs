//! Files that are written whole or not at all, and a small container for saved state.
//!
//! A container is, all numbers little-endian: the eight bytes `statmech`, the kind of content (four letters), the version (u32), the
//! content's length in bytes (u64), the content, and its checksum (u64, FNV-1a 64). Within the content a list is its length (u64) and its elements,
//! and a text the list of its UTF-8 bytes.

use std::fs::{self, File};
use std::io::{Error as IoError, ErrorKind, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::error::{Error, Result};

const MAGIC: &[u8; 8] = b"statmech";

/// The bytes before the content.
const HEADER: usize = 24;

/// Writes a file beside its place and moves it there: what stood there before stays until the new one is complete.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |source| Error::File { path: path.to_path_buf(), action: "written", source };
    let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
        return Err(failed(IoError::new(ErrorKind::InvalidInput, "its name is not valid text")));
    };
    // Two writers of one file do not meet in the same temporary one.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_nanos());
    // Beside the target, since a rename is only atomic within one file system.
    let beside = path.with_file_name(format!(".{name}.{}.{now}.part", std::process::id()));
    let write = || {
        let mut file = File::create_new(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(|source| {
        fs::remove_file(&beside).ok();
        failed(source)
    })
}

/// The content of a container being written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// The very bits, so that NaN and −0 come back, too.
    pub fn f64(&mut self, value: f64) {
        self.u64(value.to_bits());
    }

    pub fn bool(&mut self, value: bool) {
        self.bytes.push(u8::from(value));
    }

    pub fn text(&mut self, text: &str) {
        self.u64(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub fn f64s(&mut self, values: &[f64]) {
        self.u64(values.len() as u64);
        for &value in values {
            self.f64(value);
        }
    }

    /// Whether a value is there, and then the value.
    pub fn option(&mut self, value: Option<f64>) {
        self.bool(value.is_some());
        if let Some(value) = value {
            self.f64(value);
        }
    }

    /// Spins ±1 as bits, eight to a byte, the first in the lowest bit; 1 is up.
    pub fn spins(&mut self, spins: &[i8]) {
        self.u64(spins.len() as u64);
        let byte = |eight: &[i8]| {
            eight.iter().enumerate().fold(0_u8, |byte, (k, &s)| byte | u8::from(s > 0) << k)
        };
        self.bytes.extend(spins.chunks(8).map(byte));
    }

    pub fn save(&self, path: &Path, kind: [u8; 4], version: u32) -> Result<()> {
        let mut file = Vec::with_capacity(self.bytes.len() + HEADER + 8);
        file.extend_from_slice(MAGIC);
        file.extend_from_slice(&kind);
        file.extend_from_slice(&version.to_le_bytes());
        file.extend_from_slice(&(self.bytes.len() as u64).to_le_bytes());
        file.extend_from_slice(&self.bytes);
        file.extend_from_slice(&checksum(&self.bytes).to_le_bytes());
        write_whole(path, &file)
    }
}

/// The content of a container being read; every failure names the file.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    path: std::path::PathBuf,
    content: Vec<u8>,
    position: usize,
}

impl Reader {
    /// Opens a container of this kind and version whose length and checksum are right; `what` is the content in words.
    pub fn open(path: &Path, kind: [u8; 4], version: u32, what: &str) -> Result<Self> {
        let mut content = fs::read(path).map_err(|source| unreadable(path, source))?;
        let damaged = |why: String| unreadable(path, IoError::new(ErrorKind::InvalidData, why));
        if content.len() < HEADER || !content.starts_with(MAGIC) {
            return Err(damaged(format!("it is no {what} saved by this crate")));
        }
        if content[8..12] != kind {
            return Err(damaged(format!("it holds something else than a {what}")));
        }
        let number = |bytes: &[u8]| {
            bytes.iter().rev().fold(0_u64, |number, &byte| number << 8 | u64::from(byte))
        };
        let found = number(&content[12..16]);
        if found != u64::from(version) {
            return Err(damaged(format!("its version is {found}, and this crate reads {version}")));
        }
        let (length, rest) = (number(&content[16..24]), content.len() - HEADER);
        if (rest as u64).checked_sub(8) != Some(length) {
            return Err(damaged(format!(
                "it should have {length} bytes and a checksum of 8, but has {rest}: it is not complete"
            )));
        }
        let end = content.len() - 8;
        if number(&content[end..]) != checksum(&content[HEADER..end]) {
            return Err(damaged("its checksum is wrong: it was changed or damaged".to_owned()));
        }
        content.truncate(end);
        content.drain(..HEADER);
        Ok(Self { path: path.to_path_buf(), content, position: 0 })
    }

    /// An error that says why the content makes no sense.
    pub fn refuse(&self, why: impl Into<String>) -> Error {
        unreadable(&self.path, IoError::new(ErrorKind::InvalidData, why.into()))
    }

    fn take(&mut self, count: usize) -> Result<&[u8]> {
        let rest = self.content.len() - self.position;
        if count > rest {
            return Err(self.refuse("its content ends too early"));
        }
        self.position += count;
        Ok(&self.content[self.position - count..self.position])
    }

    fn number(&mut self, size: usize) -> Result<u64> {
        let bytes = self.take(size)?.iter().rev();
        Ok(bytes.fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    pub fn u64(&mut self) -> Result<u64> {
        self.number(8)
    }

    pub fn u32(&mut self) -> Result<u32> {
        self.number(4).map(|number| number as u32)
    }

    pub fn f64(&mut self) -> Result<f64> {
        self.u64().map(f64::from_bits)
    }

    pub fn bool(&mut self) -> Result<bool> {
        match self.number(1)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(self.refuse(format!("{other} stands where 0 or 1 should"))),
        }
    }

    /// The length of a list whose elements take so many bytes each, if that much is there.
    pub fn length(&mut self, bytes_each: usize) -> Result<usize> {
        let length = self.u64()?;
        let rest = (self.content.len() - self.position) as u64;
        if length > rest / bytes_each as u64 {
            return Err(self.refuse("its content ends too early"));
        }
        Ok(length as usize)
    }

    pub fn text(&mut self) -> Result<String> {
        let length = self.length(1)?;
        let bytes = self.take(length)?.to_vec();
        String::from_utf8(bytes).map_err(|_| self.refuse("a name in it is not text"))
    }

    pub fn f64s(&mut self) -> Result<Vec<f64>> {
        let length = self.length(8)?;
        (0..length).map(|_| self.f64()).collect()
    }

    pub fn option(&mut self) -> Result<Option<f64>> {
        Ok(if self.bool()? { Some(self.f64()?) } else { None })
    }

    pub fn spins(&mut self) -> Result<Vec<i8>> {
        let length = self.u64()?;
        let bytes = usize::try_from(length.div_ceil(8)).unwrap_or(usize::MAX);
        let bits = self.take(bytes)?;
        Ok((0..length as usize)
            .map(|i| if bits[i / 8] >> (i % 8) & 1 == 1 { 1 } else { -1 })
            .collect())
    }

    /// Refuses what is left over.
    pub fn end(&self) -> Result<()> {
        if self.position == self.content.len() {
            return Ok(());
        }
        Err(self.refuse("there is more in it than there should be"))
    }
}

fn unreadable(path: &Path, source: IoError) -> Error {
    Error::File { path: path.to_path_buf(), action: "read", source }
}

/// FNV-1a with 64 bits (G. Fowler, L. C. Noll, K.-P. Vo): each step is a bijection, so that one changed byte always changes the result.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_the_published_ones() {
        assert_eq!(checksum(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(checksum(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(checksum(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn every_truncation_and_every_changed_byte_is_noticed() {
        let path = std::env::temp_dir().join(format!("statmech-{}.test", std::process::id()));
        let mut writer = Writer::default();
        writer.text("größe");
        writer.f64s(&[1.5, f64::NAN, -0.0]);
        writer.option(None);
        writer.spins(&[1, -1, -1, 1, 1, -1, 1, -1, -1]);
        writer.save(&path, *b"test", 1).unwrap();
        let open = || Reader::open(&path, *b"test", 1, "test");
        let mut reader = open().unwrap();
        assert_eq!(reader.text().unwrap(), "größe");
        let bits: Vec<u64> = reader.f64s().unwrap().iter().map(|x| x.to_bits()).collect();
        assert_eq!(bits, [1.5_f64, f64::NAN, -0.0].map(f64::to_bits));
        assert_eq!(reader.option().unwrap(), None);
        assert_eq!(reader.spins().unwrap(), [1, -1, -1, 1, 1, -1, 1, -1, -1]);
        reader.end().unwrap();
        assert!(reader.u64().is_err());
        let whole = fs::read(&path).unwrap();
        for end in 0..whole.len() {
            fs::write(&path, &whole[..end]).unwrap();
            assert!(open().is_err(), "cut at {end}");
        }
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 0x10;
            fs::write(&path, changed).unwrap();
            assert!(open().is_err(), "changed at {place}");
        }
        fs::remove_file(&path).unwrap();
        assert!(open().unwrap_err().to_string().contains("could not be read"));
    }

    #[test]
    fn lists_longer_than_the_file_are_refused_before_memory_is_taken() {
        let path = std::env::temp_dir().join(format!("statmech-{}.long", std::process::id()));
        let mut writer = Writer::default();
        writer.u64(u64::MAX);
        writer.save(&path, *b"test", 1).unwrap();
        let reader = Reader::open(&path, *b"test", 1, "test").unwrap();
        assert!(reader.clone().f64s().is_err());
        assert!(reader.clone().text().is_err());
        assert!(reader.clone().spins().is_err());
        fs::remove_file(&path).unwrap();
    }
}
