/// What a storage did otherwise than promised.
public struct ConformanceFailure: Error, CustomStringConvertible, Sendable {
  /// What was expected, and what came.
  public let message: String
  /// Where in the suite it was expected.
  public let line: Int
  /// The file of that line.
  public let file: String

  /// "the stream reads […], not […] (ValueCases.swift:17)".
  public var description: String { "\(message) (\(file):\(line))" }
}

/// Fails unless `condition` holds.
func expect(
  _ condition: Bool, _ message: @autoclosure () -> String,
  file: String = #fileID, line: Int = #line
) throws(ConformanceFailure) {
  if !condition { throw ConformanceFailure(message: message(), line: line, file: file) }
}

/// Fails unless both are equal.
func expectEqual<Value: Equatable>(
  _ found: Value, _ expected: Value, _ what: @autoclosure () -> String,
  file: String = #fileID, line: Int = #line
) throws(ConformanceFailure) {
  if found == expected { return }
  let (found, expected) = (excerpt(found), excerpt(expected))
  throw ConformanceFailure(
    message: "\(what()) is \(found), not \(expected)", line: line, file: file)
}

/// A description that fits into a message.
private func excerpt(_ value: some Any) -> String {
  let text = String(describing: value)
  let start = text.prefix(400)
  return start.endIndex < text.endIndex ? "\(start)…" : text
}
