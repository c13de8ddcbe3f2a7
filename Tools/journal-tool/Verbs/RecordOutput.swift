import StateJournal

/// A commit for people.
struct RecordText {
  private static let shownByteCount = 120

  var style: Style
  var isFull: Bool

  /// A line with the first change, and one for each further change.
  func lines(of record: JournalRecord, _ changes: [InspectedRecord.Change]) -> String {
    let head =
      "\(record.sequence)  \(Units.time(nanoseconds: record.time))  #\(record.session.number)  "
    let indent = String(repeating: " ", count: head.utf8.count)
    var text = style.dim(head)
    for (index, change) in changes.enumerated() {
      if index > 0 { text += indent }
      text += describe(change) + "\n"
    }
    return changes.isEmpty ? text + "nothing\n" : text
  }

  private func describe(_ change: InspectedRecord.Change) -> String {
    switch change {
    case .put(.object(let address, let object)):
      style.bold(Printable.address(address)) + " = " + shortened(json(object))
    case .put(.foreign(let key, let value)):
      style.bold("0x" + Hexadecimal.text(key)) + " = " + shortened("0x" + Hexadecimal.text(value))
    case .remove(let address):
      style.bold(Printable.address(address)) + " removed"
    case .removeAll(let source, let scope):
      style.bold(Printable.scope(source, scope) + "*") + " removed"
    case .put(.label(let label)):
      style.bold("label \(Printable.text(label.name))") + " = commit \(label.sequence)"
    case .removeLabel(let name):
      style.bold("label \(Printable.text(name))") + " removed"
    case .removeForeign(let key):
      style.bold("0x" + Hexadecimal.text(key)) + " removed"
    case .removeForeignPrefix(let prefix):
      style.bold("0x" + Hexadecimal.text(prefix) + "*") + " removed"
    case .opened(let session):
      "opened by \(Printable.text(session.program ?? "")), process "
        + "\(session.processID ?? 0) on \(Printable.text(session.host ?? ""))"
    case .closed:
      "closed"
    case .annotation(let kind, let content):
      "annotation \(kind), \(content.count) bytes"
    }
  }

  private func json(_ object: StateObject) -> String {
    // What was read back from CBOR can be written as JSON: both hold the same values.
    Printable.text((try? object.json()) ?? "")
  }

  private func shortened(_ text: String) -> String {
    guard !isFull, text.utf8.count > Self.shownByteCount else { return text }
    return text.prefix(Self.shownByteCount) + "… (\(text.utf8.count) bytes)"
  }
}

/// A commit for programs.
enum RecordJSON {
  static func line(of record: JournalRecord, _ changes: [InspectedRecord.Change]) -> [UInt8] {
    var line = JSONLine("record", verb: "dump")
    line.add("lsn", record.sequence)
    line.add("time", Units.time(nanoseconds: record.time))
    line.add("time_ns", record.time)
    line.add("session", record.session.number)
    line.add("durable_lsn", record.durableThrough)
    line.add("file", record.file)
    line.add("offset", record.offset)
    line.add("bytes", record.byteCount)
    line.add("changes", changes.map(object))
    return line.line
  }

  private static func object(_ change: InspectedRecord.Change) -> JSONLine {
    var object = JSONLine()
    switch change {
    case .put(.object(let address, let value)):
      object.add("op", "put")
      object.add(address)
      object.add("value", value)
    case .put(.foreign(let key, let value)):
      object.add("op", "put")
      object.add("key_hex", Hexadecimal.text(key))
      object.add("value_hex", Hexadecimal.text(value))
    case .remove(let address):
      object.add("op", "remove")
      object.add(address)
    case .removeAll(let source, let scope):
      object.add("op", "remove_all")
      object.add("source", source)
      object.add("scope", scope == .stream ? "streams" : "others")
    case .put(.label(let label)):
      object.add("op", "label")
      object.add("name", label.name)
      object.add("lsn", label.sequence)
    case .removeLabel(let name):
      object.add("op", "remove_label")
      object.add("name", name)
    case .removeForeign(let key):
      object.add("op", "remove")
      object.add("key_hex", Hexadecimal.text(key))
    case .removeForeignPrefix(let prefix):
      object.add("op", "remove_all")
      object.add("prefix_hex", Hexadecimal.text(prefix))
    case .opened(let session):
      object.add("op", "opened")
      object.add("session", StatusJSON.session(session))
    case .closed:
      object.add("op", "closed")
    case .annotation(let kind, let content):
      object.add("op", "annotation")
      object.add("kind", kind)
      object.add("value_hex", Hexadecimal.text(content))
    }
    return object
  }
}
