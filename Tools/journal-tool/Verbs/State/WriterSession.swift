import FileIO
import StateJournal

/// A store that a verb has open as its writer.
struct WriterSession {
  let storage: JournalStateStorage
  /// What was cut off the end of the log before the store was open.
  private let tornTail: RecoveryReport.TornTail?
  private let invocation: Invocation

  init(
    _ storage: JournalStateStorage, cutting tornTail: RecoveryReport.TornTail?,
    _ invocation: Invocation
  ) {
    self.storage = storage
    self.tornTail = tornTail
    self.invocation = invocation
  }

  /// What there is to say of a session besides what was done in it.
  struct End {
    var tornTail: RecoveryReport.TornTail?
    /// What was done, when closing failed thereafter, and why it did.
    fileprivate(set) var closingFailure: (done: String, failure: ToolFailure)?

    /// Adds to a summary what a program should know.
    func add(to line: inout JSONLine) {
      line.add("torn_tail", tornTail.map(StatusJSON.tail))
      line.add("closing_error", closingFailure.map { Summary.error($0.failure) })
    }

    /// Says behind what was done that closing failed.
    func tell(to console: Console) {
      guard let (done, failure) = closingFailure else { return }
      console.output.flush()
      console.warning("\(done); closing failed: \(failure.message); next: \(failure.nextCommand)")
    }
  }

  /// Closes the store. Where the log has grown so long that opening takes its time, it is compacted
  /// first: jobs that are made of this tool alone have nobody else to do it.
  ///
  /// A failure to close takes nothing back: a commit is durable when it is made, and the next opening
  /// recovers it. So behind one the verb has done what it was asked, and a script that went by the exit
  /// code would do it twice.
  ///
  /// - Parameter done: what was committed; `nil` for nothing, so that a failure is the verb's.
  func close(after done: String?) throws(ToolFailure) -> End {
    let console = invocation.console
    if done != nil { Interruption.comesAfterCommit() }
    if storage.recoveryReport.replayedByteCount > JournalOptions().compactionByteCount ?? .max {
      var bar = ProgressBar("compact", on: console)
      defer { bar.clear() }
      do {
        try storage.compact { bar.update($0) }
      } catch {
        console.warning(
          "the commit is safe, and the log could not be compacted: \(error); next: "
            + invocation.command("compact"))
      }
    }
    var end = End(tornTail: tornTail)
    do throws(ToolFailure) {
      try invocation.attempt { () throws(JournalError) in try storage.close() }
    } catch {
      guard let done else { throw error }
      end.closingFailure = (done, error)
    }
    return end
  }
}

/// Opening a store as its writer.
extension Invocation {
  /// Opens the store as its writer.
  ///
  /// - Parameter input: what has been read already.
  /// - Throws: 7 with the owner's name when a job holds it, also after the time that `--wait` gives
  ///   it, and whatever opening says.
  func openForWriting(after input: Input? = nil) throws(ToolFailure) -> WriterSession {
    let seconds = arguments.number("--wait") ?? 0
    let end = MonotonicClock.now + Int64(seconds) * 1_000_000_000
    var isTold = false
    while true {
      do {
        return try openNow()
      } catch {
        guard error.code == .locked else { throw error }
        guard MonotonicClock.now < end else {
          var failure = error
          let again = again(after: input)
          failure.message += again.remark
          if seconds == 0 { failure.nextCommand = again.invocation.command(with: "--wait", "60") }
          throw failure
        }
        if !isTold { console.note("\(error.message); waiting for up to \(seconds) s") }
        isTold = true
        Pause.take(.milliseconds(20))
      }
    }
  }

  private func openNow() throws(ToolFailure) -> WriterSession {
    let shortened = try shortenLog()
    let storage = try attempt { () throws(JournalError) in
      var options = JournalOptions()
      options.createsIfMissing = false
      // One commit and the end of the session: nothing to lay out ahead, and nothing to start that
      // the closing would cut short.
      options.preallocationByteCount = 0
      options.compactionByteCount = nil
      options.onOpeningProgress = onOpeningProgress
      return try JournalStateStorage.open(directory, options: options)
    }
    let opened = storage.recoveryReport.tornTail
    if let opened { Warnings.tell(cut: opened, to: self) }
    return WriterSession(storage, cutting: opened ?? shortened?.tornTail, self)
  }

  /// Takes what a long log says out of it, since a writer holds it in memory. Where there is no room for
  /// that, or somebody else is at work, or something is damaged, opening says what comes of it.
  private func shortenLog() throws(ToolFailure) -> RecoveryReport? {
    var bar = ProgressBar("compact", on: console)
    defer { bar.clear() }
    do throws(JournalError) {
      var inspector = JournalInspector(directory)
      inspector.onOpeningProgress = onOpeningProgress
      guard let report = try inspector.shortenLog(onProgress: { bar.update($0) }) else {
        return nil
      }
      bar.clear()
      Warnings.tell(report.damagedSnapshots, to: self)
      if let tail = report.tornTail { Warnings.tell(cut: tail, to: self) }
      return report
    } catch {
      switch error.reason {
      case .outOfSpace, .locked, .damage: return nil
      default: throw ToolFailure(error, verb: verb, directory: directory)
      }
    }
  }
}
