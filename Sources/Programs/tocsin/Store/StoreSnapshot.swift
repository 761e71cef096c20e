import ArgumentParser
import Foundation
import SQLiteStorage

/// `tocsin store snapshot`
struct StoreSnapshot: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot",
    abstract: "Copy samples and state as they are now, for a backup.",
    discussion: """
      The copies are sound and compact; an evaluator started with the new folder as --storage.path goes on from that \
      moment. Nothing is overwritten.
      """)

  @OptionGroup var store: StoreFolder
  @Argument(help: "A folder for the copies; it is made if it is not there.") var target: String

  func run() async throws {
    await Startup.exitOnFailure {
      try FileManager.default.createDirectory(
        atPath: target, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
      for name in try SampleDatabase.snapshot(of: store.folder, to: target) {
        print("ok: \(target)/\(name)")
      }
    }
  }
}
