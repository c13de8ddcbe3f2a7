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
      let tail = try tellTail()
      guard !found.isEmpty, try invocation.isAgreed(question ?? "Commit?", after: input)
      else {
        let end = invocation.isDryRun ? WriterSession.End(tornTail: tail) : nil
        return finish(nil, count: found.count, end)
      }
    }
    let session = try invocation.openForWriting(after: input)
    let found = try changes(.writing(session.storage))
    if let planned, planned != found {
      let again = invocation.again(after: input)
      throw ToolFailure(
        .locked,
        "the state changed since the plan was shown; nothing was committed" + again.remark,
        next: again.invocation.command(adding: "-n"))
    }
    if !found.isEmpty { Interruption.comesWithCommit(nextCommand: command(showing: found)) }
    let sequence = try invocation.attempt(state: { () throws(StateError) in
      try session.storage.apply(found, reason: invocation.arguments.value("--reason"))
    })
    if planned == nil, invocation.isJSON {
      StateChangeOutput(invocation).tell(found, isPlan: false)
    }
    let end = try session.close(after: sequence.map { "committed \($0)" })
    return finish(sequence, count: found.count, end)
  }

  /// Shows whether changes have been made.
  private func command(showing changes: [StateChange]) -> String {
    switch changes.count == 1 ? changes.first : nil {
    case .update(let address, _)?, .remove(let address)?:
      invocation.command("history", address.text)
    case .removeSource?, nil: invocation.command("list")
    }
  }

  /// Says of a plan what opening the store for it would cut off the log first.
  private func tellTail() throws(ToolFailure) -> RecoveryReport.TornTail? {
    let status = try invocation.attempt { () throws(JournalError) in
      try invocation.inspector.status(isExact: false)
    }
    // Beside a writer it is a commit that is being written.
    guard status.writer == nil else { return nil }
    // Agreed to beforehand, it is told when it is cut.
    if !invocation.arguments.has("--yes") { Warnings.tell(status.recovery, to: invocation) }
    return status.recovery?.tornTail
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
  ///
  /// - Parameter end: how the session ended that made the commit.
  func finish(
    _ sequence: LogSequenceNumber?, count: Int, _ end: WriterSession.End? = nil
  ) -> ExitCode {
    let output = invocation.console.output
    if invocation.isJSON {
      var line = Summary.start(invocation.verb, .success)
      line.add("changes", count)
      line.add("lsn", sequence)
      end?.add(to: &line)
      output.write(line.line)
    } else if let sequence {
      let style = invocation.console.outputStyle
      output.write(
        "\(style.green("committed")) \(sequence): \(Units.count(count, "change"))\n")
    } else if count == 0 {
      output.write("nothing to change\n")
    }
    end?.tell(to: invocation.console)
    return .success
  }
}

/// Errors of state.
extension Invocation {
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
