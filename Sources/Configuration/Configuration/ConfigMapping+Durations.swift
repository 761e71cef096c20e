import MetricModel
package import YAMLDecoding

extension ConfigMapping {
  /// A duration as Prometheus writes it, such as `1h30m`.
  package func duration(_ key: String) -> Duration? {
    value(key, "a duration", fix: "write it like 30s, 5m or 1h30m") { node in
      node.text.flatMap { PrometheusDuration($0)?.duration }
    }
  }

  /// A duration above zero; zero means the default, as in Prometheus.
  package func interval(_ key: String) -> Duration? {
    duration(key).flatMap { $0 > .zero ? $0 : nil }
  }

  /// A text; an empty one counts as missing.
  package func filled(_ key: String) -> String? {
    string(key).flatMap { $0.isEmpty ? nil : $0 }
  }
}
