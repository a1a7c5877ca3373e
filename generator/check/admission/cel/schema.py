"""The types that Kubernetes declares: its own as opaque texts, and the fields of `request` and `namespaceObject`."""

KUBERNETES = """package kubernetes;
message Quantity { string text = 1; }
message URL { string text = 1; }
message Semver { string text = 1; }
message GroupVersionKind { string group = 1; string version = 2; string kind = 3; }
message GroupVersionResource { string group = 1; string version = 2; string resource = 3; }
message UserInfo {
  string username = 1; string uid = 2; repeated string groups = 3; map<string, google.protobuf.ListValue> extra = 4;
}
message AdmissionRequest {
  GroupVersionKind kind = 1; GroupVersionResource resource = 2; string subResource = 3;
  GroupVersionKind requestKind = 4; GroupVersionResource requestResource = 5; string requestSubResource = 6;
  string name = 7; string namespace = 8; string operation = 9; UserInfo userInfo = 10; bool dryRun = 11;
  google.protobuf.Value options = 12;
}
message NamespaceSpec { repeated string finalizers = 1; }
message NamespaceCondition {
  string status = 1; string type = 2; google.protobuf.Timestamp lastTransitionTime = 3; string message = 4;
  string reason = 5;
}
message NamespaceStatus { repeated NamespaceCondition conditions = 1; string phase = 2; }
message NamespaceMetadata {
  string name = 1; string generateName = 2; string namespace = 3; map<string, string> labels = 4;
  map<string, string> annotations = 5; string UID = 6; google.protobuf.Timestamp creationTimestamp = 7;
  int64 deletionGracePeriodSeconds = 8; google.protobuf.Timestamp deletionTimestamp = 9; int64 generation = 10;
  string resourceVersion = 11; repeated string finalizers = 12;
}
message Namespace { NamespaceMetadata metadata = 1; NamespaceSpec spec = 2; NamespaceStatus status = 3; }
"""

NET = """package net;
message IP { string text = 1; }
message CIDR { string text = 1; }
"""
