import SystemAccess
import CollectorCore
import Synchronization

/// Releases memory that only the start needed, after the first answered scrapes.
///
/// Two thirds of a fresh exporter's resident memory are code and tables of libraries that were used
/// for linking, reading the configuration and opening the listener. The kernel reads them again if
/// they are needed. Free memory of the heap is released as well.
final class StartupMemory: Sendable {
  /// The number of scrapes between two releases, for memory of rare work; the first release is
  /// early.
  private static let interval = 1000
  private let scrapes = Atomic(0)

  /// Counts an answered scrape.
  func noteScrape() {
    let count = scrapes.wrappingAdd(1, ordering: .relaxed).newValue
    guard count == 2 || count % Self.interval == 0 else { return }
    FilePages.release()
    HeapPages.release()
  }
}
