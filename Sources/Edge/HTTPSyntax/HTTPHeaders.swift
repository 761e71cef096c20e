/// The header fields of a request or a response in order; names are compared without case.
///
/// A list, and not the `HTTPFields` of swift-http-types: a message has few fields, and that type's
/// parsed and indexed names take twice the time for each request.
public struct HTTPHeaders: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  /// A header field.
  public struct Field: Hashable, Sendable {
    /// The name, in the case in which it was set or received.
    public var name: String
    /// The value.
    public var value: String
  }

  /// All fields in order, repeated names included.
  public private(set) var fields: [Field] = []

  public init() {}

  public init(dictionaryLiteral elements: (String, String)...) {
    fields = elements.map { Field(name: $0.0, value: $0.1) }
  }

  /// The first value of a name. Setting it removes every other field of that name; nil removes all.
  public subscript(name: String) -> String? {
    get { fields.first { Self.isSame($0.name, name) }?.value }
    set {
      let index = fields.firstIndex { Self.isSame($0.name, name) }
      fields.removeAll { Self.isSame($0.name, name) }
      guard let newValue else { return }
      fields.insert(Field(name: name, value: newValue), at: index ?? fields.count)
    }
  }

  /// All values of a name, in order.
  public func values(_ name: String) -> [String] {
    fields.filter { Self.isSame($0.name, name) }.map(\.value)
  }

  /// Adds a field without replacing those of the same name.
  public mutating func append(_ name: String, _ value: String) {
    fields.append(Field(name: name, value: value))
  }

  /// Removes all fields whose names are not in the list.
  public mutating func removeAll(except names: [String]) {
    fields.removeAll { field in !names.contains { Self.isSame($0, field.name) } }
  }

  /// Whether two names differ at most in the case of ASCII letters.
  public static func isSame(_ left: String, _ right: String) -> Bool {
    isSame(left.utf8, right.utf8)
  }

  /// Whether two names in ASCII bytes differ at most in the case of letters.
  @inlinable
  public static func isSame(
    _ left: some Collection<UInt8>, _ right: some Collection<UInt8>
  ) -> Bool {
    left.elementsEqual(right) { lowercase($0) == lowercase($1) }
  }

  @usableFromInline
  static func lowercase(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
  }
}
