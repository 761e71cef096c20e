/// The evaluator's web page with alerts, targets, rules and a query box, as one embedded file.
///
/// It loads nothing from other servers and calls the API by relative paths, so it also works behind
/// a proxy with a prefix.
package enum WebInterface {
  /// The HTML of the page, in UTF-8.
  package static var index: [UInt8] { PackageResources.index_html }

  /// The media type of the page.
  package static let contentType = "text/html; charset=utf-8"

  /// The `Content-Security-Policy` of the page: its own script and style, and requests to its own
  /// server.
  package static let contentSecurityPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
