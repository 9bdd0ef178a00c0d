//! Takes secrets out of text, and control characters out of everything.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What stands where a secret stood.
pub const MASK: &str = "[redacted]";

/// Knows how secrets look.
#[derive(Debug)]
pub struct Redactor;

/// A form of secret. The group `keep` stays, the rest of the match is masked.
struct Form {
    /// Bytes that must be there before the expression is worth running.
    hints: &'static [&'static str],
    regex: Regex,
}

#[expect(clippy::expect_used, reason = "the expressions are constants that a unit test compiles")]
fn form(hints: &'static [&'static str], pattern: &str) -> Form {
    Form { hints, regex: Regex::new(pattern).expect("constant pattern") }
}

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    vec![
        form(&["earer "], r"(?P<keep>(?i:bearer)\s+)[A-Za-z0-9._~+/=-]{8,}"),
        form(&["eyJ"], r"(?P<keep>)eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?"),
        form(&["AKIA", "ASIA"], r"(?P<keep>)\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
        form(
            &["ignature", "redential", "ecurity-Token", "sig=", "AWSAccessKeyId"],
            r"(?P<keep>(?:X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token|X-Goog-Signature|X-Goog-Credential|AWSAccessKeyId|Signature|[?&]sig)=)[^&\s\x22'\\]+",
        ),
        form(&["://"], r"(?P<keep>[a-z][a-z0-9+.-]*://[^\s/:@]+:)[^\s/@]+(?P<tail>@)"),
        form(
            &[
                "assword",
                "ASSWORD",
                "ecret",
                "ECRET",
                "oken",
                "OKEN",
                "apikey",
                "api_key",
                "ApiKey",
                "private_key",
                "account_key",
                "AccountKey",
                "access_key",
            ],
            r#"(?P<keep>(?i:password|passwd|secret[_-]?(?:access[_-]?)?key|access[_-]?key|client[_-]?secret|saToken|(?:refresh|access|id|auth|session)?[_-]?token|api[_-]?key|account[_-]?key|private[_-]?key)["']?\s*[:=]\s*["']?)[A-Za-z0-9+/=._~!@#$%^&*-]{6,}"#,
        ),
        form(&["sha256~"], r"(?P<keep>)sha256~[A-Za-z0-9_-]{16,}"),
        form(&["-----BEGIN"], r"(?P<keep>-----BEGIN [A-Z ]*PRIVATE KEY-----).*"),
        form(&["PRIVATE"], r"(?P<keep>)[A-Za-z0-9+/=\\n]*-----END [A-Z ]*PRIVATE KEY-----"),
    ]
});

impl Redactor {
    /// Masks every secret of a line and says how many there were.
    pub fn line(text: &str) -> (Cow<'_, str>, u32) {
        let mut out = Cow::Borrowed(text);
        let mut found = 0;
        for form in FORMS.iter() {
            if !form.hints.iter().any(|hint| out.contains(hint)) {
                continue;
            }
            let replaced = form.regex.replace_all(&out, |captures: &Captures<'_>| {
                let keep = captures.name("keep").map_or("", |m| m.as_str());
                let whole = captures.get(0).map_or("", |m| m.as_str());
                if whole[keep.len()..].starts_with(MASK) {
                    return whole.to_owned();
                }
                found += 1;
                format!("{keep}{MASK}{}", captures.name("tail").map_or("", |m| m.as_str()))
            });
            if let Cow::Owned(replaced) = replaced {
                out = Cow::Owned(replaced);
            }
        }
        (out, found)
    }
}

/// Writes control characters, escape sequences and bidirectional overrides as visible text.
pub fn escape_control(text: &str) -> String {
    let harmless = |c: char| !(is_bidi(c) || c.is_control() && c != '\t');
    if text.chars().all(harmless) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if harmless(c) {
            out.push(c);
        } else {
            out.extend(c.escape_unicode());
        }
    }
    out
}

/// Redacts and escapes text that goes into a message, title or remedy.
pub fn clean(text: &str) -> String {
    escape_control(&Redactor::line(text).0)
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_their_names_stay() {
        for (text, secret) in [
            ("Authorization: Bearer abcdef0123456789", "abcdef0123456789"),
            ("token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJl.c2lnbmF0dXJl", "eyJhbGci"),
            ("aws_access_key_id=AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
            ("aws_secret_access_key=wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI"),
            ("GET https://s3/b?X-Amz-Credential=AKIA%2F2026&X-Amz-Signature=deadbeef00", "deadbeef00"),
            ("https://user:hunter22@proxy.example.com/x", "hunter22"),
            ("RESTIC_PASSWORD: static-passw0rd", "static-passw0rd"),
            ("saToken: c29tZXRva2Vu", "c29tZXRva2Vu"),
            ("oc login --token=sha256~abcdefghijklmnopqrstuv", "abcdefghijklmnop"),
            ("-----BEGIN RSA PRIVATE KEY-----MIIEow", "MIIEow"),
        ] {
            let (clean, count) = Redactor::line(text);
            assert!(!clean.contains(secret), "{clean}");
            assert!(count > 0, "{text}");
            assert_eq!(Redactor::line(&clean).0, clean, "masking twice changes nothing");
        }
    }

    #[test]
    fn ordinary_lines_pass_untouched() {
        for text in [
            "unable to open config file: Stat: The specified key does not exist.",
            "Cloud secret has propagated to Velero Pod on [2/2] clusters. Waiting.",
            "restic restore --repo=s3:http://minio.example.com/bucket --password-file=/tmp/credentials",
            "error getting token secret: not found",
        ] {
            assert_eq!(Redactor::line(text).0, text);
        }
    }

    #[test]
    fn escape_sequences_become_visible() {
        assert_eq!(escape_control("a\u{1b}[2Jb\u{202e}c\r"), "a\\u{1b}[2Jb\\u{202e}c\\u{d}");
    }
}
