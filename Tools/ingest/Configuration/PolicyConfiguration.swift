import DataSources

/// How many streams at a time, and what happens when something fails.
struct PolicyConfiguration: Sendable {
  var concurrency = 4
  var streamErrors = StreamErrorPolicy(outcome: .stopStream)
  var connectionErrors = StreamErrorPolicy(outcome: .failRun)

  init(_ node: ConfigurationNode?) {
    guard
      var members = node?.members(["concurrency", "onStreamError", "onConnectionError", "retries"])
    else { return }
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
    var policy = RetryPolicy()
    var members = node.members(["limit", "firstPause", "longestPause"])
    policy.limit = members.require("limit").integer(in: 1...1000)
    if let pause = members.take("firstPause") {
      policy.initialDelay = pause.duration(orZero: true)
      policy.maximumDelay = max(policy.initialDelay, policy.maximumDelay)
    }
    if let pause = members.take("longestPause") {
      policy.maximumDelay = pause.duration(orZero: true)
      if policy.maximumDelay < policy.initialDelay {
        pause.refuse("must not be shorter than \"firstPause\", which is \(policy.initialDelay)")
      }
    }
    members.finish()
    return policy
  }
}
