import FileIO
import StateJournal

/// Reads one CSV file from a position to its present end.
struct CSVReader: DataSourceReader {
  private let context: RowBatch.Context
  private var window: FileWindow
  private var line: Int64
  private var rowCount: Int64
  private var skippedRowCount: Int64
  private let identity: FileIdentity
  /// Whether the state still names the file that was there before this one of the same content.
  private var hasNewIdentity: Bool
  /// The offset that the last payload reached.
  private var reportedOffset: Int64
  private var outputByteCount: Int
  /// What to throw once the rows before it are out.
  private var failure: DataSourceError?

  /// A reader behind what `opening` found; `file` is its name in messages.
  init(
    _ opening: CSVOpening, file: String, options: FileReadingOptions,
    report: @escaping @Sendable (FileNotice) -> Void
  ) {
    context = RowBatch.Context(
      file: file, transcoder: RowTranscoder(header: opening.header), options: options,
      report: report)
    window = opening.window
    line = opening.line
    rowCount = opening.position?.rowCount ?? 0
    skippedRowCount = opening.position?.skippedRowCount ?? 0
    identity = opening.identity
    hasNewIdentity = opening.position.map { $0.identity != opening.identity } ?? false
    reportedOffset = opening.position?.offset ?? 0
    outputByteCount = 4 * options.chunkByteCount
  }

  mutating func next() async throws(DataSourceError) -> DataSourcePayload<NDJSONRows>? {
    while true {
      if let failure { throw failure }
      let (batch, bytes) = parse()
      consume(batch)
      if case .malformed(let text) = batch.end {
        failure = DataSourceError(
          "\(text). Correct the row, or leave such rows out with --skip-malformed; the rows before "
            + "it are done and will not be read again")
      }
      if batch.end == .outputFull, batch.rowCount == 0 { outputByteCount *= 2 }
      // A new identity goes into the state even when there is nothing new to read, or else every run
      // would find it anew.
      if window.offset > reportedOffset || hasNewIdentity {
        return payload(NDJSONRows(bytes: bytes, rowCount: batch.rowCount))
      }
      guard batch.end == .needsInput else { continue }
      if window.isAtEndOfFile {
        reportHeldBack()
        return nil
      }
      try attempt(to: "go on reading") { () throws(IOFailure) in try window.fill() }
      try window.checkIntact(name: context.file)
    }
  }

  private func parse() -> (RowBatch, [UInt8]) {
    let endsHere = window.isAtEndOfFile && context.options.takesUnterminatedRow
    var batch = RowBatch(from: window.start, line: line)
    let bytes = [UInt8](capacity: outputByteCount) { output in
      let input = window.bytes.span.extracting(0..<window.end)
      batch.read(input, endsHere: endsHere, context, to: &output)
    }
    return (batch, bytes)
  }

  private mutating func consume(_ batch: RowBatch) {
    window.advance(to: batch.index)
    line = batch.line
    rowCount += Int64(batch.rowCount)
    skippedRowCount += Int64(batch.skippedRowCount)
  }

  private mutating func payload(_ rows: NDJSONRows) -> DataSourcePayload<NDJSONRows> {
    let position = FilePosition(
      offset: window.offset, line: line, rowCount: rowCount, skippedRowCount: skippedRowCount,
      endsUnterminated: !window.isBehindLineFeed, checksum: window.checksum, identity: identity)
    let inputByteCount = window.offset - reportedOffset
    reportedOffset = window.offset
    hasNewIdentity = false
    return DataSourcePayload(
      data: rows, state: position.stateObject, inputByteCount: inputByteCount)
  }

  private func reportHeldBack() {
    guard window.unparsedByteCount > 0 else { return }
    context.report(
      .heldBack(file: context.file, line: line, byteCount: window.unparsedByteCount))
  }
}
