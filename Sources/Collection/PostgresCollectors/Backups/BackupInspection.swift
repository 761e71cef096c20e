/// Which dumps are looked at, and what is said of them meanwhile. Each file is judged once.
struct BackupInspection {
  /// A compressed file is read once it has not changed for so long: seconds.
  static let calm = 60.0
  /// A dump is called broken once it has not changed for so long; pg_dump may wait for a lock.
  static let settled = 600.0

  private var endings: [BackupFile: BackupEnding] = [:]
  private var compressed: [BackupFile] = []
  private var current: (file: BackupFile, position: Int64)?

  /// Forgets all but these files.
  mutating func keep(_ files: Set<BackupFile>) {
    endings = endings.filter { files.contains($0.key) }
    compressed.removeAll { !files.contains($0) }
  }

  /// Whether a file has to be looked at.
  func isNew(_ file: BackupFile) -> Bool { endings[file] == nil && !compressed.contains(file) }

  /// Notes what a look at both ends of a file gave; nil if it is compressed and must be read.
  mutating func note(_ file: BackupFile, _ ending: BackupEnding?) {
    guard let ending else { return compressed.append(file) }
    // What may not be read now may be read later.
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

  /// Notes how far reading is.
  mutating func advance(to position: Int64) { current?.position = position }

  /// Notes what reading gave; nil if nothing, because the file changed meanwhile or reading was
  /// stopped.
  mutating func finish(_ ending: BackupEnding?) {
    guard let file = current?.file else { return }
    current = nil
    if let ending, compressed.contains(file) { endings[file] = ending }
  }

  /// What is said of a file.
  func ending(of file: BackupFile, at wallTime: Double) -> BackupEnding {
    guard let ending = endings[file] else {
      return compressed.contains(file) ? .reading : .unreadable
    }
    return ending.isComplete == false && file.age(at: wallTime) < Self.settled ? .settling : ending
  }

  /// The part of a file that was read, of one that is to be.
  func progress(of file: BackupFile) -> Double? {
    guard compressed.contains(file), endings[file] == nil, file.size > 0 else { return nil }
    guard let current, current.file == file else { return 0 }
    return min(1, Double(current.position) / Double(file.size))
  }
}

extension BackupFile {
  /// Seconds since its last change. One from the future counts as old: nobody is writing to it by
  /// this clock.
  fileprivate func age(at wallTime: Double) -> Double {
    modified > wallTime + 60 ? .infinity : max(0, wallTime - modified)
  }
}
