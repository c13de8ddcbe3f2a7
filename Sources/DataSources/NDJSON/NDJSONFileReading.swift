import FileIO
import JournalFormat
import StateJournal

/// One file of NDJSON, read from a position to its present end.
struct NDJSONFileReading {
  /// A step: whole lines, and where they end.
  struct Step {
    var rows: NDJSONRows
    var position: FilePosition
    var inputByteCount: Int64
  }

  let name: String
  let identity: FileIdentity
  private let options: FileReadingOptions
  private let report: @Sendable (FileNotice) -> Void
  private var window: FileWindow
  private var line: Int64
  private var rowCount: Int64
  private var skippedRowCount: Int64
  /// Whether the state still names the file that was there before this one of the same content.
  private var hasNewIdentity: Bool
  /// The offset that the last step reached.
  private var reportedOffset: Int64
  /// Whether the file turned out to have been cut, or written anew, while it was read.
  private(set) var isReplaced = false
  /// What to throw once the rows before it are out.
  private var failure: DataSourceError?

  /// A reading of `file`, which is known to begin as `position` says; `name` is its name in messages.
  init(
    _ file: any File, name: String, identity: FileIdentity, after position: FilePosition?,
    options: FileReadingOptions, report: @escaping @Sendable (FileNotice) -> Void
  ) throws(DataSourceError) {
    self.name = name
    self.identity = identity
    self.options = options
    self.report = report
    window = FileWindow(file, byteCount: options.chunkByteCount)
    line = position?.line ?? 1
    rowCount = position?.rowCount ?? 0
    skippedRowCount = position?.skippedRowCount ?? 0
    hasNewIdentity = position.map { $0.identity != identity } ?? false
    reportedOffset = position?.offset ?? 0
    if let position {
      try attempt(to: "go on reading") { () throws(IOFailure) in
        try window.seek(to: position)
      }
    }
  }

  /// How far it is.
  var position: FilePosition {
    FilePosition(
      offset: window.offset, line: line, rowCount: rowCount, skippedRowCount: skippedRowCount,
      endsUnterminated: window.offset > 0 && !window.isBehindLineFeed, checksum: window.checksum,
      identity: identity)
  }

  /// The end of all that was read, also of a last line without a line end.
  var endOfBytes: FilePosition {
    var end = position
    let rest = window.bytes.span.extracting(window.start..<window.end)
    end.offset += Int64(rest.count)
    end.checksum = CRC32C.checksum(rest, continuing: end.checksum)
    return end
  }

  /// Counts go on from an earlier file of the same log.
  mutating func goOn(behind earlier: FilePosition) {
    rowCount = earlier.rowCount
    skippedRowCount = earlier.skippedRowCount
  }

  /// Bytes behind the last line end.
  var heldBackByteCount: Int { window.unparsedByteCount }

  /// The next lines; `nil` at the present end, or when the file ``isReplaced``. With `endsHere` a last
  /// line without a line end counts.
  ///
  /// What it returns followed what was read before: that is made sure of after each read, since a
  /// file that is cut can grow past its old end between two of them.
  mutating func next(endsHere: Bool) throws(DataSourceError) -> Step? {
    while true {
      if let failure { throw failure }
      let rows = takeLines(endsHere: endsHere)
      if window.offset > reportedOffset || hasNewIdentity {
        let step = Step(
          rows: rows, position: position, inputByteCount: window.offset - reportedOffset)
        reportedOffset = window.offset
        hasNewIdentity = false
        return step
      }
      if failure != nil { continue }
      guard !isReplaced, try fill() else { return nil }
    }
  }

  /// Whether there are more bytes now that follow those before.
  private mutating func fill() throws(DataSourceError) -> Bool {
    let before = window.unparsedByteCount
    return try attempt(to: "go on reading") { () throws(IOFailure) in
      try window.fill()
      isReplaced = try !window.isIntact()
      return !isReplaced && window.unparsedByteCount > before
    }
  }

  private mutating func takeLines(endsHere: Bool) -> NDJSONRows {
    var rows = NDJSONRows(bytes: [], rowCount: 0)
    rows.bytes.reserveCapacity(window.unparsedByteCount)
    var index = window.start
    while failure == nil, index < window.end {
      let feed = window.lineFeed(from: index)
      guard let end = feed ?? (endsHere && window.isAtEndOfFile ? window.end : nil) else {
        if window.end - index > options.maximumRowByteCount {
          fail("a line longer than \(options.maximumRowByteCount) bytes", column: 1)
        }
        break
      }
      if let (reason, column) = take(index..<end, into: &rows) {
        guard options.skipsMalformedRows else {
          fail(reason, column: column)
          break
        }
        skippedRowCount += 1
        report(.skipped(file: name, text: "\(name):\(line):\(column): \(reason)"))
      }
      if feed != nil { line += 1 }
      index = feed.map { $0 + 1 } ?? end
    }
    rowCount += Int64(rows.rowCount)
    window.advance(to: index)
    return rows
  }

  /// Appends a line; returns what is wrong with it, and in which column, when something is.
  private func take(
    _ range: Range<Int>, into rows: inout NDJSONRows
  ) -> (reason: String, column: Int)? {
    let line = window.bytes.span.extracting(range)
    let content = trimmed(line)
    let text = line.extracting(content)
    if text.isEmpty { return nil }
    do throws(StateError) {
      _ = try StateObject(json: text)
    } catch {
      guard let cause = error.underlying as? JSONError else { return (error.message, 1) }
      return (cause.reason.rawValue, content.lowerBound + cause.column)
    }
    rows.bytes.append(text)
    rows.bytes.append(UInt8(ascii: "\n"))
    rows.rowCount += 1
    return nil
  }

  /// Without what JSON takes for blank at both ends; a carriage return is part of the line end.
  private func trimmed(_ line: Span<UInt8>) -> Range<Int> {
    var (start, end) = (0, line.count)
    while start < end, Self.isBlank(line[start]) { start += 1 }
    while end > start, Self.isBlank(line[end - 1]) { end -= 1 }
    return start..<end
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D
  }

  private mutating func fail(_ reason: String, column: Int) {
    failure = DataSourceError(
      "\(name):\(line):\(column): \(reason). Correct the line, or let such lines be skipped; the rows "
        + "before it are done and will not be read again")
  }
}

/// Reads one file of NDJSON.
struct NDJSONReader: DataSourceReader {
  private var reading: NDJSONFileReading
  private let options: FileReadingOptions
  private let report: @Sendable (FileNotice) -> Void

  init(
    _ reading: NDJSONFileReading, options: FileReadingOptions,
    report: @escaping @Sendable (FileNotice) -> Void
  ) {
    self.reading = reading
    self.options = options
    self.report = report
  }

  mutating func next() async throws(DataSourceError) -> DataSourcePayload<NDJSONRows>? {
    if let step = try reading.next(endsHere: options.takesUnterminatedRow) {
      return DataSourcePayload(
        data: step.rows, state: step.position.stateObject, inputByteCount: step.inputByteCount)
    }
    if reading.isReplaced { throw .rewritten(reading.name) }
    if reading.heldBackByteCount > 0 {
      report(
        .heldBack(
          file: reading.name, line: reading.position.line, byteCount: reading.heldBackByteCount))
    }
    return nil
  }
}
