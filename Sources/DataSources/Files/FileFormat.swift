/// What the text of a file looks like. Either way its rows become lines of NDJSON.
public enum FileFormat: Sendable, CaseIterable {
  /// CSV (RFC 4180) with a header; every value becomes a string, spelled as in the file.
  case csv
  /// One JSON object on each line, which goes out as it is. Empty lines are passed over.
  case ndjson

  /// What names of such files end in.
  public var suffix: String {
    switch self {
    case .csv: ".csv"
    case .ndjson: ".ndjson"
    }
  }
}
