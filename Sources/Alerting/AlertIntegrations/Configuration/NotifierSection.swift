package import Configuration
package import TransportSecurity
package import YAMLDecoding

/// A section of an `alertmanager.yml` that a kind of notifier reads: `global`, one entry of the
/// kind's list, or a mapping below an entry.
///
/// Accessors do not throw: they report an error with its position and return `nil` or a default, so
/// that one pass finds every error. A key that is never read is reported as unknown.
package struct NotifierSection {
  /// The keys, for values that are neither templates nor secrets.
  package let mapping: ConfigMapping
  /// The receiver; empty in `global`.
  let receiver: String
  /// The values that all sections of the file share.
  let file: NotifierFile
  /// `http_config` of `global`.
  let globalHTTP: HTTPClientConfiguration

  /// A text that is a template; it is parsed to find mistakes.
  package func text(_ key: String) -> String? {
    guard let text = mapping.string(key), let node = mapping.node(key) else { return nil }
    file.checker.check(text, at: node, what: key)
    return text
  }

  /// The same with a default, in the form in which the texts of a kind are mapped.
  package func text(_ key: String, _ fallback: String) -> String { text(key) ?? fallback }

  /// A text that is a template, and must be there and not be empty.
  package func requiredText(_ key: String) -> String {
    _ = mapping.requiredString(key)
    return text(key, "")
  }

  /// A text that is no template; an empty one counts as not given.
  package func filled(_ key: String) -> String? { mapping.filled(key) }

  /// A secret: the key itself, or with `_file` behind it the file that holds it.
  package func secret(_ key: String) -> Secret? {
    mapping.secret(key, directory: file.directory)
  }

  /// A secret URL; a literal one in the configuration must begin with `http://` or `https://`.
  package func secretURL(_ key: String) -> Secret? {
    mapping.secretURL(key, directory: file.directory)
  }

  /// A secret URL that must be there; without one the answer is empty.
  package func requiredURL(_ key: String) -> Secret {
    guard let url = secretURL(key) else {
      mapping.missing(key, fix: "set \(key) or \(key)_file")
      return .inline("")
    }
    return url
  }

  /// `http_config`: the section's own, else that of `global`.
  package func http() -> HTTPClientConfiguration {
    mapping.httpConfiguration(directory: file.directory) ?? globalHTTP
  }

  /// A TLS section; `nil` when it is not given.
  package func tls(_ key: String) -> TLSConfiguration? {
    mapping.tlsConfiguration(key, directory: file.directory)
  }

  /// `timeout` of one call; zero counts as not given.
  package func timeout() -> Duration? { mapping.interval("timeout") }

  /// The mapping below a key; `nil` when it is not given.
  package func section(_ key: String) -> NotifierSection? {
    mapping.mapping(key).map(below)
  }

  /// The pairs of a mapping of names to templates; `what` is the name of a pair in messages.
  package func texts(_ key: String, what: String) -> [ConfigStringPair] {
    let pairs = mapping.stringPairs(key)
    for pair in pairs {
      file.checker.check(pair.text, at: pair.node, what: "\(what) \"\(pair.key)\"")
    }
    return pairs
  }

  /// The mappings of a list; `context` is the name of a mapping in messages.
  package func sections(_ key: String, context: String) -> [NotifierSection] {
    mapping.mappings(key, context: context).map(below)
  }

  /// Reports `message` unless `condition` holds, or the file has other mistakes, of which this may
  /// be a consequence.
  package func require(_ condition: Bool, _ message: String) {
    guard !condition, mapping.diagnostics.count == file.errorsBefore else { return }
    mapping.report("receiver \"\(receiver)\": \(message)")
  }

  /// Reports every key that was never read.
  package func finish() { mapping.finish() }

  private func below(_ mapping: ConfigMapping) -> NotifierSection {
    NotifierSection(mapping: mapping, receiver: receiver, file: file, globalHTTP: globalHTTP)
  }
}

/// The values that all sections of one file share.
package struct NotifierFile {
  /// The folder from which relative paths count.
  let directory: String
  /// Finds mistakes in templates.
  let checker: TemplateChecker
  /// How many errors there were before the file was read.
  let errorsBefore: Int

  /// Makes the shared values.
  package init(directory: String, checker: TemplateChecker, errorsBefore: Int) {
    self.directory = directory
    self.checker = checker
    self.errorsBefore = errorsBefore
  }
}
