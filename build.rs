//! Build script of the addon: linker settings for Node-API.
fn main() {
    napi_build::setup();
}
