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

  init(_ node: ConfigurationNode) {
    self.node = node
    var members = node.members()
    name = members.require("name").text()
    let path = members.require("path").text()
    enum Word { case ndjson, csv, sqlite }
    switch members.require("type").choice(of: [
      ("ndjson", Word.ndjson), ("csv", .csv), ("sqlite", .sqlite),
    ]) {
    case .ndjson: kind = .ndjson(path: path)
    case .csv: kind = .csv(path: path, columns: members.take("columns")?.texts())
    case .sqlite:
      kind = .sqlite(
        path: path, table: members.take("table")?.text(),
        columns: members.take("columns").map(Self.columns),
        key: members.take("key")?.texts() ?? [])
    case nil:
      // What else belongs to it goes by its type.
      kind = .ndjson(path: path)
      return
    }
    members.finish()
  }

  private static func columns(
    _ node: ConfigurationNode
  ) -> [SQLiteSink.Column] {
    var columns: [SQLiteSink.Column] = []
    for element in node.elements() {
      var members = element.members()
      columns.append(
        SQLiteSink.Column(
          members.require("name").text(),
          members.take("type")?.choice(
            of: SQLiteSink.Column.Kind.allCases.map { ($0.rawValue, $0) }) ?? .any))
      members.finish()
    }
    node.refuseEmpty("must have a column")
    return columns
  }
}
