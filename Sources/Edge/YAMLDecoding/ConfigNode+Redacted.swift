extension ConfigNode {
  /// Keys whose values may be secret: passwords, tokens, and URLs that contain one.
  static let secretKeys: Set<String> = [
    "api_key", "api_token", "api_url", "app_token", "auth_password", "auth_secret",
    "bearer_token", "client_secret", "credentials", "password", "proxy_url", "routing_key",
    "secret", "secrets", "service_key", "slack_api_url", "smtp_auth_password", "smtp_auth_secret",
    "token", "url",
    "user_key", "webhook_url",
  ]

  /// The value as YAML text for status pages, with `<secret>` in place of everything that may be
  /// secret.
  package var redactedYAML: String {
    var text = ""
    write(to: &text, indent: 0, isInline: false)
    return text
  }

  private func write(to text: inout String, indent: Int, isInline: Bool) {
    let margin = String(repeating: "  ", count: indent)
    switch kind {
    case .mapping(let pairs) where !pairs.isEmpty:
      for (index, pair) in pairs.enumerated() {
        text += index == 0 && isInline ? "" : margin
        text += Self.key(pair.key) + ":"
        if Self.secretKeys.contains(pair.key), !pair.value.isNull {
          text += " <secret>\n"
        } else {
          pair.value.writeMember(to: &text, indent: indent)
        }
      }
    case .list(let elements) where !elements.isEmpty:
      for element in elements {
        text += margin + "- "
        element.write(to: &text, indent: indent + 1, isInline: true)
      }
    case .mapping: text += "{}\n"
    case .list: text += "[]\n"
    case .scalar: text += scalarText + "\n"
    }
  }

  private func writeMember(to text: inout String, indent: Int) {
    switch kind {
    case .mapping(let pairs) where !pairs.isEmpty:
      text += "\n"
      write(to: &text, indent: indent + 1, isInline: false)
    case .list(let elements) where !elements.isEmpty:
      text += "\n"
      write(to: &text, indent: indent + 1, isInline: false)
    default:
      text += " "
      write(to: &text, indent: indent, isInline: true)
    }
  }

  private var scalarText: String {
    guard case .scalar(let word, let style) = kind else { return "" }
    return style == .plain ? word : Self.quoted(word)
  }

  /// A key, without quotes if it is a plain word.
  private static func key(_ text: String) -> String {
    let isWord =
      !text.isEmpty
      && text.utf8.allSatisfy { byte in
        (97...122).contains(byte | 0x20) || (48...57).contains(byte) || byte == 95
      }
    return isWord ? text : quoted(text)
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case "\r": quoted += "\\r"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
