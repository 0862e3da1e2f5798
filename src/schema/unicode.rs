//! Unicode's composed form (NFC) and letter case, for texts that are not ASCII. In wasm JavaScript
//! does it: it has the tables, so they are not downloaded.

pub(super) use platform::{composed, folded};

#[cfg(not(target_family = "wasm"))]
mod platform {
    use unicode_normalization::UnicodeNormalization;

    pub(crate) fn composed(text: &str) -> String {
        text.nfc().collect()
    }

    /// Composed, in lower case.
    pub(crate) fn folded(text: &str) -> String {
        composed(text).to_lowercase()
    }
}

#[cfg(all(target_family = "wasm", feature = "wasm"))]
mod platform {
    use js_sys::JsString;

    pub(crate) fn composed(text: &str) -> String {
        JsString::from(text).normalize("NFC").into()
    }

    pub(crate) fn folded(text: &str) -> String {
        JsString::from(text).normalize("NFC").to_lower_case().into()
    }
}

/// Wasm without JavaScript: texts that are not ASCII are compared as they stand.
#[cfg(all(target_family = "wasm", not(feature = "wasm")))]
mod platform {
    pub(crate) fn composed(text: &str) -> String {
        text.into()
    }

    pub(crate) fn folded(text: &str) -> String {
        text.into()
    }
}
