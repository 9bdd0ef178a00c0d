//! Archives whose addresses were replaced by tokens before somebody gave them away, as `must-gather-clean` does.
//!
//! A token stands for the same address everywhere in its archive and for another one in the next archive, so that it proves nothing
//! between the two.

use std::sync::Arc;

use crate::graph::Object;

/// Fields that hold an address in every cluster, and the kinds that have them.
const ADDRESSES: &[(&str, &[&str])] = &[
    ("Pod", &["status.hostIP", "status.podIP", "spec.nodeName"]),
    ("MigCluster", &["spec.url"]),
    ("Infrastructure", &["status.apiServerURL"]),
    ("PodVolumeBackup", &["spec.node"]),
];

/// The token that an object shows in place of an address.
pub(super) fn token_of(object: &Object) -> Option<String> {
    if object.kind() == "Node" {
        return token(&object.name).map(str::to_owned);
    }
    let (_, fields) = ADDRESSES.iter().find(|(kind, _)| *kind == object.kind())?;
    fields.iter().find_map(|field| token(&object.text(field)?).map(str::to_owned))
}

/// Whether a text holds a token.
pub(super) fn has_token(text: &str) -> bool {
    token(text).is_some()
}

/// The name of a node, or a token that is told from the same token of another input.
pub(super) fn scoped(object: &Object, name: &str) -> Arc<str> {
    if has_token(name) { format!("{name} of input {}", object.places[0].input).into() } else { name.into() }
}

/// The first token in a text: `x-ipv4-0000000001-x`.
pub(super) fn token(text: &str) -> Option<&str> {
    for kind in ["x-ipv4-", "x-ipv6-", "x-mac-"] {
        let Some(start) = text.find(kind) else { continue };
        let rest = &text[start + kind.len()..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && rest[digits..].starts_with("-x") {
            return Some(&text[start..start + kind.len() + digits + 2]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_from_names_that_look_like_them() {
        assert_eq!(token("https://x-ipv4-0000000017-x:6443"), Some("x-ipv4-0000000017-x"));
        assert_eq!(token("ip-x-mac-1-x.internal"), Some("x-mac-1-x"));
        for name in ["", "x-ipv4-", "x-ipv4-x", "x-ipv6-12", "box-ipv4-gateway", "10.0.0.1"] {
            assert_eq!(token(name), None, "{name}");
        }
    }
}
