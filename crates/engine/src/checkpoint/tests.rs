use super::*;
use crate::Code;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};
use std::collections::HashMap;

const METADATA: &str = r#"{"graph": {"inputs": []}, "labels": ["ä", "\"", "\\"]}"#;

/// A folder of its own that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("downslope-checkpoint-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
    fn names(&self) -> Vec<String> {
        fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn small() -> Vec<TensorRef<'static>> {
    const STEPS: &[f32] = &[1.0, -2.5, 3e-40, f32::MAX, -0.0, f32::NAN];
    vec![
        ("z/kernel", &[2, 3], STEPS),
        ("a \"b\"/ß", &[], &[7.0]),
        ("empty", &[0, 4], &[]),
        ("m", &[2], &[0.5, f32::INFINITY]),
    ]
}

fn bytes_of(tensors: &[TensorRef<'_>], metadata: &str) -> Vec<u8> {
    let folder = Folder::new(&format!("bytes-{:?}", std::thread::current().id()).replace(['(', ')'], ""));
    write(&folder.file("file"), tensors, metadata).unwrap();
    fs::read(folder.file("file")).unwrap()
}

fn decoded(bytes: &[u8]) -> std::result::Result<(Vec<Tensor>, String), String> {
    decode::decode(&mut &*bytes, bytes.len() as u64)
}

#[track_caller]
fn refused<T>(result: Result<T>, parts: &[&str]) {
    let Err(error) = result else { panic!("accepted") };
    assert_eq!(error.code, Code::Checkpoint);
    for part in parts {
        assert!(error.message.contains(part), "'{part}' is not in '{error}'");
    }
}

#[track_caller]
fn damaged(bytes: &[u8], part: &str) {
    let Err(what) = decoded(bytes) else { panic!("accepted") };
    assert!(what.contains(part), "'{part}' is not in '{what}'");
}

#[test]
fn what_is_written_is_read() {
    let folder = Folder::new("round");
    let path = folder.file("model.safetensors");
    let big: Vec<f32> = (0..100_003).map(|i| i as f32).collect();
    let mut tensors = small();
    tensors.push(("big", &[100_003], &big));
    write(&path, &tensors, METADATA).unwrap();
    let (read, metadata) = read(&path).unwrap();
    assert_eq!(metadata, METADATA);
    for ((name, shape, values), (read_name, read_shape, read_values)) in tensors.iter().zip(&read) {
        assert_eq!((*name, *shape), (read_name.as_str(), read_shape.as_slice()));
        assert!(values.iter().map(|v| v.to_bits()).eq(read_values.iter().map(|v| v.to_bits())));
    }
    assert_eq!((read.len(), folder.names()), (tensors.len(), vec!["model.safetensors".to_owned()]));
}

#[test]
fn any_safetensors_reader_opens_it() {
    let bytes = bytes_of(&small(), METADATA);
    let (size, header) = SafeTensors::read_metadata(&bytes).unwrap();
    assert_eq!(size % 8, 0);
    let entries = header.metadata().as_ref().unwrap();
    assert_eq!((entries["downslope"].as_str(), entries["format"].as_str()), (METADATA, "1"));
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let tensor = file.tensor("z/kernel").unwrap();
    assert_eq!((tensor.dtype(), tensor.shape()), (Dtype::F32, [2, 3].as_slice()));
    assert_eq!(tensor.data()[..8], [0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0]);
}

#[test]
fn the_same_content_gives_the_same_bytes() {
    let bytes = bytes_of(&small(), METADATA);
    assert_eq!(bytes, bytes_of(&small(), METADATA));
    let mut zeroed = bytes.clone();
    let place = 8 + PREFIX.len();
    zeroed[place..place + DIGITS].fill(b'0');
    use sha2::{Digest, Sha256};
    assert_eq!(encode::digits(Sha256::new_with_prefix(&zeroed)).as_bytes(), &bytes[place..place + DIGITS]);
}

#[test]
fn every_altered_bit_is_found() {
    let mut bytes = bytes_of(&small(), "{}");
    decoded(&bytes).unwrap();
    for place in 0..bytes.len() {
        for bit in 0..8 {
            bytes[place] ^= 1 << bit;
            assert!(decoded(&bytes).is_err(), "bit {bit} of byte {place}");
            bytes[place] ^= 1 << bit;
        }
    }
    decoded(&bytes).unwrap();
}

#[test]
fn every_other_length_is_found() {
    let mut bytes = bytes_of(&small(), "{}");
    for length in 0..bytes.len() {
        assert!(decoded(&bytes[..length]).is_err(), "{length} bytes");
    }
    damaged(&bytes[..bytes.len() - 1], "its end is missing");
    bytes.push(0);
    damaged(&bytes, "something was appended");
}

#[test]
fn sizes_that_cannot_be_counted_are_refused() {
    // nine tensors, together a few bytes below 2^64
    let most = (1u64 << 59) - 1;
    let mut header = format!(r#"{PREFIX}{:064}","downslope":"{{}}","format":"1"}}"#, 0);
    let mut at = 0u64;
    for (i, n) in [[most; 8].as_slice(), &[7]].concat().into_iter().enumerate() {
        header.push_str(&format!(r#","t{i}":{{"dtype":"F32","shape":[{n}],"data_offsets":[{at},{}]}}"#, at + 4 * n));
        at += 4 * n;
    }
    header.push('}');
    let mut bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
    damaged(&bytes, "its end is missing");
    bytes.extend([0; 64]);
    damaged(&bytes, "its end is missing");
}

#[test]
fn other_files_are_told_apart() {
    damaged(b"", "only 0 bytes");
    damaged(b"PK\x03\x04 a zip file or so", "not a safetensors file");
    damaged(b"\x10\0\0\0\0\0\0\0[\"not a header\"] ", "header is not valid");
    damaged(&[&u64::MAX.to_le_bytes()[..], b"{}"].concat(), "not a safetensors file");
    damaged(&[&3u64.to_le_bytes()[..], b"{}"].concat(), "does not fit");
    let data = [0; 8];
    let tensors = || [("a", TensorView::new(Dtype::F32, vec![2], &data).unwrap())];
    damaged(&serialize(tensors(), None).unwrap(), "not written by downslope");
    let with = |entries: &[(&str, &str)]| {
        let entries: HashMap<_, _> = entries.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        serialize(tensors(), Some(entries)).unwrap()
    };
    damaged(&with(&[("format", "pt")]), "not written by downslope");
    damaged(&with(&[("downslope", "{}"), ("format", "2")]), "newer version");
    damaged(&with(&[("downslope", "{}"), ("format", "pt")]), "unknown format 'pt'");
    damaged(&with(&[("downslope", "{}"), ("format", "1")]), "checksum is missing");
    let moved = format!(r#"{{"__metadata__":{{"format":"1","downslope":"{{}}","checksum":"{:064}"}}}}"#, 0);
    damaged(&[&(moved.len() as u64).to_le_bytes(), moved.as_bytes()].concat(), "rewritten");
}

#[test]
fn paths_that_cannot_be_used() {
    let folder = Folder::new("paths");
    let missing = folder.file("none");
    refused(read(&missing), &["cannot read", &missing.display().to_string(), "os error"]);
    refused(read(&folder.0), &["cannot read", "folder"]);
    refused(write(&folder.0, &small(), "{}"), &["cannot write", "folder"]);
    refused(write(Path::new(""), &small(), "{}"), &["not the name of a file"]);
    refused(write(&missing.join("file"), &small(), "{}"), &["none", "does not exist"]);
    let long = folder.file(&"x".repeat(300));
    refused(write(&long, &small(), "{}"), &["cannot write", "os error"]);
    assert!(folder.names().is_empty(), "{:?}", folder.names());
    fs::write(folder.file("text"), "some text, surely longer than eight bytes").unwrap();
    refused(read(&folder.file("text")), &["text'", "not a safetensors file"]);
}

#[test]
fn misuse_is_refused() {
    let folder = Folder::new("misuse");
    for tensors in [[("a", &[1][..], &[1.0][..]), ("a", &[1], &[1.0])], [("a", &[1], &[1.0]), ("b", &[2], &[1.0])]] {
        assert_eq!(write(&folder.file("file"), &tensors, "{}").unwrap_err().code, Code::Internal);
    }
    assert!(folder.names().is_empty());
}

#[cfg(unix)]
#[test]
fn links_stay_links() {
    let folder = Folder::new("links");
    let (file, link) = (folder.file("file"), folder.file("link"));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    write(&link, &small(), METADATA).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(read(&file).unwrap().1, METADATA);
}

#[test]
fn concurrent_writers_leave_one_whole_file() {
    let folder = Folder::new("concurrent");
    let path = folder.file("file");
    write(&path, &small(), "{}").unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4u8 {
            let path = &path;
            scope.spawn(move || {
                let values = vec![f32::from(writer); 5000];
                for _ in 0..10 {
                    write(path, &[("a", &[5000], &values)], &writer.to_string()).unwrap();
                }
            });
        }
        for _ in 0..100 {
            let (tensors, metadata) = read(&path).unwrap();
            assert!(metadata == "{}" || tensors[0].2.iter().all(|value| value.to_string() == metadata));
        }
    });
    assert_eq!(folder.names(), ["file"]);
}
