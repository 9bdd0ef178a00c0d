//! Pods, their events, and the lists that `oc adm inspect` writes.

use std::fmt::Write as _;

use super::random::{GATHERED, HOUR, Moment, Random, SECOND};
use super::world::{End, Plan, Pod, node};

/// A list file as inspect prints it: the items between `apiVersion` and `kind`.
pub fn list(kind: &str, items: impl Iterator<Item = String>) -> String {
    let mut out = String::from("---\napiVersion: v1\nitems:\n");
    let mut empty = true;
    for item in items {
        empty = false;
        for (number, line) in item.lines().enumerate() {
            out.push_str(if number == 0 { "- " } else { "  " });
            out.push_str(line);
            out.push('\n');
        }
    }
    if empty {
        out = String::from("---\napiVersion: v1\nitems: []\n");
    }
    let _ = write!(out, "kind: {kind}List\nmetadata:\n  resourceVersion: \"\"\n");
    out
}

/// A pod of an application or of MTC; `claim` is what it mounts.
#[expect(clippy::too_many_lines, reason = "most of it is the text of a manifest, which reads best in one piece")]
pub fn pod(random: &mut Random, cluster: usize, namespace: &str, pod: &Pod, container: &str, claim: Option<&str>) -> String {
    let (uid, name, node) = (pod.uids[cluster], &pod.name, node(cluster, pod.node));
    let hash = random.suffix(9);
    let created = Moment(GATHERED.0 - 200 * HOUR - random.below(90 * HOUR) / SECOND * SECOND);
    let started = created.plus(random.below(60) * SECOND);
    let ip = format!("10.{}.{}.{}", 128 + cluster, pod.node, 2 + random.below(250));
    let volume = claim.map_or_else(String::new, |claim| format!("  - name: data\n    persistentVolumeClaim:\n      claimName: {claim}\n"));
    let version = random.below(100_000_000);
    let (container_id, image, image_id) = (random.hex64(), random.hex64(), random.hex64());
    let mut settings = String::new();
    for name in ["APP_USER", "CACHE_KEY", "DB_HOST", "DB_NAME", "FEATURES", "QUEUE", "RELEASE", "SHARD"] {
        let _ = writeln!(settings, "    - name: {name}\n      value: {}-{}", random.suffix(8), random.suffix(10));
    }
    let token = random.suffix(5);
    let managed = managed_fields(container, created);
    format!(
        "apiVersion: v1
kind: Pod
metadata:
  annotations:
    checksum/config: {}
    k8s.ovn.org/pod-networks: '{{\"default\":{{\"ip_addresses\":[\"{ip}/23\"],\"mac_address\":\"0a:58:0a:{:02x}:{:02x}:{:02x}\",\"gateway_ips\":[\"10.128.0.1\"]}}}}'
    k8s.v1.cni.cncf.io/network-status: |-
      [{{
          \"name\": \"ovn-kubernetes\",
          \"interface\": \"eth0\",
          \"ips\": [
              \"{ip}\"
          ],
          \"default\": true,
          \"dns\": {{}}
      }}]
    openshift.io/scc: restricted-v2
  creationTimestamp: \"{created}\"
  generateName: {container}-{hash}-
  labels:
    app: {container}
    app.kubernetes.io/part-of: {namespace}
    pod-template-hash: \"{hash}\"
{managed}  name: {name}
  namespace: {namespace}
  ownerReferences:
  - apiVersion: apps/v1
    blockOwnerDeletion: true
    controller: true
    kind: ReplicaSet
    name: {container}-{hash}
    uid: {}
  resourceVersion: \"{version}\"
  uid: {uid}
spec:
  containers:
  - command:
    - /bin/sh
    - -c
    - |
      set -e
      exec /usr/bin/{container} --port=8080 --data=/var/lib/{container}
    env:
{settings}    - name: POD_NAMESPACE
      valueFrom:
        fieldRef:
          apiVersion: v1
          fieldPath: metadata.namespace
    image: registry.example.com/apps/{container}@sha256:{image}
    imagePullPolicy: IfNotPresent
    livenessProbe:
      failureThreshold: 3
      httpGet:
        path: /healthz
        port: 8080
        scheme: HTTP
      initialDelaySeconds: 30
      periodSeconds: 10
      successThreshold: 1
      timeoutSeconds: 1
    name: {container}
    ports:
    - containerPort: 8080
      protocol: TCP
    resources:
      limits:
        cpu: 500m
        memory: 512Mi
      requests:
        cpu: 100m
        memory: 128Mi
    securityContext:
      allowPrivilegeEscalation: false
      capabilities:
        drop:
        - ALL
    terminationMessagePath: /dev/termination-log
    terminationMessagePolicy: File
    volumeMounts:
    - mountPath: /var/run/secrets/kubernetes.io/serviceaccount
      name: kube-api-access-{token}
      readOnly: true
  dnsPolicy: ClusterFirst
  enableServiceLinks: true
  nodeName: {node}
  preemptionPolicy: PreemptLowerPriority
  priority: 0
  restartPolicy: Always
  schedulerName: default-scheduler
  securityContext: {{}}
  serviceAccount: default
  serviceAccountName: default
  terminationGracePeriodSeconds: 30
  tolerations:
  - effect: NoExecute
    key: node.kubernetes.io/not-ready
    operator: Exists
    tolerationSeconds: 300
  - effect: NoExecute
    key: node.kubernetes.io/unreachable
    operator: Exists
    tolerationSeconds: 300
  volumes:
{volume}  - name: kube-api-access-{token}
    projected:
      defaultMode: 420
      sources:
      - serviceAccountToken:
          expirationSeconds: 3607
          path: token
      - configMap:
          items:
          - key: ca.crt
            path: ca.crt
          name: kube-root-ca.crt
status:
  conditions:
  - lastProbeTime: null
    lastTransitionTime: \"{created}\"
    status: \"True\"
    type: Initialized
  - lastProbeTime: null
    lastTransitionTime: \"{started}\"
    status: \"True\"
    type: Ready
  - lastProbeTime: null
    lastTransitionTime: \"{started}\"
    status: \"True\"
    type: ContainersReady
  - lastProbeTime: null
    lastTransitionTime: \"{created}\"
    status: \"True\"
    type: PodScheduled
  containerStatuses:
  - containerID: cri-o://{container_id}
    image: registry.example.com/apps/{container}@sha256:{image}
    imageID: registry.example.com/apps/{container}@sha256:{image_id}
    lastState: {{}}
    name: {container}
    ready: true
    restartCount: {}
    started: true
    state:
      running:
        startedAt: \"{started}\"
  hostIP: 10.{cluster}.{}.17
  phase: Running
  podIP: {ip}
  podIPs:
  - ip: {ip}
  qosClass: Burstable
  startTime: \"{created}\"
",
        random.hex64(),
        random.below(256),
        random.below(256),
        random.below(256),
        random.uid(),
        random.below(3),
        128 + pod.node,
    )
}

fn managed_fields(container: &str, time: Moment) -> String {
    let container = format!("k:{{\"name\":\"{container}\"}}");
    format!(
        "  managedFields:
  - apiVersion: v1
    fieldsType: FieldsV1
    fieldsV1:
      f:metadata:
        f:generateName: {{}}
        f:labels:
          .: {{}}
          f:app: {{}}
          f:app.kubernetes.io/part-of: {{}}
          f:pod-template-hash: {{}}
        f:ownerReferences:
          .: {{}}
      f:spec:
        f:containers:
          {container}:
            .: {{}}
            f:command: {{}}
            f:env:
              .: {{}}
              k:{{\"name\":\"APP_USER\"}}:
                .: {{}}
                f:name: {{}}
                f:value: {{}}
            f:image: {{}}
            f:imagePullPolicy: {{}}
            f:livenessProbe:
              .: {{}}
              f:failureThreshold: {{}}
              f:httpGet:
                .: {{}}
                f:path: {{}}
                f:port: {{}}
            f:name: {{}}
            f:resources: {{}}
        f:dnsPolicy: {{}}
        f:restartPolicy: {{}}
        f:schedulerName: {{}}
    manager: kube-controller-manager
    operation: Update
    time: \"{time}\"
  - apiVersion: v1
    fieldsType: FieldsV1
    fieldsV1:
      f:status:
        f:conditions:
          k:{{\"type\":\"Ready\"}}:
            .: {{}}
            f:lastProbeTime: {{}}
            f:lastTransitionTime: {{}}
            f:status: {{}}
            f:type: {{}}
        f:containerStatuses: {{}}
        f:hostIP: {{}}
        f:phase: {{}}
        f:podIP: {{}}
        f:startTime: {{}}
    manager: kubelet
    operation: Update
    subresource: status
    time: \"{time}\"
"
    )
}

/// The events of an application's namespace: probes that fail now and then, and on the target the attachment of an ill run.
pub fn events(random: &mut Random, plan: &Plan, cluster: usize) -> Vec<String> {
    let mut events = Vec::new();
    for pod in &plan.pods {
        let at = Moment(GATHERED.0 - random.below(20 * HOUR) / SECOND * SECOND);
        let told = match random.below(3) {
            0 => ("Scheduled", "Normal", format!("Successfully assigned {}/{} to {}", plan.namespace, pod.name, node(cluster, pod.node))),
            1 => ("Pulled", "Normal", "Container image already present on machine".to_owned()),
            _ => {
                let text = "'Readiness probe failed: Get \"http://10.128.0.12:8080/healthz\": context deadline\n  exceeded (Client.Timeout exceeded while awaiting headers)'";
                ("Unhealthy", "Warning", text.to_owned())
            }
        };
        events.push(event(random, plan, cluster, pod, told, at));
    }
    let timed_out = plan.runs.iter().find(|run| run.end == End::RestoreTimedOut);
    if let (Some(run), 1, Some(volume)) = (timed_out, cluster, plan.volumes.last()) {
        let text = format!("Multi-Attach error for volume \"{}\"\n  Volume is already used by pod(s) {}", volume.pv, plan.pods[0].name);
        let at = run.begin.plus(12 * 60 * SECOND);
        events.push(event(random, plan, cluster, &plan.pods[volume.pod], ("FailedAttachVolume", "Warning", text), at));
    }
    events
}

fn event(random: &mut Random, plan: &Plan, cluster: usize, pod: &Pod, (reason, severity, message): (&str, &str, String), at: Moment) -> String {
    let (name, namespace, version) = (&pod.name, &plan.namespace, random.below(100_000_000));
    let last = if reason == "FailedAttachVolume" { at.plus(40 * 60 * SECOND) } else { at };
    format!(
        "apiVersion: v1
count: {}
firstTimestamp: \"{at}\"
involvedObject:
  apiVersion: v1
  kind: Pod
  name: {name}
  namespace: {namespace}
  resourceVersion: \"{version}\"
  uid: {}
kind: Event
lastTimestamp: \"{last}\"
message: {message}
metadata:
  creationTimestamp: \"{at}\"
  name: {name}.{:016x}
  namespace: {namespace}
  resourceVersion: \"{version}\"
  uid: {}
reason: {reason}
reportingComponent: \"\"
reportingInstance: \"\"
source:
  component: kubelet
type: {severity}
",
        1 + random.below(40),
        pod.uids[cluster],
        random.next(),
        random.uid()
    )
}
