import ExpositionFormat
import Foundation
import MetricModel
import TestSupport
import Testing
import WebClient

/// Tocsin's parser and Python's `prometheus_client` read a corpus of expositions: hand-written edge
/// cases, and current responses of exporters.
@Suite(.timeLimit(.minutes(20)))
struct ExpositionCorpusTests {
  private static let folder = Daemon.repository + "/Tests/ExpositionFormatTests/Corpus"

  /// Known differences between the parsers, by file. Python's is lenient with the text format and
  /// strict with the structure of OpenMetrics; Tocsin's accepts what Prometheus accepts.
  private static let rules: [String: Difference] = [
    // Python ignores what follows the timestamp and accepts fractions of milliseconds, underscores
    // within numbers, and any text as a label name.
    "bad-after-time.prom": .oursRefuses, "float-time.prom": .oursRefuses,
    "bad-underscores.prom": .oursRefuses, "bad-label.prom": .oursRefuses,
    // Python accepts a comma without a label and uses the last of two labels with the same name.
    "bad-comma.prom": .oursRefuses, "bad-twice.prom": .oursRefuses,
    // In Prometheus a number beyond the range of doubles is an error, and a carriage return is not
    // a blank.
    "overflow.prom": .oursRefuses, "crlf.prom": .oursRefuses,
    // Quoted names are newer than Debian's parser.
    "quoted-name.prom": .oursAccepts,
    // A scraper checks neither the structure of families nor the number of blanks and comments.
    "bad-counter-name.om": .oursAccepts, "bad-interleaved.om": .oursAccepts,
    "bad-bucket-order.om": .oursAccepts, "bad-double-blank.om": .oursAccepts,
    "bad-comment.om": .oursAccepts,
  ]

  private enum Difference: Equatable { case none, oursRefuses, oursAccepts, samples }

  /// One sample in a form that both parsers can produce; `counter_total` stands for Python's added
  /// suffix.
  private struct Sample: Hashable, Comparable {
    let text: String

    init(labels: [String: String], bits: String, time: Int64?) {
      var labels = labels
      // Python adds OpenMetrics' suffix to counters of the text format.
      if let name = labels["__name__"], name.hasSuffix("_total") {
        labels["__name__"] = String(name.dropLast(6))
      }
      let sorted = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      text = "\(sorted.joined(separator: ",")) \(bits) \(time.map(String.init) ?? "")"
    }

    static func < (left: Sample, right: Sample) -> Bool { left.text < right.text }
  }

  /// The samples of a file by Tocsin's parser; nil if it refuses the file.
  private static func ours(_ path: String) throws -> [Sample]? {
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    var parser = ExpositionParser(
      bytes.span, format: path.hasSuffix(".om") ? .openMetrics : .text)
    var samples: [Sample] = []
    do {
      while let entry = try parser.next() {
        guard case .sample(let sample) = entry else { continue }
        let series = Array(bytes[sample.series])
        let labels = try ParsedLabels(parsing: series.span).list
        let bits = String(sample.value.bitPattern, radix: 16)
        samples.append(
          Sample(
            labels: Dictionary(uniqueKeysWithValues: labels.map { ($0.name, $0.value) }),
            bits: sample.value.isNaN
              ? "nan" : String(repeating: "0", count: 16 - bits.count) + bits,
            time: sample.timestamp?.rawValue))
      }
    } catch {
      return nil
    }
    return samples
  }

  /// The samples of files by Python's parser; nil for those that it refuses.
  private static func pythons(_ paths: [String]) async throws -> [String: [Sample]?] {
    let script = Daemon.repository + "/Tests/EndToEndTests/Fixtures/parse.py"
    // Debian's own Python, which has Debian's packages.
    let process = try ChildProcess.start("/usr/bin/python3", [script] + paths)
    let status = try await process.waitForExit()
    guard status == 0 else { throw EndToEndError("parse.py: \(process.output)") }
    return try JSON(Array(process.output.utf8)).object.mapValues { file in
      guard !file.isNull else { return nil }
      return file.array.map { sample in
        Sample(
          labels: sample[0].object.mapValues { $0.string ?? "" }, bits: sample[1].string ?? "",
          time: sample[2].number.map { Int64($0) })
      }
    }
  }

  private static func difference(_ ours: [Sample]?, _ pythons: [Sample]?) -> Difference {
    switch (ours, pythons) {
    case (nil, nil): .none
    case (nil, _): .oursRefuses
    case (_, nil): .oursAccepts
    case (let ours?, let pythons?): ours.sorted() == pythons.sorted() ? .none : .samples
    }
  }

  @Test func agreesWithPythonOnWhatIsWrittenByHand() async throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder).sorted()
    #expect(names.count > 40)
    let paths = names.map { Self.folder + "/" + $0 }
    let pythons = try await Self.pythons(paths)
    for (name, path) in zip(names, paths) {
      let difference = Self.difference(try Self.ours(path), try #require(pythons[path]))
      #expect(difference == Self.rules[name] ?? .none, "\(name)")
    }
  }

  @Test func agreesWithPythonOnWhatExportersAnswer() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-corpus")
    let exporter = try await Daemon.exporter()
    let evaluator = try await Daemon.evaluator(
      configuration: folder.write("{}", to: "tocsin.yml"), storage: folder.file("data"))
    let references = try [
      "prometheus-node-exporter": "--web.listen-address=127.0.0.1:%",
      "prometheus-process-exporter": "--web.listen-address=127.0.0.1:%",
      "prometheus": "--web.listen-address=127.0.0.1:%",
    ].map { (program, flag) in
      let port = try FreePort.next()
      var flags = [flag.replacingOccurrences(of: "%", with: "\(port)")]
      if program == "prometheus" {
        flags += [
          "--config.file=\(try folder.write("{}", to: "prometheus.yml"))",
          "--storage.tsdb.path=\(folder.file("prometheus"))",
        ]
      }
      return (name: program, process: try ChildProcess.start(program, flags), port: port)
    }
    for reference in references {
      try await reference.process.waitUntilAccepting(port: reference.port)
    }
    let ports =
      references.map { ($0.name, $0.port) } + [
        ("tocsin", exporter.port), ("evaluator", evaluator.port),
      ]
    var paths: [String] = []
    for (name, port) in ports {
      let answer = try await HTTP.get("http://127.0.0.1:\(port)/metrics")
      #expect(answer.status == 200)
      paths.append(try folder.write(answer.text, to: "\(name).prom"))
    }
    let pythons = try await Self.pythons(paths)
    for path in paths {
      let ours = try #require(try Self.ours(path))
      #expect(ours.count > 10)
      #expect(Self.difference(ours, try #require(pythons[path])) == .none, "\(path)")
    }
    withExtendedLifetime(references) {}
  }
}
