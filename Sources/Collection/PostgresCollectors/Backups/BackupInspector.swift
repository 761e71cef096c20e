import Synchronization

/// Inspects dumps: both ends of plain ones at once, compressed ones to their end in the background,
/// one after another.
package final class BackupInspector: Sendable {
  /// The result of reading both ends of a file.
  package enum Look: Sendable, Equatable {
    case ending(BackupEnding)
    /// It is compressed: its content is only known after reading all of it.
    case compressed
  }

  private let look: @Sendable (BackupFile) -> Look
  private let read:
    @Sendable (BackupFile, _ progress: @Sendable (Int64) -> Void) async -> BackupEnding?
  private let wallTime: @Sendable () -> Double
  private let inspection = Mutex(BackupInspection())
  private let wakes = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

  /// Makes an inspector.
  ///
  /// `look` is called for each new file, `read` for each compressed one; it returns how the dump in
  /// it ends, or `nil` if it could not be read to the end this time.
  package init(
    look: @escaping @Sendable (BackupFile) -> Look,
    read:
      @escaping @Sendable (
        BackupFile, _ progress: @Sendable (Int64) -> Void
      ) async -> BackupEnding?,
    wallTime: @escaping @Sendable () -> Double
  ) {
    self.look = look
    self.read = read
    self.wallTime = wallTime
  }

  /// Inspects the new ones of the files, and forgets all others. Reads from the disk.
  func inspect(_ files: [(file: BackupFile, decompress: Bool)]) {
    let new = inspection.withLock { state in
      state.retain(Set(files.map(\.file)))
      return files.filter { state.isNew($0.file) }
    }
    for (file, decompress) in new {
      let ending: BackupEnding?
      switch look(file) {
      case .ending(let known): ending = known
      case .compressed: ending = decompress ? nil : .unknownFormat
      }
      inspection.withLock { state in
        if state.isNew(file) { state.note(file, ending) }
      }
    }
    wakes.continuation.yield()
  }

  /// The result for an inspected file, and the fraction that has been read, if it has to be.
  func state(of file: BackupFile) -> (ending: BackupEnding, progress: Double?) {
    inspection.withLock { ($0.ending(of: file, at: wallTime()), $0.progress(of: file)) }
  }

  /// Reads compressed files as they come, until the task is cancelled.
  package func run() async {
    for await _ in wakes.stream {
      while !Task.isCancelled,
        let file = inspection.withLock({ $0.begin(at: wallTime()) })
      {
        let ending = await read(file) { position in
          self.inspection.withLock { $0.advance(to: position) }
        }
        inspection.withLock { $0.finish(ending) }
        // Not again at once: it is new by then, or still unreadable.
        if ending == nil { break }
      }
    }
  }
}
