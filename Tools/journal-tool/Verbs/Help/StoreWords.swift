import JournalEngine
import StateJournal

/// The words that a store has for a command line. Nothing where it cannot be read, or not while somebody
/// waits for what a key does.
struct StoreWords {
  /// More than this takes longer to read than somebody waits.
  private static let maximumByteCount: Int64 = 64 << 20

  private let directory: String
  private let inspector: JournalInspector

  init?(_ directory: String) {
    self.directory = directory
    inspector = JournalInspector(directory)
    guard let status = try? inspector.status(isExact: false),
      status.files.reduce(0, { $0 + Int64($1.byteCount ?? 0) }) <= Self.maximumByteCount
    else { return nil }
  }

  /// The sources and their objects.
  var addresses: [String] {
    var words: [String] = []
    _ = try? inspector.forEachEntry { entry in
      guard case .object(let address, _) = entry.content else { return true }
      let source = StateSelection.source(address.source).text
      if words.isEmpty || !words[words.count - 1].utf8.starts(with: (source + "/").utf8) {
        words.append(source)
      }
      words.append(address.text)
      return true
    }
    return words
  }

  /// The sources, as addresses have them.
  var sources: [String] { addresses.filter { !$0.utf8.contains(UInt8(ascii: "/")) } }

  /// The streams of a source, as addresses have them.
  func streams(of source: String) -> [String] {
    let source = StateSelection.source(Invocation.name(source)).text
    return addresses.compactMap { address in
      let parts = address.split(separator: "/")
      return parts.count == 2 && parts[0] == source ? String(parts[1]) : nil
    }
  }

  /// The labels that need no quotes.
  var labels: [String] {
    let names = (try? inspector.labels())?.map(\.name) ?? []
    return names.filter { AddressText.encoded($0).hasSameBytes(as: $0) }
  }

  /// What repairs and rewinds have put into quarantine. A name that would need quotes is none of theirs, and
  /// a shell would run what stands in it.
  var bundles: [String] {
    let names = (try? JournalRescue(directory).bundles()) ?? []
    return names.filter { AddressText.encoded($0).hasSameBytes(as: $0) }
  }
}
