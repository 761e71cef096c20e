import GRDB
import MetricModel
import StorageAPI

/// A range of chunk pages: those that overlap it in every column.
struct PageRange {
  var bucket: Int64
  /// The latest end of a chunk.
  var last = Int64.min ... .max
  /// The time before which the first chunk must begin.
  var first = Int64.max
  /// The lowest series number.
  var low = Int64.min
  var high = Int64.max
}

/// A chunk page as it was read from the database.
struct PageRow {
  let number: Int64
  let body: [UInt8]
}

extension SampleDatabase {
  /// The chunk pages in a range, in no particular order.
  ///
  /// Pages that cannot be read because the file is damaged are left out and reported, one line
  /// each.
  func pages(in range: PageRange, _ damaged: (String) -> Void) throws(StorageError) -> [PageRow] {
    do {
      return try file.read { try Self.pages(in: range, $0) }
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

  static func pages(in range: PageRange, _ database: Database) throws -> [PageRow] {
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
      range.bucket, range.last.lowerBound, range.last.upperBound, range.first, range.high,
      range.low,
    ]
  }
}
