private import CCurl

/// A URL parsed by libcurl, so that the checked URL is the one that is fetched.
struct TargetURL: Sendable, Hashable {
  let scheme: String
  /// The host, with brackets if it is an IPv6 address.
  let host: String
  let port: Int
  let user: String?
  let password: String?
  /// The URL without user, password and fragment.
  let text: String

  /// `scheme://host:port`, which may be shown in errors.
  let origin: String

  init(parsing text: String) throws(WebClientError) {
    guard !text.utf8.contains(0) else { throw .invalidURL(reason: "it holds a NUL byte") }
    // libcurl tolerates one or three slashes and then takes the path for the host.
    let afterScheme = text.drop { $0 != ":" }
    guard afterScheme.hasPrefix("://"), !afterScheme.hasPrefix(":///") else {
      throw .invalidURL(reason: "it does not begin with http:// or https:// and a host")
    }
    self = unsafe try Self.parse { unsafe curl_url_set($0, CURLUPART_URL, text, 0) }
  }

  /// The URL of a `Location` header, resolved against this URL.
  func resolving(_ location: String) throws(WebClientError) -> TargetURL {
    guard !location.utf8.contains(0) else { throw .invalidURL(reason: "it holds a NUL byte") }
    return unsafe try Self.parse { handle in
      let status = unsafe curl_url_set(handle, CURLUPART_URL, text, 0)
      guard status == CURLUE_OK else { return status }
      return unsafe curl_url_set(handle, CURLUPART_URL, location, UInt32(CURLU_URLENCODE))
    }
  }

  /// The same URL with another host, for a TLS server name that differs from the host.
  func replacingHost(_ host: String) throws(WebClientError) -> TargetURL {
    unsafe try Self.parse { handle in
      let status = unsafe curl_url_set(handle, CURLUPART_URL, text, 0)
      guard status == CURLUE_OK else { return status }
      return unsafe curl_url_set(handle, CURLUPART_HOST, host, 0)
    }
  }

  private static func parse(
    _ fill: (OpaquePointer) -> CURLUcode
  ) throws(WebClientError) -> TargetURL {
    guard let handle = unsafe curl_url() else { throw .invalidURL(reason: "out of memory") }
    defer { unsafe curl_url_cleanup(handle) }
    let status = unsafe fill(handle)
    guard status == CURLUE_OK else {
      throw .invalidURL(reason: unsafe String(cString: curl_url_strerror(status)))
    }
    let scheme = unsafe part(handle, CURLUPART_SCHEME) ?? ""
    guard scheme == "http" || scheme == "https" else {
      throw .invalidURL(reason: "the scheme must be http or https")
    }
    guard let host = unsafe part(handle, CURLUPART_HOST), !host.isEmpty else {
      throw .invalidURL(reason: "there is no host")
    }
    let port = unsafe part(handle, CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)).flatMap { Int($0) }
    let user = unsafe part(handle, CURLUPART_USER, UInt32(CURLU_URLDECODE))
    let password = unsafe part(handle, CURLUPART_PASSWORD, UInt32(CURLU_URLDECODE))
    for secret in [CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_FRAGMENT] {
      _ = unsafe curl_url_set(handle, secret, nil, 0)
    }
    guard let port, let text = unsafe part(handle, CURLUPART_URL) else {
      throw .invalidURL(reason: "it cannot be written again")
    }
    return TargetURL(
      scheme: scheme, host: host, port: port, user: user, password: password, text: text)
  }

  private init(
    scheme: String, host: String, port: Int, user: String?, password: String?, text: String
  ) {
    self.scheme = scheme
    self.host = host
    self.port = port
    self.user = user
    self.password = password
    self.text = text
    origin = "\(scheme)://\(host):\(port)"
  }

  private static func part(
    _ handle: OpaquePointer, _ part: CURLUPart, _ flags: UInt32 = 0
  ) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard unsafe curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text = unsafe text
    else {
      return nil
    }
    defer { unsafe curl_free(text) }
    return unsafe String(cString: text)
  }
}
