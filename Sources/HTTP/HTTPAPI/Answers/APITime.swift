import MetricModel

extension JSONWriter {
  /// Writes an instant as Go prints a time: in RFC 3339, and the year 1 for `nil`.
  mutating func time(_ instant: Timestamp?) {
    string(instant?.rfc3339 ?? "0001-01-01T00:00:00Z")
  }

  /// Writes texts by name, sorted.
  mutating func map(_ texts: [String: String]) {
    object { json in
      for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
        json.key(name)
        json.string(text)
      }
    }
  }

  /// Writes strings as an array.
  mutating func list(_ texts: some Sequence<String>) {
    array { json in for text in texts { json.string(text) } }
  }

  /// Writes a member whose value is a string.
  mutating func member(_ key: String, _ text: String) {
    self.key(key)
    string(text)
  }
}
