import CCurl
import TransportSecurity

/// One libcurl easy handle and the memory that its callbacks use.
///
/// A task creates it and passes it to the ``TransferDriver``; until the transfer is finished, only
/// the driver's thread accesses it.
@safe final class Transfer: @unchecked Sendable {
  private let easy: UnsafeMutableRawPointer
  private let message: UnsafeMutablePointer<CChar>
  private var lists: [UnsafeMutablePointer<curl_slist>] = unsafe []
  /// The parsed URL, which libcurl then need not parse for each transfer.
  private var url: OpaquePointer?
  private var firstFailure: CURLcode?

  private var upload: [UInt8] = []
  private var uploaded = 0
  private var body: [UInt8] = []
  private var bodyLimit = 0
  private var isOverLimit = false
  private var header: [UInt8] = []

  /// The limit on all header lines or SMTP replies of a transfer together, in bytes.
  static let maxHeaderBytes = 256 << 10

  private static let statusLine = Array("HTTP/".utf8)

  /// The largest capacity that is reserved because of an announced size before any of the body has
  /// arrived, in bytes.
  static let maxReservedBytes = 16 << 20

  /// The task that waits for the end; set before the driver gets the transfer, and resumed and
  /// cleared by ``finish(_:)``.
  private var waiting: UnsafeContinuation<Void, Never>?
  private var code = CURLE_OK

  /// Whether the last response began so soon that it pays to wait for the next one and read it at
  /// once.
  private(set) var isQuick = false

  /// The time within which a quick response begins, even if the driver has let responses
  /// accumulate.
  private static let quickMicroseconds = Int64(TransferDriver.gatheringMicroseconds) * 2

  init?() {
    _ = Curl.initialized
    guard let easy = unsafe curl_easy_init() else { return nil }
    unsafe self.easy = easy
    unsafe message = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe check(tocsin_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, message))
    set(CURLOPT_NOSIGNAL, 1)
    // A name server that does not answer must not block the driver when the transfer is cancelled.
    set(CURLOPT_QUICK_EXIT, 1)
    unsafe check(tocsin_curl_set_callback(easy, CURLOPT_WRITEFUNCTION, TransferCallbacks.body))
    unsafe check(tocsin_curl_set_pointer(easy, CURLOPT_WRITEDATA, context))
    unsafe check(tocsin_curl_set_callback(easy, CURLOPT_HEADERFUNCTION, TransferCallbacks.header))
    unsafe check(tocsin_curl_set_pointer(easy, CURLOPT_HEADERDATA, context))
    unsafe check(tocsin_curl_set_callback(easy, CURLOPT_READFUNCTION, TransferCallbacks.upload))
    unsafe check(tocsin_curl_set_pointer(easy, CURLOPT_READDATA, context))
  }

  deinit {
    unsafe curl_easy_cleanup(easy)
    unsafe curl_url_cleanup(url)
    unsafe lists.forEach { unsafe curl_slist_free_all($0) }
    unsafe message.deallocate()
  }

  // MARK: - Settings

  func set(_ option: CURLoption, _ value: Int) {
    unsafe check(tocsin_curl_set_long(easy, option, value))
  }

  func set(_ option: CURLoption, _ text: String) {
    unsafe check(tocsin_curl_set_text(easy, option, text))
  }

  func set(_ option: CURLoption, size: Int) {
    unsafe check(tocsin_curl_set_size(easy, option, Int64(size)))
  }

  func set(_ option: CURLoption, list texts: [String]) {
    var list: UnsafeMutablePointer<curl_slist>?
    for text in texts { unsafe list = curl_slist_append(list, text) }
    guard let list = unsafe list else { return }
    unsafe lists.append(list)
    unsafe check(tocsin_curl_set_list(easy, option, list))
  }

  /// Sets a URL that ``TargetURL`` has checked.
  func setURL(_ text: String) {
    guard let url = unsafe curl_url() else { return check(CURLE_OUT_OF_MEMORY) }
    unsafe self.url = url
    guard unsafe curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK else {
      return check(CURLE_URL_MALFORMAT)
    }
    unsafe check(tocsin_curl_set_pointer(easy, CURLOPT_CURLU, UnsafeMutableRawPointer(url)))
  }

  /// Sets the largest accepted body, in bytes.
  func limitBody(_ bytes: Int) {
    bodyLimit = bytes
  }

  /// Sets the body of the request; libcurl copies it.
  func setBody(_ bytes: [UInt8]) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, size: bytes.count)
    // An empty array has no address, and libcurl would call the upload callback instead.
    if bytes.isEmpty { return set(CURLOPT_COPYPOSTFIELDS, "") }
    unsafe bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      unsafe check(
        tocsin_curl_set_pointer(
          easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: start)))
    }
  }

  /// Sets the bytes to upload, which are a mail message.
  func setUpload(_ bytes: [UInt8]) {
    upload = bytes
    set(CURLOPT_UPLOAD, 1)
    set(CURLOPT_INFILESIZE_LARGE, size: bytes.count)
  }

  func apply(_ tls: TLSConfiguration) {
    if let file = tls.caFile { set(CURLOPT_CAINFO, file) }
    if let file = tls.certificateFile { set(CURLOPT_SSLCERT, file) }
    if let file = tls.keyFile { set(CURLOPT_SSLKEY, file) }
    set(CURLOPT_SSL_VERIFYPEER, tls.insecureSkipVerify ? 0 : 1)
    set(CURLOPT_SSL_VERIFYHOST, tls.insecureSkipVerify ? 0 : 2)
  }

  private func check(_ code: CURLcode) {
    if code != CURLE_OK, firstFailure == nil { firstFailure = code }
  }

  /// Discards the results of the last transfer; the settings remain.
  func clear() {
    unsafe message.pointee = 0
    header.removeAll(keepingCapacity: true)
    uploaded = 0
    isOverLimit = false
  }

  // MARK: - On the driver's thread

  /// The key of the transfer while it runs.
  var address: UInt { UInt(bitPattern: unsafe easy) }

  /// Adds the easy handle to the multi handle; returns an error if a setting was refused.
  func add(to multi: UnsafeMutableRawPointer) -> CURLcode {
    if let firstFailure { return firstFailure }
    return unsafe curl_multi_add_handle(multi, easy) == CURLM_OK ? CURLE_OK : CURLE_FAILED_INIT
  }

  func remove(from multi: UnsafeMutableRawPointer) {
    unsafe curl_multi_remove_handle(multi, easy)
  }

  /// Sets the task that is resumed when the transfer ends.
  func whenFinished(_ continuation: UnsafeContinuation<Void, Never>) {
    unsafe waiting = continuation
  }

  /// Ends the transfer and resumes the waiting task, which then owns it again.
  func finish(_ code: CURLcode) {
    guard let continuation = unsafe waiting else { return }
    unsafe waiting = nil
    self.code = code
    let firstByte = unsafe tocsin_curl_get_size(easy, CURLINFO_STARTTRANSFER_TIME_T)
    isQuick = code == CURLE_OK && firstByte < Self.quickMicroseconds
    unsafe continuation.resume()
  }

  func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count <= bodyLimit - body.count else {
      isOverLimit = true
      return false
    }
    if body.isEmpty { reserveBody() }
    unsafe body.append(contentsOf: bytes)
    return true
  }

  /// Reserves capacity for the announced size, so that a long body is not moved repeatedly.
  private func reserveBody() {
    let announced = unsafe tocsin_curl_get_size(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
    guard announced > 0 else { return }
    body.reserveCapacity(min(Int(announced), bodyLimit, Self.maxReservedBytes))
  }

  func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // A status line starts a new response (after 100, or a proxy's).
    if unsafe bytes.starts(with: Self.statusLine) {
      header.removeAll(keepingCapacity: true)
      return true
    }
    guard bytes.count <= Self.maxHeaderBytes - header.count else { return false }
    if header.isEmpty { header.reserveCapacity(512) }
    unsafe header.append(contentsOf: bytes)
    return true
  }

  func fillUpload(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, upload.count - uploaded)
    unsafe buffer.copyBytes(from: upload[uploaded..<uploaded + count])
    uploaded += count
    return count
  }

  // MARK: - After the end

  /// The outcome of the transfer; moves the body out of it.
  func outcome() -> TransferOutcome {
    TransferOutcome(
      code: code, reason: code == CURLE_OK ? "" : reason(code),
      systemError: unsafe Int32(truncatingIfNeeded: tocsin_curl_get_long(easy, CURLINFO_OS_ERRNO)),
      status: unsafe tocsin_curl_get_long(easy, CURLINFO_RESPONSE_CODE),
      header: header, body: takeBody(), isOverLimit: isOverLimit, timings: timings(),
      version: unsafe tocsin_curl_get_long(easy, CURLINFO_HTTP_VERSION),
      remoteAddress: unsafe tocsin_curl_get_text(easy, CURLINFO_PRIMARY_IP)
        .map { unsafe String(cString: $0) } ?? "",
      certificates: certificates())
  }

  private func reason(_ code: CURLcode) -> String {
    let text = unsafe String(cString: message)
    return text.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : text
  }

  /// Moves the body out, so that the result is uniquely referenced.
  private func takeBody() -> [UInt8] {
    defer { body = [] }
    return body
  }

  /// The server's certificates, leaf first; empty unless they were requested, and on reused
  /// connections.
  private func certificates() -> [[String]] {
    var chain: [[String]] = []
    let count = unsafe tocsin_curl_certificate_count(easy)
    for index in 0..<max(count, 0) {
      var fields: [String] = []
      var next = unsafe tocsin_curl_certificate(easy, index)
      while let entry = unsafe next {
        if let data = unsafe entry.pointee.data { unsafe fields.append(String(cString: data)) }
        unsafe next = UnsafePointer(entry.pointee.next)
      }
      chain.append(fields)
    }
    return chain
  }

  private func timings() -> WebTimings {
    func at(_ info: CURLINFO) -> Int64 { unsafe tocsin_curl_get_size(easy, info) }
    // Times since the start, in order; the time of a phase that did not take place is 0.
    let name = at(CURLINFO_NAMELOOKUP_TIME_T)
    let connected = max(at(CURLINFO_CONNECT_TIME_T), name)
    let secured = max(at(CURLINFO_APPCONNECT_TIME_T), connected)
    let first = max(at(CURLINFO_STARTTRANSFER_TIME_T), secured)
    let total = at(CURLINFO_TOTAL_TIME_T)
    return WebTimings(
      dns: .microseconds(name), connect: .microseconds(connected - name),
      tls: .microseconds(secured - connected), processing: .microseconds(first - secured),
      transfer: .microseconds(max(total - first, 0)), total: .microseconds(total))
  }
}

/// The result of a finished transfer.
struct TransferOutcome: Sendable {
  let code: CURLcode
  /// libcurl's error message; empty on success.
  let reason: String
  let systemError: Int32
  let status: Int
  /// The lines of the last response's header fields, or the replies of a mail server, as received.
  let header: [UInt8]
  let body: [UInt8]
  let isOverLimit: Bool
  let timings: WebTimings
  let version: Int
  let remoteAddress: String
  let certificates: [[String]]
}

/// The process-wide initialisation of libcurl.
enum Curl {
  static let initialized: Void = { _ = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) }()
}
