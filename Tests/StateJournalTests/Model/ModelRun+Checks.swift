import JournalEngine
import StateJournal
import StorageSimulator

/// Reading, in every way there is, and comparing.
extension ModelRun {
  /// Reads what an operation was about.
  func check(touchedBy operation: ModelOperation) throws(ModelFailure) {
    switch operation {
    case .update(let address, _, _), .remove(let address, _), .compareAndSet(let address, _, _, _):
      try check(address)
    case .apply(let changes, _), .transaction(let changes, _, _),
      .updateSource(_, let changes, _, _):
      for change in changes { try check(source: change.source) }
    case .write(_, let source, _): try check(source: source)
    default: break
    }
  }

  private func check(_ address: StateAddress) throws(ModelFailure) {
    guard let found = try attempt("a read", { try storage.readVersioned(address) })
    else { return }
    let expected = history.content[address]
    let seen = ModelObject(object: found.object, version: found.version)
    let isRight = expected.map { $0.matches(seen) } ?? (found == .absent)
    if !isRight {
      throw ModelFailure("\(address) reads \(found), not \(String(describing: expected))")
    }
  }

  private func check(source: String) throws(ModelFailure) {
    guard let found = try attempt("a read", { try storage.read(source) })
    else { return }
    let expected = history.content.state(of: source)
    if found != expected {
      throw ModelFailure("\(source.debugDescription) reads \(found), not \(expected)")
    }
    let names = try attempt("a listing") {
      (try storage.names(of: source, .stream), try storage.source(source).otherKeys())
    }
    if let names, names != (expected.streams.names, expected.others.names) {
      throw ModelFailure("\(source.debugDescription) lists \(names)")
    }
  }

  /// Reads everything, and what was kept for later.
  func checkAll() throws(ModelFailure) {
    let content = history.content
    let expected = StateMap(content.keys.map { ($0.source, true) }).names
    if let names = try attempt("a listing", { try storage.sources() }),
      names.map({ Array($0.utf8) }) != expected.map({ Array($0.utf8) })
    {
      throw ModelFailure("lists the sources \(names), not \(expected)")
    }
    for source in expected { try check(source: source) }
    for address in content.keys { try check(address) }
    for (view, content) in keptViews {
      guard let found = try attempt("a kept view", { try Self.content(of: view) })
      else { continue }
      if !content.matches(found) { throw ModelFailure("a kept view shows \(found.listed)") }
    }
  }

  func keepView() throws(ModelFailure) {
    keep(storage.journal.view(), history.content)
  }

  func keepReader() throws(ModelFailure) {
    let read = try attempt("a reader") {
      let reader = try JournalReader(Self.path, in: machine)
      return (reader.view, try Self.content(of: reader.view))
    }
    guard let (view, found) = read else { return }
    // It may see a commit that failed, of which only recovery decides; and where the kernel has
    // dropped pages, it sees less than what was acknowledged as buffered.
    let isCertain = !trouble.isPoisoned && !history.hasUnknown && !trouble.canDropPages
    guard let position = history.position(of: found, from: killFloor),
      !isCertain || position == history.acknowledged
    else { throw ModelFailure("a reader sees \(found.listed)") }
    keep(view, found)
  }

  private func keep(_ view: JournalView, _ content: ModelContent) {
    keptViews.append((view, content))
    if keptViews.count > 3 { keptViews.removeFirst() }
  }

  /// Every byte of a store that nothing has damaged is sound, and history is what it was.
  func inspect(pastCommit: Int) throws(ModelFailure) {
    let inspector = JournalInspector(Self.path, in: machine)
    let position = max(history.acknowledged - pastCommit, 0)
    let past = history.commits[position]
    _ = try attempt("an inspection") {
      let verification = try inspector.verify()
      if !trouble.hasFaults, !verification.isStateIntact || verification.isDamaged {
        throw ModelFailure("a false alarm: \(verification.findings)")
      }
      guard let sequence = past.sequence, sequence > 0 else { return }
      var found: ModelContent = [:]
      do {
        try inspector.forEachEntry(at: LogSequenceNumber(sequence)) { entry in
          if case .object(let address, let object) = entry.content {
            found[address] = ModelObject(object: object, version: entry.version)
          }
          return true
        }
      } catch let error as JournalError where error.reason == .unreachable {
        return
      }
      if !past.content.matches(found) {
        throw ModelFailure("commit \(sequence) was another state: \(found.listed)")
      }
    }
  }

  /// The whole content of the storage.
  func readAll() throws(ModelFailure) -> ModelContent {
    do {
      return try Self.content(of: storage.journal.view())
    } catch {
      throw ModelFailure("cannot be read: \(error)")
    }
  }

  static func content(of view: JournalView) throws(StateError) -> ModelContent {
    var content: ModelContent = [:]
    let cursor = view.cursor()
    var entry = Entry()
    while true {
      do throws(JournalError) {
        if try !cursor.next(into: &entry) { return content }
      } catch {
        throw StateError(error)
      }
      let address: StateAddress
      do throws(StateKeyCoding.Malformed) {
        address = try StateKeyCoding.address(of: entry.key.span)
      } catch {
        throw StateError(error)
      }
      content[address] = ModelObject(
        object: try StateObject(cbor: entry.value.span),
        version: StateVersion(number: entry.sequence.rawValue))
    }
  }
}

extension ModelContent {
  /// The content as one line.
  var listed: String {
    map { address, object in
      "\(address.description.debugDescription): \(object.version?.description ?? "?")"
    }
    .sorted().joined(separator: ", ")
  }
}
