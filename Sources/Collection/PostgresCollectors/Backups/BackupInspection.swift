/// The state of the inspection of dumps. Each file is inspected once.
struct BackupInspection {
  /// A compressed file is read once it has not changed for this many seconds.
  static let calm = 60.0
  /// A dump is reported as broken once it has not changed for this many seconds; pg_dump may wait
  /// for a lock.
  static let finalAge = 600.0

  private var endings: [BackupFile: BackupEnding] = [:]
  private var compressed: [BackupFile] = []
  private var current: (file: BackupFile, position: Int64)?

  /// Forgets all files but these.
  mutating func retain(_ files: Set<BackupFile>) {
    endings = endings.filter { files.contains($0.key) }
    compressed.removeAll { !files.contains($0) }
  }

  /// Whether a file has to be inspected.
  func isNew(_ file: BackupFile) -> Bool { endings[file] == nil && !compressed.contains(file) }

  /// Records the result of reading both ends of a file; `nil` if it is compressed and must be read
  /// to its end.
  mutating func note(_ file: BackupFile, _ ending: BackupEnding?) {
    guard let ending else { return compressed.append(file) }
    // A file that cannot be read now may be readable later.
    if ending != .unreadable { endings[file] = ending }
  }

  /// The next file to read, which is marked as being read.
  mutating func begin(at wallTime: Double) -> BackupFile? {
    guard current == nil,
      let file = compressed.first(where: { endings[$0] == nil && $0.age(at: wallTime) >= Self.calm }
      )
    else { return nil }
    current = (file, 0)
    return file
  }

  /// Records how far reading is.
  mutating func advance(to position: Int64) { current?.position = position }

  /// Records the result of reading; `nil` if the file changed meanwhile or reading was stopped.
  mutating func finish(_ ending: BackupEnding?) {
    guard let file = current?.file else { return }
    current = nil
    if let ending, compressed.contains(file) { endings[file] = ending }
  }

  /// The ending of a file to report.
  func ending(of file: BackupFile, at wallTime: Double) -> BackupEnding {
    guard let ending = endings[file] else {
      return compressed.contains(file) ? .reading : .unreadable
    }
    return ending.isComplete == false && file.age(at: wallTime) < Self.finalAge ? .settling : ending
  }

  /// The fraction of a file that has been read, if it is to be read.
  func progress(of file: BackupFile) -> Double? {
    guard compressed.contains(file), endings[file] == nil, file.size > 0 else { return nil }
    guard let current, current.file == file else { return 0 }
    return min(1, Double(current.position) / Double(file.size))
  }
}

extension BackupFile {
  /// Seconds since the last change. A file from the future counts as old, because its age is
  /// unknown.
  fileprivate func age(at wallTime: Double) -> Double {
    modified > wallTime + 60 ? .infinity : max(0, wallTime - modified)
  }
}
