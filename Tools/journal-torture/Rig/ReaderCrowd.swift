import FileIO
import StateJournal
import ToolSupport

/// Reads a store over and over in processes beside its writer, and judges what they see.
struct ReaderCrowd: Sendable {
  let settings: RigSettings
  /// The process group that readers belong to.
  let group: Int32
  let sight: Sight
  private var threads: [OwnedThread] = []

  /// Starts to read.
  init(
    _ settings: RigSettings, group: Int32, sight: Sight, model: StateModel
  ) throws(TortureFailure) {
    self.settings = settings
    self.group = group
    self.sight = sight
    do throws(IOFailure) {
      for index in 0..<settings.readerCount {
        let choices = SeededChoices(seed: settings.seed, stream: 1_000 + UInt64(index))
        let reading = self
        threads.append(
          try OwnedThread(name: "reader-\(index)") { reading.read(model, choices) })
      }
    } catch {
      end()
      throw TortureFailure(.failed, "\(error)")
    }
  }

  /// Returns when nobody reads any more.
  func end() {
    sight.end()
    for thread in threads { thread.join() }
  }

  private func read(_ model: StateModel, _ choices: SeededChoices) {
    var (model, choices) = (model, choices)
    do {
      while !sight.hasEnded, !Interruption.isAsked {
        try readOnce(&model, &choices)
        var pause = choices.microseconds(below: 20_000)
        while pause > 0, !sight.hasEnded { pause -= Nap.take(atMost: pause) }
      }
    } catch {
      // Readers end with everything else when somebody asks for it.
      if !Interruption.isAsked { sight.fail(error) }
    }
  }

  private func readOnce(_ model: inout StateModel, _ choices: inout SeededChoices) throws {
    let floor = sight.floor
    let isKilled = choices.oneIn(6)
    let deadline =
      MonotonicClock.now + (isKilled ? choices.microseconds(below: 10_000) : settings.patience)
    let reader = try ChildProcess(settings.executable, ["read", settings.directory], group: group)
    let listing = try reader.readToEnd(until: deadline)
    if listing == nil { reader.crash() }
    let end = try reader.awaitEnd()
    guard let listing else {
      if !isKilled { throw Violation(text: "a reader hangs beside the writer") }
      sight.count(kills: 1)
      return
    }
    model.advance(to: floor)
    try model.judgeReading(listing, end, by: "a reader beside the writer")
    sight.count(reads: 1)
  }
}

extension StateModel {
  /// Throws unless a reader came to a good end and showed the state after a prefix, not shorter than
  /// the present one.
  func judgeReading(_ listing: [UInt8], _ end: ChildProcess.End, by reader: String) throws {
    guard end == .exited(0) else { throw Violation(text: "\(reader) failed: \(end)") }
    let entries: [String: String]
    do {
      entries = try Listing.entries(listing)
    } catch {
      throw Violation(text: "\(reader) printed what is no listing: \(error.message)")
    }
    var shown = self
    guard shown.advance(toDescribe: entries) else {
      throw Violation(text: "\(reader) showed another state: \(violation(in: entries))")
    }
  }
}
