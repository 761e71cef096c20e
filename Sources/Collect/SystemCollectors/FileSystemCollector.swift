import CollectorCore
import MetricModel
import Synchronization

/// Space and inodes of the mounted file systems.
///
/// A mount whose server does not answer never delays a scrape for long, and only once: it is left
/// alone, and shown with the error "mountpoint timeout", until the call that hangs returns.
final class FileSystemCollector: Collector {
  /// Asks for the space of a path; may hang.
  typealias Probe = @Sendable (String) -> Result<FileSystemUsage, SystemError>

  private let settings: SystemContext
  private let probe: Probe
  private let stuck = Mutex(Set<String>())

  private static let stuckMessage = "mountpoint timeout"
  private static let labels = ["device", "mountpoint", "fstype", "device_error"]

  init(_ context: SystemContext, probe: @escaping Probe = { FileSystemUsage.of(path: $0) }) {
    settings = context
    self.probe = probe
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let mounts = try mounts()
    let families = Families(in: &buffer)
    var seen: Set<MountPoint> = []
    for mount in mounts {
      guard settings.patterns.mountPoints.shows(mount.mountPoint),
        settings.patterns.fileSystemTypes.shows(mount.type)
      else { continue }
      // The same device may be mounted twice at the same place, one over the other.
      var identity = mount
      identity.isReadOnly = false
      guard seen.insert(identity).inserted else { continue }
      let usage = await usage(of: mount.mountPoint, context: context)
      families.add(mount, usage, to: &buffer)
    }
  }

  /// The mounts of the machine, or of this process where those cannot be read.
  private func mounts() throws -> [MountPoint] {
    let file = try mountinfo()
    return try MountPoint.parse(file.span)
  }

  private func mountinfo() throws(SystemError) -> ReadBuffer {
    do {
      return try settings.proc.read("1/mountinfo")
    } catch {
      return try settings.proc.read("self/mountinfo")
    }
  }

  /// The space of a mount, or why it is not known.
  private func usage(
    of mountPoint: String, context: ScrapeContext
  ) async -> Result<FileSystemUsage, UsageError> {
    guard !stuck.withLock({ $0.contains(mountPoint) }) else {
      return .failure(UsageError(text: Self.stuckMessage))
    }
    let path = settings.proc.hostPath(mountPoint)
    do {
      // Several mounts may hang, so none gets all the time there is.
      let limit = min(settings.mountTimeout, context.remaining / 4)
      let result = try await settings.blockingWorker.run(
        context: context, limit: limit,
        { [probe] in probe(path) },
        whenLate: { _ in _ = self.stuck.withLock { $0.remove(mountPoint) } },
        onTimeout: { _ = self.stuck.withLock { $0.insert(mountPoint) } })
      return result.mapError { UsageError(text: $0.reason) }
    } catch {
      switch error {
      case .overdue: return .failure(UsageError(text: Self.stuckMessage))
      case .exhausted, .noThread: return .failure(UsageError(text: error.description))
      }
    }
  }
}

extension FileSystemCollector {
  /// Why the space of a mount is not known.
  struct UsageError: Error {
    let text: String
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

    func add(
      _ mount: MountPoint, _ usage: Result<FileSystemUsage, UsageError>,
      to buffer: inout FamilyBuffer
    ) {
      var labels = [mount.device, mount.mountPoint, mount.type, ""]
      switch usage {
      case .success(let usage):
        let block = Double(usage.blockSize)
        buffer.add(Double(usage.blocks) * block, values: labels, to: size)
        buffer.add(Double(usage.blocksFree) * block, values: labels, to: free)
        buffer.add(Double(usage.blocksAvailable) * block, values: labels, to: available)
        buffer.add(Double(usage.files), values: labels, to: files)
        buffer.add(Double(usage.filesFree), values: labels, to: filesFree)
        buffer.add(0, values: labels, to: error)
      case .failure(let failure):
        labels[3] = failure.text
        buffer.add(1, values: labels, to: error)
      }
      buffer.add(mount.isReadOnly ? 1 : 0, values: labels, to: readOnly)
      buffer.add(
        1, values: [mount.device, String(mount.major), String(mount.minor), mount.mountPoint],
        to: info)
    }
  }
}
