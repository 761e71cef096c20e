import Concurrency
import Synchronization
import YAMLDecoding

/// Reads secret files on threads that may hang, so that a file on a dead mount or a FIFO without a
/// writer delays only those who wait for it.
///
/// Each file is read once at a time, whoever asks; a regular file that has not changed since the last
/// read is answered from memory, at the cost of one `stat`.
final class SecretFileReader: Sendable {
  typealias Outcome = Result<String, SecretError>

  /// The reader of this process.
  static let shared = SecretFileReader()
  /// The largest number of files that are read at the same time; further ones wait.
  static let threadLimit = 16
  /// The largest number of files whose texts are remembered.
  static let cacheLimit = 4096

  /// A file that is being read or waits for a thread.
  private struct Reading {
    let start = ContinuousClock.now
    /// What tasks wait for.
    let outcome = Promise<Outcome>()
    /// What threads wait for.
    let gate = ThreadGate<Outcome?>(nil)
  }

  private struct State {
    var cache: [String: (version: FileVersion, text: String)] = [:]
    var readings: [String: Reading] = [:]
    /// Paths that wait for a thread.
    var queue: [String] = []
    var threads = 0
  }

  /// Threads are counted here, too; the pool's limit leaves room for those that are just ending.
  private let pool = BlockingCallPool(name: "secrets", threadLimit: 64, idleLimit: 0)
  private let state = Mutex(State())

  /// Reads a file; the task waits for `limit` at most, or until it is cancelled.
  func read(_ path: String, within limit: Duration) async throws(SecretError) -> String {
    let reading = join(path)
    let outcome = await withDeadline(after: limit) {
      await reading.outcome.valueUnlessCancelled()
    }
    if let outcome { return try outcome.get() }
    throw Task.isCancelled ? .cancelled(path: path) : .overdue(path: path, limit: limit)
  }

  /// Reads a file; the calling thread waits for `limit` at most.
  func readBlocking(_ path: String, within limit: Duration) throws(SecretError) -> String {
    guard let outcome = join(path).gate.wait(until: .now + limit, { $0 }) else {
      throw .overdue(path: path, limit: limit)
    }
    return try outcome.get()
  }

  /// How long the read of this file has been going on; nil if nobody reads it.
  func age(ofReading path: String) -> Duration? {
    state.withLock { $0.readings[path]?.start.duration(to: .now) }
  }

  // MARK: - Reading

  /// The reading of a file that is going on, or a new one.
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

  /// Reads what is queued, until nothing is.
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

  /// Without a thread of its own the queue waits for those that are at work; if there is none, it fails.
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
