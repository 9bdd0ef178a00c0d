//! Lines that `oc` printed to stderr and that a gather script redirected into the file.

/// What a stderr line says about the collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noise {
    /// Throttling notes, deprecation warnings: the data is still complete.
    Benign,
    /// Something could not be read.
    Failure,
}

const BENIGN: [&str; 6] =
    ["Warning: ", "Throttling request took ", "Waited for ", "Defaulted container ", "Defaulting container name to ", "Flag --"];
const FAILURE: [&str; 9] = [
    "Error from server",
    "Unable to connect to the server",
    "The connection to the server ",
    "No resources found",
    "error: the server doesn't have a resource type",
    "error: You must be logged in",
    "error: unable to ",
    "error: unexpected EOF",
    "error: Missing or incomplete configuration",
];

/// Recognises a stderr line that can stand anywhere in a file, also between two lines of YAML.
pub(super) fn anywhere(line: &str) -> Option<Noise> {
    // Nearly every line of YAML ends here: no Kubernetes field begins with one of these letters.
    match line.as_bytes().first()? {
        b'I' | b'W' | b'E' | b'F' | b'T' | b'D' | b'U' | b'N' | b'e' => {}
        _ => return None,
    }
    if let Some(severity) = klog(line) {
        return Some(if severity == b'I' || severity == b'W' { Noise::Benign } else { Noise::Failure });
    }
    if BENIGN.iter().any(|head| line.starts_with(head)) {
        return Some(Noise::Benign);
    }
    FAILURE.iter().any(|head| line.starts_with(head)).then_some(Noise::Failure)
}

/// Recognises a stderr line at the head of a document, where words are allowed that could be a key further down.
pub(super) fn at_head(line: &str) -> Option<Noise> {
    anywhere(line).or_else(|| {
        let line = line.trim_end();
        let failed = ["error: ", "Error: ", "command terminated"].iter().any(|head| line.starts_with(head))
            || [": command not found", ": No such file or directory"].iter().any(|tail| line.ends_with(tail));
        failed.then_some(Noise::Failure)
    })
}

/// `I0815 12:34:56.789012   123 request.go:601] …`
fn klog(line: &str) -> Option<u8> {
    let bytes = line.as_bytes().get(..8)?;
    let severity = bytes[0];
    let shape = matches!(severity, b'I' | b'W' | b'E' | b'F')
        && bytes[1..5].iter().all(u8::is_ascii_digit)
        && bytes[5] == b' '
        && bytes[6..8].iter().all(u8::is_ascii_digit);
    shape.then_some(severity)
}

/// True when a line could begin a document that `oc` or a person wrote.
pub(super) fn looks_like_yaml(line: &str) -> bool {
    let Some(first) = line.bytes().next() else {
        return false;
    };
    if matches!(first, b'{' | b'[' | b'"' | b'\'' | b'#' | b'%' | b'&' | b'!' | b'?' | b' ') || line.starts_with("- ") || line.starts_with("---") {
        return true;
    }
    let Some((key, rest)) = line.split_once(':') else {
        return false;
    };
    !key.is_empty() && !key.contains(' ') && (rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// True for the keys that a document cannot do without: where they stand, YAML has begun.
pub(super) fn begins_document(line: &str) -> bool {
    ["apiVersion:", "kind:", "items:", "metadata:"].iter().any(|key| line.starts_with(key))
}

/// Removes the stderr lines from `text`. Returns the rest and, for each removed line, its number (the first is `line`).
pub(super) fn strip(text: &str, mut line: u32) -> (String, Vec<(u32, Noise, String)>) {
    let mut clean = String::with_capacity(text.len());
    let mut removed = Vec::new();
    for whole in text.split_inclusive('\n') {
        match anywhere(whole) {
            None => clean.push_str(whole),
            Some(noise) => removed.push((line, noise, super::excerpt(whole.trim_end()).to_owned())),
        }
        line = line.saturating_add(1);
    }
    (clean, removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stderr_lines_are_told_from_yaml() {
        for line in [
            "I0815 12:34:56.789012   123 request.go:601] Waited for 1.1s due to client-side throttling",
            "Warning: apps.openshift.io/v1 DeploymentConfig is deprecated in v4.14+",
            "Throttling request took 1.2s, request: GET:https://api:6443/apis",
        ] {
            assert_eq!(anywhere(line), Some(Noise::Benign), "{line}");
        }
        for line in [
            "E0815 12:34:56.789012   123 memcache.go:255] couldn't get resource list for x: the server is unable",
            "Error from server (NotFound): pods \"a\" not found",
            "Unable to connect to the server: dial tcp: i/o timeout",
        ] {
            assert_eq!(anywhere(line), Some(Noise::Failure), "{line}");
        }
        for line in ["apiVersion: v1", "eventTime: null", "error: x", "Identity: x", "- kind: Pod", "W", "I0815: 12"] {
            assert_eq!(anywhere(line), None, "{line}");
        }
        assert_eq!(at_head("error: x"), Some(Noise::Failure));
    }
}
