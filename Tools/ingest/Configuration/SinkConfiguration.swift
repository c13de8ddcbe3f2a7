import DataSources
import SQLiteDataSources

/// One sink of a configuration.
struct SinkConfiguration: Sendable {
  /// What kind of sink, with what that kind needs.
  enum Kind: Sendable {
    case ndjson(path: String)
    case csv(path: String, columns: [String]?)
    case sqlite(path: String, table: String?, columns: [SQLiteSink.Column]?, key: [String])
  }

  let node: ConfigurationNode
  let name: String
  let kind: Kind

  init(_ node: ConfigurationNode) throws(ConfigurationError) {
    self.node = node
    var members = try node.members()
    name = try members.require("name").text()
    let path = try members.require("path").text()
    enum Word { case ndjson, csv, sqlite }
    switch try members.require("type").choice(of: [
      ("ndjson", Word.ndjson), ("csv", .csv), ("sqlite", .sqlite),
    ]) {
    case .ndjson: kind = .ndjson(path: path)
    case .csv: kind = .csv(path: path, columns: try members.take("columns")?.texts())
    case .sqlite:
      kind = .sqlite(
        path: path, table: try members.take("table")?.text(),
        columns: try members.take("columns").map(Self.columns),
        key: try members.take("key")?.texts() ?? [])
    }
    try members.finish()
  }

  private static func columns(
    _ node: ConfigurationNode
  ) throws(ConfigurationError) -> [SQLiteSink.Column] {
    var columns: [SQLiteSink.Column] = []
    for element in try node.elements() {
      var members = try element.members()
      columns.append(
        SQLiteSink.Column(
          try members.require("name").text(),
          try members.take("type")?.choice(
            of: SQLiteSink.Column.Kind.allCases.map { ($0.rawValue, $0) }) ?? .any))
      try members.finish()
    }
    if columns.isEmpty { throw node.error("must have a column") }
    return columns
  }
}
