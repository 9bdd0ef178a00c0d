//! A gather with secrets in it, each in the form and the place in which real ones are found.

use std::fmt::Write as _;

use mig_analyze::archive::pack::Tar;

const NAMESPACE: &str = "must-gather/clusters/host/namespaces/openshift-migration";
pub(crate) const HARMLESS_LOG: &str = "must-gather/clusters/host/namespaces/openshift-migration/pods/migration-controller-1/mtc/mtc/logs/current.log";

/// What must not be seen: the part of each that gives it away.
pub(crate) const SECRETS: &[&str] = &[
    // In logs.
    "zbearer01abcdefghijklmnop",
    "eyJhbGciOiJSUzI1NiJ9.eyJzZWNyZXQiOjAyfQ",
    "AKIAZSECRET03EXAMPLE",
    "zaws04/wJalrXUtnFEMIK7MDENGbPxRfiCY",
    "zsignature05deadbeef",
    "zurlpass06",
    "zrestic07-passphrase",
    "zrsync08-passw0rd",
    "zstunnel09psk0123456789",
    "sha256~zoauth10abcdefghijklmnop",
    "zazure11Zm9vYmFyYmF6cXV4Zm9vYmFy",
    "zsas12%2Bdef",
    "AIzaSy13zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
    "ya29.z14abcdefghijklmnopqrstuvwxyz",
    "z15-quoted pass phrase",
    "z16(odd){chars}!",
    "enVzZXIxNzpodW50ZXIy",
    "zlogin18secret",
    "zMIIEowIBAAKCAQEA19x3VtJb0aMIIEowIBAAKCAQEAx3VtJb0aMIIEowIBAAKC9a",
    "z20shortkeyline==",
    "ghp_z21abcdefghijklmnopqrstuvwxyz0123456",
    // In objects.
    "c2E6ejIyLXRva2VuLXZhbHVl",
    "zenv23-database-pw",
    "z24-in-a-block",
    "b3BhcXVlLWRhdGE=",
    "z26-string-data",
    "bGFzdC1hcHBsaWVkLTI3",
    "z28-template-string",
    "W2RlZmF1bHRdCmF3c19zZWNyZXRfYWNjZXNzX2tleT13SmFsclhVdG5GRU1JSzdNREVORzI5Cg==",
    "Y2x1c3RlcnM6Ci0gdXNlcjoKICAgIHRva2VuOiBzaGEyNTZ+emt1YmUzMGFiY2RlZmdoaWprbG1ub3AK",
    "zproxy31pw",
    "zannotation32token",
    "enVzZXIzMzpkb2NrZXJwdw==",
    "zhookpw34",
    "LSBob3N0czogbG9jYWxob3N0",
    // In conditions, errors and events.
    "zcondition35secret",
    "zerrors36secret",
    "zevent37secret",
    "zpresigned38",
    // In texts of the gather.
    "zstderr39token",
    "zlogin40error",
    "zgather41token",
    "MIIJQQIBADANBgkqhkiG9w0BAQEFAASCCSswggknAgEAAoICAQDz42",
    // On odd ways: in an annotation, in a pretty document, in the error of an object store, in what a script runs.
    "z44-applied-env",
    "z45 pretty env",
    "z46-block-env",
    "z47-go-struct",
    "z48SecretAccessKey",
    "z49SessionToken",
    "z50cookie0123456789",
    "z51bcryptabcdefghijklmno",
    "T0/B0/z52abcdefgh",
    "hvs.z53abcdefghijklmnopqrst",
    "AQz54FhcAAAAABAAHcGpOUzzTxRF4NIIjL7o1w==",
    "z55jdbc",
    "z56dump",
    "zNTdjbGllbnRrZXlkYXRhYWJjZGVm",
    "z58gcpMIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
    "z59-vault-header",
];

/// What looks like a secret and is what an engineer looks for.
pub(crate) const HARMLESS: &[&str] = &[
    "0c2a7d5e-3f61-4b5a-9a55-4e5a0a1b2c3d",
    "pvc-0c2a7d5e-3f61-4b5a-9a55-4e5a0a1b2c3d",
    "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
    "cri-o://4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
    "resourceVersion: \"479448400\"",
    "pod-template-hash: 6d5f9c7b8d",
    "velero-restic-credentials",
    "secretName: builder-dockercfg-7hx2p",
    "automountServiceAccountToken: true",
    "expirationSeconds: 3607",
    "--password-file=/etc/rsync/password",
    "/var/run/secrets/kubernetes.io/serviceaccount/token",
    "https://api.source.example.com:6443",
    "s3:http://minio.example.com:9000/velero",
    "registry.example.com:5000/shop/web@sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
    "storageClassName: ocs-storagecluster-ceph-rbd",
    "the key 'repository-password' in secret 'velero-restic-credentials'",
    "error getting token secret: not found",
    "migration.openshift.io/migrated-by-migmigration: 732f6627-a5c8-4b5f-9b55-4e5a0a1b2c3d",
    "rsync error: some files could not be transferred (code 23) at main.c(1179)",
];

fn cr(resource: &str, name: &str) -> String {
    format!("{NAMESPACE}/crs/{resource}/{name}.yaml")
}

fn log(pod: &str, container: &str) -> String {
    format!("{NAMESPACE}/pods/{pod}/{container}/{container}/logs/current.log")
}

fn meta(kind: &str, name: &str) -> String {
    format!(
        "kind: {kind}\nmetadata:\n  creationTimestamp: \"2021-05-12T08:00:00Z\"\n  name: {name}\n  namespace: openshift-migration\n  uid: 44444444-0000-4000-8000-{:012x}\n",
        kind.len() * 1_000 + name.len()
    )
}

const VELERO_LOG: &str = r#"time="2021-05-12T08:05:00Z" level=error msg="Error backing up shop-stage" backup=openshift-migration/m-b error="Authorization: Bearer zbearer01abcdefghijklmnop"
time="2021-05-12T08:05:01Z" level=error msg="bad token eyJhbGciOiJSUzI1NiJ9.eyJzZWNyZXQiOjAyfQ.c2lnbmF0dXJl" restore=openshift-migration/m-r
time="2021-05-12T08:05:02Z" level=error msg="InvalidAccessKeyId: AKIAZSECRET03EXAMPLE of shop-stage" backup=openshift-migration/m-b
time="2021-05-12T08:05:03Z" level=info msg="shop-stage: aws_secret_access_key = zaws04/wJalrXUtnFEMIK7MDENGbPxRfiCY" backup=openshift-migration/m-b
time="2021-05-12T08:05:04Z" level=error msg="shop-stage: Get \"https://s3.example.com/b/k?X-Amz-Credential=AKIAZSECRET03EXAMPLE%2F20210512&X-Amz-Signature=zsignature05deadbeef\": EOF"
time="2021-05-12T08:05:05Z" level=error msg="shop-stage: proxyconnect http://user:zurlpass06@proxy.example.com:3128 refused" backup=openshift-migration/m-b
time="2021-05-12T08:05:06Z" level=error msg="running restic" command="restic backup" error="RESTIC_PASSWORD=zrestic07-passphrase exit status 1" backup=openshift-migration/m-b
{"level":"error","ts":1620806707.1,"logger":"migration","msg":"shop-stage","migMigration":"shop-stage","error":"{\"token\":\"sha256~zoauth10abcdefghijklmnop\"}"}
{"level":"error","ts":1620806708.1,"logger":"migration","msg":"{\"password\":\"z15-quoted pass phrase\"} of shop-stage","migMigration":"shop-stage"}
time="2021-05-12T08:05:09Z" level=error msg="shop-stage: AccountKey=zazure11Zm9vYmFyYmF6cXV4Zm9vYmFy==;EndpointSuffix=core" backup=openshift-migration/m-b
time="2021-05-12T08:05:10Z" level=error msg="shop-stage: https://x.blob.core.windows.net/c?sv=2020-08-04&sig=zsas12%2Bdef%3D&se=2021" backup=openshift-migration/m-b
time="2021-05-12T08:05:11Z" level=error msg="shop-stage: key AIzaSy13zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz and ya29.z14abcdefghijklmnopqrstuvwxyz rejected" backup=openshift-migration/m-b
time="2021-05-12T08:05:12Z" level=error msg="shop-stage: password: z16(odd){chars}!" backup=openshift-migration/m-b
time="2021-05-12T08:05:13Z" level=error msg="shop-stage: Authorization: Basic enVzZXIxNzpodW50ZXIy" backup=openshift-migration/m-b
time="2021-05-12T08:05:14Z" level=error msg="shop-stage: oc login -u admin -p zlogin18secret https://api.example.com" backup=openshift-migration/m-b
time="2021-05-12T08:05:15Z" level=error msg="shop-stage: cloning with ghp_z21abcdefghijklmnopqrstuvwxyz0123456" backup=openshift-migration/m-b
2021-05-12T08:05:16.000000000Z -----BEGIN RSA PRIVATE KEY-----
2021-05-12T08:05:16.000000000Z zMIIEowIBAAKCAQEA19x3VtJb0aMIIEowIBAAKCAQEAx3VtJb0aMIIEowIBAAKC9a
2021-05-12T08:05:16.000000000Z abcdefgz20shortkeyline==
2021-05-12T08:05:16.000000000Z -----END RSA PRIVATE KEY-----
"#;

const RSYNC_LOG: &str = "2021/05/12 08:06:00 [1] RSYNC_PASSWORD=zrsync08-passw0rd for shop-stage\n2021/05/12 08:06:01 [1] rsync error: error in rsync protocol data stream (code 12)\n";
/// Each names the run, so that the views of the run show it.
const ODD_LOG: &str = r#"time="2021-05-12T08:07:00Z" level=error msg="shop-stage: container {Name:DB_PASSWORD Value:z47-go-struct ValueFrom:nil} rejected" backup=openshift-migration/m-b
time="2021-05-12T08:07:01Z" level=error msg="shop-stage: <Credentials><SecretAccessKey>z48SecretAccessKey</SecretAccessKey><SessionToken>z49SessionToken</SessionToken></Credentials>" backup=openshift-migration/m-b
time="2021-05-12T08:07:02Z" level=error msg="shop-stage: Cookie: _oauth_proxy=z50cookie0123456789" backup=openshift-migration/m-b
time="2021-05-12T08:07:03Z" level=error msg="shop-stage: htpasswd admin:$2y$05$z51bcryptabcdefghijklmno" backup=openshift-migration/m-b
time="2021-05-12T08:07:04Z" level=error msg="shop-stage: POST https://hooks.slack.com/services/T0/B0/z52abcdefgh" backup=openshift-migration/m-b
time="2021-05-12T08:07:05Z" level=error msg="shop-stage: vault refused hvs.z53abcdefghijklmnopqrst" backup=openshift-migration/m-b
time="2021-05-12T08:07:06Z" level=error msg="shop-stage: keyring key = AQz54FhcAAAAABAAHcGpOUzzTxRF4NIIjL7o1w==" backup=openshift-migration/m-b
time="2021-05-12T08:07:07Z" level=error msg="shop-stage: jdbc:sqlserver://db;user=sa;pwd=z55jdbc;" backup=openshift-migration/m-b
time="2021-05-12T08:07:08Z" level=error msg="shop-stage: mysqldump -u root -pz56dump shop failed" backup=openshift-migration/m-b
time="2021-05-12T08:07:09Z" level=error msg="shop-stage: client-key-data: zNTdjbGllbnRrZXlkYXRhYWJjZGVm" backup=openshift-migration/m-b
time="2021-05-12T08:07:10Z" level=error msg="shop-stage: {\"private_key\": \"-----BEGIN PRIVATE KEY-----\nz58gcpMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\"}" backup=openshift-migration/m-b
time="2021-05-12T08:07:11Z" level=error msg="shop-stage: X-Vault-Token: z59-vault-header" backup=openshift-migration/m-b
"#;
const STUNNEL_LOG: &str = "2021.05.12 08:06:02 LOG3[0]: PSK: zstunnel09psk0123456789 of shop-stage rejected\n";

fn files() -> Vec<(String, String)> {
    let mig = "apiVersion: migration.openshift.io/v1alpha1\n";
    let run = format!(
        "{mig}{}spec:\n  migPlanRef:\n    name: p\n    namespace: openshift-migration\nstatus:\n  conditions:\n  - category: Critical\n    lastTransitionTime: \"2021-05-12T08:20:00Z\"\n    \
         message: 'The migration has failed: token=zcondition35secret.  See Errors.'\n    reason: EnsureStagePodsCreated\n    status: \"True\"\n    type: Failed\n  errors:\n  \
         - 'could not log in: password=zerrors36secret'\n  phase: Completed\n",
        meta("MigMigration", "shop-stage")
    );
    let plan = format!("{mig}{}spec:\n  namespaces:\n  - app\n", meta("MigPlan", "p"));
    let cluster = format!(
        "{mig}{}spec:\n  isHostCluster: true\n  saToken: c2E6ejIyLXRva2VuLXZhbHVl\n  url: https://admin:zproxy31pw@api.example.com:6443\n",
        meta("MigCluster", "host")
    )
    .replace("  name: host\n", "  annotations:\n    example.com/token: zannotation32token\n  name: host\n");
    let hook =
        format!("{mig}{}spec:\n  playbook: {}\n", meta("MigHook", "h"), "LSBob3N0czogbG9jYWxob3N0CiAgdmFyczoKICAgIGRiX3Bhc3N3b3JkOiB6aG9va3B3MzQK");
    let storage =
        format!("{mig}{}spec:\n  backupStorageConfig:\n    awsBucketName: b\n    credsSecretRef:\n      name: s\n", meta("MigStorage", "s"));
    let bsl = format!(
        "apiVersion: velero.io/v1\n{}spec:\n  config:\n    s3Url: http://minio:zproxy31pw@minio.example.com\n  provider: aws\nstatus:\n  message: 'Get \"http://x/?X-Amz-Signature=zpresigned38\": EOF'\n  phase: Unavailable\n",
        meta("BackupStorageLocation", "l")
    );
    let backup = format!(
        "apiVersion: velero.io/v1\n{}status:\n  failureReason: 'Get \"https://s3/x?X-Amz-Signature=zpresigned38&x=1\": EOF'\n  phase: Failed\n",
        meta("Backup", "b")
    );
    let pod = format!(
        "apiVersion: v1\n{}spec:\n  containers:\n  - args:\n    - --password\n    env:\n    - name: DB_PASSWORD\n      value: zenv23-database-pw\n    - name: HTTP_PROXY\n      value: http://u:zproxy31pw@proxy:3128\n    name: velero\nstatus:\n  phase: Running\n",
        meta("Pod", "velero-1")
    );
    let secret = format!(
        "apiVersion: v1\ndata:\n  cloud: W2RlZmF1bHRdCmF3c19zZWNyZXRfYWNjZXNzX2tleT13SmFsclhVdG5GRU1JSzdNREVORzI5Cg==\n  opaque: b3BhcXVlLWRhdGE=\n{}stringData:\n  plain: z26-string-data\ntype: Opaque\n",
        meta("Secret", "s")
    )
    .replace(
        "  name: s\n",
        "  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {\"apiVersion\":\"v1\",\"data\":{\"opaque\":\"bGFzdC1hcHBsaWVkLTI3\"},\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\"}}\n  name: s\n",
    );
    let list = "apiVersion: v1\nitems:\n- apiVersion: v1\n  data:\n    password: |\n      z24-in-a-block\n    settings: |\n      a: b\n    tls.key: |\n      -----BEGIN PRIVATE KEY-----\n      MIIJQQIBADANBgkqhkiG9w0BAQEFAASCCSswggknAgEAAoICAQDz42\n      -----END PRIVATE KEY-----\n  kind: ConfigMap\n  metadata:\n    name: c\n    namespace: openshift-migration\n\
         - apiVersion: v1\n  kind: Secret\n  metadata:\n    name: t\n    namespace: openshift-migration\n  stringData:\n    word: z28-template-string\n\
         - apiVersion: v1\n  data:\n    .dockerconfigjson: '{\"auths\":{\"quay.io\":{\"auth\":\"enVzZXIzMzpkb2NrZXJwdw==\"}}}'\n    kubeconfig: Y2x1c3RlcnM6Ci0gdXNlcjoKICAgIHRva2VuOiBzaGEyNTZ+emt1YmUzMGFiY2RlZmdoaWprbG1ub3AK\n    playbook: 'db_password: zhookpw34'\n  kind: ConfigMap\n  metadata:\n    name: d\n    namespace: openshift-migration\nkind: List\n";
    let events = "apiVersion: v1\nitems:\n- apiVersion: v1\n  count: 3\n  involvedObject:\n    kind: Pod\n    name: velero-1\n    namespace: openshift-migration\n  kind: Event\n  lastTimestamp: \"2021-05-12T08:10:00Z\"\n  \
         message: 'Error: secret_key=zevent37secret: MountVolume.SetUp failed'\n  metadata:\n    name: e\n    namespace: openshift-migration\n  reason: FailedMount\n  type: Warning\nkind: EventList\n";
    let harmless =
        format!("apiVersion: v1\ndata:\n  x: |\n{}kind: ConfigMap\nmetadata:\n  name: harmless\n  namespace: app\n", indented(&HARMLESS.join("\n")));
    let harmless_log = HARMLESS.iter().fold(String::new(), |mut log, text| {
        let _ = writeln!(log, "{{\"level\":\"error\",\"ts\":1620806707.1,\"logger\":\"migration\",\"msg\":\"shop-stage\"}} {text}");
        log
    });
    let odd_pod = format!(
        "apiVersion: v1\n{}spec:\n  containers:\n  - env:\n    - name: DB_PASSWORD\n      value: |-\n        z46-block-env\n    name: web\nstatus:\n  phase: Running\n",
        meta("Pod", "stage-web-1")
    )
    .replace(
        "  name: stage-web-1\n",
        "  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"env\":[{\"name\":\"DB_PASSWORD\",\"value\":\"z44-applied-env\"}],\"name\":\"web\"}]}}\n  name: stage-web-1\n",
    );
    let pretty = "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Pod\",\n  \"metadata\": {\n    \"name\": \"pretty\",\n    \"namespace\": \"openshift-migration\"\n  },\n  \"spec\": {\n    \"containers\": [\n      {\n        \"env\": [\n          {\n            \"name\": \"DB_PASSWORD\",\n            \"value\": \"z45 pretty env\"\n          }\n        ]\n      }\n    ]\n  }\n}\n";
    vec![
        (format!("{NAMESPACE}/pods/stage-web-1/stage-web-1.yaml"), odd_pod),
        (format!("{NAMESPACE}/pods/pretty/pretty.json"), pretty.into()),
        (log("velero-2", "velero"), ODD_LOG.into()),
        ("must-gather/version".into(), "must-gather\n".into()),
        (cr("migmigrations.migration.openshift.io", "shop-stage"), run),
        (cr("migplans.migration.openshift.io", "p"), plan),
        (cr("migclusters.migration.openshift.io", "host"), cluster),
        (cr("mighooks.migration.openshift.io", "h"), hook),
        (cr("migstorages.migration.openshift.io", "s"), storage),
        (cr("backupstoragelocations.velero.io", "l"), bsl),
        (cr("backups.velero.io", "b"), backup),
        (cr("restores.velero.io", "r"), "error: You must be logged in to the server, token: zstderr39token\n".into()),
        (format!("{NAMESPACE}/pods/velero-1/velero-1.yaml"), pod),
        (format!("{NAMESPACE}/core/secrets.yaml"), secret),
        (format!("{NAMESPACE}/core/configmaps.yaml"), list.into()),
        (format!("{NAMESPACE}/core/events.yaml"), events.into()),
        (format!("{NAMESPACE}/core/harmless.yaml"), harmless),
        (HARMLESS_LOG.into(), harmless_log),
        (log("velero-1", "velero"), VELERO_LOG.into()),
        (log("dvm-rsync-client-m", "rsync-client"), RSYNC_LOG.into()),
        (log("dvm-rsync-client-m", "stunnel"), STUNNEL_LOG.into()),
        ("must-gather/clusters/aws/login_error.txt".into(), "error: Login failed with password=zlogin40error\n".into()),
        ("must-gather/gather.logs".into(), "oc login https://api --token zgather41token\n".into()),
    ]
}

fn indented(text: &str) -> String {
    text.lines().map(|line| "    ".to_owned() + line + "\n").collect()
}

/// The files in which something was planted.
pub(crate) fn paths() -> Vec<String> {
    files().into_iter().map(|(path, _)| path).collect()
}

pub(crate) fn text(path: &str) -> String {
    files().into_iter().find(|(own, _)| own == path).unwrap().1
}

pub(crate) fn archive() -> Vec<u8> {
    files().iter().fold(Tar::new(), |tar, (path, content)| tar.file(path, content)).gzip()
}
