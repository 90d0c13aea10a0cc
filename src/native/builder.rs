//! `NativeDatasetBuilder`: a data set that grows while its rows come in.

use std::sync::{Mutex, PoisonError};

use downslope_engine::Error;
use downslope_engine::data::Builder;
use napi::Env;
use napi::bindgen_prelude::{Object, ObjectFinalize, Uint32Array};
use napi_derive::napi;

use crate::columns::{NativeColumn, NativePiece};
use crate::dataset::NativeDataset;
use crate::memory::Memory;
use crate::outcome::Outcome;
use crate::spawn::spawn;

/// Columns that grow.
#[napi(custom_finalize)]
pub struct NativeDatasetBuilder {
    builder: Mutex<Option<Builder>>,
    memory: Memory,
}

/// Begins a data set with the first values of each column.
#[napi(catch_unwind, ts_return_type = "Outcome<NativeDatasetBuilder>")]
pub fn create_dataset_builder(env: &Env, columns: Vec<NativeColumn>) -> Outcome<NativeDatasetBuilder> {
    Outcome::of(|| {
        let mut builder = Builder::new("datasetFrom");
        for (index, column) in columns.into_iter().enumerate() {
            column.add_to(&mut builder, index)?;
        }
        let made = NativeDatasetBuilder { memory: Memory::default(), builder: Mutex::new(None) };
        made.memory.set(env, builder.bytes());
        *made.lock() = Some(builder);
        Ok(made)
    })
}

impl NativeDatasetBuilder {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Builder>> {
        self.builder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[napi]
impl NativeDatasetBuilder {
    /// Values that follow in a column.
    #[napi(catch_unwind, ts_return_type = "Outcome<void>")]
    pub fn append(&self, env: &Env, column: u32, piece: NativePiece) -> Outcome<()> {
        Outcome::of(|| {
            let mut held = self.lock();
            let builder = held.as_mut().ok_or_else(|| Error::closed("the data set is finished"))?;
            builder.append(column as usize, piece.borrowed()?)?;
            self.memory.set(env, builder.bytes());
            Ok(())
        })
    }

    /// Joins what came. `classes` has the final ids of each column of labels, in place of the ids by which its values came
    /// in; it is empty for other columns.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeDataset>>")]
    pub fn finish<'env>(&self, env: &'env Env, classes: Vec<Uint32Array>) -> napi::Result<Object<'env>> {
        let builder = self.lock().take();
        self.memory.set(env, 0);
        let classes: Vec<Option<Vec<u32>>> =
            classes.iter().map(|ids| (!ids.is_empty()).then(|| ids.to_vec())).collect();
        spawn(env, move || {
            let builder = builder.ok_or_else(|| Error::closed("the data set is finished"))?;
            Ok(NativeDataset::made(builder.finish(&classes)?))
        })
    }

    /// Frees; idempotent.
    #[napi(catch_unwind)]
    pub fn close(&self, env: &Env) {
        drop(self.lock().take());
        self.memory.set(env, 0);
    }
}

impl ObjectFinalize for NativeDatasetBuilder {
    fn finalize(self, env: Env) -> napi::Result<()> {
        self.close(&env);
        Ok(())
    }
}
