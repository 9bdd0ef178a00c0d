//! How fast a list of pods is read: by the fast reader, by the general one, and copied into tapes.

#![allow(missing_docs, clippy::too_many_lines, reason = "a benchmark")]

use divan::counter::BytesCount;
use mig_analyze::graph::tape::Value;
use mig_analyze::ingest::kube_yaml::{Item, Limits, Reader};
use std::fmt::Write as _;

fn main() {
    divan::main();
}

/// A `PodList` as `oc adm inspect` writes it; a third of it is `managedFields`.
fn pods(count: usize) -> String {
    let mut out = String::from("---\napiVersion: v1\nitems:\n");
    for pod in 0..count {
        let _ = write!(
            out,
            "- apiVersion: v1
  kind: Pod
  metadata:
    annotations:
      k8s.ovn.org/pod-networks: '{{\"default\":{{\"ip_addresses\":[\"10.128.0.{pod}/23\"],\"mac_address\":\"0a:58:0a:80:00:1a\"}}}}'
      openshift.io/scc: restricted-v2
    creationTimestamp: \"2024-08-15T12:34:56Z\"
    generateName: mysql-6d4cf56db-
    labels:
      app: mysql
      migration.openshift.io/migrated-by-migplan: 5f0d0ff5-7a2c-4c39-9a4e-1f9a1c2c5e{pod:02x}
      pod-template-hash: 6d4cf56db
    managedFields:
    - apiVersion: v1
      fieldsType: FieldsV1
      fieldsV1:
        f:metadata:
          f:annotations:
            .: {{}}
            f:openshift.io/scc: {{}}
          f:labels:
            .: {{}}
            f:app: {{}}
            f:pod-template-hash: {{}}
        f:spec:
          f:containers:
            k:{{\"name\":\"mysql\"}}:
              .: {{}}
              f:env:
                .: {{}}
                k:{{\"name\":\"MYSQL_USER\"}}:
                  .: {{}}
                  f:name: {{}}
                  f:value: {{}}
              f:image: {{}}
              f:imagePullPolicy: {{}}
      manager: kube-controller-manager
      operation: Update
      time: \"2024-08-15T12:34:56Z\"
    name: mysql-6d4cf56db-{pod:05}
    namespace: mysql-persistent
    resourceVersion: \"{pod}4711\"
    uid: 0b5d2c2e-4c26-4d4e-8a53-2d1b0d9b{pod:04x}
  spec:
    containers:
    - command:
      - /bin/sh
      - -c
      - |
        set -e
        exec /usr/bin/run-mysqld --port=3306
      env:
      - name: MYSQL_USER
        value: changeme
      - name: MYSQL_DATABASE
        value: todolist
      image: registry.redhat.io/rhel8/mysql-80@sha256:3d6d0a1d5a3f0c7d0f8a8e1b3c0c4c2f5b5e2d2a6a7b8c9d0e1f2a3b4c5d6e7f
      imagePullPolicy: IfNotPresent
      livenessProbe:
        failureThreshold: 3
        initialDelaySeconds: 30
        periodSeconds: 10
        successThreshold: 1
        tcpSocket:
          port: 3306
        timeoutSeconds: 1
      name: mysql
      resources:
        limits:
          memory: 512Mi
      securityContext: {{}}
      terminationMessagePath: /dev/termination-log
      volumeMounts:
      - mountPath: /var/lib/mysql/data
        name: mysql-data
      - mountPath: /var/run/secrets/kubernetes.io/serviceaccount
        name: kube-api-access-7x9pq
        readOnly: true
    dnsPolicy: ClusterFirst
    enableServiceLinks: true
    nodeName: ip-10-0-143-72.us-east-2.compute.internal
    priority: 0
    restartPolicy: Always
    tolerations:
    - effect: NoExecute
      key: node.kubernetes.io/not-ready
      operator: Exists
      tolerationSeconds: 300
  status:
    conditions:
    - lastProbeTime: null
      lastTransitionTime: \"2024-08-15T12:34:56Z\"
      message: 'containers with unready status: [mysql] and then some more words that
        make the line wrap'
      reason: ContainersNotReady
      status: \"False\"
      type: Ready
    containerStatuses:
    - containerID: cri-o://4f2d7f0e4d8f4ff8a61b7a5e3f1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c
      lastState: {{}}
      name: mysql
      ready: false
      restartCount: 0
      started: true
    hostIP: 10.0.143.72
    phase: Running
    qosClass: Burstable
"
        );
    }
    out.push_str("kind: PodList\nmetadata:\n  resourceVersion: \"\"\n");
    out
}

fn run(bencher: divan::Bencher<'_, '_>, mut reader: Reader, count: usize, on_item: impl Fn(Item<'_>) + Sync) {
    let text = pods(count);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        let mut items = 0;
        reader.read(
            text.as_bytes(),
            &Limits::default(),
            &mut |item| {
                items += 1;
                on_item(item);
            },
            &mut |problem| panic!("{problem:?}"),
        );
        assert_eq!(items, count);
    });
}

#[divan::bench]
fn fast(bencher: divan::Bencher<'_, '_>) {
    run(bencher, Reader::default(), 2000, |item| {
        divan::black_box(item.draft.root().path("metadata.name").and_then(Value::text));
    });
}

#[divan::bench]
fn fast_with_tapes(bencher: divan::Bencher<'_, '_>) {
    run(bencher, Reader::default(), 2000, |item| {
        divan::black_box(item.draft.to_tape());
    });
}

#[divan::bench]
fn general(bencher: divan::Bencher<'_, '_>) {
    run(bencher, Reader::general_only(), 100, |item| {
        divan::black_box(item.draft.root().path("metadata.name").and_then(Value::text));
    });
}
