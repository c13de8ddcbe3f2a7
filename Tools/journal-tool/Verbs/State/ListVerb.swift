import StateJournal

/// `journal-tool list DIR [GLOB]`
enum ListVerb {
  static let verb = Verb(
    name: "list", group: .state,
    summary: "lists the objects of the state: version, time, size, name",
    details: """
      One line for each object, in the order of sources and names. The version is the commit that
      wrote it, for --if-version; its time shows as long as the commit is in the log. GLOB is
      matched with the whole address. Addresses come out as get and set take them.
      """,
    operands: [
      .init("GLOB", .optional, help: "a pattern such as 'orders/*'; * ? [a-z] (default: all)")
    ],
    options: [
      Verb.Option("--sources", help: "one line for each source: objects and bytes"),
      Verb.Option("--at", value: "MOMENT", help: "as of a commit, a time or a label"),
    ],
    examples: [
      ("journal-tool list state", "everything that jobs remember"),
      ("journal-tool list state 'orders/*' --json", "the streams of one source, for jq"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let inspector = invocation.inspector
    let output = invocation.console.output
    let word = invocation.arguments.operand("GLOB")
    let pattern = word.map { GlobPattern($0) }
    let sequence = try invocation.sequence("--at", in: inspector)
    let bySource = invocation.arguments.has("--sources")
    var listing = StateListing(invocation)
    if !bySource {
      var bar = ProgressBar("times", on: invocation.console)
      defer { bar.clear() }
      listing.times = try invocation.attempt { () throws(JournalError) in
        try inspector.commitTimes(through: sequence) { bar.update($0) }
      }
    }
    let report = try invocation.attempt { () throws(JournalError) in
      try inspector.forEachEntry(at: sequence, of: pattern?.onlySource) { entry in
        guard case .object(let address, let object) = entry.content else { return true }
        if pattern.map({ !$0.matches(address.text) }) ?? false { return true }
        if bySource {
          listing.add(address.source, object)
        } else {
          listing.write(address, object, entry.version)
        }
        return !output.isBroken
      }
    }
    listing.endSource()
    if listing.count == 0, let word {
      throw ToolFailure(
        .notFound, "no address matches \(JSONLine.quoted(word))", next: invocation.command("list"))
    }
    if invocation.isJSON {
      var line = Summary.start("list", .success)
      line.add("objects", listing.count)
      line.add("lsn", report.lastSequence)
      output.write(line.line)
    }
    output.flush()
    Warnings.tell(report, to: invocation)
    return .success
  }
}

extension GlobPattern {
  /// The one source whose addresses can match, where the pattern names it.
  fileprivate var onlySource: String? {
    let beginning = literalBeginning.unicodeScalars
    guard let end = beginning.firstIndex(of: "/") else { return nil }
    let text = String(beginning[..<end])
    // A name that is escaped in another way matches nothing.
    guard case .source(let source)? = try? StateSelection(text: text),
      StateSelection.source(source).text.unicodeScalars.elementsEqual(text.unicodeScalars)
    else { return nil }
    return source
  }
}

/// The lines of a listing.
private struct StateListing {
  private let invocation: Invocation
  var times: CommitTimes?
  private(set) var count = 0
  /// The source that is being added up.
  private var source: (name: String, objects: Int, bytes: Int)?

  init(_ invocation: Invocation) { self.invocation = invocation }

  mutating func write(_ address: StateAddress, _ object: StateObject, _ version: StateVersion) {
    count += 1
    let time = times?[version]
    let byteCount = object.description.utf8.count
    if invocation.isJSON {
      var line = JSONLine("object", verb: "list")
      line.add(address)
      line.add("address", address.text)
      line.add("lsn", version.number)
      line.add("time", time.map { Units.time(nanoseconds: $0) })
      line.add("time_ns", time)
      line.add("bytes", byteCount)
      invocation.console.output.write(line.line)
      return
    }
    let style = invocation.console.outputStyle
    let when = time.map { Units.time(nanoseconds: $0) } ?? "-"
    invocation.console.output.write(
      style.dim("\(Self.right("\(version)", 8))  \(Self.left(when, 24))  ")
        + "\(Self.right(Units.bytes(Int64(byteCount)), 9))  \(address.text)\n")
  }

  mutating func add(_ name: String, _ object: StateObject) {
    if let current = source, current.name.utf8.elementsEqual(name.utf8) {
      source = (name, current.objects + 1, current.bytes + object.description.utf8.count)
    } else {
      endSource()
      source = (name, 1, object.description.utf8.count)
    }
    count += 1
  }

  /// Writes the line of the source that has been added up.
  mutating func endSource() {
    guard let (name, objects, bytes) = source else { return }
    source = nil
    let address = StateSelection.source(name).text
    if invocation.isJSON {
      var line = JSONLine("source", verb: "list")
      line.add("source", name)
      line.add("address", address)
      line.add("objects", objects)
      line.add("bytes", bytes)
      invocation.console.output.write(line.line)
      return
    }
    invocation.console.output.write(
      "\(Self.right(Units.count(objects, "object"), 16))  "
        + "\(Self.right(Units.bytes(Int64(bytes)), 9))  \(address)\n")
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }

  private static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }
}
