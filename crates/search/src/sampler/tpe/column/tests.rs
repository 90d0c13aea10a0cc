use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kernel {
    unit: f64,
    bandwidth: f64,
    at: Vec<f64>,
    log_densities: Vec<f64>,
    edges: Vec<f64>,
    masses: Vec<f64>,
}

#[test]
fn kernels_are_those_of_scipy() {
    let golden: serde_json::Value = serde_json::from_str(include_str!("../golden.json")).unwrap();
    let kernels: Vec<Kernel> = Vec::deserialize(&golden["kernels"]).unwrap();
    assert_eq!(kernels.len(), 6);
    for Kernel { unit, bandwidth, at, log_densities, edges, masses: expected } in kernels {
        for (x, expected) in at.iter().zip(log_densities) {
            let q = (x - unit) / bandwidth;
            let ours = constant(unit, bandwidth) - 0.5 * q * q;
            assert!(
                (ours - expected).abs() < 1e-11 * expected.abs().max(1.0),
                "{unit} {bandwidth} {x}: {ours} {expected}"
            );
        }
        for (ours, expected) in masses(&edges, unit, bandwidth).iter().zip(expected) {
            // in logarithms, so that masses of the tails count as much
            assert!((ours - expected.ln()).abs() < 1e-10 * expected.ln().abs().max(1.0), "{unit} {bandwidth}: {ours}");
        }
    }
}
