import ArgumentParser
import SampleStore
import SQLiteStorage

/// `tocsin store verify`
struct StoreVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Read every page, batch and chunk, and name what is damaged.",
    discussion: """
      The exit status is 1 if anything is damaged. An evaluator serves what is readable all the same; a file whose \
      pages are damaged is set aside at its next start, and what can be read is taken over.
      """)

  @OptionGroup var store: StoreFolder

  func run() async throws {
    await Startup.exitOnFailure {
      let found = try StoreVerification(SampleDatabase(readingFrom: store.folder))
      for finding in found.findings { print(finding) }
      let what =
        "\(found.series) series, \(found.chunks) chunks with \(found.samples) samples, "
        + "\(found.batches) batches"
      if found.findingCount == 0 {
        print("ok: \(what)")
      } else {
        print("\(found.findingCount) findings in \(what)")
        Self.exit(withError: ExitCode(1))
      }
    }
  }
}
