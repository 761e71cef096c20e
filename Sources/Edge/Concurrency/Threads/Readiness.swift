import Glibc

/// Waits for a file descriptor with a deadline, with `poll(2)`; handles interruptions and rounding.
package enum Readiness {
  /// The operation for which the descriptor should be ready.
  package enum Interest: Sendable {
    /// To read.
    case reading
    /// To write.
    case writing
    /// Either.
    case both
  }

  /// The result of a wait.
  package enum Outcome: Equatable, Sendable {
    /// The descriptor can be read or written, or has an error, which the next operation returns.
    case ready
    /// The deadline passed.
    case timedOut
    /// `poll` itself failed with this errno.
    case failed(Int32)
  }

  /// Blocks until the descriptor is ready or the deadline has passed. Must not be called on the
  /// cooperative pool.
  package static func wait(
    for descriptor: Int32, _ interest: Interest, until deadline: ContinuousClock.Instant
  ) -> Outcome {
    let events: Int32 =
      switch interest {
      case .reading: POLLIN
      case .writing: POLLOUT
      case .both: POLLIN | POLLOUT
      }
    while true {
      var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      let count = unsafe poll(&entry, 1, deadline.pollMilliseconds)
      if count > 0 { return .ready }
      if count == 0 {
        guard deadline.remainingNanoseconds <= 0 else { continue }
        return .timedOut
      }
      guard errno == EINTR else { return .failed(errno) }
    }
  }
}

extension ContinuousClock.Instant {
  /// Nanoseconds from now; negative if past; capped at about 292 years.
  package var remainingNanoseconds: Int64 {
    let (seconds, attoseconds) = (self - .now).components
    guard seconds < 9_000_000_000, seconds > -9_000_000_000 else {
      return seconds < 0 ? .min : .max
    }
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }

  /// Whether the moment is past.
  package var hasPassed: Bool { remainingNanoseconds <= 0 }

  /// The timeout for `poll`, rounded up, so that a wait does not spin through the last millisecond.
  package var pollMilliseconds: Int32 {
    let nanoseconds = remainingNanoseconds
    guard nanoseconds > 0 else { return 0 }
    return Int32(clamping: nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1))
  }
}
