use std::fmt;
use std::sync::Arc;

/// Group, version and kind of an object. Two objects are of the same kind when group and kind agree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gvk {
    /// API group; empty for the core group.
    pub group: Arc<str>,
    /// API version, such as `v1`.
    pub version: Arc<str>,
    /// Kind in camel case, such as `PodVolumeBackup`.
    pub kind: Arc<str>,
}

impl Gvk {
    /// Splits `apiVersion` at its slash: `velero.io/v1`, or `v1` for the core group.
    pub fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// The resource as `oc` takes it: `pods`, `restores.velero.io`.
    pub fn resource(&self) -> String {
        let plural = plural_of(&self.kind);
        if self.group.is_empty() { plural } else { format!("{plural}.{}", self.group) }
    }
}

impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.group.is_empty() { write!(f, "{}", self.kind) } else { write!(f, "{}.{}", self.kind, self.group) }
    }
}

/// Lower-case plural of a kind by the rules that Kubernetes itself follows for its resource names.
pub fn plural_of(kind: &str) -> String {
    let lower = kind.to_ascii_lowercase();
    if lower.ends_with("endpoints") || lower.ends_with("securitycontextconstraints") {
        return lower;
    }
    if let Some(stem) = lower.strip_suffix('y')
        && !stem.ends_with(['a', 'e', 'i', 'o', 'u'])
    {
        return format!("{stem}ies");
    }
    if lower.ends_with(['s', 'x']) || lower.ends_with("ch") || lower.ends_with("sh") {
        return format!("{lower}es");
    }
    lower + "s"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_follow_kubernetes() {
        for (kind, plural) in [
            ("Pod", "pods"),
            ("NetworkPolicy", "networkpolicies"),
            ("StorageClass", "storageclasses"),
            ("Endpoints", "endpoints"),
            ("DirectVolumeMigrationProgress", "directvolumemigrationprogresses"),
            ("MigPlan", "migplans"),
            ("Gateway", "gateways"),
            ("BackupRepository", "backuprepositories"),
        ] {
            assert_eq!(plural_of(kind), plural);
        }
    }

    #[test]
    fn the_core_group_is_empty() {
        assert_eq!(Gvk::new("v1", "Pod").resource(), "pods");
        assert_eq!(Gvk::new("velero.io/v1", "Restore").resource(), "restores.velero.io");
    }
}
