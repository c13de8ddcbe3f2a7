public import DataSources
import FileIO
import SQLiteConnection
public import StateJournal

/// Writes rows into tables of a SQLite database, exactly once: the rows of a group and how far their
/// streams have come are **one transaction in the target**.
///
/// ```swift
/// let shop = SQLiteSink("shop.sqlite", key: ["id"])
/// ```
///
/// The table ``cursorTable`` holds, for each stream, the state behind the rows that are there. When a run
/// begins, that is where the stream goes on, whatever the state of the job says: the database cannot be
/// brought back to an earlier length as a file can, but it knows best what is in it. The state of the
/// job follows. So a kill or power cut at any moment loses no row and doubles none; a database that was
/// restored from a backup gets the rows since; and one that has lost the cursor of a stream with rows, or
/// the table of them, is refused, as is a state that another sink's position is in.
///
/// A table is made when its first row comes: with the columns that are given, or else with the members of
/// that row, in its order, and types by its values. A table that is there is used as it is. The columns
/// never change: a row that lacks one of them has a null there, and one that has another member fails
/// the run, since leaving it out would lose it silently. A value must fit its column:
///
/// | column | takes |
/// |---|---|
/// | `INTEGER` | integers, truth values as 0 and 1, texts that are an integer |
/// | `REAL` | numbers, texts that are a finite number |
/// | `TEXT` | texts, and everything else as its JSON |
/// | any other | everything, arrays and objects as their JSON |
///
/// With a key, a row takes the place of the one with the same key.
public actor SQLiteSink: IngestionSink {
  /// The table that holds how far each stream has come.
  public static let cursorTable = "ingestion_cursor"

  /// A column of a table that the sink makes.
  public struct Column: Sendable, Equatable {
    /// What a column holds.
    public enum Kind: String, Sendable, CaseIterable {
      /// Integers of 64 bits.
      case integer
      /// Numbers as `Double`.
      case real
      /// Texts.
      case text
      /// Whatever comes.
      case any
    }

    /// The column, and the member of a row that goes into it.
    public var name: String
    /// What it holds.
    public var kind: Kind

    /// A column from its parts.
    public init(_ name: String, _ kind: Kind) {
      self.name = name
      self.kind = kind
    }
  }

  private let path: String
  private let table: String?
  private let columns: [Column]?
  private let key: [String]
  private let busyTimeout: Duration
  private var database: TargetDatabase?
  private let executor = BlockingExecutor(label: "sqlite-sink")

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// A sink for a database, which is created when it is missing (the directory that is to hold it must
  /// exist). It is opened when a run begins.
  ///
  /// - Parameters:
  ///   - path: the database file.
  ///   - table: the table that all rows go to; `nil` for one of each stream's name.
  ///   - columns: the columns of tables that are made; `nil` for those of the first row.
  ///   - key: the columns by which a row takes the place of another; empty to add every row. A table that
  ///     is there must have them as its primary key or under a unique index.
  ///   - busyTimeout: how long a group waits for another writer of the database.
  public init(
    _ path: String, table: String? = nil, columns: [Column]? = nil, key: [String] = [],
    busyTimeout: Duration = .seconds(10)
  ) {
    self.path = path
    self.table = table
    self.columns = columns
    self.key = key
    self.busyTimeout = busyTimeout
  }

  public func resume(
    _ stream: StateAddress, at position: StateObject?
  ) async throws(DataSourceError) -> StateObject? {
    let name = table ?? stream.name
    if SQLName.folded(name) == Self.cursorTable {
      throw DataSourceError(
        "the rows of \(stream) are to go to the table \(name) of \(path), which holds how far streams "
          + "have come: give them a table of another name")
    }
    let committed = try Self.commitCount(in: position, of: stream, path)
    let found = try opened().commitCount(of: stream)
    guard committed == 0 || found > 0 else {
      throw DataSourceError(
        "\(path) knows nothing of \(stream), but \(Quantity.plural(committed, "group")) of its rows "
          + "were committed into it: it was replaced, or \(Self.cursorTable) was emptied. Bring the "
          + "database back, or ingest everything anew into another one, with another state")
    }
    if let stored = position?["table"]?.string, stored != name {
      throw DataSourceError(
        "the rows of \(stream) went to the table \(stored) of \(path), and are to go to \(name) now; go on "
          + "with the former, or ingest everything anew with another database and another state")
    }
    guard try opened().hasRows(of: stream, in: name) else {
      throw DataSourceError(
        "\(path) has no table \(name) any more, but rows of \(stream) were committed into it: bring the "
          + "table back, or ingest everything anew into another database, with another state")
    }
    return Self.position(name, found)
  }

  public func committedState(
    of stream: StateAddress
  ) async throws(DataSourceError) -> StateObject? {
    try opened().cursor(of: stream)
  }

  public func write(
    _ group: PayloadGroup<NDJSONRows>
  ) async throws(DataSourceError) -> [StateAddress: StateObject] {
    let counts = try opened().write(group) { stream in table ?? stream.name }
    return Dictionary(
      uniqueKeysWithValues: counts.map { stream, count in
        (stream, Self.position(table ?? stream.name, count))
      })
  }

  public func close() async { database = nil }

  private func opened() throws(DataSourceError) -> TargetDatabase {
    if let database { return database }
    let opened = try TargetDatabase(path, columns: columns, key: key, busyTimeout: busyTimeout)
    database = opened
    return opened
  }

  /// How many groups a position in the state says were committed; none without one.
  private static func commitCount(
    in position: StateObject?, of stream: StateAddress, _ path: String
  ) throws(DataSourceError) -> Int64 {
    guard let position else { return 0 }
    if position["table"]?.string != nil, let count = position["commits"]?.int, count >= 0 {
      return count
    }
    // Its rows are somewhere else: going on behind them would leave them out here, silently.
    throw DataSourceError(
      "the position of \(stream) in the state was not written by a sink for SQLite, but for another "
        + "destination: \(position). Go on with that one, or ingest everything anew into \(path), with "
        + "another state")
  }

  private static func position(_ table: String, _ commitCount: Int64) -> StateObject {
    ["table": .string(table), "commits": .int(commitCount)]
  }
}
