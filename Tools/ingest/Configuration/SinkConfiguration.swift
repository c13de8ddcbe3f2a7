import DataSources
import SQLiteDataSources
import StateJournal

/// One sink of a configuration.
struct SinkConfiguration: Sendable {
  /// What kind of sink, with what that kind needs.
  enum Kind: Sendable {
    case ndjson(path: String)
    case csv(path: String, columns: [String]?)
    case sqlite(path: String, table: String?, columns: [SQLiteSink.Column]?, key: [String])
  }

  /// The types by their names in a configuration.
  private enum Word: String, CaseIterable {
    case ndjson, csv, sqlite

    /// What a sink of this type may have, beside what all have.
    var members: [String] {
      switch self {
      case .ndjson: []
      case .csv: ["columns"]
      case .sqlite: ["table", "columns", "key"]
      }
    }
  }

  let node: ConfigurationNode
  let name: String
  let path: String
  let kind: Kind

  init(_ node: ConfigurationNode) {
    self.node = node
    var members = node.members(
      ["name", "type", "path"], elsewhere: Word.allCases.flatMap(\.members))
    let type = members.require("type").choice(of: Word.allCases.map { ($0.rawValue, $0) })
    members.know(type?.members ?? [])
    name = members.require("name").text()
    path = members.require("path").path()
    switch type {
    case .ndjson: kind = .ndjson(path: path)
    case .csv:
      let columns = members.take("columns")
      columns?.refuseEmpty("must have a column; leave it out for the members of the first row")
      kind = .csv(path: path, columns: columns?.columnNames())
    case .sqlite: kind = Self.sqlite(path, &members)
    case nil:
      // What else belongs to it goes by its type.
      kind = .ndjson(path: path)
      return
    }
    members.finish()
  }

  private static func sqlite(_ path: String, _ members: inout ConfigurationMembers) -> Kind {
    let table = members.take("table")
    let tableName = table?.text()
    if let tableName, SQLName.isReserved(tableName) {
      table?.refuse("is a name that SQLite or the sink has for itself; choose another")
    }
    let columns = members.take("columns").map(Self.columns)
    let keyNode = members.take("key")
    let key = keyNode?.columnNames(SQLName.folded) ?? []
    if let columns,
      let unknown = key.first(where: { name in !columns.contains { $0.name == name } })
    {
      keyNode?.refuse("\(Shown.text(unknown)) is none of the columns")
    }
    return .sqlite(path: path, table: tableName, columns: columns, key: key)
  }

  private static func columns(
    _ node: ConfigurationNode
  ) -> [SQLiteSink.Column] {
    var columns: [SQLiteSink.Column] = []
    let elements = node.elements()
    for element in elements {
      var members = element.members(["name", "type"])
      columns.append(
        SQLiteSink.Column(
          members.require("name").text(),
          members.take("type")?.choice(
            of: SQLiteSink.Column.Kind.allCases.map { ($0.rawValue, $0) }) ?? .any))
      members.finish()
    }
    node.refuseEmpty("must have a column; leave it out for the members of the first row")
    ConfigurationNode.refuseTwins(
      Array(zip(columns.map { SQLName.folded($0.name) }, elements)), "column")
    return columns
  }
}
