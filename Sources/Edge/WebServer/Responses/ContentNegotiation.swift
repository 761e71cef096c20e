/// Decides whether a response is compressed.
enum ContentNegotiation {
  /// Whether an `Accept-Encoding` value accepts gzip, by name or by `*`, with a weight other than
  /// 0.
  static func acceptsGzip(_ header: String?) -> Bool {
    guard let header else { return false }
    var wildcard = false
    for element in header.split(separator: ",") {
      let parts = element.split(separator: ";").map(trimmed)
      guard let coding = parts.first?.lowercased() else { continue }
      let isWelcome = !parts.dropFirst().contains(where: isZeroWeight)
      if coding == "gzip" || coding == "x-gzip" { return isWelcome }
      if coding == "*" { wildcard = isWelcome }
    }
    return wildcard
  }

  /// Whether bodies of a content type are worth compressing: text of any kind, but no event streams
  /// and no images.
  static func isCompressible(_ contentType: String?) -> Bool {
    guard let contentType else { return false }
    let type = contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
    return type.hasPrefix("text/") && type != "text/event-stream"
      || type.hasSuffix("json") || type.hasSuffix("xml") || type.hasSuffix("javascript")
      || type.hasPrefix("application/openmetrics-text") || type == "application/yaml"
  }

  /// The response as it is sent: compressed if the client accepts gzip and the body is worth it.
  static func encode(_ response: HTTPResponse, acceptEncoding: String?) -> HTTPResponse {
    let isLong = response.body.count > Gzip.minimumBytes || response.parts != nil
    guard isLong, response.headers["Content-Encoding"] == nil,
      isCompressible(response.headers["Content-Type"])
    else { return response }
    var response = response
    response.headers.append("Vary", "Accept-Encoding")
    guard acceptsGzip(acceptEncoding) else { return response }
    if response.parts != nil {
      response.compressesParts = true
      response.headers["Content-Encoding"] = "gzip"
      return response
    }
    guard let body = Gzip.compress(response.body) else {
      return response
    }
    response.body = body
    response.headers["Content-Encoding"] = "gzip"
    return response
  }

  private static func isZeroWeight(_ parameter: String) -> Bool {
    let sides = parameter.split(separator: "=").map(trimmed)
    return sides.count == 2 && sides[0].lowercased() == "q" && Double(sides[1]) == 0
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    String(
      text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
