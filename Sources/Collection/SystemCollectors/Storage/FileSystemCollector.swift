import SystemAccess
import CollectorCore
import Concurrency
import ExpositionFormat
import MetricModel
import Synchronization

/// Space and inodes of the mounted file systems.
///
/// A mount whose server does not answer delays a scrape only once, and not for long: until the
/// hanging call returns, the mount is skipped and exposed with the error "mountpoint timeout".
final class FileSystemCollector: Collector {
  /// Reads the usage of a path; may hang.
  typealias Probe = @Sendable (String) -> Result<FileSystemUsage, SystemError>

  private let settings: SystemContext
  private let probe: Probe
  private let stuck = Mutex(Set<String>())
  private let known = Mutex(KnownMounts())

  private static let stuckMessage = "mountpoint timeout"
  private static let labels = ["device", "mountpoint", "fstype", "device_error"]

  init(_ context: SystemContext, probe: @escaping Probe = { FileSystemUsage.of(path: $0) }) {
    settings = context
    self.probe = probe
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let mounts = try known.withLock { try $0.mounts(settings) }
    let families = Families(in: &buffer)
    let asked = stuck.withLock { stuck in
      stuck.isEmpty ? mounts : mounts.filter { !stuck.contains($0.mountPoint) }
    }
    let usages = UsageList(count: asked.count)
    var refusal: String?
    do {
      // Several mounts may hang, so none may use all of the time.
      let limit = min(settings.mountTimeout, context.remaining / 4)
      try await settings.blockingCalls.runEach(
        count: asked.count, until: context.deadline, limit: limit, clock: context.clock,
        { [probe] in usages.set($0, probe(asked[$0].path)) },
        whenLate: { index in _ = self.stuck.withLock { $0.remove(asked[index].mountPoint) } },
        onTimeout: { index in _ = self.stuck.withLock { $0.insert(asked[index].mountPoint) } })
    } catch {
      refusal = error.description
    }
    let known = usages.all
    var next = 0
    for mount in mounts {
      var usage: Result<FileSystemUsage, SystemError>?
      if next < asked.count, asked[next].mountPoint == mount.mountPoint {
        usage = known[next]
        next += 1
      }
      switch usage {
      case .success(let usage): families.add(mount, usage, to: &buffer)
      case .failure(let error): families.add(mount, failure: error.reason, to: &buffer)
      case nil: families.add(mount, failure: refusal ?? Self.stuckMessage, to: &buffer)
      }
    }
  }
}

/// The usage of mounts, filled concurrently.
private final class UsageList: Sendable {
  private let usages: Mutex<[Result<FileSystemUsage, SystemError>?]>

  init(count: Int) {
    usages = Mutex(Array(repeating: nil, count: count))
  }

  /// The results so far.
  var all: [Result<FileSystemUsage, SystemError>?] { usages.withLock { $0 } }

  func set(_ index: Int, _ usage: Result<FileSystemUsage, SystemError>) {
    usages.withLock { $0[index] = usage }
  }
}

/// The exposed mounts, made again only when the kernel's list changes.
private struct KnownMounts: Sendable {
  private var file = ReadBuffer(capacity: 16384)
  private var raw: [UInt8] = []
  private var shown: [FileSystemCollector.Mount] = []

  /// The mounts of the machine, or of this process if those cannot be read.
  mutating func mounts(_ settings: SystemContext) throws -> [FileSystemCollector.Mount] {
    do {
      try file.read(path: settings.proc.proc + "/1/mountinfo")
    } catch {
      try file.read(path: settings.proc.proc + "/self/mountinfo")
    }
    try file.checkEnd("mountinfo")
    guard !file.span.isSame(as: raw) else { return shown }
    var seen: Set<MountPoint> = []
    shown = try MountPoint.parse(file.span).compactMap { mount in
      guard settings.patterns.mountPoints.shows(mount.mountPoint),
        settings.patterns.fileSystemTypes.shows(mount.type)
      else { return nil }
      // The same device may be mounted twice at the same path.
      var identity = mount
      identity.isReadOnly = false
      guard seen.insert(identity).inserted else { return nil }
      return FileSystemCollector.Mount(mount, path: settings.proc.hostPath(mount.mountPoint))
    }
    raw = file.span.array
    return shown
  }
}

extension FileSystemCollector {
  /// An exposed mount and its labels.
  struct Mount: Sendable {
    let mountPoint: String
    /// The path at which its usage is read.
    let path: String
    let isReadOnly: Bool
    let labels: [String]
    let infoLabels: [String]

    init(_ mount: MountPoint, path: String) {
      mountPoint = mount.mountPoint
      self.path = path
      isReadOnly = mount.isReadOnly
      labels = [mount.device, mount.mountPoint, mount.type, ""]
      infoLabels = [mount.device, String(mount.major), String(mount.minor), mount.mountPoint]
    }
  }

  /// The families of this collector.
  struct Families {
    let size, free, available, files, filesFree, error, readOnly, info: FamilyBuffer.FamilyID

    init(in buffer: inout FamilyBuffer) {
      func gauge(_ name: String, _ help: String) -> FamilyBuffer.FamilyID {
        buffer.family("node_filesystem_\(name)", .gauge, help, labels: labels)
      }
      size = gauge("size_bytes", "Size of the file system.")
      free = gauge("free_bytes", "Free space.")
      available = gauge("avail_bytes", "Free space for users other than root.")
      files = gauge("files", "Inodes of the file system.")
      filesFree = gauge("files_free", "Free inodes.")
      error = gauge("device_error", "Whether the file system could not be asked.")
      readOnly = gauge("readonly", "Whether the file system is read-only.")
      info = buffer.family(
        "node_filesystem_mount_info", .gauge, "The mount's device number; the value is always 1.",
        labels: ["device", "major", "minor", "mountpoint"])
    }

    func add(_ mount: Mount, _ usage: FileSystemUsage, to buffer: inout FamilyBuffer) {
      let block = Double(usage.blockSize)
      buffer.add(Double(usage.blocks) * block, values: mount.labels, to: size)
      buffer.add(Double(usage.blocksFree) * block, values: mount.labels, to: free)
      buffer.add(Double(usage.blocksAvailable) * block, values: mount.labels, to: available)
      buffer.add(Double(usage.files), values: mount.labels, to: files)
      buffer.add(Double(usage.filesFree), values: mount.labels, to: filesFree)
      buffer.add(0, values: mount.labels, to: error)
      addState(mount, mount.labels, to: &buffer)
    }

    func add(_ mount: Mount, failure: String, to buffer: inout FamilyBuffer) {
      var labels = mount.labels
      labels[3] = failure
      buffer.add(1, values: labels, to: error)
      addState(mount, labels, to: &buffer)
    }

    private func addState(_ mount: Mount, _ labels: [String], to buffer: inout FamilyBuffer) {
      buffer.add(mount.isReadOnly ? 1 : 0, values: labels, to: readOnly)
      buffer.add(1, values: mount.infoLabels, to: info)
    }
  }
}
