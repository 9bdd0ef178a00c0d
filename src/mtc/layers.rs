//! Splits an error text into its layers: Go wraps errors as `outer: inner: root`.

use std::sync::LazyLock;

use regex::Regex;

/// Tails that say nothing about the cause, cut from the end of a text.
const TAILS: &str = concat!(
    r"(?:",
    r"[:;,]?\s*exit status \d+",
    r"|[:;,]?\s*command terminated with exit code \d+",
    r"|[:;,]?\s*status code: \d+(?:, request id: ?[^\s,]*)?(?:, host id: ?\S*)?",
    r"|[:;,]?\s*request id: \S+(?:, host id: ?\S*)?",
    r"|\s*Is there a repository at the following location\?.*",
    r"|[:;,]?\s*current time \S+ is (?:before|after) \S+",
    r")[\s.,;:]*$"
);

/// Heads that stay with what follows: alone they name only who speaks, or the thing that the next part speaks of.
const HEADS: &str = concat!(
    r"^(?:x509|tls|rpc error|dial (?:tcp|udp)\b.*|(?:read|write) (?:tcp|udp)\b.*|lookup \S+.*|connect|api error \S+",
    r"|Error response code|Code|Message|denied|unauthorized|manifest unknown",
    r"|AccessDenied|AccessDeniedException|NoSuchBucket|NoSuchKey|NoSuchUpload|SignatureDoesNotMatch|InvalidAccessKeyId",
    r"|RequestTimeTooSkewed|AuthorizationHeaderMalformed|BucketRegionError|PermanentRedirect|InvalidBucketName|InvalidToken",
    r"|ExpiredToken|Forbidden|NotFound|BadRequest|SlowDown|ServiceUnavailable|InternalError|MissingRegion|NoCredentialProviders",
    r"|InvalidArgument|MethodNotAllowed|NotImplemented|XMinioStorageFull|EntityTooLarge|QuotaExceeded)$"
);

static TAIL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(TAILS).ok());
static HEAD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(HEADS).ok());

/// The layers of a text, the outermost first; never empty parts, and nothing only for an empty text.
pub fn layers(text: &str) -> Vec<&str> {
    let text = without_tails(text.trim());
    let mut layers = Vec::new();
    let mut start = 0;
    let mut part = 0;
    for at in splits(text) {
        // The last part decides whether more belongs to it: `dial tcp 10.0.0.1:443: connect: connection refused` is one layer.
        if !is_head(&text[part..at]) {
            layers.push(text[start..at].trim());
            start = at + 2;
        }
        part = at + 2;
    }
    layers.push(text[start..].trim());
    layers.retain(|layer| !layer.is_empty());
    layers
}

fn is_head(part: &str) -> bool {
    HEAD.as_ref().is_some_and(|head| head.is_match(part.trim()))
}

fn without_tails(mut text: &str) -> &str {
    let Some(tail) = TAIL.as_ref() else { return text };
    // Each cut costs a pass, so a text made of tails alone must not buy many.
    for _ in 0..8 {
        let Some(found) = tail.find(text) else { break };
        // A text that is nothing but a tail is kept: it is all there is.
        if found.start() == 0 || found.is_empty() {
            break;
        }
        text = text[..found.start()].trim_end();
    }
    text
}

/// Offsets of `": "` outside quotes and brackets. URLs need no care of their own, since they hold no space.
fn splits(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut closers: Vec<(u8, usize)> = Vec::new();
    let mut quote: Option<u8> = None;
    for (at, &byte) in bytes.iter().enumerate() {
        if let Some(open) = quote {
            if byte == open && !escaped(bytes, at) {
                quote = None;
            }
            continue;
        }
        match byte {
            b'"' | b'\'' | b'`' if opens(bytes, at) && closes_later(bytes, at) => quote = Some(byte),
            b'(' | b'[' | b'{' => closers.push((closer(byte), found.len())),
            b')' | b']' | b'}' => {
                if closers.last().is_some_and(|(open, _)| *open == byte)
                    && let Some((_, before)) = closers.pop()
                {
                    // What was found inside a bracket that is closed lay inside it.
                    found.truncate(before);
                }
            }
            b':' if bytes.get(at + 1) == Some(&b' ') => found.push(at),
            _ => {}
        }
    }
    found
}

fn closer(open: u8) -> u8 {
    match open {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

fn escaped(bytes: &[u8], at: usize) -> bool {
    bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// An apostrophe inside a word opens nothing.
fn opens(bytes: &[u8], at: usize) -> bool {
    !escaped(bytes, at) && (bytes[at] == b'"' || at == 0 || !bytes[at - 1].is_ascii_alphanumeric())
}

/// A quote that nothing closes is a plain character.
fn closes_later(bytes: &[u8], at: usize) -> bool {
    memchr::memchr_iter(bytes[at], &bytes[at + 1..]).any(|offset| !escaped(bytes, at + 1 + offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_split_into_their_layers() {
        for (text, expected) in [
            ("", &[][..]),
            ("plain", &["plain"]),
            ("a: b: c", &["a", "b", "c"]),
            (
                "error running restic backup, stderr=Fatal: wrong password: exit status 1",
                &["error running restic backup, stderr=Fatal", "wrong password"],
            ),
            ("AccessDenied: Access Denied status code: 403, request id: 17AB, host id: x/y=", &["AccessDenied: Access Denied"]),
            (
                "rpc error: code = Unknown desc = NoSuchBucket: The specified bucket does not exist status code: 404, request id: ",
                &["rpc error: code = Unknown desc = NoSuchBucket", "The specified bucket does not exist"],
            ),
            (
                "unable to open config file: Stat: The specified key does not exist. Is there a repository at the following location? s3:https://h/b",
                &["unable to open config file", "Stat", "The specified key does not exist."],
            ),
            (
                "Get \"https://h:9000/b: x\": dial tcp 10.0.0.1:9000: connect: connection refused",
                &["Get \"https://h:9000/b: x\"", "dial tcp 10.0.0.1:9000: connect: connection refused"],
            ),
            (
                "Get https://h/: x509: certificate has expired or is not yet valid: current time 2026-02-03T10:00:00Z is after 2026-02-01T00:00:00Z",
                &["Get https://h/", "x509: certificate has expired or is not yet valid"],
            ),
            ("settings [a: b] not valid: c", &["settings [a: b] not valid", "c"]),
            ("settings [a: b", &["settings [a", "b"]),
            ("can't open: it's gone", &["can't open", "it's gone"]),
            (
                "operation error S3: ListObjectsV2, api error AccessDenied: Access Denied",
                &["operation error S3", "ListObjectsV2, api error AccessDenied", "Access Denied"],
            ),
            ("api error AccessDenied: Access Denied", &["api error AccessDenied: Access Denied"]),
            ("exit status 1", &["exit status 1"]),
        ] {
            assert_eq!(layers(text), expected, "{text}");
        }
    }

    #[test]
    fn hostile_texts_do_not_panic() {
        for text in [": : : ", "\"\"\"", "((((: ", "é: ü: \u{1F600}: ", "\\\": \\", "'x: '"] {
            let _ = layers(text);
        }
        assert!(layers(&"(: ".repeat(20_000)).len() > 1);
    }
}
