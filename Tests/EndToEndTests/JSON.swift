import Foundation

/// A JSON value that is read by subscripts; a missing one is null.
struct JSON {
  let value: Any?

  init(_ bytes: [UInt8]) throws {
    value = try JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
  }

  private init(value: Any?) { self.value = value }

  init(_ object: [String: Any]) { value = object }
  init(_ array: [Any]) { value = array }

  /// The null value.
  static var null: JSON { JSON(value: nil) }

  subscript(key: String) -> JSON { JSON(value: (value as? [String: Any])?[key]) }

  subscript(index: Int) -> JSON {
    let elements = value as? [Any] ?? []
    return JSON(value: elements.indices.contains(index) ? elements[index] : nil)
  }

  var string: String? { value as? String }
  var number: Double? { (value as? NSNumber)?.doubleValue }
  var bool: Bool? { value as? Bool }
  var array: [JSON] { (value as? [Any] ?? []).map { JSON(value: $0) } }
  var object: [String: JSON] { (value as? [String: Any] ?? [:]).mapValues { JSON(value: $0) } }
  var isNull: Bool { value == nil || value is NSNull }
}
