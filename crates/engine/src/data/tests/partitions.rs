use super::*;
use downslope_kernels::random::Stream;

/// How many rows of each class a view has.
fn classes(data: &Dataset) -> Vec<usize> {
    let Some(Column { values: Values::U32(ids), classes, .. }) = data.column_of(Role::Label) else { panic!() };
    let mut counts = vec![0; *classes];
    located(data).into_iter().for_each(|row| counts[ids[row] as usize] += 1);
    counts
}

fn sizes(parts: &[Dataset]) -> Vec<usize> {
    parts.iter().map(Dataset::rows).collect()
}

/// Random labels: some classes common, some rare.
fn random(seed: u64) -> Dataset {
    let stream = Stream::new(seed, "test");
    let (rows, classes) = (20 + stream.below(0, 200), 1 + stream.below(1, 12));
    let mut ids: Vec<u32> =
        (0..rows).map(|row| stream.below(2 + row, stream.below(1000 + row, classes) + 1) as u32).collect();
    ids[0] = classes as u32 - 1;
    labelled(&ids)
}

#[test]
fn split_sizes() {
    let sizes_of = |rows, fractions: &[f64]| sizes(&plain(rows).split(fractions, 0, false, true).unwrap());
    assert_eq!(sizes_of(10, &[0.8, 0.2]), [8, 2]);
    assert_eq!(sizes_of(100, &[0.29, 0.71]), [29, 71]);
    assert_eq!(sizes_of(10, &[0.1; 10]), [1; 10]);
    assert_eq!(sizes_of(10, &[0.333_333_3; 3]), [3, 4, 3]);
    assert_eq!(sizes_of(10, &[0.5, 0.2]), [5, 2]);
    assert_eq!(sizes_of(1, &[1.0]), [1]);
    assert_eq!(sizes_of(150, &[1.0 - 0.2, 0.2]), [120, 30]);
}

#[test]
fn split_is_disjoint_complete_and_seeded() {
    for seed in 0..50 {
        let data = random(seed);
        for stratify in [false, true] {
            let parts = data.split(&[0.6, 0.4], seed, stratify, true).unwrap();
            let rows: Vec<_> = parts.iter().map(located).collect();
            let mut all = rows.concat();
            all.sort_unstable();
            assert!(all.into_iter().eq(0..data.rows()));
            let again = data.split(&[0.6, 0.4], seed, stratify, true).unwrap();
            assert_eq!(rows, again.iter().map(located).collect::<Vec<_>>());
            let other = data.split(&[0.6, 0.4], seed + 1, stratify, true).unwrap();
            assert_ne!(rows[0], located(&other[0]));
        }
    }
}

#[test]
fn split_spreads_classes() {
    for seed in 0..200 {
        let data = random(seed);
        let whole = classes(&data);
        for fraction in [0.1, 0.25, 0.5, 0.8] {
            let parts = data.split(&[1.0 - fraction, fraction], seed, true, seed % 2 == 0).unwrap();
            let share = parts[1].rows() as f64 / data.rows() as f64;
            for (part, all) in classes(&parts[1]).iter().zip(&whole) {
                assert!((*part as f64 - *all as f64 * share).abs() < 1.0, "{seed} {fraction}: {part} of {all}");
            }
        }
    }
}

#[test]
fn without_shuffling_rows_keep_their_order() {
    let parts = plain(10).split(&[0.7, 0.3], 3, false, false).unwrap();
    assert_eq!((located(&parts[0]), located(&parts[1])), ((0..7).collect(), (7..10).collect()));
    let parts = labelled(&[0, 0, 0, 0, 1, 1, 1, 1]).split(&[0.5, 0.5], 3, true, false).unwrap();
    assert_eq!((located(&parts[0]), located(&parts[1])), (vec![0, 1, 4, 5], vec![2, 3, 6, 7]));
}

#[test]
fn split_refuses() {
    let data = plain(10);
    let split = |fractions: &[f64]| data.split(fractions, 0, false, true);
    refused(split(&[]), Code::Option, &["at least one"]);
    for bad in [0.0, -0.5, f64::NAN, f64::INFINITY, 1.5] {
        refused(split(&[0.5, bad]), Code::Option, &["above 0", &bad.to_string()]);
    }
    refused(split(&[0.7, 0.4]), Code::Option, &["[0.7, 0.4]", "sum 1.1"]);
    refused(split(&[0.99, 0.01]), Code::Data, &["0.01", "10 rows"]);
}

#[test]
fn folds_cover_every_row_once() {
    for seed in 0..50 {
        let data = random(seed);
        for (k, stratify, shuffle) in [(2, true, true), (5, true, false), (7, false, true), (20, false, false)] {
            let folds = data.folds(k, seed, stratify, shuffle).unwrap();
            let mut seen = vec![0; data.rows()];
            for (train, validation) in &folds {
                located(validation).into_iter().for_each(|row| seen[row] += 1);
                let mut both = [located(train), located(validation)].concat();
                both.sort_unstable();
                assert!(both.into_iter().eq(0..data.rows()));
            }
            assert!(seen.iter().all(|count| *count == 1));
            let sizes: Vec<_> = folds.iter().map(|(_, validation)| validation.rows()).collect();
            assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{sizes:?}");
            let spread: Vec<_> = folds.iter().map(|(_, validation)| classes(validation)).collect();
            for class in 0..if stratify { spread[0].len() } else { 0 } {
                let counts = spread.iter().map(|counts| counts[class]);
                assert!(counts.clone().max().unwrap() - counts.min().unwrap() <= 1);
            }
        }
    }
}

/// As scikit-learn's `KFold(3)` and `StratifiedKFold(3)` without shuffling.
#[test]
fn folds_in_order() {
    let validation = |data: &Dataset, stratify| -> Vec<_> {
        data.folds(3, 0, stratify, false).unwrap().iter().map(|(_, validation)| located(validation)).collect()
    };
    assert_eq!(validation(&plain(10), true), [vec![0, 1, 2, 3], vec![4, 5, 6], vec![7, 8, 9]]);
    let data = labelled(&[0, 1, 0, 1, 0, 1, 0, 0, 1]);
    assert_eq!(validation(&data, true), [[0, 1, 2], [3, 4, 6], [5, 7, 8]]);
    assert_eq!(validation(&data, false), [[0, 1, 2], [3, 4, 5], [6, 7, 8]]);
}

#[test]
fn folds_refuse() {
    refused(plain(10).folds(1, 0, false, true), Code::Option, &["at least 2", "received 1"]);
    refused(plain(10).folds(11, 0, false, true), Code::Data, &["at least 11 rows", "received 10"]);
}

/// Partitions of a view depend on its rows, not on where they lie in the base.
#[test]
fn views_are_partitioned_like_bases() {
    let (base, same) = (labelled(&[1, 0, 2, 0, 1, 0, 2, 0, 1, 2, 0, 0]), labelled(&[0, 0, 1, 0, 1, 2]));
    let view = base.subset(&[1, 3, 4, 5, 8, 9]).unwrap();
    let back = |data: &Dataset| -> Vec<usize> {
        located(data).iter().map(|row| view.view().unwrap().iter().position(|r| *r as usize == *row).unwrap()).collect()
    };
    for stratify in [true, false] {
        let parts = view.split(&[0.5, 0.5], 4, stratify, true).unwrap();
        let expected = same.split(&[0.5, 0.5], 4, stratify, true).unwrap();
        assert_eq!(parts.iter().map(back).collect::<Vec<_>>(), expected.iter().map(located).collect::<Vec<_>>());
        let folds = view.folds(3, 4, stratify, true).unwrap();
        for ((_, one), (_, other)) in folds.iter().zip(same.folds(3, 4, stratify, true).unwrap()) {
            assert_eq!(back(one), located(&other));
        }
    }
}

#[test]
fn is_pinned() {
    let data = labelled(&[0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2]);
    let parts = data.split(&[0.75, 0.25], 7, true, true).unwrap();
    assert_eq!(located(&parts[1]), [5, 8, 9]);
    assert_eq!(located(&data.folds(4, 7, true, true).unwrap()[0].1), [4, 5, 6]);
}
