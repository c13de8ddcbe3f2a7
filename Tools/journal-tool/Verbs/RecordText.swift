import JournalEngine
import JournalFormat
import StateJournal

/// Commits for people: a line with the first change, and one for each further change.
struct RecordText {
  private static let shownByteCount = 120

  private let style: Style
  private let isFull: Bool
  /// Whether the bytes of the record follow.
  private let isRaw: Bool
  private var time = TimeText()
  private var value: [UInt8] = []

  init(style: Style, isFull: Bool, isRaw: Bool) {
    self.isRaw = isRaw
    self.style = style
    self.isFull = isFull
  }

  /// Appends the lines of a record; `false` when the filter leaves nothing of it.
  mutating func append(
    _ record: borrowing RecordInPlace, in bytes: Span<UInt8>, filter: borrowing RecordFilter,
    to lines: inout [UInt8]
  ) -> Bool {
    var head: [UInt8] = []
    JSONText.append(integer: record.header.sequence.rawValue, to: &head)
    JSONText.append(token: "  ", to: &head)
    time.append(nanoseconds: record.header.time, to: &head)
    JSONText.append(token: "  #", to: &head)
    JSONText.append(integer: record.session.number, to: &head)
    JSONText.append(token: "  ", to: &head)
    append(head.span, in: .dim, to: &lines)
    var changes = RecordChangeReader(record: record.place)
    var isFirst = true
    while let change = changes.next(in: bytes) {
      guard filter.shows(change, in: bytes) else { continue }
      if !isFirst {
        lines.append(contentsOf: repeatElement(UInt8(ascii: " "), count: head.count))
      }
      isFirst = false
      append(change, of: record.session, in: bytes, to: &lines)
      lines.append(UInt8(ascii: "\n"))
    }
    if isFirst { JSONText.append(token: "nothing\n", to: &lines) }
    if isRaw { HexDump.append(bytes.extracting(record.place), at: record.offset, to: &lines) }
    return !isFirst || filter.showsAll
  }

  private mutating func append(
    _ change: RecordChange, of session: borrowing JournalRecord.Session, in bytes: Span<UInt8>,
    to lines: inout [UInt8]
  ) {
    switch change {
    case .put(let key, let value):
      append(put: bytes.extracting(value), under: bytes.extracting(key), to: &lines)
    case .remove(let key):
      let key = bytes.extracting(key)
      let label = JournalLabel.name(ofKey: key)
      append(
        label.map { "label \(Printable.text($0))" } ?? Printable.key([UInt8](copying: key)),
        in: .bold, to: &lines)
      JSONText.append(token: " removed", to: &lines)
    case .removePrefix(let prefix):
      let prefix = bytes.extracting(prefix)
      let name =
        StateKeyCoding.scope(ofPrefix: prefix).map { Printable.scope($0.source, $0.scope) }
        ?? "0x" + Hexadecimal.text([UInt8](copying: prefix))
      append(name + "*", in: .bold, to: &lines)
      JSONText.append(token: " removed", to: &lines)
    case .opened:
      lines.append(
        contentsOf: "opened by \(Printable.text(session.program ?? "")), process ".utf8)
      lines.append(
        contentsOf: "\(session.processID ?? 0) on \(Printable.text(session.host ?? ""))".utf8)
    case .closed:
      JSONText.append(token: "closed", to: &lines)
    case .annotation(RecordChangeKind.reason, let content):
      let text = String(decoding: [UInt8](copying: bytes.extracting(content)), as: UTF8.self)
      lines.append(contentsOf: "because: \(Printable.text(text))".utf8)
    case .annotation(let kind, let content):
      lines.append(contentsOf: "annotation \(kind), \(content.count) bytes".utf8)
    }
  }

  private mutating func append(
    put content: Span<UInt8>, under key: Span<UInt8>, to lines: inout [UInt8]
  ) {
    if let label = JournalLabel(key: key, value: content) {
      append("label \(Printable.text(label.name))", in: .bold, to: &lines)
      JSONText.append(token: " = commit ", to: &lines)
      JSONText.append(integer: label.sequence.rawValue, to: &lines)
      return
    }
    value.removeAll(keepingCapacity: true)
    let address = try? StateKeyCoding.address(of: key)
    if let address, StateObject.appendJSON(ofCBOR: content, to: &value) {
      append(Printable.address(address), in: .bold, to: &lines)
    } else {
      append("0x" + Hexadecimal.text([UInt8](copying: key)), in: .bold, to: &lines)
      value = Array("0x".utf8) + Hexadecimal.text([UInt8](copying: content)).utf8
    }
    JSONText.append(token: " = ", to: &lines)
    appendValue(to: &lines)
  }

  /// Appends what ``value`` is. In ASCII without control characters, bytes are characters, and that is
  /// what values mostly are.
  private func appendValue(to lines: inout [UInt8]) {
    guard value.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
      let text = Printable.text(String(decoding: value, as: UTF8.self))
      let isShortened = !isFull && text.utf8.count > Self.shownByteCount
      lines.append(contentsOf: (isShortened ? text.prefix(Self.shownByteCount) : text[...]).utf8)
      if isShortened { lines.append(contentsOf: "… (\(text.utf8.count) bytes)".utf8) }
      return
    }
    let isShortened = !isFull && value.count > Self.shownByteCount
    lines.append(contentsOf: isShortened ? value.prefix(Self.shownByteCount) : value[...])
    if isShortened { lines.append(contentsOf: "… (\(value.count) bytes)".utf8) }
  }

  private func append(_ text: String, in weight: Style.Weight, to lines: inout [UInt8]) {
    append(text.utf8Span.span, in: weight, to: &lines)
  }

  private func append(
    _ text: Span<UInt8>, in weight: Style.Weight, to lines: inout [UInt8]
  ) {
    if style.isOn { JSONText.append(token: weight.start, to: &lines) }
    lines.append(text)
    if style.isOn { JSONText.append(token: Style.Weight.end, to: &lines) }
  }
}
