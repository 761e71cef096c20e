/// The windows of a range vector, one for each step of a grid: open at the start, closed at the
/// end.
struct WindowGrid {
  /// One window.
  struct Window {
    /// The open start, in milliseconds.
    var start: Int64
    /// The closed end.
    var end: Int64
    /// The instant for which the window is evaluated; not its end if there is an offset or an `@`.
    var evaluation: Int64
  }

  /// The steps.
  let grid: StepGrid
  /// The length of every window, in milliseconds.
  let length: Int64
  /// How far before its start a window reaches for samples of `anchored` and `smoothed`, in
  /// milliseconds.
  var before: Int64 = 0
  /// How far beyond its end a window reaches for samples of `smoothed`, in milliseconds.
  var after: Int64 = 0
  /// How far all windows are moved into the past, in milliseconds.
  let offset: Int64
  private let pinned: Int64?
  /// Whether all windows are the same.
  var isPinned: Bool { pinned != nil }

  init(_ grid: StepGrid, length: Int64, offset: Int64, pinned: Int64?) {
    self.grid = grid
    self.length = length
    self.offset = offset
    self.pinned = pinned
  }

  /// The window of a step.
  func window(_ step: Int) -> Window {
    let evaluation = grid.time(step)
    let end = (pinned ?? evaluation) - offset
    return Window(start: end - length, end: end, evaluation: evaluation)
  }

  /// The earliest window.
  var first: Window { window(0) }
  /// The latest window.
  var last: Window { window(max(grid.count - 1, 0)) }
}
