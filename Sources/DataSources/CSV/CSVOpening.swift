import FileIO

/// What has to be known about a file before its rows can be read: that it is the one that was read
/// before, its header, and where to go on.
struct CSVOpening {
  let header: CSVHeader
  /// Where the reading before ended, if there was one.
  let position: FilePosition?
  /// Which file it is.
  let identity: FileIdentity
  private(set) var window: FileWindow
  /// The number of the line that the window starts at.
  private(set) var line: Int64

  /// Opens a file behind `position`; `name` is its name in messages. Returns `nil` when there is no
  /// whole header yet.
  init?(
    _ file: any File, name: String, after position: FilePosition?, options: FileReadingOptions,
    report: @escaping @Sendable (FileNotice) -> Void
  ) async throws(DataSourceError) {
    self.position = position
    identity = try attempt(to: "tell which file the input is") { () throws(IOFailure) in
      try file.identity()
    }
    var rest = FileWindow(file, byteCount: options.chunkByteCount)
    var head = rest
    if let position {
      // Read before it is checked: then what was read is known to follow what was checked.
      try attempt(to: "go on reading") { () throws(IOFailure) in try rest.seek(to: position) }
      // Before anything else is said about the file: if it is none of those rows, its header is not
      // theirs either.
      try await FilePrefixCheck(
        file: file, name: name, identity: identity, position: position, options: options,
        report: report
      ).run()
    }
    // A header that rows, or itself, were taken behind is whole.
    let endsHere = options.takesUnterminatedRow || position != nil
    guard let found = try Self.readHeader(&head, name: name, endsHere: endsHere, options) else {
      return nil
    }
    header = found.header
    if let position {
      line = position.line
      window = rest
      // The header is that of the file that was checked only if this is the file still.
      try window.checkIntact(name: name)
      if position.endsUnterminated { try skipLateLineEnd(name: name) }
    } else {
      line = 1 + Int64(found.lineCount)
      head.advance(to: found.next)
      window = head
    }
  }

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
        "\(name):\(line - 1): this row was ingested as the last one, without a line end, and has been "
          + "continued since. Nothing of the file was ingested now. End the row where it ended (byte "
          + "\(window.offset)) with a line feed and put what follows into a row of its own, or "
          + "ingest everything anew with another output and another state")
    }
    window.advance(to: end)
  }

  private static func readHeader(
    _ window: inout FileWindow, name: String, endsHere: Bool, _ options: FileReadingOptions
  ) throws(DataSourceError) -> (header: CSVHeader, next: Int, lineCount: Int)? {
    while true {
      try attempt(to: "read the header") { () throws(IOFailure) in try window.fill() }
      let input = window.bytes.span.extracting(0..<window.end)
      let start = Self.startOfText(input)
      if start == input.count, window.isAtEndOfFile { return nil }
      let isWhole = window.isAtEndOfFile && endsHere
      switch CSVHeader.read(input, from: start, endsHere: isWhole) {
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
