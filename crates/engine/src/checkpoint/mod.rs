//! Safetensors files in and out, with a checksum over header and data.
