use super::*;

#[test]
fn exp_is_exact_enough_and_never_zero() {
    for index in 0..=70_000 {
        let x = -f64::from(index) * 0.01;
        assert!((exp(x) / libm::exp(x) - 1.0).abs() < 1e-11, "{x}");
    }
    assert_eq!(exp(0.0), 1.0);
    assert_eq!([exp(f64::NEG_INFINITY), exp(-1e9)], [exp(-700.0); 2]);
}
