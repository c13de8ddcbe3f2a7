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

  init(_ node: ConfigurationNode) throws(ConfigurationError) {
    self.node = node
    var members = try node.members()
    let name = try members.require("name")
    self.name = try name.text()
    do throws(StateError) {
      try StateAddress.validate(source: self.name)
    } catch {
      throw name.error(error.message)
    }
    sink = try members.take("sink")?.text()
    typealias Parser = @Sendable (inout ConfigurationMembers) throws(ConfigurationError) -> Kind
    let parse = try members.require("type").choice(of: [
      ("directory", Self.directory as Parser), ("log", Self.log), ("sqlite", Self.sqlite),
      ("http", Self.http),
    ])
    kind = try parse(&members)
    try members.finish()
  }

  @Sendable private static func directory(
    _ members: inout ConfigurationMembers
  ) throws(ConfigurationError) -> Kind {
    let path = try members.require("path").text()
    let format = try members.require("format").choice(of: [
      ("csv", FileFormat.csv), ("ndjson", .ndjson),
    ])
    let suffix = try members.take("suffix")?.text()
    let completeness = try members.take("complete").map(Self.completeness) ?? .growing
    var options = try Self.options(&members)
    if let isFinal = members.take("final") { options.takesUnterminatedRow = try isFinal.bool() }
    return .directory(path: path, format, suffix: suffix, completeness, options)
  }

  private static func completeness(
    _ node: ConfigurationNode
  ) throws(ConfigurationError) -> FileCompleteness {
    if case .object = node.value {
      var members = try node.members()
      let rule: FileCompleteness
      if let suffix = members.take("marked") {
        rule = .marked(suffix: try suffix.text())
      } else {
        rule = .unchanged(for: try members.require("unchanged").duration())
      }
      try members.finish()
      return rule
    }
    return try node.choice(of: [("growing", .growing), ("named", .named)])
  }

  private static func options(
    _ members: inout ConfigurationMembers
  ) throws(ConfigurationError) -> FileReadingOptions {
    var options = FileReadingOptions()
    if let choice = members.take("malformed") {
      options.skipsMalformedRows = try choice.choice(of: [("stop", false), ("skip", true)])
    }
    return options
  }

  @Sendable private static func log(
    _ members: inout ConfigurationMembers
  ) throws(ConfigurationError) -> Kind {
    let path = try members.require("path").text()
    let loss =
      try members.take("loss")?.choice(of: [("fail", .fail), ("begin-anew", .beginAnew)])
      ?? RotatingLogSource.LossPolicy.fail
    return .log(path: path, loss, try options(&members))
  }

  @Sendable private static func sqlite(
    _ members: inout ConfigurationMembers
  ) throws(ConfigurationError) -> Kind {
    let path = try members.require("path").text()
    let list = try members.require("tables")
    var tables: [SQLiteTableSource.Table] = []
    for node in try list.elements() {
      var members = try node.members()
      tables.append(
        SQLiteTableSource.Table(
          try members.require("name").text(), key: try members.require("key").text(),
          columns: try members.take("columns")?.texts(),
          holdsBackGreatestKey: try members.take("holdBackGreatestKey")?.bool() ?? false))
      try members.finish()
    }
    if tables.isEmpty { throw list.error("must have a table") }
    let count = try members.take("batch")?.integer(in: 1...100_000) ?? 1000
    return .sqlite(path: path, tables, batchRowCount: count)
  }

  @Sendable private static func http(
    _ members: inout ConfigurationMembers
  ) throws(ConfigurationError) -> Kind {
    let list = try members.require("streams")
    var streams: [HTTPPagedSource.Stream] = []
    for node in try list.elements() {
      var members = try node.members()
      streams.append(
        HTTPPagedSource.Stream(
          try members.require("name").text(), address: try members.require("address").text(),
          rows: try members.take("rows")?.text() ?? "",
          paging: try members.take("paging").map(paging) ?? .none))
      try members.finish()
    }
    if streams.isEmpty { throw list.error("must have a stream") }
    var access = HTTPAccess()
    if let headers = members.take("headers") {
      for (name, node) in try headers.members().all { access.headers[name] = try node.text() }
    }
    if let timeout = members.take("timeout") { access.timeout = try timeout.duration() }
    if let count = members.take("maximumAnswerBytes") {
      access.maximumAnswerByteCount = try count.integer(in: 1...1 << 40)
    }
    access.tokenFile = try members.take("tokenFile")?.text()
    return .http(streams, access)
  }

  private static func paging(
    _ node: ConfigurationNode
  ) throws(ConfigurationError) -> HTTPPagedSource.Paging {
    guard case .object = node.value else {
      return try node.choice(of: [("none", .none), ("link-header", .linkHeader)])
    }
    var members = try node.members()
    let paging: HTTPPagedSource.Paging
    if let link = members.take("link") {
      paging = .link(member: try link.text())
    } else {
      paging = .cursor(
        member: try members.require("cursor").text(),
        parameter: try members.require("parameter").text())
    }
    try members.finish()
    return paging
  }
}
