private import Concurrency
private import CLibPQ

/// The owner of one `PGconn`, and the only code that passes it to libpq.
@safe struct PostgresHandle: ~Copyable {
  private let raw: OpaquePointer

  /// Starts to connect with these parameters (`PQconnectStartParams`); returns nil if memory is
  /// exhausted.
  init?(starting parameters: [(keyword: String, value: String)]) {
    let raw = unsafe withCStrings(parameters.map(\.keyword)) { keywords in
      unsafe withCStrings(parameters.map(\.value)) { values in
        unsafe PQconnectStartParams(keywords, values, 0)
      }
    }
    guard let raw = unsafe raw else { return nil }
    unsafe self.raw = raw
    // Otherwise libpq prints notices on standard error.
    unsafe PQsetNoticeReceiver(raw, { _, _ in }, nil)
    unsafe PQsetErrorVerbosity(raw, PQERRORS_VERBOSE)
  }

  deinit {
    unsafe PQfinish(raw)
  }

  /// The next action that `PQconnectPoll` asks for.
  enum Step {
    case read, write, done, failed
  }

  /// Advances the connection by one step.
  func advance() -> Step {
    switch unsafe PQconnectPoll(raw) {
    case PGRES_POLLING_OK:
      unsafe PQsetnonblocking(raw, 1)
      unsafe PQsetErrorVerbosity(raw, PQERRORS_DEFAULT)
      return .done
    case PGRES_POLLING_READING: return .read
    case PGRES_POLLING_WRITING: return .write
    default: return .failed
    }
  }

  var isBad: Bool { unsafe PQstatus(raw) == CONNECTION_BAD }
  var socket: Int32 { unsafe PQsocket(raw) }
  var serverVersion: Int { Int(unsafe PQserverVersion(raw)) }
  var backendPID: Int { Int(unsafe PQbackendPID(raw)) }
  var errorMessage: String { unsafe String(cString: PQerrorMessage(raw)) }

  /// A parameter that the server has reported, for example `server_version`.
  func parameter(_ name: String) -> String? {
    unsafe PQparameterStatus(raw, name).map { unsafe String(cString: $0) }
  }

  /// Queues one statement with text parameters.
  func send(_ sql: String, _ parameters: [String?]) -> Bool {
    unsafe withCStrings(parameters) { values in
      unsafe PQsendQueryParams(raw, sql, Int32(parameters.count), nil, values, nil, nil, 0) == 1
    }
  }

  /// Sends a statement without parameters by the simple protocol, the only one that a pooler's
  /// admin console supports.
  func send(_ sql: String) -> Bool {
    unsafe PQsendQuery(raw, sql) == 1
  }

  /// Enters pipeline mode, in which statements are sent without waiting for earlier results.
  func enterPipeline() -> Bool { unsafe PQenterPipelineMode(raw) == 1 }

  /// Leaves pipeline mode; returns false unless all results have been read.
  func exitPipeline() -> Bool { unsafe PQexitPipelineMode(raw) == 1 }

  /// Queues the preparation of a statement under a name.
  func sendPrepare(_ name: String, _ sql: String) -> Bool {
    unsafe PQsendPrepare(raw, name, sql, 0, nil) == 1
  }

  /// Queues the execution of a prepared statement without parameters.
  func sendPrepared(_ name: String) -> Bool {
    unsafe PQsendQueryPrepared(raw, name, 0, nil, nil, nil, 0) == 1
  }

  /// Queues a synchronisation point, which ends the scope of an error.
  func sendSync() -> Bool { unsafe PQpipelineSync(raw) == 1 }

  /// The result of `flush()`.
  enum Flush {
    case done, pending, failed
  }

  /// Sends queued data as far as the socket accepts it.
  func flush() -> Flush {
    switch unsafe PQflush(raw) {
    case 0: .done
    case 1: .pending
    default: .failed
    }
  }

  func consumeInput() -> Bool { unsafe PQconsumeInput(raw) == 1 }
  var isBusy: Bool { unsafe PQisBusy(raw) == 1 }

  /// A result of a statement.
  enum Outcome: ~Copyable {
    case rows(PostgresResult)
    /// The session is in the middle of a COPY and cannot be used for anything else.
    case copying
    /// A synchronisation point in pipeline mode.
    case synced
    /// The statement was not run because an earlier one failed, in pipeline mode.
    case aborted
    case failed(message: String, sqlState: String?)
  }

  /// The next result of the statement; nil if there are no more. Blocks unless `isBusy` is false.
  func nextOutcome() -> Outcome? {
    guard let result = unsafe PQgetResult(raw) else { return nil }
    switch unsafe PQresultStatus(result) {
    case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
      return unsafe .rows(PostgresResult(adopting: result))
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
      unsafe PQclear(result)
      return .copying
    case PGRES_PIPELINE_SYNC:
      unsafe PQclear(result)
      return .synced
    case PGRES_PIPELINE_ABORTED:
      unsafe PQclear(result)
      return .aborted
    default:
      defer { unsafe PQclear(result) }
      return unsafe .failed(
        message: field(result, "M") ?? String(cString: PQresultErrorMessage(result)),
        sqlState: field(result, "C"))
    }
  }

  /// The threads of cancel requests, which are rare: no idle thread is retained.
  private static let cancelPool = BlockingCallPool(
    name: "postgres_cancel", threadLimit: 64, idleLimit: 0)

  /// Asks the server to cancel the running statement, on another thread and without waiting:
  /// `PQcancel` opens a connection of its own, which an unresponsive server does not answer.
  func cancel() {
    guard let request = unsafe PQgetCancel(raw) else { return }
    let ticket = unsafe CancelTicket(request: request)
    // Without a thread the statement ends by its own statement_timeout.
    try? Self.cancelPool.start { ticket.send() }
  }

  private func field(_ result: OpaquePointer, _ code: Unicode.Scalar) -> String? {
    unsafe PQresultErrorField(result, Int32(code.value)).map { unsafe String(cString: $0) }
  }
}

/// A cancel request on its way to another thread; it is independent of the connection that created
/// it.
@safe private final class CancelTicket: @unchecked Sendable {
  private let request: OpaquePointer

  init(request: OpaquePointer) {
    unsafe self.request = request
  }

  deinit {
    unsafe PQfreeCancel(request)
  }

  func send() {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
      _ = unsafe PQcancel(request, message.baseAddress, Int32(message.count))
    }
  }
}

/// Runs `body` with a null-terminated array of C strings; a nil text becomes a null pointer.
private func withCStrings<Result>(
  _ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
) -> Result {
  var bytes: [CChar] = []
  var offsets: [Int?] = []
  for text in texts {
    offsets.append(text == nil ? nil : bytes.count)
    if let text { bytes += text.utf8CString }
  }
  return unsafe bytes.withUnsafeBufferPointer { bytes in
    let pointers = unsafe offsets.map { offset in
      unsafe offset.flatMap { offset in unsafe bytes.baseAddress.map { unsafe $0 + offset } }
    }
    return unsafe (pointers + [nil]).withUnsafeBufferPointer { unsafe body($0.baseAddress) }
  }
}
