//! Initial weights as functions of (initializer, shape, seed, name).
