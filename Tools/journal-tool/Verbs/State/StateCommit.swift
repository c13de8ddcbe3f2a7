import FileIO
import StateJournal

/// The way of every verb that changes state: work out the changes, show them where somebody has to
/// agree, open the store as its writer, work them out again, and make one commit of them.
struct StateCommit {
  /// What the verbs that change state take.
  static let options = [
    Verb.Option("--reason", value: "TEXT", help: "kept with the commit and shown by history"),
    Verb.Option(
      "--wait", value: "SECONDS", in: 0...86_400,
      help: "wait so long for a job that has the store (default 0)"),
  ]

  /// What those take that change one object.
  static let versionOption = Verb.Option(
    "--if-version", value: "N", in: 0...(.max),
    help: "only if this is its version (0: if it is not there)")

  let invocation: Invocation
  /// What is about to be done, with a question mark; `nil` where asking for it is agreement enough.
  var question: String?
  /// The object that has to be at the version that was asked for.
  var guarded: StateAddress?
  /// What the changes were read from.
  var input: Input?

  init(
    _ invocation: Invocation, question: String? = nil, guarded: StateAddress? = nil,
    input: Input? = nil
  ) {
    self.invocation = invocation
    self.question = question
    self.guarded = guarded
    self.input = input
  }

  typealias Work = (StateAccess) throws(ToolFailure) -> [StateChange]

  /// Commits the changes that `work` finds, and says so.
  func run(_ work: Work) throws(ToolFailure) -> ExitCode {
    let expected = invocation.arguments.number("--if-version")
    func changes(_ access: StateAccess) throws(ToolFailure) -> [StateChange] {
      if let expected, let guarded {
        let actual = try invocation.attempt(state: { () throws(StateError) in
          try access.versioned(guarded).version
        })
        try check(actual, expected, at: guarded)
      }
      return try work(access)
    }
    var planned: [StateChange]?
    if question != nil || invocation.isDryRun {
      let found = try changes(.planning(invocation.inspector))
      planned = found
      StateChangeOutput(invocation).tell(found, isPlan: true)
      guard !found.isEmpty, try invocation.isAgreed(question ?? "Commit?", after: input)
      else {
        return finish(nil, count: found.count)
      }
    }
    let storage = try invocation.openForWriting(after: input)
    let found = try changes(.writing(storage))
    if let planned, planned != found {
      let again = invocation.again(after: input)
      throw ToolFailure(
        .locked,
        "the state changed since the plan was shown; nothing was committed" + again.remark,
        next: again.invocation.command(adding: "-n"))
    }
    let sequence = try invocation.attempt(state: { () throws(StateError) in
      try storage.apply(found, reason: invocation.arguments.value("--reason"))
    })
    if planned == nil, invocation.isJSON {
      StateChangeOutput(invocation).tell(found, isPlan: false)
    }
    try invocation.close(storage)
    return finish(sequence, count: found.count)
  }

  private func check(
    _ actual: StateVersion, _ expected: UInt64, at address: StateAddress
  ) throws(ToolFailure) {
    guard actual.number != expected else { return }
    throw ToolFailure(
      .locked,
      "\(address.text) is at version \(actual.number), not \(expected)"
        + (actual == .absent ? ": it is not there" : ""),
      next: invocation.command("get", address.text))
  }

  /// Says what came of it; without a number nothing was committed.
  func finish(_ sequence: LogSequenceNumber?, count: Int) -> ExitCode {
    let output = invocation.console.output
    if invocation.isJSON {
      var line = Summary.start(invocation.verb, .success)
      line.add("changes", count)
      line.add("lsn", sequence)
      output.write(line.line)
    } else if let sequence {
      let style = invocation.console.outputStyle
      output.write(
        "\(style.green("committed")) \(sequence): \(Units.count(count, "change"))\n")
    } else if count == 0 {
      output.write("nothing to change\n")
    }
    return .success
  }
}

/// Opening and closing a store as its writer.
extension Invocation {
  /// Opens the store as its writer.
  ///
  /// - Parameter input: what has been read already.
  /// - Throws: 7 with the owner's name when a job holds it, also after the time that `--wait` gives
  ///   it, and whatever opening says.
  func openForWriting(after input: Input? = nil) throws(ToolFailure) -> JournalStateStorage {
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

  private func openNow() throws(ToolFailure) -> JournalStateStorage {
    try shortenLog()
    return try attempt { () throws(JournalError) in
      var options = JournalOptions()
      options.createsIfMissing = false
      // One commit and the end of the session: nothing to lay out ahead, and nothing to start that
      // the closing would cut short.
      options.preallocationByteCount = 0
      options.compactionByteCount = nil
      options.onOpeningProgress = onOpeningProgress
      return try JournalStateStorage.open(directory, options: options)
    }
  }

  /// Takes what a long log says out of it, since a writer holds it in memory. Where there is no room for
  /// that, or somebody else is at work, or something is damaged, opening says what comes of it.
  private func shortenLog() throws(ToolFailure) {
    var bar = ProgressBar("compact", on: console)
    defer { bar.clear() }
    do throws(JournalError) {
      var inspector = JournalInspector(directory)
      inspector.onOpeningProgress = onOpeningProgress
      if let report = try inspector.shortenLog(onProgress: { bar.update($0) }) {
        bar.clear()
        Warnings.tell(report, to: self)
      }
    } catch {
      switch error.reason {
      case .outOfSpace, .locked, .damage: return
      default: throw ToolFailure(error, verb: verb, directory: directory)
      }
    }
  }

  /// Closes the store. Where the log has grown so long that opening takes its time, it is compacted
  /// first: jobs that are made of this tool alone have nobody else to do it.
  func close(_ storage: JournalStateStorage) throws(ToolFailure) {
    if storage.recoveryReport.replayedByteCount > JournalOptions().compactionByteCount ?? .max {
      Interruption.comesAfterCommit()
      var bar = ProgressBar("compact", on: console)
      defer { bar.clear() }
      do {
        try storage.compact { bar.update($0) }
      } catch {
        console.warning(
          "the commit is safe, and the log could not be compacted: \(error); next: "
            + command("compact"))
      }
    }
    try attempt { () throws(JournalError) in try storage.close() }
  }

  /// What `body` gives; an error of state becomes a failure of this verb.
  func attempt<Result>(
    state body: () throws(StateError) -> Result
  ) throws(ToolFailure) -> Result {
    do {
      return try body()
    } catch {
      throw failure(error)
    }
  }

  /// What `body` makes of what this verb was given: when that is not state, the store is not to blame.
  func understand<Result>(
    _ body: () throws(StateError) -> Result
  ) throws(ToolFailure) -> Result {
    do {
      return try body()
    } catch {
      var failure = failure(error)
      if case .undecodable = error.reason { failure.nextCommand = "journal-tool help \(verb)" }
      throw failure
    }
  }

  /// An error of state, met by this verb.
  func failure(_ error: StateError) -> ToolFailure {
    if let cause = error.journalError {
      return ToolFailure(cause, verb: verb, directory: directory)
    }
    let code: ExitCode
    var next = "journal-tool help \(verb)"
    switch error.reason {
    case .invalidName: code = .usage
    case .versionConflict:
      code = .locked
      next = command("list")
    case .undecodable where !(error.underlying is JSONError):
      code = .failed
      next = command("verify")
    case .unsupportedValue, .tooLarge, .goesBackwards, .notStaged, .rejected, .undecodable,
      .newerVersion, .storage:
      code = .failed
    }
    return ToolFailure(code, error.description, next: next)
  }
}
