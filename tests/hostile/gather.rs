//! A small gather of MTC to which each test adds its own harm.

use mig_analyze::archive::pack::Tar;

pub const ROOT: &str = "must-gather/clusters/host";
pub const NAMESPACE: &str = "must-gather/clusters/host/namespaces/openshift-migration";

/// Path of a custom resource.
pub fn cr(resource: &str, name: &str) -> String {
    format!("{NAMESPACE}/crs/{resource}/{name}.yaml")
}

/// Path of a log that is read.
pub fn log(pod: &str) -> String {
    format!("{NAMESPACE}/pods/{pod}/velero/velero/logs/current.log")
}

pub fn migration(name: &str, plan: &str, extra: &str) -> String {
    format!(
        "apiVersion: migration.openshift.io/v1alpha1
kind: MigMigration
metadata:
  creationTimestamp: \"2021-05-12T08:00:00Z\"
  name: {name}
  namespace: openshift-migration
  uid: 00000000-0000-4000-8000-{:012x}
spec:
  migPlanRef:
    name: {plan}
    namespace: openshift-migration
status:
  conditions:
  - category: Critical
    lastTransitionTime: \"2021-05-12T08:20:00Z\"
    message: The migration has failed.  See Errors.
    reason: EnsureStagePodsCreated
    status: \"True\"
    type: Failed
  errors:
  - something broke
  phase: Completed
{extra}",
        hash(name)
    )
}

pub fn plan(name: &str) -> String {
    format!(
        "apiVersion: migration.openshift.io/v1alpha1
kind: MigPlan
metadata:
  creationTimestamp: \"2021-05-12T07:00:00Z\"
  name: {name}
  namespace: openshift-migration
  uid: 11111111-0000-4000-8000-{:012x}
spec:
  namespaces:
  - app
",
        hash(name)
    )
}

/// A gather with one plan and one failed run.
pub fn base() -> Tar {
    Tar::new()
        .file("must-gather/version", "must-gather\n4.7.0\n")
        .file(&format!("{ROOT}/version"), "must-gather\n4.7.0\n")
        .file(&cr("migplans.migration.openshift.io", "p"), plan("p"))
        .file(&cr("migmigrations.migration.openshift.io", "m"), migration("m", "p", ""))
}

/// Numbers that look random and are the same in every run.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(most).unwrap()).unwrap()
    }
}

fn hash(text: &str) -> u64 {
    text.bytes().fold(5381, |hash: u64, byte| hash.wrapping_mul(33) ^ u64::from(byte)) & 0xffff_ffff_ffff
}
