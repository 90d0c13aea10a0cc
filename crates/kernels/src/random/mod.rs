//! Random numbers as pure functions of (seed, stream, counter): Philox 4x32-10.
