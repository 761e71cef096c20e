import Scraping
import Synchronization

/// A fetcher that answers from a table of URLs and refuses others. It can hold answers back.
final class ScriptedFetcher: TargetFetching {
  private struct State {
    var answers: [String: String] = [:]
    var fetched: [String] = []
    var running = 0
    var mostRunning = 0
    var isHolding = false
    var held: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  init(_ answers: [String: String] = [:]) { state.withLock { $0.answers = answers } }

  func fetch(_ target: ScrapeTarget) async throws(ScrapeFailure) -> ScrapeAnswer {
    state.withLock { state in
      state.fetched.append(target.url)
      state.running += 1
      state.mostRunning = max(state.mostRunning, state.running)
    }
    await withCheckedContinuation { continuation in
      let isHolding = state.withLock { state in
        if state.isHolding { state.held.append(continuation) }
        return state.isHolding
      }
      if !isHolding { continuation.resume() }
    }
    let answer = state.withLock { state in
      state.running -= 1
      return state.answers[target.url]
    }
    guard let answer else { throw .unreachable("connection refused") }
    return ScrapeAnswer(body: Array(answer.utf8))
  }

  /// Makes the next fetches wait for `release`.
  func hold() { state.withLock { $0.isHolding = true } }

  func release() {
    let held = state.withLock { state in
      state.isHolding = false
      defer { state.held = [] }
      return state.held
    }
    for continuation in held { continuation.resume() }
  }

  var fetched: [String] { state.withLock { $0.fetched } }
  var mostRunning: Int { state.withLock { $0.mostRunning } }
}
