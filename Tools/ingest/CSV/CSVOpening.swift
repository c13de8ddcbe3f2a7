import DataSources
import FileIO

/// What has to be known about a file before its rows can be read: that it is the one that was read
/// before, its header, and where to go on.
struct CSVOpening {
  let header: CSVHeader
  let position: CSVPosition?
  private(set) var window: CSVWindow
  private(set) var head = CSVHead()
  /// The number of the line that the window starts at.
  private(set) var line: Int64

  /// Opens a file behind `position`; `name` is its name in messages. Returns `nil` when there is no
  /// whole header yet.
  init?(
    _ file: any File, name: String, after position: CSVPosition?, options: CSVOptions
  ) throws(DataSourceError) {
    self.position = position
    window = CSVWindow(file, byteCount: options.chunkByteCount)
    guard let found = try Self.readHeader(&window, name: name, options) else { return nil }
    header = found.header
    if let position {
      head = try Self.checkedHead(of: file, name: name, position)
      line = position.line
      try attempt(to: "go on reading") { () throws(IOFailure) in
        try window.seek(to: position.offset, byteCountBefore: position.tail.byteCount)
      }
      guard window.tailMark == position.tail else { throw Self.replaced(name, position) }
      if position.endsUnterminated { try skipLateLineEnd(name: name) }
    } else {
      line = 1 + Int64(found.lineCount)
      window.pass(0..<found.next, to: &head)
      window.advance(to: found.next)
    }
  }

  /// The fingerprint of the beginning, once it is found to be that of the file which was read
  /// before.
  private static func checkedHead(
    of file: any File, name: String, _ position: CSVPosition
  ) throws(DataSourceError) -> CSVHead {
    let byteCount = try attempt(to: "tell the size") { () throws(IOFailure) in
      try file.byteCount()
    }
    guard byteCount >= position.offset else {
      throw DataSourceError(
        "\(name) has \(byteCount) bytes, but \(position.offset) of it were ingested before: it was "
          + "cut or replaced. \(advice)")
    }
    var bytes = [UInt8](repeating: 0, count: position.head.byteCount)
    let count = try attempt(to: "read the beginning") { () throws(IOFailure) in
      try file.readFully(into: &bytes, range: bytes.indices, at: 0)
    }
    var head = CSVHead()
    head.combine(bytes.span.extracting(0..<count))
    guard head.mark == position.head else { throw replaced(name, position) }
    return head
  }

  private static func replaced(_ name: String, _ position: CSVPosition) -> DataSourceError {
    DataSourceError(
      "\(name) is not the file that was ingested before: among its first \(position.offset) bytes "
        + "some have changed. \(advice)")
  }

  private static let advice =
    "Nothing of it was ingested now. Bring the former file back, or give the new one another name, "
    + "or ingest everything anew with another --to and --state"

  /// The last row was taken without a line end. If the file has grown since, it must have grown by
  /// exactly that line end first; anything else belongs to the row, which is already out.
  private mutating func skipLateLineEnd(name: String) throws(DataSourceError) {
    let next = window.bytes[window.start..<window.end].prefix(2)
    if next.isEmpty || next.elementsEqual("\r".utf8) { return }
    let end: Int
    if next.first == UInt8(ascii: "\n") {
      end = window.start + 1
    } else if next.elementsEqual("\r\n".utf8) {
      end = window.start + 2
    } else {
      throw DataSourceError(
        "\(name):\(line - 1): this row was ingested as the last one, without a line end (--final), "
          + "and has been continued since. \(Self.advice)")
    }
    // The head covers these bytes too: a mark without them fits no later look at the file.
    window.pass(window.start..<end, to: &head)
    window.advance(to: end)
  }

  private static func readHeader(
    _ window: inout CSVWindow, name: String, _ options: CSVOptions
  ) throws(DataSourceError) -> (header: CSVHeader, next: Int, lineCount: Int)? {
    while true {
      try attempt(to: "read the header") { () throws(IOFailure) in try window.fill() }
      let input = window.bytes.span.extracting(0..<window.end)
      let start = Self.startOfText(input)
      if start == input.count, window.isAtEndOfFile { return nil }
      let endsHere = window.isAtEndOfFile && options.takesUnterminatedRow
      switch CSVHeader.read(input, from: start, endsHere: endsHere) {
      case .header(let header, let next, let lineCount): return (header, next, lineCount)
      case .malformed(let reason, let place):
        let position = TextPosition(of: place, in: input, from: start, line: 1)
        throw DataSourceError(
          "\(name):\(position.line):\(position.column): \(reason). Correct the header and run again"
        )
      case .incomplete:
        if window.isAtEndOfFile { return nil }
        guard input.count <= options.maximumRowByteCount else {
          let reason = MalformedRow.tooLong(maximumByteCount: options.maximumRowByteCount)
          throw DataSourceError("\(name):1:1: \(reason)")
        }
      }
    }
  }

  /// Behind the byte order mark, if there is one.
  private static func startOfText(_ input: Span<UInt8>) -> Int {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    guard input.count >= mark.count else { return 0 }
    return mark.indices.allSatisfy { input[$0] == mark[$0] } ? mark.count : 0
  }
}
