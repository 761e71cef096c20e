package import YAMLDecoding

extension ConfigMapping {
  /// Decodes a secret or the path of its file, such as `password` and `password_file`, which
  /// exclude each other. Relative paths are resolved against `directory`.
  package func secret(
    _ key: String, fileKey: String? = nil, directory: String
  ) -> Secret? {
    let fileKey = fileKey ?? "\(key)_file"
    let inline = string(key)
    let path = string(fileKey).flatMap { $0.isEmpty ? nil : $0 }
    guard let path else { return inline.map(Secret.inline) }
    if inline != nil {
      diagnostics.report(
        source.error(
          "\"\(key)\" and \"\(fileKey)\" in \(context) exclude each other",
          at: position(of: fileKey), fix: "remove one of them"))
    }
    let file = ConfigPath.resolve(path, in: directory)
    if diagnostics.readsSecretFiles { checkReading(file, key: fileKey) }
    return .file(file)
  }

  /// Decodes a secret URL. A URL in the configuration itself must begin with `http://` or
  /// `https://`.
  package func secretURL(_ key: String, directory: String) -> Secret? {
    let secret = secret(key, directory: directory)
    if case .inline(let url) = secret, !url.hasPrefix("http://"), !url.hasPrefix("https://") {
      // The value may contain a token, so it is not shown.
      report(
        "\"\(key)\" in \(context) must be a URL that begins with http:// or https://", key: key)
    }
    return secret
  }

  /// The timeout for reading one secret file while a configuration is checked.
  private static let checkLimit = Duration.seconds(2)

  /// Checks that a secret file can be read. An unreadable file is an error; one that does not
  /// answer in time is only a warning, since it delays only its users.
  private func checkReading(_ path: String, key: String) {
    do throws(SecretError) {
      let age = SecretFileReader.shared.age(ofReading: path) ?? .zero
      _ = try Secret.file(path).revealBlocking(within: max(.zero, Self.checkLimit - age))
    } catch {
      switch error {
      case .unreadable:
        report("\(error)", key: key, fix: "create the file, or let this user read it")
      case .overdue, .cancelled:
        diagnostics.warn(source.error("\(error)", at: valuePosition(of: key)))
      }
    }
  }
}
