import StateJournal

/// `journal-tool bundle DIR -o FILE`
enum BundleVerb {
  static let verb = Verb(
    name: "bundle", group: .rescue, product: .always,
    summary: "writes an archive to send to whoever is asked for help",
    details: """
      A tar file with the layout of the directory, the header of every file, what opening would
      find, and all that verify finds; with --files the segments and snapshots too. With --redact
      it holds no value and no key: names are replaced by hashes that stay the same for one store,
      and paths begin at the directory. Whoever can guess a name can confirm it by its hash. The
      store is only read, and may be of a newer release.
      """,
    options: [
      Verb.Option("--output", "-o", value: "FILE", help: "the archive, replaced when it is there"),
      Verb.Option("--redact", help: "no values, and hashes instead of names"),
      Verb.Option("--files", help: "the segments and snapshots as well"),
    ],
    examples: [
      ("journal-tool bundle state -o report.tar --redact", "no values in it, and no names"),
      ("journal-tool bundle state -o all.tar --files", "everything, to look into it elsewhere"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    guard let archive = invocation.arguments.value("--output") else {
      throw invocation.arguments.usage("bundle needs -o FILE, the archive to write")
    }
    if archive == "-" {
      throw invocation.arguments.usage("the archive is a file of its own; - is none (./- would be)")
    }
    let isRedacted = invocation.arguments.has("--redact")
    let hasFiles = invocation.arguments.has("--files")
    if isRedacted, hasFiles {
      throw invocation.arguments.usage(
        "the files of a store hold its values: --redact and --files exclude each other")
    }
    try invocation.refuseInside(archive)
    // A link stays, and leads to the archive.
    let place = Link.end(of: archive)
    var rescue = invocation.rescue
    rescue.onUnfinishedFile = { Interruption.sweeps($0) }
    var bar = ProgressBar("bundle", on: invocation.console)
    let report: SupportBundleReport
    do {
      report = try rescue.writeSupportBundle(
        to: place, isRedacted: isRedacted, includingFiles: hasFiles
      ) { bar.update($0) }
      bar.clear()
    } catch {
      bar.clear()
      throw failure(error, invocation, archive, at: place)
    }
    if let newer = report.unreadable {
      invocation.console.warning(
        "\(newer); the archive has the layout and the headers; next: journal-tool --version")
    }
    let output = invocation.console.output
    if invocation.isJSON {
      var line = Summary.start("bundle", .success)
      line.add("file", archive)
      line.add("bytes", report.byteCount)
      line.add("redacted", isRedacted)
      line.add("members", report.names.count)
      output.write(line.line)
    } else {
      output.write(
        invocation.console.outputStyle.green("written") + ": \(Printable.text(archive)), "
          + "\(Units.count(report.names.count, "file")), \(Units.bytes(report.byteCount))"
          + (isRedacted ? "; no value and no name is in it" : "") + "\n")
    }
    return .success
  }

  /// What is wrong with the place of the archive is looked into there.
  private static func failure(
    _ error: JournalError, _ invocation: Invocation, _ archive: String, at place: String
  ) -> ToolFailure {
    var failure = ToolFailure(error, verb: "bundle", directory: invocation.directory)
    switch error.reason {
    case .io(let cause)
    where error.file == place || error.file == PathText.parent(of: place):
      failure.nextCommand = NextCommand.after(cause.code, writing: archive)
    case .outOfSpace(let cause):
      failure.nextCommand = NextCommand.after(cause.code, writing: archive)
    default: break
    }
    return failure
  }
}
