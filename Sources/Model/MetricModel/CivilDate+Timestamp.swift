public import Codecs

extension CivilDate {
  /// The calendar date of an instant, in UTC.
  public init(_ instant: Timestamp) {
    self.init(millisecondsSinceEpoch: instant.rawValue)
  }
}
