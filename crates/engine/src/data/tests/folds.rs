use super::*;

fn rows_of(data: &Dataset) -> Vec<u32> {
    located(data).into_iter().map(|row| row as u32).collect()
}

#[test]
fn the_same_rows_as_folds_and_splits() {
    let ids: Vec<u32> = (0..103).map(|row| (row * row) % 5).collect();
    let data = labelled(&ids);
    for (stratify, shuffle) in [(true, true), (true, false), (false, true), (false, false)] {
        let rule = FoldRule::KFold { k: 4, seed: 3, stratify, shuffle };
        let drawn = data.fold_rows(rule, &[]).unwrap();
        for ((train, validation), rows) in data.folds(4, 3, stratify, shuffle).unwrap().iter().zip(&drawn) {
            assert_eq!((rows_of(train), rows_of(validation)), (rows.train.clone(), rows.validation.clone()));
        }
        let rule = FoldRule::Holdout { fraction: 0.3, seed: 3, stratify, shuffle };
        let [rows] = &data.fold_rows(rule, &[]).unwrap()[..] else { panic!() };
        let parts = data.split(&[0.7, 0.3], 3, stratify, shuffle).unwrap();
        assert_eq!((rows_of(&parts[0]), rows_of(&parts[1])), (rows.train.clone(), rows.validation.clone()));
    }
}

/// Places are those in the view, not in the base.
#[test]
fn of_a_view() {
    let data = plain(20).subset(&[19, 17, 15, 13, 11, 9]).unwrap();
    let rule = FoldRule::KFold { k: 3, seed: 0, stratify: false, shuffle: false };
    let drawn = data.fold_rows(rule, &[]).unwrap();
    assert_eq!(drawn[1], FoldRows { train: vec![0, 1, 4, 5], validation: vec![2, 3] });
    assert_eq!(rows_of(&data.subset(&drawn[1].validation).unwrap()), [15, 13]);
}

#[test]
fn groups_stay_together() {
    let groups = [0, 0, 1, 2, 2, 2, 3, 3, 1, 4];
    let drawn = plain(10).fold_rows(FoldRule::GroupKFold { k: 3 }, &groups).unwrap();
    // 2 (3 rows), then 3, 1 and 0 (2 rows each), then 4: 3, 2 + 2, 2 + 1
    let validation: Vec<_> = drawn.into_iter().map(|fold| fold.validation).collect();
    assert_eq!(validation, [vec![3, 4, 5], vec![0, 1, 6, 7], vec![2, 8, 9]]);
    refused(plain(10).fold_rows(FoldRule::GroupKFold { k: 6 }, &groups), Code::Data, &["6 groups", "received 5"]);
    refused(plain(9).fold_rows(FoldRule::GroupKFold { k: 3 }, &groups), Code::Data, &["10 groups for 9 rows"]);
}

#[test]
fn time_goes_on() {
    let split = |rows, gap, test_size, max_train_size| {
        plain(rows).fold_rows(FoldRule::TimeSeriesSplit { k: 3, gap, test_size, max_train_size }, &[])
    };
    let fold = |train: std::ops::Range<u32>, validation: std::ops::Range<u32>| FoldRows {
        train: train.collect(),
        validation: validation.collect(),
    };
    assert_eq!(split(6, 0, None, None).unwrap(), [fold(0..3, 3..4), fold(0..4, 4..5), fold(0..5, 5..6)]);
    assert_eq!(split(12, 2, Some(2), Some(3)).unwrap(), [fold(1..4, 6..8), fold(3..6, 8..10), fold(5..8, 10..12)]);
    refused(split(3, 0, None, None), Code::Data, &["more than 3 rows"]);
    refused(split(12, 6, Some(2), None), Code::Data, &["gap of 6", "more than 12 rows"]);
}

#[test]
fn fingerprints() {
    let data = labelled(&[0, 1, 2, 1]);
    assert_eq!(data.fingerprint(), labelled(&[0, 1, 2, 1]).fingerprint());
    assert_eq!(data.fingerprint(), data.subset(&[0, 1, 2, 3]).unwrap().fingerprint());
    let others = [
        labelled(&[0, 1, 2, 2]),
        labelled(&[0, 1, 2]),
        data.subset(&[0, 1, 3, 2]).unwrap(),
        data.take(3).unwrap(),
        plain(4),
    ];
    for other in others {
        assert_ne!(data.fingerprint(), other.fingerprint());
    }
}

#[test]
fn rows_of_classes() {
    let data = labelled(&[0, 1, 2, 1]);
    assert_eq!(data.class_rows(), [1, 2, 1]);
    assert_eq!(data.subset(&[1, 3]).unwrap().class_rows(), [0, 2, 0]);
    assert!(plain(3).class_rows().is_empty());
}
