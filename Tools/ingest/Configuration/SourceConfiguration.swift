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
  }

  /// How a service is spoken to.
  struct HTTPAccess: Sendable {
    var headers: [String: String] = [:]
    var timeout = Duration.seconds(30)
    var maximumAnswerByteCount = 64 << 20
    /// The file that holds the token, read anew for each request.
    var tokenFile: String?
  }

  let node: ConfigurationNode
  let name: String
  let kind: Kind
  /// The sink that the rows go to; `nil` for the only one.
  let sink: String?

  init(_ node: ConfigurationNode) {
    self.node = node
    var members = node.members()
    let name = members.require("name")
    self.name = name.text()
    do throws(StateError) {
      if !self.name.isEmpty { try StateAddress.validate(source: self.name) }
    } catch {
      name.refuse(error.message)
    }
    sink = members.take("sink")?.text()
    typealias Parser = @Sendable (inout ConfigurationMembers) -> Kind
    let parse = members.require("type").choice(of: [
      ("directory", Self.directory as Parser), ("log", Self.log), ("sqlite", Self.sqlite),
      ("http", Self.http),
    ])
    guard let parse else {
      // What else belongs to it goes by its type.
      kind = .sqlite(path: "", [], batchRowCount: 0)
      return
    }
    kind = parse(&members)
    members.finish()
  }

  @Sendable private static func directory(
    _ members: inout ConfigurationMembers
  ) -> Kind {
    let path = members.require("path").text()
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
    if case .object = node.value {
      var members = node.members()
      let rule: FileCompleteness
      if let suffix = members.take("marked") {
        rule = .marked(suffix: suffix.text())
      } else {
        rule = .unchanged(for: members.require("unchanged").duration())
      }
      members.finish()
      return rule
    }
    return node.choice(of: [("growing", .growing), ("named", .named)]) ?? .growing
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

  @Sendable private static func log(
    _ members: inout ConfigurationMembers
  ) -> Kind {
    let path = members.require("path").text()
    let loss =
      members.take("loss")?.choice(of: [("fail", .fail), ("begin-anew", .beginAnew)])
      ?? RotatingLogSource.LossPolicy.fail
    return .log(path: path, loss, options(&members))
  }

  @Sendable private static func sqlite(
    _ members: inout ConfigurationMembers
  ) -> Kind {
    let path = members.require("path").text()
    let list = members.require("tables")
    var tables: [SQLiteTableSource.Table] = []
    for node in list.elements() {
      var members = node.members()
      tables.append(
        SQLiteTableSource.Table(
          members.require("name").text(), key: members.require("key").text(),
          columns: members.take("columns")?.texts(),
          holdsBackGreatestKey: members.take("holdBackGreatestKey")?.bool() ?? false))
      members.finish()
    }
    list.refuseEmpty("must have a table")
    let count = members.take("batch")?.integer(in: 1...100_000) ?? 1000
    return .sqlite(path: path, tables, batchRowCount: count)
  }

  @Sendable private static func http(
    _ members: inout ConfigurationMembers
  ) -> Kind {
    let list = members.require("streams")
    var streams: [HTTPPagedSource.Stream] = []
    for node in list.elements() {
      var members = node.members()
      streams.append(
        HTTPPagedSource.Stream(
          members.require("name").text(), address: members.require("address").text(),
          rows: members.take("rows")?.text() ?? "",
          paging: members.take("paging").map(paging) ?? .none))
      members.finish()
    }
    list.refuseEmpty("must have a stream")
    var access = HTTPAccess()
    if let headers = members.take("headers") {
      for (name, node) in headers.members().all { access.headers[name] = node.text() }
    }
    if let timeout = members.take("timeout") { access.timeout = timeout.duration() }
    if let count = members.take("maximumAnswerBytes") {
      access.maximumAnswerByteCount = count.integer(in: 1...1 << 40)
    }
    access.tokenFile = members.take("tokenFile")?.text()
    return .http(streams, access)
  }

  private static func paging(
    _ node: ConfigurationNode
  ) -> HTTPPagedSource.Paging {
    guard case .object = node.value else {
      return node.choice(of: [("none", .none), ("link-header", .linkHeader)]) ?? .none
    }
    var members = node.members()
    let paging: HTTPPagedSource.Paging
    if let link = members.take("link") {
      paging = .link(member: link.text())
    } else {
      paging = .cursor(
        member: members.require("cursor").text(),
        parameter: members.require("parameter").text())
    }
    members.finish()
    return paging
  }
}
