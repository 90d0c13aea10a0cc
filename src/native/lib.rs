//! The native half of the border between TypeScript and the engine.
