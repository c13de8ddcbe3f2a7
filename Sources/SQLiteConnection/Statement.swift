internal import CSQLite

/// A prepared statement, for one caller at a time.
@safe package final class Statement {
  /// What a parameter stands for.
  package enum Value: Sendable {
    case integer(Int64)
    case real(Double)
    case text(String)
    case null
  }

  private let statement: OpaquePointer
  private let connection: Connection

  /// Takes ownership of a statement; the connection lives at least as long.
  @unsafe init(owning statement: OpaquePointer, of connection: Connection) {
    unsafe self.statement = statement
    self.connection = connection
  }

  deinit { unsafe csqlite_finalize(statement) }

  /// Runs the statement with these parameters, and returns what `read` makes of each row.
  @discardableResult
  package func rows<Row>(
    _ values: Value..., read: (Statement) throws(SQLiteError) -> Row
  ) throws(SQLiteError) -> [Row] {
    try rows(binding: values, read: read)
  }

  /// Runs the statement with these parameters, and returns what `read` makes of each row.
  package func rows<Row>(
    binding values: [Value], read: (Statement) throws(SQLiteError) -> Row
  ) throws(SQLiteError) -> [Row] {
    defer { unsafe csqlite_reset(statement) }
    try bind(values)
    var rows: [Row] = []
    while true {
      let code = unsafe csqlite_step(statement)
      if code == CSQLITE_DONE { return rows }
      try connection.check(code)
      rows.append(try read(self))
    }
  }

  /// Runs a statement that has no rows.
  package func run(_ values: Value...) throws(SQLiteError) { try run(binding: values) }

  /// Runs a statement that has no rows.
  package func run(binding values: [Value]) throws(SQLiteError) {
    defer { unsafe csqlite_reset(statement) }
    try bind(values)
    try connection.check(unsafe csqlite_step(statement))
  }

  private func bind(_ values: [Value]) throws(SQLiteError) {
    for (index, value) in values.enumerated() {
      try connection.check(bind(value, to: Int32(index + 1)))
    }
  }

  private func bind(_ value: Value, to parameter: Int32) -> Int32 {
    switch value {
    case .integer(let integer):
      return unsafe csqlite_bind_integer(statement, parameter, integer)
    case .real(let real): return unsafe csqlite_bind_double(statement, parameter, real)
    case .null: return unsafe csqlite_bind_null(statement, parameter)
    case .text(let text):
      return unsafe text.utf8Span.span.withUnsafeBytes { bytes in
        unsafe csqlite_bind_text(statement, parameter, bytes.baseAddress, bytes.count)
      }
    }
  }

  /// The integer in a column of the present row.
  package func integer(_ column: Int32) -> Int64 {
    unsafe csqlite_column_integer(statement, column)
  }

  /// The text in a column of the present row.
  package func text(_ column: Int32) throws(SQLiteError) -> String {
    var count = 0
    guard let bytes = unsafe csqlite_column_text(statement, column, &count) else { return "" }
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
    guard let text = unsafe String(validating: buffer, as: UTF8.self) else {
      throw SQLiteError(
        code: CSQLITE_OK, extendedCode: CSQLITE_OK,
        message: "column \(column) is not UTF-8: another program has written it",
        path: connection.path)
    }
    return text
  }

  /// What a column of the present row holds.
  package enum ColumnKind: Sendable {
    case integer, real, text, blob, null
  }

  /// What a column of the present row holds.
  package func kind(_ column: Int32) -> ColumnKind {
    switch unsafe csqlite_column_type(statement, column) {
    case CSQLITE_INTEGER: .integer
    case CSQLITE_REAL: .real
    case CSQLITE_TEXT: .text
    case CSQLITE_BLOB: .blob
    default: .null
    }
  }

  /// The number in a column of the present row.
  package func real(_ column: Int32) -> Double { unsafe csqlite_column_double(statement, column) }

  /// The bytes in a column of the present row.
  package func blob(_ column: Int32) -> [UInt8] {
    var count = 0
    guard let bytes = unsafe csqlite_column_blob(statement, column, &count) else { return [] }
    return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  /// The names of the columns.
  package var columnNames: [String] {
    let count = unsafe csqlite_column_count(statement)
    return (0..<count).map { column in
      unsafe csqlite_column_name(statement, column).map { unsafe String(cString: $0) } ?? ""
    }
  }
}
