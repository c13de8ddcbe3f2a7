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
    let whole: ConfigurationNode
    do throws(ConfigurationError) {
      whole = try ConfigurationNode(file: file, bytes: bytes)
    } catch {
      throw ConfigurationErrors([error])
    }
    var members = whole.members()
    (stateDirectory, durability) = Self.state(members.require("state"))

    let sourceNodes = members.require("sources")
    var sources: [SourceConfiguration] = []
    for node in sourceNodes.elements() { sources.append(SourceConfiguration(node)) }
    sourceNodes.refuseEmpty("must have a source")

    let sinkNodes = members.require("sinks")
    var sinks: [SinkConfiguration] = []
    for node in sinkNodes.elements() { sinks.append(SinkConfiguration(node)) }
    sinkNodes.refuseEmpty("must have a sink")

    policies = PolicyConfiguration(members.take("policies"))
    grouping = Self.grouping(members.take("grouping"))
    if let node = members.take("watch") {
      let interval = node.duration()
      if interval == .zero { node.refuse("must not be zero") }
      watchInterval = interval
    }
    members.finish()
    try Self.check(whole)

    Self.refuseTwins(sources.map { ($0.name, $0.node) }, "source")
    Self.refuseTwins(sinks.map { ($0.name, $0.node) }, "sink")
    Self.refuseSharedFiles(sinks)
    try Self.check(whole)
    for source in sources { Self.checkSink(of: source, among: sinks) }
    try Self.check(whole)
    for sink in sinks where sinks.count > 1 && !sources.contains(where: { $0.sink == sink.name }) {
      sink.node.refuse("no source goes to the sink \"\(sink.name)\"; remove it, or name it")
    }
    try Self.check(whole)
    self.sources = sources
    self.sinks = sinks
  }

  private static func check(_ whole: ConfigurationNode) throws(ConfigurationErrors) {
    let errors = whole.document.errors
    if !errors.isEmpty { throw ConfigurationErrors(errors) }
  }

  private static func state(
    _ node: ConfigurationNode
  ) -> (String, JournalOptions.Durability) {
    var members = node.members()
    let directory = members.require("directory").text()
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
    guard var members = node?.members() else { return grouping }
    if let count = members.take("payloads") {
      grouping.maximumPayloadCount = count.integer(in: 1...1_000_000)
    }
    if let count = members.take("bytes") {
      grouping.targetByteCount = count.integer(in: 1...(1 << 30))
    }
    if let delay = members.take("delay") { grouping.maximumDelay = delay.duration() }
    members.finish()
    return grouping
  }

  private static func refuseTwins(
    _ named: [(name: String, node: ConfigurationNode)], _ what: String
  ) {
    var seen: Set<String> = []
    for (name, node) in named where !seen.insert(name).inserted {
      node.refuse("there is a \(what) named \"\(name)\" already; names must differ")
    }
  }

  /// Two sinks of one kind know nothing of each other: streams of one name would be written over each
  /// other in the same file.
  private static func refuseSharedFiles(
    _ sinks: [SinkConfiguration]
  ) {
    var owners: [String: String] = [:]
    for sink in sinks {
      let files: String
      switch sink.kind {
      case .ndjson(let path): files = "ndjson:" + plain(path)
      case .csv(let path, _): files = "csv:" + plain(path)
      case .sqlite: continue
      }
      if let other = owners.updateValue(sink.name, forKey: files) {
        sink.node.refuse(
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
  ) {
    guard let name = source.sink else {
      if sinks.count == 1 { return }
      source.node.refuse("has no \"sink\", which it needs where there are several")
      return
    }
    if sinks.contains(where: { $0.name == name }) { return }
    source.node.refuse(
      "there is no sink \"\(name)\"; there are \(ConfigurationNode.list(sinks.map(\.name)))")
  }
}

/// How many streams at a time, and what happens when something fails.
struct PolicyConfiguration: Sendable {
  var concurrency = 4
  var streamErrors = StreamErrorPolicy(outcome: .stopStream)
  var connectionErrors = StreamErrorPolicy(outcome: .failRun)

  init(_ node: ConfigurationNode?) {
    guard var members = node?.members() else { return }
    if let count = members.take("concurrency") { concurrency = count.integer(in: 1...64) }
    let outcomes: [(String, StreamErrorPolicy.Outcome)] = [
      ("stop-stream", .stopStream), ("fail-run", .failRun),
    ]
    if let choice = members.take("onStreamError") {
      streamErrors.outcome = choice.choice(of: outcomes) ?? streamErrors.outcome
    }
    if let choice = members.take("onConnectionError") {
      connectionErrors.outcome = choice.choice(of: outcomes) ?? connectionErrors.outcome
    }
    if let retries = members.take("retries") {
      let retry = Self.retry(retries)
      streamErrors.retry = retry
      connectionErrors.retry = retry
    }
    members.finish()
  }

  private static func retry(_ node: ConfigurationNode) -> RetryPolicy {
    var (policy, members) = (RetryPolicy(), node.members())
    policy.limit = members.require("limit").integer(in: 1...1000)
    if let pause = members.take("firstPause") { policy.initialDelay = pause.duration() }
    if let pause = members.take("longestPause") { policy.maximumDelay = pause.duration() }
    members.finish()
    return policy
  }
}
