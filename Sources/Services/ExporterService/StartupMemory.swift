import SystemAccess
import CollectorCore
import Synchronization

/// Lets go of the memory that only starting needed, once the exporter has answered its first scrapes.
///
/// Two thirds of a fresh exporter's resident memory are code and tables of libraries that were touched while
/// linking, reading the configuration and opening the listener. They come back by themselves, should they be
/// needed. So does what the heap only keeps from being filled for the first time.
final class StartupMemory: Sendable {
  /// The scrapes after which memory is looked through: early, and now and then, for what rare work left behind.
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
