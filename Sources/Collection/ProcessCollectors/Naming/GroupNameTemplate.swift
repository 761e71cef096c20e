/// A template for the name of a group: `{{.ExeBase}} of {{.Username}}`.
///
/// It is the small part of Go's text/template that process-exporter's files use: their eight
/// variables and nothing else. Our own configuration has three more.
package struct GroupNameTemplate: Hashable, Sendable {
  /// The variables.
  package enum Variable: Hashable, Sendable {
    case comm, exeBase, exeFull, username, processID, startTime, cgroups
    /// A named group of one of the rule's `cmdline` expressions.
    case match(String)
    /// Of our own: the real executable's path, the systemd unit, the container's short id.
    case executable, unit, container
  }

  enum Part: Hashable, Sendable {
    case text(String)
    case variable(Variable)
  }

  let parts: [Part]

  /// The variables that occur.
  package var variables: Set<Variable> {
    Set(
      parts.compactMap { part in
        if case .variable(let variable) = part { variable } else { nil }
      })
  }

  /// Parses a template.
  ///
  /// - Throws: `ProcessNamingError` for anything but the eight variables, and the three of our own
  ///   if they are allowed.
  package init(_ text: String, allowsOwn: Bool = false) throws(ProcessNamingError) {
    var parts: [Part] = []
    var rest = text[...]
    while let open = rest.firstRange(of: "{{") {
      if open.lowerBound > rest.startIndex {
        parts.append(.text(String(rest[..<open.lowerBound])))
      }
      rest = rest[open.upperBound...]
      guard let close = rest.firstRange(of: "}}") else {
        throw ProcessNamingError("name \"\(text)\": \"{{\" without \"}}\"")
      }
      parts.append(.variable(try Self.variable(rest[..<close.lowerBound], of: text, allowsOwn)))
      rest = rest[close.upperBound...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    self.parts = parts
  }

  /// Fills in the template.
  package func name(for variable: (Variable) -> String) -> String {
    var name = ""
    for part in parts {
      switch part {
      case .text(let text): name += text
      case .variable(let place): name += variable(place)
      }
    }
    return name
  }

  private static func variable(
    _ text: Substring, of template: String, _ allowsOwn: Bool
  ) throws(ProcessNamingError) -> Variable {
    let name = text.drop { $0 == " " }
    let trimmed = String(name.prefix { $0 != " " })
    guard name.dropFirst(trimmed.count).allSatisfy({ $0 == " " }) else {
      throw ProcessNamingError("name \"\(template)\": {{\(text)}} is not supported")
    }
    switch trimmed {
    case ".Comm": return .comm
    case ".ExeBase": return .exeBase
    case ".ExeFull": return .exeFull
    case ".Username": return .username
    case ".PID": return .processID
    case ".StartTime": return .startTime
    case ".Cgroups": return .cgroups
    case ".Executable" where allowsOwn: return .executable
    case ".Unit" where allowsOwn: return .unit
    case ".Container" where allowsOwn: return .container
    default:
      guard trimmed.hasPrefix(".Matches."), trimmed.count > 9 else {
        throw ProcessNamingError(
          "name \"\(template)\": {{\(text)}} is not supported; there are .Comm, .ExeBase, .ExeFull,"
            + " .Username, .Matches.NAME, .PID, .StartTime and .Cgroups"
            + (allowsOwn ? ", and .Executable, .Unit and .Container" : ""))
      }
      return .match(String(trimmed.dropFirst(9)))
    }
  }
}

/// A process naming rule that cannot be used.
package struct ProcessNamingError: Error, Hashable, CustomStringConvertible {
  /// What is wrong with it.
  package let description: String

  /// Makes the error.
  package init(_ description: String) {
    self.description = description
  }
}
