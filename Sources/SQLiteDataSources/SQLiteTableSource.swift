public import DataSources
import SQLiteConnection
import StateJournal

/// Tables of a SQLite database, read by increasing key: each table is a stream that goes on behind the
/// greatest key it has seen.
///
/// ```swift
/// let shop = SQLiteTableSource("shop.sqlite", tables: [.init("orders", key: "id")])
/// ```
///
/// The key is an integer, a real number or a text, in the order that SQLite gives them (texts by their
/// bytes); an index on it, or its being the primary key, keeps the reading of new rows cheap. A row whose
/// key is null would never be read, so it is an error.
///
/// **Equal keys** are read together: a payload ends between two keys, never within one.
///
/// **Late rows**, whose key is not greater than that of a row that was read, are not read. With a key
/// that counts up (`INTEGER PRIMARY KEY`) there are none, since SQLite has one writer at a time. With one
/// that may repeat, such as a time, rows of the greatest key may still come: hold those back
/// (``Table/holdsBackGreatestKey``), and they are read once there is a greater key. A changed row is
/// not read again, unless its key grows with the change (`updated_at`).
///
/// Rows become lines of NDJSON, members in the order of the columns. A blob becomes its Base64 text; a
/// real number that is not finite is an error that names the row, since JSON has none.
public final class SQLiteTableSource: DataSource {
  /// A table or view to be read.
  public struct Table: Sendable {
    /// The table, which is also the name of the stream.
    public var name: String
    /// The column by which it is read.
    public var key: String
    /// The columns that are read; `nil` for all.
    public var columns: [String]?
    /// Whether rows of the greatest key are left for later, when others of that key may still come.
    public var holdsBackGreatestKey: Bool

    /// A table from its parts.
    public init(
      _ name: String, key: String, columns: [String]? = nil, holdsBackGreatestKey: Bool = false
    ) {
      self.name = name
      self.key = key
      self.columns = columns
      self.holdsBackGreatestKey = holdsBackGreatestKey
    }
  }

  public let identifier: String
  private let path: String
  private let tables: [Table]
  private let batchRowCount: Int
  private let busyTimeout: Duration

  /// A source of some tables.
  ///
  /// - Parameters:
  ///   - path: the database file, which must exist.
  ///   - identifier: the name that the state is kept under.
  ///   - tables: the tables.
  ///   - batchRowCount: the rows in a payload, and some more when the last of them have one key.
  ///   - busyTimeout: how long a query waits for a writer that has locked the database.
  public init(
    _ path: String, identifier: String = "sqlite", tables: [Table], batchRowCount: Int = 1000,
    busyTimeout: Duration = .seconds(10)
  ) {
    self.path = path
    self.identifier = identifier
    self.tables = tables
    self.batchRowCount = max(1, batchRowCount)
    self.busyTimeout = busyTimeout
  }

  public func connect() async throws(DataSourceError) {
    _ = try TableReading.open(path, busyTimeout: busyTimeout)
  }

  public func streams() async throws(DataSourceError) -> [any DataSourceStream<NDJSONRows>] {
    tables.map {
      TableStream(path: path, table: $0, batchRowCount: batchRowCount, busyTimeout: busyTimeout)
    }
  }

  public func disconnect() async {}
}

/// One table.
struct TableStream: DataSourceStream {
  let path: String
  let table: SQLiteTableSource.Table
  let batchRowCount: Int
  let busyTimeout: Duration

  var name: String { table.name }

  func open(
    after state: StateObject
  ) async throws(DataSourceError) -> sending any DataSourceReader<NDJSONRows> {
    let position = try TablePosition(state, of: table, in: path)
    return TableReader(
      reading: try TableReading(
        path, table: table, batchRowCount: batchRowCount, busyTimeout: busyTimeout),
      position: position)
  }
}
