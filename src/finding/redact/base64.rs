//! Secrets in base64: a kubeconfig, the credentials file of a cloud, a playbook. What is inside decides.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::MASK;

/// Shorter runs hold no credential that could be told from a name.
const SHORTEST: usize = 32;
/// More of a run is not looked into.
const LONGEST: usize = 64 << 10;

#[expect(clippy::expect_used, reason = "the expression is a constant that a unit test compiles")]
static RUN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[A-Za-z0-9+/_-]{32,}={0,2}").expect("constant pattern"));

/// Masks the runs whose content holds a secret; `None` when there is none.
pub(super) fn mask(text: &str, holds_secret: impl Fn(&str) -> bool) -> Option<String> {
    if text.len() < SHORTEST {
        return None;
    }
    let mut found = false;
    let masked = RUN.replace_all(text, |captures: &Captures<'_>| {
        let run = captures.get(0).map_or("", |run| run.as_str());
        if decode(run).is_some_and(|inner| holds_secret(&inner)) {
            found = true;
            return MASK.to_owned();
        }
        run.to_owned()
    });
    found.then(|| masked.into_owned())
}

/// The text inside, if it is text.
fn decode(run: &str) -> Option<String> {
    let run = run.trim_end_matches('=');
    let run = run.get(..run.len().min(LONGEST))?;
    let mut bytes = Vec::with_capacity(run.len() / 4 * 3 + 2);
    let (mut bits, mut held) = (0_u32, 0);
    for byte in run.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            _ => 63,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).unwrap_or_default());
        }
    }
    // A run that was cut may end inside a character.
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let whole = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            if whole + 4 < bytes.len() {
                return None;
            }
            bytes.truncate(whole);
            String::from_utf8(bytes).ok()?
        }
    };
    let is_text = text.chars().all(|c| !c.is_control() || c.is_ascii_whitespace());
    is_text.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inside_decides() {
        // [default]\naws_secret_access_key=…
        let run = "W2RlZmF1bHRdCmF3c19zZWNyZXRfYWNjZXNzX2tleT13SmFsclhVdG5GRU1JSzdNREVORwo=";
        assert!(decode(run).unwrap().contains("aws_secret_access_key"));
        assert_eq!(mask(&format!("cloud: {run}"), |text| text.contains("secret")).as_deref(), Some("cloud: [redacted]"));
        assert_eq!(mask(&format!("cloud: {run}"), |_| false), None);
        assert_eq!(mask("4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945", |_| true), None, "bytes are no text");
    }
}
