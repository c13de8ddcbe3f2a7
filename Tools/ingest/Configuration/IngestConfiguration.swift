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
  init(_ bytes: [UInt8], file: String) throws(ConfigurationError) {
    var members = try ConfigurationNode(file: file, bytes: bytes).members()
    (stateDirectory, durability) = try Self.state(members.require("state"))

    let sourceNodes = try members.require("sources")
    var sources: [SourceConfiguration] = []
    for node in try sourceNodes.elements() { sources.append(try SourceConfiguration(node)) }
    if sources.isEmpty { throw sourceNodes.error("must have a source") }

    let sinkNodes = try members.require("sinks")
    var sinks: [SinkConfiguration] = []
    for node in try sinkNodes.elements() { sinks.append(try SinkConfiguration(node)) }
    if sinks.isEmpty { throw sinkNodes.error("must have a sink") }

    policies = try PolicyConfiguration(members.take("policies"))
    grouping = try Self.grouping(members.take("grouping"))
    if let node = members.take("watch") {
      let interval = try node.duration()
      if interval == .zero { throw node.error("must not be zero") }
      watchInterval = interval
    }
    try members.finish()

    try Self.refuseTwins(sources.map { ($0.name, $0.node) }, "source")
    try Self.refuseTwins(sinks.map { ($0.name, $0.node) }, "sink")
    try Self.refuseSharedFiles(sinks)
    for source in sources { try Self.checkSink(of: source, among: sinks) }
    for sink in sinks where sinks.count > 1 && !sources.contains(where: { $0.sink == sink.name }) {
      throw sink.node.error("no source goes to the sink \"\(sink.name)\"; remove it, or name it")
    }
    self.sources = sources
    self.sinks = sinks
  }

  private static func state(
    _ node: ConfigurationNode
  ) throws(ConfigurationError) -> (String, JournalOptions.Durability) {
    var members = try node.members()
    let directory = try members.require("directory").text()
    let durability =
      try members.take("durability")?.choice(of: [("synced", .synced), ("buffered", .buffered)])
      ?? JournalOptions.Durability.synced
    try members.finish()
    return (directory, durability)
  }

  private static func grouping(
    _ node: ConfigurationNode?
  ) throws(ConfigurationError) -> GroupingPolicy {
    var grouping = GroupingPolicy(targetByteCount: 8 << 20)
    guard var members = try node?.members() else { return grouping }
    if let count = members.take("payloads") {
      grouping.maximumPayloadCount = try count.integer(in: 1...1_000_000)
    }
    if let count = members.take("bytes") {
      grouping.targetByteCount = try count.integer(in: 1...(1 << 30))
    }
    if let delay = members.take("delay") { grouping.maximumDelay = try delay.duration() }
    try members.finish()
    return grouping
  }

  private static func refuseTwins(
    _ named: [(name: String, node: ConfigurationNode)], _ what: String
  ) throws(ConfigurationError) {
    var seen: Set<String> = []
    for (name, node) in named where !seen.insert(name).inserted {
      throw node.error("there is a \(what) named \"\(name)\" already; names must differ")
    }
  }

  /// Two sinks of one kind know nothing of each other: streams of one name would be written over each
  /// other in the same file.
  private static func refuseSharedFiles(
    _ sinks: [SinkConfiguration]
  ) throws(ConfigurationError) {
    var owners: [String: String] = [:]
    for sink in sinks {
      let files: String
      switch sink.kind {
      case .ndjson(let path): files = "ndjson:" + plain(path)
      case .csv(let path, _): files = "csv:" + plain(path)
      case .sqlite: continue
      }
      if let other = owners.updateValue(sink.name, forKey: files) {
        throw sink.node.error(
          "writes to the directory of the sink \"\(other)\"; let their sources go to one of them, or give "
            + "it another path")
      }
    }
  }

  /// A path without what means nothing in it: "./out/" is "out".
  private static func plain(_ path: String) -> String {
    (path.hasPrefix("/") ? "/" : "")
      + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  private static func checkSink(
    of source: SourceConfiguration, among sinks: [SinkConfiguration]
  ) throws(ConfigurationError) {
    guard let name = source.sink else {
      if sinks.count == 1 { return }
      throw source.node.error("has no \"sink\", which it needs where there are several")
    }
    if sinks.contains(where: { $0.name == name }) { return }
    throw source.node.error(
      "there is no sink \"\(name)\"; there are \(ConfigurationNode.list(sinks.map(\.name)))")
  }
}

/// How many streams at a time, and what happens when something fails.
struct PolicyConfiguration: Sendable {
  var concurrency = 4
  var streamErrors = StreamErrorPolicy(outcome: .stopStream)
  var connectionErrors = StreamErrorPolicy(outcome: .failRun)

  init(_ node: ConfigurationNode?) throws(ConfigurationError) {
    guard var members = try node?.members() else { return }
    if let count = members.take("concurrency") { concurrency = try count.integer(in: 1...64) }
    let outcomes: [(String, StreamErrorPolicy.Outcome)] = [
      ("stop-stream", .stopStream), ("fail-run", .failRun),
    ]
    if let choice = members.take("onStreamError") {
      streamErrors.outcome = try choice.choice(of: outcomes)
    }
    if let choice = members.take("onConnectionError") {
      connectionErrors.outcome = try choice.choice(of: outcomes)
    }
    if let retries = members.take("retries") {
      let retry = try Self.retry(retries)
      streamErrors.retry = retry
      connectionErrors.retry = retry
    }
    try members.finish()
  }

  private static func retry(_ node: ConfigurationNode) throws(ConfigurationError) -> RetryPolicy {
    var (policy, members) = (RetryPolicy(), try node.members())
    policy.limit = try members.require("limit").integer(in: 1...1000)
    if let pause = members.take("firstPause") { policy.initialDelay = try pause.duration() }
    if let pause = members.take("longestPause") { policy.maximumDelay = try pause.duration() }
    try members.finish()
    return policy
  }
}
