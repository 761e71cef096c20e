import Concurrency
import Synchronization
import YAMLDecoding

/// Reads secret files on separate threads, so that a file on a dead mount or a FIFO without a
/// writer delays only its users.
///
/// Concurrent reads of the same file are joined. A regular file that has not changed since the last
/// read is answered from memory, at the cost of one `stat`.
final class SecretFileReader: Sendable {
  typealias Outcome = Result<String, SecretError>

  /// The reader of this process.
  static let shared = SecretFileReader()
  /// The maximum number of files that are read in parallel; others wait.
  static let threadLimit = 16
  /// The maximum number of files whose texts are cached.
  static let cacheLimit = 4096

  /// A file that is being read, or waits for a thread.
  private struct Reading {
    let start = ContinuousClock.now
    /// The outcome for waiting tasks.
    let outcome = Promise<Outcome>()
    /// The outcome for waiting threads.
    let gate = ThreadGate<Outcome?>(nil)
  }

  private struct State {
    var cache: [String: (version: FileVersion, text: String)] = [:]
    var readings: [String: Reading] = [:]
    /// The paths that wait for a thread.
    var queue: [String] = []
    var threads = 0
  }

  /// The reader counts its threads itself; the pool's limit is higher, because threads that are
  /// ending still count there.
  private let pool = BlockingCallPool(name: "secrets", threadLimit: 64, idleLimit: 0)
  private let state = Mutex(State())

  /// Reads a file. The task waits at most for `limit`, or until it is cancelled.
  func read(_ path: String, within limit: Duration) async throws(SecretError) -> String {
    let reading = join(path)
    let outcome = await withDeadline(after: limit) {
      await reading.outcome.valueUnlessCancelled()
    }
    if let outcome { return try outcome.get() }
    throw Task.isCancelled ? .cancelled(path: path) : .overdue(path: path, limit: limit)
  }

  /// Reads a file. The calling thread waits at most for `limit`.
  func readBlocking(_ path: String, within limit: Duration) throws(SecretError) -> String {
    guard let outcome = join(path).gate.wait(until: .now + limit, { $0 }) else {
      throw .overdue(path: path, limit: limit)
    }
    return try outcome.get()
  }

  /// The time since the read of this file began; nil if it is not being read.
  func age(ofReading path: String) -> Duration? {
    state.withLock { $0.readings[path]?.start.duration(to: .now) }
  }

  // MARK: - Reading

  /// Returns the read of the file that is in progress, or starts a new one.
  private func join(_ path: String) -> Reading {
    let (reading, needsThread) = state.withLock { state -> (Reading, Bool) in
      if let known = state.readings[path] { return (known, false) }
      let reading = Reading()
      state.readings[path] = reading
      state.queue.append(path)
      let needsThread = state.threads < Self.threadLimit
      if needsThread { state.threads += 1 }
      return (reading, needsThread)
    }
    guard needsThread else { return reading }
    do {
      try pool.start { self.work() }
    } catch {
      giveUp(because: error)
    }
    return reading
  }

  /// Reads the queued files until the queue is empty.
  private func work() {
    while let path = takeNext() {
      finish(path, load(path))
    }
  }

  private func takeNext() -> String? {
    state.withLock { state in
      guard !state.queue.isEmpty else {
        state.threads -= 1
        return nil
      }
      return state.queue.removeFirst()
    }
  }

  private func finish(_ path: String, _ outcome: Outcome) {
    guard let reading = state.withLock({ $0.readings.removeValue(forKey: path) }) else { return }
    reading.outcome.fulfill(outcome)
    reading.gate.withLock { $0 = outcome }
    reading.gate.signal()
  }

  /// Handles the failure to start a thread: the queue waits for the running threads, or fails if
  /// there are none.
  private func giveUp(because error: BlockingCallError) {
    let failed = state.withLock { state -> [String] in
      state.threads -= 1
      guard state.threads == 0 else { return [] }
      defer { state.queue = [] }
      return state.queue
    }
    for path in failed {
      finish(path, .failure(.unreadable(path: path, reason: error.description)))
    }
  }
  private func load(_ path: String) -> Outcome {
    let version = FileVersion(of: path)
    if let version, let known = state.withLock({ $0.cache[path] }), known.version == version {
      return .success(known.text)
    }
    let outcome = Self.contents(of: path)
    state.withLock { state in
      state.cache[path] = nil
      guard case .success(let text) = outcome, let version, version.identifiesContents else {
        return
      }
      if state.cache.count >= Self.cacheLimit { state.cache = [:] }
      state.cache[path] = (version, text)
    }
    return outcome
  }

  private static func contents(of path: String) -> Outcome {
    do {
      let bytes = try FileBytes.read(path: path, limit: Secret.fileLimit)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        return .failure(.unreadable(path: path, reason: "not valid UTF-8"))
      }
      return .success(trimmed(text))
    } catch {
      return .failure(.unreadable(path: path, reason: error.reason))
    }
  }

  private static func trimmed(_ text: String) -> String {
    let head = text.drop { $0.isWhitespace }
    guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(head[...last])
  }
}
