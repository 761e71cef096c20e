/// The type of an expression's value.
package enum ValueType: String, Sendable, CustomStringConvertible {
  case scalar
  case vector = "instant vector"
  case matrix = "range vector"
  case string

  /// The name used in messages.
  package var description: String { rawValue }

  /// The name in one word, as in the HTTP API.
  package var shortName: String {
    switch self {
    case .scalar, .string: rawValue
    case .vector: "vector"
    case .matrix: "matrix"
    }
  }
}

/// A function's arguments and result; the checker's half of a function table.
package struct FunctionSignature: Sendable {
  /// How many arguments may be left out or added at the end.
  package enum Variadic: Sendable, Hashable {
    /// None: the count is fixed.
    case none
    /// The last so many arguments are optional.
    case optional(Int)
    /// The last argument may be repeated or left out.
    case repeated
    /// The last argument may be left out or stand up to so many times.
    case repeatedUpTo(Int)
  }

  /// The name, case-sensitive.
  package var name: String
  /// The types of the arguments, optional ones included.
  package var arguments: [ValueType]
  /// Which of them may be left out.
  package var variadic: Variadic
  /// What a call yields.
  package var result: ValueType

  package init(
    _ name: String, _ arguments: [ValueType], variadic: Variadic = .none,
    returns result: ValueType = .vector
  ) {
    self.name = name
    self.arguments = arguments
    self.variadic = variadic
    self.result = result
  }
}
