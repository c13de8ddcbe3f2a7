public import FileIO
public import StateJournal

/// Writes the rows of each stream to a CSV file of its own (RFC 4180), exactly once: the length of the
/// file and its columns are part of the stream's state, and whatever lies behind the length is cut off
/// at the start of the next run.
///
/// ```swift
/// let table = try CSVFileSink("out", columns: ["id", "name"])
/// ```
///
/// The file of a stream is named after it, with `.csv` behind, and begins with a row of column names.
/// The columns never change: they are those that are given, or else the members of the stream's first
/// row, in its order. A row that lacks one of them has an empty field there; one that has another member
/// fails the run, since leaving it out would lose it silently.
///
/// Text stands as it is, quoted where it has a comma, a quotation mark or a line end in it, or is empty;
/// numbers and truth values as in JSON; arrays and objects as their JSON, quoted; null as an empty
/// field. Rows end with CR LF.
public actor CSVFileSink: IngestionSink {
  /// What names of files end in.
  public static let suffix = ".csv"

  private var files: OutputFiles
  private let givenColumns: [String]?
  private var columns: [StateAddress: [String]] = [:]
  private let executor = BlockingExecutor(label: "csv-sink")

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// A sink for files in a directory, which is created when it is missing.
  ///
  /// - Parameters:
  ///   - path: the directory.
  ///   - columns: the columns of all files; `nil` for those of each stream's first row.
  ///   - files: the file system.
  /// - Throws: when the directory cannot be opened, or the columns are none, or two are the same.
  public init(
    _ path: String, columns: [String]? = nil, in files: any FileSystem = POSIXFileSystem()
  ) throws(DataSourceError) {
    if let columns {
      if columns.isEmpty { throw DataSourceError("a CSV file in \(path) needs a column") }
      if let second = firstDuplicate(among: columns) {
        throw DataSourceError(
          "the CSV files in \(path) cannot have two columns named \"\(second)\"")
      }
    }
    givenColumns = columns
    self.files = try OutputFiles(path, in: files)
  }

  public func resume(
    _ stream: StateAddress, at position: StateObject?
  ) async throws(DataSourceError) -> StateObject? {
    let resumed = try files.resume(stream, as: stream.name + Self.suffix, at: position)
    let stored = try storedColumns(in: position, of: stream)
    if let stored, let givenColumns, stored != givenColumns {
      throw DataSourceError(
        "\(file(of: stream)) was begun with the columns \(stored.joined(separator: ", ")), and is to "
          + "have \(givenColumns.joined(separator: ", ")) now. Columns are fixed when a file begins: "
          + "go on with the former, or choose another directory and another state")
    }
    if stored == nil, try files.length(of: stream) > 0 {
      throw DataSourceError(
        "the position of \(file(of: stream)) in the state does not name its columns: \(resumed). Use "
          + "the state that belongs to the output, or choose another directory for it")
    }
    columns[stream] = stored ?? givenColumns
    return Self.position(resumed, columns: columns[stream])
  }

  /// The columns that a position names; `nil` when it names none.
  private func storedColumns(
    in position: StateObject?, of stream: StateAddress
  ) throws(DataSourceError) -> [String]? {
    guard let value = position?["columns"] else { return nil }
    let columns = value.array?.compactMap(\.string) ?? []
    guard !columns.isEmpty, columns.count == value.array?.count,
      firstDuplicate(among: columns) == nil
    else {
      throw DataSourceError(
        "the columns of \(file(of: stream)) in the state are no columns: \(value). Use the state that "
          + "belongs to the output, or choose another directory and another state")
    }
    return columns
  }

  public func write(
    _ group: PayloadGroup<NDJSONRows>
  ) async throws(DataSourceError) -> [StateAddress: StateObject] {
    var pieces: [(stream: StateAddress, bytes: [UInt8])] = []
    var headed: Set<StateAddress> = []
    for entry in group.entries {
      let (stream, rows) = (entry.stream, entry.payload.data)
      var bytes: [UInt8] = []
      if rows.rowCount > 0 {
        let columns = columns[stream] ?? Self.columns(ofFirstRowOf: rows)
        if columns.isEmpty {
          throw DataSourceError(
            "the first row of \(stream) has no members, so \(file(of: stream)) would have no columns; "
              + "name them")
        }
        self.columns[stream] = columns
        if try files.length(of: stream) == 0, headed.insert(stream).inserted {
          CSVText.append(header: columns, to: &bytes)
        }
        for (index, row) in try rows.objects().enumerated() {
          if let surplus = row.names.first(where: { !$0.isAmong(columns) }) {
            throw DataSourceError(
              "row \(index + 1) of those that \(stream) handed on has a member \"\(surplus)\", which is "
                + "no column of \(file(of: stream)): \(columns.joined(separator: ", ")). Columns are "
                + "fixed when a file begins; choose another directory and another state, and name all "
                + "of them")
          }
          try CSVText.append(columns.map { row[$0] ?? .null }, to: &bytes)
        }
      }
      pieces.append((stream, bytes))
    }
    let positions = try files.append(pieces)
    return Dictionary(
      uniqueKeysWithValues: positions.map { stream, position in
        (stream, Self.position(position, columns: columns[stream]))
      })
  }

  public func close() async {
    files.close()
    columns = [:]
  }

  private func file(of stream: StateAddress) -> String {
    "\(files.directory.path)/\(stream.name)\(Self.suffix)"
  }

  private static func columns(ofFirstRowOf rows: NDJSONRows) -> [String] {
    JSONPlaces.members(in: rows.bytes.span).map(\.name)
  }

  private static func position(_ file: StateObject, columns: [String]?) -> StateObject {
    var position = file
    if let columns { position["columns"] = .array(columns.map(StateValue.string)) }
    return position
  }
}
