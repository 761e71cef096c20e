/// The texts of a mail: as they stand in the settings, as parsed templates, or rendered.
struct EmailTexts<Text> {
  /// A list of addresses, separated by commas.
  var to: Text
  /// One address.
  var from: Text
  var html: Text
  var text: Text
  /// `headers`, `Subject` among them.
  var headers: [EmailHeader<Text>]

  /// Transforms every text; `key` is its name in `email_configs`.
  func map<Other, Failure: Error>(
    _ transform: (_ key: String, _ text: Text) throws(Failure) -> Other
  ) throws(Failure) -> EmailTexts<Other> {
    var result = EmailTexts<Other>(
      to: try transform("to", to),
      from: try transform("from", from),
      html: try transform("html", html),
      text: try transform("text", text),
      headers: [])
    for header in headers {
      let text = try transform("headers.\(header.name)", header.text)
      result.headers.append(EmailHeader(name: header.name, text: text))
    }
    return result
  }
}

extension EmailTexts: Sendable where Text: Sendable {}

/// A header of a mail.
struct EmailHeader<Text> {
  /// The name as it is written.
  var name: String
  var text: Text
}

extension EmailHeader: Sendable where Text: Sendable {}
