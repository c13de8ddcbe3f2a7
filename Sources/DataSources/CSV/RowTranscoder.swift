/// Turns rows of CSV (RFC 4180) straight into lines of NDJSON, byte by byte and without a string
/// in between.
///
/// Fields may be quoted; quoted ones may hold commas, line ends and doubled quotation marks; rows
/// end with LF or CRLF. Every value becomes a JSON string, spelled exactly as in the input: what
/// looks like a number is not guessed to be one. A row whose end is not in the input is left
/// alone, so the outcome does not depend on where the input was cut into pieces.
struct RowTranscoder {
  /// What became of one row.
  enum Step: Equatable {
    /// Its line has been appended; the next row starts at `next`, `lineCount` lines further.
    case row(next: Int, lineCount: Int)
    /// Its end is not in the input. Nothing was appended.
    case incomplete
    /// Its line does not fit into the output. Nothing was appended.
    case outputFull
    /// It is no row of this document; `at` is the offending byte, and `next` the start of the next
    /// row if this one could be read to its end all the same. Nothing was appended.
    case malformed(MalformedRow, at: Int, next: Int?)
  }

  /// Where the field that was just read ends, and why.
  private enum FieldEnd {
    case comma(next: Int)
    case row(next: Int)
    case incomplete
    case outputFull
    case malformed(MalformedRow, at: Int)
  }

  private let classes = ByteClass.table
  /// What comes before each value (the end of the one before it, and the name), back to back.
  private let prefixes: [UInt8]
  /// Where each prefix starts; one more for the end of the last.
  private let prefixStarts: [Int]
  private let columnCount: Int
  private let rowEnd: [UInt8]

  /// A transcoder for the columns of a header.
  init(header: CSVHeader) {
    var prefixes: [UInt8] = []
    var prefixStarts = [0]
    for (position, name) in header.escapedNames.enumerated() {
      prefixes += Array((position == 0 ? "{\"" : "\",\"").utf8) + name + Array("\":\"".utf8)
      prefixStarts.append(prefixes.count)
    }
    self.prefixes = prefixes
    self.prefixStarts = prefixStarts
    columnCount = header.escapedNames.count
    rowEnd = Array("\"}\n".utf8)
  }

  /// A transcoder that takes any number of fields and puts a line feed before each. Escaped text
  /// has no line feeds, so this tells fields apart where no names are known yet: in a header.
  init(fieldsOnLines: Void) {
    prefixes = []
    prefixStarts = []
    columnCount = .max
    rowEnd = []
  }

  /// Appends the row that starts at `start`, if it is whole. With `endsHere`, the end of the input
  /// is the end of the document and of its last row.
  func appendRow(
    of input: Span<UInt8>, from start: Int, endsHere: Bool, to output: inout OutputSpan<UInt8>
  ) -> Step {
    let outputStart = output.count
    var (index, column, lineCount) = (start, 0, 1)
    var surplusStart: Int?
    while true {
      if column == columnCount { surplusStart = index }
      let end: FieldEnd
      if !appendPrefix(column, to: &output) {
        end = .outputFull
      } else if index < input.count, input[index] == UInt8(ascii: "\"") {
        end = appendQuoted(
          of: input, from: index, endsHere: endsHere, lineCount: &lineCount, to: &output)
      } else {
        end = appendUnquoted(of: input, from: index, endsHere: endsHere, to: &output)
      }
      column += 1

      let step: Step
      switch end {
      case .comma(let next):
        index = next
        continue
      case .row(let next):
        if let surplusStart {
          step = .malformed(
            .tooManyFields(expected: columnCount), at: surplusStart, next: next)
        } else if column < columnCount, columnCount != .max {
          step = .malformed(
            .tooFewFields(expected: columnCount, found: column),
            at: Self.lineEndStart(in: input, before: next), next: next)
        } else if output.append(copying: rowEnd.span, 0..<rowEnd.count) {
          return .row(next: next, lineCount: lineCount)
        } else {
          step = .outputFull
        }
      case .incomplete: step = .incomplete
      case .outputFull: step = .outputFull
      case .malformed(let reason, let place): step = .malformed(reason, at: place, next: nil)
      }
      output.removeLast(output.count - outputStart)
      return step
    }
  }

  private func appendPrefix(_ column: Int, to output: inout OutputSpan<UInt8>) -> Bool {
    if columnCount == .max {
      guard output.freeCapacity > 0 else { return false }
      output.append(UInt8(ascii: "\n"))
      return true
    }
    // Fields past the last column have no name; their row comes to nothing anyway.
    guard column < columnCount else { return true }
    return output.append(
      copying: prefixes.span, prefixStarts[column]..<prefixStarts[column + 1])
  }

  private func appendUnquoted(
    of input: Span<UInt8>, from start: Int, endsHere: Bool, to output: inout OutputSpan<UInt8>
  ) -> FieldEnd {
    let classes = classes.span
    var (index, pending) = (start, start)
    while true {
      while index < input.count, classes[Int(input[index])] == ByteClass.plain { index += 1 }
      if index == input.count {
        guard endsHere else { return .incomplete }
        return output.append(copying: input, pending..<index) ? .row(next: index) : .outputFull
      }
      switch classes[Int(input[index])] {
      case ByteClass.comma:
        guard output.append(copying: input, pending..<index) else { return .outputFull }
        return .comma(next: index + 1)
      case ByteClass.lineEnd:
        guard output.append(copying: input, pending..<index) else { return .outputFull }
        return Self.lineEnd(of: input, at: index, endsHere: endsHere)
      case ByteClass.escaped:
        guard output.append(copying: input, pending..<index),
          output.append(escaping: input[index])
        else { return .outputFull }
        index += 1
        pending = index
      case ByteClass.multibyte:
        switch UTF8Sequence(input, at: index) {
        case .valid(let byteCount): index += byteCount
        case .incomplete where !endsHere: return .incomplete
        case .incomplete, .invalid: return .malformed(.invalidUTF8, at: index)
        }
      default:
        return .malformed(.quoteInUnquotedField, at: index)
      }
    }
  }

  private func appendQuoted(
    of input: Span<UInt8>, from start: Int, endsHere: Bool, lineCount: inout Int,
    to output: inout OutputSpan<UInt8>
  ) -> FieldEnd {
    let classes = classes.span
    var (index, pending) = (start + 1, start + 1)
    while true {
      while index < input.count, classes[Int(input[index])] <= ByteClass.comma { index += 1 }
      if index == input.count {
        return endsHere ? .malformed(.unterminatedQuote, at: start) : .incomplete
      }
      let byte = input[index]
      switch classes[Int(byte)] {
      case ByteClass.quote:
        guard output.append(copying: input, pending..<index) else { return .outputFull }
        if index + 1 == input.count, !endsHere { return .incomplete }
        guard index + 1 < input.count, input[index + 1] == byte else {
          return Self.end(of: input, behindQuoteAt: index, endsHere: endsHere)
        }
        guard output.append(escaping: byte) else { return .outputFull }
        index += 2
        pending = index
      case ByteClass.multibyte:
        switch UTF8Sequence(input, at: index) {
        case .valid(let byteCount): index += byteCount
        case .incomplete where !endsHere: return .incomplete
        case .incomplete, .invalid: return .malformed(.invalidUTF8, at: index)
        }
      default:
        guard output.append(copying: input, pending..<index),
          output.append(escaping: byte)
        else { return .outputFull }
        if byte == UInt8(ascii: "\n") { lineCount += 1 }
        index += 1
        pending = index
      }
    }
  }

  /// What follows a closing quotation mark: a comma, a line end or the end of the document.
  private static func end(
    of input: Span<UInt8>, behindQuoteAt quote: Int, endsHere: Bool
  ) -> FieldEnd {
    let index = quote + 1
    guard index < input.count else { return .row(next: index) }
    switch input[index] {
    case UInt8(ascii: ","): return .comma(next: index + 1)
    case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
      return lineEnd(of: input, at: index, endsHere: endsHere)
    default: return .malformed(.textAfterClosingQuote, at: index)
    }
  }

  private static func lineEnd(of input: Span<UInt8>, at index: Int, endsHere: Bool) -> FieldEnd {
    if input[index] == UInt8(ascii: "\n") { return .row(next: index + 1) }
    guard index + 1 < input.count else {
      return endsHere ? .malformed(.carriageReturnAlone, at: index) : .incomplete
    }
    return input[index + 1] == UInt8(ascii: "\n")
      ? .row(next: index + 2) : .malformed(.carriageReturnAlone, at: index)
  }

  /// Where the line end that a row closes with begins, given where the next row starts.
  private static func lineEndStart(in input: Span<UInt8>, before next: Int) -> Int {
    guard next > 0, input[next - 1] == UInt8(ascii: "\n") else { return next }
    return next > 1 && input[next - 2] == UInt8(ascii: "\r") ? next - 2 : next - 1
  }
}
