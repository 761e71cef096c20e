/// The text of a scrape, parsed just well enough for tests: families, samples and values.
package struct ExpositionText: Sendable {
  /// One sample line.
  package struct Sample: Sendable, Equatable {
    package let name: String
    package let labels: [String: String]
    package let value: String

    /// The value as a number.
    package var number: Double { Double(value) ?? .nan }
  }

  /// The type of each family by name.
  package private(set) var types: [String: String] = [:]
  /// Every sample in the order of the text.
  package private(set) var samples: [Sample] = []
  /// The lines that could not be parsed.
  package private(set) var strayLines: [String] = []

  /// Parses the text.
  package init(_ text: String) {
    for line in text.split(separator: "\n") {
      if line.hasPrefix("# TYPE ") {
        let words = line.split(separator: " ")
        if words.count == 4 { types[String(words[2])] = String(words[3]) }
      } else if !line.hasPrefix("#") {
        if let sample = Self.sample(line) {
          samples.append(sample)
        } else {
          strayLines.append(String(line))
        }
      }
    }
  }

  /// The samples of a name that have at least these labels.
  package func all(_ name: String, _ labels: [String: String] = [:]) -> [Sample] {
    samples.filter { sample in
      sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
    }
  }

  /// The value of the first sample of a name that has at least these labels; nil if there is none.
  package func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    all(name, labels).first?.number
  }

  private static func sample(_ line: Substring) -> Sample? {
    guard let space = line.lastIndex(of: " ") else { return nil }
    let series = line[..<space]
    let value = String(line[line.index(after: space)...])
    guard let brace = series.firstIndex(of: "{") else {
      return Sample(name: String(series), labels: [:], value: value)
    }
    guard series.hasSuffix("}") else { return nil }
    var labels: [String: String] = [:]
    var rest = series[series.index(after: brace)...].dropLast()
    while let equals = rest.firstIndex(of: "=") {
      let name = String(rest[..<equals])
      var text = ""
      rest = rest[equals...].dropFirst(2)
      while let character = rest.popFirst(), character != "\"" {
        guard character == "\\" else {
          text.append(character)
          continue
        }
        let escaped = rest.popFirst() ?? "\\"
        text.append(escaped == "n" ? "\n" : escaped)
      }
      labels[name] = text
      if rest.first == "," { rest.removeFirst() }
    }
    return Sample(name: String(series[..<brace]), labels: labels, value: value)
  }
}
