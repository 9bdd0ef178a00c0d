//! Which claim a progress object of rsync reports on. It names its claim by a hash only, so the claims of the direct copy are hashed too.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use crate::graph::tape::Value;
use crate::graph::{Graph, ObjectId};

/// The label of rsync pods that holds the hash of their claim.
const LABEL: &str = "migration.openshift.io/created-for-pvc";

/// How many claims of one direct copy are hashed. MTC allows a hundred volumes in a plan.
const MOST: usize = 5_000;

/// Claims by namespace and hash, for each direct copy that was asked for.
#[derive(Debug, Default)]
pub(super) struct Claims(FxHashMap<ObjectId, FxHashMap<(String, String), String>>);

impl Claims {
    /// The name of the claim that a progress object is for.
    pub(super) fn of(&mut self, graph: &Graph, progress: ObjectId) -> Option<String> {
        let object = graph.object(progress);
        let namespace = object.text("spec.podNamespace").or_else(|| object.text("spec.podRef.namespace")).unwrap_or_default();
        let selector = object.field("spec.podSelector").and_then(|selector| selector.get(LABEL));
        let keys = [selector.and_then(Value::text), Some((&*object.name).into())];
        graph.related(progress, "volume-migration").targets.into_iter().find_map(|dvm| {
            let known = self.0.entry(dvm).or_insert_with(|| hashed(graph, dvm));
            keys.iter().flatten().find_map(|hash| known.get(&(namespace.to_string(), hash.to_string())).cloned())
        })
    }
}

/// The claims of a direct copy, by the hash of their name and by that of the name of their progress object.
fn hashed(graph: &Graph, dvm: ObjectId) -> FxHashMap<(String, String), String> {
    let object = graph.object(dvm);
    let word = |item: Value<'_>, key: &str| item.get(key).and_then(Value::text).unwrap_or_default().into_owned();
    let mut found = FxHashMap::default();
    for item in object.field("spec.persistentVolumeClaims").into_iter().flat_map(Value::items).take(MOST) {
        let (namespace, claim) = (word(item, "namespace"), word(item, "name"));
        found.insert((namespace.clone(), md5(&claim)), claim.clone());
        found.insert((namespace.clone(), md5(&format!("{}{claim}{namespace}", object.name))), claim);
    }
    found
}

/// How far each step of a round turns.
const TURNS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// MD5 of a text in hexadecimal digits, as the controller makes names of it. Nothing is kept secret by it.
fn md5(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let bits = (bytes.len() as u64).wrapping_mul(8);
    bytes.push(0x80);
    while bytes.len() % 64 != 56 {
        bytes.push(0);
    }
    bytes.extend(bits.to_le_bytes());
    let mut state: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in bytes.chunks_exact(64) {
        let words: Vec<u32> = block.chunks_exact(4).map(|four| four.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte))).collect();
        let [mut a, mut b, mut c, mut d] = state;
        for step in 0..64_usize {
            let (mixed, at) = match step / 16 {
                0 => ((b & c) | (!b & d), step),
                1 => ((d & b) | (!d & c), (5 * step + 1) % 16),
                2 => (b ^ c ^ d, (3 * step + 5) % 16),
                _ => (c ^ (b | !d), (7 * step) % 16),
            };
            let sum = a.wrapping_add(mixed).wrapping_add(constant(step)).wrapping_add(words[at]);
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(sum.rotate_left(TURNS[step / 16][step % 4]));
        }
        for (word, more) in state.iter_mut().zip([a, b, c, d]) {
            *word = word.wrapping_add(more);
        }
    }
    state.iter().flat_map(|word| word.to_le_bytes()).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The first 32 bits behind the point of the sine of the step, as the algorithm defines its constants.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "the value lies between 0 and 2^32")]
fn constant(step: usize) -> u32 {
    (((step + 1) as f64).sin().abs() * 4_294_967_296.0) as u32
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::mtc::testing::{Case, find};

    #[test]
    fn the_hash_is_that_of_the_published_examples() {
        assert_eq!(md5(""), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(md5("abc"), "900150983cd24fb0d6963f7d28e17f72");
        let long = "12345678901234567890123456789012345678901234567890123456789012345678901234567890";
        assert_eq!(md5(long), "57edf4a22be3c955ac49da2e2107b67a");
    }

    fn case(progress: serde_json::Value) -> Option<String> {
        let mut case = Case::new(1);
        case.add(
            0,
            json!({"kind": "DirectVolumeMigration", "metadata": {"name": "nexus-cutover-58hmq", "namespace": "openshift-migration", "uid": "dvm-1"},
            "spec": {"persistentVolumeClaims": [{"name": "nexus-data", "namespace": "nexus"}, {"name": "nexus-logs", "namespace": "nexus"}]}}),
        );
        case.add(0, progress);
        let graph = case.freeze();
        let id = graph.of_kind("DirectVolumeMigrationProgress").next().unwrap();
        assert_eq!(find(&graph, "DirectVolumeMigration", "nexus-cutover-58hmq"), graph.related(id, "volume-migration").targets[0]);
        Claims::default().of(&graph, id)
    }

    #[test]
    fn the_selector_of_its_pods_names_the_claim() {
        let named = json!({"name": "any", "namespace": "openshift-migration", "labels": {"directvolumemigration": "dvm-1"}});
        let of = |hash: &str| json!({"podNamespace": "nexus", "podSelector": {"migration.openshift.io/created-for-pvc": hash}});
        let progress = |hash: &str| json!({"kind": "DirectVolumeMigrationProgress", "metadata": named, "spec": of(hash)});
        assert_eq!(case(progress("86504749538563cbb7ab257f7d548eb7")).as_deref(), Some("nexus-data"));
        assert_eq!(case(progress("00000000000000000000000000000000")), None);
    }

    #[test]
    fn older_releases_name_a_pod_so_the_name_of_the_object_decides() {
        let named =
            json!({"name": "8b8381dd912492bcf45ddb018b20237e", "namespace": "openshift-migration", "labels": {"directvolumemigration": "dvm-1"}});
        let progress = |namespace: &str| json!({"kind": "DirectVolumeMigrationProgress", "metadata": named, "spec": {"podRef": {"namespace": namespace, "name": "p"}}});
        assert_eq!(case(progress("nexus")).as_deref(), Some("nexus-data"));
        assert_eq!(case(progress("other")), None);
    }
}
