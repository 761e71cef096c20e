import GRDB
import MetricModel
import StorageAPI

/// Which rows of chunks are wanted: those that overlap all of it.
struct PageRange {
  var family: Int64
  /// When the last chunk ends.
  var last = Int64.min ... .max
  /// The time at which the first chunk must have begun.
  var first = Int64.max
  /// The numbers of series.
  var low = Int64.min
  var high = Int64.max
}

/// A row of chunks as it was read.
struct PageRow {
  let number: Int64
  let body: [UInt8]
}

extension SampleDatabase {
  /// The rows in a range, in no order.
  ///
  /// What cannot be read, because pages of the file are damaged, is told in one line each and left out.
  func packs(in range: PageRange, _ damaged: (String) -> Void) throws(StorageError) -> [PageRow] {
    do {
      return try file.read { try Self.packs(in: range, $0) }
    } catch {
      guard case .damaged = error else { throw error }
    }
    let numbers: [Int64]
    do {
      numbers = try file.read { database in
        try Int64.fetchAll(
          database, sql: "SELECT number \(Self.packCondition)", arguments: Self.arguments(range))
      }
    } catch {
      guard case .damaged = error else { throw error }
      damaged("the list of rows of chunks of series \(max(0, range.low)) and its neighbours")
      return []
    }
    var found: [PageRow] = []
    for number in numbers {
      do {
        let body = try file.read { database in
          try Row.fetchOne(
            database, sql: "SELECT body FROM chunk_pack WHERE number = ?", arguments: [number]
          ).map { try $0.bytes(at: 0) }
        }
        if let body { found.append(PageRow(number: number, body: body)) }
      } catch {
        guard case .damaged = error else { throw error }
        damaged("row \(number) of chunks")
      }
    }
    return found
  }

  static func packs(in range: PageRange, _ database: Database) throws -> [PageRow] {
    let statement = try database.cachedStatement(sql: "SELECT number, body \(packCondition)")
    let rows = try Row.fetchCursor(statement, arguments: arguments(range))
    var found: [PageRow] = []
    while let row = try rows.next() {
      found.append(PageRow(number: try row.integer(at: 0), body: try row.bytes(at: 1)))
    }
    return found
  }

  private static var packCondition: String {
    """
    FROM chunk_pack INDEXED BY chunk_pack_by_family
    WHERE family = ? AND last BETWEEN ? AND ? AND first <= ? AND low <= ? AND high >= ?
    """
  }

  private static func arguments(_ range: PageRange) -> StatementArguments {
    [
      range.family, range.last.lowerBound, range.last.upperBound, range.first, range.high,
      range.low,
    ]
  }
}
