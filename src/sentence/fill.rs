//! Templates: placeholders in braces, filled in one pass, so that a value with braces stays as it
//! is.

/// The template with its placeholders replaced. A placeholder without a value stays.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        text += before;
        match values.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => text += value,
            None => text = text + "{" + name + "}",
        }
        rest = behind;
    }
    text + rest
}

/// Whether every brace is closed and every placeholder is among `allowed`, names with blanks
/// between.
pub(super) fn is_sound(template: &str, allowed: &str) -> bool {
    let mut rest = template;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { return false };
        if !allowed.split(' ').any(|known| known == name) || name.is_empty() {
            return false;
        }
        rest = behind;
    }
    true
}
