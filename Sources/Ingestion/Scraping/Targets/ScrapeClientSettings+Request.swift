package import WebClient

extension ScrapeClientSettings {
  /// Puts the settings into a request; secrets in files are read now. Throws `unreadableSecret`.
  package func apply(to request: inout WebRequest) throws(ScrapeFailure) {
    for (name, value) in headers { request.headers[name] = value }
    request.acceptCompression = compression
    request.followRedirects = followsRedirects
    request.credentials = try authorization.credentials()
    request.tls = tls
    request.proxyURL = proxyURL.isEmpty ? nil : proxyURL
  }
}
