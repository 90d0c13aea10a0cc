//! What the tests share: numbers, graphs, data, and an interpreter of graphs in 64 bits to compare with.
#![allow(dead_code, reason = "each test program uses a part")]

pub mod general;
pub mod mixed;
pub mod net;
pub mod random;
pub mod reference;

use std::collections::HashMap;

use downslope_engine::data::{Column, Dataset, Role, Values};
use downslope_engine::network::{Feed, Network, Output, Transform};

/// A small generator (splitmix64); its quality does not matter here.
#[derive(Clone, Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// Uniform in [-1, 1).
    pub fn unit(&mut self) -> f32 {
        (self.word() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }
    /// n values uniform in [-scale, scale).
    pub fn vec(&mut self, n: usize, scale: f32) -> Vec<f32> {
        (0..n).map(|_| self.unit() * scale).collect()
    }
    /// Uniform in `from..to`.
    pub fn range(&mut self, from: usize, to: usize) -> usize {
        from + (self.word() % (to - from) as u64) as usize
    }
    /// True in one of n cases.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.range(0, n) == 0
    }
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.range(0, list.len())]
    }
    /// Rows of a batch: small ones, and those at the edges of blocks and pieces.
    pub fn rows(&mut self) -> usize {
        const EDGES: [usize; 6] = [255, 256, 257, 1023, 1024, 1025];
        if self.one_in(8) { *self.pick(&EDGES) } else { self.range(1, 71) }
    }
    /// A width: often at the edges of vectors and panels.
    pub fn width(&mut self) -> usize {
        const EDGES: [usize; 9] = [1, 15, 16, 17, 31, 32, 33, 48, 65];
        if self.one_in(3) { *self.pick(&EDGES) } else { self.range(1, 68) }
    }
}

/// A column of floats.
pub fn floats(name: &str, shape: &[usize], values: Vec<f32>) -> Column {
    let role = if name.starts_with("target") { Role::Target } else { Role::Input };
    Column { name: name.to_owned(), role, shape: shape.to_vec(), values: Values::F32(values), classes: 0 }
}

/// A column of bytes.
pub fn bytes(name: &str, shape: &[usize], values: Vec<u8>) -> Column {
    Column { name: name.to_owned(), role: Role::Input, shape: shape.to_vec(), values: Values::U8(values), classes: 0 }
}

/// A column of labels.
pub fn labels(name: &str, classes: usize, values: Vec<u32>) -> Column {
    Column { name: name.to_owned(), role: Role::Label, shape: vec![], values: Values::U32(values), classes }
}

/// A column of row weights.
pub fn weights(values: Vec<f32>) -> Column {
    Column { name: "weights".to_owned(), role: Role::Weight, shape: vec![], values: Values::F32(values), classes: 0 }
}

/// A data set that must be right.
pub fn dataset(columns: &[Column]) -> Dataset {
    Dataset::new(columns.to_vec()).expect("a data set of the tests")
}

/// Parameters and states of a network by name.
pub fn tensors(network: &Network) -> HashMap<String, Vec<f64>> {
    let read =
        |name: &str| network.tensor(name).expect("a tensor by its own name").iter().map(|x| f64::from(*x)).collect();
    network.tensors().into_iter().map(|t| (t.name.clone(), read(&t.name))).collect()
}

/// Predicts with all columns that the network has inputs for.
pub fn predict(network: &Network, columns: &[Column]) -> Vec<Output> {
    let inputs: Vec<String> = (serde_json::from_str::<serde_json::Value>(network.graph()).expect("JSON")["inputs"]
        .as_array())
    .map_or(vec![], |l| l.iter().map(|i| i["name"].as_str().unwrap_or_default().to_owned()).collect());
    let feeds: Vec<Feed<'_>> = (columns.iter().filter(|c| inputs.contains(&c.name)))
        .map(|c| Feed { name: &c.name, shape: &c.shape, values: c.values.view() })
        .collect();
    network.predict(&feeds, Transform::None, 1).expect("a prediction")
}

/// The bits, with all NaN made one (payloads are exempt from the bit contract).
pub fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|x| if x.is_nan() { 0x7fc0_0000 } else { x.to_bits() }).collect()
}

/// The bits of all tensors of a network.
pub fn all_bits(network: &Network) -> Vec<(String, Vec<u32>)> {
    network.tensors().into_iter().map(|t| (t.name.clone(), bits(&network.tensor(&t.name).expect("a tensor")))).collect()
}

/// Fails where `got` is further from `want` than `tolerance` times (1 + the largest magnitude of `want`): errors of a sum are relative to
/// its terms, and those are of the size of the tensor rather than of the element.
pub fn close(got: &[f32], want: &[f64], tolerance: f64, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}: lengths");
    let scale = 1.0 + want.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    for (i, (x, y)) in got.iter().zip(want).enumerate() {
        assert!(
            (f64::from(*x) - y).abs() <= tolerance * scale,
            "element {i}: {x}, should be {y} (scale {scale}): {what}"
        );
    }
}
