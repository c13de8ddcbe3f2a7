internal import CSQLite

/// A prepared statement, for one caller at a time.
@safe final class Statement {
  /// What a parameter stands for.
  enum Value {
    case integer(Int64)
    case text(String)
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
  func rows<Row>(
    _ values: Value..., read: (Statement) throws(SQLiteError) -> Row
  ) throws(SQLiteError) -> [Row] {
    defer { unsafe csqlite_reset(statement) }
    for (index, value) in values.enumerated() {
      try connection.check(bind(value, to: Int32(index + 1)))
    }
    var rows: [Row] = []
    while true {
      let code = unsafe csqlite_step(statement)
      if code == CSQLITE_DONE { return rows }
      try connection.check(code)
      rows.append(try read(self))
    }
  }

  /// Runs a statement that has no rows.
  func run(_ values: Value...) throws(SQLiteError) {
    defer { unsafe csqlite_reset(statement) }
    for (index, value) in values.enumerated() {
      try connection.check(bind(value, to: Int32(index + 1)))
    }
    try connection.check(unsafe csqlite_step(statement))
  }

  private func bind(_ value: Value, to parameter: Int32) -> Int32 {
    switch value {
    case .integer(let integer):
      return unsafe csqlite_bind_integer(statement, parameter, integer)
    case .text(let text):
      return unsafe text.utf8Span.span.withUnsafeBytes { bytes in
        unsafe csqlite_bind_text(statement, parameter, bytes.baseAddress, bytes.count)
      }
    }
  }

  /// The integer in a column of the present row.
  func integer(_ column: Int32) -> Int64 { unsafe csqlite_column_integer(statement, column) }

  /// The text in a column of the present row.
  func text(_ column: Int32) throws(SQLiteError) -> String {
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
}
