//! The bytes of a model file: what is read is written again as the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tenure::artifact::{read, write};

fuzz_target!(|file: &[u8]| {
    let Ok(artifact) = read(file) else { return };
    let written = write(&artifact).expect("what was read can be written");
    let again = read(&written).expect("what was written can be read");
    assert_eq!(again.document, artifact.document);
    assert_eq!(again.network.parts(), artifact.network.parts());
    assert_eq!(write(&again).expect("it can be written again"), written);
});
