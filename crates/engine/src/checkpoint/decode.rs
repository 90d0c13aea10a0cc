//! From bytes to tensors.

use std::io::{self, Read};

use safetensors::Dtype;
use safetensors::tensor::Metadata;
use sha2::{Digest, Sha256};

use super::encode::digits;
use super::{DIGITS, FORMAT, MAX_HEADER, PREFIX, Tensor};

/// The tensors and the JSON text of a file of `length` bytes, or what is wrong with it.
pub(super) fn decode(file: &mut impl Read, length: u64) -> Result<(Vec<Tensor>, String), String> {
    let mut reader = Hashing { file, hash: Sha256::new() };
    if length < 8 {
        return Err(format!("it is not a safetensors file: it has only {length} bytes"));
    }
    let mut size = [0; 8];
    reader.fill(&mut size)?;
    let size = u64::from_le_bytes(size);
    if size > MAX_HEADER || size > length - 8 {
        return Err(format!(
            "it is not a safetensors file, or its end is missing: a header of {size} bytes does not fit into {length} \
             bytes (and may have {MAX_HEADER})"
        ));
    }
    let mut bytes = vec![0; size as usize];
    reader.file.read_exact(&mut bytes).map_err(reason)?;
    let header: Metadata = serde_json::from_slice(&bytes)
        .map_err(|error| format!("it is not a safetensors file, or damaged: its header is not valid ({error})"))?;
    let (text, checksum) = ours(&header)?;
    let place = PREFIX.len()..PREFIX.len() + DIGITS;
    if !bytes.starts_with(PREFIX.as_bytes()) || bytes.get(place.clone()) != Some(checksum.as_bytes()) {
        return Err("it was rewritten by another program or damaged: its checksum is not where it belongs".into());
    }
    bytes[place].fill(b'0');
    reader.hash.update(&bytes);
    drop(bytes);

    // a hostile header may promise nearly 2^64 bytes
    let expected = (8 + size).saturating_add(header.data_len() as u64);
    if length != expected {
        let what = if length < expected { "its end is missing" } else { "something was appended" };
        return Err(format!("{what}: by its header it has {expected} bytes, received {length}"));
    }
    let tensors = tensors(&mut reader, &header)?;
    let received = digits(reader.hash);
    if received != checksum {
        return Err(format!("it is damaged: its checksum must be {checksum}, received {received}"));
    }
    Ok((tensors, text))
}

/// The JSON text and the checksum, if this is a file of ours that this version can read.
fn ours(header: &Metadata) -> Result<(String, String), String> {
    let entry = |name: &str| header.metadata().as_ref().and_then(|entries| entries.get(name));
    let (Some(text), Some(format)) = (entry("downslope"), entry("format")) else {
        return Err("it is a safetensors file, but was not written by downslope: its metadata lacks 'downslope' and \
                    'format'"
            .into());
    };
    match format.parse::<u32>() {
        Ok(FORMAT) => {}
        Ok(newer) if newer > FORMAT => {
            return Err(format!(
                "it has format {newer}, written by a newer version of downslope; this one reads up to format {FORMAT}"
            ));
        }
        _ => return Err(format!("it has the unknown format '{format}'; this version reads format {FORMAT}")),
    }
    let Some(checksum) = entry("checksum") else {
        return Err("it was rewritten by another program or damaged: its checksum is missing".into());
    };
    Ok((text.clone(), checksum.clone()))
}

fn tensors(reader: &mut Hashing<impl Read>, header: &Metadata) -> Result<Vec<Tensor>, String> {
    let mut tensors = Vec::new();
    let mut buffer = vec![0; 1 << 16];
    for name in header.offset_keys() {
        let Some(info) = header.info(&name) else { continue };
        if info.dtype != Dtype::F32 {
            return Err(format!("tensor '{name}' must be F32, received {:?}", info.dtype));
        }
        let (start, end) = info.data_offsets;
        let mut values = Vec::with_capacity((end - start) / 4);
        let mut left = end - start;
        while left > 0 {
            let chunk = &mut buffer[..left.min(1 << 16)];
            reader.fill(chunk)?;
            values.extend(chunk.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)));
            left -= chunk.len();
        }
        tensors.push((name, info.shape.clone(), values));
    }
    Ok(tensors)
}

/// A reader that hashes what it reads.
struct Hashing<'a, R> {
    file: &'a mut R,
    hash: Sha256,
}

impl<R: Read> Hashing<'_, R> {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), String> {
        self.file.read_exact(bytes).map_err(reason)?;
        self.hash.update(bytes);
        Ok(())
    }
}

fn reason(error: io::Error) -> String {
    error.to_string()
}
