import ExpositionFormat
import MetricModel
import StorageAPI
import TestSupport
import Testing

@testable import Scraping

/// For random successive pages of a target, the cache reads the same as a fresh parse, and the
/// series that it reports as gone are those that only the last successful page had.
@Suite(.timeLimit(.minutes(60)))
struct ScrapeCacheFuzzTests {
  private static let plan = FuzzPlan(count: 1000)
  private static let pagesPerTarget = 10

  /// The totals of all rounds.
  private struct Tally {
    var pages = 0
    var samples = 0
    var refused = 0
    var unchanged = 0
    var gone = 0
  }

  @Test func cachedReadingEqualsAFreshParse() throws {
    let pages = try Self.corpus()
    #expect(pages.count > 5)
    var tally = Tally()
    for seed in Self.plan.seeds {
      var dice = ByteMutator(seed: seed)
      var writer = PageMutator(pages[dice.roll(pages.count)])
      var fixture = CacheFixture(try Self.target(&dice), origin: "seed \(seed)")
      for number in 0..<Self.pagesPerTarget {
        if number > 0 { writer.change(&dice, pages) }
        // Targets rarely change their format.
        let format: ExpositionTextFormat = dice.roll(20) == 0 ? .openMetrics : .text
        let outcome = fixture.read(writer.bytes, format)
        tally.pages += 1
        tally.samples += outcome.samples
        tally.refused += outcome.isRefused ? 1 : 0
        tally.unchanged += outcome.isUnchanged ? 1 : 0
        tally.gone += outcome.gone
        if fixture.hasFailed { break }
        // After a malformed page the target answers correctly again.
        if outcome.isRefused { writer.goBack() } else { writer.save() }
      }
    }
    print(
      "\(tally.pages) pages: \(tally.samples) samples, \(tally.unchanged) times the same series in "
        + "the same order, \(tally.refused) pages refused, \(tally.gone) series gone")
    #expect(tally.unchanged > tally.pages / 10, "the short way is to be gone")
    #expect(tally.refused > tally.pages / 100)
    #expect(tally.gone > tally.pages / 10)
  }

  private static func target(_ dice: inout ByteMutator) throws -> ScrapeTarget {
    let (honors, tracks, honorsLabels) = (dice.roll(4) > 0, dice.roll(2) > 0, dice.roll(2) > 0)
    let drops = dice.roll(3) == 0
    let rule = try RelabelRule(
      action: .drop, sourceLabels: ["__name__"], regex: "go_.*|b")
    return try ScrapingTests.target {
      $0.honorTimestamps = honors
      $0.tracksTimestampsStaleness = tracks
      $0.honorLabels = honorsLabels
      if drops { $0.metricRelabelRules = [rule] }
    }
  }

  /// The valid pages of the parser's corpus, and some written for this test.
  private static func corpus() throws -> [[UInt8]] {
    let folder = FuzzPlan.folder(
      beside: #filePath.replacing("ScrapingTests", with: "ExpositionFormatTests"))
    let pages = try FuzzPlan.corpus(in: folder).filter { !$0.name.hasPrefix("bad") }
    return pages.map(\.bytes) + own.map { Array($0.utf8) }
  }

  private static let own = [
    (0..<40).map { "a_total{path=\"/api/\($0)\",code=\"200\"} \($0 * 17)\n" }.joined(),
    (0..<30).map { number in
      "# HELP m\(number) Text \(number).\n# TYPE m\(number) gauge\nm\(number) \(number).25\n"
    }.joined(),
    "a 1\na 2\na{} 3\n{\"a\"} 4\nb 1\n",
    "x{le=\"1\"} 1 1000\nx{le=\"2\"} 2 1000\ny 3\nz NaN\nz2 -1e-3\nz3 +Inf\n",
    "# EOF\n", "m 1", "# TYPE m counter", "\n\n m 1 \n\n# a comment\n\tn 2\t\n",
  ]
}

/// Changes a page line by line, as a target does from scrape to scrape, and sometimes in ways that
/// no target should.
private struct PageMutator {
  private var lines: [[UInt8]]
  private var good: [[UInt8]] = []

  init(_ page: [UInt8]) {
    let lines = page.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    self.lines = lines.map(Array.init)
  }

  var bytes: [UInt8] { Array(lines.joined(separator: [UInt8(ascii: "\n")])) }

  /// Saves the page as the last one that was read.
  mutating func save() { good = lines }

  /// Returns to the last page that was read.
  mutating func goBack() { lines = good.isEmpty ? [[]] : good }

  mutating func change(_ dice: inout ByteMutator, _ pages: [[UInt8]]) {
    for place in lines.indices where dice.roll(2) == 0 { renumber(place, &dice) }
    guard dice.roll(2) == 0 else { return }
    for _ in 0...dice.roll(3) {
      let place = dice.roll(lines.count)
      switch dice.roll(9) {
      case 0: lines.remove(at: place)
      case 1: lines.insert(lines[dice.roll(lines.count)], at: place)
      case 2: lines.swapAt(place, dice.roll(lines.count))
      case 3: lines.removeSubrange(place...)
      case 4:
        let other = PageMutator(pages[dice.roll(pages.count)])
        lines.insert(other.lines[dice.roll(other.lines.count)], at: place)
      case 5: lines[place] += Array(" \(dice.roll(3) * 1000)".utf8)
      case 6: lines[place] = dice.bytes(of: [lines[place]], words: Self.words)
      case 7: lines = PageMutator(pages[dice.roll(pages.count)]).lines
      default: lines.insert([], at: place)
      }
      if lines.isEmpty { lines = [[]] }
    }
  }

  /// Replaces the number after the last space.
  private mutating func renumber(_ place: Int, _ dice: inout ByteMutator) {
    guard let blank = lines[place].lastIndex(of: UInt8(ascii: " ")),
      lines[place].first != UInt8(ascii: "#")
    else { return }
    lines[place].replaceSubrange((blank + 1)..., with: Self.numbers[dice.roll(Self.numbers.count)])
  }

  private static let numbers = [
    "0", "1", "17", "123456789", "0.5", "37.1234", "-1", "1e+06", "NaN", "+Inf", "-2.5e-07",
    "1.7976931348623157e+308", "9007199254740993", "12345678901234567890", "1x", "", "1.", ".5",
  ].map { Array($0.utf8) }

  private static let words = ["{", "}", "\"", "\\", "#", " ", ",", "=", "# EOF", "\n"].map {
    Array($0.utf8)
  }
}

/// A cache and a fresh parse, for comparison.
private struct CacheFixture {
  struct Outcome {
    var samples = 0
    var gone = 0
    var isRefused = false
    var isUnchanged = false
  }

  /// The result of a fresh parse of a page.
  private struct Page {
    struct Series: Equatable {
      var labels: Labels?
      var isTracked: Bool
    }
    var samples: [String] = []
    var scraped = 0
    var texts: [[UInt8]: Series] = [:]
    var order: [[UInt8]] = []
    var families: [String: [FamilyMetadata]] = [:]
    var failure: ScrapeFailure?
  }

  private let rules: SeriesRules
  private let origin: String
  private var cache = ScrapeCache()
  private var numbers: [Labels: SeriesID] = [:]
  private var names: [SeriesID: Labels] = [:]
  private var last = Page()
  private var isStale = false
  private var contradicted: Set<String> = []
  private var time: Int64 = 0
  private let verdict = Verdict()

  /// Whether a page was read incorrectly.
  var hasFailed: Bool { verdict.hasFailed }

  init(_ target: ScrapeTarget, origin: String) {
    rules = SeriesRules(target: target)
    self.origin = origin
  }

  mutating func read(_ bytes: [UInt8], _ format: ExpositionTextFormat) -> Outcome {
    time += 1000
    let now = Timestamp(rawValue: time)
    let page = parse(bytes, format, now)
    contradicted.formUnion(page.families.filter { $0.value.count > 1 }.keys)
    var outcome = Outcome(samples: page.scraped, isRefused: page.failure != nil)
    var batch = SampleBatch()
    do throws(ScrapeFailure) {
      let reading = try cache.read(bytes.span, format: format, at: now, rules: rules, into: &batch)
      cache.resolve(reading.newSeries.map { number(of: $0) }, into: &batch)
      let gone = cache.commit()
      check(page.failure == nil, "is read, and from nothing it is not: \(page.failure as Any)")
      check(reading.scraped == page.scraped, "\(reading.scraped) samples of \(page.scraped)")
      check(reading.stored == page.samples.count, "\(reading.stored) kept of \(page.samples.count)")
      let new = page.texts.filter { last.texts[$0.key] == nil && $0.value.labels != nil }
      check(reading.added == new.count, "\(reading.added) new series instead of \(new.count)")
      let samples = batch.series.indices.map { place in
        text(names[batch.series[place]], batch.timestamps[place], batch.values[place])
      }
      check(samples.sorted() == page.samples.sorted(), "\(samples) instead of \(page.samples)")
      let expected = expectedGone(by: page)
      check(Set(gone) == expected, "\(gone) gone instead of \(expected)")
      checkMetadata(page)
      outcome.gone = gone.count
      outcome.isUnchanged = !page.order.isEmpty && page.order == last.order
      last = page
      isStale = false
    } catch {
      check(page.failure == error, "\(error) instead of \(page.failure as Any)")
      let gone = cache.abandon()
      check(Set(gone) == expectedGone(by: Page()), "\(gone) gone by a failure")
      isStale = true
    }
    return outcome
  }

  private func parse(_ bytes: [UInt8], _ format: ExpositionTextFormat, _ now: Timestamp) -> Page {
    var page = Page()
    var parser = ExpositionParser(bytes.span, format: format)
    let job = rules.target.job
    do {
      while let entry = try parser.next() {
        switch entry {
        case .type(let name, let type):
          page.families[unescaped(bytes, name), default: []].append(FamilyMetadata(type: type))
        case .help, .unit: break
        case .sample(let sample):
          let labels = try rules.labels(of: try parser.labels(), emptyNames: parser.emptyLabelNames)
          let timestamp = job.honorTimestamps ? sample.timestamp : nil
          let series = Array(bytes[sample.series])
          if page.texts[series] == nil { page.order.append(series) }
          page.texts[series] = Page.Series(
            labels: labels, isTracked: timestamp == nil || job.tracksTimestampsStaleness)
          page.scraped += 1
          if let labels { page.samples.append(text(labels, timestamp ?? now, sample.value)) }
        }
      }
    } catch let error as ExpositionError {
      page.failure = .malformed(error)
    } catch {
      page.failure = error as? ScrapeFailure
    }
    return page
  }

  private func unescaped(_ bytes: [UInt8], _ name: Range<Int>) -> String {
    ParsedLabels.unescaped(bytes.span.extracting(name))
  }

  /// The tracked series of the last successful page that this page lacks in every spelling.
  private func expectedGone(by page: Page) -> Set<SeriesID> {
    if isStale { return [] }
    let present = Set(page.texts.values.compactMap(\.labels))
    return Set(
      last.texts.compactMap { text, series in
        guard series.isTracked, page.texts[text] == nil, let labels = series.labels,
          !present.contains(labels)
        else { return nil }
        return numbers[labels]
      })
  }

  /// Checks the type of each family, unless a page has contradicted itself.
  private func checkMetadata(_ page: Page) {
    let families = cache.families
    for (name, types) in page.families where !contradicted.contains(name) {
      let known = families[name]?.type
      check(known == types[0].type, "\(name) is a \(known as Any)")
    }
  }

  private func text(_ labels: Labels?, _ timestamp: Timestamp, _ value: Double) -> String {
    "\(labels as Any) @\(timestamp.rawValue) \(value.bitPattern)"
  }

  private mutating func number(of labels: Labels) -> SeriesID {
    if let known = numbers[labels] { return known }
    let new = SeriesID(rawValue: UInt64(numbers.count + 1))
    numbers[labels] = new
    names[new] = labels
    return new
  }

  private func check(_ isSo: Bool, _ what: @autoclosure () -> String) {
    if isSo || verdict.hasFailed { return }
    verdict.hasFailed = true
    Issue.record("\(origin), page \(time / 1000): \(what())")
  }

  private final class Verdict { var hasFailed = false }
}
