/// The reply to `INFO`: lines of `field:value` under section headings.
///
/// Accepts bytes of any kind: lines that are not fields are left out, values retain their colons,
/// and of a field that occurs twice both are listed.
package struct RedisInfo: Sendable {
  /// One line.
  package struct Field: Sendable, Equatable {
    /// The part before the first colon.
    package let key: String
    /// The part after it.
    package let value: String

    /// The value as a number; `ok` and `true` are 1, `err`, `fail` and `false` are 0; nil for other
    /// words.
    package var number: Double? {
      switch value {
      case "ok", "true": 1
      case "err", "fail", "false": 0
      default: Double(value)
      }
    }
  }

  /// The fields in the order of the text.
  package private(set) var fields: [Field] = []
  private var index: [String: Int] = [:]

  /// Reads the text.
  package init(parsing text: [UInt8]) {
    fields.reserveCapacity(256)
    var rest = text[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      var line = rest[..<end]
      rest = rest[end...].dropFirst()
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      guard line.first != UInt8(ascii: "#"), let colon = line.firstIndex(of: UInt8(ascii: ":"))
      else { continue }
      let key = String(decoding: line[..<colon], as: UTF8.self)
      let value = String(decoding: line[(colon + 1)...], as: UTF8.self)
      if index[key] == nil { index[key] = fields.count }
      fields.append(Field(key: key, value: value))
    }
  }

  /// The value of a field; nil if there is none.
  package subscript(key: String) -> String? { index[key].map { fields[$0].value } }

  /// The value of a field as a number.
  package func number(_ key: String) -> Double? { index[key].flatMap { fields[$0].number } }
}

/// A value of the form `calls=1,usec=9`: attributes by name, in whatever order and number this
/// version writes them.
struct InfoAttributes {
  private let pairs: [(name: Substring, value: Substring)]

  init(_ text: String) {
    pairs = text.split(separator: ",").compactMap { item in
      guard let equals = item.firstIndex(of: "=") else { return nil }
      return (item[..<equals], item[item.index(after: equals)...])
    }
  }

  subscript(name: String) -> String? {
    pairs.first { $0.name == name }.map { String($0.value) }
  }

  func number(_ name: String) -> Double? { self[name].flatMap { Double($0) } }
}
