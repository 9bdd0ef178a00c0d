//! Secrets that take more than one line.

use std::borrow::Cow;

use super::{MASK, Redactor, is_revealed};

/// Masks the lines of one text in order, and remembers what a line began.
#[derive(Debug, Default)]
pub struct Lines {
    in_key: bool,
    /// Indentation of a name whose value is the block of lines below it.
    block: Option<usize>,
    /// The line before named an environment variable that holds a secret.
    named: bool,
}

impl Lines {
    /// Masks the next line, and says how many secrets were in it.
    pub fn line<'t>(&mut self, text: &'t str) -> (Cow<'t, str>, u32) {
        if is_revealed() {
            return (Cow::Borrowed(text), 0);
        }
        let indent = text.len() - text.trim_start().len();
        if self.in_key {
            self.in_key = !text.contains("-----END");
            return masked_from(text, indent);
        }
        if self.block.is_some_and(|name| indent > name || text.trim().is_empty()) {
            return if text.trim().is_empty() { (Cow::Borrowed(text), 0) } else { masked_from(text, indent) };
        }
        self.block = None;
        let (key, value) = pair(text);
        let named = std::mem::replace(&mut self.named, key == "name" && Redactor::is_secret_name(value.trim_matches(['"', '\'', ','])));
        let is_block = value.starts_with(['|', '>']) && value.len() <= 3;
        let named = named && key == "value" && !value.is_empty();
        if named && !is_block {
            let at = text.trim_end().len() - value.len();
            return masked_from(text, at);
        }
        if is_block && (named || Redactor::is_secret_name(key)) {
            self.block = Some(indent);
            return (Cow::Borrowed(text), 0);
        }
        // A whole key on one line ends there.
        self.in_key = text.rfind("PRIVATE KEY").is_some_and(|_| text.contains("-----BEGIN") && !text.contains("-----END"));
        Redactor::line(text)
    }
}

/// Key and value of a line of YAML; the key without the dash of a list.
fn pair(text: &str) -> (&str, &str) {
    let text = text.trim().trim_start_matches("- ").trim_start();
    let (key, value) = text.split_once(':').unwrap_or((text, ""));
    (key.trim_matches(['"', '\'']), value.trim())
}

fn masked_from(text: &str, at: usize) -> (Cow<'static, str>, u32) {
    let kept = text.get(..at).unwrap_or_default();
    (Cow::Owned(format!("{kept}{MASK}")), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let mut lines = Lines::default();
        text.lines().map(|line| lines.line(line).0.into_owned()).collect()
    }

    #[test]
    fn every_line_of_a_key_is_masked_and_what_follows_is_not() {
        let masked =
            all("  tls.key: |\n    -----BEGIN RSA PRIVATE KEY-----\n    short\n    MIIEow==\n    -----END RSA PRIVATE KEY-----\n  type: Opaque");
        assert_eq!(masked[2], "    [redacted]");
        assert_eq!(masked[3], "    [redacted]");
        assert_eq!(masked[5], "  type: Opaque");
    }

    #[test]
    fn a_password_in_a_block_and_one_behind_its_name_are_masked() {
        assert_eq!(all("password: |-\n  hunter2\n\n  more\nuser: me"), ["password: |-", "  [redacted]", "", "  [redacted]", "user: me"]);
        let env = all("- name: DB_PASSWORD\n  value: pw: x\n- name: COLOUR\n  value: green");
        assert_eq!(env, ["- name: DB_PASSWORD", "  value: [redacted]", "- name: COLOUR", "  value: green"]);
        let json = all("{\n  \"name\": \"DB_PASSWORD\",\n  \"value\": \"hunter22\"\n}");
        assert_eq!(json, ["{", "  \"name\": \"DB_PASSWORD\",", "  \"value\": [redacted]", "}"]);
        let block = all("- name: DB_PASSWORD\n  value: |-\n    hunter22\n- name: COLOUR");
        assert_eq!(block, ["- name: DB_PASSWORD", "  value: |-", "    [redacted]", "- name: COLOUR"]);
    }
}
