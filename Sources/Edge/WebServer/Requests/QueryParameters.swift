import Codecs

/// The decoded parameters of a query string or form, in order; names may repeat.
package struct QueryParameters: Hashable, Sendable {
  /// One `name=value`; the value is empty if there is no equals sign.
  package struct Parameter: Hashable, Sendable {
    /// The decoded name.
    package var name: String
    /// The decoded value.
    package var value: String
  }

  /// All parameters.
  package private(set) var all: [Parameter]

  /// Creates parameters from decoded ones.
  package init(_ all: [Parameter] = []) { self.all = all }

  /// Decodes `a=1&b=x%20y&b=z+w`; returns nil if a percent escape is malformed.
  package init?(decoding text: Substring) {
    all = []
    for part in text.split(separator: "&", omittingEmptySubsequences: true) {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decode(sides[0], plusIsSpace: true),
        let value = PercentEncoding.decode(sides.count > 1 ? sides[1] : "", plusIsSpace: true)
      else { return nil }
      all.append(Parameter(name: name, value: value))
    }
  }

  /// The first value of a name.
  package subscript(name: String) -> String? { all.first { $0.name == name }?.value }

  /// All values of a name, in order; `match[]` and `collect[]` repeat.
  package func values(_ name: String) -> [String] { all.filter { $0.name == name }.map(\.value) }

  /// Whether there are no parameters.
  package var isEmpty: Bool { all.isEmpty }
}
