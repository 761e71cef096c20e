import CCurl
import TransportSecurity

/// One request of a chain of redirects; the first is the caller's own.
struct RedirectStep {
  let url: TargetURL
  let request: WebRequest
  let redirects: Int
  private let method: WebRequest.Method
  private let headers: HTTPHeaders
  private let body: [UInt8]?
  /// Whether the request goes to the host that the caller named; only this host gets the
  /// credentials.
  private let isAtHome: Bool

  /// Creates the first step of a request.
  ///
  /// - Throws: `invalidURL` or `invalidRequest`.
  init(_ request: WebRequest) throws(WebClientError) {
    let url = try TargetURL(parsing: request.url)
    var headers = request.headers
    if let credentials = request.credentials {
      headers["Authorization"] = credentials.authorization
    } else if url.user != nil || url.password != nil {
      let credentials = WebCredentials.basic(
        username: url.user ?? "", password: url.password ?? "")
      headers["Authorization"] = credentials.authorization
    }
    try self.init(
      url: url, request: request, redirects: 0, method: request.method, headers: headers,
      body: request.body, isAtHome: true)
  }

  private init(
    url: TargetURL, request: WebRequest, redirects: Int, method: WebRequest.Method,
    headers: HTTPHeaders, body: [UInt8]?, isAtHome: Bool
  ) throws(WebClientError) {
    guard HeaderSyntax.isToken(method.rawValue) else {
      throw .invalidRequest(reason: "the method is no word")
    }
    for field in headers.fields {
      guard HeaderSyntax.isToken(field.name), HeaderSyntax.isValue(field.value) else {
        throw .invalidRequest(reason: "a header field holds characters that are not allowed")
      }
    }
    self.url = url
    self.request = request
    self.redirects = redirects
    self.method = method
    self.headers = headers
    self.body = body
    self.isAtHome = isAtHome
  }

  // MARK: - Redirects

  /// Headers that may be sent to another host, because they do not identify the caller.
  private static let harmlessHeaders = [
    "Accept", "Accept-Language", "Content-Type", "User-Agent",
  ]

  /// The request that a redirect asks for; nil if the response is not a redirect.
  func following(_ response: WebResponse) throws(WebClientError) -> RedirectStep? {
    guard [301, 302, 303, 307, 308].contains(response.status),
      let location = response.headers["Location"], !location.isEmpty
    else { return nil }
    let next: TargetURL
    do {
      next = try url.resolving(location)
    } catch {
      throw .protocolError(origin: url.origin, reason: "redirect to a URL that cannot be followed")
    }
    var headers = headers
    let staysAtHome = isAtHome && next.origin == url.origin
    if !staysAtHome { headers.removeAll(except: Self.harmlessHeaders) }
    // As browsers do: only 307 and 308 repeat the method and the body.
    let becomesGet =
      response.status == 303 && method != .head
      || (response.status == 301 || response.status == 302) && method == .post
    if becomesGet { headers["Content-Type"] = nil }
    return try RedirectStep(
      url: next, request: request, redirects: redirects + 1,
      method: becomesGet ? .get : method, headers: headers, body: becomesGet ? nil : body,
      isAtHome: staysAtHome)
  }

  // MARK: - Settings

  func configure(_ transfer: Transfer, timeout: Duration) throws(WebClientError) {
    transfer.set(CURLOPT_PROTOCOLS_STR, "http,https")
    transfer.set(CURLOPT_FOLLOWLOCATION, 0)
    // Expositions are long: this takes a quarter of the system calls of libcurl's default of 16 KB.
    transfer.set(CURLOPT_BUFFERSIZE, 65_536)
    transfer.set(CURLOPT_TIMEOUT_MS, timeout.wholeMilliseconds)
    transfer.set(CURLOPT_CONNECTTIMEOUT_MS, timeout.wholeMilliseconds)
    transfer.set(CURLOPT_USERAGENT, request.userAgent)
    transfer.set(CURLOPT_PROXY, request.proxyURL ?? "")
    // Otherwise libcurl would use `no_proxy` of the environment.
    transfer.set(CURLOPT_NOPROXY, "")
    transfer.limitBody(request.maximumBodyBytes)
    if request.acceptCompression { transfer.set(CURLOPT_ACCEPT_ENCODING, "gzip") }
    if !request.reusesConnection {
      transfer.set(CURLOPT_FRESH_CONNECT, 1)
      transfer.set(CURLOPT_FORBID_REUSE, 1)
    }
    switch request.ipVersion {
    case .any: break
    case .v4: transfer.set(CURLOPT_IPRESOLVE, Int(CURL_IPRESOLVE_V4))
    case .v6: transfer.set(CURLOPT_IPRESOLVE, Int(CURL_IPRESOLVE_V6))
    }
    var tls = request.tls
    if !isAtHome { (tls.certificateFile, tls.keyFile, tls.serverName) = (nil, nil, nil) }
    transfer.apply(tls)
    if request.collectsCertificates { transfer.set(CURLOPT_CERTINFO, 1) }
    if request.connectsOnly { transfer.set(CURLOPT_CONNECT_ONLY, 1) }
    configureMethod(transfer)
    transfer.set(
      CURLOPT_HTTPHEADER,
      list: headerLines() + (try configureURL(transfer, serverName: tls.serverName)))
  }

  private func configureMethod(_ transfer: Transfer) {
    if method == .head {
      transfer.set(CURLOPT_NOBODY, 1)
      return
    }
    // Refuses a body by its announced size.
    transfer.set(CURLOPT_MAXFILESIZE_LARGE, size: request.maximumBodyBytes)
    if body != nil || method == .post { transfer.setBody(body ?? []) }
    transfer.set(CURLOPT_CUSTOMREQUEST, method.rawValue)
  }

  /// Sets the URL and where to connect; returns the `Host` field if it must differ from the URL's
  /// host.
  private func configureURL(
    _ transfer: Transfer, serverName: String?
  ) throws(WebClientError) -> [String] {
    let place = (isAtHome ? request.address : nil).map(Self.bracketed) ?? url.host
    var shown = url
    var fields: [String] = []
    if url.scheme == "https", let name = serverName, name != url.host {
      // libcurl takes the TLS server name from the URL: put it there and connect to the real host.
      shown = try url.replacingHost(name)
      let isDefaultPort = url.port == 443
      if headers["Host"] == nil {
        fields = ["Host: \(url.host)" + (isDefaultPort ? "" : ":\(url.port)")]
      }
    }
    transfer.setURL(shown.text)
    if shown.host != place {
      transfer.set(CURLOPT_CONNECT_TO, list: ["\(shown.host):\(url.port):\(place):\(url.port)"])
    }
    return fields
  }

  private static func bracketed(_ address: String) -> String {
    address.utf8.contains(UInt8(ascii: ":")) ? "[\(address)]" : address
  }

  private func headerLines() -> [String] {
    // libcurl sends an empty field for `Name;` and omits one of its own for `Name:`.
    var lines = headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    if headers["Expect"] == nil { lines.append("Expect:") }
    if headers["Content-Type"] == nil { lines.append("Content-Type:") }
    return lines
  }
}
