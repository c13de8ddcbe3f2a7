/// A run of rows out of one window: how far it went, and why no further.
struct RowBatch {
  /// Why a batch ended.
  enum End: Equatable {
    /// What is left is no whole row.
    case needsInput
    /// The next row's line does not fit any more.
    case outputFull
    /// A row is malformed and the options do not say to skip it; the text says where and why.
    case malformed(String)
  }

  /// What is needed to know to read rows.
  struct Context {
    let file: String
    let transcoder: RowTranscoder
    let options: FileReadingOptions
    let report: @Sendable (FileNotice) -> Void
  }

  /// The first byte that is not done.
  private(set) var index: Int
  /// The number of the line there.
  private(set) var line: Int64
  private(set) var rowCount = 0
  private(set) var skippedRowCount = 0
  private(set) var end = End.needsInput

  /// A batch that has not begun, at the start of a line.
  init(from start: Int, line: Int64) { (index, self.line) = (start, line) }

  /// Reads as many rows of `input` as it has and as `output` takes; `endsHere` as in
  /// ``RowTranscoder``.
  mutating func read(
    _ input: Span<UInt8>, endsHere: Bool, _ context: Context, to output: inout OutputSpan<UInt8>
  ) {
    while index < input.count {
      let step = context.transcoder.appendRow(
        of: input, from: index, endsHere: endsHere, to: &output)
      switch step {
      case .row(let next, let lineCount):
        index = next
        line += Int64(lineCount)
        rowCount += 1
      case .incomplete:
        refuseIfTooLong(input, context)
        return
      case .outputFull:
        end = .outputFull
        return
      case .malformed(let reason, let place, var next):
        if next == nil { next = Self.nextLine(in: input, behind: place, endsHere: endsHere) }
        guard let next else {
          // It has no end yet, so it may still be in the making.
          refuseIfTooLong(input, context)
          return
        }
        let text = text(reason, at: place, input, context)
        guard context.options.skipsMalformedRows else {
          end = .malformed(text)
          return
        }
        context.report(.skipped(file: context.file, text: text))
        skippedRowCount += 1
        for position in index..<next where input[position] == UInt8(ascii: "\n") { line += 1 }
        index = next
      }
    }
  }

  /// Where to go on after a row that cannot be read to its end: behind a misplaced quotation mark
  /// nobody knows what is quoted, so the next line is the best guess.
  private static func nextLine(in input: Span<UInt8>, behind place: Int, endsHere: Bool) -> Int? {
    for index in place..<input.count where input[index] == UInt8(ascii: "\n") { return index + 1 }
    return endsHere ? input.count : nil
  }

  /// Waiting for the end of a row must not cost any amount of memory.
  private mutating func refuseIfTooLong(_ input: Span<UInt8>, _ context: Context) {
    let limit = context.options.maximumRowByteCount
    guard input.count - index > limit else { return }
    end = .malformed(text(.tooLong(maximumByteCount: limit), at: index, input, context))
  }

  /// "orders.csv:12:5: what is wrong": lines and columns as an editor counts them.
  private func text(
    _ reason: MalformedRow, at place: Int, _ input: Span<UInt8>, _ context: Context
  ) -> String {
    let position = TextPosition(of: place, in: input, from: index, line: line)
    return "\(context.file):\(position.line):\(position.column): \(reason)"
  }
}
