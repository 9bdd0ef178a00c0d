//! Columns of Kubernetes and OpenShift.

use std::borrow::Cow;

use super::{AGE, Cell, Fixed, cells, made, path, wide_made, wide_path};

const CONTAINERS: Fixed = wide_made("CONTAINERS", cells::containers);
const IMAGES: Fixed = wide_made("IMAGES", cells::images);
const SELECTOR: Fixed = wide_made("SELECTOR", cells::match_labels);

const DESIRED: Fixed = path("DESIRED", "spec.replicas");
const CURRENT: Fixed = path("CURRENT", "status.replicas");
const READY: Fixed = path("READY", "status.readyReplicas");
const READY_OF_ALL: Fixed = made("READY", cells::replicas);
const PHASE: Fixed = path("STATUS", "status.phase");
const ACCESS: Fixed = made("ACCESS MODES", cells::access);
const CLASS: Fixed = path("STORAGECLASS", "spec.storageClassName");
const VOLUME_MODE: Fixed = wide_path("VOLUMEMODE", "spec.volumeMode");
const AVAILABLE: Fixed = ("AVAILABLE", false, Cell::Condition("Available"));
const PROGRESSING: Fixed = ("PROGRESSING", false, Cell::Condition("Progressing"));
const CREATED: Fixed = ("CREATED AT", false, Cell::Created);
const DATA: Fixed = ("DATA", false, Cell::Count("data"));
const WIDE_AGE: Fixed = ("AGE", true, Cell::Age);

pub(super) const COLUMNS: &[(&str, &str, &[Fixed])] = &[
    (
        "Pod",
        "",
        &[
            made("READY", cells::ready),
            made("STATUS", cells::pod_status),
            made("RESTARTS", cells::restarts),
            AGE,
            wide_path("IP", "status.podIP"),
            wide_path("NODE", "spec.nodeName"),
        ],
    ),
    (
        "PersistentVolumeClaim",
        "",
        &[PHASE, path("VOLUME", "spec.volumeName"), path("CAPACITY", "status.capacity.storage"), ACCESS, CLASS, AGE, VOLUME_MODE],
    ),
    (
        "PersistentVolume",
        "",
        &[
            path("CAPACITY", "spec.capacity.storage"),
            ACCESS,
            path("RECLAIM POLICY", "spec.persistentVolumeReclaimPolicy"),
            PHASE,
            made("CLAIM", cells::claim),
            CLASS,
            path("REASON", "status.reason"),
            AGE,
            VOLUME_MODE,
        ],
    ),
    (
        "Node",
        "",
        &[
            ("STATUS", false, Cell::State),
            made("ROLES", cells::roles),
            AGE,
            path("VERSION", "status.nodeInfo.kubeletVersion"),
            wide_made("INTERNAL-IP", cells::internal_ip),
            wide_path("OS-IMAGE", "status.nodeInfo.osImage"),
            wide_path("KERNEL-VERSION", "status.nodeInfo.kernelVersion"),
            wide_path("CONTAINER-RUNTIME", "status.nodeInfo.containerRuntimeVersion"),
        ],
    ),
    ("Namespace", "", &[PHASE, AGE]),
    (
        "Service",
        "",
        &[
            path("TYPE", "spec.type"),
            path("CLUSTER-IP", "spec.clusterIP"),
            made("EXTERNAL-IP", cells::external_ip),
            made("PORT(S)", cells::ports),
            AGE,
            wide_made("SELECTOR", cells::service_selector),
        ],
    ),
    ("Endpoints", "", &[made("ENDPOINTS", cells::endpoints), AGE]),
    ("ConfigMap", "", &[DATA, AGE]),
    ("Secret", "", &[path("TYPE", "type"), DATA, AGE]),
    ("ServiceAccount", "", &[("SECRETS", false, Cell::Count("secrets")), AGE]),
    ("ResourceQuota", "", &[AGE, made("REQUEST", cells::quota)]),
    ("LimitRange", "", &[CREATED]),
    ("ReplicationController", "", &[DESIRED, CURRENT, READY, AGE, CONTAINERS, IMAGES]),
    (
        "Deployment",
        "apps",
        &[
            READY_OF_ALL,
            path("UP-TO-DATE", "status.updatedReplicas"),
            path("AVAILABLE", "status.availableReplicas"),
            AGE,
            CONTAINERS,
            IMAGES,
            SELECTOR,
        ],
    ),
    ("ReplicaSet", "apps", &[DESIRED, CURRENT, READY, AGE, CONTAINERS, IMAGES, SELECTOR]),
    ("StatefulSet", "apps", &[READY_OF_ALL, AGE, CONTAINERS, IMAGES]),
    (
        "DaemonSet",
        "apps",
        &[
            path("DESIRED", "status.desiredNumberScheduled"),
            path("CURRENT", "status.currentNumberScheduled"),
            path("READY", "status.numberReady"),
            path("UP-TO-DATE", "status.updatedNumberScheduled"),
            path("AVAILABLE", "status.numberAvailable"),
            made("NODE SELECTOR", cells::node_selector),
            AGE,
            CONTAINERS,
            IMAGES,
            SELECTOR,
        ],
    ),
    (
        "Job",
        "batch",
        &[("STATUS", false, Cell::State), made("COMPLETIONS", cells::completions), made("DURATION", cells::duration), AGE, CONTAINERS, IMAGES],
    ),
    (
        "CronJob",
        "batch",
        &[
            path("SCHEDULE", "spec.schedule"),
            path("SUSPEND", "spec.suspend"),
            ("ACTIVE", false, Cell::Count("status.active")),
            ("LAST SCHEDULE", false, Cell::Since(Cow::Borrowed("status.lastScheduleTime"))),
            AGE,
            CONTAINERS,
            IMAGES,
        ],
    ),
    (
        "HorizontalPodAutoscaler",
        "autoscaling",
        &[
            made("REFERENCE", cells::scaled),
            path("MINPODS", "spec.minReplicas"),
            path("MAXPODS", "spec.maxReplicas"),
            path("REPLICAS", "status.currentReplicas"),
            AGE,
        ],
    ),
    (
        "PodDisruptionBudget",
        "policy",
        &[
            path("MIN AVAILABLE", "spec.minAvailable"),
            path("MAX UNAVAILABLE", "spec.maxUnavailable"),
            path("ALLOWED DISRUPTIONS", "status.disruptionsAllowed"),
            AGE,
        ],
    ),
    ("NetworkPolicy", "networking.k8s.io", &[made("POD-SELECTOR", cells::pod_selector), AGE]),
    (
        "StorageClass",
        "storage.k8s.io",
        &[
            path("PROVISIONER", "provisioner"),
            path("RECLAIMPOLICY", "reclaimPolicy"),
            path("VOLUMEBINDINGMODE", "volumeBindingMode"),
            path("ALLOWVOLUMEEXPANSION", "allowVolumeExpansion"),
            AGE,
        ],
    ),
    (
        "VolumeAttachment",
        "storage.k8s.io",
        &[
            path("ATTACHER", "spec.attacher"),
            path("PV", "spec.source.persistentVolumeName"),
            path("NODE", "spec.nodeName"),
            path("ATTACHED", "status.attached"),
            AGE,
        ],
    ),
    ("CustomResourceDefinition", "apiextensions.k8s.io", &[CREATED]),
    (
        "Route",
        "route.openshift.io",
        &[
            path("HOST/PORT", "spec.host"),
            path("PATH", "spec.path"),
            path("SERVICES", "spec.to.name"),
            path("PORT", "spec.port.targetPort"),
            path("TERMINATION", "spec.tls.termination"),
            ("ADMITTED", true, Cell::State),
            WIDE_AGE,
        ],
    ),
    (
        "DeploymentConfig",
        "apps.openshift.io",
        &[path("REVISION", "status.latestVersion"), DESIRED, CURRENT, wide_path("READY", "status.readyReplicas"), WIDE_AGE],
    ),
    ("ImageStream", "image.openshift.io", &[path("IMAGE REPOSITORY", "status.dockerImageRepository"), made("TAGS", cells::tags), AGE]),
    (
        "ClusterVersion",
        "config.openshift.io",
        &[path("VERSION", "status.desired.version"), AVAILABLE, PROGRESSING, made("STATUS", cells::progressing)],
    ),
    (
        "ClusterOperator",
        "config.openshift.io",
        &[
            made("VERSION", cells::operator_version),
            AVAILABLE,
            PROGRESSING,
            ("DEGRADED", false, Cell::Condition("Degraded")),
            wide_made("MESSAGE", cells::degraded),
        ],
    ),
    (
        "ClusterServiceVersion",
        "operators.coreos.com",
        &[path("DISPLAY", "spec.displayName"), path("VERSION", "spec.version"), path("REPLACES", "spec.replaces"), path("PHASE", "status.phase")],
    ),
    ("Subscription", "operators.coreos.com", &[path("PACKAGE", "spec.name"), path("SOURCE", "spec.source"), path("CHANNEL", "spec.channel")]),
];
