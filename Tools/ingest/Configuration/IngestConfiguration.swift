import DataSources
import HTTPDataSources
import SQLiteDataSources
import StateJournal

/// A run as a configuration file describes it; paths are as the file names them.
struct IngestConfiguration: Sendable {
  var stateDirectory: String
  var durability: JournalOptions.Durability
  var sources: [SourceConfiguration]
  var sinks: [SinkConfiguration]
  var policies: PolicyConfiguration
  var grouping: GroupingPolicy
  /// How long to wait before looking for more; `nil` for a single run.
  var watchInterval: Duration?

  /// Reads the text of a file; `file` is its name in messages.
  ///
  /// - Throws: everything that is wrong with it, but for what only follows: of a text that is no JSON that
  ///   is one place, and what belongs together is looked at where every part is right.
  init(_ bytes: [UInt8], file: String) throws(ConfigurationErrors) {
    if bytes.count > ConfigurationFile.maximumByteCount {
      throw ConfigurationErrors([
        ConfigurationError(
          file: file,
          "is longer than \(ConfigurationFile.maximumByteCount) bytes; give the file that describes the "
            + "run, not the data")
      ])
    }
    let whole: ConfigurationNode
    do throws(ConfigurationError) {
      whole = try ConfigurationNode(file: file, bytes: bytes)
    } catch {
      throw ConfigurationErrors([error])
    }
    var members = whole.members(["state", "sources", "sinks", "policies", "grouping", "watch"])
    (stateDirectory, durability) = Self.state(members.require("state"))

    let sourceNodes = members.require("sources")
    sources = sourceNodes.elements().map { SourceConfiguration($0) }
    sourceNodes.refuseEmpty("must have a source")

    let sinkNodes = members.require("sinks")
    sinks = sinkNodes.elements().map { SinkConfiguration($0) }
    sinkNodes.refuseEmpty("must have a sink")

    policies = PolicyConfiguration(members.take("policies"))
    grouping = Self.grouping(members.take("grouping"))
    watchInterval = members.take("watch")?.duration()
    members.finish()
    try Self.check(whole)

    ConfigurationNode.refuseTwins(sources.map { ($0.name, $0.node) }, "source")
    ConfigurationNode.refuseTwins(sinks.map { ($0.name, $0.node) }, "sink")
    try Self.check(whole)
    for source in sources { Self.checkSink(of: source, among: sinks) }
    try Self.check(whole)
    for sink in sinks where sinks.count > 1 && !sources.contains(where: { $0.sink == sink.name }) {
      sink.node.refuse(
        "no source goes to the sink \(Shown.text(sink.name)); remove it, or name it")
    }
    ConfigurationConflicts(of: self, directory: ConfigurationFile.place(of: file).directory)
      .refuse()
    try Self.check(whole)
  }

  private static func check(_ whole: ConfigurationNode) throws(ConfigurationErrors) {
    if let errors = whole.document.errors { throw errors }
  }

  private static func state(
    _ node: ConfigurationNode
  ) -> (String, JournalOptions.Durability) {
    var members = node.members(["directory", "durability"])
    let directory = members.require("directory").path()
    let durability =
      members.take("durability")?.choice(of: [("synced", .synced), ("buffered", .buffered)])
      ?? JournalOptions.Durability.synced
    members.finish()
    return (directory, durability)
  }

  private static func grouping(
    _ node: ConfigurationNode?
  ) -> GroupingPolicy {
    var grouping = GroupingPolicy(targetByteCount: 8 << 20)
    guard var members = node?.members(["payloads", "bytes", "delay"]) else { return grouping }
    if let count = members.take("payloads") {
      grouping.maximumPayloadCount = count.integer(in: 1...1_000_000)
    }
    if let count = members.take("bytes") {
      grouping.targetByteCount = count.integer(in: 1...(1 << 30))
    }
    if let delay = members.take("delay") { grouping.maximumDelay = delay.duration(orZero: true) }
    members.finish()
    return grouping
  }

  private static func checkSink(
    of source: SourceConfiguration, among sinks: [SinkConfiguration]
  ) {
    guard let name = source.sink else {
      if sinks.count == 1 { return }
      source.node.refuse("has no \"sink\", which it needs where there are several")
      return
    }
    if sinks.contains(where: { $0.name == name }) { return }
    source.node.refuse(
      "there is no sink \(Shown.text(name)); there are \(ConfigurationNode.list(sinks.map(\.name)))"
    )
  }
}
