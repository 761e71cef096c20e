import CCurl

/// One libcurl easy handle with the memory that its callbacks work on.
///
/// It is made by one task and handed to the ``TransferDriver``; until it is finished, only the driver's thread touches it.
@safe final class Transfer: @unchecked Sendable {
  private let easy: UnsafeMutableRawPointer
  private let message: UnsafeMutablePointer<CChar>
  private var lists: [UnsafeMutablePointer<curl_slist>] = unsafe []
  /// Kept for the handle, which does not take it apart anew at each transfer then.
  private var url: OpaquePointer?
  private var firstFailure: CURLcode?

  private var upload: [UInt8] = []
  private var uploaded = 0
  private var body: [UInt8] = []
  private var bodyLimit = 0
  private var isOverLimit = false
  private var header: [UInt8] = []

  /// All header lines or SMTP replies of a transfer together.
  static let maxHeaderBytes = 256 << 10

  private static let statusLine = Array("HTTP/".utf8)

  /// The most that an announced size makes room for before anything has come.
  static let maxReservedBytes = 16 << 20

  /// The task that waits for the end. Set before the driver gets the transfer, and resumed by ``finish(_:)``, which takes it away.
  private var waiting: UnsafeContinuation<Void, Never>?
  private var code = CURLE_OK

  /// Whether the last answer began so soon that the next one can be waited for, and read at one go.
  private(set) var isQuick = false

  /// An answer begins this soon even if the driver has let it gather.
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
    // A name server that hangs must not hold up the driver when the transfer is given up.
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

  /// A URL that ``TargetURL`` has checked.
  func setURL(_ text: String) {
    guard let url = unsafe curl_url() else { return check(CURLE_OUT_OF_MEMORY) }
    unsafe self.url = url
    guard unsafe curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK else {
      return check(CURLE_URL_MALFORMAT)
    }
    unsafe check(tocsin_curl_set_pointer(easy, CURLOPT_CURLU, UnsafeMutableRawPointer(url)))
  }

  /// The largest body that is taken.
  func limitBody(_ bytes: Int) {
    bodyLimit = bytes
  }

  /// The body of a request, copied by libcurl.
  func setBody(_ bytes: [UInt8]) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, size: bytes.count)
    // Without bytes there is no address, and libcurl would ask the upload callback instead.
    if bytes.isEmpty { return set(CURLOPT_COPYPOSTFIELDS, "") }
    unsafe bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      unsafe check(
        tocsin_curl_set_pointer(
          easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: start)))
    }
  }

  /// What is uploaded: a mail.
  func setUpload(_ bytes: [UInt8]) {
    upload = bytes
    set(CURLOPT_UPLOAD, 1)
    set(CURLOPT_INFILESIZE_LARGE, size: bytes.count)
  }

  func apply(_ tls: TLSOptions) {
    if let file = tls.caFile { set(CURLOPT_CAINFO, file) }
    if let file = tls.certificateFile { set(CURLOPT_SSLCERT, file) }
    if let file = tls.keyFile { set(CURLOPT_SSLKEY, file) }
    set(CURLOPT_SSL_VERIFYPEER, tls.insecureSkipVerify ? 0 : 1)
    set(CURLOPT_SSL_VERIFYHOST, tls.insecureSkipVerify ? 0 : 2)
  }

  private func check(_ code: CURLcode) {
    if code != CURLE_OK, firstFailure == nil { firstFailure = code }
  }

  /// Forgets what the last transfer brought; the settings stay.
  func clear() {
    unsafe message.pointee = 0
    header.removeAll(keepingCapacity: true)
    uploaded = 0
    isOverLimit = false
  }

  // MARK: - On the driver's thread

  /// Key of the transfer while it runs.
  var address: UInt { UInt(bitPattern: unsafe easy) }

  /// Hands the easy handle to the multi handle; false when a setting was refused.
  func add(to multi: UnsafeMutableRawPointer) -> CURLcode {
    if let firstFailure { return firstFailure }
    return unsafe curl_multi_add_handle(multi, easy) == CURLM_OK ? CURLE_OK : CURLE_FAILED_INIT
  }

  func remove(from multi: UnsafeMutableRawPointer) {
    unsafe curl_multi_remove_handle(multi, easy)
  }

  /// Names the task that is resumed at the end.
  func whenFinished(_ continuation: UnsafeContinuation<Void, Never>) {
    unsafe waiting = continuation
  }

  /// Ends the transfer, which the task that waits owns again.
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

  /// Makes room for the announced size at once, so that a long body is not moved again and again.
  private func reserveBody() {
    let announced = unsafe tocsin_curl_get_size(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
    guard announced > 0 else { return }
    body.reserveCapacity(min(Int(announced), bodyLimit, Self.maxReservedBytes))
  }

  func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // A status line begins anew (100, proxies).
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

  /// How it ended; the body is given away.
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

  /// The body, which nobody else holds then.
  private func takeBody() -> [UInt8] {
    defer { body = [] }
    return body
  }

  /// What the server showed, leaf first; empty unless asked for, and on connections that are used again.
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
    // Points in time since the start, in order; a phase that did not take place has the time 0.
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

/// How a transfer ended.
struct TransferOutcome: Sendable {
  let code: CURLcode
  /// Why it failed; empty if it did not.
  let reason: String
  let systemError: Int32
  let status: Int
  /// The lines of the last answer's header fields, or the replies of a mail server, as they came.
  let header: [UInt8]
  let body: [UInt8]
  let isOverLimit: Bool
  let timings: WebTimings
  let version: Int
  let remoteAddress: String
  let certificates: [[String]]
}

/// The process-wide part of libcurl.
enum Curl {
  static let initialized: Void = { _ = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) }()
}
