import Foundation
import MetricModel
import PromQLEngine
import PromQLSyntax
import QueryScripts
import Testing

/// No text crashes the parser or the engine, makes them hang, or lets their memory grow without
/// bound.
///
/// `TOCSIN_FUZZ` is the number of texts (20,000 by default), `TOCSIN_FUZZ_SEED` the first seed; a
/// failure names its seed. A hang ends at the time limit.
@Suite(.timeLimit(.minutes(60)))
struct QueryFuzzTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let count = environment["TOCSIN_FUZZ"].flatMap { Int($0) } ?? 20_000
  private static let first = environment["TOCSIN_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
  private static let workers = 4

  /// The counts of a worker.
  private struct Tally {
    var parsed = 0
    var answered = 0
    var refusals: [String: Int] = [:]
  }

  @Test func noTextCrashesOrHangsTheEngine() async throws {
    let corpus = QueryMutator.corpus()
    try #require(corpus.count > 100)
    let before = try Self.residentMegabytes()
    let tally = await withTaskGroup(of: Tally.self) { group in
      for worker in 0..<Self.workers {
        group.addTask {
          var tally = Tally()
          for number in stride(from: worker, to: Self.count, by: Self.workers) {
            await Self.run(seed: Self.first + UInt64(number), corpus, &tally)
          }
          return tally
        }
      }
      return await group.reduce(into: Tally()) { sum, tally in
        sum.parsed += tally.parsed
        sum.answered += tally.answered
        sum.refusals.merge(tally.refusals, uniquingKeysWith: +)
      }
    }
    let grown = try Self.residentMegabytes() - before
    print(
      "\(Self.count) texts: \(tally.parsed) read, \(tally.answered) answers, "
        + "refused \(tally.refusals), \(grown) MB more at most")
    #expect(tally.parsed > Self.count / 20, "the texts are to get past the parser")
    #expect(tally.answered > Self.count / 40)
    // Four queries at a time of 20,000 samples each, and other tests beside them.
    #expect(grown < 1500)
  }

  private static let store: MemorySeries = {
    var store = MemorySeries()
    for name in ["a", "b_total", "c_bucket", "http_requests"] {
      for instance in 0..<3 {
        let labels: Labels = [
          "__name__": name, "instance": String(instance), "job": instance == 2 ? "x" : "y",
          "le": ["0.1", "1", "+Inf"][instance],
        ]
        let values: [Double] = [1, 5, 2, .infinity, 7, -3, .nan, 1e300, 0, 12]
        store.add(
          labels, (0..<40).map { (Int64($0) * 15_000, values[($0 + instance) % values.count]) })
      }
    }
    return store
  }()

  private static func run(seed: UInt64, _ corpus: [String], _ tally: inout Tally) async {
    var mutator = QueryMutator(seed: seed)
    let text = mutator.text(corpus)
    guard let expression = try? QueryEngine.parse(text) else { return }
    tally.parsed += 1
    checkPrinting(of: expression, text, seed)
    var options = QueryOptions()
    options.maxSamples = 20_000
    options.timeout = .seconds(2)
    options.recordsProfile = seed % 4 == 0
    let engine = QueryEngine(querier: store, options: options)
    do throws(QueryError) {
      if seed % 2 == 0 {
        _ = try await engine.instant(expression, at: mutator.time())
      } else {
        _ = try await engine.range(
          expression, from: mutator.time(), through: mutator.time(), step: mutator.step())
      }
      tally.answered += 1
    } catch {
      switch error {
      case .failed: tally.refusals["failed", default: 0] += 1
      case .tooManySamples: tally.refusals["max-samples", default: 0] += 1
      case .timedOut: tally.refusals["timeout", default: 0] += 1
      case .cancelled, .storage, .nativeHistogram: tally.refusals["other", default: 0] += 1
      }
    }
  }

  /// A parsed text prints as a text that parses as the same, and formatting twice changes nothing.
  private static func checkPrinting(
    of expression: PromQLSyntax.Expression, _ text: String, _ seed: UInt64
  ) {
    // Prometheus prints less than a millisecond as 0s, which is neither a valid length nor an
    // offset, and infinity with a sign, which binds looser than a power: neither parses as the
    // same.
    let once = expression.description
    guard !["[0s", ":0s", "offset 0s", "offset -0s", "Inf ^"].contains(where: once.contains) else {
      return
    }
    for printed in [expression.description, expression.pretty] {
      guard let again = try? QueryEngine.parse(printed) else {
        Issue.record("seed \(seed): \(text) prints as \(printed), which does not read")
        continue
      }
      if again.description != expression.description {
        Issue.record("seed \(seed): \(text) prints as \(printed), then as \(again)")
      }
      if again.pretty != expression.pretty {
        Issue.record("seed \(seed): formatting \(text) twice changes it")
      }
    }
  }

  /// The highest resident memory of the process so far, in megabytes.
  private static func residentMegabytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return (Int(line.filter(\.isNumber)) ?? 0) / 1024
  }
}
