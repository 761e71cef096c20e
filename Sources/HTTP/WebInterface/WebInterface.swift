/// The evaluator's page: alerts, targets, rules and a query box, in one file that lies in the program.
///
/// It loads nothing from elsewhere and asks the API by relative paths, so it also works behind a proxy with a prefix.
package enum WebInterface {
  /// The page, UTF-8.
  package static var index: [UInt8] { PackageResources.index_html }

  /// Its media type.
  package static let contentType = "text/html; charset=utf-8"

  /// What the page may do, for the header `Content-Security-Policy`: its own script and style, and requests to its own server.
  package static let contentSecurityPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
