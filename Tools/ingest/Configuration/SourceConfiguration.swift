import DataSources
import HTTPDataSources
import SQLiteDataSources
import StateJournal

/// One source of a configuration.
struct SourceConfiguration: Sendable {
  /// What kind of source, with what that kind needs.
  enum Kind: Sendable {
    case directory(
      path: String, FileFormat, suffix: String?, FileCompleteness, FileReadingOptions)
    case log(path: String, RotatingLogSource.LossPolicy, FileReadingOptions)
    case sqlite(path: String, [SQLiteTableSource.Table], batchRowCount: Int)
    case http([HTTPPagedSource.Stream], HTTPAccess)

    /// The names of its streams, as far as the configuration tells them.
    var streams: [String] {
      switch self {
      case .directory: []
      case .log(let path, _, _): path.split(separator: "/").suffix(1).map(String.init)
      case .sqlite(_, let tables, _): tables.map(\.name)
      case .http(let streams, _): streams.map(\.name)
      }
    }
  }

  /// How a service is spoken to.
  struct HTTPAccess: Sendable {
    var headers: [String: String] = [:]
    var timeout = Duration.seconds(30)
    var maximumAnswerByteCount = 64 << 20
    /// The file that holds the token, read anew for each request.
    var tokenFile: String?
  }

  /// The types by their names in a configuration.
  private enum Word: String, CaseIterable {
    case directory, log, sqlite, http

    /// What a source of this type may have, beside what all have.
    var members: [String] {
      switch self {
      case .directory: ["path", "format", "suffix", "complete", "malformed", "final"]
      case .log: ["path", "loss", "malformed"]
      case .sqlite: ["path", "tables", "batch"]
      case .http: ["streams", "headers", "timeout", "maximumAnswerBytes", "tokenFile"]
      }
    }
  }

  let node: ConfigurationNode
  let name: String
  let kind: Kind
  /// The sink that the rows go to; `nil` for the only one.
  let sink: String?

  init(_ node: ConfigurationNode) {
    self.node = node
    var members = node.members(
      ["name", "sink", "type"], elsewhere: Word.allCases.flatMap(\.members))
    let type = members.require("type").choice(of: Word.allCases.map { ($0.rawValue, $0) })
    members.know(type?.members ?? [])
    let name = members.require("name")
    self.name = name.text()
    do throws(StateError) {
      if !self.name.isEmpty { try StateAddress.validate(source: self.name) }
    } catch {
      name.refuse(error.message)
    }
    sink = members.take("sink")?.text()
    switch type {
    case .directory: kind = Self.directory(&members)
    case .log: kind = Self.log(&members)
    case .sqlite: kind = Self.sqlite(&members)
    case .http: kind = Self.http(&members)
    case nil:
      // What else belongs to it goes by its type.
      kind = .sqlite(path: "", [], batchRowCount: 0)
      return
    }
    members.finish()
  }

  private static func directory(
    _ members: inout ConfigurationMembers
  ) -> Kind {
    let path = members.require("path").path()
    let format =
      members.require("format").choice(of: [("csv", FileFormat.csv), ("ndjson", .ndjson)]) ?? .csv
    let suffix = members.take("suffix")?.text()
    let completeness = members.take("complete").map(Self.completeness) ?? .growing
    var options = Self.options(&members)
    if let isFinal = members.take("final") { options.takesUnterminatedRow = isFinal.bool() }
    return .directory(path: path, format, suffix: suffix, completeness, options)
  }

  private static func completeness(
    _ node: ConfigurationNode
  ) -> FileCompleteness {
    guard case .object = node.value else {
      return node.choice(
        of: [("growing", .growing), ("named", .named)],
        else: "{\"marked\": \".done\"}, {\"unchanged\": \"30s\"}") ?? .growing
    }
    var members = node.members(["marked", "unchanged"])
    let (rule, value) = members.requireOne(of: ["marked", "unchanged"])
    members.finish()
    return rule == "marked" ? .marked(suffix: value.text()) : .unchanged(for: value.duration())
  }

  private static func options(
    _ members: inout ConfigurationMembers
  ) -> FileReadingOptions {
    var options = FileReadingOptions()
    if let choice = members.take("malformed") {
      options.skipsMalformedRows = choice.choice(of: [("stop", false), ("skip", true)]) ?? false
    }
    return options
  }

  private static func log(
    _ members: inout ConfigurationMembers
  ) -> Kind {
    let node = members.require("path")
    let path = node.path()
    if path.hasSuffix("/") || [".", ".."].contains(path.split(separator: "/").last) {
      node.refuse("must be the name of a file, and is \(Shown.text(path))")
    }
    let loss =
      members.take("loss")?.choice(of: [("fail", .fail), ("begin-anew", .beginAnew)])
      ?? RotatingLogSource.LossPolicy.fail
    return .log(path: path, loss, options(&members))
  }

  private static func sqlite(
    _ members: inout ConfigurationMembers
  ) -> Kind {
    let path = members.require("path").path()
    let list = members.require("tables")
    let elements = list.elements()
    let tables = elements.map(Self.table)
    list.refuseEmpty("must have a table")
    // Two streams of one table would read each row twice.
    ConfigurationNode.refuseTwins(
      Array(zip(tables.map { SQLName.folded($0.name) }, elements)), "table")
    let count = members.take("batch")?.integer(in: 1...100_000) ?? 1000
    return .sqlite(path: path, tables, batchRowCount: count)
  }

  private static func table(_ node: ConfigurationNode) -> SQLiteTableSource.Table {
    var members = node.members(["name", "key", "columns", "holdBackGreatestKey"])
    let name = streamName(members.require("name"))
    let key = members.require("key").text()
    let columns = members.take("columns")
    columns?.refuseEmpty("must have a column; leave it out for all of them")
    let table = SQLiteTableSource.Table(
      name, key: key, columns: columns?.columnNames(),
      holdsBackGreatestKey: members.take("holdBackGreatestKey")?.bool() ?? false)
    members.finish()
    return table
  }

  /// The name of a stream, which the state is kept under.
  static func streamName(_ node: ConfigurationNode) -> String {
    let name = node.text()
    do throws(StateError) {
      if !name.isEmpty { try StateAddress.stream(name, of: "source").validate() }
    } catch {
      node.refuse(error.message)
    }
    return name
  }
}
