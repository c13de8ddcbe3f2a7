/// The column names of a document, from its first row.
struct CSVHeader: Equatable {
  /// The names as the inside of JSON strings. Escaping maps different names to different bytes, so
  /// they can be compared like this.
  var escapedNames: [[UInt8]]

  /// What the first row turned out to be.
  enum Outcome: Equatable {
    case header(CSVHeader, next: Int, lineCount: Int)
    case incomplete
    case malformed(MalformedRow, at: Int)
  }

  /// Reads the row at `start`; `endsHere` as in ``RowTranscoder``.
  static func read(_ input: Span<UInt8>, from start: Int, endsHere: Bool) -> Outcome {
    // Escaping makes six bytes of one, and each field needs its line feed.
    let capacity = 6 * (input.count - start) + input.count - start + 8
    var step = RowTranscoder.Step.incomplete
    let escaped = [UInt8](capacity: capacity) { output in
      step = RowTranscoder(fieldsOnLines: ()).appendRow(
        of: input, from: start, endsHere: endsHere, to: &output)
    }
    switch step {
    case .row(let next, let lineCount):
      let names = escaped.dropFirst().split(
        separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
      ).map(Array.init)
      if names.contains([]) { return .malformed(.emptyColumnName, at: start) }
      var seen: Set<[UInt8]> = []
      if let second = names.first(where: { !seen.insert($0).inserted }) {
        let name = String(decoding: second, as: UTF8.self)
        return .malformed(.duplicateColumnName(name), at: start)
      }
      return .header(CSVHeader(escapedNames: names), next: next, lineCount: lineCount)
    case .incomplete, .outputFull: return .incomplete
    case .malformed(let reason, let place, _): return .malformed(reason, at: place)
    }
  }
}
