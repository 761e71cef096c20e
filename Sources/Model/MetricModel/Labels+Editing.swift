extension Labels {
  /// The same labels with one set to a value; an empty value removes it.
  public func setting(_ name: String, _ value: String) -> Labels {
    Labels(Array(self) + [Label(name: name, value: value)])
  }

  /// These labels, overridden by others where both have a name; an empty value there cannot exist.
  public func merging(_ others: Labels) -> Labels {
    others.isEmpty ? self : Labels(Array(self) + Array(others))
  }

  /// The labels whose names are not in the list.
  public func removing(_ names: some Collection<String>) -> Labels {
    Labels(sorted: filter { !names.contains($0.name) })
  }

  /// The labels whose names are in the list.
  public func keeping(_ names: some Collection<String>) -> Labels {
    Labels(sorted: filter { names.contains($0.name) })
  }

  /// The labels without the metric name.
  public var withoutMetricName: Labels {
    self[Label.metricName] == nil ? self : removing(CollectionOfOne(Label.metricName))
  }

  /// The labels as a dictionary, for templates and JSON.
  public var dictionary: [String: String] {
    Dictionary(map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
  }
}
