import FileIO
import ToolSupport

/// Checking what the store holds while nobody works on it.
extension Rig {
  /// What the store holds before the first round.
  mutating func learn() throws {
    let text =
      "\(settings.directory) holds something else than updates of seed \(settings.seed); "
      + "use an empty directory"
    guard let entries = try check(livingFor: settings.patience),
      model.advance(toDescribe: entries)
    else { throw TortureFailure(.failed, text) }
    self.entries = entries
    sight.floor = model.updateCount
  }

  /// Kills some checks, and then checks twice what the store holds. Now and then, and in the first
  /// round where nobody else reads, a reader looks first, at what recovery has not seen yet.
  mutating func verify() throws {
    if choices.oneIn(8) || settings.readerCount == 0 && roundCount == 1 { try readQuietly() }
    while choices.oneIn(4) {
      if try check(livingFor: choices.microseconds(below: 12_000)) == nil {
        report[.checkKills] += 1
      }
    }
    guard let entries = try check(livingFor: settings.patience),
      let again = try check(livingFor: settings.patience)
    else { throw Violation(text: "a check hangs") }
    guard model.advance(toDescribe: entries) else {
      throw Violation(text: model.violation(in: entries))
    }
    guard entries == again else {
      throw Violation(
        text: "two checks differ: the first is the state after update "
          + "\(model.updateCount); the second is \(model.violation(in: again))")
    }
    self.entries = entries
    sight.floor = model.updateCount
  }

  /// Runs a check for at most so many nanoseconds; nil when it had to be killed.
  func check(livingFor delay: Int64) throws -> [String: String]? {
    // A check changes the store, which is to stay as a reader has found it.
    try sight.check()
    let child = try start("check")
    let listing = try child.readToEnd(until: MonotonicClock.now + delay)
    if listing == nil { child.crash() }
    let end = try child.awaitEnd()
    guard let listing else {
      guard end == .exited(0) || end == .killed(signal: 9) else {
        throw Violation(text: "a check ended by itself: \(end)")
      }
      return nil
    }
    guard end == .exited(0) else { throw Violation(text: "a check failed: \(end)") }
    do {
      return try Listing.entries(listing)
    } catch {
      throw Violation(text: "a check printed what is no listing: \(error.message)")
    }
  }

  /// Reads the store while nobody writes, which must show what is known of it and change nothing.
  mutating func readQuietly() throws {
    let before = try DirectoryFingerprint(settings.directory)
    try read(as: "a reader that is alone")
    let after = try DirectoryFingerprint(settings.directory)
    guard before == after else {
      throw Violation(text: "a reader changed the directory: \(before.difference(to: after))")
    }
  }

  /// Reads the store once, whoever else works on it.
  mutating func read(as reader: String) throws {
    let child = try start("read")
    guard let listing = try child.readToEnd(until: deadline) else {
      throw Violation(text: "\(reader) hangs")
    }
    try model.judgeReading(listing, try child.awaitEnd(), by: reader)
    quietReadCount += 1
  }
}
