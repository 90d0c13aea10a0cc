//! Metrics over whole sets, collected batch by batch.
