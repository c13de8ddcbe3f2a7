public import JournalEngine
public import JournalFormat

/// A name for a commit: a savepoint that the state can be read as of, compared with and reverted to.
///
/// Labels live in the store itself, under keys that no source has, so that they are as durable as
/// state is and travel with every copy. Listings of the state leave them out.
public struct JournalLabel: Sendable, Equatable {
  /// The longest name in UTF-8 bytes.
  public static let maximumNameByteCount = 255

  /// The name.
  public var name: String
  /// The commit that it names.
  public var sequence: LogSequenceNumber
  /// When it was given, in nanoseconds since 1970 (UTC).
  public var time: Int64

  /// A label from its parts.
  public init(name: String, sequence: LogSequenceNumber, time: Int64) {
    self.name = name
    self.sequence = sequence
    self.time = time
  }

  /// Whether a label may be called so: 1 to 255 bytes of UTF-8 that do not begin like a number, a
  /// time or an option (with a digit, `@`, `+` or `-`), are not `now`, and hold no slash, no blank
  /// and nothing that a terminal would act on. So no label is taken for another moment.
  public static func isName(_ text: String) -> Bool {
    guard 1...maximumNameByteCount ~= text.utf8.count, text != "now", let first = text.utf8.first,
      !"0123456789@+-".utf8.contains(first)
    else { return false }
    return text.unicodeScalars.allSatisfy { scalar in
      if scalar == "/" { return false }
      switch scalar.properties.generalCategory {
      case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .privateUse,
        .unassigned:
        return false
      default: return true
      }
    }
  }
}

/// How labels are stored (`KeysAndValues.md`, "Labels").
///
/// ```
/// 00       in the place of a source, which is never empty
/// 4C       "L"; never FF, so that it is not the beginning of a source whose name begins with 00
/// name     UTF-8 as it is, up to the end of the key
/// ```
extension JournalLabel {
  /// What the keys of all labels, and no others, begin with.
  package static let keyPrefix: [UInt8] = [0x00, 0x4C]

  /// The key of the label of that name.
  package static func key(_ name: String) -> [UInt8] { keyPrefix + Array(name.utf8) }

  /// The key of this label.
  package var key: [UInt8] { Self.key(name) }

  /// The value of this label: an object with the members `lsn` and `time`.
  package var object: StateObject {
    // Sequence numbers beyond what an integer of state can hold are never reached: one a nanosecond
    // for 292 years.
    ["lsn": .int(Int64(clamping: sequence.rawValue)), "time": .int(time)]
  }

  /// The name of the label whose key this is; `nil` for any other key.
  package static func name(ofKey key: Span<UInt8>) -> String? {
    guard key.count > 2, key[0] == keyPrefix[0], key[1] == keyPrefix[1],
      let valid = try? UTF8Span(validating: key.extracting(droppingFirst: 2))
    else { return nil }
    let name = String(copying: valid)
    return isName(name) ? name : nil
  }

  /// The label that a key and its value are; `nil` for anything else.
  package init?(key: Span<UInt8>, value: Span<UInt8>) {
    guard let name = Self.name(ofKey: key), let object = try? StateObject(cbor: value),
      let number = object["lsn"]?.int, number >= 0,
      let time = object["time"]?.int
    else { return nil }
    self.init(name: name, sequence: LogSequenceNumber(UInt64(number)), time: time)
  }
}

extension RepairReport {
  /// The names of the labels that the state had, and the store that was written has not: it does not reach
  /// back to their commits.
  public var droppedLabels: [String] {
    droppedPins.compactMap { JournalLabel.name(ofKey: $0.span) }
  }
}

extension JournalInspector {
  /// The labels of the store, in the order of their names' bytes.
  ///
  /// - Throws: as ``JournalInspector/forEachEntry(at:of:_:)``.
  /// - Complexity: O(bytes of log since the last snapshot + labels).
  public func labels() throws(JournalError) -> [JournalLabel] {
    var labels: [JournalLabel] = []
    _ = try walk(prefix: JournalLabel.keyPrefix) { entry in
      if case .label(let label) = StoredContent(key: entry.key.span, value: entry.value.span) {
        labels.append(label)
      }
      return true
    }
    return labels
  }
}
