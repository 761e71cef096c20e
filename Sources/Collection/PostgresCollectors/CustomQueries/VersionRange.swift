/// A set of server versions: alternatives of conditions, as in `>=9.4.0 <10.0.0 || >=12.0.0`.
package struct VersionRange: Sendable, Hashable {
  /// A version with three numbers, 9.6.24 or 15.20.0.
  struct Version: Comparable, Hashable, Sendable {
    let major: Int
    let minor: Int
    let patch: Int

    static func < (left: Version, right: Version) -> Bool {
      (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    /// Converts libpq's version number: 90624 is 9.6.24, 150020 is 15.20.0.
    init(number: Int) {
      if number < 100_000 {
        self.init(major: number / 10_000, minor: number / 100 % 100, patch: number % 100)
      } else {
        self.init(major: number / 10_000, minor: number % 10_000, patch: 0)
      }
    }

    init(major: Int, minor: Int, patch: Int) {
      self.major = major
      self.minor = minor
      self.patch = patch
    }
  }

  private struct Condition: Hashable, Sendable {
    let lower: Version?
    let upper: Version?
    let isNegated: Bool

    /// The bounds are lower <= version < upper.
    func holds(_ version: Version) -> Bool {
      let isInside =
        lower.map { version >= $0 } ?? true && upper.map { version < $0 } ?? true
      return isInside != isNegated
    }
  }

  private var alternatives: [[Condition]]

  /// Every version.
  package static let all = VersionRange(alternatives: [[]])

  private init(alternatives: [[Condition]]) {
    self.alternatives = alternatives
  }

  /// From a version on and before another; nil is no bound.
  package init(from lower: Int?, before upper: Int?) {
    alternatives = [
      [
        Condition(
          lower: lower.map(Version.init(number:)), upper: upper.map(Version.init(number:)),
          isNegated: false)
      ]
    ]
  }

  /// Parses conditions: `>= > <= < = == != !`, blanks for and, `||` for or, `x` for any number;
  /// `nil` if the text is malformed.
  package init?(parsing text: String) {
    var alternatives: [[Condition]] = []
    for part in text.split(separator: "||", omittingEmptySubsequences: false) {
      // A blank may separate the sign from its version.
      var words: [String] = []
      for word in part.split(whereSeparator: \.isWhitespace) {
        if let last = words.last, last.allSatisfy({ "<>=!".contains($0) }) {
          words[words.count - 1] = last + word
        } else {
          words.append(String(word))
        }
      }
      guard !words.isEmpty else { return nil }
      var conditions: [Condition] = []
      for word in words {
        guard let condition = Self.condition(word) else { return nil }
        conditions.append(condition)
      }
      alternatives.append(conditions)
    }
    self.alternatives = alternatives
  }

  /// Whether a server is included, by libpq's version number.
  package func contains(_ number: Int) -> Bool {
    let version = Version(number: number)
    return alternatives.contains { $0.allSatisfy { $0.holds(version) } }
  }

  private static func condition(_ word: String) -> Condition? {
    let sign = word.prefix { "<>=!".contains($0) }
    guard let (version, next) = versions(word.dropFirst(sign.count)) else { return nil }
    // `next` is the first version that is not included: 9.5.0 for 9.4.x.
    switch sign {
    case ">=": return Condition(lower: version, upper: nil, isNegated: false)
    case ">": return Condition(lower: next, upper: nil, isNegated: false)
    case "<": return Condition(lower: nil, upper: version, isNegated: false)
    case "<=": return Condition(lower: nil, upper: next, isNegated: false)
    case "", "=", "==": return Condition(lower: version, upper: next, isNegated: false)
    case "!", "!=": return Condition(lower: version, upper: next, isNegated: true)
    default: return nil
    }
  }

  /// The first version that `9.4.1`, `9.4.x` or `12` includes, and the first one after those.
  private static func versions(_ text: Substring) -> (Version, Version)? {
    var parts: [Int?] = []
    for part in text.split(separator: ".", omittingEmptySubsequences: false) {
      if ["x", "X", "*"].contains(part) {
        parts.append(nil)
      } else if let number = Int(part), (0...9_999).contains(number), parts.last != .some(nil) {
        parts.append(number)
      } else {
        return nil
      }
    }
    guard (1...3).contains(parts.count), let major = parts[0] else { return nil }
    let given = parts + [Int?](repeating: 0, count: 3 - parts.count)
    let first = Version(major: major, minor: given[1] ?? 0, patch: given[2] ?? 0)
    let next =
      if given[1] == nil {
        Version(major: major + 1, minor: 0, patch: 0)
      } else if given[2] == nil {
        Version(major: major, minor: first.minor + 1, patch: 0)
      } else {
        Version(major: major, minor: first.minor, patch: first.patch + 1)
      }
    return (first, next)
  }
}
