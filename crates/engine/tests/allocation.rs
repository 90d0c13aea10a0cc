//! A step allocates nothing: a hundred steps in one call take as many allocations as one.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use common::random::{Kind, network};
use common::{Numbers, dataset};
use downslope_engine::network::Network;
use downslope_engine::trainer::Trainer;
use serde_json::json;

struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: hands everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::SeqCst);
        // SAFETY: the caller's layout.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::SeqCst);
        // SAFETY: the caller's layout.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, p: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::SeqCst);
        // SAFETY: the caller's pointer and layout.
        unsafe { System.realloc(p, layout, size) }
    }
    unsafe fn dealloc(&self, p: *mut u8, layout: Layout) {
        // SAFETY: the caller's pointer and layout.
        unsafe { System.dealloc(p, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of `steps` steps in one call, in the middle of an epoch.
fn allocations(trainer: &mut Trainer, row: &[f64], steps: usize) -> usize {
    let cancel = AtomicBool::new(false);
    let before = COUNT.load(Ordering::SeqCst);
    let done = trainer.advance(row, steps, 1e6, &cancel).expect("steps");
    let after = COUNT.load(Ordering::SeqCst);
    assert!(done.steps == steps && !done.diverged && done.epochs.len() == 1);
    after - before
}

// the only test of this program: another one would allocate meanwhile
#[test]
fn a_step_allocates_nothing() {
    for seed in 0..24 {
        let r = &mut Numbers(seed);
        // small batches, and one that runs in two pieces
        let (batch, rows, few, many) = if seed % 8 == 7 { (1100, 9000, 1, 3) } else { (r.range(1, 9), 2000, 1, 101) };
        let (mut net, columns) = network(r, Kind { dropout: true, regularizers: true, width: 20 }, rows);
        if seed % 3 == 0 {
            net.parameters[0]["regularizer"] = json!({ "l1": 0.001, "proximal": true });
            net.parameters[0]["constraint"] = json!({ "maxNorm": 0.5 });
        }
        let rule = r.pick(downslope_kernels::update::RULES);
        let row: Vec<f64> =
            rule.hyperparameters.iter().map(|n| if *n == "learningRate" { 1e-4 } else { 0.5 }).collect();
        let mut options = json!({ "optimizer": { "kind": rule.name }, "batchSize": batch, "threads": 1 + seed % 2, "metrics": ["accuracy"] });
        if seed % 4 == 1 {
            options["clipNorm"] = json!(0.1);
        }
        let network = Network::initialize(&net.json(), seed).expect("a network");
        let mut trainer =
            Trainer::new(&network, &net.json(), dataset(&columns), None, &options.to_string()).expect("a trainer");
        allocations(&mut trainer, &row, 1);
        let one = allocations(&mut trainer, &row, few);
        let all = allocations(&mut trainer, &row, many);
        assert_eq!(all, one, "seed {seed}: {many} steps and {few}");
        // the record is one
        assert!((1..=8).contains(&one), "{one} allocations in a call");
    }
}
