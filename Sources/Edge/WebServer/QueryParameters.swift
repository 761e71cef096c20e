/// The parameters of a query string or form: decoded, in order, names may repeat.
package struct QueryParameters: Hashable, Sendable {
  /// One `name=value`; the value is empty when there was no equals sign.
  package struct Parameter: Hashable, Sendable {
    package var name: String
    package var value: String
  }

  /// All parameters.
  package private(set) var all: [Parameter]

  package init(_ all: [Parameter] = []) { self.all = all }

  /// Decodes `a=1&b=x%20y&b=z+w`; nil when a percent escape is broken.
  package init?(decoding text: Substring) {
    all = []
    for part in text.split(separator: "&", omittingEmptySubsequences: true) {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentCoding.decode(sides[0], plusIsSpace: true),
        let value = PercentCoding.decode(sides.count > 1 ? sides[1] : "", plusIsSpace: true)
      else { return nil }
      all.append(Parameter(name: name, value: value))
    }
  }

  /// The first value of a name.
  package subscript(name: String) -> String? { all.first { $0.name == name }?.value }

  /// All values of a name, in order: `match[]` and `collect[]` repeat.
  package func values(_ name: String) -> [String] { all.filter { $0.name == name }.map(\.value) }

  /// Whether there is no parameter.
  package var isEmpty: Bool { all.isEmpty }
}
