import Foundation

/// The number of inputs of a fuzz test, and its first seed.
///
/// `TOCSIN_FUZZ` is the number of inputs, `TOCSIN_FUZZ_SEED` the first seed; every input follows
/// from its seed, and a failure names it.
public struct FuzzPlan: Sendable {
  /// The seeds of the inputs.
  public let seeds: Range<UInt64>

  /// Makes the plan of the environment; without one, `count` inputs.
  public init(count: Int) {
    let environment = ProcessInfo.processInfo.environment
    let first = environment["TOCSIN_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
    let count = environment["TOCSIN_FUZZ"].flatMap { UInt64($0) } ?? UInt64(count)
    seeds = first..<(first + count)
  }

  /// The files of a corpus by name.
  public static func corpus(in folder: String) throws -> [(name: String, bytes: [UInt8])] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
      (name, Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))))
    }
  }

  /// The folder `Corpus` next to a test file.
  public static func folder(beside file: String) -> String {
    URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Corpus").path
  }
}
