import JournalEngine
import JournalFormat
import StateJournal

/// Commits for programs: a line for each, put together in the buffer of the output. Keys and values
/// go from the log to the line without becoming strings or objects in between.
struct RecordJSON {
  private static let beginning = Array(
    #"{"schema":"state-journal/dump/1","type":"record","lsn":"#.utf8)

  /// Whether the bytes of the record are added.
  private let isRaw: Bool
  private var time = TimeText()
  private var file = ""
  private var quotedFile: [UInt8] = []

  init(isRaw: Bool) { self.isRaw = isRaw }

  /// Appends the line of a record; `false` when the filter leaves nothing of it.
  mutating func append(
    _ record: borrowing RecordInPlace, in bytes: Span<UInt8>, filter: borrowing RecordFilter,
    to line: inout [UInt8]
  ) -> Bool {
    line.append(contentsOf: Self.beginning)
    JSONText.append(integer: record.header.sequence.rawValue, to: &line)
    JSONText.append(token: #","time":""#, to: &line)
    time.append(nanoseconds: record.header.time, to: &line)
    JSONText.append(token: #"","time_ns":"#, to: &line)
    JSONText.append(integer: record.header.time, to: &line)
    JSONText.append(token: #","session":"#, to: &line)
    JSONText.append(integer: record.session.number, to: &line)
    JSONText.append(token: #","durable_lsn":"#, to: &line)
    JSONText.append(integer: record.header.durableThrough.rawValue, to: &line)
    JSONText.append(token: #","file":"#, to: &line)
    append(file: record.file, to: &line)
    JSONText.append(token: #","offset":"#, to: &line)
    JSONText.append(integer: record.offset, to: &line)
    JSONText.append(token: #","bytes":"#, to: &line)
    JSONText.append(integer: UInt64(record.header.recordByteCount), to: &line)
    JSONText.append(token: #","changes":["#, to: &line)
    var changes = RecordChangeReader(record: record.place)
    var isFirst = true
    while let change = changes.next(in: bytes) {
      guard filter.shows(change, in: bytes) else { continue }
      if !isFirst { line.append(UInt8(ascii: ",")) }
      isFirst = false
      append(change, of: record.session, in: bytes, to: &line)
    }
    JSONText.append(token: "]", to: &line)
    if isRaw {
      JSONText.append(token: #","record_hex":"#, to: &line)
      JSONText.append(hexadecimal: bytes.extracting(record.place), to: &line)
    }
    JSONText.append(token: "}\n", to: &line)
    return !isFirst || filter.showsAll
  }

  private mutating func append(file: String, to line: inout [UInt8]) {
    if file != self.file || quotedFile.isEmpty {
      self.file = file
      quotedFile = Array(JSONLine.quoted(file).utf8)
    }
    line.append(contentsOf: quotedFile)
  }

  private func append(
    _ change: RecordChange, of session: borrowing JournalRecord.Session, in bytes: Span<UInt8>,
    to line: inout [UInt8]
  ) {
    switch change {
    case .put(let key, let value):
      append(put: bytes.extracting(value), under: bytes.extracting(key), to: &line)
    case .remove(let key):
      let key = bytes.extracting(key)
      if let label = JournalLabel.name(ofKey: key) {
        JSONText.append(token: #"{"op":"remove_label","name":"#, to: &line)
        JSONText.append(string: label, to: &line)
        line.append(UInt8(ascii: "}"))
        return
      }
      JSONText.append(token: #"{"op":"remove","#, to: &line)
      if !StateKeyCoding.appendJSON(key, to: &line) {
        JSONText.append(token: #""key_hex":"#, to: &line)
        JSONText.append(hexadecimal: key, to: &line)
      }
      line.append(UInt8(ascii: "}"))
    case .removePrefix(let prefix):
      append(removedPrefix: bytes.extracting(prefix), to: &line)
    case .opened:
      var object = JSONLine()
      object.add("op", "opened")
      object.add("session", StatusJSON.session(copy session))
      line.append(contentsOf: object.object)
    case .closed:
      JSONText.append(token: #"{"op":"closed"}"#, to: &line)
    case .annotation(RecordChangeKind.reason, let content):
      JSONText.append(token: #"{"op":"reason","text":"#, to: &line)
      let text = String(decoding: [UInt8](copying: bytes.extracting(content)), as: UTF8.self)
      line.append(contentsOf: JSONLine.quoted(text).utf8)
      line.append(UInt8(ascii: "}"))
    case .annotation(let kind, let content):
      JSONText.append(token: #"{"op":"annotation","kind":"#, to: &line)
      JSONText.append(integer: UInt64(kind), to: &line)
      JSONText.append(token: #","value_hex":"#, to: &line)
      JSONText.append(hexadecimal: bytes.extracting(content), to: &line)
      line.append(UInt8(ascii: "}"))
    }
  }

  private func append(
    put value: Span<UInt8>, under key: Span<UInt8>, to line: inout [UInt8]
  ) {
    if let label = JournalLabel(key: key, value: value) {
      var object = JSONLine()
      object.add("op", "label")
      object.add("name", label.name)
      object.add("lsn", label.sequence)
      line.append(contentsOf: object.object)
      return
    }
    JSONText.append(token: #"{"op":"put","#, to: &line)
    let start = line.count
    if StateKeyCoding.appendJSON(key, to: &line) {
      JSONText.append(token: #","value":"#, to: &line)
      if StateObject.appendJSON(ofCBOR: value, to: &line) {
        line.append(UInt8(ascii: "}"))
        return
      }
      line.removeLast(line.count - start)
    }
    JSONText.append(token: #""key_hex":"#, to: &line)
    JSONText.append(hexadecimal: key, to: &line)
    JSONText.append(token: #","value_hex":"#, to: &line)
    JSONText.append(hexadecimal: value, to: &line)
    line.append(UInt8(ascii: "}"))
  }

  private func append(removedPrefix prefix: Span<UInt8>, to line: inout [UInt8]) {
    JSONText.append(token: #"{"op":"remove_all","#, to: &line)
    if let (source, scope) = StateKeyCoding.scope(ofPrefix: prefix) {
      JSONText.append(token: #""source":"#, to: &line)
      JSONText.append(string: source, to: &line)
      JSONText.append(
        token: scope == .stream ? #","scope":"streams""# : #","scope":"others""#, to: &line)
    } else {
      JSONText.append(token: #""prefix_hex":"#, to: &line)
      JSONText.append(hexadecimal: prefix, to: &line)
    }
    line.append(UInt8(ascii: "}"))
  }
}
