//! From tensors to bytes.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};

use super::{DIGITS, FORMAT, MAX_HEADER, PREFIX, TensorRef};
use crate::{Error, Result};

/// The header with zeros for the checksum, padded so that the data is aligned to 8 bytes.
pub(super) fn header(tensors: &[TensorRef<'_>], metadata: &str) -> Result<String> {
    let mut header = format!(r#"{PREFIX}{:0<DIGITS$}","downslope":{},"format":"{FORMAT}"}}"#, "", quote(metadata)?);
    let mut names = HashSet::from(["__metadata__"]);
    let mut offset = 0;
    for (name, shape, values) in tensors {
        if !names.insert(name) {
            return Err(Error::internal(format!("checkpoint: two tensors are called '{name}'")));
        }
        if shape.iter().product::<usize>() != values.len() {
            return Err(Error::internal(format!("checkpoint: '{name}' has {} values for {shape:?}", values.len())));
        }
        let end = offset + values.len() * 4;
        let (name, shape) = (quote(name)?, shape.iter().map(usize::to_string).collect::<Vec<_>>().join(","));
        // writing to a string cannot fail
        let _ = write!(header, r#",{name}:{{"dtype":"F32","shape":[{shape}],"data_offsets":[{offset},{end}]}}"#);
        offset = end;
    }
    header.push('}');
    header.extend(std::iter::repeat_n(' ', header.len().next_multiple_of(8) - header.len()));
    if header.len() as u64 > MAX_HEADER {
        let length = header.len();
        return Err(Error::checkpoint(format!("a header may have {MAX_HEADER} bytes, graph and labels need {length}")));
    }
    Ok(header)
}

/// Writes everything with zeros for the checksum, then the checksum.
pub(super) fn write(mut file: &File, header: &str, tensors: &[TensorRef<'_>]) -> io::Result<()> {
    let mut hash = Sha256::new();
    let mut put = |bytes: &[u8]| {
        hash.update(bytes);
        file.write_all(bytes)
    };
    put(&(header.len() as u64).to_le_bytes())?;
    put(header.as_bytes())?;
    let mut buffer = Vec::with_capacity(1 << 16);
    for (_, _, values) in tensors {
        for chunk in values.chunks(1 << 14) {
            buffer.clear();
            buffer.extend(chunk.iter().flat_map(|value| value.to_le_bytes()));
            put(&buffer)?;
        }
    }
    file.seek(SeekFrom::Start(8 + PREFIX.len() as u64))?;
    file.write_all(digits(hash).as_bytes())
}

/// The checksum as it stands in the header.
pub(super) fn digits(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::with_capacity(DIGITS), |digits, byte| digits + &format!("{byte:02x}"))
}

fn quote(text: &str) -> Result<String> {
    serde_json::to_string(text).map_err(|error| Error::internal(format!("checkpoint: {error}")))
}
